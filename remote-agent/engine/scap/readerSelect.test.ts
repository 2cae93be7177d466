// What a reader leaves out makes no difference to what it gives: for each selection the same contexts, as far as it demands them, as reading all and
// choosing afterwards.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { EVENTS } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { i64 } from '../event/params.ts';
import { demandOf } from '../fields/demand.ts';
import { bindText, findField } from '../fields/index.ts';
import { ALL, DEMAND } from '../state/demand.ts';
import type { FdInfo, ThreadInfo } from '../state/model.ts';
import { ScapReader, type Selection, type Tally } from './reader.ts';
import { writeSample } from './sample.ts';

function sample(seconds: number): Uint8Array {
  const parts: Uint8Array[] = [];
  writeSample((bytes) => { parts.push(bytes.slice()); }, { seconds });
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

const CAPTURES = fileURLToPath(new URL('../../../../shared/captures/', import.meta.url));
const inflated = (name: string): Uint8Array => { const bytes = readFileSync(`${CAPTURES}${name}`); return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes; };
const FILES = ['wordpress-small.scap', 'curl_google.scap', 'new-schema.scap'];
const SOURCES: readonly (readonly [name: string, bytes: () => Uint8Array, missing: string | false])[] = [
  ['the sample', () => sample(20), false],
  ...FILES.map((name): [string, () => Uint8Array, string | false] => [name, () => inflated(name), existsSync(`${CAPTURES}${name}`) ? false : `there is no ${CAPTURES}${name}`]),
];

/** Fields whose texts stand for a demand; those that remember events are left out, as they remember only what they are given. */
const FIELDS = [
  'evt.num', 'evt.rawtime', 'evt.dir', 'evt.type', 'evt.cpu', 'evt.rawres', 'evt.reltime', 'evt.latency', 'evt.wait_latency', 'evt.category', 'evt.buflen', 'evt.args', 'evt.count.error.file', 'evt.abspath', 'evt.is_open_write',
  'proc.name', 'proc.pid', 'proc.ppid', 'proc.exe', 'proc.args', 'proc.pname', 'proc.aname[2]', 'proc.cwd', 'proc.exepath', 'proc.nthreads', 'proc.fdopencount', 'proc.fdlimit', 'proc.vmsize', 'proc.vmswap', 'proc.vpid', 'proc.sid', 'proc.duration',
  'thread.tid', 'thread.ismain', 'thread.vtid', 'thread.pfmajor', 'thread.pfminor', 'thread.vmrss', 'thread.vmsize.b', 'thread.vmrss.b', 'thread.cgroups', 'user.name', 'user.uid', 'group.name', 'container.id', 'container.name', 'fd.num', 'fd.name', 'fd.type', 'fd.typechar', 'fd.cip', 'fd.sport', 'fd.l4proto', 'fd.connected', 'fd.is_server',
].map((name) => {
  const ref = findField(name);
  assert.ok(ref !== undefined, name);
  return { name, demand: demandOf(ref), text: bindText(ref) };
});

/** One line an event: every field that a demand covers. */
function liner(demand: number): (ctx: EventContext) => string {
  const covered = FIELDS.filter((field) => (field.demand & ~demand) === 0);
  const withEnter = (demand & DEMAND.calls) !== 0;
  return (ctx) => `${covered.map((field) => `${field.name}=${field.text(ctx)}`).join('|')}${withEnter ? `|enter=${ctx.enter?.type} ${ctx.enter?.length}` : ''}`;
}

function read(bytes: Uint8Array, chunk: number, show: (ctx: EventContext) => void, selection?: Selection): ScapReader {
  const reader = new ScapReader();
  if (selection !== undefined) reader.select(selection);
  for (let at = 0; at < bytes.length; at += chunk) { reader.push(bytes.subarray(at, at + chunk)); reader.read(show); }
  reader.finish();
  reader.read(show);
  assert.deepEqual(reader.diagnostics, []);
  return reader;
}

const typesOf = (test: (name: string, id: number) => boolean): Uint8Array => {
  const types = new Uint8Array(65536);
  for (const def of EVENTS) if (test(def.name, def.id)) types[def.id] = 1;
  return types;
};
const TYPES: readonly (readonly [string, Uint8Array | undefined])[] = [
  ['all types', undefined], ['switches', typesOf((name) => name === 'switch')], ['opens', typesOf((name) => name.startsWith('open'))], ['transfers', typesOf((name) => ['read', 'write', 'recvfrom', 'sendto', 'close', 'fcntl', 'connect'].includes(name))],
  ['ends', typesOf((_name, id) => id % 2 === 1)], ['every third', typesOf((_name, id) => id % 3 === 0)], ['processes', typesOf((name) => ['clone', 'execve', 'procexit', 'procinfo', 'mmap', 'brk'].includes(name))],
];

for (const [name, bytes, missing] of SOURCES) {
  test(`${name}: what is left out makes no difference`, { skip: missing }, () => {
    const file = bytes();
    let total = 0;
    for (const demand of [0, DEMAND.threads, DEMAND.threads | DEMAND.descriptors, DEMAND.threads | DEMAND.calls, ALL]) {
      const line = liner(demand);
      const all: { readonly type: number; readonly text: string }[] = [];
      const whole = read(file, file.length, (ctx) => { all.push({ type: ctx.view.type, text: line(ctx) }); });
      for (const [title, types] of TYPES) {
        const some: string[] = [];
        const reader = read(file, 100_000, (ctx) => { some.push(line(ctx)); }, { types, demand });
        assert.deepEqual(some, all.filter((one) => types === undefined || types[one.type] === 1).map((one) => one.text), `${title}, demand ${demand}`);
        assert.equal(reader.events, whole.events);
        if (demand === ALL) assert.deepEqual([...reader.state.threads()].map((t) => `${t.info.tid} ${t.info.comm} ${t.vmSizeKb} ${t.pfminor} ${t.enterFd} ${[...t.fds].map(([fd, info]) => `${fd}${info.name}${info.connected}`).join()}`), [...whole.state.threads()].map((t) => `${t.info.tid} ${t.info.comm} ${t.vmSizeKb} ${t.pfminor} ${t.enterFd} ${[...t.fds].map(([fd, info]) => `${fd}${info.name}${info.connected}`).join()}`));
        total += some.length;
      }
    }
    assert.ok(total > 1000);
  });

  test(`${name}: what kind a descriptor is of is known without its name`, { skip: missing }, () => {
    const file = bytes();
    const line = (ctx: EventContext): string => `${ctx.num} ${ctx.view.type} ${ctx.info?.tid} ${ctx.info?.comm} ${ctx.fdNum} ${ctx.fd?.kind} ${ctx.fd?.kind === 'file' || ctx.fd?.kind === 'directory' ? ctx.fd.openFlags : ctx.fd?.name}`;
    for (const [title, types] of TYPES) {
      const all: string[] = [], some: string[] = [];
      read(file, file.length, (ctx) => { if (types === undefined || types[ctx.view.type] === 1) all.push(line(ctx)); });
      read(file, 70_000, (ctx) => { some.push(line(ctx)); }, { types, demand: DEMAND.threads | DEMAND.kinds });
      assert.deepEqual(some, all, title);
    }
  });

  test(`${name}: calls that are counted are those that are shown`, { skip: missing }, () => {
    const file = bytes();
    const types = typesOf((name, id) => id % 2 === 1 && name !== 'clone');
    const add = (counts: Map<string, number>, info: ThreadInfo | undefined, fd: FdInfo | undefined, type: number, result: number): void => {
      const key = `${info?.tid} ${info?.comm} ${fd?.kind} ${type} ${result}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    };
    const resultOf = (ctx: EventContext): number => ctx.view.size(0) === 8 ? i64(ctx.view, 0) : 0;
    const all = new Map<string, number>();
    read(file, file.length, (ctx) => { if (types[ctx.view.type] === 1) add(all, ctx.info, ctx.fd, ctx.view.type, resultOf(ctx)); });
    for (const demand of [ALL, DEMAND.threads | DEMAND.kinds]) {
      const some = new Map<string, number>();
      let tallied = 0;
      const tally: Tally = { row: (info) => ({ info }), add: (row, fd, type, result) => { tallied++; add(some, (row as { readonly info: ThreadInfo }).info, fd, type, result); } };
      read(file, 90_000, (ctx) => { add(some, ctx.info, ctx.fd, ctx.view.type, resultOf(ctx)); }, { types, demand, tally });
      assert.deepEqual([...some].sort(), [...all].sort(), `demand ${demand}`);
      // Not of the first layout, nor of captures with exits alone.
      if (name === 'the sample' || name.startsWith('wordpress')) assert.ok(tallied > 10, `${tallied} calls were counted`);
    }
  });

  test(`${name}: a test of threads is asked once for each, and means the same`, { skip: missing }, () => {
    const file = bytes();
    const line = liner(ALL);
    const passes = (ctx: EventContext): boolean => ctx.info !== undefined && ctx.info.tid % 3 === 1;
    const all: string[] = [];
    let events = 0;
    read(file, file.length, (ctx) => { events++; if (passes(ctx)) all.push(line(ctx)); });
    const some: string[] = [];
    let asked = 0;
    read(file, 50_000, (ctx) => { some.push(line(ctx)); }, { demand: ALL, byThread: true, test: (ctx) => { asked++; return passes(ctx); } });
    assert.deepEqual(some, all);
    assert.ok(asked - some.length < (events - some.length) / 2, `${asked - some.length} of ${events - some.length} events that do not pass were looked at`);
  });

  test(`${name}: selections may change between two events`, { skip: missing }, () => {
    const file = bytes();
    const line = liner(ALL);
    const all: string[] = [];
    read(file, file.length, (ctx) => { all.push(line(ctx)); });
    const reader = new ScapReader();
    const mine: Selection = { demand: ALL }, others: Selection = { demand: ALL, types: new Uint8Array(65536) };
    const some: string[] = [];
    reader.push(file);
    reader.finish();
    for (let until = 100, own = true; !reader.done; until += 100, own = !own) {
      reader.select(own ? mine : others);
      reader.read((ctx) => { some.push(line(ctx)); }, until);
    }
    assert.deepEqual(some, all.filter((_, i) => Math.floor(i / 100) % 2 === 0));
  });
}
