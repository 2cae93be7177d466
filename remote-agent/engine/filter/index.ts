// The filter language: texts to tests of events, and help while they are written.
import type { FilterProblem } from './ast.ts';
import { checkProblem, compileNode, type FilterTest } from './compile.ts';
import { passingTypes } from './outcomes.ts';
import { descriptorPart } from './descriptor.ts';
import { literalsOf, type Literal } from './literal.ts';
import { parseFilter } from './parser.ts';
import { resultsOf, type ResultRange } from './results.ts';

export type { FilterProblem } from './ast.ts';
export type { FilterTest } from './compile.ts';
export { completeFilter, diagnoseFilter, hoverFilter, type FilterCompletion, type FilterHover } from './assist.ts';
export { filterColours, inOrder, type FilterColour } from './colours.ts';
export { meantInstead, type Meant } from './meant.ts';
export { LiteralSearch } from './literalSearch.ts';
export type { Literal } from './literal.ts';
export { parseFilter } from './parser.ts';
export { printFilter, valueText } from './print.ts';

/** A filter that can be run, and what is known of it beforehand, so that a source can pass over events that nobody wants. */
export interface UsableFilter {
  readonly ok: true;
  readonly test: FilterTest;
  /** Parts of the state that the test reads: bits of `DEMAND`. */
  readonly demand: number;
  /** By event type (65,536 entries), 0: no event of that type passes, whatever else it is. Undefined: any may pass. */
  readonly types: Uint8Array | undefined;
  /** The verdict depends on `ctx.info` alone: it holds for a ThreadInfo until the tables of containers, users and groups change. */
  readonly byThread: boolean;
  /** What of the filter asks about the descriptor alone, and has to hold for any event to pass: where the event works on a known descriptor, its verdict depends on the FdInfo alone. `test` itself where that is all of it. */
  readonly byDescriptor: FilterTest | undefined;
  /** Results of calls that may pass; undefined: any. */
  readonly results: ResultRange | undefined;
  /** What a capture has to hold, each of it, for any event to pass; see `LiteralSearch`. */
  readonly literals: readonly Literal[];
}
export type CompiledFilter = UsableFilter | { readonly ok: false; readonly error: FilterProblem };

const pass: FilterTest = () => true;

/** The test that a filter stands for; '' passes all. Never throws. A test keeps memory of its own where fields need one: compile anew for each run. */
export function compileFilter(text: string): CompiledFilter {
  const parsed = parseFilter(text);
  if (parsed.error !== undefined) return { ok: false, error: parsed.error };
  const problem = parsed.checks.map(checkProblem).find((p) => p !== undefined);
  if (problem !== undefined) return { ok: false, error: problem };
  if (parsed.node === undefined) return { ok: true, test: pass, demand: 0, types: undefined, byThread: true, byDescriptor: undefined, results: undefined, literals: [] };
  const { test, outcomes, demand, scope, remembers } = compileNode(parsed.node);
  // A term that remembers must see what reaches it.
  const part = remembers ? undefined : descriptorPart(parsed.node);
  return { ok: true, test, demand, types: passingTypes(outcomes), byThread: scope !== 'event', byDescriptor: part === parsed.node ? test : part === undefined ? undefined : compileNode(part).test, results: resultsOf(parsed.node), literals: literalsOf(parsed.node) };
}

/** A filter's problem with the filter below it and a mark under the place, for terminals. */
export function explainProblem(text: string, problem: FilterProblem): string {
  const start = Math.min(problem.start, text.length);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', start);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  const from = Math.max(0, start - lineStart - 60);
  const shown = line.slice(from, from + 120);
  const width = Math.max(1, Math.min(problem.end, lineStart + line.length) - start);
  return `filter error at position ${problem.start}: ${problem.message}\n  ${shown}\n  ${' '.repeat(Math.max(0, start - lineStart - from))}${'^'.repeat(Math.min(width, 120))}`;
}
