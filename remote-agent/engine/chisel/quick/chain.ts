// What whoever reads a capture and runs compiled chisels on it needs: the chisels, with those that they hand over to, and what they want of the reader.
import { compileFilter } from '../../filter/index.ts';
import type { Selection } from '../../scap/selection.ts';
import { bindArguments, readHead } from '../loader.ts';
import type { LuaLimits } from '../luaVm.ts';
import type { ChiselEnvironment, ChiselFault } from '../ports.ts';
import type { ChiselSource } from '../run.ts';
import { QuickChisel, type QuickHost } from './quickChisel.ts';

/** Chisels that a chisel hands over to, one after the other. */
const MAX_EXEC = 4;

export interface QuickProgram {
  readonly name: string;
  readonly args: readonly string[];
  /** The chisel, and those that it may hand over to, by name. */
  readonly scripts: Readonly<Record<string, ChiselSource>>;
  readonly environment: ChiselEnvironment;
  readonly limits: LuaLimits;
}
export interface MadeChisel { readonly name: string; readonly args: readonly string[]; readonly chisel?: QuickChisel; readonly fault?: ChiselFault }

/** Compiles and loads a chisel, and those that it hands over to. Undefined: there is something that only the interpreter does. */
export function makeQuick({ name, args, scripts, environment, limits }: QuickProgram, host: QuickHost): MadeChisel | undefined {
  let now = name, given = args;
  for (let depth = 0; depth <= MAX_EXEC; depth++) {
    const script = Object.hasOwn(scripts, now) ? scripts[now] : undefined;
    if (script === undefined) return undefined;
    const bound = bindArguments(now, readHead(script.source), given);
    if (typeof bound === 'string') return { name, args, fault: { kind: 'arguments', message: bound, line: 0, traceback: '' } };
    const chisel = QuickChisel.make({ name: now, source: script.source, modules: script.modules, args: bound, environment, limits, host });
    if (chisel === undefined) return undefined;
    chisel.load();
    const { exec } = chisel.wants;
    if (exec === undefined || chisel.fault !== undefined) return { name, args, chisel };
    now = exec.name; given = exec.args;
  }
  return undefined;
}

/**
 * What to ask of the reader for chisels that get what passes `filter`. `pushed`: it leaves out what the only chisel's own filter turns down, too, which is then
 * not asked again; only where nobody counts events (`counts`: a run ends after so many of them, or by their times).
 */
export function selectionOf(filter: string, runs: readonly QuickChisel[], counts: boolean): { readonly selection: Selection; readonly pushed: boolean } {
  const [only] = runs;
  const own = only !== undefined && runs.length === 1 && filter.trim() === '' && !counts && !only.looksAtAll ? only.wants.filter : '';
  const made = compileFilter(own === '' ? filter : own);
  const demand = runs.reduce((all, run) => all | run.demand, made.ok ? made.demand : 0);
  if (!made.ok || (filter.trim() === '' && own === '')) return { selection: { demand }, pushed: false };
  if (own !== '') only?.filterIsDone();
  return { selection: { demand, types: made.types, byThread: made.byThread, byDescriptor: made.byDescriptor, results: made.results, test: made.test, conceals: true }, pushed: own !== '' };
}
