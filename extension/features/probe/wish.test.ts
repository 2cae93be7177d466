// What is asked of the probe, in words; names of a host stay on one line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_EVENTS, callNames, leftOutItems, lengthText, namesOf, parseLength, parseSnaplen, partsOf, wishText } from './wish.ts';

test('a wish in words: nothing for everything, each part by itself, many things by their number', () => {
  assert.equal(wishText(ALL_EVENTS), '');
  assert.equal(wishText({ containers: ['0123456789ab'], calls: ['read', 'write', 'futex'], failedOnly: true, slowerThanNs: 1.5e6, snaplen: 0, switches: true, pageFaults: true }), 'container 0123456789ab, 3 calls, failures only, longer than 1.5 ms, 0 bytes of buffers, with scheduler switches, with page faults');
  const containers = ['0123456789ab', 'ffffffffffff'], names = namesOf({ spare: true, leftOut: [], sinceNs: -1, wish: { ...ALL_EVENTS, containers }, containerNames: ['web\n1', 'ffffffffffff'] });
  assert.equal(wishText({ ...ALL_EVENTS, containers }, names), 'container web·1, ffffffffffff');
  assert.equal(partsOf({ ...ALL_EVENTS, containers }, names)[0]?.value, 'web·1, ffffffffffff');
  assert.deepEqual([20e3, 2e6, 3e9].map(lengthText), ['20 µs', '2 ms', '3 s']);
});

test('what was left out: a line for each container and call', () => {
  assert.deepEqual(leftOutItems([{ containerId: '', container: 'host', call: 'read', count: 12345 }, { containerId: '0123456789ab', container: 'a\nb', call: 'poll', count: 1 }]), [
    { label: 'Processes of the host · read', description: '12,345 left out' }, { label: 'a·b · poll', description: '1 left out' },
  ]);
});

test('every part of a wish can be changed; what is typed is understood or refused', () => {
  assert.deepEqual(partsOf(ALL_EVENTS).map(({ part }) => part).sort(), Object.keys(ALL_EVENTS).sort());
  assert.equal(partsOf({ ...ALL_EVENTS, slowerThanNs: 2e6 }).find(({ part }) => part === 'slowerThanNs')?.value, '2 ms');
  assert.deepEqual(['', '20', ' 1.5 ', '-1', 'x', '1e99'].map(parseLength), [0, 20_000, 1500, undefined, undefined, undefined]);
  assert.deepEqual(['', '0', '4096', '4097', '1.5', 'x'].map(parseSnaplen), [-1, 0, 4096, undefined, undefined, undefined]);
  const names = callNames();
  assert.ok(names.length > 300 && names.some(({ name }) => name === 'openat') && new Set(names.map(({ name }) => name)).size === names.length);
});
