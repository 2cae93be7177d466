// What the legend's buttons do to the filter: they put the kinds that are wanted, and whether calls failed, at its end, and read them from there. Pure.
import type { Kind } from '../../remote-agent/protocol/messages.ts';
import { KINDS } from '../base/palette.ts';

export interface LegendFilter {
  /** The filter without what the legend says. */
  readonly rest: string;
  /** Kinds that are shown; none: all of them. */
  readonly kinds: ReadonlySet<Kind>;
  readonly failed: boolean;
}
const FAILED = /(?:^|\sand\s+)evt\.failed\s*=\s*true\s*$/;
const KIND = /(?:^|\sand\s+)evt\.kind\s*(?:=\s*(\w+)|in\s*\(([\w\s,]*)\))\s*$/;

/** Reads what the legend says from the end of a filter; whatever else is there is `rest`. */
export function readLegend(filter: string): LegendFilter {
  let rest = filter.trim(), failed = false, kinds: ReadonlySet<Kind> = new Set();
  for (;;) {
    const isFailed = FAILED.exec(rest), ofKind = isFailed ? null : KIND.exec(rest);
    const found = isFailed ?? ofKind;
    if (!found) break;
    const before = rest.slice(0, found.index).trim();
    // In `a or b and c` the last part belongs to b alone.
    if (!standsAlone(before)) break;
    if (isFailed) { if (failed) break; failed = true; } else {
      const named = (ofKind![1] ?? ofKind![2] ?? '').split(',').map((name) => name.trim());
      if (kinds.size > 0 || !named.every((name): name is Kind => (KINDS as readonly string[]).includes(name))) break;
      kinds = new Set(named);
    }
    rest = before;
  }
  return { rest: unwrapped(rest), kinds, failed };
}

/** The filter that says it all. */
export function writeLegend({ rest, kinds, failed }: LegendFilter): string {
  const named = KINDS.filter((kind) => kinds.has(kind));
  const kind = named.length === 0 || named.length === KINDS.length ? '' : named.length === 1 ? `evt.kind=${named[0]}` : `evt.kind in (${named.join(', ')})`;
  const own = [kind, failed ? 'evt.failed=true' : ''].filter((part) => part !== '');
  if (rest === '' || own.length === 0) return rest || own.join(' and ');
  return [standsAlone(rest) ? rest : `(${rest})`, ...own].join(' and ');
}

export function toggleKind(filter: string, kind: Kind): string {
  const legend = readLegend(filter), kinds = new Set(legend.kinds);
  if (!kinds.delete(kind)) kinds.add(kind);
  return writeLegend({ ...legend, kinds });
}
export function toggleFailed(filter: string): string { const legend = readLegend(filter); return writeLegend({ ...legend, failed: !legend.failed }); }

/** Whether ` and x` behind a filter means all of it: there is no `or` outside of parentheses and quotes. */
function standsAlone(filter: string): boolean { return !/\sor\s/i.test(` ${bare(filter)} `); }
/** The filter with everything in quotes and parentheses left out. */
function bare(filter: string): string {
  let out = '', depth = 0, quote = '';
  for (let i = 0; i < filter.length; i++) {
    const c = filter[i]!;
    if (quote !== '') { if (c === '\\') i++; else if (c === quote) quote = ''; continue; }
    if (c === '"' || c === "'") { quote = c; continue; }
    if (c === '(') depth++;
    if (depth === 0) out += c;
    if (c === ')' && depth > 0) { depth--; out += ' '; }
  }
  return out;
}
/** Without parentheses around all of it, which `writeLegend` puts there. */
function unwrapped(filter: string): string {
  if (!filter.startsWith('(') || !filter.endsWith(')') || bare(filter).trim() !== '') return filter;
  // One pair, not `(a) (b)`: nothing closes before the end.
  let depth = 0, quote = '';
  for (let i = 0; i < filter.length - 1; i++) {
    const c = filter[i]!;
    if (quote !== '') { if (c === '\\') i++; else if (c === quote) quote = ''; continue; }
    if (c === '"' || c === "'") quote = c;
    else if (c === '(') depth++;
    else if (c === ')' && --depth === 0) return filter;
  }
  return filter.slice(1, -1).trim();
}
