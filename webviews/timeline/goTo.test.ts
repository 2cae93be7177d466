// Where texts lead: numbers, times of day over midnight, times since the start; what is wrong is pointed at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from '../base/time.ts';
import { parseGoTo } from './goTo.ts';

const base = new Date(2025, 10, 22, 23, 59, 30);
const clock = new Clock(`${base.getTime() / 1000}123456789`);
const go = (text: string) => parseGoTo(text, clock, 0);

test('event numbers', () => {
  assert.deepEqual(go('12345'), { kind: 'event', num: 12345 });
  assert.deepEqual(go(' #1,998,002 '), { kind: 'event', num: 1998002 });
  assert.equal(go('0').kind, 'wrong');
});

test('times since the start, in every form that the list shows them', () => {
  for (const [text, ns] of [['+31.25', 31.25e9], ['31.25', 31.25e9], ['31.25 s', 31.25e9], ['+5 s', 5e9], ['250 ms', 250e6], ['+1:02.5', 62.5e9], ['+1:00:02.5', 3602.5e9], ['2 min', 120e9], ['7 µs', 7e3]] as const) assert.deepEqual(go(text), { kind: 'time', ns }, text);
  for (const ns of [0, 999, 61_345_678_901, 3_723_000_000_001]) assert.deepEqual(go(clock.format(ns, 'relative', 9)), { kind: 'time', ns }, clock.format(ns, 'relative', 9));
});

test('times of day, also after midnight', () => {
  assert.deepEqual(go('23:59:31.123456789'), { kind: 'time', ns: 1e9 });
  assert.deepEqual(go('00:00:10.123456789'), { kind: 'time', ns: 40e9 });
  assert.deepEqual(go('23:59:30'), { kind: 'time', ns: -123456789 });
  for (const ns of [0, 12_345_678_901, 86_000_000_000]) assert.deepEqual(go(clock.format(ns, 'clock', 9)), { kind: 'time', ns }, clock.format(ns, 'clock', 9));
});

test('what is wrong is pointed at, and what to do is said', () => {
  for (const text of ['', 'abc', '12:60', '25:00', '+1:75', '12x4', '+']) {
    const found = go(text);
    assert.equal(found.kind, 'wrong', text);
    if (found.kind === 'wrong') assert.match(found.message, /Type an event number/);
  }
  const found = go('  12x4');
  assert.ok(found.kind === 'wrong' && found.start === 4 && found.end === 6, JSON.stringify(found));
});
