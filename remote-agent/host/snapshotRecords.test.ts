// Records as the iterators write them, cut at every place, and such as none writes. Needs no kernel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SNAPSHOT_FILE_AT as FILE, SNAPSHOT_SOCKET_AT as SOCKET, SNAPSHOT_TASK_AT as TASK } from '../../driver/schema/index.ts';
import { FileReader, TaskReader, type FileRecord, type TaskRecord } from './snapshotRecords.ts';
import { seedOfFile, seedOfSocket } from './snapshotScan.ts';

function task(tid: number, comm: string): Buffer {
  const bytes = Buffer.alloc(TASK.size);
  bytes.writeBigUInt64LE(1_234_567_890_123n, TASK.start);
  bytes.writeBigUInt64LE(0xffffffffffffffffn, TASK.fdLimit);
  bytes.writeUInt32LE(tid, TASK.tid);
  bytes.writeUInt32LE(0x00200000, TASK.flags);
  bytes.write(comm, TASK.comm, 'latin1');
  return bytes;
}
function file(fd: number, text: Buffer, socket?: (part: Buffer) => void): Buffer {
  const head = Buffer.alloc(FILE.size), part = Buffer.alloc(socket === undefined ? 0 : SOCKET.size);
  head.writeUInt32LE(fd, FILE.fd);
  head.writeUInt32LE(0o100644, FILE.mode);
  head.writeUInt32LE(text.length, FILE.textBytes);
  head.writeUInt32LE(socket === undefined ? 0 : 1, FILE.isSocket);
  socket?.(part);
  return Buffer.concat([head, part, text, Buffer.alloc((8 - text.length % 8) % 8)]);
}

test('sizes are those of the C structures', () => { assert.deepEqual([TASK.size % 8, FILE.size, SOCKET.size], [0, 64, 64]); });

test('threads, cut anywhere', () => {
  const bytes = Buffer.concat([task(7, 'one'), task(8, 'sixteen letters!'), task(9, '\xff\n')]);
  for (let cut = 0; cut <= bytes.length; cut += 3) {
    const found: TaskRecord[] = [], reader = new TaskReader();
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) reader.feed(part, (one) => found.push(one));
    assert.deepEqual(found.map(({ tid, comm, startNs, fdLimit, ofKernel, ended }) => [tid, comm, startNs, fdLimit, ofKernel, ended]), [[7, 'one'], [8, 'sixteen letters!'], [9, '\ufffd\n']].map((one) => [...one, 1_234_567_890_123, -1, true, false]));
  }
});

test('descriptors, cut anywhere', () => {
  const unix = file(2, Buffer.from('\0ab/peer'), (part) => { part.writeUInt32LE(1, SOCKET.family); part.writeUInt32LE(5, SOCKET.peerBytes); });
  const bytes = Buffer.concat([file(0, Buffer.from('/a b\n')), file(1, Buffer.alloc(0)), unix, file(3, Buffer.from('/12345678'))]);
  for (let cut = 0; cut <= bytes.length; cut += 5) {
    const found: FileRecord[] = [], reader = new FileReader();
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) reader.feed(part, (one) => found.push(one));
    assert.deepEqual(found.map(({ fd, text }) => [fd, text]), [[0, '/a b\n'], [1, ''], [2, ''], [3, '/12345678']]);
    const { socket } = found[2] ?? assert.fail();
    assert.deepEqual(socket === undefined ? undefined : [socket.name.toString(), socket.peerName.toString()], ['\0ab', '/peer']);
  }
});

test('what no iterator writes is refused rather than waited for', () => {
  const wrong = file(0, Buffer.alloc(0));
  wrong.writeUInt32LE(0x7fffffff, FILE.textBytes);
  const reader = new FileReader();
  assert.throws(() => { for (let i = 0; i < 10_000; i++) reader.feed(Buffer.concat([i === 0 ? wrong : Buffer.alloc(0), Buffer.alloc(64)]), () => assert.fail()); }, /record of more than/);
});

test('what a descriptor is', () => {
  const base: FileRecord = { startNs: 0, atNs: 0, tid: 1, pid: 1, fd: 3, flags: 0o2000001, mode: 0o100644, dev: 5, ino: 6, text: '/x', socket: undefined };
  assert.deepEqual(seedOfFile(base), { kind: 'file', name: '/x', openFlags: 2 | 1 << 12, dev: 5, ino: 6 });
  assert.equal(seedOfFile({ ...base, mode: 0o040755 }).kind, 'directory');
  assert.deepEqual(seedOfFile({ ...base, text: 'pipe:[77]' }), { kind: 'pipe', ino: 77, name: '', openFlags: 1 << 12 });
  assert.deepEqual(seedOfFile({ ...base, text: undefined }).name, '');
  const local = Buffer.from([127, 0, 0, 1]), socket = { family: 2, type: 1, protocol: 6, state: 1, netNs: 1, localPort: 80, remotePort: 4000, local, remote: local, name: Buffer.alloc(0), peerName: Buffer.alloc(0) };
  const { kind, sport, dport, connected, l4 } = seedOfSocket(9, socket);
  assert.deepEqual([kind, sport, dport, connected, l4], ['ipv4', 80, 4000, true, 2]);
  assert.equal(seedOfSocket(9, { ...socket, protocol: 132 }).kind, 'unsupported');
  assert.equal(seedOfSocket(9, { ...socket, family: 40 }).kind, 'unsupported');
  const named = (name: Buffer): string | undefined => seedOfSocket(9, { ...socket, family: 1, name }).name;
  assert.deepEqual([named(Buffer.from('\0a\0b')), named(Buffer.from('/run/x\0rest')), named(Buffer.from('\0\xff\x1b'))], ['@a@b', '/run/x', '@\u00ff\x1b']);
});
