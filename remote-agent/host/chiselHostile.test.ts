// Chisels that mean harm, in the process of their own: each is contained and reported with file, line and the Lua stack, and another chisel is served beside and after it.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ChiselReply } from '../engine/chisel/ports.ts';
import { BatchBuilder } from '../engine/chisel/batch.ts';
import { DEFAULT_LIMITS } from '../engine/chisel/inPlaceMachine.ts';
import { chiselEnvironment, ProcessMachine } from './chiselRunner.ts';

const folder = mkdtempSync(join(tmpdir(), 'porthole-hostile-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });
const MARK = join(folder, 'mark');
writeFileSync(join(folder, 'secret.lua'), 'print("found")');

const HEAD = 'description = "d" short_description = "s" category = "c" args = {}\n';
/** What chisels get, but for less memory, which is full sooner. */
const LIMITS = { ...DEFAULT_LIMITS, memoryBytes: 160 << 20 };
const environment = chiselEnvironment({ name: 'x', source: '', args: [], filter: '', live: false, print: () => undefined });

/** Rows without fields: number, seconds, ns, type, cpu, line. */
function rows(count: number): Uint8Array {
  const builder = new BatchBuilder(6);
  for (let i = 0; i < count; i++) { [i + 1, 1, i, 'open', 0, undefined].forEach((value, column) => builder.set(column, value)); builder.next(); }
  return builder.take();
}
async function started(source: string): Promise<{ readonly machine: ProcessMachine; readonly reply: ChiselReply }> {
  const machine = new ProcessMachine(LIMITS);
  const reply = await machine.load({ name: 'hostile', source: HEAD + source, args: [], modules: {}, environment });
  return { machine, reply: reply.fault === undefined ? await machine.captureStart() : reply };
}

interface Hostile { readonly name: string; /** Body of on_event, from line 2 of the chisel on. */ readonly body: string; readonly kind: string; readonly says: RegExp; readonly line?: number; readonly stack?: RegExp }
const CASES: readonly Hostile[] = [
  { name: 'an endless loop', body: 'local function spin()\nwhile true do end\nend\nspin()', kind: 'time', says: /hostile\.lua:4: .*did not return within 0.5 s/, line: 4, stack: /hostile\.lua:4.*\n.*hostile\.lua:6/s },
  { name: 'an endless loop that catches errors', body: 'while true do pcall(function() while true do end end) end', kind: 'time', says: /did not return within 0.5 s/, line: 3 },
  { name: 'an endless loop in a coroutine', body: 'coroutine.wrap(function() while true do end end)()', kind: 'time', says: /did not return within 0.5 s/, line: 3 },
  { name: 'endless memory in a table', body: 'local t, s = {}, string.rep("x", 1000000)\nwhile true do t[#t + 1] = s .. #t end', kind: 'memory', says: /hostile\.lua:4: used more than its 160 MiB/, line: 4, stack: /hostile\.lua:4/ },
  { name: 'endless memory in a string', body: 'local s = "x"\nwhile true do s = s .. s end', kind: 'memory', says: /used more than its 160 MiB/, line: 4 },
  { name: 'a gigabyte asked for at once', body: 'local s = string.rep("x", 2^30)', kind: 'memory', says: /used more than its 160 MiB/, line: 3 },
  { name: 'deep recursion', body: 'local function down() return 1 + down() end\ndown()', kind: 'script', says: /hostile\.lua:3: stack overflow/, line: 3, stack: /hostile\.lua:3/ },
  { name: 'recursion through a pattern', body: 'string.find(string.rep("a", 300000), string.rep("(.-)", 30) .. "b")', kind: 'time', says: /did not return within/ },
  { name: 'a pattern that explodes', body: 'string.find(string.rep("a", 5000), ".-.-.-.-.-.-b")', kind: 'time', says: /did not return within/ },
  { name: 'os.execute', body: `os.execute("touch ${MARK}")`, kind: 'script', says: /hostile\.lua:3: os\.execute: chisels may not start programs/, line: 3, stack: /hostile\.lua:3/ },
  { name: 'io.popen', body: `io.popen("touch ${MARK}")`, kind: 'script', says: /hostile\.lua:3: io\.popen: chisels may not start programs/, line: 3 },
  { name: 'io.open', body: `\nio.open("${MARK}", "w")`, kind: 'script', says: /hostile\.lua:4: io\.open: chisels may not open files/, line: 4 },
  { name: 'require of a path', body: `require("${folder}/secret")`, kind: 'script', says: /hostile\.lua:3: module '.*secret' is not granted/, line: 3 },
  { name: 'require of a path upwards', body: 'require("../../../etc/passwd")', kind: 'script', says: /not granted/, line: 3 },
  { name: 'bytecode', body: 'assert(loadstring("\\27LJ\\2\\0"))()', kind: 'script', says: /attempt to load a binary chunk/ },
  { name: 'bytecode by load', body: 'assert(load(function() return nil end, "x", "b") == nil or true) local f, e = load("\\27Lua\\84", "x", "b") error(e)', kind: 'script', says: /attempt to load a binary chunk/ },
  { name: 'a yield out of the callback', body: 'coroutine.yield(1)', kind: 'script', says: /attempt to yield from outside a coroutine/, line: 3 },
  { name: 'the hook of the time limit', body: 'debug.sethook()', kind: 'script', says: /hostile\.lua:3: .*sethook/, line: 3 },
];

for (const { name, body, kind, says, line, stack } of CASES) {
  test(`${name} is contained and reported`, async () => {
    const neighbour = await started('function on_event() io.write(".") return true end');
    const hostile = await started(`function on_event()\n${body}\nend`);
    try {
      assert.equal(hostile.reply.fault, undefined);
      const running = hostile.machine.batch(rows(3));
      // The neighbour is served while the hostile one runs.
      assert.equal((await neighbour.machine.batch(rows(5))).output, '.....');
      const { fault } = await running;
      assert.equal(fault?.kind, kind, JSON.stringify(fault));
      assert.match(fault?.message ?? '', says);
      if (line !== undefined) assert.equal(fault?.line, line, JSON.stringify(fault));
      if (stack !== undefined) assert.match(fault?.traceback ?? '', stack);
      assert.equal((await neighbour.machine.batch(rows(2))).output, '..');
      assert.ok(!existsSync(MARK));
    } finally { hostile.machine.close(); neighbour.machine.close(); }
  });
}

test('what nobody waits for may take longer than a callback', async () => {
  const { machine } = await started('function on_event() return true end\nfunction on_capture_end()\nlocal begun = os.clock()\nwhile os.clock() - begun < 1.2 do end\nprint("done")\nend');
  try {
    await machine.batch(rows(1));
    const { output, fault } = await machine.captureEnd(1, 0, 0);
    assert.equal(fault, undefined, JSON.stringify(fault));
    assert.equal(output, 'done\n');
  } finally { machine.close(); }
});

test('output of a gigabyte is cut and said to be', async () => {
  const { machine } = await started('function on_event()\nlocal line = string.rep("x", 1023)\nfor i = 1, 2^20 do print(line) end\nend');
  try {
    const { output, fault } = await machine.batch(rows(1));
    assert.ok(output.length < 10 << 20, `${output.length}`);
    assert.match(output, /output cut: more than 8 MiB at once/);
    assert.ok(fault === undefined || fault.kind === 'time', JSON.stringify(fault));
  } finally { machine.close(); }
});
