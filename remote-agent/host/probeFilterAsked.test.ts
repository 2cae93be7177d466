// Events that only come when asked for: by the option, or because a chisel uses them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from './args.ts';
import { findChisel } from './chiselRunner.ts';
import { readCommandLine } from './optionsRead.ts';
import { askedOf } from './probeFilterAsked.ts';

const read = (...words: readonly string[]): readonly string[] => readCommandLine(words, { count: () => 0 }).also;

test('the option takes types with commas between, once or more', () => {
  assert.deepEqual(read(), []);
  assert.deepEqual(read('--also', 'switch'), ['switch']);
  assert.deepEqual(read('--also=switch, page_fault', '-n', '3'), ['switch', 'page_fault']);
  assert.throws(() => read('--also', 'switches'), (error) => error instanceof UsageError && /--also takes switch, page_fault, not switches/.test(error.message));
});

test('chisels say by what they use', () => {
  assert.deepEqual(askedOf([], []), {});
  assert.deepEqual(askedOf(['page_fault'], []), { pageFaults: true });
  const source = findChisel('topprocs_cpu')?.source ?? assert.fail();
  assert.deepEqual(askedOf([], [source]), { switches: true });
  assert.deepEqual(askedOf([], [findChisel('topfiles_bytes')?.source ?? assert.fail()]), {});
  assert.deepEqual(askedOf([], ['chisel.set_filter("evt.type=page_fault")']), { pageFaults: true });
});
