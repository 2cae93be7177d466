// Chance that can be had again: numbers from a seed, which is told so that a failure can be repeated.

export interface Chance {
  readonly seed: number;
  /** 0 <= x < 1. */
  next(): number;
  /** A whole number, 0 <= x < n. */
  below(n: number): number;
  pick<T>(of: readonly T[]): T;
}

/** The seed of the environment (PORTHOLE_SEED), or another each time. */
export function seedOf(env: NodeJS.ProcessEnv = process.env): number {
  const given = Number(env['PORTHOLE_SEED'] ?? NaN);
  return Number.isInteger(given) ? given >>> 0 : Math.floor(Math.random() * 0x100000000);
}

/** mulberry32: a few lines, and good enough to choose by. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
  return { seed, next, below: (n) => Math.floor(next() * n), pick: (of) => of[Math.floor(next() * of.length)] as (typeof of)[number] };
}
