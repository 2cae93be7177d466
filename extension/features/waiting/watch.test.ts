// The watch asks only while somebody looks, one question at a time, and keeps the last answer while the link is down.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CancellationToken } from 'vscode-jsonrpc';
import type { CallsResult } from '../../../remote-agent/protocol/messages.ts';
import { Emitter } from '../../base/emitter.ts';
import { CONNECTED, NO_STATUS, type CaptureSession, type LinkState } from '../../session/captureSession.ts';
import { CallsWatch } from './watch.ts';

const RESULT: CallsResult = { nowNs: 0, calls: [], total: 0, threads: 1, hidden: 0, onlyReturned: false };

function fake(live = true) {
  const links = new Emitter<LinkState>(), statuses = new Emitter<typeof NO_STATUS>(), resets = new Emitter<never>();
  const asked: { resolve(result: CallsResult): void; reject(error: Error): void; token: CancellationToken }[] = [];
  const session = {
    id: 'host:h', title: 'h', live, link: CONNECTED as LinkState, status: NO_STATUS, onLink: links.event, onStatus: statuses.event, onReset: resets.event,
    request: (_type: unknown, _params: unknown, token: CancellationToken) => new Promise((resolve, reject) => { asked.push({ resolve, reject, token }); }),
  };
  return { session: session as unknown as CaptureSession, asked, link: (link: LinkState) => { session.link = link; links.fire(link); }, status: (events: number) => { session.status = { ...NO_STATUS, events }; statuses.fire(session.status); } };
}
function watchOf(session: () => CaptureSession | undefined): { watch: CallsWatch; changes: () => number } {
  let changes = 0;
  return { watch: new CallsWatch({ session, question: () => ({ filter: '', longerNs: 0, count: 9 }), onChange: () => { changes++; }, everyMs: 1 }), changes: () => changes };
}
const turn = (): Promise<void> => new Promise(resolve => { setImmediate(resolve); });
async function until(what: string, condition: () => boolean): Promise<void> { for (let i = 0; i < 3000; i++) { if (condition()) return; await new Promise(resolve => { setTimeout(resolve, 5); }); } assert.fail(what); }

test('hidden: nothing is asked; visible: one question at a time, again and again; hidden again: given up', async () => {
  const { session, asked } = fake(), { watch, changes } = watchOf(() => session);
  watch.follow();
  await turn();
  assert.equal(asked.length, 0);
  watch.setVisible(true);
  watch.askAnew();
  watch.askAnew();
  assert.equal(asked.length, 1, 'the second waits for the first');
  asked[0]?.resolve(RESULT);
  await until('the question that came meanwhile', () => asked.length === 2);
  assert.equal(asked[0]?.token.isCancellationRequested, true);
  assert.equal(watch.result, undefined, 'an answer to what is asked no more does not count');
  asked[1]?.resolve(RESULT);
  await until('the next by itself', () => asked.length === 3);
  assert.equal(watch.result, RESULT);
  assert.ok(changes() >= 2);
  watch.setVisible(false);
  assert.equal(asked[2]?.token.isCancellationRequested, true);
  asked[2]?.reject(new Error('cancelled'));
  await turn(); await turn();
  assert.deepEqual([asked.length, watch.error], [3, undefined]);
  watch.dispose();
});

test('an error is kept beside the last answer until the next one; a lost link is no error', async () => {
  const { session, asked, link } = fake(), { watch } = watchOf(() => session);
  watch.setVisible(true);
  asked[0]?.resolve(RESULT);
  await until('the second', () => asked.length === 2);
  asked[1]?.reject(new Error('broken'));
  await until('the third', () => asked.length === 3);
  assert.deepEqual([(watch.error as Error).message, watch.result], ['broken', RESULT]);
  link({ state: 'reconnecting', message: 'gone', staleSinceMs: 1 });
  asked[2]?.reject(new Error('no link'));
  await turn(); await turn();
  assert.equal((watch.error as Error).message, 'broken');
  await new Promise(resolve => { setTimeout(resolve, 20); });
  assert.equal(asked.length, 3, 'nobody is asked who cannot answer');
  link(CONNECTED);
  await until('the fourth', () => asked.length === 4);
  asked[3]?.resolve(RESULT);
  await until('the fifth', () => asked.length === 5);
  assert.equal(watch.error, undefined);
  watch.dispose();
});

test('a capture is asked once, and again when more of it is read; another session begins anew', async () => {
  const file = fake(false), host = fake();
  let current: CaptureSession | undefined = file.session;
  const { watch } = watchOf(() => current);
  watch.setVisible(true);
  file.asked[0]?.resolve(RESULT);
  await until('the answer', () => watch.result !== undefined);
  await new Promise(resolve => { setTimeout(resolve, 20); });
  assert.equal(file.asked.length, 1);
  file.status(0);
  await turn();
  assert.equal(file.asked.length, 1, 'nothing more was read');
  file.status(5);
  assert.equal(file.asked.length, 2);
  current = host.session;
  watch.follow();
  assert.equal(watch.result, undefined);
  file.asked[1]?.resolve(RESULT);
  await until('the host', () => host.asked.length === 1);
  assert.equal(watch.result, undefined, 'the answer of the former session does not count');
  current = undefined;
  watch.follow();
  assert.equal(watch.session, undefined);
  watch.dispose();
});
