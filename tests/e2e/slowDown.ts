// Makes a process as slow as on a machine that has little time for it: stops and continues it in turns, so that what is over in a moment can be watched.
import { setTimeout as sleep } from 'node:timers/promises';

/** Lets the process run `runMs` of every `ofMs` milliseconds, until the function that this returns is called. It needs Linux, and the process to be ours. */
export function slowDown(pid: number, runMs: number, ofMs: number): () => Promise<void> {
  let going = true;
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => { try { process.kill(pid, name); } catch { going = false; } };
  const turns = (async () => {
    while (going) {
      signal('SIGSTOP');
      await sleep(ofMs - runMs);
      signal('SIGCONT');
      await sleep(runMs);
    }
  })();
  return async () => {
    going = false;
    await turns;
    signal('SIGCONT');
  };
}
