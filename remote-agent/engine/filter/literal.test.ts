// The words without which nothing passes: which they are, that values hold no others than captures do, and that a search that finds none is right.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { NEWER, OWN, REAL } from '../../../tests/interop/differential/captures.ts';
import { CaptureBuilder } from '../../../tests/interop/differential/capturesBuild.ts';
import { findField, type FieldValue } from '../fields/index.ts';
import type { EventContext } from '../event/context.ts';
import { ScapReader } from '../scap/reader.ts';
import { compileFilter, LiteralSearch, type Literal } from './index.ts';
import { addressEnd, END_FIELDS, isTelling, LITERAL_FIELDS, portEnd, REACH, WORD } from './literal.ts';

const SEED = Number(process.env['PORTHOLE_SEED'] ?? 20231114);
const MAX_REAL_BYTES = 8 << 20;

function literals(text: string): readonly (readonly string[])[] {
  const filter = compileFilter(text);
  assert.ok(filter.ok, text);
  return filter.literals.map(({ words }) => words);
}

test('what a filter needs', () => {
  const rows: readonly (readonly [filter: string, ...wanted: (readonly string[])[]])[] = [
    ['fd.name contains nosuchfile', ['nosuchfile']], ['fd.name=/srv/www/index.html', ['index']], ['fd.name startswith /var/log/app-1', ['var']], ['fd.name endswith .conf', ['conf']], ['proc.cmdline contains "sleep 1000"', ['sleep']],
    ['proc.name in (nginx, mysqld)', ['nginx', 'mysqld']], ['fd.name pmatch (/srv, /opt/tools)', ['srv', 'tools']], ['proc.name=nginx or fd.name contains mysql', ['nginx', 'mysql']], ['proc.name=nginx and fd.name contains mysql', ['nginx'], ['mysql']],
    ['(proc.name=sh and fd.name contains longest) or user.name=nobody', ['longest', 'nobody']], ['evt.type=open and proc.aname=systemd', ['systemd']], ['fd.name glob *.log', ['log']], ['fd.name glob /x/?yth*on', ['yth']], ['proc.name contains anyof (nginx, mysqld)', ['nginx', 'mysqld']],
    ['fd.name regex "/srv/(a|b)/(?:static)+/x[0-9]*\\\\.css"', ['static']], ['fd.name regex "/tmp/files?"', ['file']], ['basename(fd.name)=passwd', ['passwd']], ['fs.path.name contains passwd', ['passwd']], ['container.name=web_frontend', ['web_frontend']],
    ['proc.name icontains NginX', ['NginX']], ['proc.name iglob *NginX*', ['NginX']], ['evt.args contains nosuchfile', ['nosuchfile']], ['evt.arg.name contains nosuchfile', ['nosuchfile']], ['evt.arg[1] contains nosuchfile', ['nosuchfile']], ['proc.name contains fdlimit', ['fdlimit']], ['fd.name contains deeds', ['deeds']], ['proc.name=web', ['web']],
    // What a value may hold that no capture does, or what does not have to occur.
    ['fd.name contains log or evt.type=open'], ['not proc.name=nginx'], ['proc.name!=nginx'], ['fd.name contains ""'], ['fd.name contains 10.0.0.1:80'], ['fd.name contains dead'], ['fd.name contains unk'], ['fd.name contains PATH_TOO'],
    ['container.name=host'], ['proc.name>nginx'], ['proc.name in (nginx, sh)'], ['proc.name=val(proc.pname)'], ['tolower(proc.name)=nginx'], ['concat(proc.name, fd.name) contains nginx'], ['fd.name regex "(?i)nginx"'], ['fd.name regex "(nginx)?"'], ['fd.name glob "[n]ginx"'], ['evt.args contains fdlimit'], ['evt.args contains CREAT'], ['evt.args contains ENOENT'], ['proc.name icontains Hos'], ['evt.args contains deeds'], ['evt.args contains x12'], ['evt.args contains en34'], ['fd.type=file'], ['proc.name exists'], [''],
  ];
  for (const [filter, ...wanted] of rows) assert.deepEqual(literals(filter), wanted, filter);
  const ends = (text: string): (readonly number[])[][] => { const filter = compileFilter(text); assert.ok(filter.ok, text); return filter.literals.map((one) => one.ends.map((end) => [...end])); };
  assert.deepEqual([ends('fd.ip=10.1.2.3'), ends('fd.sip in (10.1.2.3, 10.1.2.4)'), ends('fd.sport=8080 and fd.cip=1.2.3.4'), ends('fd.port=https or proc.name=nginx')], [[[[10, 1, 2, 3]]], [[[10, 1, 2, 3], [10, 1, 2, 4]]], [[[144, 31]], [[1, 2, 3, 4]]], [[[187, 1]]]]);
  for (const text of ['fd.ip=10.0.2.3', 'fd.ip=fe80::1', 'fd.ip!=10.1.2.3', 'fd.port=0', 'fd.port>80', 'fd.port in (80, 0)', 'fd.net=10.0.0.0/8']) assert.deepEqual(ends(text), [], text);
  const many = compileFilter('proc.name=aaaaaz and proc.name=bbbbz and proc.name=cccz and proc.name=ddddddddz and proc.name=eeeez');
  assert.ok(many.ok);
  assert.deepEqual(many.literals.map(({ words }) => words[0]), ['ddddddddz', 'aaaaaz', 'bbbbz', 'eeeez'], 'those that tell the most');
});

interface Bytes { readonly name: string; readonly bytes: Uint8Array }
function* everyCapture(): Generator<Bytes> {
  for (const [name, make] of [...OWN, ...NEWER]) if (name !== 'shop-gzip') yield { name, bytes: make() };
  yield { name: 'demo', bytes: readFileSync(new URL('../../../extension/media/demo.scap', import.meta.url)) };
  for (const name of ['curl_google', 'single_ipv6_conn', 'test_ipv6_client', 'wordpress-small', 'new-schema']) {
    const path = join(REAL, `${name}.scap`);
    if (!existsSync(path)) continue;
    const bytes = readFileSync(path);
    if (bytes[0] !== 0x1f && bytes.length < MAX_REAL_BYTES) yield { name, bytes };
  }
}

function read(bytes: Uint8Array, visit: (ctx: EventContext) => boolean | void, setUp: (reader: ScapReader) => void = () => undefined): ScapReader {
  const reader = new ScapReader();
  setUp(reader);
  reader.push(bytes);
  reader.finish();
  reader.read(visit);
  return reader;
}

function occur(bytes: Uint8Array, wanted: readonly Literal[]): boolean {
  let search: LiteralSearch | undefined;
  read(bytes, () => false, (reader) => {
    search = new LiteralSearch(wanted, reader.state);
    reader.recorder = search;
    reader.select(search.selection);
  });
  return search?.possible === true;
}

/** Values of the fields that literals are known of, those of any ancestor and of some arguments included. */
const READERS = LITERAL_FIELDS.flatMap((name) => [name, ...['[0]', '[1]', '[2]', '[3]', '[4]', '[5]', '[PATH]', '[/*]', '[app]', '[team]'].map((arg) => `${name}${arg}`)]).flatMap((text) => {
  const ref = findField(text);
  return ref?.length !== text.length || ref.field.checkArgument?.(ref.arg) !== undefined || (ref.arg !== undefined && ref.field.argument === 'none') || (ref.arg === undefined && ref.field.argument === 'required') ? [] : [ref];
});
function eachText(ctx: EventContext, visit: (name: string, text: string) => void): void {
  for (const { field, arg } of READERS) {
    const value = field.extract(ctx, arg);
    if (typeof value === 'string') visit(field.name, value);
    if (arg === undefined) field.anyOf?.(ctx, (one) => { if (typeof one === 'string') visit(field.name, one); return false; });
  }
}

test('every word of every value is found in the capture, or could stand in any', () => {
  const met = new Set<string>();
  for (const { name, bytes } of everyCapture()) {
    const words = new Map<string, { readonly by: string; readonly reach: number }>();
    read(bytes, (ctx) => {
      eachText(ctx, (by, text) => {
        met.add(by);
        const reach = by.startsWith('fs.path') ? REACH.named : by.startsWith('evt') ? REACH.all : REACH.known;
        for (const [word] of text.matchAll(WORD)) if (isTelling(word, reach) && (words.get(word)?.reach ?? Infinity) > reach) words.set(word, { by, reach });
      });
    });
    for (const reach of Object.values(REACH)) {
      const some = [...words].filter(([, one]) => one.reach === reach).map(([word]): Literal => ({ words: [word], ends: [], reach }));
      if (occur(bytes, some)) continue;
      const missing = some.filter((one) => !occur(bytes, [one])).map(({ words: [word = ''] }) => `${word} of ${words.get(word)?.by}`);
      assert.deepEqual(missing, [], name);
    }
  }
  const unmet = LITERAL_FIELDS.filter((field) => !met.has(field) && findField(field)?.field.argument !== 'required');
  // Captures say nothing of groups of processes outside of containers.
  assert.deepEqual(unmet, ['proc.pgid.name', 'proc.pgid.exe', 'proc.pgid.exepath'], 'fields of which no capture has a value');
});

test('every address and port is found in the capture, or could stand in any', () => {
  const fields = [...END_FIELDS.address, ...END_FIELDS.port].map((name) => { const ref = findField(name); if (ref === undefined) throw new Error(name); return ref.field; });
  let met = 0;
  for (const { name, bytes } of everyCapture()) {
    const ends = new Map<string, Uint8Array>();
    const note = (value: FieldValue): boolean => {
      const end = typeof value === 'string' ? addressEnd(value) : typeof value === 'number' ? portEnd(value) : undefined;
      if (end !== undefined) ends.set(String(value), end);
      return false;
    };
    read(bytes, (ctx) => { for (const field of fields) { note(field.extract(ctx, undefined)); field.anyOf?.(ctx, note); } });
    met += ends.size;
    const missing = [...ends].filter(([, end]) => !occur(bytes, [{ words: [], ends: [end], reach: REACH.sockets }])).map(([text]) => text);
    assert.deepEqual(missing, [], name);
  }
  assert.ok(met > 50, `${met} addresses and ports`);
});

test('words are found wherever names come from, and only there', () => {
  const start = (): CaptureBuilder => new CaptureBuilder().section().machine();
  const more = (b: CaptureBuilder): CaptureBuilder => b.call('SYSCALL_CLOSE', 7, { fd: 3 }, { res: 0 }).call('SYSCALL_READ', 7, { fd: 3, size: 9 }, { res: 9 });
  const json = (name: string): string => `{"container":{"id":"aabbccddeeff","type":0,"name":"${name}"}}`;
  const rows: readonly (readonly [place: string, capture: CaptureBuilder, found: boolean])[] = [
    ['nowhere', more(start()), false],
    ['a thread of the snapshot', more(start().processes([{ tid: 7, comm: 'nosuchfile' }])), true],
    ['its environment', more(start().processes([{ tid: 7, env: ['A=1', 'B=/x/nosuchfile'] }])), true],
    ['its descriptors, without what does not print', more(start().processes([{ tid: 7 }]).fds(7, [{ fd: 3, type: 8, name: 'no\u0001such\u00e9file' }])), true],
    ['a user', more(start().users([{ uid: 0, gid: 0, name: 'x', home: '/home/nosuchfile' }], [])), true],
    ['a group', more(start().users([], [{ gid: 0, name: 'nosuchfile' }])), true],
    ['a user of the second section', more(new CaptureBuilder().section().machine().call('SYSCALL_CLOSE', 7, { fd: 3 }, { res: 0 }).section().machine().users([{ uid: 0, gid: 0, name: 'nosuchfile' }], [])), true],
    ['a path', more(start()).call('SYSCALL_OPEN', 7, { name: 'x', flags: 1, mode: 0 }, { fd: 3, name: '/a/nosuchfile.txt', flags: 1, mode: 0, dev: 1 }), true],
    ['the path of an enter event', more(start()).event('SYSCALL_EXECVE_19_E', { tid: 7, params: { filename: '/a/nosuchfile' } }), true],
    ['a path in parts', more(start()).call('SYSCALL_OPEN', 7, { name: 'x', flags: 1, mode: 0 }, { fd: 3, name: '/a/nosuch/file', flags: 1, mode: 0, dev: 1 }), false],
    ['a name without what does not print', more(start()).event('SYSCALL_MEMFD_CREATE_X', { tid: 7, params: { fd: 3, name: 'nosuch\u0007\u00fcfile', flags: 0 } }), true],
    ['an event that is not shown', more(start()).event('SYSCALL_OPEN_X', { tid: 7, flags: 1, params: { fd: 3, name: 'nosuchfile', flags: 1, mode: 0, dev: 1 } }), true],
    ['a container', more(start()).event('CONTAINER_JSON_2_E', { tid: -1, params: { json: json('nosuchfile') } }), true],
    ['a container, in other characters', more(start()).event('CONTAINER_JSON_2_E', { tid: -1, params: { json: json('no\\u0073uch\\u0066ile') } }), true],
    ['a container in front of the second section', more(more(start()).section().machine().event('CONTAINER_JSON_2_E', { tid: -1, params: { json: json('nosuchfile') } })), true],
    ['what is read', more(start()).call('SYSCALL_READ', 7, { fd: 3, size: 9 }, { res: 9, data: 'nosuchfile' }), false],
    ['a path that changes nothing', more(start()).event('SYSCALL_UNLINK_2_X', { tid: 7, params: { res: 0, path: '/nosuchfile' } }), false],
  ];
  for (const [place, capture, found] of rows) assert.equal(occur(capture.done(), [{ words: ['nosuchfile'], ends: [], reach: REACH.known }]), found, place);
  const unlink = more(start()).event('SYSCALL_UNLINK_2_X', { tid: 7, params: { res: 0, path: '/nosuchfile' } }).done();
  assert.ok(occur(unlink, [{ words: ['nosuchfile'], ends: [], reach: REACH.named }]), 'a path that an event names');
  const written = (data: string): boolean => occur(more(start()).call('SYSCALL_WRITE', 7, { fd: 3, size: 9 }, { res: 9, data }).done(), [{ words: ['nosuchfile'], ends: [], reach: REACH.all }]);
  assert.deepEqual([written('a NOSUCHFILE'), written('no such file'), written('>:1:nosuch'), written('[">", 1, ["no'), written('> no')], [true, false, true, true, false], 'what is written, and what may be of a tracer');
  const two = (words: readonly (readonly string[])[]): boolean => occur(unlink, words.map((some) => ({ words: some, ends: [], reach: REACH.named })));
  assert.deepEqual([two([['other', 'nosuchfile']]), two([['other'], ['nosuchfile']]), two([['such'], ['nosuchfile']])], [true, false, true], 'one of the words of each');
});

test('where the words are missing, nothing passes', () => {
  const captures = [...everyCapture()].filter(({ name }) => ['life', 'two-sections', 'older-tables', 'first-layout', 'events-1', 'cluster'].includes(name)).map(({ name, bytes }) => {
    const values = new Map<string, Set<string>>();
    read(bytes, (ctx) => { eachText(ctx, (field, text) => { if (text !== '') { const known = values.get(field); if (known === undefined) values.set(field, new Set([text])); else known.add(text); } }); });
    return { name, bytes, texts: [...values].flatMap(([field, texts]) => [...texts].map((text) => ({ field, text }))) };
  });
  let absent = 0, passed = 0;
  const random = fc.record({
    capture: fc.constantFrom(...captures), shape: fc.constantFrom('A', 'not A', 'A and B', 'A or B', 'not (A or B)', '(A or B) and not C', 'A and B or C'),
    parts: fc.array(fc.record({ value: fc.nat(), operator: fc.constantFrom('=', 'contains', 'startswith', 'endswith', 'in', 'glob', 'pmatch', 'regex', '!='), from: fc.nat(), length: fc.integer({ min: 3, max: 40 }), changed: fc.integer({ min: 0, max: 2 }) }), { minLength: 3, maxLength: 3 }),
  });
  fc.assert(fc.property(random, ({ capture: { name, bytes, texts }, shape, parts }) => {
    const checks = parts.map(({ value, operator, from, length, changed }) => {
      const one = texts[value % texts.length];
      if (one === undefined) throw new Error('no values');
      const whole = operator === '=' || operator === 'in' || operator === '!=';
      const start = whole || operator === 'startswith' || operator === 'pmatch' ? 0 : operator === 'endswith' ? Math.max(0, one.text.length - length) : from % one.text.length;
      let text = whole ? one.text : one.text.slice(start, start + length);
      if (changed === 1) text = `${text.slice(0, text.length >> 1)}q_q${text.slice(text.length >> 1)}`;
      if (operator === 'glob') text = `*${text.replace(/[*?[\\]/g, '?')}*`;
      if (operator === 'regex') text = `.*${text.replace(/[^A-Za-z0-9_/]/g, '.')}.*`;
      // eslint-disable-next-line no-control-regex
      const quoted = `"${text.replace(/["\\]/g, '\\$&').replace(/[\x00-\x1f]/g, '?')}"`;
      return `${one.field} ${operator} ${operator === 'in' || operator === 'pmatch' ? `(${quoted})` : quoted}`;
    });
    const filter = compileFilter(shape.replace(/[ABC]/g, (letter) => checks['ABC'.indexOf(letter)] ?? ''));
    if (!filter.ok || filter.literals.length === 0) return;
    if (occur(bytes, filter.literals)) { passed++; return; }
    absent++;
    read(bytes, (ctx) => { assert.ok(!filter.test(ctx), `${name}: ${checks.join(' | ')} in ${shape}: event ${ctx.num} passes, and ${JSON.stringify(filter.literals)} are said to be missing`); });
  }), { numRuns: 2500, seed: SEED });
  assert.ok(absent > 200 && passed > 200, `words were missing ${absent} times, there ${passed} times`);
});
