// Has a whole test file run with the probe's object for kernels from 5.8 on: imported before the tests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cannotRun, openProbe } from '../../driver/test/recorder.ts';

process.env['PORTHOLE_PROBE_OBJECT'] = '5.8';

test('the object for kernels from 5.8 on is what is tested here', { skip: cannotRun() ?? false }, () => {
  const probe = openProbe({});
  try { assert.equal(probe.object().since, '5.8'); } finally { probe.close(); }
});
