// Times as text, and ticks over fifteen orders of magnitude.
process.env['TZ'] = 'UTC';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock, formatBytes, formatDuration } from './time.ts';

test('durations have a unit and three digits', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 ns'], [999, '999 ns'], [999.7, '1 µs'], [1000, '1 µs'], [1234, '1.23 µs'], [1_230_000, '1.23 ms'], [45_600_000, '45.6 ms'], [999_900_000, '1 s'], [1_500_000_000, '1.5 s'],
    [59_940_000_000, '59.9 s'], [60e9, '1 min'], [125e9, '2 min 5 s'], [3_660e9, '1 h 1 min'], [90_000e9, '1 d 1 h'], [-1, ''], [Number.NaN, ''],
  ];
  for (const [ns, text] of cases) assert.equal(formatDuration(ns), text);
});
test('sizes', () => { assert.equal(formatBytes(80), '80 B'); assert.equal(formatBytes(1536), '1.5 KiB'); assert.equal(formatBytes(40 * 1024 * 1024), '40 MiB'); });

const clock = new Clock('1763812800123456789'); // 2025-11-22T12:00:00.123456789Z
test('clock times carry all nanoseconds', () => {
  assert.equal(clock.format(0, 'clock'), '12:00:00.123456789');
  assert.equal(clock.format(876543211, 'clock'), '12:00:01.000000000');
  assert.equal(clock.format(-123456790, 'clock'), '11:59:59.999999999');
  assert.equal(clock.format(61e9, 'clock', 0), '12:01:01');
  // Four months after the base every nanosecond still counts.
  assert.equal(clock.format(104 * 86400e9 + 1, 'clock').slice(-9), '123456790');
});
test('relative times', () => {
  assert.equal(clock.format(1_250_340_120, 'relative'), '+1.250340120');
  assert.equal(clock.format(3_723_000_000_000, 'relative', 0), '+1:02:03');
  assert.equal(clock.format(-5e8, 'relative', 3), '−0.500');
});
test('a base that is no number does not throw', () => assert.equal(typeof new Clock('<b>').format(0, 'clock'), 'string'));

test('ticks at every zoom: inside the range, evenly apart, not crowded, with different texts', () => {
  for (let exponent = 3; exponent <= 15; exponent += 0.25) {
    const spanNs = Math.round(10 ** exponent);
    for (const mode of ['clock', 'relative'] as const) {
      const startNs = 7_123_456_789;
      const { ticks } = clock.axis(startNs, startNs + spanNs, 1200, mode);
      assert.ok(ticks.length >= 2 && ticks.length <= 14, `${spanNs} ns ${mode}: ${ticks.length} ticks`);
      for (const tick of ticks) assert.ok(tick.ns >= startNs && tick.ns <= startNs + spanNs);
      if (spanNs >= 3e14) continue; // days may begin a month anew
      const steps = ticks.slice(1).map((tick, i) => tick.ns - ticks[i]!.ns);
      for (const step of steps) assert.ok(Math.abs(step - steps[0]!) <= 1, `${spanNs} ns ${mode}: uneven`);
      // Over several days the hours come again; midnight then names the day.
      if (spanNs >= 86400e9) { assert.ok(mode === 'relative' || ticks.some((tick) => /Nov|Dec/.test(tick.text)), ticks.map((tick) => tick.text).join(' ')); continue; }
      assert.equal(new Set(ticks.map((tick) => tick.text)).size, ticks.length, `${spanNs} ns ${mode}: ${ticks.map((tick) => tick.text).join(' ')}`);
    }
  }
});
test('ticks stand on round clock times', () => {
  const seconds = clock.axis(0, 30e9, 1200, 'clock').ticks.map((tick) => tick.text);
  assert.equal(seconds[0], '12:00:05');
  const micro = clock.axis(0, 10_000, 600, 'clock');
  assert.equal(micro.ticks[0]!.text.replace(/\u2009/g, ' '), '00.123 458');
  assert.match(micro.context, /22 Nov 2025 {2}12:00:00/);
});
