// A client that takes nothing: what the server keeps for it is bounded, and it is told what it missed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageConnection } from 'vscode-jsonrpc';
import { TimeBase } from '../engine/base/nanos.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { Session } from '../engine/session/session.ts';
import { SystemState } from '../engine/state/systemState.ts';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { ChiselPrinted, CountEvents, CountProgress, ERRORS, GetCounters, GetLanes, GetLeftOut, ListCalls, ResumeReading, RunChisel, SetCaptureWish, SetOverload, StatusChanged, StopReading, TreeChanged, type CallsResult } from './messages.ts';
import { serveSession, type Services } from './server.ts';

type Answer = (params: unknown, token: unknown) => Promise<unknown>;

/** A connection whose other end takes messages only when it is told to. */
function stalled(): { connection: MessageConnection; sent: { method: string; params: unknown }[]; requests: Map<string, Answer>; take(): Promise<void> } {
  const sent: { method: string; params: unknown }[] = [], taken: (() => void)[] = [];
  const requests = new Map<string, Answer>();
  const connection = {
    onRequest: (type: { method: string }, answer: Answer) => { requests.set(type.method, answer); },
    onClose: () => undefined,
    sendNotification: (type: { method: string }, params: unknown) => { sent.push({ method: type.method, params }); return new Promise<void>((resolve) => { taken.push(resolve); }); },
  } as unknown as MessageConnection;
  return { connection, sent, requests, take: async () => { for (const resolve of taken.splice(0)) resolve(); await new Promise((resolve) => { setImmediate(resolve); }); } };
}
function makeSession(): Session {
  return new Session({ state: new SystemState(new TimeBase(0n), { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: 'h', bootNs: 0n }), compile: compileFilter, info: { hostname: 'h', kernel: 'k', cpus: 1, live: true, agentVersion: '1' } });
}

test('a client that takes no status is sent no more of them, and then the newest', async () => {
  const { connection, sent, take } = stalled();
  const session = makeSession();
  const runs = new Map<number, () => void>();
  serveSession(connection, session, { every: (ms, run) => { runs.set(ms, run); return () => undefined; }, pause: () => Promise.resolve() });
  const second = (): void => { session.containersChanged(); runs.get(1000)?.(); runs.get(500)?.(); };
  for (let i = 0; i < 100; i++) second();
  // One of each kind: neither waits for the other, though both come due together.
  assert.deepEqual(sent.map((m) => m.method), [StatusChanged.method, TreeChanged.method]);
  assert.deepEqual(sent[1]?.params, { containersChanged: true });
  await take();
  second();
  assert.deepEqual(sent.map((m) => m.method).slice(2), [StatusChanged.method, TreeChanged.method]);
});

test('losses of the first second are in the rate, and a status that could not be sent takes none away', async () => {
  const { connection, sent, take } = stalled();
  let nowNs = 0;
  const session = new Session({ state: new SystemState(new TimeBase(0n), { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: 'h', bootNs: 0n }), compile: compileFilter, info: { hostname: 'h', kernel: 'k', cpus: 1, live: true, agentVersion: '1' }, now: () => nowNs });
  const runs = new Map<number, () => void>();
  serveSession(connection, session, { every: (ms, run) => { runs.set(ms, run); return () => undefined; }, pause: () => Promise.resolve() });
  const second = (lost: number): void => { nowNs += 1e9; session.lose('ring full', lost, 0, nowNs); runs.get(1000)?.(); };
  second(50);
  second(30);
  await take();
  second(0);
  assert.deepEqual(sent.map((m) => (m.params as { lostPerSecond: number }).lostPerSecond), [50, 15]);
});

test('a chisel that prints more than is taken loses output, and says how much', async () => {
  const { connection, sent, requests, take } = stalled();
  const piece = 'x'.repeat(1 << 20);
  let printed: ((text: string) => void) | undefined;
  const services: Services = { every: () => () => undefined, pause: () => Promise.resolve(), runChisel: (_params, _session, print) => { printed = print; return Promise.resolve({ events: 0 }); } };
  serveSession(connection, makeSession(), services);
  await requests.get(RunChisel.method)?.({ id: 'a', name: 'n', source: '', args: [], filter: '', follow: true, startNs: 0, endNs: 1 }, undefined);
  for (let i = 0; i < 50; i++) printed?.(piece);
  const texts = (): string[] => sent.filter((m) => m.method === ChiselPrinted.method).map((m) => (m.params as { text: string }).text);
  const before = texts().length;
  assert.ok(before <= 6, `${before} pieces wait`);
  await take();
  assert.equal(texts().length, before + 1);
  assert.match(texts().at(-1) ?? '', new RegExp(`${(50 - before) * piece.length} characters were left out`));
  printed?.('again');
  assert.equal(texts().at(-1), 'again');
});

test('a long count tells how far it is, one word at a time, and can be cancelled', async () => {
  const { connection, sent, requests, take } = stalled();
  const session = makeSession(), source = new CancellationTokenSource();
  let steps = 0;
  session.count = () => ({ advance: () => ++steps >= 10_000, get progress() { return { count: steps * 3, fraction: steps / 10_000 }; }, result: () => 7 }) as unknown as ReturnType<Session['count']>;
  const pauses = { done: 0 };
  serveSession(connection, session, { every: () => () => undefined, pause: async () => { if (++pauses.done === 500) await take(); if (pauses.done === 2000) source.cancel(); } });
  const ask = (token: unknown): Promise<unknown> => requests.get(CountEvents.method)?.({ filter: '', startNs: 0, endNs: 1, progressId: 'c' }, token) ?? Promise.reject(new Error('not served'));
  await assert.rejects(ask(source.token), { code: -32800 });
  assert.equal(pauses.done, 2000, 'others had their turn after each slice');
  const words = sent.filter(({ method }) => method === CountProgress.method).map(({ params }) => params as { progressId: string; count: number; fraction: number });
  assert.equal(words.length, 2, 'the second one is sent once the first is taken');
  assert.deepEqual(words[0], { progressId: 'c', count: 96, fraction: 0.0032 });
  assert.ok((words[1]?.count ?? 0) > 1400);
  assert.deepEqual(await ask(new CancellationTokenSource().token), { count: 7 });
});

test('calls under way are asked for with a container, a filter and a time; what is wrong is said', async () => {
  const { connection, requests } = stalled();
  const session = makeSession(), all = { filter: '', longerNs: 0, count: 10 };
  session.calls = {
    list: () => Promise.resolve({ calls: [{ tid: 7, arch: 'x64', nr: 0, startNs: 5, idleNs: -1, args: [3n, 0n, 0n, 0n, 0n, 0n] }], threads: 2, hidden: 1 }),
    look: () => Promise.resolve(undefined), now: () => undefined, descriptor: () => undefined,
  };
  serveSession(connection, session, { every: () => () => undefined, pause: () => Promise.resolve() });
  const ask = (params: object): Promise<unknown> => requests.get(ListCalls.method)?.(params, undefined) ?? Promise.reject(new Error('not served'));
  const { calls, total, threads, hidden } = await ask(all) as CallsResult;
  assert.deepEqual([calls.map(({ tid, name, since, args }) => [tid, name, since, args[0]]), total, threads, hidden], [[[7, 'read', 'exact', '0x3']], 1, 2, 1]);
  assert.equal((await ask({ ...all, containerId: 'abababababab' }) as CallsResult).total, 0);
  await assert.rejects(ask({ ...all, filter: 'evt.tpye=read' }), { code: ERRORS.filter });
  for (const wrong of [{ ...all, longerNs: 'x' }, { ...all, count: undefined }, { ...all, containerId: 5 }]) await assert.rejects(ask(wrong), { code: -32602 });
  await assert.rejects(requests.get(GetLanes.method)?.({ startNs: 0, endNs: 1, filter: '', also: 'x' }, undefined) ?? Promise.resolve(), { code: -32602 });
  session.calls.list = () => Promise.reject(new Error('no /proc'));
  await assert.rejects(ask(all), /could not answer: no \/proc/);
});

test('only the reading of a file can be stopped', async () => {
  const { connection, requests } = stalled();
  serveSession(connection, makeSession(), { every: () => () => undefined, pause: () => Promise.resolve() });
  for (const { method } of [StopReading, ResumeReading]) await assert.rejects(requests.get(method)?.(undefined, undefined) ?? Promise.resolve(), { code: ERRORS.notFile });
});

test('what is asked of the probe reaches it; where there is none, that is said', async () => {
  const { connection, requests } = stalled();
  const none = makeSession();
  serveSession(connection, none, { every: () => () => undefined, pause: () => Promise.resolve() });
  const ask = (method: string, params: unknown): Promise<unknown> => requests.get(method)?.(params, undefined) ?? assert.fail(method);
  for (const { method } of [GetLeftOut, SetOverload, SetCaptureWish, GetCounters]) await assert.rejects(ask(method, {}), { code: ERRORS.notLive });
  const told: unknown[] = [], counters = { elapsedNs: 1, containers: [], calls: [], totalCalls: 0, lost: 0, problems: [] };
  serveSession(connection, none, { every: () => () => undefined, pause: () => Promise.resolve(), control: { leftOut: () => [], setOverload: (change) => { told.push(change); }, setWish: (wish) => { told.push(wish); }, counters: (anew) => { told.push(anew); return counters; } } });
  assert.deepEqual(await ask(GetLeftOut.method, undefined), []);
  assert.equal(await ask(GetCounters.method, { anew: true }), counters);
  assert.equal((await ask(SetOverload.method, { spare: false, widen: 'x' }) as { events: number }).events, 0);
  assert.deepEqual(told, [true, { spare: false }]);
});
