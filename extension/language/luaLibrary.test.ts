// The list of Lua's own names is that of a Lua 5.1 where the machine has one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { LIBRARY, libraryEntry, librarySignature, LUA_GLOBALS } from './luaLibrary.ts';

const DUMP = 'for k, v in pairs(_G) do if type(v) ~= "table" then print(k) elseif k ~= "_G" and k ~= "arg" then for n in pairs(v) do print(k .. "." .. n) end end end';
const lua = spawnSync('lua5.1', ['-e', DUMP], { encoding: 'utf8' });

test('nothing of Lua 5.1 is missing', { skip: lua.status === 0 ? false : 'no lua5.1: install it' }, () => {
  const names = lua.stdout.trim().split('\n').filter((n) => !n.startsWith('package.loaded.'));
  assert.ok(names.length > 120);
  for (const name of names) assert.ok(libraryEntry(name), `${name} is listed`);
});

test('signatures', () => {
  assert.equal(new Set(LIBRARY.map((e) => e.name)).size, LIBRARY.length, 'each name once');
  assert.deepEqual(['string.rep', 'print', 'math.pi', 'os.clock'].map((n) => librarySignature(libraryEntry(n) ?? { name: '', parameters: [], doc: '' })), ['string.rep(s, n, separator?)', 'print(...)', 'math.pi', 'os.clock()']);
  assert.ok(LUA_GLOBALS.has('string') && LUA_GLOBALS.has('print') && !LUA_GLOBALS.has('string.rep'));
});
