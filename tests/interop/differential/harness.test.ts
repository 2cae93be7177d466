// The list of differences: named once, told in the documentation, shown by a file of cases.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { differencesPage, KNOWN } from './harnessKnown.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

test('every difference has one name and a reason', (t) => {
  for (const d of KNOWN) t.diagnostic(`${d.name}: ${d.reason}`);
  assert.equal(new Set(KNOWN.map((d) => d.name)).size, KNOWN.length);
  for (const d of KNOWN) assert.ok(d.reason.length > 30 && d.reason.endsWith('.'), d.name);
});

test('docs/differences.md is what the list makes', () => {
  assert.equal(readFileSync(join(HERE, '..', '..', '..', 'docs', 'differences.md'), 'utf8'), differencesPage(), 'run `npx tsx tests/interop/differential/harnessKnown.ts`');
});

test('every difference is shown by a file of cases', () => {
  const told = readdirSync(HERE).filter((name) => name.endsWith('.test.ts') && name !== 'harness.test.ts')
    .flatMap((name) => [...readFileSync(join(HERE, name), 'utf8').matchAll(/(?:toldDifferences|chanceDifferences)\(\[([^\]]*)\]/g)].flatMap((call) => [...(call[1] ?? '').matchAll(/'([^']+)'/g)].map((word) => word[1])));
  assert.deepEqual(KNOWN.map((d) => d.name).filter((name) => !told.includes(name)), []);
});
