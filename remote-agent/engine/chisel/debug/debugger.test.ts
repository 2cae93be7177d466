// The debugger on the real Lua: where a chisel stops, what is seen of it there, and that it goes on as it would have.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Scene } from '../../fields/fieldsSupport.test.ts';
import { ENGINE_CHECKS } from '../extract.ts';
import { InPlaceMachine } from '../inPlaceMachine.ts';
import { ChiselRun } from '../run.ts';
import { ChiselDebugger, hitsEnough, type Breakpoint, type DebugCommand, type DebugEvent, type DebugQuestion, type DebugValue, type StepKind } from './debugger.ts';

const wasm = readFileSync(new URL('../../../../node_modules/wasmoon/dist/glue.wasm', import.meta.url));
interface Api { Module: new (b: Uint8Array) => object; Instance: new (m: object, i: object) => { exports: Record<string, unknown> } }
const api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
const host = { instantiate: (bytes: Uint8Array, imports: object) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() };
const environment = { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: '', outputFormat: 'normal', containerData: false };

interface Stop { readonly reason: string; readonly message: string; readonly at: string; readonly frames: readonly string[]; ask(what: DebugQuestion['what'], ...args: (string | number)[]): string[]; refOf(what: DebugQuestion['what'], name: string, ...args: (string | number)[]): number }
/** What is done at a stop: how to go on, or nothing to end looking. */
type Script = (stop: Stop) => StepKind | undefined;

interface Ran { readonly output: string; readonly stops: readonly string[]; readonly logs: readonly string[]; readonly fault: string }

/** Runs a chisel over three reads; `script` is asked at each stop, which it sees while Lua waits. */
async function debugged(source: string, { points = [], errors, script = () => 'go', entry = false, modules = {}, pause = false }: { points?: readonly Breakpoint[]; errors?: { uncaught: boolean; caught: boolean }; script?: Script; entry?: boolean; modules?: Record<string, string>; pause?: boolean } = {}): Promise<Ran> {
  const queue: DebugCommand[] = [{ do: 'breakpoints', chunk: 'test.lua', lines: points }, ...errors === undefined ? [] : [{ do: 'errors', ...errors } as const], ...pause ? [{ do: 'pause' } as const] : []];
  const stops: string[] = [], logs: string[] = [];
  // Lua waits in `next`: commands come from a generator, and what it asked for comes by `tell` in between.
  let pending: { readonly id: number; readonly take: (values: readonly DebugValue[], problem: string) => void } | undefined;
  let stopped: Extract<DebugEvent, { tell: 'stopped' }> | undefined;
  let asked = 0;
  const link = {
    poll: () => queue.shift(),
    tell: (event: DebugEvent) => {
      if (event.tell === 'stopped') { stopped = event; stops.push(`${event.reason} ${event.frames[0]?.chunk}:${event.frames[0]?.line}${event.message === '' ? '' : ` ${event.message}`}`); script_ = steps(event); }
      else if (event.tell === 'log') logs.push(`${event.line}: ${event.text}`);
      else if (event.tell === 'answer' && pending?.id === event.id) pending.take(event.values, event.problem ?? '');
    },
    next: (): DebugCommand | undefined => script_?.next().value ?? undefined,
  };
  let script_: Generator<DebugCommand, undefined, undefined> | undefined;
  /** The script is run again from its beginning for each question, with the answers that there are: it keeps nothing before it has asked all. */
  function* steps(event: Extract<DebugEvent, { tell: 'stopped' }>): Generator<DebugCommand, undefined, undefined> {
    const answers: { readonly values: readonly DebugValue[]; readonly problem: string }[] = [];
    for (;;) {
      let at = 0, question: DebugQuestion | undefined;
      const raw = (what: DebugQuestion['what'], args: readonly (string | number)[]): readonly DebugValue[] => {
        const known = answers[at++];
        if (known !== undefined) return known.problem === '' ? known.values : [{ name: 'problem', type: 'problem', text: known.problem, ref: 0 }];
        question = { do: 'ask', id: ++asked, what, args };
        throw question;
      };
      const stop: Stop = {
        reason: event.reason, message: event.message, at: `${event.frames[0]?.name}:${event.frames[0]?.line}`, frames: event.frames.map(({ name, line }) => `${name}:${line}`),
        ask: (what, ...args) => raw(what, args).map(({ name, text }) => `${name}=${text}`), refOf: (what, name, ...args) => raw(what, args).find((value) => value.name === name)?.ref ?? 0,
      };
      let how: StepKind | undefined;
      try { how = script(stop); } catch (thrown) { if (thrown !== question) throw thrown; }
      if (question === undefined) { if (how === undefined) return undefined; yield { do: how }; continue; }
      pending = { id: question.id, take: (values, problem) => { answers.push({ values, problem }); } };
      yield question;
    }
  }
  const inspector = new ChiselDebugger(link, { stopOnEntry: entry });
  let output = '';
  const run = await ChiselRun.start({ name: 'test', source, args: [], modules, environment, stepwise: true, print: (text) => { output += text; }, machine: () => new InPlaceMachine(host, wasm, ENGINE_CHECKS, undefined, inspector) });
  const scene = new Scene();
  for (let i = 0; i < 3; i++) await run.push(scene.event('SYSCALL_READ_X', { res: i, data: new Uint8Array(1), fd: 3, size: 100 }, { tid: 200, atNs: 1_000_000_000 + i * 1000, tookNs: 100 }));
  const { fault } = await run.finish();
  assert.ok(stopped !== undefined || stops.length === 0);
  return { output, stops, logs, fault: fault === undefined ? '' : `${fault.line}: ${fault.message}` };
}

const CHISEL = `description = "d" short_description = "s" category = "c" args = {}
local total = 0
function on_init()
  fname = chisel.request_field("proc.name")
  fres = chisel.request_field("evt.rawres")
  return true
end
local function add(n)
  local before = total
  total = total + n
  return before
end
function on_event()
  local name = evt.field(fname)
  local list = { a = 1, b = { "x", "y" } }
  add(evt.field(fres))
  print(name, total)
  return true
end
`;
const PLAIN = 'server\t0\nserver\t1\nserver\t3\n';

test('without a breakpoint a chisel runs as it would', async () => { assert.deepEqual(await debugged(CHISEL), { output: PLAIN, stops: [], logs: [], fault: '' }); });

test('a breakpoint stops each time, with locals, what the function encloses, and globals', async () => {
  const seen: string[][] = [];
  const { output, stops } = await debugged(CHISEL, { points: [{ line: 16 }], script: (stop) => { seen.push(stop.ask('locals', 1), stop.ask('upvalues', 1), stop.ask('globals')); return 'go'; } });
  assert.equal(output, PLAIN);
  assert.deepEqual(stops, ['breakpoint test.lua:16', 'breakpoint test.lua:16', 'breakpoint test.lua:16']);
  assert.deepEqual(seen[0], ['name="server"', 'list=table with 2 entries']);
  assert.deepEqual(seen[1], ['add=function at test.lua:8', 'total=0']);
  assert.ok(seen[2]?.includes('fname=field proc.name') && seen[2].includes('category="c"') && !seen[2].some((each) => /^(print|string|evt)=/.test(each)), seen[2]?.join(' '));
});

test('tables are looked into, and changed', async () => {
  const seen: string[][] = [];
  await debugged(CHISEL, { points: [{ line: 16, hits: '=1' }], script: (stop) => {
    const list = stop.refOf('locals', 'list', 1), outer = stop.ask('table', list), b = stop.refOf('table', 'b', list);
    seen.push(outer, stop.ask('table', b), stop.ask('setEntry', b, '[2]', 'name .. "!"', 1), stop.ask('evaluate', 1, 'list.b[2]'));
    return 'go';
  } });
  assert.deepEqual(seen, [['a=1', 'b=table with 2 entries'], ['[1]="x"', '[2]="y"'], ['[2]="server!"'], ['="server!"']]);
});

test('what is asked stands in the frame: locals, enclosed variables, globals, the event, calls, assignments', async () => {
  const seen: string[] = [];
  const { output } = await debugged(CHISEL, { points: [{ line: 10, hits: '=1' }], script: (stop) => {
    assert.deepEqual(stop.frames, ['add:10', 'on_event:16']);
    const got = ['n', 'before + 1', 'total', 'fname ~= nil', 'evt.field(fname)', 'string.rep("ab", 2)', 'total = 40', 'no.such', ')', 'error("mine")', 'made = 7', 'made'].map((text) => `${text} -> ${stop.ask('evaluate', 1, text).join()}`);
    seen.push(...got, stop.ask('evaluate', 2, 'name').join(), stop.ask('set', 1, 'n', '2').join(), stop.ask('set', 1, 'nothing', '2').join(), stop.ask('locals', 9).join());
    return 'go';
  } });
  assert.deepEqual(seen.slice(0, 7), ['n -> =0', 'before + 1 -> =1', 'total -> =0', 'fname ~= nil -> =true', 'evt.field(fname) -> ="server"', 'string.rep("ab", 2) -> ="abab"', 'total = 40 -> =nil']);
  assert.match(seen[7] ?? '', /problem=attempt to index a nil value/);
  assert.match(seen[8] ?? '', /problem=unexpected symbol|problem=.*near/);
  assert.match(seen[9] ?? '', /problem=.*mine/);
  assert.deepEqual(seen.slice(11), ['made -> =7', '="server"', 'n=2', 'problem=there is no variable nothing', 'problem=there is no frame 9']);
  assert.equal(output, 'server\t42\nserver\t43\nserver\t45\n', 'the chisel goes on with what was set');
});

test('steps: over, into, out of a call', async () => {
  const at: string[] = [], how: StepKind[] = ['over', 'in', 'over', 'out', 'over', 'go'];
  const { output } = await debugged(CHISEL, { points: [{ line: 15, hits: '=1' }], script: (stop) => { at.push(String(stop.frames[0]?.split(':')[1])); return how[at.length - 1] ?? 'go'; } });
  assert.deepEqual(at, ['15', '16', '9', '10', '17', '18']);
  assert.equal(output, PLAIN);
});

test('a step over the end of a callback comes to the next event', async () => {
  const at: string[] = [];
  await debugged(CHISEL, { points: [{ line: 18, hits: '=1' }], script: (stop) => { at.push(String(stop.frames[0]?.split(':')[1])); return at.length < 3 ? 'over' : 'go'; } });
  assert.deepEqual(at, ['18', '14', '15']);
});

test('conditions, numbers of hits and texts to be told', async () => {
  assert.deepEqual((await debugged(CHISEL, { points: [{ line: 17, condition: 'total == 1' }] })).stops, ['breakpoint test.lua:17']);
  assert.deepEqual((await debugged(CHISEL, { points: [{ line: 17, condition: 'nothing' }] })).stops, []);
  assert.match((await debugged(CHISEL, { points: [{ line: 17, condition: 'total ==', hits: '' }] })).stops[0] ?? '', /^breakpoint test\.lua:17 The condition cannot be told: /);
  assert.equal((await debugged(CHISEL, { points: [{ line: 17, hits: '2' }] })).stops.length, 2);
  assert.match((await debugged(CHISEL, { points: [{ line: 17, hits: 'often' }] })).stops[0] ?? '', /"often" is no number of hits/);
  const told = await debugged(CHISEL, { points: [{ line: 17, log: '{name} has {total}, {no.such}' }] });
  assert.deepEqual([told.stops.length, told.logs.length, told.output], [0, 3, PLAIN]);
  assert.match(told.logs[2] ?? '', /^17: server has 3, \{no\.such: attempt to index/);
  assert.deepEqual([hitsEnough('%2', 4), hitsEnough('%2', 3), hitsEnough('>2', 2), hitsEnough('>=2', 2), hitsEnough('<2', 1)], [true, false, false, true, true]);
});

test('an error stops where it is raised, with the stack as it was; also one that is caught, where that is asked for', async () => {
  const broken = CHISEL.replace('total = total + n', 'total = total + n if n == 1 then error("odd") end');
  const seen: string[] = [];
  const { stops, fault } = await debugged(broken, { script: (stop) => { seen.push(...stop.ask('locals', 1)); return 'go'; } });
  assert.deepEqual(stops, ['error test.lua:10 test.lua:10: odd']);
  assert.deepEqual(seen, ['n=1', 'before=0']);
  assert.match(fault, /^10: .*odd/);
  assert.deepEqual((await debugged(broken, { errors: { uncaught: false, caught: false } })).stops, []);
  const caught = CHISEL.replace('add(evt.field(fres))', 'pcall(error, "mine") pcall(function() local deep = 1 error("own") end)');
  assert.deepEqual((await debugged(caught)).stops, []);
  assert.equal((await debugged(caught, { errors: { uncaught: true, caught: true } })).stops.filter((each) => each.endsWith('own')).length, 3);
});

test('a stop at the entry, a pause, a breakpoint in a module and in a coroutine', async () => {
  assert.equal((await debugged(CHISEL, { entry: true })).stops[0], 'entry test.lua:1');
  assert.match((await debugged(CHISEL, { pause: true })).stops[0] ?? 'none', /^(pause|step) test\.lua:\d+/);
  const more = CHISEL.replace('add(evt.field(fres))', 'local co = coroutine.create(function() local inside = 5\n inside = inside + 1\n end)\n coroutine.resume(co)');
  const seen: string[] = [];
  await debugged(more, { points: [{ line: 17, hits: '=1' }], script: (stop) => { seen.push(...stop.ask('locals', 1)); return 'go'; } });
  assert.deepEqual(seen, ['inside=5']);
});

test('nobody is there any more: the chisel goes on to its end', async () => {
  assert.equal((await debugged(CHISEL, { points: [{ line: 16 }], script: () => undefined })).output, PLAIN);
});
