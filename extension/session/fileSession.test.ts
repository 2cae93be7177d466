// Captures in a worker, through the protocol: whole, cut, empty, none at all. The capture is the bundled one, recorded of the demonstration.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { ChiselPrinted, ChiselProgress, CountEvents, GetEvent, GetEvents, GetTree, RunChisel } from '../../remote-agent/protocol/messages.ts';
import { bundleForTest } from '../test/bundle.ts';
import { FileSession } from './fileSession.ts';

const sample = fileURLToPath(new URL('../media/demo.scap', import.meta.url));

let bundle: Awaited<ReturnType<typeof bundleForTest>>;
let folder = '';
const opened: FileSession[] = [];
before(async () => { bundle = await bundleForTest('extension/session/worker.ts', 'captureWorker.cjs'); folder = mkdtempSync(join(tmpdir(), 'porthole-file-')); });
after(async () => {
  await Promise.all(opened.map(session => session.dispose()));
  rmSync(bundle.folder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});
async function open(path: string, content?: Uint8Array): Promise<FileSession> {
  const session = await FileSession.open({ path, title: 'sample', workerPath: bundle.path, client: 'test', historyMegabytes: 1024, log: text => { console.error(text); }, ...(content === undefined ? {} : { content }) });
  opened.push(session);
  return session;
}
const plain = (): Buffer => { const bytes = readFileSync(sample); return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes; };

test('a capture is read and answers', async () => {
  const session = await open(sample);
  const status = await session.loaded();
  assert.equal(session.live, false);
  assert.ok(status.events > 1000, `${status.events} events`);
  assert.ok(BigInt(session.hello.baseNs) > 1_000_000_000_000_000_000n, session.hello.baseNs);
  const page = await session.request(GetEvents, { filter: 'evt.type=openat or evt.type=open', startNs: 0, endNs: status.endNs, fromRow: -1, direction: 'forward', count: 5 });
  assert.ok(page.rows.length > 0 && page.rows.every(row => row.name.startsWith('open')));
  const details = await session.request(GetEvent, { row: page.rows[0]?.row ?? -1 });
  assert.ok(details.parameters.some(parameter => parameter.name === 'name' || parameter.name === 'fd'));
  assert.ok((await session.request(GetTree)).containers.length > 0);
  await assert.rejects(session.request(GetEvents, { filter: 'evt.typ=open', startNs: 0, endNs: 1, fromRow: -1, direction: 'forward', count: 5 }), (error: { code?: number }) => error.code === 1001);
});

test('the same from memory, compressed and not', async () => {
  const counts: number[] = [];
  for (const content of [plain(), gzipSync(plain())]) {
    const session = await open('/elsewhere/sample.scap', new Uint8Array(content));
    const { endNs } = await session.loaded();
    counts.push((await session.request(CountEvents, { filter: '', startNs: 0, endNs })).count);
  }
  assert.ok((counts[0] ?? 0) > 0);
  assert.equal(counts[0], counts[1]);
});

test('a cut capture shows what it has and says where it ends', async () => {
  const whole = plain();
  const path = join(folder, 'cut.scap');
  writeFileSync(path, whole.subarray(0, Math.floor(whole.length * 0.6) + 3));
  const status = await (await open(path)).loaded();
  assert.ok(status.events > 0);
  assert.ok(status.problems.length > 0 && status.problems.every(problem => problem.remedy !== ''), JSON.stringify(status.problems));
  const packed = join(folder, 'cut-gz.scap');
  const gz = gzipSync(whole);
  writeFileSync(packed, gz.subarray(0, Math.floor(gz.length * 0.6)));
  const second = await (await open(packed)).loaded();
  assert.ok(second.events > 0 && second.problems.length > 0);
});

test('empty, missing and foreign files answer with a problem, not with a hang', async () => {
  const empty = join(folder, 'empty.scap'), foreign = join(folder, 'foreign.scap');
  writeFileSync(empty, '');
  writeFileSync(foreign, 'this is a letter, no capture\n'.repeat(100));
  for (const [path, message] of [[empty, /empty/], [foreign, /./], [join(folder, 'missing.scap'), /no such file/], [folder, /folder/]] as const) {
    const status = await (await open(path)).loaded();
    assert.equal(status.events, 0);
    assert.match(status.problems[0]?.message ?? '', message, path);
    assert.notEqual(status.problems[0]?.remedy, '');
  }
});

test('a chisel runs over the capture and can be cancelled', async () => {
  const session = await open(sample);
  const { endNs } = await session.loaded();
  let printed = '';
  const listening = session.onNotification(ChiselPrinted, output => { if (output.id === 'a') printed += output.text; });
  const source = 'description = "d"; short_description = "d"; category = "c"; args = {}\nlocal n = 0\nfunction on_init() chisel.set_filter("evt.type=read") return true end\nfunction on_event() n = n + 1 return true end\nfunction on_capture_end() print("reads " .. n) return true end\n';
  const run = (id: string, text: string, token?: CancellationTokenSource): Promise<{ events: number; error?: { message: string; line: number } }> =>
    session.request(RunChisel, { id, name: 'reads', source: text, args: [], filter: '', follow: false, startNs: 0, endNs }, token?.token);
  const result = await run('a', source);
  listening.dispose();
  assert.equal(result.error, undefined);
  assert.match(printed, /reads [1-9]/);
  const failed = await run('b', `${source}\nfunction on_event() local x = nil; return x.y end`);
  assert.ok(failed.error !== undefined && failed.error.line > 0, JSON.stringify(failed));
});

test('a chisel that hangs is stopped, and the capture answers all the while', async () => {
  const session = await open(sample);
  const { endNs } = await session.loaded();
  // A pattern that takes ages runs inside one instruction of Lua.
  const source = 'description = "d"; short_description = "d"; category = "c"; args = {}\nfunction on_event() return (("a"):rep(5000)):find((".-"):rep(20) .. "b") end\n';
  const hanging = session.request(RunChisel, { id: 'h', name: 'hangs', source, args: [], filter: '', follow: false, startNs: 0, endNs });
  let ended = false;
  void hanging.finally(() => { ended = true; });
  await new Promise(resolve => { setTimeout(resolve, 100); });
  await session.request(GetTree);
  assert.equal(ended, false, 'the tree is answered while the chisel hangs');
  assert.match((await hanging).error?.message ?? '', /did not return within 0\.5 s and was stopped/);
});

test('a run tells how far it is, ends after so many events, gets its helpers, says what takes its time', async () => {
  const session = await open(sample);
  const { events } = await session.loaded();
  const source = 'require "beside"\nargs = {}\nlocal n = 0\nfunction on_event()\n  n = more(n)\n  return true\nend\nfunction on_capture_end()\n  print(n, sysdig.get_output_format(), sysdig.is_tty(), sysdig.get_terminal_info().width)\n  return true\nend\n';
  let printed = '';
  const told: number[] = [];
  session.onNotification(ChiselPrinted, ({ id, text }) => { if (id.startsWith('few')) printed += text; });
  session.onNotification(ChiselProgress, ({ id, fraction }) => { if (id === 'all') told.push(fraction); });
  const params = { name: 'few', source, args: [], filter: '', follow: false, startNs: -Number.MAX_SAFE_INTEGER, endNs: Number.MAX_SAFE_INTEGER, modules: { beside: 'function more(n) return n + 1 end\n' } };
  const few = await session.request(RunChisel, { ...params, id: 'few', maxEvents: 1234, outputFormat: 'json', terminal: { columns: 80, rows: 24 }, profile: true });
  assert.equal(few.error, undefined, few.error?.message);
  assert.equal(few.events, 1234);
  assert.equal(printed, '1234\tjson\ttrue\t80\n');
  assert.equal(few.profile?.callbacks.find((c) => c.name === 'on_event')?.calls, 1234);
  assert.ok(few.profile?.lines.some((l) => l.file === 'beside.lua' && l.line === 1));
  const slow = source.replace('n = more(n)', 'n = more(n) for i = 1, 2000 do n = n + 0 end');
  const all = await session.request(RunChisel, { ...params, source: slow, id: 'all', progress: true });
  assert.equal(all.events, events);
  assert.equal(all.profile, undefined);
  assert.ok(told.every((fraction, i) => fraction >= (told[i - 1] ?? 0) && fraction <= 1), told.join(' '));
});

test('a chisel begins while its capture is still read, and has seen all of it at its end', async () => {
  const path = join(folder, 'long.scap');
  const whole = plain();
  writeFileSync(path, whole);
  const session = await open(path);
  // Not waited for.
  const { events, error } = await session.request(RunChisel, { id: 'early', name: 'early', source: 'args = {}\nfunction on_event() return true end\n', args: [], filter: '', follow: false, startNs: -Number.MAX_SAFE_INTEGER, endNs: Number.MAX_SAFE_INTEGER });
  assert.equal(error, undefined);
  assert.equal(events, (await session.loaded()).events);
});

test('compiled on the file a chisel prints what it prints interpreted on the history: whole, packed, of a range, filtered, measured', async () => {
  const path = join(folder, 'packed.scap.gz');
  writeFileSync(path, gzipSync(plain()));
  const source = 'args = {}\nlocal n = 0\nfunction on_init() name, fd = chisel.request_field("proc.name"), chisel.request_field("fd.name") chisel.set_interval_s(1) return true end\n'
    + 'function on_event() n = n + 1 print(evt.get_num(), evt.get_ts(), evt.get_type(), evt.get_type() == "container" or evt.field(name), evt.field(fd)) return true end\nfunction on_interval() print("second", n) return true end\nfunction on_capture_end(s, ns) print("end", n, s, ns) return true end\n';
  // What nobody calls, but no compiler takes.
  const interpreted = `${source}function unused() return coroutine.create(unused) end\n`;
  // The history gives a word about a container to no process; sysdig, and what reads the file, have one for it.
  for (const session of [await open(sample), await open(path)]) {
    const { endNs } = await session.loaded();
    const whole = { startNs: -Number.MAX_SAFE_INTEGER, endNs: Number.MAX_SAFE_INTEGER, filter: '' };
    const runs = [whole, { ...whole, startNs: endNs * 0.2, endNs: endNs * 0.9 }, { ...whole, filter: 'fd.name contains . or evt.type=close' }, { ...whole, profile: true }];
    for (const [i, run] of (session.id.endsWith('.gz') ? runs.slice(0, 1) : runs).entries()) {
      const [compiled, other] = await Promise.all([source, interpreted].map(async (text, j) => {
        let printed = '';
        const id = `${i} ${j}`, listening = session.onNotification(ChiselPrinted, (told) => { if (told.id === id) printed += told.text; });
        const { events, error } = await session.request(RunChisel, { ...run, id, name: 'same', source: text, args: [], follow: false });
        listening.dispose();
        return { printed, events, error };
      }));
      assert.ok((compiled?.events ?? 0) > 0 && (compiled?.printed.length ?? 0) > 100, JSON.stringify(run));
      assert.deepEqual(compiled, other, JSON.stringify(run));
    }
  }
});

test('a closed session answers no more', async () => {
  const session = await open(sample);
  await session.dispose();
  assert.equal(session.link.state, 'closed');
  await assert.rejects(session.request(GetTree), /closed|not open/);
});
