// What the command says to people: on standard error, so that results stay alone on standard output.
import { fstatSync } from 'node:fs';

export function say(message: string): void { process.stderr.write(`${message}\n`); }

/** Device numbers of /dev/null, /dev/full and their like. */
const MEMORY_DEVICES = 1;

/** Whether this descriptor, 1 or 2, is a terminal. Node's streams and what they need are loaded only where it may be one. */
export function isTerminal(fd: 1 | 2): boolean {
  try {
    const found = fstatSync(fd);
    return found.isCharacterDevice() && found.rdev >> 8 !== MEMORY_DEVICES && (fd === 1 ? process.stdout : process.stderr).isTTY === true;
  } catch { return false; }
}

/** Ends the run with exit code 1 and this message, after what ends each run (the summary). */
export class RunError extends Error {
  /** False: found out before anything was opened, so nothing has to be closed with it. */
  readonly reading: boolean;
  constructor(message: string, reading = true) { super(message); this.reading = reading; }
}
