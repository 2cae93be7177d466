// Counters of the kernel side, as people read them: added up, subtracted, and the lengths of calls out of their buckets.
import { COUNTER_BUCKETS } from '../../driver/schema/profile.ts';
import type { CallCounter } from '../addon/porthole.d.ts';

const keyOf = (c: CallCounter): string => `${String(c.cgroup)} ${String(c.nr)} ${c.narrow ? 'n' : ''}`;

function combine(a: CallCounter, b: CallCounter, sign: 1 | -1): CallCounter {
  return {
    ...a, calls: a.calls + sign * b.calls, errors: a.errors + sign * b.errors, bytes: a.bytes + sign * b.bytes, ns: a.ns + sign * b.ns, untimed: a.untimed + sign * b.untimed, leftOut: a.leftOut + sign * b.leftOut,
    lengths: a.lengths.map((n, i) => n + sign * (b.lengths[i] ?? 0)),
  };
}

/** One for each pair of group and call: the probe may give a pair in two parts. */
export function addCounters(counters: readonly CallCounter[]): CallCounter[] {
  const all = new Map<string, CallCounter>();
  for (const counter of counters) { const key = keyOf(counter), before = all.get(key); all.set(key, before === undefined ? counter : combine(before, counter, 1)); }
  return [...all.values()];
}

/** What has come since `before`. A counter that has become less was begun anew: it counts whole. */
export function countersSince(now: readonly CallCounter[], before: readonly CallCounter[]): CallCounter[] {
  const earlier = new Map(before.map((c) => [keyOf(c), c]));
  return now.map((c) => { const then = earlier.get(keyOf(c)); return then === undefined || then.calls > c.calls ? c : combine(c, then, -1); }).filter((c) => c.calls > 0);
}

/** The length below which the part `q` (0 to 1) of the calls stays, ns; between the ends of a bucket by parts. NaN where no length is known. */
export function quantileNs(lengths: readonly number[], q: number): number {
  const total = lengths.reduce((sum, n) => sum + n, 0);
  if (total === 0) return Number.NaN;
  let left = q * total;
  for (let i = 0; i < lengths.length; i++) {
    const here = lengths[i] ?? 0;
    if (left <= here && here > 0) {
      const from = i === 0 ? 0 : 2 ** (COUNTER_BUCKETS.firstBit + i);
      return from + (left / here) * (2 ** (COUNTER_BUCKETS.firstBit + 1 + i) - from);
    }
    left -= here;
  }
  return 2 ** (COUNTER_BUCKETS.firstBit + lengths.length);
}
