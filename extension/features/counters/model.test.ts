// Kernel counters as a tree and as CSV: order, texts, and names that mean harm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallCounterRow, ContainerCounterRow, CountersResult } from '../../../remote-agent/protocol/messages.ts';
import { COLUMNS, counterNodes, csvOf, noteOf, textOf, timeText } from './model.ts';

const call = (containerId: string, name: string, changes: Partial<CallCounterRow> = {}): CallCounterRow => ({ containerId, container: containerId === '' ? 'host' : `n-${containerId}`, call: name, calls: 10, errors: 0, bytes: 0, ns: 1000, p50Ns: 100, p99Ns: 200, ...changes });
const numbers = (containerId: string, changes: Partial<ContainerCounterRow> = {}): ContainerCounterRow => ({
  containerId, container: containerId === '' ? 'host' : `n-${containerId}`, runNs: 0, waitNs: 0, waitP50Ns: -1, waitP99Ns: -1, switches: 0, minorFaults: 0, majorFaults: 0, diskReads: 0, diskReadBytes: 0, diskWrites: 0, diskWriteBytes: 0,
  tcpConnects: 0, tcpFailed: 0, tcpAccepts: 0, tcpRetransmits: 0, tcpSentBytes: 0, tcpReceivedBytes: 0, oomKills: 0, ...changes,
});
const RESULT: CountersResult = {
  elapsedNs: 2e9, totalCalls: 4, lost: 0, problems: [], containers: [numbers('a', { runNs: 1e9, minorFaults: 3 }), numbers('', { runNs: 5e8, minorFaults: 9 })],
  calls: [call('', 'read', { calls: 90, p99Ns: 5 }), call('a', 'read', { calls: 50, bytes: 4096, errors: 2 }), call('a', 'futex', { calls: 1, p50Ns: 9e9, p99Ns: 9e9 }), call('b', 'poll', { calls: 60 })],
};
const shape = (order: string): string[] => counterNodes('r', RESULT, order).map(node => `${node.containerId}: ${node.calls.map(({ row }) => row.call).join(' ')}`);

test('in the order of each column; a container without that column comes last', () => {
  assert.deepEqual(shape('calls'), [': read', 'b: poll', 'a: read futex']);
  assert.deepEqual(shape('p99'), ['a: futex read', 'b: poll', ': read']);
  assert.deepEqual(shape('errors'), ['a: read futex', 'b: poll', ': read']);
  assert.deepEqual(shape('cpu'), ['a: read futex', ': read', 'b: poll']);
  assert.deepEqual(shape('faults'), [': read', 'a: read futex', 'b: poll']);
  assert.deepEqual(shape('name'), ['a: futex read', 'b: poll', ': read']);
  assert.deepEqual(shape('no such'), shape('calls'));
  for (const { id } of COLUMNS) assert.equal(new Set(counterNodes('r', RESULT, id).flatMap(node => [node.id, ...node.calls.map(each => each.id)])).size, 7, id);
});

test('texts: what there is none of is not said', () => {
  const [container] = counterNodes('r', RESULT, 'cpu');
  assert.ok(container);
  assert.equal(textOf(container).description, 'CPU 50.0 % · waited 0 ns · 3 faults');
  assert.match(textOf(container).tooltip, /On processors: 1\.00 s \(50\.0 % of one\)\nWaiting for one: 0 ns, each: median -,/);
  assert.deepEqual(container.calls.map(each => textOf(each).description), ['50 calls · 2 failed · 4.0 KiB · p50 100 ns · p99 200 ns', '1 calls · p50 9.00 s · p99 9.00 s']);
  assert.deepEqual([-1, 0, 999, 1500, 2.5e6, 3e10].map(timeText), ['-', '0 ns', '999 ns', '1.50 µs', '2.50 ms', '30.0 s']);
  assert.equal(noteOf(RESULT), '');
  assert.equal(noteOf({ ...RESULT, totalCalls: 9, lost: 1500, problems: ['no\nTCP'] }), 'The 4 most frequent of 9 pairs of container and call are shown. 1.50 k things were not counted: there are too many containers, or pairs of container and call. no·TCP');
});

test('CSV: a heading, a line for each container and call, as many cells each; names neither break it nor become formulas', () => {
  const lines = csvOf(counterNodes('r', RESULT, 'calls')).split('\r\n');
  assert.equal(lines.pop(), '');
  assert.equal(lines.length, 1 + 2 + 4);
  assert.equal(new Set(lines.map(line => line.split(',').length)).size, 1);
  assert.ok(lines[1]?.startsWith(',host,,2000000000,,,,,,,500000000,0,,,0,9,'), lines[1]);
  assert.ok(lines.some(line => line.startsWith('a,n-a,read,2000000000,50,2,4096,1000,100,200,,')));
  const evil = csvOf(counterNodes('r', { ...RESULT, containers: [], calls: [call('x', 'read', { container: '=cmd()|"a",\nb' })] }, 'calls'));
  assert.ok(evil.includes(`\r\nx,"'=cmd()|""a"",\nb",read,`), evil);
});
