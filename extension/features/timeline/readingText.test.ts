// What is said of a capture while it is read, when it was stopped, and when it may have grown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading, Status } from '../../../remote-agent/protocol/messages.ts';
import { NO_STATUS } from '../../session/captureSession.ts';
import { canReadOn, isReading, readingText } from './readingText.ts';

const status = (reading: Partial<Reading>, progress = 0.43): Status => ({ ...NO_STATUS, events: 860_000, progress, reading: { state: 'reading', fraction: 0.4349, events: 860_000, bytesRead: 1, bytesTotal: 2, more: false, message: '', ...reading } });

test('reading, stopped, complete, damaged', () => {
  assert.deepEqual([isReading(status({})), canReadOn(status({}))], [true, false]);
  assert.deepEqual([isReading(status({ state: 'stopped' })), canReadOn(status({ state: 'stopped' }))], [false, true]);
  assert.deepEqual([isReading(status({ state: 'complete' }, 1)), canReadOn(status({ state: 'complete' }, 1)), canReadOn(status({ state: 'complete', more: true }, 1))], [false, false, true]);
  assert.deepEqual([isReading(status({ state: 'damaged' }, 1)), canReadOn(status({ state: 'damaged' }, 1))], [false, false]);
});

test('an agent that says no more than how far it is', () => {
  assert.deepEqual([isReading({ ...NO_STATUS, progress: 0.5 }), isReading({ ...NO_STATUS, progress: 1 }), canReadOn({ ...NO_STATUS, progress: 0.5 })], [true, false, false]);
});

test('percent are never rounded up to what is not read yet', () => {
  assert.deepEqual(readingText(status({})), { percent: 43, message: '43 %, 860,000 events' });
  assert.equal(readingText(status({ fraction: 0.9999 })).percent, 99);
});
