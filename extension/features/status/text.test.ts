// What the status bar says: rates, losses by cause, reading, a lost link.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from '../../../remote-agent/protocol/messages.ts';
import { CONNECTED, NO_STATUS, type CaptureSession, type LinkState } from '../../session/captureSession.ts';
import { statusText } from './text.ts';

const session = (status: Partial<Status>, live = true, link: LinkState = CONNECTED): CaptureSession => ({ title: 'web', live, link, hello: { baseNs: '1700000000000000000' }, status: { ...NO_STATUS, ...status } }) as CaptureSession;

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

test('what is left out to spare the host: since when, all steps in the tooltip, and a click that can undo it', () => {
  const wish = { containers: [], calls: [], failedOnly: false, slowerThanNs: 0, snaplen: -1, switches: false, pageFaults: false };
  const asked = { spare: true, leftOut: ['contents of reads and writes', 'looking up files, seeking'], sinceNs: 5e9, wish, containerNames: [] };
  const now = statusText(session({ eventsPerSecond: 10, asked })), clock = new Date(1_700_000_005_000).toTimeString().slice(0, 8);
  assert.equal(now.text, `$(pulse) 10/s $(filter) left out since ${clock}: looking up files, seeking and 1 more`);
  assert.ok(now.tooltip.includes(`Left out since ${clock} to spare the host, until there is room again:\n  contents of reads and writes\n  looking up files, seeking\n`), now.tooltip);
  assert.deepEqual([now.warn, now.command], [true, 'porthole.overload']);
  assert.match(now.spoken, /Left out since .*, contents of reads and writes, looking up files, seeking$/);
  assert.match(statusText(session({ lostPerSecond: 2000, asked })).text, /2\.00 k\/s lost or left out \$\(filter\) left out since/);
  const narrow = statusText(session({ asked: { ...asked, leftOut: [], sinceNs: -1, wish: { ...wish, failedOnly: true } } }));
  assert.deepEqual([narrow.text, narrow.warn, narrow.command], ['$(pulse) 0/s $(filter) failures only', false, 'porthole.captureProfile']);
  const whole = statusText(session({ asked: { ...asked, leftOut: [], sinceNs: -1 } }));
  assert.deepEqual([whole.text, whole.command], ['$(pulse) 0/s', 'porthole.openTimeline']);
  // A capture has no probe, whatever an agent says.
  assert.equal(statusText(session({ progress: 1, asked }, false)).command, 'porthole.openTimeline');
});
