// What tests ask about processes, from /proc: who is whose child, who runs a certain command, and how to end one.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ids of all processes. */
export function allPids(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
}

function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Ids of a process' direct children. */
export function childrenOf(pid: number): number[] {
  return allPids().filter((candidate) => stat(candidate)?.[1] === String(pid));
}

/** Ids of its children, their children, and so on. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The arguments of a process; empty when it is gone or a kernel thread. */
export function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** Processes one of whose arguments passes the test. */
export function processesWith(test: (argument: string) => boolean): number[] {
  return allPids().filter((pid) => commandOf(pid).some(test));
}

/** Whether the process runs; one that ended and waits for its parent does not. */
export function isRunning(pid: number): boolean {
  const state = stat(pid)?.[0];
  return state !== undefined && state !== 'Z';
}

/** Ends one process: SIGTERM, then SIGKILL after `graceMs`. */
export async function endProcess(pid: number, graceMs = 5000): Promise<void> {
  const signal = (name: NodeJS.Signals): void => { try { process.kill(pid, name); } catch { /* gone meanwhile */ } };
  signal('SIGTERM');
  for (const end = Date.now() + graceMs; isRunning(pid) && Date.now() < end;) await sleep(30);
  if (isRunning(pid)) signal('SIGKILL');
}
