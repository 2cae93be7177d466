// The short form of the fuzzer of the reader: twenty seconds of damaged captures. The long one: npm run fuzz -- MINUTES.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { exercise } from './exercise.ts';
import { mutate, Random, split, join as joined } from './mutate.ts';
import { seeds } from './reader.ts';
import { fuzz } from './run.ts';

const SEED = 20231114, MS = 20_000;

test('no damaged capture breaks, stops or slows the reader, the fields, the lines, or a copy', { timeout: 900_000 }, async () => {
  const { rounds, failures, features } = await fuzz(SEED, MS);
  if (failures.length > 0) {
    const folder = mkdtempSync(join(tmpdir(), 'porthole-fuzz-'));
    failures.forEach(({ input }, i) => { writeFileSync(join(folder, `${i}.scap`), input); });
    assert.fail(`${failures.map(({ message }) => message).join('\n\n')}\n\nThe inputs are in ${folder}: npm run fuzz -- --repeat ${join(folder, '0.scap')}`);
  }
  assert.ok(rounds > 100, `only ${rounds} inputs were tried`);
  assert.ok(features > 500, `only ${features} features were met`);
});

test('the seeds are whole captures, and show every field something', () => {
  const fields = new Set<string>();
  for (const seed of seeds()) {
    const { features, events } = exercise(seed);
    assert.ok(events > 0);
    assert.deepEqual([...features].filter((feature) => feature.startsWith('says ') && !/left out/.test(feature)), []);
    for (const feature of features) if (feature.startsWith('field ')) fields.add(feature);
  }
  assert.ok(fields.size > 150, `${fields.size} fields had a value`);
});

test('the same seed makes the same inputs, and blocks come together as they were', () => {
  const [base = new Uint8Array(0), other = new Uint8Array(0)] = seeds();
  assert.deepEqual(joined(split(base)), base);
  const made = [1, 1, 2].map((seed) => { const random = new Random(seed); return Array.from({ length: 20 }, () => mutate(base, other, random)); });
  assert.deepEqual(made[0], made[1]);
  assert.notDeepEqual(made[0], made[2]);
});
