// gRPC and protocol buffers over a unix socket: answers, streams, errors, bytes that are none; and an engine like CRI-O that tells of containers by events.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { until } from '../agentSupport.test.ts';
import { CriClient } from './cri.ts';
import type { Change } from './engine.ts';
import { Engines } from './engines.ts';
import { GrpcChannel, GrpcError } from './grpc.ts';
import { encode, Message, type Fields } from './protobuf.ts';

/** Answers of a method: messages, then a status; `open`: goes on afterwards. */
type Answer = { readonly messages?: readonly Fields[]; readonly status?: number; readonly open?: boolean; readonly raw?: Buffer };
type Service = (method: string, request: Message) => Answer;

function framed(message: Fields): Buffer { const body = encode(message), head = Buffer.alloc(5); head.writeUInt32BE(body.length, 1); return Buffer.concat([head, body]); }

function serve(t: TestContext, service: Service): { path: string; streams: Set<ServerHttp2Stream>; end(): void; listen(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-grpc-')), path = join(folder, 's'), streams = new Set<ServerHttp2Stream>();
  const sessions = new Set<{ destroy(): void }>();
  let server: Http2Server;
  const listen = (): Promise<void> => {
    server = createServer();
    server.on('session', (session) => { sessions.add(session); });
    server.on('stream', (stream, headers) => {
      const parts: Buffer[] = [];
      stream.on('error', () => undefined);
      stream.on('data', (chunk: Buffer) => { parts.push(chunk); });
      stream.on('end', () => {
        const { messages = [], status = 0, open = false, raw } = service(String(headers[':path']), new Message(Buffer.concat(parts).subarray(5)));
        if (status !== 0 && messages.length === 0) { stream.respond({ ':status': 200, 'grpc-status': String(status), 'grpc-message': 'not%20here' }, { endStream: true }); return; }
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => { stream.sendTrailers({ 'grpc-status': String(status) }); });
        // In pieces of one byte, as a slow connection may bring them.
        for (const message of messages) for (const byte of framed(message)) stream.write(Buffer.of(byte));
        if (raw !== undefined) stream.write(raw);
        if (open) { streams.add(stream); stream.on('close', () => { streams.delete(stream); }); } else stream.end();
      });
    });
    return new Promise((resolve) => { server.listen(path, resolve); });
  };
  const end = (): void => { for (const session of sessions) session.destroy(); sessions.clear(); server.close(); rmSync(path, { force: true }); };
  t.after(() => { end(); rmSync(folder, { recursive: true, force: true }); });
  return { path, streams, end, listen };
}

test('what is written is read again, and bytes that are no message are read without an error', () => {
  const message = new Message(encode({ 1: 'text ü', 2: 300, 3: true, 4: { 1: 2 ** 40, 2: [{ 1: 'a', 2: 'b' }, { 1: 'c', 2: '' }] }, 5: ['one', 'two'], 6: '', 7: 0 }));
  assert.deepEqual([message.text(1), message.number(2), message.number(3), message.message(4).number(1), message.message(4).map(2), message.texts(5), message.text(6), message.number(9)], ['text ü', 300, 1, 2 ** 40, { a: 'b', c: '' }, ['one', 'two'], '', 0]);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const any = new Message(Buffer.from(bytes));
    for (let i = 0; i < 20; i++) { any.text(i); any.number(i); any.messages(i).forEach((inner) => { inner.map(1); }); }
  }));
});

test('calls are answered, refused, cut off; streams go on until either side ends them', { timeout: 60_000 }, async (t) => {
  const server = serve(t, (method, request) => {
    if (method === '/s/Echo') return { messages: [{ 1: request.text(1) }] };
    if (method === '/s/Follow') return { messages: [{ 1: 'first' }, { 1: 'second' }], open: true };
    if (method === '/s/Huge') return { raw: Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1]) };
    return { status: method === '/s/Missing' ? 5 : 12 };
  });
  await server.listen();
  const channel = new GrpcChannel(server.path);
  t.after(() => { channel.close(); });
  assert.equal((await channel.call('/s/Echo', { 1: 'x'.repeat(50_000) })).text(1).length, 50_000);
  await assert.rejects(channel.call('/s/Missing', {}), (error) => error instanceof GrpcError && error.notFound && error.message === 'not here');
  await assert.rejects(channel.call('/s/Other', {}), (error) => error instanceof GrpcError && error.unimplemented);
  await assert.rejects(channel.call('/s/Huge', {}), /cannot be taken/);
  const got: string[] = [];
  const ended: (string | undefined)[] = [];
  const stop = channel.stream('/s/Follow', {}, {}, (message) => { got.push(message.text(1)); }, (error) => { ended.push(error?.message); });
  await until(() => got.length, (n) => n === 2, 5);
  stop();
  await until(() => server.streams.size, (n) => n === 0, 5);
  assert.deepEqual([got, ended], [['first', 'second'], []]);
  channel.stream('/s/Follow', {}, {}, () => undefined, (error) => { ended.push(error?.message ?? 'no error'); });
  await until(() => server.streams.size, (n) => n === 1, 5);
  server.end();
  await until(() => ended.length, (n) => n === 1, 5);
  assert.equal(ended.length, 1, 'that the connection is gone is told once');
  await assert.rejects(channel.call('/s/Echo', {}), /ENOENT|ECONNREFUSED|connect/);
  await server.listen();
  assert.equal((await channel.call('/s/Echo', { 1: 'again' })).text(1), 'again', 'the next call connects again');
});

test('who answers no HTTP/2 is an engine that does not answer', { timeout: 60_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-grpc-')), path = join(folder, 's');
  const server = createSocket((socket) => { socket.on('error', () => undefined); socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'); });
  await new Promise<void>((resolve) => { server.listen(path, resolve); });
  t.after(() => { server.close(); rmSync(folder, { recursive: true, force: true }); });
  const channel = new GrpcChannel(path);
  t.after(() => { channel.close(); });
  await assert.rejects(channel.call('/s/Echo', {}));
});

const ID = 'cd'.repeat(32), POD = 'ef'.repeat(32);
const CONTAINER: Fields = { 1: ID, 2: POD, 3: { 1: 'crane' }, 4: { 1: 'registry:5000/crane:2' }, 5: `registry:5000/crane@sha256:${'12'.repeat(32)}`, 6: 1, 7: 1_700_000_000_000_000_000, 8: [{ 1: 'tier', 2: 'one' }] };
const SANDBOX: Fields = { 1: POD, 2: { 1: 'harbour', 2: 'uid', 3: 'coast' }, 3: 0, 4: 1_700_000_000_000_000_000, 5: [{ 1: 'app', 2: 'quay' }] };

test('an engine like CRI-O: containers with pod and namespace, followed by its events, found and lost with its socket', { timeout: 60_000 }, async (t) => {
  let there = true;
  const server = serve(t, (method, request) => {
    switch (method.split('/').pop()) {
      case 'Version': return { messages: [{ 1: '0.1.0', 2: 'cri-o', 3: '1.30' }] };
      case 'ListContainers': { const id = request.message(1).text(1); return { messages: [{ 1: there && (id === '' || ID.startsWith(id)) ? [CONTAINER] : [] }] }; }
      case 'ListPodSandbox': { const id = request.message(1).text(1); return { messages: [{ 1: id === '' || POD.startsWith(id) ? [SANDBOX] : [] }] }; }
      case 'ContainerStatus': return { messages: [{ 1: { 1: ID, 2: { 1: 'crane' }, 3: 1, 4: 1_700_000_000_000_000_000, 8: { 1: 'registry:5000/crane:2' }, 9: `sha256:${'12'.repeat(32)}`, 12: [{ 1: 'tier', 2: 'one' }], 14: [{ 1: '/data', 2: '/srv', 3: true, 5: 1 }] }, 2: [{ 1: 'info', 2: '{"pid": 4711}' }] }] };
      case 'PodSandboxStatus': return { messages: [{ 1: { 1: POD, 2: { 1: 'harbour', 2: 'uid', 3: 'coast' }, 5: { 1: '10.0.0.7' }, 7: [{ 1: 'app', 2: 'quay' }] } }] };
      case 'GetContainerEvents': return { messages: [{ 1: ID, 2: 1 }], open: true };
      default: return { status: 12 };
    }
  });
  await server.listen();
  const client = new CriClient(server.path);
  const changes: Change[] = [];
  const stop = await client.follow((change) => { changes.push(change); }, () => undefined);
  await until(() => changes.length, (n) => n > 0, 5);
  assert.deepEqual(changes, [{ type: 'changed', id: ID }]);
  const described = await client.describe(ID.slice(0, 12));
  const { info } = described ?? assert.fail();
  assert.deepEqual(
    [info.id, info.fullId, info.name, info.type, info.imageRepo, info.imageTag, info.imageDigest, info.pod, info.namespace, info.sandboxId, info.ip, info.status, info.createdSeconds, described?.pid],
    [ID.slice(0, 12), ID, 'crane', 'cri-o', 'registry:5000/crane', '2', `sha256:${'12'.repeat(32)}`, 'harbour', 'coast', POD, '10.0.0.7', 'running', 1_700_000_000, 4711]);
  assert.deepEqual([info.labels['tier'], info.labels['io.kubernetes.pod.namespace'], info.sandboxLabels?.['app'], info.mounts], ['one', 'coast', 'quay', [{ source: '/srv', destination: '/data', mode: '', rw: false, propagation: 'rslave' }]]);
  assert.equal(await client.describe('0'.repeat(12)), undefined);
  assert.equal(await client.describe('not an id'), undefined);
  stop();
  client.close();

  // The socket comes, goes and comes again.
  const known = new Map<string, string>(), states: string[] = [];
  let sockets = true;
  const engines = new Engines({
    onContainer: (one) => { known.set(one.info.id, one.info.status); }, onRemoved: (id) => { known.set(id, 'removed'); }, onState: (_, error, gone) => { states.push(gone ? 'gone' : error === undefined ? 'answers' : 'silent'); },
    find: () => sockets ? [{ kind: 'cri', path: server.path, named: false }] : [],
  });
  t.after(() => { engines.stop(); });
  await engines.look();
  await engines.look();
  assert.deepEqual([states, known.get(ID.slice(0, 12)), known.get(POD.slice(0, 12)), engines.answering], [['answers'], 'running', 'running', 1]);
  assert.equal(await engines.lookup(ID, 'docker'), true);
  assert.equal(await engines.lookup('0'.repeat(64), 'docker'), false);
  // It ends, and a container with it; the next one is asked, though nobody has looked for sockets again.
  there = false;
  server.end();
  await until(() => states.length, (n) => n >= 2, 5);
  await server.listen();
  await until(() => states.at(-1) ?? '', (state) => state === 'answers', 20);
  assert.deepEqual([states[1], states.at(-1), known.get(ID.slice(0, 12))], ['silent', 'answers', 'removed']);
  sockets = false;
  await engines.look();
  assert.deepEqual([states.at(-1), engines.answering], ['gone', 0]);
});
