// Tracers: how marks are read, what is shown in place of writes, and that readers who follow no descriptors come to the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureBuilder } from '../../../tests/interop/differential/capturesBuild.ts';
import { tracers } from '../../../tests/interop/differential/capturesTracers.ts';
import { TimeBase } from '../base/nanos.ts';
import type { EventContext } from '../event/context.ts';
import { showArgs } from '../event/show.ts';
import { fieldText, findField } from '../fields/index.ts';
import { compileFilter } from '../filter/index.ts';
import { ScapReader, type Selection } from '../scap/reader.ts';
import { DEMAND } from './demand.ts';
import { SystemState } from './systemState.ts';
import { TracerBook, tracersOf } from './tracerBook.ts';
import { MARK, MarkReader, mayBeMark } from './tracerText.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (part: Uint8Array): string => new TextDecoder().decode(part);
const WHO = { tid: 33, pid: 22, ptid: 11 };

/** `> id tags args`, or which outcome there was instead. */
function read(mark: string, reader = new MarkReader()): string {
  const outcome = reader.read(bytes(mark), WHO);
  if (outcome !== MARK.whole) return outcome === MARK.partial ? 'partial' : 'wrong';
  return `${reader.begins ? '>' : '<'} ${reader.id} ${reader.tags.map(text).join('.')} ${reader.names.map((name, i) => `${text(name)}=${text(reader.values[i] ?? bytes(''))}`).join(',')}`;
}

test('marks in the short form', () => {
  for (const [mark, wanted] of [
    ['>:17:page.query:user=7,x=y:', '> 17 page.query user=7,x=y'], ['<:17:page::', '< 17 page '], ['>:t:a::', '> 33 a '], ['>:p:a::', '> 22 a '], ['>:pp:a::', '> 11 a '], ['>:g:a::', '> 0 a '], ['>::a::', '> 0 a '], ['>:-5:a::', '> -5 a '],
    ['>:9223372036854775808:a::', '> -9223372036854775808 a '], ['>:2::a=b:', '> 2  a=b'], ['>:4:a\\.b.c\\:d:k\\=1=v\\,w\\::', '> 4 a.b.c:d k=1=v,w:'], ['>:4:a\\\\b::', '> 4 a\\b '],
    ['>', 'partial'], ['>:7:a', 'partial'], ['>:7:a:', 'partial'], ['>:7:a:k=v', 'partial'], ['>:0:a::', 'partial'], ['>:7:0a::', 'partial'], ['>:2:::', '> 2  '], ['>:::', 'partial'],
    ['', 'wrong'], ['>x', 'wrong'], ['>:x:a::', 'wrong'], ['>:7:a=b::', 'wrong'], ['>:7:a>b::', 'wrong'], ['>:7:a:k:', 'wrong'], ['garbage', 'wrong'], ['>:7:a\0:b::', 'partial'],
  ] as const) assert.equal(read(mark), wanted, mark);
});

test('marks as JSON', () => {
  for (const [mark, wanted] of [
    ['[">", 12345, ["mysql", "query"], [{"a":"1"}, {"b":"2"}]]', '> 12345 mysql.query a=1,b=2'], ['["<",7,["a"],[]]', '< 7 a '], ['  [">" , 8 , [ "a" ] , [ { "k" : "v" } ] ]', '> 8 a k=v'], ['[">","t",["a"],[]]', '> 33 a '], ['[">","pp",["a"],[]]', '> 11 a '], ['[">",8,[],[]]', '> 8  '],
    ['["', 'partial'], ['[">",8,["a"],[', 'partial'], ['[">",8,["a"],[]', 'partial'], ['[ ">",8,["a"],[]]', 'wrong'], ['[">",8 ["a"],[]]', 'wrong'], ['{}', 'wrong'], ['[8]', 'wrong'],
  ] as const) assert.equal(read(mark), wanted, mark);
});

test('an id that is not told stays the one before', () => {
  const reader = new MarkReader();
  assert.equal(read('>:17:a::', reader), '> 17 a ');
  assert.equal(read('[">","",["b"],[]]', reader), '> 17 b ');
});

test('what may be a mark is told from its beginning, and nothing that is one is missed', () => {
  for (const one of ['>:1:a::', '<', '  ["', '[', '>:', '["x",1']) assert.ok(mayBeMark(bytes(one), 0, one.length), one);
  for (const one of ['', 'x', '>x', '<html>', '[1]', '{', ' ', '  x']) assert.ok(!mayBeMark(bytes(one), 0, one.length), one);
  // Of all short texts of these letters.
  const letters = '><:[" a';
  const all = [''];
  for (let i = 0; i < all.length && (all[i] ?? '').length < 4; i++) for (const letter of letters) all.push(`${all[i] ?? ''}${letter}`);
  for (const one of all) if (read(one) !== 'wrong') assert.ok(mayBeMark(bytes(one), 0, one.length), one);
});

/** Events as lines, read with a selection, in pieces of `step` bytes; from the beginning again where the reader is in doubt. */
function lines(capture: Uint8Array, selection: Selection | undefined, show: (ctx: EventContext) => string, step = 1 << 16): { readonly out: string[]; readonly again: number } {
  const out: string[] = [];
  let reader = new ScapReader(), again = 0;
  if (selection !== undefined) reader.select(selection);
  for (let at = 0; !reader.done; at += step) {
    if (at < capture.length) reader.push(capture.subarray(at, at + step)); else reader.finish();
    reader.read((ctx) => { out.push(`${ctx.num} ${show(ctx)}`); });
    if (reader.inDoubt) { reader = reader.again(); at = -step; again++; }
  }
  return { out, again };
}

const field = (name: string): ((ctx: EventContext) => string) => { const ref = findField(name); assert.ok(ref !== undefined, name); return (ctx) => fieldText(ref, ctx) ?? '-'; };
const type = field('evt.type'), direction = field('evt.dir');
const short = (ctx: EventContext): string => `${direction(ctx)} ${type(ctx)}`;

function small(): Uint8Array {
  const b = new CaptureBuilder().section().machine().processes([{ tid: 1 }, { tid: 100 }]);
  const say = (fd: number, mark: string): void => { b.call('SYSCALL_WRITE', 100, { fd, size: mark.length }, { res: mark.length, data: bytes(mark) }); };
  b.call('SYSCALL_OPEN', 100, { name: '/dev/null', flags: 2 }, { fd: 5, name: '/dev/null', flags: 2 });
  say(5, '>:1:a:k=v:'); say(6, '>:1:a::'); say(5, '>:1:a.b::');
  b.call('SYSCALL_FCNTL', 100, { fd: 9, cmd: 4 }, { res: 0 });
  say(5, '<:1:a.b::'); say(5, '<:1:a'); say(5, '::'); say(5, 'garbage');
  return b.done();
}

test('marks are shown in place of writes, and their begins are not', () => {
  const { out } = lines(small(), undefined, (ctx) => `${short(ctx)} ${type(ctx) === 'tracer' ? showArgs(ctx) : ''}`);
  assert.deepEqual(out.map((line) => line.trim()), ['1 > open', '2 < open', '3 > write', '4 > tracer id=1 tags=a args=k:v', '5 > write', '6 < write', '8 > tracer id=1 tags=a.b args=', '9 > fcntl', '10 < fcntl', '12 < tracer id=1 tags=a.b args=', '16 < tracer id=1 tags=a args=', '18 > tracer id=0 tags=invalid tracer garbage, len7 args=']);
});

test('fields of spans', () => {
  const names = ['span.id', 'span.tags', 'span.tag[-1]', 'span.args', 'span.enterarg.k', 'span.duration', 'span.rawparenttime', 'evtin.span.tags', 'evtin.span.m.args'];
  const shown = names.map(field);
  const { out } = lines(small(), undefined, (ctx) => shown.map((one) => one(ctx)).join(' '));
  assert.deepEqual(out.slice(3), [
    '4 1 a a k=v v - - - -', '5 - - - - - - - a k:v', '6 - - - - - - - a k:v', '8 1 a.b b  - - 1700000000000003000 - -', '9 - - - - - - - a.b ', '10 - - - - - - - a.b ',
    '12 1 a.b b  - 4000 1700000000000003000 - -', '16 1 a a  v 12000 - - -', '18 1 i invalid tracer garbage, len7 k=v v - - - -',
  ]);
});

test('readers who follow no descriptors read again where it matters, and come to the same', () => {
  for (const capture of [small(), tracers()]) {
    const whole = lines(capture, undefined, short).out;
    for (const demand of [0, DEMAND.threads, DEMAND.threads | DEMAND.calls]) {
      for (const step of [1 << 16, 997]) {
        const { out, again } = lines(capture, { demand, repeatable: true }, short, step);
        assert.equal(again, 1);
        assert.deepEqual(out, whole);
      }
    }
  }
});

test('filters see the same, however little they ask for', () => {
  for (const words of ['evt.type=tracer', 'evt.type=write', 'evt.dir=<', 'proc.name=teller', 'evt.type=switch', 'span.tags contains b', 'fd.name=/dev/null', 'evt.type=fcntl']) {
    const filter = compileFilter(words), other = compileFilter(words);
    assert.ok(filter.ok && other.ok);
    const capture = tracers();
    const selected = lines(capture, { demand: filter.demand, types: filter.types, byThread: filter.byThread, byDescriptor: filter.byDescriptor, test: filter.test, repeatable: true }, short);
    const tested = lines(capture, { demand: DEMAND.threads | DEMAND.descriptors | DEMAND.calls, test: other.test }, short);
    assert.deepEqual(selected.out, tested.out, words);
    // What tracers do not change needs no second look.
    if (words === 'evt.type=switch' || words === 'evt.type=fcntl') assert.equal(selected.again, 0, words);
  }
});

test('of spans that never end no more are kept than there is room for', () => {
  const b = new CaptureBuilder().section().machine().processes([{ tid: 100 }]);
  b.call('SYSCALL_OPEN', 100, { name: '/dev/null', flags: 2 }, { fd: 5, name: '/dev/null', flags: 2 });
  for (let i = 1; i <= 1000; i++) { const mark = `>:${i}:a::`; b.call('SYSCALL_WRITE', 100, { fd: 5, size: mark.length }, { res: mark.length, data: bytes(mark) }); }
  const capture = b.done();
  const reader = new ScapReader();
  reader.push(capture);
  let most = 0;
  reader.read((ctx) => { most = Math.max(most, tracersOf(ctx.state)?.open.length ?? 0); });
  assert.equal(most, 128);
});

test('a file of tracers is one behind a section whose readers knew none', () => {
  const later = new CaptureBuilder().section().machine().processes([{ tid: 1 }, { tid: 100 }]);
  later.event('SYSCALL_CLOSE_X', { tid: 100, values: [0, 9] });
  later.event('SYSCALL_OPEN_X', { tid: 100, values: [5, '/dev/null', 2, 0, 0, 0] });
  const before = later.done(), after = small(), both = new Uint8Array(before.length + after.length);
  both.set(before);
  both.set(after, before.length);
  const marks = (capture: Uint8Array): string[] => lines(capture, undefined, short).out.map((line) => line.replace(/^\d+ /, '')).filter((line) => line.endsWith('tracer'));
  assert.equal(marks(after).length, 5);
  assert.deepEqual(marks(both), marks(after));
});

test('of a mark that never ends no more is kept than there is room for', () => {
  for (const [length, outcome] of [[60_000, MARK.whole], [1_000_000, MARK.wrong]] as const) {
    const book = new TracerBook(), thread = new SystemState(new TimeBase(0n), { cpus: 1, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n }).addThread({ tid: 1 });
    assert.ok(thread !== undefined);
    assert.equal(book.tell(thread, bytes(`>:1:${'a'.repeat(length)}`), 1n), MARK.partial);
    assert.equal(book.tell(thread, bytes('::'), 2n), outcome);
  }
});
