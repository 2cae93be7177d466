// All calls that kernel tests make, and why the others are not made.
import { FILES } from './callsFiles.ts';
import { IO } from './callsIo.ts';
import { IPC } from './callsIpc.ts';
import { NARROW } from './callsNarrow.ts';
import { PROCESS } from './callsProcess.ts';
import { nameOf, type Script } from './callsScript.ts';
import { SYSTEM } from './callsSystem.ts';
import { CASES } from './captureCases.ts';

export const SCRIPTS: readonly Script[] = [...FILES, ...IO, ...PROCESS, ...IPC, ...SYSTEM, ...(process.arch === 'x64' ? NARROW : [])];

/** Made in process.test.ts. */
const BIRTHS = ['fork', 'vfork', 'clone', 'clone3', 'execve', 'execveat'];

/** Calls that no test makes. */
export const NOT_MADE: ReadonlyMap<string, string> = new Map([
  ['exit', 'does not return: the end of the thread is an event of its own'],
  ['exit_group', 'does not return: the end of the thread is an event of its own'],
  ['uprobe', 'ends whoever calls it from elsewhere than a trampoline of the kernel'],
  ['uretprobe', 'ends whoever calls it from elsewhere than a trampoline of the kernel'],
]);

/** Names of the calls of 64-bit programs that are made, each with every parameter checked. */
export function madeCalls(): Set<string> {
  const scripts = SCRIPTS.filter((script) => script.narrow !== true).flatMap((script) => script.rows.flatMap((row) => [nameOf(row), ...(row[4]?.also ?? [])]));
  const cases = CASES.map(({ call }) => call.replace(/-.*/, '').replace('connect6', 'connect').replace('sendto6', 'sendto'));
  return new Set([...scripts, ...cases, ...BIRTHS].filter((name) => !/^nr\d+$/.test(name)));
}
