// How long a thread has had the processor.
import { readFileSync } from 'node:fs';

/** Milliseconds of this thread, as Linux tells (proc(5): utime and stime, in ticks of 10 ms, are the 12th and 13th behind the name); undefined where the system does not say. */
export function threadCpuMs(): number | undefined {
  try {
    const stat = readFileSync('/proc/thread-self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch { return undefined; }
}
