// The chisels view's order and search, new chisels from the form, and archives of chisels, also hostile ones.
import assert from 'node:assert/strict';
import { deflateRawSync } from 'node:zlib';
import { test } from 'node:test';
import { readHead } from '../../../remote-agent/engine/chisel/loader.ts';
import { diagnoseChisel } from '../../language/chiselAnalysis.ts';
import { about, matches, shelves, type Listed } from './catalog.ts';
import { crc32 } from './inflate.ts';
import { chiselNameProblem, DEFAULT_CHISEL, KINDS, newChiselText, parseArguments } from './template.ts';
import { isSafe, MAX_FILE, unzipLua, withoutFolder } from './zip.ts';

const chisel = (name: string, origin: Listed['origin'], category: string, more = ''): Listed => ({ name, origin, folder: '', head: readHead(`description = "Long text of ${name}" short_description = "Short" category = "${category}" args = {${more}}`) });

test('by origin, category, name', () => {
  const all = [chisel('b', 'stock', 'Net'), chisel('a', 'stock', 'Net'), chisel('z', 'stock', 'CPU Usage'), chisel('own', 'workspace', ''), chisel('mine', 'user', 'Net'), { name: 'bare', origin: 'stock', folder: '', head: undefined } as const];
  assert.deepEqual(shelves(all).map((s) => `${s.title}: ${s.categories.map((c) => `${c.title} ${c.chisels.map((x) => x.name).join(',')}`).join('; ')}`), ['Workspace: Other own', 'User: Net mine', 'Porthole: CPU Usage z; Net a,b; Other bare']);
  assert.deepEqual(shelves([]), []);
});

test('what is told and searched', () => {
  const c = chisel('spy', 'stock', 'Security', '{ name = "depth", description = "how deep", argtype = "int", optional = true }');
  assert.equal(about(c), 'Long text of spy\n\ndepth [int], optional: how deep');
  for (const search of ['spy', 'SECUR', 'long text', 'deep spy', '']) assert.ok(matches(c, search), search);
  assert.ok(!matches(c, 'spy network'));
});

test('new chisels have no problems', () => {
  for (const { kind } of KINDS) {
    for (const fields of [[], ['proc.name'], ['fd.name', 'evt.arg.name', 'evt.arg[0]', 'evt.rawarg.res', 'proc.aname[2]']]) {
      for (const filter of ['', 'proc.name="a b" and fd.name contains "\\\\x"']) {
        for (const args of [[], [{ name: 'top', description: 'how "many"', type: 'int', optional: false }, { name: 'end', description: '', type: 'string', optional: true }]]) {
          const text = newChiselText({ ...DEFAULT_CHISEL, kind, fields, filter, args, shortDescription: 'It says "x"\\' });
          const problems = diagnoseChisel(text).filter((p) => p.code !== 'wrong-filter');
          assert.deepEqual(problems, [], text);
          const head = readHead(text);
          assert.deepEqual([head?.shortDescription, head?.hasArgs, head?.args.map((a) => a.name)], ['It says "x"\\', true, args.map((a) => a.name)]);
        }
      }
    }
  }
  assert.deepEqual(diagnoseChisel(newChiselText(DEFAULT_CHISEL)), []);
});

test('arguments as they are typed', () => {
  assert.deepEqual(parseArguments('top:int?, '), [{ name: 'top', description: 'what top is', type: 'int', optional: true }]);
  assert.deepEqual(parseArguments(''), []);
  for (const [text, message] of [['1x', /no argument/], ['a, a', /twice/], ['a?, b', /needed/]] as const) assert.match(String(parseArguments(text)), message);
  assert.equal(chiselNameProblem('my_chisel-2'), undefined);
  for (const name of ['', '../x', 'a/b', '.x', 'a b']) assert.ok(chiselNameProblem(name), name);
});

interface File { readonly name: string; readonly text: string; readonly size?: number; readonly crc?: number; readonly flags?: number; readonly method?: number }
/** An archive as zip writes it. */
function zip(files: readonly File[]): Uint8Array {
  const parts: Buffer[] = [], list: Buffer[] = [];
  let at = 0;
  for (const f of files) {
    const data = Buffer.from(f.text), packed = f.method === 0 ? data : deflateRawSync(data), name = Buffer.from(f.name);
    const fixed = Buffer.alloc(26);
    fixed.writeUInt16LE(20, 0); fixed.writeUInt16LE(f.flags ?? 0, 2); fixed.writeUInt16LE(f.method ?? 8, 4);
    fixed.writeUInt32LE(f.crc ?? crc32(data), 10); fixed.writeUInt32LE(packed.length, 14); fixed.writeUInt32LE(f.size ?? data.length, 18); fixed.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    fixed.copy(entry, 6);
    entry.writeUInt32LE(at, 42);
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), fixed, name, packed]);
    parts.push(local);
    list.push(entry, name);
    at += local.length;
  }
  const size = list.reduce((n, b) => n + b.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(files.length, 8); end.writeUInt16LE(files.length, 10); end.writeUInt32LE(size, 12); end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...list, end]);
}
const unpacked = (files: readonly File[]): string[] => unzipLua(zip(files)).map((u) => `${u.path}=${Buffer.from(u.bytes).toString()}`);

test('archives', () => {
  assert.deepEqual(unpacked([{ name: 'a.lua', text: 'x = 1\n'.repeat(50) }, { name: 'b.lua', text: 'y', method: 0 }, { name: 'README.md', text: 'no' }]), [`a.lua=${'x = 1\n'.repeat(50)}`, 'b.lua=y']);
  assert.deepEqual(unpacked([{ name: 'chisels-main/a.lua', text: '1' }, { name: 'chisels-main/lib/b.lua', text: '2' }, { name: '__MACOSX/chisels-main/._a.lua', text: '3' }]), ['a.lua=1', 'lib/b.lua=2']);
  assert.deepEqual(unpacked([]), []);
  assert.deepEqual(withoutFolder([{ path: 'x/y/a.lua', bytes: new Uint8Array() }]).map((u) => u.path), ['a.lua']);
});

const HOSTILE: readonly (readonly [name: string, bytes: Uint8Array, message: RegExp])[] = [
  ['not an archive', Buffer.from('hello'), /no \.zip/],
  ['empty', new Uint8Array(), /no \.zip/],
  ['out of the folder', zip([{ name: '../../etc/a.lua', text: 'x' }]), /no name for a file/],
  ['an absolute path', zip([{ name: '/etc/a.lua', text: 'x' }]), /no name for a file/],
  ['a path of another system', zip([{ name: 'C:\\a.lua', text: 'x' }]), /no name for a file/],
  ['a wrong sum', zip([{ name: 'a.lua', text: 'x', crc: 1 }]), /damaged/],
  ['a size that lies low', zip([{ name: 'a.lua', text: 'x'.repeat(1000), size: 10 }]), /damaged/],
  ['a bomb', zip([{ name: 'a.lua', text: 'x'.repeat(2 * MAX_FILE) }]), /too large/],
  ['a bomb that says it is small', zip([{ name: 'a.lua', text: 'x'.repeat(4 * MAX_FILE), size: 100 }]), /damaged/],
  ['encrypted', zip([{ name: 'a.lua', text: 'x', flags: 1 }]), /encrypted/],
  ['packed otherwise', zip([{ name: 'a.lua', text: 'x', method: 12 }]), /not known/],
  ['cut off', zip([{ name: 'a.lua', text: 'abc' }]).subarray(0, 60), /no \.zip/],
];
for (const [name, bytes, message] of HOSTILE) test(`archive: ${name}`, () => assert.throws(() => unzipLua(bytes), message));
test('names that stay where they are', () => {
  for (const path of ['a.lua', 'lib/a-b.lua', 'A 1.lua']) assert.ok(isSafe(path), path);
  for (const path of ['..', 'a/../b.lua', './a.lua', 'a//b.lua', '/a.lua', '', 'a/b/c/d/e.lua', 'a\0.lua', 'a:b.lua']) assert.ok(!isSafe(path), path);
});
