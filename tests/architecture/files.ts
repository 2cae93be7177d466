// The project's source files, for the tests that read them.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Paths, from the project's top, of every file that is or could be committed. */
export function projectFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
  return [...new Set(listed.split('\n'))].filter((path) => path !== '' && existsSync(join(ROOT, path))).sort();
}

export const readProjectFile = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Written by a generator, or a table of data: not for reading from top to bottom. */
export const isGenerated = (path: string): boolean => /\.gen\.|\/generated\/|package-lock\.json$/.test(path);
