// Calls under way as a tree: groups, order, texts, filters and lanes, and names that mean harm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../../remote-agent/engine/filter/index.ts';
import type { CallUnderWay, CallsResult } from '../../../remote-agent/protocol/messages.ts';
import { asCallsNode, childrenOf, containerNodes, copyText, filterOf, laneOf, noteOf, orderOf, rootNodes, spanText, textOf, type CallsNode } from './model.ts';

const call = (tid: number, changes: Partial<CallUnderWay> = {}): CallUnderWay => ({
  tid, pid: tid, comm: `p${tid}`, cmdline: `p${tid} -x`, container: 'web', containerId: 'abababababab', name: 'read', kind: 'network', nr: 0, row: -1, startNs: 1, waitingNs: 12.3e9, since: 'exact',
  descriptors: [{ fd: 3, kind: 'ipv4', name: '10.0.0.1:4000->10.0.0.2:5432' }], descriptorCount: 1, on: 'socket 10.0.0.1:4000->10.0.0.2:5432', args: ['0x3'], ...changes,
});
const CALLS = [call(30, { containerId: '', container: 'host', waitingNs: 90e9 }), call(11, { pid: 10, comm: 'pool' }), call(10), call(20, { waitingNs: 2e9 }), call(40, { containerId: 'cdcdcdcdcdcd', container: 'db', since: 'unknown', waitingNs: -1 })];
const all = (nodes: readonly CallsNode[]): CallsNode[] => nodes.flatMap(node => [node, ...all(childrenOf(node))]);

test('containers by name, the host last; a process with one call stands for it, one with several unfolds', () => {
  const roots = containerNodes('calls:host:h', CALLS);
  assert.deepEqual(roots.map(node => textOf(node).label), ['db', 'web', 'Processes of the host']);
  const web = roots[1];
  assert.ok(web);
  assert.equal(textOf(web).description, '3 waiting · longest 12 s');
  assert.deepEqual(childrenOf(web).map(node => [node.kind, textOf(node).label, textOf(node).children]), [['calls-process', 'p10', 'collapsed'], ['calls-call', 'p20', 'none']]);
  const [threads, single] = childrenOf(web);
  assert.ok(threads && single);
  assert.deepEqual(childrenOf(threads).map(node => textOf(node).label), ['pool · 11', 'p10 · 10']);
  assert.equal(textOf(single).description, '2 s · read socket 10.0.0.1:4000->10.0.0.2:5432');
  const ids = all(roots).map(node => node.id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(all(containerNodes('calls:host:h', [...CALLS])).map(node => node.id), ids);
});

test('what is said aloud is whole, and what is not known is said', () => {
  const [unknown] = containerNodes('r', [call(1, { since: 'unknown', waitingNs: -1, name: 'futex', on: 'futex 0x10', kind: 'wait', descriptors: [], descriptorCount: 0 })]);
  const [node] = unknown === undefined ? [] : childrenOf(unknown);
  assert.ok(node);
  assert.equal(textOf(node).spoken, 'Process p1, pid 1, waiting since before Porthole watched in futex 0x10');
  assert.equal(textOf(node).description, 'since before Porthole watched · futex 0x10');
  assert.equal(textOf(node).icon, 'lock');
  const [least] = all(containerNodes('r', [call(1, { since: 'atLeast', waitingNs: 3 * 3600e9 + 20 * 60e9, descriptorCount: 40, descriptors: Array.from({ length: 20 }, (_, fd) => ({ fd, kind: 'pipe', name: '' })) })])).filter(each => each.kind === 'calls-call');
  assert.ok(least);
  assert.match(textOf(least).description, /^> 3 h 20 min · read/);
  assert.match(textOf(least).tooltip, /Waiting for more than 3 h 20 min\nIt began before Porthole watched/);
  assert.match(textOf(least).tooltip, /descriptor 11: pipe\n {2}and 28 more\n/);
});

test('times get coarser the longer they are', () => {
  assert.deepEqual([0.2, 1, 59.9, 60, 3599, 3600, 86_400 + 7200].map(seconds => spanText(seconds * 1e9)), ['under 1 s', '1 s', '59 s', '1 min', '59 min', '1 h 0 min', '1 d 2 h']);
});

test('filters and lanes hold numbers and hexadecimal ids only, and the filter language takes them', () => {
  const nodes = all(containerNodes('r', [call(11, { pid: 10 }), call(10), call(30, { containerId: '' }), call(50, { containerId: 'x or evt.num>0' })]));
  assert.deepEqual(new Map(nodes.map(node => [node.id, `${filterOf(node)} | ${laneOf(node)}`])), new Map([
    ['r/c:abababababab', 'container.id=abababababab | c:abababababab'], ['r/c:abababababab/p:10', 'proc.pid=10 | p:10'], ['r/c:abababababab/p:10/t:11', 'thread.tid=11 | t:11'], ['r/c:abababababab/p:10/t:10', 'thread.tid=10 | t:10'],
    ['r/c:x or evt.num>0', ' | c:'], ['r/c:x or evt.num>0/p:50/t:50', 'thread.tid=50 | t:50'], ['r/c:', 'container.id=host | c:'], ['r/c:/p:30/t:30', 'thread.tid=30 | t:30'],
  ]));
  for (const node of nodes) assert.equal(compileFilter(filterOf(node)).ok || filterOf(node) === '', true);
});

test('names of a host are shown on one line, without control characters or turned text; so is what is copied', () => {
  const nodes = all(containerNodes('r', [call(1, { comm: 'a\nb\u202ec\u001b[31m', on: `x\u0000${'y'.repeat(500)}`, container: 'c\td' })]));
  for (const node of nodes) {
    const { label, description, spoken } = textOf(node);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(label + description + spoken, /[\u0000-\u001f\u202e]/);
  }
  const [first] = nodes;
  assert.ok(first);
  assert.deepEqual(copyText(first).split('\t').length, 6);
  assert.equal(copyText(first).includes('\n'), false);
});

test('what the list does not hold is said', () => {
  const result: CallsResult = { nowNs: 0, calls: [call(1)], total: 3, threads: 9, hidden: 2, onlyReturned: false };
  assert.equal(noteOf(result), '2 more are not shown: the longest 1 are. 2 of 9 threads may not be looked at.');
  for (const hidden of [0, 2]) assert.equal(noteOf({ ...result, total: 1, threads: 20, hidden }), '');
  assert.deepEqual([asCallsNode({ kind: 'host' }), asCallsNode(undefined), asCallsNode('x')], [undefined, undefined, undefined]);
});

test('other orders: the longest first, each with its container; by call; the same threads in each', () => {
  const sorted = [...CALLS].sort((a, b) => b.waitingNs - a.waitingNs);
  const longest = rootNodes('r', sorted, 'longest');
  assert.deepEqual(longest.map(node => textOf(node).label), ['p30', 'pool · 11', 'p10 · 10', 'p20', 'p40']);
  assert.deepEqual(longest.slice(0, 2).map(node => textOf(node).description), ['1 min · host · read socket 10.0.0.1:4000->10.0.0.2:5432', '12 s · web · read socket 10.0.0.1:4000->10.0.0.2:5432']);
  assert.match(textOf(longest[0] ?? assert.fail()).spoken, /^Process p30, .*, on the host$/);
  const byCall = rootNodes('r', [...sorted, call(60, { name: 'futex', on: '', waitingNs: 1e9 }), call(61, { name: 'x or y', on: '' })], 'call');
  assert.deepEqual(byCall.map(node => [textOf(node).label, childrenOf(node).length, filterOf(node), laneOf(node)]), [['futex', 1, 'evt.type=futex', ''], ['read', 5, 'evt.type=read', ''], ['x or y', 1, '', '']]);
  assert.equal(new Set(all(byCall).map(node => node.id)).size, all(byCall).length);
  assert.equal(copyText(byCall[1] ?? assert.fail()).split('\n').length, 5);
  assert.deepEqual(rootNodes('r', sorted, 'container'), containerNodes('r', sorted));
  assert.deepEqual([orderOf('call'), orderOf('z'), orderOf(undefined)], ['call', 'container', 'container']);
});
