// Files that can be read in one sitting.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGenerated, projectFiles, readProjectFile } from './files.ts';

const MAX_LINES = 500;
const SOURCE = /\.(ts|mjs|c|h|cc|lua|css)$/;

test(`no source file is longer than ${MAX_LINES} lines`, () => {
  const sources = projectFiles().filter((path) => SOURCE.test(path) && !isGenerated(path));
  assert.ok(sources.length > 50, 'there are sources to judge');
  const long = sources.map((path) => ({ path, lines: readProjectFile(path).split('\n').length - 1 })).filter(({ lines }) => lines > MAX_LINES);
  assert.deepEqual(long, []);
});

test('every TypeScript and script file begins with a comment that says what it is for', () => {
  const silent = projectFiles().filter((path) => /\.(ts|mjs)$/.test(path) && !isGenerated(path) && !/^(#!.*\n)?\/[/*] ?/.test(readProjectFile(path)));
  assert.deepEqual(silent, []);
});
