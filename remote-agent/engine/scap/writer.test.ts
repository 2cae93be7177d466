// Tests of the capture writer: what it writes reads back, and sysdig reads it too.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TimeBase } from '../base/nanos.ts';
import { encodeEvent, type ParamValue } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import { eventName } from '../event/names.ts';
import { showArgs } from '../event/show.ts';
import { SystemState } from '../state/systemState.ts';
import { ScapReader } from './reader.ts';
import { ScapWriter } from './writer.ts';
import { writeSample } from './sample.ts';

const BASE = 1_700_000_000_000_000_000n;
const hasSysdig = spawnSync('sysdig', ['--version']).status === 0;

interface Call { readonly tid: number; readonly symbol: string; readonly at: number; readonly ns: number; readonly params: Readonly<Record<string, ParamValue>> }

function written(calls: readonly Call[]): { file: Uint8Array; writer: ScapWriter } {
  const state = new SystemState(new TimeBase(BASE), { cpus: 2, memoryBytes: 1 << 30, maxPid: 4194304, hostname: 'host', bootNs: 0n });
  state.addThread({ tid: 10, pid: 10, ptid: 1, comm: 'app', exe: 'app', cwd: '/home/', cgroups: '=/\0' });
  state.addFd(10, 0, { kind: 'file', name: '/dev/pts/1' });
  state.addFd(10, 1, { kind: 'io_uring', name: '' });
  const parts: Uint8Array[] = [];
  const writer = new ScapWriter(state, (bytes) => { parts.push(bytes.slice()); });
  writer.begin();
  const view = new EventView();
  for (const { tid, symbol, at, ns, params } of calls) {
    const bytes = encodeEvent(symbol, { ts: BASE + BigInt(at + ns), tid, params });
    assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 1, 0xffff, bytes.length));
    writer.write(state.process(view, at));
  }
  writer.end();
  return { file: new Uint8Array(Buffer.concat(parts)), writer };
}

function lines(file: Uint8Array): string[] {
  const reader = new ScapReader();
  reader.push(file);
  reader.finish();
  const out: string[] = [];
  reader.read((ctx) => { out.push(`${ctx.tsNs} ${ctx.view.tid} ${ctx.view.def?.isExit === true ? '<' : '>'} ${eventName(ctx.view)} ${ctx.latencyNs} ${ctx.fd?.name ?? ''} ${showArgs(ctx)}`.trimEnd()); });
  assert.deepEqual(reader.diagnostics, []);
  return out;
}

function sysdig(file: Uint8Array, format: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-'));
  try {
    writeFileSync(join(folder, 'out.scap'), file);
    const result = spawnSync('sysdig', ['-r', join(folder, 'out.scap'), '-p', format], { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, TZ: 'UTC' } });
    assert.equal(result.stderr, '');
    assert.equal(result.status, 0);
    return result.stdout.split('\n').filter((line) => line !== '').map((line) => line.trimEnd());
  } finally { rmSync(folder, { recursive: true }); }
}

const CALLS: readonly Call[] = [
  { tid: 10, symbol: 'SYSCALL_OPENAT_2_X', at: 1000, ns: 500, params: { fd: 3, dirfd: -100, name: 'a.txt', flags: 3, mode: 0, dev: 1, ino: 2 } },
  { tid: 10, symbol: 'SYSCALL_READ_X', at: 2000, ns: 700, params: { res: 4, data: new TextEncoder().encode('data'), fd: 3, size: 100 } },
  { tid: 10, symbol: 'SYSCALL_PIPE2_X', at: 3000, ns: 10, params: { res: 0, fd1: 4, fd2: 5, ino: 9, flags: 0 } },
  { tid: 10, symbol: 'SYSCALL_DUP2_X', at: 4000, ns: 10, params: { res: 6, oldfd: 3, newfd: 6 } },
  { tid: 10, symbol: 'SYSCALL_EVENTFD2_X', at: 5000, ns: 10, params: { res: 7, flags: 0, initval: 2 } },
  { tid: 10, symbol: 'SYSCALL_NEWFSTATAT_X', at: 6000, ns: 10, params: { res: 0, dirfd: -100, path: 'a.txt', flags: 0 } },
  { tid: 10, symbol: 'SYSCALL_MEMFD_CREATE_X', at: 7000, ns: 10, params: { fd: 8, name: 'x', flags: 0 } },
  { tid: 10, symbol: 'SYSCALL_CLOSE_X', at: 8000, ns: 20, params: { res: 0, fd: 6 } },
];

test('makes enter events, puts calls into their older form and counts what has none', () => {
  const { file, writer } = written(CALLS);
  assert.equal(writer.skipped, 1);
  assert.deepEqual(lines(file), [
    '0 10 > openat 0  dirfd=-100(AT_FDCWD) name=a.txt(/home/a.txt) flags=3(O_RDWR) mode=0',
    '500 10 < openat 500 /home/a.txt fd=3(<f>/home/a.txt) dirfd=-100(AT_FDCWD) name=a.txt(/home/a.txt) flags=3(O_RDWR) mode=0 dev=1',
    '1000 10 > read 0 /home/a.txt fd=3(<f>/home/a.txt) size=100',
    '1700 10 < read 700 /home/a.txt res=4 data=data',
    '2000 10 > pipe 0', '2010 10 < pipe 10  res=0 fd1=4(<p>) fd2=5(<p>) ino=9',
    '3000 10 > dup 0 /home/a.txt fd=3(<f>/home/a.txt)', '3010 10 < dup 10 /home/a.txt res=6(<f>/home/a.txt)',
    '4000 10 > eventfd 0  initval=2 flags=0', '4010 10 < eventfd 10  res=7(<e>)',
    '5000 10 > newfstatat 0', '5010 10 < newfstatat 10',
    '7000 10 > close 0 /home/a.txt fd=6(<f>/home/a.txt)', '7020 10 < close 20 /home/a.txt res=0',
  ].map((line) => line.replace(/^\d+/, (ns) => String(Number(ns) + 1000))));
});

test('enter events of long calls come before what happened meanwhile', () => {
  const { file } = written([
    { tid: 11, symbol: 'SYSCALL_CLOSE_X', at: 5000, ns: 10, params: { res: 0, fd: 1 } },
    { tid: 10, symbol: 'SYSCALL_READ_X', at: 1000, ns: 9000, params: { res: 0, data: undefined, fd: 0, size: 1 } },
  ]);
  assert.deepEqual(lines(file).map((line) => line.split(' ').slice(0, 4).join(' ')), ['1000 10 > read', '5000 11 > close', '5010 11 < close', '10000 10 < read']);
});

test('events that wait are bounded', () => {
  const state = new SystemState(new TimeBase(BASE), { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
  let bytes = 0;
  const writer = new ScapWriter(state, (part) => { bytes += part.length; }, { maxPendingBytes: 10_000, windowNs: 1e12 });
  writer.begin();
  const view = new EventView();
  for (let i = 0; i < 20_000; i++) {
    const event = encodeEvent('SYSCALL_CLOSE_X', { ts: BASE + BigInt(i), tid: 1, params: { res: 0, fd: 1 } });
    view.reset(event, new DataView(event.buffer), 0, 0, 0xffff, event.length);
    writer.write(state.process(view, i));
  }
  assert.ok(bytes > 500_000, `only ${bytes} bytes were passed on before the end`);
});

test('sysdig reads it and sees the same', { skip: hasSysdig ? false : 'sysdig is not installed' }, () => {
  const { file } = written(CALLS);
  const seen = sysdig(file, '*%evt.rawtime %thread.tid %evt.dir %evt.type %evt.latency fd=%fd.name %evt.args');
  const own = lines(file).map((line) => line.split(' '));
  assert.equal(seen.length, own.length);
  seen.forEach((line, i) => {
    const [time = '', tid, dir, type, latency, ...rest] = line.split(' ');
    const [ns = '', ownTid, ownDir, ownType, ownLatency, ...ownRest] = own[i] ?? [];
    assert.deepEqual([BigInt(time) - BASE, tid, dir, type, latency], [BigInt(ns), ownTid, ownDir, ownType, ownLatency]);
    assert.equal(rest.slice(1).join(' '), ownRest.slice(1).join(' '));
  });
});

test('sysdig reads the sample capture without a complaint', { skip: hasSysdig ? false : 'sysdig is not installed' }, () => {
  const parts: Uint8Array[] = [];
  const count = writeSample((bytes) => { parts.push(bytes.slice()); }, { seconds: 3 });
  const seen = sysdig(new Uint8Array(Buffer.concat(parts)), '*%evt.num %container.name %proc.name %evt.type');
  assert.equal(seen.length, count - 3, 'all but the descriptions of the three containers');
  assert.ok(seen.some((line) => line.includes('sample-db db pread')));
  assert.ok(seen.some((line) => line.includes('sample-web report execve')));
});
