// What the doctor asks of the probe: whether this build holds it, how large its buffer becomes, and whether an event really comes.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadAddon, openProblem } from './addon.ts';
import { agentFolder, isSingleExecutable } from './chiselAssets.ts';
import { limited, missing, none, ok, size, type Finding, type Host } from './doctorHost.ts';
import { ringBytesFor } from './ringSize.ts';

/** Within this time an event has to come after something happened, ms. */
const EVENT_MS = 1000;
/** A small buffer is enough for one event. */
const TRIAL_RING_BYTES = 256 * 1024;

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
export async function checkEvents(): Promise<Finding> {
  const name = 'events';
  const start = performance.now();
  let probe;
  try { probe = loadAddon().openProbe({ ringBytes: TRIAL_RING_BYTES, snaplen: 0 }); } catch (error) {
    const { message, remedy } = openProblem(error);
    return missing(name, message.replace(/^There are no live events[.:] /, ''), remedy);
  }
  const loadedMs = performance.now() - start;
  try {
    const waiting = performance.now();
    const opened = probe;
    const came = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => { resolve(false); }, EVENT_MS);
      opened.start(() => { clearTimeout(late); resolve(true); });
      something();
    });
    if (!came) return missing(name, `the probe was loaded in ${loadedMs.toFixed(0)} ms, but no event came within ${EVENT_MS / 1000} s`, 'Another program may have switched tracepoints off, or the host is too busy: try again, and see what hangs there: bpftool prog list');
    return ok(name, `probe loaded in ${loadedMs.toFixed(0)} ms, first event ${(performance.now() - waiting).toFixed(0)} ms later`);
  } finally { probe.close(); }
}

/** Another process makes calls: those of this one are not traced. Where the command is missing, the attempt is calls enough. */
function something(): void {
  const child = spawn('true', [], { stdio: 'ignore' });
  child.on('error', () => undefined);
}
