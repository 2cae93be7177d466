// A short soak: full load, the profile changing each second, books that balance. The long one: npm run soak.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { seedOf } from '../seed.ts';
import { cgroupMount } from './host.ts';
import { Ledger } from './ledger.ts';
import { whyNoSoak } from './need.ts';
import { soak } from './soak.ts';

/** About half a minute where the machine has nothing else to do. */
const ROUNDS = 15;
const why = whyNoSoak();

test(`${ROUNDS} rounds of soak`, { skip: why === undefined ? false : `SKIPPED: ${why}`, timeout: 600_000 }, async (t) => {
  const seed = seedOf(), folder = mkdtempSync(join(tmpdir(), 'porthole-soak-'));
  t.diagnostic(`PORTHOLE_SEED=${seed}`);
  try {
    const result = await soak({ rounds: ROUNDS, seed, folder });
    t.diagnostic(JSON.stringify(result));
    assert.deepEqual(result.failures, []);
    assert.ok(result.delivered > 10_000 && result.lost > 1000 && result.exact + result.bounded >= ROUNDS / 4 && result.switches >= ROUNDS, JSON.stringify(result));
    assert.ok(result.agentEvents > 1000);
    assert.ok(result.counted > 10_000 && result.leftOut > 1000, JSON.stringify(result));
    assert.deepEqual(readdirSync(cgroupMount() ?? '').filter((name) => name.startsWith(`porthole-soak-${process.pid}-`)), [], 'control groups left behind');
  } finally { rmSync(folder, { recursive: true, force: true }); }
});

describe('books', () => {
  const ON = [[true]], OFF = [[false]];
  test('without a change they are exact', () => {
    const ledger = new Ledger(2, ON, [[10]]);
    ledger.settle([[35]]);
    assert.deepEqual([ledger.least, ledger.most], [25, 25]);
  });
  test('changes while nobody calls keep them exact', () => {
    const ledger = new Ledger(2, OFF, [[10]]);
    ledger.change(ON, [[10]], [[10]], true);
    ledger.settle([[30]]);
    ledger.change(OFF, [[30]], [[30]], true);
    ledger.settle([[90]]);
    assert.deepEqual([ledger.least, ledger.most], [20, 20]);
  });
  test('a change under load leaves open what was made meanwhile, and a call or two a thread', () => {
    const ledger = new Ledger(2, ON, [[0]]);
    ledger.change(OFF, [[1000]], [[1005]], false);
    ledger.change(ON, [[2000]], [[2007]], false);
    ledger.settle([[3000]]);
    assert.deepEqual([ledger.least, ledger.most], [1000 - 4 + (3000 - 2007 - 4), 1005 + 4 + (3000 - 2000 + 4)]);
  });
  test('groups and kinds are kept apart', () => {
    const ledger = new Ledger(1, [[true, false], [false, true]], [[0, 0], [0, 0]]);
    ledger.settle([[1, 10], [100, 1000]]);
    assert.deepEqual([ledger.least, ledger.most], [1001, 1001]);
  });
});
