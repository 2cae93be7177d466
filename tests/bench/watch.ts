// The agent's own path from the kernel into the engine's state, for benchmarks that watch other programs while it runs.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { CALL_BITS } from '../../driver/schema/index.ts';
import type { CaptureProfile, Probe } from '../../remote-agent/addon/porthole.d.ts';
import { TimeBase } from '../../remote-agent/engine/base/nanos.ts';
import { forEachRecord } from '../../remote-agent/engine/event/batch.ts';
import { SystemState } from '../../remote-agent/engine/state/systemState.ts';
import { loadAddon } from '../../remote-agent/host/addon.ts';
import { has, sleep } from './tools.ts';

const RING_BYTES = 64 << 20, SETTLED_BYTES = 64 << 10;
export const COUNTERS: CaptureProfile = { calls: new Uint8Array(512).fill(CALL_BITS.count | CALL_BITS.bytes), threadEnds: false, signals: false };
export const EVERYTHING: CaptureProfile = { snaplen: 80 };

/** Leaves the last processor to who is watched, as far as the machine allows; the number of that processor, -1 where there is but one. */
export function standAside(): number {
  const cpu = cpus().length - 1;
  if (cpu === 0 || !has('taskset')) return -1;
  execFileSync('taskset', ['-apc', `0-${String(cpu - 1)}`, String(process.pid)], { stdio: 'ignore' });
  return cpu;
}

export interface Watched<T> { readonly result: T; readonly events: number; readonly lost: number }

/** Runs `work` while the probe captures by `profile` and the engine takes in what comes; resolves when all that had come by its end is through. */
export async function watching<T>(profile: CaptureProfile, work: (probe: Probe) => Promise<T>): Promise<Watched<T>> {
  const probe = loadAddon().openProbe({ ringBytes: RING_BYTES });
  try {
    const base = new TimeBase(BigInt(Date.now()) * 1_000_000n);
    const state = new SystemState(base, { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
    let events = 0;
    probe.setProfile(profile);
    probe.start((batch) => { forEachRecord(batch, (view, startHi, startLo) => { state.process(view, base.relative(startHi, startLo)); events++; }); });
    const result = await work(probe);
    for (let s = probe.stats(); s.waitingBytes > SETTLED_BYTES || s.queued > 1; s = probe.stats()) await sleep(1);
    return { result, events, lost: probe.stats().losses.reduce((sum, n) => sum + n, 0) };
  } finally { probe.close(); }
}
