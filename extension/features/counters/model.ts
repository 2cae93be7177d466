// Counters of the kernel as a tree, container and call, in a chosen order, and as CSV. No editor in it. All names are of the host and hostile.
import type { CallCounterRow, ContainerCounterRow, CountersResult } from '../../../remote-agent/protocol/messages.ts';
import { oneLine, shortBytes, shortCount } from '../../base/text.ts';
import type { NodeText } from '../hosts/model.ts';

export interface CounterContainer { readonly kind: 'counter-container'; readonly id: string; readonly containerId: string; readonly name: string; readonly numbers: ContainerCounterRow | undefined; readonly calls: readonly CounterCall[]; readonly elapsedNs: number }
export interface CounterCall { readonly kind: 'counter-call'; readonly id: string; readonly row: CallCounterRow }
export type CounterNode = CounterContainer | CounterCall;

/** A column that rows can be ordered by, the most first: of a call, and of a container, for which it is the sum over its calls where it has none of its own. */
export interface Column { readonly id: string; readonly label: string; readonly call?: (row: CallCounterRow) => number; readonly container?: (row: ContainerCounterRow) => number }
export const COLUMNS: readonly Column[] = [
  { id: 'calls', label: 'Calls', call: row => row.calls },
  { id: 'errors', label: 'Errors', call: row => row.errors },
  { id: 'bytes', label: 'Bytes', call: row => row.bytes },
  { id: 'time', label: 'Time in calls', call: row => row.ns },
  { id: 'p50', label: 'Median length of calls', call: row => row.p50Ns },
  { id: 'p99', label: '99th percentile of lengths', call: row => row.p99Ns },
  { id: 'cpu', label: 'Time on processors', container: row => row.runNs },
  { id: 'wait', label: 'Waiting for a processor', container: row => row.waitNs },
  { id: 'faults', label: 'Page faults', container: row => row.minorFaults + row.majorFaults },
  { id: 'disk', label: 'Bytes of block devices', container: row => row.diskReadBytes + row.diskWriteBytes },
  { id: 'tcp', label: 'Bytes of TCP', container: row => row.tcpSentBytes + row.tcpReceivedBytes },
  { id: 'name', label: 'Name' },
];
const BY_CALLS = (row: CallCounterRow): number => row.calls;
/** Quantiles are not added up: a container stands where its highest one does. */
const HIGHEST = new Set(['p50', 'p99']);

export function columnOf(id: string): Column { return COLUMNS.find(column => column.id === id) ?? COLUMNS[0] as Column; }

/** Containers and their calls in order. `root`: what the ids begin with. */
export function counterNodes(root: string, result: CountersResult, order: string): CounterContainer[] {
  const column = columnOf(order), byName = column.id === 'name';
  const numbers = new Map(result.containers.map(row => [row.containerId, row])), calls = new Map<string, CallCounterRow[]>();
  for (const row of result.calls) { const list = calls.get(row.containerId); if (list === undefined) calls.set(row.containerId, [row]); else list.push(row); }
  const of = column.call ?? BY_CALLS;
  const nodes = [...new Set([...numbers.keys(), ...calls.keys()])].map(containerId => {
    const own = [...calls.get(containerId) ?? []].sort((a, b) => (byName ? 0 : of(b) - of(a)) || a.call.localeCompare(b.call)), row = numbers.get(containerId), id = `${root}/c:${containerId}`;
    const values = own.map(of), sum = HIGHEST.has(column.id) ? Math.max(-1, ...values) : values.reduce((all, one) => all + one, 0);
    const weight = column.container === undefined ? sum : row === undefined ? 0 : column.container(row);
    const name = containerId === '' ? 'Processes of the host' : row?.container ?? own[0]?.container ?? containerId;
    const node: CounterContainer = { kind: 'counter-container', id, containerId, name, numbers: row, elapsedNs: result.elapsedNs, calls: own.map(call => ({ kind: 'counter-call', id: `${id}/${call.call}`, row: call })) };
    return { node, weight };
  });
  return nodes.sort((a, b) => (byName ? 0 : b.weight - a.weight) || a.node.name.localeCompare(b.node.name)).map(({ node }) => node);
}

export function timeText(ns: number): string {
  if (ns < 0) return '-';
  for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['µs', 1e3]] as const) if (ns >= size) { const scaled = ns / size; return `${scaled >= 100 ? scaled.toFixed(0) : scaled >= 10 ? scaled.toFixed(1) : scaled.toFixed(2)} ${unit}`; }
  return `${Math.round(ns)} ns`;
}
const whole = (value: number): string => value.toLocaleString('en');

export function textOf(node: CounterNode): NodeText {
  if (node.kind === 'counter-call') {
    const { row } = node, label = oneLine(row.call, 60), errors = row.errors === 0 ? '' : `${shortCount(row.errors)} failed`, bytes = row.bytes === 0 ? '' : shortBytes(row.bytes);
    return {
      label, description: [`${shortCount(row.calls)} calls`, errors, bytes, `p50 ${timeText(row.p50Ns)}`, `p99 ${timeText(row.p99Ns)}`].filter(text => text !== '').join(' · '),
      tooltip: `${label}\nCalls: ${whole(row.calls)}\nErrors: ${whole(row.errors)}\nBytes: ${whole(row.bytes)}\nTime in them: ${timeText(row.ns)}\nMedian: ${timeText(row.p50Ns)}\n99th percentile: ${timeText(row.p99Ns)}`,
      spoken: `${label}, ${whole(row.calls)} calls, ${whole(row.errors)} failed, ${shortBytes(row.bytes)}, median ${timeText(row.p50Ns)}, 99th percentile ${timeText(row.p99Ns)}`, icon: 'symbol-method', ...(row.errors > 0 ? { color: 'charts.orange' } : {}), context: 'counters.call', children: 'none',
    };
  }
  const { numbers: n, containerId, elapsedNs } = node, label = oneLine(node.name, 80) || containerId;
  const cpu = n === undefined || elapsedNs === 0 ? '' : `CPU ${(100 * n.runNs / elapsedNs).toFixed(1)} %`, wait = n === undefined ? '' : `waited ${timeText(n.waitNs)}`;
  const faults = n === undefined ? '' : `${shortCount(n.minorFaults + n.majorFaults)} faults`;
  const disk = n === undefined || n.diskReads + n.diskWrites === 0 ? '' : `disk ${shortBytes(n.diskReadBytes + n.diskWriteBytes)}`;
  const tcp = n === undefined || n.tcpConnects + n.tcpAccepts + n.tcpSentBytes + n.tcpReceivedBytes === 0 ? '' : `TCP ${shortBytes(n.tcpSentBytes + n.tcpReceivedBytes)}`;
  const parts = [cpu, wait, faults, disk, tcp].filter(text => text !== '');
  const tooltip = n === undefined ? label : [
    label, `On processors: ${timeText(n.runNs)} (${cpu.slice(4)} of one)`, `Waiting for one: ${timeText(n.waitNs)}, each: median ${timeText(n.waitP50Ns)}, 99th percentile ${timeText(n.waitP99Ns)}`, `Switches: ${whole(n.switches)}`,
    `Page faults: ${whole(n.minorFaults)}, and ${whole(n.majorFaults)} read from disk`, `Read from disk: ${shortBytes(n.diskReadBytes)} in ${whole(n.diskReads)} requests`, `Written: ${shortBytes(n.diskWriteBytes)} in ${whole(n.diskWrites)}`,
    `TCP: ${whole(n.tcpConnects)} begun, ${whole(n.tcpFailed)} failed, ${whole(n.tcpAccepts)} accepted, ${whole(n.tcpRetransmits)} segments sent again`, `TCP, of connections that have been closed: ${shortBytes(n.tcpSentBytes)} sent, ${shortBytes(n.tcpReceivedBytes)} received`,
    n.oomKills === 0 ? '' : `Killed for want of memory: ${whole(n.oomKills)}`,
  ].filter(line => line !== '').join('\n');
  return { label, description: parts.join(' · '), tooltip, spoken: [containerId === '' ? label : `Container ${label}`, ...parts].join(', '), icon: containerId === '' ? 'server-process' : 'package', context: 'counters.container', children: node.calls.length === 0 ? 'none' : 'collapsed' };
}

/** What is said above the list. */
export function noteOf(result: CountersResult): string {
  return [
    result.totalCalls > result.calls.length ? `The ${result.calls.length} most frequent of ${result.totalCalls} pairs of container and call are shown.` : '',
    result.lost > 0 ? `${shortCount(result.lost)} things were not counted: there are too many containers, or pairs of container and call.` : '', ...result.problems.map(problem => oneLine(problem, 300)),
  ].filter(text => text !== '').join(' ');
}

const cell = (value: string | number): string => {
  const text = String(value).replaceAll('\0', '');
  // What a spreadsheet would take for a formula is made text.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const NUMBERS = ['runNs', 'waitNs', 'waitP50Ns', 'waitP99Ns', 'switches', 'minorFaults', 'majorFaults', 'diskReads', 'diskReadBytes', 'diskWrites', 'diskWriteBytes', 'tcpConnects', 'tcpFailed', 'tcpAccepts', 'tcpRetransmits', 'tcpSentBytes', 'tcpReceivedBytes', 'oomKills'] as const;
const CALL_NUMBERS = ['calls', 'errors', 'bytes', 'ns', 'p50Ns', 'p99Ns'] as const;

/** Two kinds of lines under one heading (RFC 4180): of containers, whose `call` is empty, and of their calls. Times in ns; what is not known is empty. */
export function csvOf(nodes: readonly CounterContainer[]): string {
  const lines: (readonly (string | number)[])[] = [['containerId', 'container', 'call', 'elapsedNs', ...CALL_NUMBERS, ...NUMBERS]];
  const known = (value: number): string | number => value < 0 ? '' : value;
  for (const node of nodes) {
    const head = [node.containerId, node.containerId === '' ? 'host' : node.name], elapsed = Math.round(node.elapsedNs), { numbers } = node;
    if (numbers !== undefined) lines.push([...head, '', elapsed, ...CALL_NUMBERS.map(() => ''), ...NUMBERS.map(name => known(numbers[name]))]);
    for (const { row } of node.calls) lines.push([...head, row.call, elapsed, ...CALL_NUMBERS.map(name => known(row[name])), ...NUMBERS.map(() => '')]);
  }
  return lines.map(line => `${line.map(cell).join(',')}\r\n`).join('');
}
