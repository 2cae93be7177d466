// Calls and `...` in parentheses stand for one value, in compiled chisels as in Lua.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteSink } from '../../base/sink.ts';
import { DEFAULT_LIMITS } from '../inPlaceMachine.ts';
import { QuickChisel } from './quickChisel.ts';

const environment = { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: '', outputFormat: 'normal', containerData: false };
const HEAD = 'local function two() return 1, 2 end local function one() return (two()) end local function rest(...) return (...) end\n';

const LINES: readonly (readonly [lua: string, printed: string])[] = [
  ['print(two()) print((two())) print(((two())))', '1\t2\n1\n1\n'],
  ['print(two(), two()) print(two(), (two())) print(("aXa"):gsub("X", "b")) print((("aXa"):gsub("X", "b")))', '1\t1\t2\n1\t1\naba\t1\naba\n'],
  ['print(one()) print(rest(5, 6)) print(one(two()))', '1\n5\n1\n'],
  ['local a, b = (two()) print(a, b) a, b = two() print(a, b) a, b = 3, (two()) print(a, b)', '1\tnil\n1\t2\n3\t1\n'],
  ['print(#{ two(), two() }, #{ two(), (two()) }, select("#", two()), select("#", (two( ) )))', '3\t2\t2\t1\n'],
];
for (const [lua, printed] of LINES) {
  test(lua, () => {
    let output = '';
    const chisel = QuickChisel.make({
      name: 'probe', source: HEAD + lua, modules: {}, args: [], environment, limits: DEFAULT_LIMITS,
      host: { cpuMs: () => 0, nowMs: () => 0, print: (text, line = false) => { output += line ? `${text}\n` : text; }, sink: new ByteSink() },
    });
    assert.ok(chisel !== undefined, 'it compiles');
    chisel.load();
    assert.equal(chisel.fault, undefined, chisel.fault?.message);
    assert.equal(output, printed);
  });
}
