// What the doctor asks of the probe: whether this build holds it, how large its buffer becomes, and whether an event really comes.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Probe } from '../addon/porthole.d.ts';
import { HOST_EVENTS, loadAddon, openProblem } from './addon.ts';
import { agentFolder, isSingleExecutable } from './chiselAssets.ts';
import { limited, missing, none, ok, size, type Finding, type Host } from './doctorHost.ts';
import { ringBytesFor } from './ringSize.ts';
import { FileReader, TaskReader } from './snapshotRecords.ts';
import { waysFor } from './snapshotScan.ts';

/** Within this time an event has to come after something happened, ms; it takes some tens, and seconds where a host is emulated. */
const EVENT_MS = 5000;
/** A small buffer is enough for one event. */
const TRIAL_RING_BYTES = 256 * 1024;

const HOST_EVENTS_REMEDY = 'All calls come without them. Page faults need a kernel with CONFIG_X86 or CONFIG_RISCV and its exceptions tracepoints (/sys/kernel/tracing/events/exceptions); the others come with every kernel from 5.17 on.';

export function checkBuild(): Finding {
  const places = ['.', '../addon/build/Release', '../../build/Release', '../../dist/agent'].map((folder) => join(agentFolder(), folder, 'porthole.node'));
  const found = isSingleExecutable() ? process.execPath : places.find((path) => existsSync(path));
  return found === undefined ? missing('probe', 'porthole.node is not there', 'This build holds no probe: npm run build on Linux makes it.') : ok('probe', found);
}

/** The buffer between kernel and agent: what it takes of the memory that is free, in the control group of this process too. */
export function checkRing(host: Host): Finding {
  const bytes = ringBytesFor(host);
  const available = Number(/^MemAvailable:\s*(\d+) kB/m.exec(host.read('/proc/meminfo') ?? '')?.[1] ?? NaN) * 1024;
  const detail = `${size(bytes)} for ${host.cpus} ${host.cpus === 1 ? 'CPU' : 'CPUs'} and ${size(host.memoryBytes)}${Number.isNaN(available) ? '' : `, ${size(available)} of it free`}`;
  if (available < bytes * 4) return limited('ring buffer', detail, 'Memory is short: end something else, or make the buffer smaller with --ring SIZE.');
  return ok('ring buffer', detail);
}

/** Where other checks have found why the probe cannot be loaded, nothing is tried. */
export function notTried(why: string): Finding { return none('events', `not tried: ${why}`); }

/** Loads the probe, lets something happen and waits for an event; then all is gone again. */
export async function checkEvents(): Promise<Finding[]> {
  const name = 'events';
  const start = performance.now();
  let probe;
  try { probe = loadAddon().openProbe({ ringBytes: TRIAL_RING_BYTES, snaplen: 0 }); } catch (error) {
    const { message, remedy } = openProblem(error);
    return [missing(name, message.replace(/^There are no live events[.:] /, ''), remedy)];
  }
  const loadedMs = performance.now() - start;
  const { since, why } = probe.object(), which = `${since === '5.8' ? 'the fallback for kernels from 5.8 on' : 'the object for kernels from 5.17 on'}${why === '' ? '' : ` (${why})`}`;
  try {
    const waiting = performance.now();
    const opened = probe;
    const came = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => { resolve(false); }, EVENT_MS);
      opened.start(() => { clearTimeout(late); resolve(true); });
      something();
    });
    if (!came) return [missing(name, `the probe was loaded in ${loadedMs.toFixed(0)} ms, but no event came within ${EVENT_MS / 1000} s`, 'Another program may have switched tracepoints off, or the host is too busy: try again, and see what hangs there: bpftool prog list')];
    return [ok(name, `probe loaded in ${loadedMs.toFixed(0)} ms, ${which}; first event ${(performance.now() - waiting).toFixed(0)} ms later`), hostEvents(probe)];
  } finally { probe.close(); }
}

/** Events that are no calls: what of them this kernel tells of, tried by asking for all. */
function hostEvents(probe: Probe): Finding {
  const name = 'host events', all = Object.values(HOST_EVENTS).join(', ');
  try { probe.setProfile({ switches: true, pageFaults: true, oomKills: true }); } catch (error) {
    return limited(name, `none of ${all}: ${error instanceof Error ? error.message : String(error)}`, HOST_EVENTS_REMEDY);
  }
  const lacking = probe.missingEvents().map((each) => HOST_EVENTS[each]);
  return lacking.length === 0 ? ok(name, all) : limited(name, `this kernel does not tell of ${lacking.join(', ')}`, HOST_EVENTS_REMEDY);
}

/** Whether what is there at the start can be read by the kernel's iterators; where not it is read of /proc, which takes longer and tells less. Nothing is missing for want of them. */
export function checkSnapshot(host: Host): Finding {
  const name = 'first look', ways = waysFor({ object: () => ({ since: host.env['PORTHOLE_PROBE_OBJECT'] === '5.8' ? '5.8' : '5.17' }) }, host.env);
  if (ways.open === undefined) return ok(name, `by /proc: ${ways.why ?? ''}`);
  const start = performance.now();
  let snapshot;
  try { snapshot = ways.open(); } catch (error) { return ok(name, `by /proc: ${error instanceof Error ? error.message : String(error)}`); }
  try {
    let threads = 0, descriptors = 0;
    const tasks = new TaskReader(), files = new FileReader();
    for (let chunk = snapshot.tasks(); chunk !== undefined; chunk = snapshot.tasks()) tasks.feed(chunk, () => { threads++; });
    for (let chunk = snapshot.files(); chunk !== undefined; chunk = snapshot.files()) files.feed(chunk, () => { descriptors++; });
    return ok(name, `by the kernel's iterators: ${threads} threads and ${descriptors} descriptors in ${(performance.now() - start).toFixed(0)} ms`);
  } catch (error) { return ok(name, `by /proc: ${error instanceof Error ? error.message : String(error)}`); } finally { snapshot.close(); }
}

/** Another process makes calls: those of this one are not traced. Where the command is missing, the attempt is calls enough. */
function something(): void {
  const child = spawn('true', [], { stdio: 'ignore' });
  child.on('error', () => undefined);
}
