// What passes a filter, and what is said of a wrong one: tables of rows.
import assert from 'node:assert/strict';
import { cpuUsage } from 'node:process';
import { describe, test } from 'node:test';
import type { EventContext } from '../event/context.ts';
import { Scene } from '../fields/fieldsSupport.test.ts';
import { compileFilter, diagnoseFilter, explainProblem } from './index.ts';

type Make = (scene: Scene) => EventContext;
const file: Make = (s) => s.read(3);
const socket: Make = (s) => s.read(4);
const socket6: Make = (s) => s.read(5);
const failed: Make = (s) => s.event('SYSCALL_OPENAT_2_X', { fd: -2, dirfd: -100, name: 'missing', flags: 1, mode: 0 });
const generic: Make = (s) => s.event('GENERIC_X', { ID: 40 });

function check(make: Make, passing: readonly string[], failing: readonly string[]): void {
  for (const [filters, wanted] of [[passing, true], [failing, false]] as const) {
    for (const filter of filters) test(`${wanted ? 'passes' : 'fails '} ${filter}`, () => {
      const compiled = compileFilter(filter);
      assert.ok(compiled.ok, compiled.ok ? '' : compiled.error.message);
      assert.equal(compiled.test(make(new Scene())), wanted);
    });
  }
}

describe('texts', () => {
  check(file, [
    '', '  ', 'proc.name=server', 'proc.name = server', 'proc.name == server', "proc.name='server'", 'proc.name="server"', 'proc.name!=bash', 'proc.name contains erv', 'proc.name icontains ERV', 'proc.name startswith ser', 'proc.name endswith ver',
    'proc.name glob s*r', 'proc.name glob "se?v[a-e]r"', 'proc.name iglob S*R', 'proc.name in (bash, server)', 'proc.name in(bash,server)', 'proc.name intersects (server)', 'proc.name exists', 'proc.name<shell', 'proc.name>=server', 'fd.name pmatch (/srv)',
    'fd.name pmatch (/etc, /srv/www)', 'fd.name pmatch (/srv/www/index.html)', 'fd.name pmatch (/)', 'fd.name glob /srv/*', 'proc.name=s\\x65rver', 'evt.arg.data=hello', 'evt.dir=<', 'evt.dir = <', 'evt.dir!=>', 'proc.aname=bash', 'proc.aname=init', 'proc.aname[1]=bash',
    'proc.aname contains ini', 'proc.cmdline="server --port 80"', 'container.name=web', 'not container.name=host', 'proc.name contains ""', 'proc.env[LANG]=C', 'proc.name="server\'',
  ], [
    'proc.name=Server', 'proc.name!=server', 'proc.name contains ERV', 'proc.name in (bash)', 'proc.name in ()', 'container.image.digest exists', 'container.image.digest!=x', 'fd.name pmatch (/sr)', 'fd.name pmatch (/srv/ww)', 'fd.name glob srv*', 'proc.aname=server',
    'proc.aname=cron', 'proc.aname[9]!=x', 'proc.name glob serve', 'proc.name<server', 'evt.dir=>',
  ]);
});

describe('numbers and truths', () => {
  check(file, [
    'evt.rawres=5', 'evt.rawres>=5', 'evt.rawres<=5', 'evt.rawres>4', 'evt.rawres<6', 'evt.rawres!=4', 'evt.rawres in (1, 5)', 'evt.rawres>-1', 'evt.rawres=0x5', 'evt.failed=false', 'evt.is_io=true', 'evt.is_io!=false', 'evt.cpu=1', 'evt.latency=1000', 'evt.buflen exists',
    'evt.rawtime=1700000001500000000', 'evt.rawtime>1700000001499999999', 'evt.rawtime<1700000001500000001', 'evt.rawtime in (1, 1700000001500000000)', 'evt.around[1700000001000000000]=500', 'user.loginuid=-1', 'thread.tid=200', 'proc.apid=100', 'proc.apid=1', 'evt.rawarg.fd=3', 'evt.rawarg.res=5',
    'evt.type.is.read=1', 'proc.fdusage<1',
  ], ['evt.rawres=4', 'evt.rawres>5', 'evt.failed=true', 'evt.rawtime!=1700000001500000000', 'evt.around[1700000001000000000]=499', 'proc.apid=200', 'fd.sport=80', 'fd.sport!=80', 'evt.count.error exists', 'evt.wait_latency>0', 'evt.wait_latency<=0']);
});

describe('buffers', () => {
  check(file, ['evt.buffer contains ell', 'evt.buffer=hello', 'evt.buffer startswith he', 'evt.buffer endswith lo', 'evt.buffer in (bye, hello)', 'evt.buffer!=hell', 'evt.buffer contains "\\x65\\x6c"', 'evt.buffer exists'],
    ['evt.buffer contains HELLO', 'evt.buffer=hell', 'evt.buffer startswith hello!', 'evt.buffer endswith he', 'evt.buffer!=hello', 'evt.buffer contains hellooo']);
  check((s) => s.event('SYSCALL_READ_X', { res: 3, data: new Uint8Array([0xff, 0, 10]), fd: 3 }), ['evt.buffer contains \\xff\\x00', 'evt.buffer endswith "\\n"', 'evt.buffer=\\xff\\x00\\x0a'], ['evt.buffer contains \\xfe', 'evt.buffer=\\xff']);
  check(failed, [], ['evt.buffer exists', 'evt.buffer!=x', 'evt.buffer contains ""']);
});

describe('connections', () => {
  check(socket, ['fd.ip=10.0.0.9', 'fd.ip=10.0.0.5', 'fd.ip!=10.0.0.1', 'fd.ip in (1.2.3.4, 10.0.0.5)', 'fd.cip=10.0.0.9', 'fd.sip!=10.0.0.9', 'fd.net=10.0.0.0/8', 'fd.net=10.0.0.9/32', 'fd.net in (1.0.0.0/8, 10.0.0.8/30)', 'fd.net!=11.0.0.0/8', 'fd.snet=10.0.0.5/32', 'fd.cnet=10.0.0.8/29',
    'fd.port=80', 'fd.port=4000', 'fd.port!=81', 'fd.port>3000', 'fd.port in (1, 80)', 'fd.sport=http', 'fd.proto=http', 'fd.sport=80', 'fd.l4proto=tcp', 'fd.type=ipv4', 'fd.lport=80', 'fd.rip=10.0.0.9', 'fd.lnet=10.0.0.0/24', 'fd.net=0.0.0.0/0'],
  ['fd.ip=10.0.0.1', 'fd.ip!=10.0.0.9', 'fd.ip!=10.0.0.5', 'fd.net=11.0.0.0/8', 'fd.net!=10.0.0.0/8', 'fd.port=81', 'fd.port!=80', 'fd.port>4000', 'fd.net=fd00::/8', 'fd.cnet=10.0.0.5/32']);
  check(socket6, ['fd.ip=fd00::5', 'fd.ip=fd00:0:0:0:0:0:0:9', 'fd.net=fd00::/8', 'fd.net=fd00::1', 'fd.sport=https'], ['fd.ip=fd00::6', 'fd.net=fe80::/10', 'fd.net=10.0.0.0/8']);
  check(file, [], ['fd.ip!=10.0.0.1', 'fd.port!=1', 'fd.net!=10.0.0.0/8', 'fd.ip=10.0.0.1']);
});

describe('and, or, not, brackets', () => {
  check(file, [
    'evt.type=open or evt.type=read', 'evt.type=read and proc.name=server', 'evt.type=open or evt.type=read and proc.name=server', 'evt.type=read or evt.type=open and proc.name=nobody', '(evt.type=open or evt.type=read) and proc.name=server', 'not evt.type=open', 'not (evt.type=open or evt.type=close)',
    'not not evt.type=read', 'not evt.type=open and not evt.type=close', 'not(evt.type=open)', 'evt.type in (read)and proc.name=server', '(evt.type=read)or(evt.type=open)', '((((evt.type=read))))', 'evt.type=read\n  and\tproc.name=server', 'not container.image.digest=x', 'evt.rawres=5 and evt.cpu=1 and evt.dir=< and proc.pid=200',
    'evt.cpu=7 or evt.cpu=8 or evt.cpu=9 or evt.cpu=1', 'not evt.num>3',
  ], ['not evt.type=read', 'evt.type=read and not proc.name=server', '(evt.type=read or evt.type=open) and proc.name=nobody', 'not (evt.type=open or evt.type=read)', 'evt.cpu=7 or evt.cpu=8 or evt.cpu=9 or evt.cpu=2']);
});

describe('event types', () => {
  check(failed, ['evt.type=openat', 'evt.type in (open, openat)', 'evt.res=ENOENT', 'evt.failed=true', 'evt.type startswith open', 'syscall.type=openat'], ['evt.type=open', 'evt.res=SUCCESS']);
  check(generic, ['evt.type!=read'], ['evt.type=read', 'evt.rawres exists']);
});

describe('what is said of wrong filters', () => {
  for (const [filter, at, message] of [
    ['prc.name=x', [0, 8], /unknown field "prc\.name".*proc\.name/], ['proc.nam = x', [0, 8], /did you mean proc\.name/], ['evt.typex=open', [0, 9], /did you mean evt\.type/], ['foo', [0, 3], /unknown field "foo"/], ['proc.name', [9, 9], /expected an operator after proc\.name/],
    ['evt.num =', [9, 9], /a number is missing/], ['proc.name = )', [12, 13], /closes nothing/], ['proc.name = (', [12, 13], /expected a value/], ['proc.name contain x', [10, 17], /did you mean "contains"/], ['proc.name ~ x', [10, 11], /unknown operator "~"/], ['proc.name=a b', [12, 13], /expected "and", "or"/],
    ['proc.name=a and', [15, 15], /ends too early: expected a field/], ['proc.name=a or or', [15, 17], /unknown field "or"/], ['(proc.name=a', [0, 1], /not closed/], ['proc.name=a)', [11, 12], /closes nothing/], ['proc.name="a', [10, 12], /quote that opens here is not closed/], ['()', [1, 2], /expected a field/],
    ['proc.name in a', [13, 14], /expected "\(" after in/], ['proc.name in (a b)', [16, 17], /expected "," or "\)"/], ['proc.name in (a', [13, 14], /list is not closed/], ['evt.num=x', [8, 9], /"x" is no number/], ['evt.num=1.5', [8, 11], /is no number/], ['evt.num in (1, x)', [15, 16], /"x" is no number/], ['evt.num contains 1', [8, 16], /"contains" does not work on evt\.num/],
    ['evt.failed=yes', [11, 14], /neither true nor false/], ['fd.ip=10.0.0', [6, 12], /no address/], ['fd.ip>10.0.0.1', [5, 6], /does not work on fd\.ip/], ['fd.net=10.0.0.1', [7, 15], /give the length of its prefix/], ['fd.net=10.0.0.0/40', [7, 18], /no length of a prefix/], ['fd.port=nosuch', [8, 14], /no port/],
    ['evt.type=opne', [9, 13], /unknown event type "opne": did you mean open/], ['evt.type in (open, raed)', [19, 23], /did you mean read/], ['evt.arg=3', [0, 7], /name or number of a parameter/], ['evt.arg.nosuchparam=3', [0, 19], /no event has a parameter/], ['evt.outputtime=3', [0, 14], /for printing only/], ['evt.around[5]>3', [13, 14], /only takes "="/], ['evt.around=3', [0, 10], /a time in ns/],
    ['proc.name=a AND proc.name=b', [12, 15], /written in lower case/], ['proc.name=a && proc.name=b', [12, 14], /write "and"/], ['proc.name[3]=a', [0, 12], /takes no argument/], ['proc.name=\\x4', [10, 13], /two hexadecimal digits/], ['proc.aname[x]=a', [0, 13], /a number is expected/],
  ] as const) test(filter, () => {
    const compiled = compileFilter(filter);
    assert.ok(!compiled.ok, 'it compiles');
    assert.match(compiled.error.message, message);
    assert.deepEqual([compiled.error.start, compiled.error.end], at);
  });

  test('what works and hardly can be meant is told, and compiles', () => {
    for (const [filter, at, message] of [['proc.name =', [10, 11], /expected a value after proc\.name =/], ['syscall.type=opne', [13, 17], /did you mean open/]] as const) {
      assert.ok(compileFilter(filter).ok);
      const [problem] = diagnoseFilter(filter);
      assert.ok(problem?.warning === true, filter);
      assert.deepEqual([problem.start, problem.end], at);
      assert.match(problem.message, message);
    }
  });
  test('all wrong checks are told, in order', () => {
    const problems = diagnoseFilter('evt.num=x and fd.ip=y and proc.nme=z');
    assert.deepEqual(problems.map((p) => p.start), [8, 20, 26]);
  });
  test('a mark points to the place', () => {
    const filter = 'evt.num=x';
    assert.equal(explainProblem(filter, diagnoseFilter(filter)[0] ?? { start: 0, end: 0, message: '' }), 'filter error at position 8: "x" is no number\n  evt.num=x\n          ^');
  });
});

describe('hostile texts', () => {
  const deep = 5000;
  for (const [title, filter, compiles] of [
    ['deep brackets', `${'('.repeat(deep)}evt.num=1${')'.repeat(deep)}`, false], ['many nots', `${'not '.repeat(deep)}evt.num=1`, true], ['deep not brackets', `${'not('.repeat(deep)}evt.num=1`, false], ['ninety brackets', `${'('.repeat(90)}evt.num=1${')'.repeat(90)}`, true],
    ['long chain', Array.from({ length: 5000 }, () => 'evt.num=1').join(' or '), true], ['long list', `evt.num in (${Array.from({ length: 9000 }, (_, i) => i).join(',')})`, true], ['too long', 'a'.repeat(70000), false], ['open quotes', '"'.repeat(60000), false],
  ] as const) test(title, () => {
    const before = cpuUsage();
    assert.equal(compileFilter(filter).ok, compiles);
    assert.ok(cpuUsage(before).user < 2e6, 'it took too long');
  });
  test('a pattern of many stars takes no long time', () => {
    const compiled = compileFilter(`fd.name glob ${'*a'.repeat(50)}b`);
    assert.ok(compiled.ok);
    const scene = new Scene();
    scene.state.addFd(200, 20, { kind: 'file', name: 'a'.repeat(900) });
    const before = cpuUsage();
    assert.equal(compiled.test(scene.read(20)), false);
    assert.ok(cpuUsage(before).user < 5e5);
  });
});
