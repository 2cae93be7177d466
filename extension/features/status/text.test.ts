// What the status bar says: rates, losses by cause, reading, a lost link.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from '../../../remote-agent/protocol/messages.ts';
import { CONNECTED, NO_STATUS, type CaptureSession, type LinkState } from '../../session/captureSession.ts';
import { statusText } from './text.ts';

const session = (status: Partial<Status>, live = true, link: LinkState = CONNECTED): CaptureSession => ({ title: 'web', live, link, status: { ...NO_STATUS, ...status } }) as CaptureSession;

test('a rate without losses', () => {
  const { text, tooltip, warn } = statusText(session({ eventsPerSecond: 12345, events: 99 }));
  assert.equal(text, '$(pulse) 12.3 k/s');
  assert.match(tooltip, /No event was lost/);
  assert.equal(warn, false);
});

test('losses: now, before, and by cause', () => {
  const now = statusText(session({ eventsPerSecond: 10, lostPerSecond: 2000, losses: [{ cause: 'ring full', count: 5000 }, { cause: 'queue', count: 0 }] }));
  assert.match(now.text, /\$\(warning\) 2\.00 k\/s lost/);
  assert.match(now.tooltip, /Events lost: 5,000\n {2}ring full: 5,000/);
  assert.doesNotMatch(now.tooltip, /queue/);
  assert.equal(now.warn, true);
  assert.match(statusText(session({ losses: [{ cause: 'x', count: 3 }] })).text, /3 lost/);
});

test('losses of a full ring name the setting that helps; others do not', () => {
  assert.match(statusText(session({ losses: [{ cause: 'ring full', count: 3 }] })).tooltip, /porthole\.ringKilobytes/);
  assert.doesNotMatch(statusText(session({ losses: [{ cause: 'x', count: 3 }] })).tooltip, /ringKilobytes/);
});

test('a host without events says so, and why', () => {
  const { text, tooltip, warn } = statusText(session({ problems: [{ code: 'btf', message: 'No types.', remedy: 'Another kernel.' }] }));
  assert.equal(text, '$(warning) web: no live events');
  assert.match(tooltip, /No types\. Another kernel\./);
  assert.equal(warn, true);
});

test('a file while it is read, and after', () => {
  assert.match(statusText(session({ progress: 0.42 }, false)).text, /42 %/);
  assert.match(statusText(session({ progress: 1, events: 31_100 }, false)).text, /31\.1 k events/);
});

test('a lost link says so', () => {
  const { text, tooltip, warn } = statusText(session({}, true, { state: 'reconnecting', message: 'web has been out of reach since 12:00:00.', staleSinceMs: 1 }));
  assert.match(text, /web: reconnecting/);
  assert.match(tooltip, /since 12:00:00/);
  assert.equal(warn, true);
});
