// What differs between sysdig's runs of chisels and porthole's on purpose; part of the list in harnessKnown.ts.
import type { KnownDifference } from './harnessKnown.ts';

/** Rows after which tables of the package are cut. */
const CUT = [5, 10, 30, 100];
/** Of a table cut to its first lines, those with the value of the last one may be others: the rest is compared as a set. */
function tableLines(output: string): string {
  const lines = output.split('\n');
  const rule = lines.findIndex((line) => /^-{20,}$/.test(line));
  const head = rule < 0 ? [] : lines.slice(0, rule + 1);
  const rows = lines.slice(rule + 1).filter((line) => line !== '');
  const value = (line: string): string => line.split(/\s/, 1)[0] ?? '';
  const last = rows.at(-1);
  const cut = CUT.includes(rows.length) && last !== undefined;
  const kept = cut ? rows.filter((row) => value(row) !== value(last)) : rows;
  return [...head, ...kept.sort()].join('\n');
}

export const TABLE_ORDER: KnownDifference = {
  name: 'chisel-table-order',
  reason: 'Lua leaves the order in which `pairs` visits a table open, and LuaJIT\'s is its own: rows with equal values, and the entries of tables that are not sorted, come in another order. Compared as sets; of tables cut after so many rows, without those that tie with the last.',
  output: tableLines,
};

export const LINE_SET: KnownDifference = {
  name: 'chisel-line-order',
  reason: 'Chisels that print while they walk a table by `pairs` (descriptors in `lsof` and `netstat`, groups in `fdcount_by`) print in the order of LuaJIT\'s hash. Compared as sets of lines.',
  output: (output) => output.split('\n').sort().join('\n'),
};

/** Of a table in JSON that was cut after so many rows, those that do not tie with the last. */
function withoutTies(table: unknown): unknown {
  const { data } = table as { data?: unknown };
  if (!Array.isArray(data) || !CUT.includes(data.length)) return table;
  const value = (row: unknown): unknown => Array.isArray(row) ? row.findLast((one) => typeof one === 'number') : undefined;
  return { ...table as object, data: data.filter((row) => value(row) !== value(data.at(-1))) };
}

export const CONTAINER_TYPE: KnownDifference = {
  name: 'chisel-container-type',
  reason: 'The container table of sysdig 0.29 calls the engines that came to it late, such as Podman, `unknown`, though `container.type` knows them. Porthole says the type.',
  output: (output) => output.replace(/^podman {9}/gm, 'unknown        '),
};

export const IPV6_PROTOCOL: KnownDifference = {
  name: 'chisel-ipv6-protocol',
  reason: 'The thread table of sysdig 0.29 has `<NA>` for the protocol of IPv6 connections, though `fd.l4proto` knows it. Porthole says the protocol.',
  output: (output) => output.replace(/^(?:tcp|udp) {3}(?=\S*:\S*:)/gm, '<NA>  '),
};

export const JSON_ORDER: KnownDifference = {
  name: 'chisel-json-order',
  reason: 'Members of the JSON that chisels print by a library of their own come in the order of LuaJIT\'s hash. Compared by value, rows as sets.',
  output: (output) => {
    // Members by name, numbers of rows aside: what is left is the same text for the same values.
    const ordered = (value: unknown): unknown => Array.isArray(value) ? value.map(ordered).sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, ordered(v)])) : value;
    try { return JSON.stringify(ordered(withoutTies(JSON.parse(output)))); } catch { return output.split('\n').map((line) => line.replace(/,$/, '')).sort().join('\n'); }
  },
};

export const CHISEL_KNOWN: readonly KnownDifference[] = [TABLE_ORDER, LINE_SET, JSON_ORDER, CONTAINER_TYPE, IPV6_PROTOCOL];
