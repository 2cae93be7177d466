// What the kernel side counts beside calls, as people read it: by container, added up over its control groups, in tables and as JSON.
import { COUNTER_BUCKETS, HOST_FIELDS, HOST_HISTOGRAMS, HOST_KINDS, type HostKind } from '../../driver/schema/index.ts';
import type { HostCount } from '../addon/porthole.d.ts';
import { quantileNs } from './probeCounters.ts';

/** The numbers of one kind by name, and its histograms by name (COUNTER_BUCKETS). */
export interface HostNumbers { readonly fields: Readonly<Record<string, number>>; readonly lengths: Readonly<Record<string, readonly number[]>> }
/** Kinds that have been counted, of one container. */
export type HostTotals = Partial<Record<HostKind, HostNumbers>>;

/** Names the numbers of one counter. */
export function namedNumbers(kind: HostKind, numbers: readonly number[]): HostNumbers {
  const fields = HOST_FIELDS[kind];
  return {
    fields: Object.fromEntries(fields.map((name, i) => [name, numbers[i] ?? 0])),
    lengths: Object.fromEntries(HOST_HISTOGRAMS[kind].map((name, i) => { const at = fields.length + i * COUNTER_BUCKETS.count; return [name, numbers.slice(at, at + COUNTER_BUCKETS.count)]; })),
  };
}

/** Adds up by what `nameOf` calls a control group. */
export function hostTotals(counts: readonly HostCount[], nameOf: (cgroup: bigint) => string): Map<string, HostTotals> {
  const sums = new Map<string, Map<HostKind, number[]>>();
  for (const { cgroup, kind, numbers } of counts) {
    const name = nameOf(cgroup);
    let kinds = sums.get(name);
    if (kinds === undefined) sums.set(name, kinds = new Map());
    const before = kinds.get(kind);
    kinds.set(kind, before === undefined ? [...numbers] : before.map((n, i) => n + (numbers[i] ?? 0)));
  }
  return new Map([...sums].map(([name, kinds]) => [name, Object.fromEntries([...kinds].map(([kind, numbers]) => [kind, namedNumbers(kind, numbers)]))]));
}

/** Nanoseconds for people: three digits. */
export function shortTime(ns: number): string {
  if (Number.isNaN(ns)) return '-';
  for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['us', 1e3]] as const) if (ns >= size) return `${(ns / size).toPrecision(3).replace(/e\+?\d+$/, '')}${unit}`;
  return `${String(Math.round(ns))}ns`;
}

/** Bytes for people: three digits. */
export function shortBytes(bytes: number): string {
  for (const [unit, size] of [['T', 2 ** 40], ['G', 2 ** 30], ['M', 2 ** 20], ['K', 2 ** 10]] as const) if (bytes >= size) return `${(bytes / size).toFixed(bytes / size < 10 ? 2 : bytes / size < 100 ? 1 : 0)}${unit}`;
  return String(bytes);
}

/** Rows of cells as lines; the first `left` columns are text, the others numbers. */
export function tableOf(rows: readonly (readonly string[])[], left: number): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, i) => (i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ').trimEnd()}\n`).join('');
}

interface Section { readonly heads: readonly string[]; readonly weight: (n: HostNumbers) => number; readonly cells: (n: HostNumbers, seconds: number) => readonly string[] }
const f = (n: HostNumbers, name: string): number => n.fields[name] ?? 0;
const count = (n: HostNumbers, name: string): string => String(f(n, name));
const quantile = (n: HostNumbers, histogram: string, q: number): string => shortTime(quantileNs(n.lengths[histogram] ?? [], q));

/** A table for each kind; rows by weight, the heaviest first, none without any. */
const SECTIONS: Readonly<Record<HostKind, Section>> = {
  cpu: {
    heads: ['CPU%', 'CPU', 'WAITED', 'WAIT P50', 'WAIT P99', 'SWITCHES', 'PREEMPTED', 'FAULTS', 'MAJOR'],
    weight: (n) => f(n, 'runNs') + f(n, 'waitNs') + f(n, 'minorFaults'),
    cells: (n, seconds) => [
      (f(n, 'runNs') / seconds / 1e7).toFixed(1), shortTime(f(n, 'runNs')), shortTime(f(n, 'waitNs')), quantile(n, 'wait', 0.5), quantile(n, 'wait', 0.99),
      String(f(n, 'voluntary') + f(n, 'involuntary')), count(n, 'involuntary'), String(f(n, 'minorFaults') + f(n, 'majorFaults')), count(n, 'majorFaults'),
    ],
  },
  disk: {
    heads: ['READS', 'BYTES', 'P50', 'P99', 'WRITES', 'BYTES', 'P50', 'P99', 'OTHERS', 'ERRORS'],
    weight: (n) => f(n, 'readNs') + f(n, 'writeNs') + f(n, 'reads') + f(n, 'writes') + f(n, 'others'),
    cells: (n) => [
      count(n, 'reads'), shortBytes(f(n, 'readBytes')), quantile(n, 'read', 0.5), quantile(n, 'read', 0.99), count(n, 'writes'), shortBytes(f(n, 'writeBytes')), quantile(n, 'write', 0.5), quantile(n, 'write', 0.99), count(n, 'others'), count(n, 'errors'),
    ],
  },
  tcp: {
    heads: ['CONNECTS', 'FAILED', 'ACCEPTS', 'CLOSES', 'RETRANSMITS', 'SENT', 'RECEIVED'],
    weight: (n) => f(n, 'began') + f(n, 'accepted') + f(n, 'closed') + f(n, 'retransmits') + f(n, 'failed'),
    cells: (n) => [count(n, 'began'), count(n, 'failed'), count(n, 'accepted'), count(n, 'closed'), count(n, 'retransmits'), shortBytes(f(n, 'sentBytes')), shortBytes(f(n, 'receivedBytes'))],
  },
  memory: { heads: ['OOM KILLS'], weight: (n) => f(n, 'oomKills'), cells: (n) => [count(n, 'oomKills')] },
};
const TITLES: Readonly<Record<HostKind, string>> = { cpu: 'PROCESSORS', disk: 'DISK', tcp: 'TCP', memory: 'MEMORY' };

/** The tables of all kinds that have anything to tell, a blank line between. `seconds`: how long was counted. */
export function hostTables(totals: ReadonlyMap<string, HostTotals>, seconds: number): string {
  const tables: string[] = [];
  for (const kind of HOST_KINDS) {
    const section = SECTIONS[kind];
    const rows = [...totals].flatMap(([name, kinds]) => { const numbers = kinds[kind]; return numbers === undefined || section.weight(numbers) === 0 ? [] : [{ name, numbers, weight: section.weight(numbers) }]; });
    if (rows.length === 0) continue;
    rows.sort((a, b) => b.weight - a.weight);
    tables.push(tableOf([[TITLES[kind], ...section.heads], ...rows.map(({ name, numbers }) => [name, ...section.cells(numbers, seconds)])], 1));
  }
  return tables.join('\n');
}

/** The same as plain data: numbers by name, histograms as `NAMELengths`. */
export function hostObject(totals: HostTotals): Record<string, unknown> {
  return Object.fromEntries(HOST_KINDS.flatMap((kind) => {
    const numbers = totals[kind];
    return numbers === undefined ? [] : [[kind, { ...numbers.fields, ...Object.fromEntries(Object.entries(numbers.lengths).map(([name, lengths]) => [`${name}Lengths`, lengths])) }]];
  }));
}
