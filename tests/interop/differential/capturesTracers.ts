// A capture of programs that speak in the language of tracers: marks in both forms, right and wrong, whole and in pieces, through descriptors of every origin.
import type { CaptureBuilder, FdEntry, ThreadEntry } from './capturesBuild.ts';
import { front, THREAD_FLAGS } from './capturesWorld.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const TELLER = 100, OTHER = 102, CHILD = 103, FORKED = 120, LATE = 4711;
const MARK = 2;

/** Texts as they are written, alone and behind others. */
export const MARKS: readonly string[] = [
  '>:1:a::', '>:1:a.b::', '<:1:a.b::', '<:1:a::', '>:17:page.query:user=7,x=y:', '<:17:page.query:res=0:', '>:t:t::', '<:t:t::', '>:p:p::', '<:p:p::', '>:pp:pp:k=v:', '<:pp:pp::', '>:g:g::', '<:g:g::', '>::none::', '<::none::', '>:-5:neg::', '<:-5:neg::',
  '>:9223372036854775807:big::', '<:9223372036854775807:big::', '>:18446744073709551617:bigger::', '<:1:bigger::', '>:123456789012345678901234567890:wide::',
  '>:2:::', '<:2:::', '>:2::a=b:', '>:3:x.y.z:a=b=c=d:', '>:3:x.y.z:a=b,c:', '>:3:x.y.z:a:', '>:3:x..z::', '<:3:x..z::', '>:3:.::', '>:4:a\\.b.c\\:d:k\\=1=v\\,w\\:z:', '<:4:a\\.b.c\\:d::', '>:4:back\\\\slash::', '>:4:end\\', '>:5:sp ace.ta\tb:a b=c d:', '>:5:ünï:ä=ö:',
  '', '>', '<', '>:', '>:7', '>:7:', '>:7:a', '>:7:a:', '>:7:a:k', '>:7:a:k=', '>:7:a:k=v', '>:0:a::', '>:7:0a::', '>x:7:a::', '>:x:a::', '>:7x:a::', '>:tx:a::', '>:7:a>b::', '>:7:a=b::', '>:7:a\nb::', '>:7:a:k>=v:', '>:7:a:k\n=v:', '>:7:a::trailing', '>:7:a:k=v:more:', ' >:7:a::', '?:7:a::', 'garbage', '>:7:a\0:b::', '\0',
  '[">",7,["json"],[]]', '["<",7,["json"],[]]', '[">", 12345, ["mysql", "query", "init"], [{"a":"1"}, {"b":"2"}, {"c":"3"}]]', '["<", 12345, ["mysql", "query", "init"], []]', '  [">" , 8 , [ "a" , "b" ] , [ { "k" : "v" } ] ]', '[">",8,["a"],[{"k":"v","l":"w"}]]',
  '[">","t",["t"],[]]', '[">","p",["p"],[]]', '[">","pp",["pp"],[]]', '[">","g",["g"],[]]', '[">",":",["c"],[]]', '[">","x",["x"],[]]', '[">","",["e"],[]]', '[">", "",["e"],[]]', '[">",-3,["n"],[]]', '[">",8,[],[]]', '[">",8,[],[{"k":"v"}]]', '[">",8,["a"]]', '[">",8,["a"],', '[">",8,["a"],[', '[">",8,["a"],[]', '[">",8', '[">"', '[', '["', '["other",8,["a"],[]]',
  '["",8,["a"],[]]', '[ ">",8,["a"],[]]', '[">" 8,["a"],[]]', '[">",8 ["a"],[]]', '[">",8,"a",[]]', '[">",8,["a" "b"],[]]', '[">",8,["a",b],[]]', '[">",8,["a"],[{"k"}]]', '[">",8,["a"],[{"k":v}]]', '[">",8,["a"],[{"k":"v"}', '[">",8,["a\\"b"],[{"k\\"l":"v\\"w"}]]', '[">",8,["a"],[]]trailing', '[">",8,["a"],[] x', '[">",8x,["a"],[]]', '[">",8,,["a"],[]]', '[">",8,["a"],,[]]', '[">",8,["a"],[[]]]', '[">",8,["a"],[{"k":"v"},]]', '{"k":1}',
];

/** Marks that come in pieces, each piece a write. */
const PIECES: readonly (readonly string[])[] = [
  ['>:7:a', '.b::'], ['>', ':7:', 'a:', ':'], ['[">",8,["a"', '],[]]'], ['>:7:a', 'garbage>'], ['>:7:', '', 'a::'], ['>:7:a:', '>:8:b::', ':'], ['>:7:a\\', '.b::'], ['>:7:a\0b', 'c::'],
];

const files: readonly FdEntry[] = [{ fd: 3, type: 16, name: '/dev/null', openFlags: 2 }, { fd: 4, type: 1, name: '/dev/null' }, { fd: 5, type: 2, name: '/dev/null' }, { fd: 6, type: 16, name: '/dev/nullx', openFlags: 2 }];
const threads: readonly ThreadEntry[] = [{ tid: 1 }, { tid: TELLER, comm: 'teller' }, { tid: TELLER + 1, pid: TELLER, comm: 'second', flags: THREAD_FLAGS }, { tid: OTHER, comm: 'other', cwd: '/dev' }, { tid: CHILD, ptid: TELLER, comm: 'child' }];

function say(b: CaptureBuilder, tid: number, fd: number, text: string, call = 'SYSCALL_WRITE', flags?: number): void {
  const data = bytes(text);
  b.event(`${call}_E`, { tid, params: { fd, size: data.length } });
  b.event(`${call}_X`, { tid, params: { res: data.length, data }, ...(flags === undefined ? {} : { flags }) });
}

export function tracers(): Uint8Array {
  const b: CaptureBuilder = front(threads, new Map([[TELLER, files], [OTHER, files]]));
  const look = (): void => { for (const tid of [TELLER, TELLER + 1, OTHER, CHILD, 1]) b.call('SYSCALL_FCNTL', tid, { fd: 9, cmd: 4 }, { res: 0 }); };
  let next = 20;
  const open = (tid: number, name = '/dev/null'): number => { b.call('SYSCALL_OPEN', tid, { name, flags: 2, mode: 0 }, { fd: ++next, name, flags: 2, mode: 0, dev: 5 }); return next; };
  const close = (tid: number, fd: number): void => { b.call('SYSCALL_CLOSE', tid, { fd }, { res: 0 }); };
  // Before anybody said anything, and through what is no such file.
  look();
  for (const fd of [6, 4, 5]) say(b, TELLER, fd, '>:1:a::');
  say(b, OTHER, 3, 'garbage'); say(b, OTHER, 3, '>:1:a::');
  // Spans in spans, with other events in between.
  for (const text of ['>:1:a:k=v:', '>:1:a.b:x=y:', '>:1:a.b.c::', '>:2:z::']) { say(b, TELLER, 3, text); look(); }
  say(b, OTHER, open(OTHER), '>:1:a:from=other:');
  look();
  for (const text of ['<:1:a.b.c:r=1:', '<:2:nobody::', '<:1:a.b::', '<:1:a:end=yes:']) { say(b, TELLER, 3, text); look(); }
  // Relative names, copies, other calls, children.
  say(b, OTHER, open(OTHER, 'null'), '>:3:relative::'); say(b, OTHER, open(OTHER, '../dev/./null'), '>:4:relative::');
  b.call('SYSCALL_DUP', TELLER, { fd: 3 }, { res: 10 }); say(b, TELLER, 10, 'garbage'); say(b, TELLER, 10, '<:2:z::');
  b.call('SYSCALL_FCNTL', TELLER, { fd: 3, cmd: 1 }, { res: 11 }); say(b, TELLER, 11, '>:5:copy::');
  const fresh = open(TELLER);
  b.call('SYSCALL_DUP', TELLER, { fd: fresh }, { res: 12 }); say(b, TELLER, fresh, 'garbage'); say(b, TELLER, 12, '>:6:other::'); say(b, TELLER, fresh, '>:6:none::');
  b.event('SYSCALL_CLONE_20_E', { tid: TELLER }).event('SYSCALL_CLONE_20_X', { tid: TELLER, params: { res: FORKED, exe: 'forked', tid: TELLER, pid: TELLER, ptid: 1, comm: 'teller', uid: 0, gid: 0, vtid: TELLER, vpid: TELLER } });
  b.event('SYSCALL_CLONE_20_X', { tid: FORKED, params: { res: 0, exe: 'forked', tid: FORKED, pid: FORKED, ptid: TELLER, comm: 'forked', uid: 0, gid: 0, vtid: FORKED, vpid: FORKED } });
  say(b, FORKED, 3, '>:t:forked::'); say(b, FORKED, fresh, '>:t:forked::'); say(b, FORKED, 3, 'garbage');
  say(b, LATE, 3, '>:1:late::'); close(TELLER, 12); b.call('SYSCALL_EVENTFD', TELLER, { initval: 0, flags: 0 }, { res: 12 }); say(b, TELLER, 12, '>:1:no::');
  // Every text first of all, again, and behind a mark.
  for (const text of MARKS) { for (let i = 0, fd = open(TELLER); i < 2; i++) say(b, TELLER, fd, text); close(TELLER, next); say(b, CHILD, open(CHILD), '>:9:begin::'); say(b, CHILD, next, text); say(b, CHILD, next, '<:9:begin::'); close(CHILD, next); }
  for (const pieces of PIECES) { const fd = open(OTHER); for (const text of [...pieces, ...pieces, 'garbage']) say(b, OTHER, fd, text); close(OTHER, fd); }
  // More open spans than are kept, of one thread and seen by others.
  const many = open(FORKED);
  for (let i = 0; i < 300; i++) say(b, FORKED, many, `>:${i + 1000}:many:i=${i}:`);
  look();
  for (let i = 0; i < 300; i++) say(b, FORKED, many, `<:${i + 1000}:many::`);
  // Marked by whoever wrote the capture, though nobody knows the descriptor.
  for (const text of ['>:31:marked:k=v:', '<:31:marked::', '>:32']) say(b, LATE, 77, text, 'SYSCALL_WRITE', MARK);
  b.event('SCHEDSWITCH_6_E', { tid: TELLER, params: { next: 0, pgft_maj: 1, pgft_min: 1, vm_size: 1, vm_rss: 1, vm_swap: 1 } });
  look();
  return b.done();
}

/** The same through other calls than write, and what is read. */
export function otherCalls(): Uint8Array {
  const b = front(threads, new Map([[TELLER, files]]));
  let fd = 20;
  for (const call of ['SYSCALL_WRITEV', 'SYSCALL_PWRITE', 'SYSCALL_PWRITEV']) {
    b.call('SYSCALL_OPEN', TELLER, { name: '/dev/null', flags: 2, mode: 0 }, { fd: ++fd, name: '/dev/null', flags: 2, mode: 0, dev: 5 });
    for (const [number, first] of [[fd, '>:7:call::'], [3, `>:8:${call}::`]] as const) { say(b, TELLER, number, first, call); say(b, TELLER, number, '<:7:call::'); say(b, TELLER, number, 'garbage', call); }
  }
  b.call('SYSCALL_READ', TELLER, { fd: 3, size: 10 }, { res: 0, data: undefined }).call('SYSCALL_READV', TELLER, { fd: 3 }, { res: 0, size: 0, data: undefined });
  b.call('SYSCALL_READ', TELLER, { fd: 6, size: 10 }, { res: 7, data: bytes('>:1:a::') });
  return b.done();
}

/** A marked write that is none: sysdig ends there. */
export function wrongMark(): Uint8Array {
  const b = front(threads, new Map());
  b.event('SYSCALL_WRITE_E', { tid: LATE, params: { fd: 77, size: 3 } }).event('SYSCALL_WRITE_X', { tid: LATE, params: { res: 3, data: bytes('xyz') }, flags: MARK });
  return b.call('SYSCALL_FCNTL', LATE, { fd: 9, cmd: 4 }, { res: 0 }).done();
}
