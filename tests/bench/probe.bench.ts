// What the probe costs a program that is watched, beside the floor and the peers; and how many events a second come from the kernel into the engine's state.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { CALL_BITS, SYSCALLS } from '../../driver/schema/index.ts';
import type { CaptureProfile } from '../../remote-agent/addon/porthole.d.ts';
import { TimeBase } from '../../remote-agent/engine/base/nanos.ts';
import { forEachRecord } from '../../remote-agent/engine/event/batch.ts';
import { SystemState } from '../../remote-agent/engine/state/systemState.ts';
import { loadAddon } from '../../remote-agent/host/addon.ts';
import { figure, median, say, skipped } from './report.ts';
import { buildFloor, buildLoad, Floor, has, Mix, scratch, sleep, timeOfMix, type CallTime } from './tools.ts';

/** A round takes about a second; what is measured within it are windows of some 10 ms, all modes in turn, so that a change of the machine's speed, which lasts seconds here, falls on all of them. */
const ROUNDS = Number(process.env['PORTHOLE_BENCH_ROUNDS'] ?? 40);
const WINDOWS = 4;
const CALLS = Number(process.env['PORTHOLE_BENCH_CALLS'] ?? 40_000);
const PEER_CALLS = 600_000;
const RATE_ROUNDS = 9;
/** Tracers that stop the program at each call need no more to be measured. */
const SLOW_CALLS = 25_000;
const RATE_CALLS = 1_200_000;
const RING_BYTES = 64 << 20;
const SETTLED_BYTES = 64 << 10;
/** The bars: ratios to what the floor adds. */
const BARS: Readonly<Record<string, number>> = { 'notWanted.container': 1.6, 'notWanted.calls': 1.6, counters: 2.4, captured: 3.4 };

/** The same job with bpftrace: calls by group, call and length, which is what the counters hold. */
const BPFTRACE = 'tracepoint:raw_syscalls:sys_enter { @t[tid] = nsecs; } tracepoint:raw_syscalls:sys_exit /@t[tid]/ { @h[cgroup, args->id] = hist(nsecs - @t[tid]); if (args->ret < 0) { @e[cgroup, args->id] = count(); } delete(@t[tid]); }';
const IN_TRACEFS = ['unshare', '--mount', 'sh', '-c', 'mount -t tracefs none /sys/kernel/tracing; mount -t debugfs none /sys/kernel/debug 2> /dev/null; exec "$0" "$@"'];

function callsOf(bits: (nr: number) => number): Uint8Array { return Uint8Array.from({ length: 512 }, (_, nr) => bits(nr)); }
const NANOSLEEP = SYSCALLS.find((s) => s.name === 'nanosleep')?.[process.arch === 'arm64' ? 'arm64' : 'x64'] ?? -1;

/** What the probe is asked for in each mode. */
const MODES: Readonly<Record<string, CaptureProfile>> = {
  'notWanted.container': { groups: [{ id: 123_456_789n, wanted: true, below: true }] },
  'notWanted.calls': { calls: callsOf((nr) => (nr === NANOSLEEP ? CALL_BITS.event : 0)) },
  counters: { calls: callsOf(() => CALL_BITS.count | CALL_BITS.bytes), threadEnds: false, signals: false },
  captured: { snaplen: 80 },
};

export async function run(): Promise<void> {
  const folder = scratch();
  const load = buildLoad(folder), floor = buildFloor(folder);
  // The program that is watched has the last processor for itself as far as the machine allows; who reads has another.
  const cpu = cpus().length - 1;
  if (cpu > 0 && has('taskset')) execFileSync('taskset', ['-apc', `0-${String(cpu - 1)}`, String(process.pid)], { stdio: 'ignore' });
  const times = new Map<string, CallTime[]>();
  const note = (name: string, time: CallTime): void => { const list = times.get(name) ?? []; list.push(time); times.set(name, list); };
  const opened: number[] = [];
  let lost = 0;
  const mix = new Mix(load, cpu), empty = new Floor(floor);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const windows = new Map<string, CallTime[]>();
      const measure = async (name: string): Promise<void> => { const list = windows.get(name) ?? []; list.push(await mix.time(CALLS)); windows.set(name, list); };
      const bareAndFloor = async (): Promise<void> => {
        for (let i = 0; i < WINDOWS / 2; i++) { await measure('bare'); await empty.set(true); await measure('floor'); await empty.set(false); }
      };
      await bareAndFloor();
      const begun = performance.now();
      const probe = loadAddon().openProbe({ ringBytes: RING_BYTES, snaplen: 80 });
      try {
        probe.start(() => undefined);
        opened.push(performance.now() - begun);
        for (let i = 0; i < WINDOWS; i++) {
          for (const [name, profile] of Object.entries(MODES)) { probe.setProfile(profile); await measure(name); }
        }
        lost += probe.stats().losses.reduce((sum, n) => sum + n, 0);
      } finally { probe.close(); }
      await bareAndFloor();
      for (const [name, values] of windows) note(name, { cpu: median(values.map(({ cpu: ns }) => ns)), wall: median(values.map(({ wall }) => wall)) });
    }
  } finally { await mix.end(); await empty.end(); }
  if (process.env['PORTHOLE_BENCH_PEERS'] !== '0') await peers(load, cpu, note);
  report(times);
  figure({ name: 'probe.open', value: median(opened), unit: 'ms', note: 'loaded and attached' });
  if (lost > 0) say(`${lost} records were lost in ${ROUNDS} rounds`);
  await rate(load, cpu);
}

async function peers(load: string, cpu: number, note: (name: string, time: CallTime) => void): Promise<void> {
  const each: readonly (readonly [name: string, program: string, prefix: readonly string[], calls: number])[] = [
    ['strace', 'strace', ['strace', '-f', '-T', '-s', '80', '-qq', '-o', '/dev/null'], SLOW_CALLS],
    ['perfTrace', 'perf', [...IN_TRACEFS, 'perf', 'trace', '-o', '/dev/null'], SLOW_CALLS],
    ['bpftrace', 'bpftrace', [...IN_TRACEFS, 'sh', '-c', `exec bpftrace -o /dev/null -e '${BPFTRACE}' -c "$*"`, 'sh'], PEER_CALLS],
  ];
  for (const [name, program, prefix, calls] of each) {
    if (!has(program)) { skipped(`peer.${name}`, `${program} is not installed`); continue; }
    try { for (let i = 0; i < Math.min(5, ROUNDS); i++) note(name, await timeOfMix(load, calls, cpu, prefix)); } catch (error) { skipped(`peer.${name}`, String(error).split('\n')[0] ?? ''); }
  }
}

function report(times: ReadonlyMap<string, readonly CallTime[]>): void {
  const cpuOf = (name: string): number => median((times.get(name) ?? []).map(({ cpu }) => cpu));
  const wallOf = (name: string): number => median((times.get(name) ?? []).map(({ wall }) => wall));
  // Rounds are short, so that what changes on a machine that is not quiet changes for all of a round: differences are taken within it.
  const differences = (name: string): readonly number[] => (times.get(name) ?? []).map(({ cpu }, i) => cpu - (times.get('bare')?.[i]?.cpu ?? Number.NaN));
  const addedBy = (name: string): number => median(differences(name));
  const bare = cpuOf('bare'), floor = addedBy('floor');
  figure({ name: 'probe.bare', value: bare, unit: 'ns/call', note: 'mean of getppid, open, read, write, close; the thread\'s own time' });
  figure({ name: 'probe.floor', value: floor, unit: 'ns/call', note: 'added by two empty programs' });
  for (const name of Object.keys(MODES)) {
    const added = addedBy(name), bar = BARS[name] ?? Number.NaN;
    const ratios = differences(name).map((ns, i) => ns / (differences('floor')[i] ?? Number.NaN)).sort((a, b) => a - b), at = (share: number): string => (ratios[Math.floor(ratios.length * share)] ?? Number.NaN).toFixed(2);
    figure({ name: `probe.${name}`, value: added, unit: 'ns/call', peer: 'floor', peerValue: floor, note: `at most ${String(bar)}: ${added / floor <= bar ? 'kept' : 'NOT KEPT'}; half of the rounds ${at(0.25)} to ${at(0.75)}` });
  }
  for (const name of ['strace', 'perfTrace', 'bpftrace']) {
    if (!times.has(name)) continue;
    // Who is stopped uses no time of its own.
    const added = name === 'bpftrace' ? cpuOf(name) - bare : wallOf(name) - wallOf('bare');
    const ours = name === 'bpftrace' && times.has('counters') ? 'counters' : 'captured';
    figure({ name: `peer.${name}`, value: added, unit: 'ns/call', peer: `probe.${ours}`, peerValue: addedBy(ours) });
  }
}

/** From the kernel into the engine's state. */
async function rate(load: string, cpu: number): Promise<void> {
  const probe = loadAddon().openProbe({ ringBytes: RING_BYTES });
  const base = new TimeBase(BigInt(Date.now()) * 1_000_000n);
  const state = new SystemState(base, { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
  let events = 0, busyNs = 0;
  // All that came by now is through: others of the host make calls, too, so there is no end to wait for.
  const settle = async (): Promise<void> => { for (let s = probe.stats(); s.waitingBytes > SETTLED_BYTES || s.queued > 1; s = probe.stats()) await sleep(1); };
  probe.start((batch) => {
    const begun = process.hrtime.bigint();
    forEachRecord(batch, (view, startHi, startLo) => { state.process(view, base.relative(startHi, startLo)); events++; });
    busyNs += Number(process.hrtime.bigint() - begun);
  });
  try {
    const rates: number[] = [];
    for (let i = 0; i < RATE_ROUNDS; i++) {
      const lostBefore = probe.stats().losses.reduce((sum, n) => sum + n, 0), begun = process.hrtime.bigint();
      await timeOfMix(load, RATE_CALLS, cpu);
      await settle();
      const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
      if (probe.stats().losses.reduce((sum, n) => sum + n, 0) === lostBefore) rates.push(RATE_CALLS / seconds);
    }
    if (rates.length > 0) figure({ name: 'probe.eventsPerSecond', value: median(rates), unit: 'events/s', note: `kernel to engine state without loss, ${rates.length} of ${RATE_ROUNDS} runs` });
    else skipped('probe.eventsPerSecond', 'every run lost records');
    figure({ name: 'engine.process', value: busyNs / Math.max(1, events), unit: 'ns/event', note: 'decode and state of live records' });
  } finally { probe.close(); }
}
