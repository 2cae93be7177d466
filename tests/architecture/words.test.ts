// Words that must not be in the project: a machine's own paths and registry hosts, and promises that only a generator or a test can keep.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGenerated, projectFiles, readProjectFile } from './files.ts';

/** Taken apart, so that this file does not contain what it looks for. */
const FORBIDDEN: readonly { readonly pattern: RegExp; readonly because: string }[] = [
  { pattern: new RegExp(['/wor', 'k/(main|shared)\\b'].join('')), because: 'a path of one machine' },
  { pattern: new RegExp(['/tmp/w', '/'].join('')), because: 'a path of one machine' },
  { pattern: new RegExp(['/home/[a-z]+/', '(?!\\.\\.\\.)(src|work|projects)'].join('')), because: 'a path of one user' },
  { pattern: new RegExp(['registry\\.', 'npmjs|registry\\.yarn', 'pkg|deb\\.', 'debian\\.org|docker\\.', 'io/library'].join('')), because: 'a registry is found by its client' },
  { pattern: new RegExp(['keep (these |them |this )?', '(in sync|aligned)'].join(''), 'i'), because: 'write the generator, or the test that compares' },
];
const TEXT = /\.(ts|mts|mjs|js|json|c|h|cc|lua|md|css|sh|yml)$|(^|\/)(run|Makefile|\.npmrc)$/;

test('no file says what is forbidden', () => {
  const found: string[] = [];
  for (const path of projectFiles().filter((name) => TEXT.test(name) && !isGenerated(name))) {
    readProjectFile(path).split('\n').forEach((line, index) => {
      for (const { pattern, because } of FORBIDDEN) if (pattern.test(line)) found.push(`${path}:${index + 1}: ${because}: ${line.trim().slice(0, 120)}`);
    });
  }
  assert.deepEqual(found, []);
});

test('the lock file names no place to download from', () => {
  const lock = JSON.parse(readProjectFile('package-lock.json')) as { packages: Record<string, { resolved?: string; link?: boolean }> };
  const resolved = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined && entry.link !== true).map(([name]) => name);
  assert.deepEqual(resolved, []);
});
