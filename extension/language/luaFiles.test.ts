// Files beside a chisel: found by the name that require gets, open ones before those on the disk, none outside the folders.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { luaFiles } from './luaFiles.ts';

const root = mkdtempSync(join(tmpdir(), 'porthole-lua-'));
after(() => { rmSync(root, { recursive: true, force: true }); });
const uri = (path: string): string => pathToFileURL(join(root, path)).href;
const write = (path: string, text: string): void => { mkdirSync(join(root, path, '..'), { recursive: true }); writeFileSync(join(root, path), text); };
write('own/a.lua', 'require "common"');
write('own/common.lua', 'own = 1');
write('stock/common.lua', 'stock = 1');
write('stock/http.lua', 'http = 1');
write('stock/deep/er.lua', 'deep = 1');
write('secret.lua', 'secret = 1');
const files = luaFiles((at) => at === uri('own/open.lua') ? 'open = 1' : undefined, [join(root, 'stock')]);

const ROWS: readonly (readonly [name: string, found: string | undefined])[] = [
  ['common', 'own/common.lua'], ['http', 'stock/http.lua'], ['deep.er', 'stock/deep/er.lua'], ['open', 'own/open.lua'],
  ['../secret', undefined], ['..secret', undefined], ['/etc/passwd', undefined], ['nothing', undefined],
];
for (const [name, found] of ROWS) test(`require("${name}")`, () => assert.equal(files.resolve(name, uri('own/a.lua')), found === undefined ? undefined : uri(found)));

test('a text is read again when its file is another', () => {
  assert.equal(files.text(uri('own/common.lua')), 'own = 1');
  write('own/common.lua', 'own = 2222');
  assert.equal(files.text(uri('own/common.lua')), 'own = 2222');
  assert.equal(files.text('untitled:Untitled-1'), undefined);
  assert.deepEqual([...files.near(uri('own/a.lua'))].sort(), [uri('own/a.lua'), uri('own/common.lua')]);
});

test('names that require knows', () => {
  assert.deepEqual(files.modules(uri('own/a.lua')), ['a', 'common', 'http']);
  assert.deepEqual(files.modules('untitled:Untitled-1'), ['common', 'http']);
});
