// The newer half of the language: transformers, modifiers, field against field, lists, bytes, regular expressions; what both halves of it read differently.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventContext } from '../event/context.ts';
import { Scene } from '../fields/fieldsSupport.test.ts';
import { compileFilter, diagnoseFilter, parseFilter, printFilter } from './index.ts';

type Make = (scene: Scene) => EventContext;
const file: Make = (s) => s.read(3);
const socket: Make = (s) => s.read(4);
const coded: Make = (s) => s.read(3, 'aGVsbG8=');
const command: Make = (s) => {
  s.state.addThread({ tid: 300, pid: 300, ptid: 200, comm: 'Tool', exe: '/bin/tool', args: ['-v', '-ofile', '-x', '-n', '5', '--', '-z'], uid: 0, gid: 0, sid: 1 });
  return s.event('SYSCALL_OPENAT_2_X', { fd: 9, dirfd: -100, name: '/tmp/Ünï', flags: 1, mode: 0 }, { tid: 300 });
};

function check(make: Make, passing: readonly string[], failing: readonly string[]): void {
  for (const [filters, wanted] of [[passing, true], [failing, false]] as const) {
    for (const filter of filters) test(`${wanted ? 'passes' : 'fails '} ${filter}`, () => {
      const compiled = compileFilter(filter);
      assert.ok(compiled.ok, compiled.ok ? '' : compiled.error.message);
      assert.equal(compiled.test(make(new Scene())), wanted);
      const printed = printFilter(parseFilter(filter).node ?? assert.fail('nothing was read'));
      const again = compileFilter(printed);
      assert.ok(again.ok && again.test(make(new Scene())) === wanted, `printed as ${printed} it says something else`);
    });
  }
}

describe('transformers', () => {
  check(command, [
    'tolower(proc.name)=tool', 'toupper(proc.name)=TOOL', 'tolower(toupper(proc.name)) = tool', 'basename(proc.exe)=tool', 'basename(evt.rawarg.name) startswith Ü', 'toupper(evt.rawarg.name)="/TMP/ÜNï"', 'len(proc.name)=4', 'len(proc.name) > 3', 'len(proc.name) in (3, 4)', 'len(proc.args)=7', 'len(fdlist.nums)=0', 'len(("a", "b"))=2',
    'join(" ", proc.args) startswith "-v -o"', 'join(",", (proc.name, "x"))="Tool,x"', 'concat(proc.name, "/", proc.exe)="Tool//bin/tool"', 'concat(tolower(proc.name), "-", proc.name) = tool-Tool', 'getopt(proc.args, "vo:n:")[o]=file', 'getopt(proc.args, "vo:n:")[n]=5', 'getopt(proc.args, "vo:n:")[v] exists',
    'getopt(proc.args, "vo:n:") intersects (v)', 'getopt(proc.args, "vo:n:") intersects ("?")', 'len(getopt(proc.args, "vo:n:"))=8', 'getopt(proc.args, "vxo:n:") in (v, x, o, n, file, 5, "")', 'tolower ( proc.name ) = tool', 'not tolower(proc.name)=x', 'tolower(evt.type)=openat', 'tolower(proc.name) iglob T*L', 'tolower(proc.name) exists',
  ], [
    'tolower(proc.name)=Tool', 'basename(proc.exe)=/bin/tool', 'len(proc.name)<4', 'getopt(proc.args, "vo:n:")[z] exists', 'getopt(proc.args, "vo:n:")[x] exists', 'getopt(proc.args, "vo:n:") in (v)', 'tolower(container.image)=x', 'concat(proc.name, container.image) exists', 'len(evt.buffer)>=0',
  ]);
  check(coded, ['b64(evt.arg.data)=hello', 'b64(evt.buffer) startswith hel', 'len(evt.buffer)=8', 'len(b64(evt.buffer))=5', 'toupper(b64(evt.arg.data))=HELLO'], ['b64(proc.cmdline) exists', 'b64(evt.arg.data)=x']);
});

describe('modifiers', () => {
  check(file, [
    'proc.name contains anyof (x, erv)', 'proc.name contains allof (s, erv, ver)', 'proc.name contains oneof (x, erv)', 'proc.name startswith anyof ("ser")', 'proc.name = oneof (server, a)', 'proc.name != anyof (server, a)', 'proc.name != allof (b, a)', 'proc.name glob anyof (x*, s*)', 'evt.rawres > allof (3, 4)', 'evt.rawres = anyof (3, 5)', 'evt.buffer contains allof (he, llo)',
    'evt.buffer contains oneof (he, x)', 'fd.name regex anyof ("/srv/.*", x)', 'proc.name =anyof(server)', 'evt.rawtime >= allof (1, 1700000001500000000)',
  ], ['proc.name contains anyof (x, y)', 'proc.name contains allof (s, x)', 'proc.name contains oneof (s, erv)', 'proc.name = allof (server, a)', 'proc.name != allof (server, a)', 'container.image.digest != anyof (a, b)', 'evt.buffer contains oneof (he, llo)', 'evt.rawtime > allof (1, 1700000001500000000)']);
});

describe('field against field', () => {
  check(file, [
    'proc.name = val(proc.name)', 'proc.exe contains val(proc.name)', 'proc.exe endswith val(proc.name)', 'proc.pname != val(proc.name)', 'proc.name = basename(proc.exe)', 'proc.name = tolower(proc.name)', 'proc.pid >= val(thread.tid)', 'proc.pid > val(proc.ppid)', 'proc.pid in val(thread.tid)', 'proc.pname in val(proc.aname)', 'proc.aname = val(proc.pname)',
    'proc.aname intersects val(proc.aname)', 'proc.args intersects ("80")', 'proc.args intersects val(proc.args)', 'fd.name pmatch val(fd.directory)', 'fd.name startswith val(fd.directory)', 'fd.name glob concat(fd.directory, "/*")', 'fd.name regex concat(fd.directory, ".*")', 'len(proc.name) > val(evt.rawres)', 'evt.rawtime > val(proc.pid)', 'proc.name = val( proc.name )', 'evt.failed = val(evt.failed)',
    'evt.buffer = val(evt.buffer)', 'evt.buffer startswith val(evt.buffer)', 'proc.name<=val(proc.name)', 'proc.name icontains toupper(proc.name)',
  ], ['proc.name = val(proc.pname)', 'proc.name = val(container.image.digest)', 'container.image.digest != val(proc.name)', 'proc.pid < val(proc.ppid)', 'proc.name in val(proc.aname)', 'proc.name < val(proc.name)', 'proc.name regex concat("(", proc.name)', 'evt.failed != val(evt.failed)']);
  check(socket, ['fd.ip = val(fd.cip)', 'fd.cip != val(fd.sip)', 'fd.port = val(fd.sport)', 'fd.sport < val(fd.cport)'], ['fd.cip = val(fd.sip)']);
});

describe('bytes and patterns', () => {
  check(file, ['evt.buffer bcontains 656c6c', 'evt.buffer bstartswith 6865', 'evt.buffer bstartswith "68656C6C6F"', 'fd.name regex /srv/.*', 'fd.name regex "/(srv|etc)/[a-z]+/index\\.html"', 'proc.name regex s.*r', 'evt.type regex re.d', 'proc.name regex "(?i)SERVER"', 'evt.buffer contains "\\x6c\\x6c"'],
    ['evt.buffer bcontains 6c65', 'evt.buffer bstartswith 65', 'fd.name regex srv', 'fd.name regex /srv', 'proc.name regex s']);
  check((s) => s.event('SYSCALL_OPENAT_2_X', { fd: -2, dirfd: -100, name: new Uint8Array([47, 0xc3, 0xa9, 0xff, 120, 0]), flags: 1, mode: 0 }), ['evt.rawarg.name contains \\xff', 'evt.rawarg.name contains \\xc3', 'evt.rawarg.name startswith "/\\xc3"', 'evt.rawarg.name endswith \\xffx', 'evt.rawarg.name contains é', 'evt.rawarg.name contains "é\\xff"', 'evt.rawarg.name > /é', 'evt.rawarg.name < /\\xc3\\xaa', 'evt.rawarg.name > /\\xc3\\xa8'],
    ['evt.rawarg.name contains \\xfe', 'evt.rawarg.name endswith \\xff', 'evt.rawarg.name < /\\xc3', 'evt.rawarg.name > /\\xff']);
});

describe('numbers as they were always read', () => {
  check(file, ['evt.cpu=65537', 'evt.rawres=+5', 'evt.rawres=" 5"', 'evt.num<18446744073709551616', 'evt.count=4294967297', 'evt.rawres>-9223372036854775809', 'evt.num!=-1', 'evt.failed<true', 'user.uid=4294967329'], ['evt.num=-1', 'evt.num=99999999999999999999999', 'evt.rawres<-9223372036854775809', 'evt.failed>false']);
  check(socket, ['fd.port=65616', 'fd.sport=http', 'fd.sport=131152', 'fd.port!=""', 'fd.cip<10.0.0.10', 'fd.cip>9.0.0.9', 'fd.cnet=10.0.0.9/+8', 'fd.cip.name!=nobody', 'fd.cip exists'], ['fd.port=""', 'fd.cip>=9.0.0.10', 'fd.cip.name=localhost']);
});

describe('quotes and escapes of both languages', () => {
  check(file, [
    'proc.name="server\'', 'proc.name=\'server"', "proc.name!='it\\'s'", "proc.name!=\"it's\"", 'proc.name!="a\\qb"', 'proc.name=server\\', 'proc.name in (server,)', 'proc.name in (,server)', 'proc.name containsserver', 'proc.name existsand evt.num exists', 'n o t proc.name=x', 'proc.aname[-1]=init', 'evt.type!=<unknown>', 'fd.name pmatch (srv)', 'fd.name pmatch (//srv//www/)',
    'fd.name pmatch ("")', 'fd.name pmatch ()', 'proc.name!=', 'not (proc.name=)',
  ], ['proc.name=', 'fd.name pmatch (www)', 'fd.name pmatch (/srv/w)']);
});

describe('what is said of wrong filters of the newer language', () => {
  for (const [filter, at, message] of [
    ['tolwer(proc.name)=x', [0, 6], /did you mean tolower\(text\)/], ['tolower proc.name=x', [0, 7], /takes its arguments in brackets: tolower\(text\)/], ['tolower(proc.nam)=x', [8, 16], /did you mean proc\.name/], ['tolower()=x', [0, 9], /takes 1 argument, not 0/], ['tolower(proc.name, proc.exe)=x', [0, 28], /takes 1 argument, not 2/], ['tolower(proc.pid)=x', [8, 16], /takes texts, and this is a number/],
    ['tolower(proc.name', [7, 8], /not closed/], ['tolower(', [7, 8], /not closed/], ['len(proc.pid)=3', [4, 12], /len takes/], ['len(proc.name)=x', [15, 16], /"x" is no number/], ['len(proc.name) contains 3', [15, 23], /"contains" does not work on len\(\)/], ['join(",", proc.name)=x', [10, 19], /takes a list here/], ['concat(proc.name, x)=y', [18, 19], /a text needs quotes here/], ['getopt(proc.args, proc.name)=x', [18, 27], /letters of the options/],
    ['getopt(proc.args, "a")=x', [22, 23], /which is a list: expected one of in intersects exists/], ['getopt(proc.args, "a")[ab]=x', [22, 26], /letter of an option/], ['proc.name = val(proc.pid)', [12, 25], /is a number and cannot be compared with proc\.name, which is a text/], ['proc.name = val(x)', [16, 17], /unknown field "x"/], ['proc.name = val(proc.name', [25, 25], /expected "\)" after the field/], ['proc.name = val(proc.aname)', [12, 27], /has several values/],
    ['fd.ip != val(fd.cip)', [6, 8], /write not fd\.ip =/], ['fd.ip = val(fd.net)', [8, 19], /is a network and cannot/], ['proc.name regex "a(b"', [18, 19], /not closed/], ['proc.name regex [z-a]', [17, 20], /backwards/], ['proc.name bcontains 61', [10, 19], /"bcontains" does not work on proc\.name/], ['evt.buffer bcontains 6', [21, 22], /hexadecimal digits/], ['proc.name contains anyof x', [25, 26], /expected "and", "or"/], ['proc.name in shells', [13, 19], /lists of rule files are not known here/],
    ['spawned_process and evt.num=1', [0, 15], /macros of rule files are not known here/], ['evt.num=99999999999x', [8, 20], /is no number/], ['fd.port=htps', [8, 12], /did you mean https\?/], ['fd.port=99999999999', [8, 19], /is no port/], ['fd.ip=127.0.0.01', [6, 16], /no address/], ['fd.cip<::1', [7, 10], /have no order/], ['evt.num=1 not evt.num=2', [10, 13], /expected "and"/], ['tolower(evt.around)=x', [8, 18], /a time in ns/],
  ] as const) test(filter, () => {
    const compiled = compileFilter(filter);
    assert.ok(!compiled.ok, 'it compiles');
    assert.match(compiled.error.message, message);
    assert.deepEqual([compiled.error.start, compiled.error.end], at);
  });
  test('transformers within transformers have an end', () => {
    const nested = (depth: number): string => `${'tolower('.repeat(depth)}proc.name${')'.repeat(depth)}=x`;
    assert.ok(compileFilter(nested(90)).ok);
    assert.ok(!compileFilter(nested(5000)).ok);
    assert.equal(diagnoseFilter(nested(5000)).length, 1);
  });
});
