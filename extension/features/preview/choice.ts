// What a preview runs on, and with which arguments: checked, and made from what was remembered. Knows nothing of the editor.
import type { ChiselArgument } from '../../../remote-agent/engine/chisel/ports.ts';
import type { Extent, PreviewChoice } from '../../../webviews/protocol/preview.ts';

export const NO_CHOICE: PreviewChoice = { session: '', filter: '', values: [], json: false, profile: true };
const EXTENT_KINDS: ReadonlySet<string> = new Set(['all', 'first', 'range', 'live']);
const MAX_TEXT = 10_000, MAX_VALUES = 64;

/** What a page or a memory of before says, as a choice; what is wrong in it is left out. */
export function choiceOf(value: unknown): PreviewChoice {
  if (typeof value !== 'object' || value === null) return NO_CHOICE;
  const { session, extent, filter, values, json, profile } = value as Partial<Record<keyof PreviewChoice, unknown>>;
  const checked = extentOf(extent);
  return {
    session: text(session), filter: text(filter), values: Array.isArray(values) ? values.slice(0, MAX_VALUES).map(text) : [], json: json === true, profile: profile !== false,
    ...(checked === undefined ? {} : { extent: checked }),
  };
}
function text(value: unknown): string { return typeof value === 'string' ? value.slice(0, MAX_TEXT) : ''; }

function extentOf(value: unknown): Extent | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, events, fromS, toS } = value as { kind?: unknown; events?: unknown; fromS?: unknown; toS?: unknown };
  if (typeof kind !== 'string' || !EXTENT_KINDS.has(kind)) return undefined;
  if (kind === 'first') return { kind, events: Math.max(1, Math.floor(finite(events, 1000))) };
  if (kind === 'range') { const from = Math.max(0, finite(fromS, 0)); return { kind, fromS: from, toS: Math.max(from, finite(toS, from + 1)) }; }
  return { kind: kind as 'all' | 'live' };
}
function finite(value: unknown, fallback: number): number { return typeof value === 'number' && Number.isFinite(value) ? value : fallback; }

/** What is run on where nothing was chosen; what comes from now on is known of live hosts alone. */
export function extentFor(chosen: Extent | undefined, live: boolean): Extent {
  if (chosen === undefined || chosen.kind === 'live' && !live) return { kind: live ? 'live' : 'all' };
  return chosen;
}

/** The part of a run's request that says which events. `startNs`: the first event's time. */
export function eventsOf(extent: Extent, startNs: number): { readonly follow: boolean; readonly startNs: number; readonly endNs: number; readonly maxEvents?: number } {
  const whole = { follow: extent.kind === 'live', startNs: -Number.MAX_SAFE_INTEGER, endNs: Number.MAX_SAFE_INTEGER };
  if (extent.kind === 'first') return { ...whole, maxEvents: extent.events };
  if (extent.kind === 'range') return { ...whole, startNs: startNs + extent.fromS * 1e9, endNs: startNs + extent.toS * 1e9 };
  return whole;
}

/** The arguments to run with: those that were given, up to the last; or what is missing or wrong. */
export function argumentsOf(args: readonly ChiselArgument[], values: readonly string[]): { readonly values: readonly string[]; readonly problem: string } {
  let last = -1;
  const problems: string[] = [];
  args.forEach((argument, i) => {
    const value = values[i] ?? '';
    if (value !== '') last = i;
    const problem = value === '' ? (argument.optional ? '' : `${argument.name} is needed`) : typeProblem(argument, value);
    if (problem !== '') problems.push(problem);
  });
  // They are told apart by their place alone: one that is left out in the middle would be another.
  const gap = args.findIndex((argument, i) => i < last && argument.optional && (values[i] ?? '') === '');
  if (gap >= 0) problems.push(`${args[gap]?.name ?? ''} is needed for those behind it`);
  const required = args.filter((argument) => !argument.optional).length;
  return { values: args.slice(0, Math.max(last + 1, required)).map((_, i) => values[i] ?? ''), problem: problems.length === 0 ? '' : `${problems.join('; ')}.` };
}

/** What is wrong with a value of an argument of this type; ''. Types are words that whoever wrote the chisel chose: only those with one meaning are checked. */
export function typeProblem({ name, type }: Pick<ChiselArgument, 'name' | 'type'>, value: string): string {
  if (/^(?:int|integer|number)$/i.test(type) && !Number.isFinite(Number(value.trim() === '' ? 'x' : value))) return `${name} is to be a number`;
  if (type === 'ipv4' && !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(value)) return `${name} is to be an address such as 10.0.0.1`;
  return '';
}

/** Names of the files that a chisel's text asks for. */
export function requiredModules(source: string): readonly string[] {
  return [...new Set([...source.matchAll(/\brequire\s*\(?\s*["']([\w.-]{1,100})["']/g)].map((match) => match[1] ?? ''))].filter((name) => name !== '' && !name.includes('..'));
}

/** Whether what is printed comes at the end only: then a short run shows something while the whole one is under way. */
export function printsAtEnd(source: string): boolean { return /\bon_capture_end\b|\bporthole_table\b|\bporthole_io\b|\bchisel\s*\.\s*exec\b/.test(source); }
