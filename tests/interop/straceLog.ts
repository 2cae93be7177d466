// Reads what `strace -ff -T -ttt -o prefix` has written: a file for each thread, a call a line.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ERRNO } from '../../driver/schema/index.ts';

/** One call as strace saw it. `result`: the kernel's, errors below zero. Times in µs; `durationUs` is from stop to stop of the traced thread. */
export interface StraceCall { readonly name: string; readonly result: bigint; readonly startUs: number; readonly durationUs: number; readonly line: string }

const BY_NAME = new Map([...ERRNO].map(([value, name]) => [name, value]));
/** A thread's calls in their order; `unfinished`: the name of the one that it ended in, if strace says so. */
export interface StraceThread { readonly calls: readonly StraceCall[]; readonly unfinished: string }

/** time, name, arguments, result, name of the error, duration */
const CALL = /^(\d+)\.(\d{6}) (\w+)\((.*)\) += (\?|0x[0-9a-f]+|-?\d+)(?: (E[A-Z0-9_]+))?.* <(\d+)\.(\d{6})>$/s;
/** strace's names for errors that this project's table calls otherwise. */
const OTHER_NAMES = new Map([['ENOTSUP', 'EOPNOTSUPP'], ['EWOULDBLOCK', 'EAGAIN'], ['EDEADLOCK', 'EDEADLK']]);

function resultOf(value: string, error: string | undefined): bigint | undefined {
  if (error !== undefined) {
    const number = BY_NAME.get(OTHER_NAMES.get(error) ?? error);
    if (number === undefined) throw new Error(`strace: unknown error ${error}`);
    return BigInt(-number);
  }
  if (value === '?') return undefined;  // the call did not return
  if (/^0[0-7]+$/.test(value)) return BigInt(`0o${value.slice(1)}`);  // umask
  return BigInt(value);
}

/** The calls of each thread. */
export function readStrace(prefix: string): Map<number, StraceThread> {
  const threads = new Map<number, StraceThread>();
  const dir = dirname(prefix), start = `${basename(prefix)}.`;
  for (const name of readdirSync(dir).filter((file) => file.startsWith(start))) {
    const calls: StraceCall[] = [];
    let unfinished = '';
    for (const line of readFileSync(join(dir, name), 'latin1').split('\n')) {
      if (line === '' || /^\d+\.\d{6} (---|\+\+\+)/.test(line)) continue;
      if (line.includes(' <unfinished ...>') || line.endsWith('= ?')) { unfinished = /^\S+ (\w+)/.exec(line)?.[1] ?? ''; continue; }
      const match = CALL.exec(line);
      if (match === null) throw new Error(`strace: ${line}`);
      const [, seconds = '', micros = '', call = '', , value = '', error, took = '', tookMicros = ''] = match;
      const result = resultOf(value, error);
      if (result === undefined) { unfinished = call; continue; }
      calls.push({ name: call, result, startUs: Number(seconds) * 1e6 + Number(micros), durationUs: Number(took) * 1e6 + Number(tookMicros), line });
    }
    threads.set(Number(name.slice(start.length)), { calls, unfinished });
  }
  return threads;
}
