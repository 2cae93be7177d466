// The scan of this very machine: this process with its descriptors must be in it, as the system says.
import assert from 'node:assert/strict';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { TimeBase } from '../engine/base/nanos.ts';
import { SystemState } from '../engine/state/systemState.ts';
import { ProcScanner, readMachine } from './procScan.ts';

const skip = process.platform === 'linux' ? false : 'SKIPPED: needs /proc';

test('this process, its threads, files and sockets', { skip }, async (t) => {
  const file = openSync(import.meta.filename, 'r');
  const folder = openSync(import.meta.dirname, constants.O_RDONLY | constants.O_DIRECTORY);
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.on('listening', resolve); });
  const port = (server.address() as AddressInfo).port;
  const client = connect(port, '127.0.0.1');
  const accepted = await new Promise<import('node:net').Socket>((resolve) => { server.on('connection', resolve); });
  t.after(() => { closeSync(file); closeSync(folder); client.destroy(); accepted.destroy(); server.close(); });

  const base = new TimeBase(BigInt(Date.now()) * 1_000_000n);
  const state = new SystemState(base, readMachine());
  const result = await new ProcScanner({ base }).scan(state);
  state.settle();
  assert.ok(result.processes > 0);
  const self = state.thread(process.pid);
  assert.ok(self);
  assert.equal(self.info.comm, readFileSync('/proc/self/comm', 'utf8').trim());
  assert.equal(self.info.ptid, process.ppid);
  assert.equal(self.info.uid, process.getuid?.());
  assert.equal(self.info.cwd, `${process.cwd()}/`);
  assert.deepEqual(self.info.args, readFileSync('/proc/self/cmdline', 'utf8').split('\0').slice(1, -1));
  assert.equal(self.info.parent?.tid, process.ppid);
  assert.ok(self.info.cloneNs < 0 && self.info.cloneNs > -600e9, 'the process began before the scan, not long ago');
  assert.ok([...state.threads()].some((thread) => thread.info.pid === process.pid && !thread.isMain), 'threads');
  assert.deepEqual([self.fds.get(file)?.kind, self.fds.get(file)?.name], ['file', import.meta.filename]);
  assert.deepEqual([self.fds.get(folder)?.kind, self.fds.get(folder)?.name], ['directory', import.meta.dirname]);
  const sockets = [...self.fds.values()].filter((fd) => fd.dport === port);
  assert.deepEqual(sockets.map((s) => [s.kind, s.role]).sort(), [['ipv4', 'client'], ['ipv4', 'server'], ['ipv4server', 'server']]);
  assert.ok(sockets.some((s) => s.name === `127.0.0.1:${client.localPort}->127.0.0.1:${port}`));
});

test('a process that is gone is left out', { skip }, () => {
  const scanner = new ProcScanner({ base: new TimeBase(0n) });
  assert.equal(scanner.process(2 ** 22 + 1, { addThread: () => undefined, addFd: () => undefined }), undefined);
});

test('a process whose end was lost goes at the second look, one that runs stays', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'porthole-proc-'));
  t.after(() => { rmSync(root, { recursive: true, force: true }); });
  mkdirSync(join(root, '10'));
  mkdirSync(join(root, '20'));
  const base = new TimeBase(0n);
  const state = new SystemState(base, readMachine());
  const tids = (): number[] => [...state.threads()].map((thread) => thread.info.tid);
  for (const [tid, pid] of [[10, 10], [20, 20], [21, 20]] as const) state.addThread({ tid, pid });
  state.settle();
  const scanner = new ProcScanner({ base, root });
  assert.equal(scanner.sweep(state), 0);
  rmSync(join(root, '20'), { recursive: true });
  assert.equal(scanner.sweep(state), 0);
  assert.deepEqual(tids(), [10, 20, 21]);
  assert.equal(scanner.sweep(state), 2);
  assert.deepEqual(tids(), [10]);
});
