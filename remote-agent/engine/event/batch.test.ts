// Tests of ring batches: what the probe hands over, whole, cut and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RING_BUSY, RING_DISCARDED } from '../../../driver/schema/index.ts';
import { forEachRecord } from './batch.ts';
import { encodeBatch, encodeEvent } from './encode.ts';
import { i64, text } from './params.ts';

const TS = 1_700_000_000_123_456_789n;
const close = (tid: number, fd: number): Uint8Array => encodeEvent('SYSCALL_CLOSE_X', { ts: TS, tid, params: { res: 0, fd } });

test('gives every record with its event, start time and cgroup', () => {
  const batch = encodeBatch([[close(7, 3), { startNs: TS - 500n, cgroup: 99n, flags: 2, cpu: 5, nr: 3 }], [encodeEvent('SYSCALL_CHDIR_X', { ts: TS, tid: 8, params: { res: -2, path: '/nowhere' } }), {}]]);
  const seen: unknown[] = [];
  const result = forEachRecord(batch, (view, startHi, startLo, flags, cgroupHi, cgroupLo) => {
    seen.push([view.def?.name, view.tid, view.cpu, view.nr, (BigInt(startHi) << 32n) | BigInt(startLo), flags, cgroupHi, cgroupLo, i64(view, 0), view.type === 95 ? text(view, 1) : i64(view, 1)]);
  });
  assert.deepEqual(result, { records: 2, diagnostics: [] });
  assert.deepEqual(seen, [['close', 7, 5, 3, TS - 500n, 2, 0, 99, 0, 3], ['chdir', 8, 0, 0xffff, 0n, 0, 0, 0, -2, '/nowhere']]);
});

test('skips discarded records and stops at a busy one', () => {
  const batch = encodeBatch([[close(1, 1)], [close(2, 2)], [close(3, 3)], [close(4, 4)]]);
  const size = batch.length / 4;
  const data = new DataView(batch.buffer);
  data.setUint32(size, data.getUint32(size, true) | RING_DISCARDED, true);
  data.setUint32(3 * size, (data.getUint32(3 * size, true) | RING_BUSY) >>> 0, true);
  const tids: number[] = [];
  const result = forEachRecord(batch, (view) => { tids.push(view.tid); });
  assert.deepEqual(tids, [1, 3]);
  assert.equal(result.diagnostics.length, 1);
});

test('survives every cut and every damaged byte', () => {
  const batch = encodeBatch([[close(1, 1)], [encodeEvent('SYSCALL_OPENAT_2_X', { ts: TS, tid: 2, params: { fd: 4, dirfd: -100, name: '/a', flags: 1 } })], [close(3, 3)]]);
  for (let length = 0; length < batch.length; length++) forEachRecord(batch.subarray(0, length), () => undefined);
  for (let at = 0; at < batch.length; at++) {
    for (const value of [0, 0x7f, 0xff]) {
      const damaged = batch.slice();
      damaged[at] = value;
      forEachRecord(damaged, (view) => { for (let i = 0; i < view.nparams; i++) assert.ok(view.start(i) <= view.end(i) && view.end(i) <= damaged.length); });
    }
  }
});
