// A page's requests: forwarded, answered here, cancelled, refused; and what the page is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancellationTokenSource, ResponseError, type CancellationToken } from 'vscode-jsonrpc';
import type { Hello, Status } from '../../remote-agent/protocol/messages.ts';
import type { FromPage, PageIntent, ToPage } from '../../webviews/protocol/messages.ts';
import { Emitter } from '../base/emitter.ts';
import { CONNECTED, NO_STATUS, type CaptureSession, type LinkState } from '../session/captureSession.ts';
import { ownedBytes } from './answers.ts';
import { PageRouter } from './router.ts';

const hello: Hello = { protocolVersion: 1, agentVersion: '1', hostname: 'h', kernel: 'k', cpus: 1, live: true, baseNs: '0', problems: [] };

function setUp(answer: (method: string, params: unknown, token: CancellationToken) => Promise<unknown>) {
  const status = new Emitter<Status>(), link = new Emitter<LinkState>(), reset = new Emitter<Hello>(), closed = new Emitter<void>();
  const notified = new Map<string, (params: unknown) => void>();
  const session = {
    id: 'host:h', title: 'h', live: true, hello, status: NO_STATUS, link: CONNECTED, onStatus: status.event, onLink: link.event, onReset: reset.event, onClosed: closed.event,
    request: (type: { method: string }, params: unknown, token?: CancellationToken) => answer(type.method, params, token ?? new CancellationTokenSource().token),
    onNotification: (type: { method: string }, handler: (params: unknown) => void) => { notified.set(type.method, handler); return { dispose: () => { notified.delete(type.method); } }; }, dispose: () => Promise.resolve(),
  } as unknown as CaptureSession;
  const posted: ToPage[] = [], intents: PageIntent[] = [], ready: number[] = [];
  const router = new PageRouter({ session, post: message => posted.push(message), initial: () => ({ filter: 'f', lane: 'h', filterHistory: ['x'], bookmarks: [], canSaveRange: false }), assist: { complete: (text, offset) => [{ label: `${text}@${offset}`, kind: 'field', detail: '', insert: '', start: 0, end: 0 }], diagnose: () => [], colours: (text) => [{ start: 0, end: text.length, type: 'string' }], hover: (text, offset) => ({ start: offset, end: text.length, text: 'meaning' }) }, onIntent: intent => intents.push(intent), onReady: () => ready.push(posted.length) });
  return { router, posted, intents, ready, status, link, reset, notified };
}
const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('forwards by name, answers the rest here, and replies with the same id', async () => {
  const { router, posted } = setUp((method, params) => Promise.resolve({ method, params }));
  router.receive({ id: 9, method: 'page/ready', params: {} });
  router.receive({ id: 7, method: 'events/count', params: { filter: 'x', startNs: 0, endNs: 1 } });
  router.receive({ id: 8, method: 'filter/complete', params: { text: 'ev', offset: 2 } });
  await turn();
  const result = (id: number): unknown => posted.flatMap(message => 'result' in message && message.id === id ? [message.result] : [])[0];
  assert.deepEqual(result(7), { method: 'events/count', params: { filter: 'x', startNs: 0, endNs: 1 } });
  assert.deepEqual(result(8), [{ label: 'ev@2', kind: 'field', detail: '', insert: '', start: 0, end: 0 }]);
  assert.deepEqual(result(9), { title: 'h', session: 'host:h', hello, status: NO_STATUS, filter: 'f', lane: 'h', filterHistory: ['x'], bookmarks: [], canSaveRange: false });
});

test('whoever waits for the page is called when it was given what it starts with, not before', async () => {
  const { router, posted, ready } = setUp(() => Promise.resolve({}));
  router.receive({ id: 1, method: 'page/ready', params: {} });
  assert.deepEqual(ready, []);
  await turn();
  assert.deepEqual(ready, [1]);
  assert.ok('id' in posted[0]! && posted[0].id === 1);
});

test('errors keep their code and data; unknown requests and rubbish do no harm', async () => {
  const { router, posted, intents } = setUp(() => Promise.reject(new ResponseError(1001, 'no such field', { start: 1, end: 2, message: 'no such field' })));
  router.receive({ id: 1, method: 'timeline/lanes', params: { startNs: 0, endNs: 1, filter: 'x' } });
  router.receive({ id: 2, method: 'record/start', params: {} } as unknown as FromPage);
  for (const rubbish of [null, 5, 'x', {}, { method: 'page/ready' }]) router.receive(rubbish as unknown as FromPage);
  router.receive({ intent: 'copy', text: 't' });
  await turn();
  const reply = (id: number): ToPage | undefined => posted.find(message => 'id' in message && message.id === id);
  assert.deepEqual(reply(1), { id: 1, error: { message: 'no such field', code: 1001, data: { start: 1, end: 2, message: 'no such field' } } });
  assert.match(JSON.stringify(reply(2)), /no request/);
  assert.equal(posted.length, 2);
  assert.deepEqual(intents, [{ intent: 'copy', text: 't' }]);
});

test('cancelling reaches the session; so does closing the page', async () => {
  const tokens: CancellationToken[] = [];
  const { router } = setUp((_method, _params, token) => { tokens.push(token); return new Promise(() => undefined); });
  router.receive({ id: 1, method: 'events/details', params: { row: 1 } });
  router.receive({ id: 2, method: 'events/details', params: { row: 2 } });
  await turn();
  router.receive({ cancel: 1 });
  assert.deepEqual(tokens.map(token => token.isCancellationRequested), [true, false]);
  router.dispose();
  assert.equal(tokens[1]?.isCancellationRequested, true);
});

test('a page that listens is told of status, link and reset; one that does not is told nothing', async () => {
  const { router, posted, status, link, reset } = setUp(() => Promise.resolve(undefined));
  status.fire(NO_STATUS);
  assert.equal(posted.length, 0);
  router.receive({ id: 1, method: 'page/ready', params: {} });
  await turn();
  status.fire(NO_STATUS);
  link.fire({ state: 'reconnecting', message: 'gone since', staleSinceMs: 1 });
  reset.fire(hello);
  assert.deepEqual(posted.slice(1).map(message => 'event' in message ? message.event : ''), ['status', 'link', 'reset']);
});

test('a page that begins anew gets no answers to what the one before has asked; a closed one none at all', async () => {
  const answers: ((value: unknown) => void)[] = [];
  const { router, posted } = setUp(() => new Promise((resolve) => { answers.push(resolve); }));
  router.receive({ id: 1, method: 'events/details', params: { row: 1 } });
  await turn();
  router.receive({ id: 1, method: 'page/ready', params: {} });
  router.receive({ id: 2, method: 'events/details', params: { row: 2 } });
  await turn();
  answers[0]?.('stale');
  answers[1]?.('fresh');
  await turn();
  assert.deepEqual(posted.map(message => 'id' in message ? message.id : 0), [1, 2]);
  assert.ok(posted.every(message => !JSON.stringify(message).includes('stale')));
  router.receive({ id: 3, method: 'events/details', params: { row: 3 } });
  await turn();
  router.dispose();
  answers[2]?.('late');
  await turn();
  assert.equal(posted.length, 2);
});

test('reading is stopped and resumed, events are found, counts tell how far they are', async () => {
  const { router, posted, notified } = setUp((method, params) => Promise.resolve({ method, params }));
  router.receive({ id: 1, method: 'page/ready', params: {} });
  router.receive({ id: 2, method: 'capture/stop', params: {} });
  router.receive({ id: 3, method: 'capture/resume', params: {} });
  router.receive({ id: 4, method: 'events/seek', params: { filter: '', ns: 5 } });
  router.receive({ id: 5, method: 'events/rowAt', params: { filter: '', index: 5 } });
  const find = { find: 'evt.num=3', filter: '', fromRow: -1, direction: 'forward', wrap: true } as const;
  router.receive({ id: 6, method: 'events/find', params: find });
  await turn();
  const results = posted.flatMap(message => 'result' in message && message.id > 1 ? [message.result] : []);
  assert.deepEqual(results, [
    { method: 'capture/stop', params: undefined }, { method: 'capture/resume', params: undefined }, { method: 'events/seek', params: { filter: '', ns: 5 } }, { method: 'events/rowAt', params: { filter: '', index: 5 } }, { method: 'events/find', params: find },
  ]);
  notified.get('events/counting')?.({ progressId: 'list', count: 7, fraction: 0.5 });
  assert.deepEqual(posted.at(-1), { event: 'counting', progressId: 'list', count: 7, fraction: 0.5 });
  router.dispose();
  assert.equal(notified.size, 0);
});

test('bytes are posted as plain arrays of their own', () => {
  const shared = Buffer.from([0, 1, 2, 3, 4, 5]);
  const copy = ownedBytes({ lanes: [{ counts: shared.subarray(2, 4) }], names: ['a'], n: 1, none: null }) as { lanes: { counts: Uint8Array }[] };
  const counts = copy.lanes[0]?.counts;
  assert.ok(counts instanceof Uint8Array && counts.constructor === Uint8Array);
  assert.deepEqual([...counts], [2, 3]);
  assert.equal(counts.buffer.byteLength, 2);
});
