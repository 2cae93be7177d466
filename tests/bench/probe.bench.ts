// What the probe costs a program that is watched, and how many events a second come from the kernel into the engine's state without loss.
import { join } from 'node:path';
import { TimeBase } from '../../remote-agent/engine/base/nanos.ts';
import { forEachRecord } from '../../remote-agent/engine/event/batch.ts';
import { SystemState } from '../../remote-agent/engine/state/systemState.ts';
import { loadAddon } from '../../remote-agent/host/addon.ts';
import { figure, median, say, skipped } from './report.ts';
import { buildLoad, has, nsPerCall, scratch, sleep } from './tools.ts';

const CALLS = 1_000_000;
const PAIRS = 7;
const READ = 0;
/** As little as a tracer can do that knows how long calls take: note the start, count the end. */
const BPFTRACE = 'tracepoint:raw_syscalls:sys_enter { @t[tid] = nsecs; } tracepoint:raw_syscalls:sys_exit /@t[tid]/ { @ = count(); delete(@t[tid]); }';

export async function run(): Promise<void> {
  const folder = scratch();
  const load = buildLoad(folder);
  const addon = loadAddon();
  const probe = addon.openProbe({ ringBytes: 64 << 20 });
  const machine = { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n };
  const base = new TimeBase(BigInt(Date.now()) * 1_000_000n);
  const state = new SystemState(base, machine);
  let reads = 0, events = 0, busyNs = 0;
  probe.start((batch) => {
    const begun = process.hrtime.bigint();
    forEachRecord(batch, (view, startHi, startLo) => {
      const context = state.process(view, base.relative(startHi, startLo));
      events++;
      if (context.view.type === 7) reads++;
    });
    busyNs += Number(process.hrtime.bigint() - begun);
  });
  try {
    const settle = async (): Promise<void> => { for (let before = -1; before !== reads;) { before = reads; await sleep(150); } };
    const off: number[] = [], on: number[] = [], unwanted: number[] = [], rates: number[] = [];
    let lost = 0, made = 0;
    for (let i = 0; i < PAIRS; i++) {
      probe.pause();
      off.push(await nsPerCall(load, CALLS));
      probe.resume();
      const lostBefore = probe.stats().losses.reduce((sum, n) => sum + n, 0), readsBefore = reads, begun = process.hrtime.bigint();
      const captured = await nsPerCall(load, CALLS);
      await settle();
      // 150 ms of it is waiting for the end
      const seconds = Number(process.hrtime.bigint() - begun) / 1e9 - 0.15;
      const lostHere = probe.stats().losses.reduce((sum, n) => sum + n, 0) - lostBefore;
      on.push(captured); lost += lostHere; made += CALLS;
      if (lostHere === 0 && reads - readsBefore >= CALLS) rates.push(CALLS / seconds);
      probe.setUnwantedCalls([READ]);
      unwanted.push(await nsPerCall(load, CALLS));
      probe.setUnwantedCalls([]);
    }
    say(`${made} calls made, ${lost} records lost; engine busy ${(busyNs / Math.max(1, events)).toFixed(0)} ns an event`);
    const bare = median(off), captured = median(on), passed = median(unwanted);
    figure({ name: 'probe.call.bare', value: bare, unit: 'ns/call', note: 'read of one byte from /dev/zero, the probe loaded but paused' });
    figure({ name: 'probe.call.captured', value: captured - bare, unit: 'ns/call', peer: 'bare call', ratio: captured / bare, note: `added by capturing with data; ${lost} of ${made} lost` });
    figure({ name: 'probe.call.notCaptured', value: passed - bare, unit: 'ns/call', peer: 'bare call', ratio: passed / bare, note: 'added where the profile does not want the call' });
    if (rates.length > 0) figure({ name: 'probe.eventsPerSecond', value: median(rates), unit: 'events/s', note: `kernel to engine state without loss, ${rates.length} of ${PAIRS} runs` });
    figure({ name: 'engine.process', value: busyNs / Math.max(1, events), unit: 'ns/event', note: 'decode and state of live records' });
    probe.close();

    const none = await nsPerCall(load, CALLS);
    figure({ name: 'probe.paused', value: bare - none, unit: 'ns/call', peer: 'no probe', ratio: bare / none });
    if (has('strace')) figure({ name: 'peer.strace', value: await nsPerCall(load, 50_000, ['strace', '-qq', '-e', 'trace=read', '-o', '/dev/null']) - none, unit: 'ns/call', peer: 'porthole captured', peerValue: captured - bare });
    else skipped('peer.strace', 'strace is not installed');
    if (has('bpftrace')) figure({ name: 'peer.bpftrace.count', value: await nsPerCall(load, CALLS, ['unshare', '--mount', 'sh', '-c', `mount -t tracefs none /sys/kernel/tracing; mount -t debugfs none /sys/kernel/debug; bpftrace -o ${join(folder, 'bt')} -e '${BPFTRACE}' -c "$0 $1 $2"`]) - none, unit: 'ns/call', peer: 'porthole captured', peerValue: captured - bare, note: 'bpftrace noting starts and counting ends, no data' });
    else skipped('peer.bpftrace', 'bpftrace is not installed');
  } finally { probe.close(); }
}
