// What fields say of events: each row an event, a field and its text.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventContext } from '../event/context.ts';
import { BASE, CONTAINER, FULL_ID, Scene } from './fieldsSupport.test.ts';
import { bindText, bindValue, DEFAULT_OPTIONS, FIELDS, fieldProblem, fieldText, findField, similarFields } from './index.ts';

function text(name: string, ctx: EventContext): string | undefined {
  const ref = findField(name);
  assert.ok(ref !== undefined && ref.length === name.length, `no field ${name}`);
  assert.equal(fieldProblem(ref), undefined);
  return fieldText(ref, ctx, { ...DEFAULT_OPTIONS, zoneSeconds: 3600 });
}

function check(title: string, make: (scene: Scene) => EventContext, expected: Readonly<Record<string, string | undefined>>): void {
  test(title, () => {
    const ctx = make(new Scene());
    for (const [name, wanted] of Object.entries(expected)) assert.equal(text(name, ctx), wanted, name);
  });
}

describe('fields of an event', () => {
  check('read of a file', (s) => s.read(3), {
    'evt.num': '1', 'evt.type': 'read', 'evt.dir': '<', 'evt.cpu': '1', 'evt.category': 'file', 'evt.res': 'SUCCESS', 'evt.rawres': '5', 'evt.failed': 'false', 'evt.is_io': 'true', 'evt.is_io_read': 'true',
    'evt.is_io_write': 'false', 'evt.io_dir': 'read', 'evt.buflen': '5', 'evt.buffer': 'hello', 'evt.arg.res': '5', 'evt.arg[0]': '5', 'evt.rawarg.fd': '3', 'evt.arg.name': undefined, 'evt.type.is.read': '1', 'evt.type.is.open': '0',
    'syscall.type': 'read', 'evt.count': '1', 'evt.count.error': undefined, 'evt.count.exit': '1', 'evt.is_wait': 'false', 'evt.wait_latency': undefined,
  });
  check('times', (s) => s.event('SYSCALL_READ_X', { res: 0, fd: 3 }, { atNs: 3_723_000_000_007, tookNs: 1_002_000_003 }), {
    'evt.rawtime': String(BASE + 3_723_000_000_007n), 'evt.rawtime.s': '1700003723', 'evt.rawtime.ns': '000000007', 'evt.time': '00:15:23.000000007', 'evt.time.s': '00:15:23', 'evt.datetime': '2023-11-15 00:15:23.000000007',
    'evt.datetime.s': '2023-11-15 00:15:23', 'evt.time.iso8601': '2023-11-14T23:15:23.000000007+0000', 'evt.latency': '1002000003', 'evt.latency.s': '1', 'evt.latency.ns': '002000003', 'evt.latency.human': '1.00s', 'evt.outputtime': '00:15:23.000000007',
  });
  check('failed open', (s) => s.event('SYSCALL_OPENAT_2_X', { fd: -2, dirfd: -100, name: 'missing', flags: 1, mode: 0 }), {
    'evt.type': 'openat', 'evt.res': 'ENOENT', 'evt.rawres': '-2', 'evt.failed': 'true', 'evt.count.error': '1', 'evt.count.error.file': '1', 'evt.count.error.net': undefined, 'fd.name': '/srv/missing', 'evt.abspath': '/srv/missing',
    'evt.is_open_read': 'true', 'evt.is_open_write': 'false', 'evt.arg.flags': 'O_RDONLY', 'evt.rawarg.name': 'missing',
  });
  check('event of an unknown thread', (s) => s.event('SYSCALL_READ_X', { res: 1, fd: 9 }, { tid: 4711 }), { 'thread.tid': '4711', 'proc.name': '<NA>', 'container.id': 'host', 'fd.type': undefined, 'user.name': undefined });
});

describe('fields of the process', () => {
  check('main thread', (s) => s.read(3), {
    'proc.pid': '200', 'proc.ppid': '100', 'proc.name': 'server', 'proc.exe': '/usr/bin/server', 'proc.exepath': '/usr/bin/server', 'proc.args': '--port 80', 'proc.args[1]': '80', 'proc.cmdline': 'server --port 80',
    'proc.exeline': '/usr/bin/server --port 80', 'proc.env': 'HOME=/var/www LANG=C', 'proc.env[LANG]': 'C', 'proc.env[NONE]': undefined, 'proc.cwd': '/srv/', 'proc.pname': 'bash', 'proc.pcmdline': 'bash -i', 'proc.aname[0]': 'server', 'proc.aname[2]': 'init',
    'proc.aname[3]': undefined, 'proc.apid[1]': '100', 'proc.loginshellid': '100', 'proc.sname': 'bash', 'proc.sid': '100', 'proc.nthreads': '2', 'proc.nchilds': '1', 'proc.fdopencount': '5', 'proc.fdlimit': '1024', 'proc.fdusage': '0.5',
    'thread.tid': '200', 'thread.ismain': 'true', 'thread.vtid': '7', 'proc.vpid': '7', 'thread.cgroup.memory': `/docker/${FULL_ID}`, 'thread.cgroups': `cpu=/docker/${FULL_ID} memory=/docker/${FULL_ID} blkio=/docker/y`,
    'user.uid': '33', 'user.name': 'www', 'user.homedir': '/var/www', 'user.shell': '/bin/false', 'user.loginuid': '-1', 'user.loginname': undefined, 'group.gid': '33', 'group.name': 'www',
  });
  check('another thread', (s) => s.event('SYSCALL_READ_X', { res: 1, fd: 3 }, { tid: 201 }), { 'proc.pid': '200', 'proc.name': 'worker', 'thread.ismain': 'false', 'proc.cwd': '/srv/', 'proc.ppid': '100', 'proc.nthreads': '2', 'fd.name': '/srv/www/index.html' });
});

describe('fields of the container', () => {
  check('inside', (s) => s.read(3), {
    'container.id': CONTAINER, 'container.name': 'web', 'container.image': 'shop:1.2', 'container.image.repository': 'shop', 'container.image.tag': '1.2', 'container.image.digest': undefined, 'container.type': 'docker', 'container.privileged': 'false',
    'container.mounts': '/srv/data:/data:z:true:rprivate,/etc/hosts:/etc/hosts::false:', 'container.mount[1]': '/etc/hosts:/etc/hosts::false:', 'container.mount.dest[/srv/*]': '/data', 'container.mount.source[/data]': '/srv/data', 'container.mount.rdwr[0]': 'true',
  });
  check('on the host', (s) => s.event('SYSCALL_READ_X', { res: 0, fd: 0 }, { tid: 100 }), { 'container.id': 'host', 'container.name': 'host', 'container.type': 'host', 'container.image': undefined, 'container.mounts': undefined });
});

describe('fields of the descriptor', () => {
  check('file', (s) => s.read(3), { 'fd.num': '3', 'fd.type': 'file', 'fd.typechar': 'f', 'fd.name': '/srv/www/index.html', 'fd.directory': '/srv/www', 'fd.filename': 'index.html', 'fd.dev': 'FE00', 'fd.ino': '42', 'fd.sip': undefined, 'fd.uid': '2003', 'fd.containername': `${CONTAINER}:/srv/www/index.html`, 'fd.sockfamily': undefined });
  check('IPv4 connection', (s) => s.read(4), {
    'fd.type': 'ipv4', 'fd.typechar': '4', 'fd.cip': '10.0.0.9', 'fd.cport': '4000', 'fd.sip': '10.0.0.5', 'fd.sport': '80', 'fd.lip': '10.0.0.5', 'fd.lport': '80', 'fd.rip': '10.0.0.9', 'fd.rport': '4000', 'fd.l4proto': 'tcp', 'fd.sockfamily': 'ip', 'fd.is_server': 'true', 'fd.connected': 'true', 'evt.category': 'net',
  });
  check('listening socket', (s) => s.event('SOCKET_LISTEN_X', { res: 0, fd: 6 }), { 'fd.sport': '80', 'fd.cip': undefined, 'fd.is_server': 'true' });
  check('directory', (s) => s.event('SYSCALL_GETDENTS_X', { res: 0, fd: 7 }), { 'fd.type': 'directory', 'fd.directory': '/srv/www', 'fd.filename': undefined });
});

test('an event of the past speaks through its info alone', () => {
  const ctx = new Scene().read(3);
  const past: EventContext = { ...ctx, view: ctx.view, thread: undefined };
  assert.equal(text('proc.pname', past), 'bash');
  assert.equal(text('proc.aname[2]', past), 'init');
  assert.equal(text('proc.sname', past), 'bash');
  assert.equal(text('container.name', past), 'web');
  assert.equal(text('proc.vmsize', past), undefined);
  assert.equal(text('fd.name', past), '/srv/www/index.html');
});

test('fields that remember do so for each use', () => {
  const scene = new Scene();
  const ref = findField('evt.deltatime');
  assert.ok(ref !== undefined);
  const one = bindValue(ref), other = bindValue(ref);
  const at = (atNs: number): EventContext => scene.event('SYSCALL_READ_X', { res: 0, fd: 3 }, { atNs });
  assert.equal(one(at(1000)), 0);
  assert.equal(one(at(1500)), 500);
  assert.equal(other(at(9000)), 0);
  const count = findField('util.cnt');
  assert.ok(count !== undefined);
  const texts = bindText(count);
  assert.deepEqual([texts(at(1)), texts(at(2))], ['1', '2']);
});

describe('naming fields', () => {
  for (const [written, name, arg, length] of [
    ['evt.type=open', 'evt.type', undefined, 8], ['evt.typex', 'evt.type', undefined, 8], ['evt.arg.name ', 'evt.arg', 'name', 12], ['evt.arg[3]', 'evt.arg', 3, 10], ['evt.args', 'evt.args', undefined, 8],
    ['proc.aname[2]=x', 'proc.aname', 2, 13], ['container.mount.dest[/a b/*]', 'container.mount.dest', '/a b/*', 28], ['evt.around[1404996934793590564]=5', 'evt.around', '1404996934793590564', 31], ['proc.env["A]"]', 'proc.env', 'A]', 14],
  ] as const) test(written, () => {
    const ref = findField(written);
    assert.deepEqual([ref?.field.name, ref?.arg, ref?.length], [name, arg, length]);
  });
  test('names that are none', () => { for (const name of ['', 'x', 'evt', '.', 'evt..type', '[', 'constructor', '__proto__']) assert.equal(findField(name), undefined, name); });
  test('names alike', () => {
    assert.equal(similarFields('proc.nam')[0], 'proc.name');
    assert.equal(similarFields('evt.tpye')[0], 'evt.type');
    assert.ok(similarFields('name').includes('fd.name'));
    assert.deepEqual(similarFields('zzzzzzzz'), []);
  });
});

describe('whole numbers beyond 2^53', () => {
  const far = 20_000_000_000_000_001n;
  test('times of events far from the first one are exact', () => {
    const scene = new Scene();
    const first = scene.event('SYSCALL_READ_E', { fd: 3, size: 1 }, { atNs: 1 });
    assert.equal(text('evt.reltime', first), '000000000');
    const ctx = scene.event('SYSCALL_READ_E', { fd: 3, size: 1 }, { at: far });
    assert.equal(text('evt.rawtime', ctx), String(BASE + far));
    assert.equal(text('evt.rawtime.ns', ctx), '000000001');
    assert.equal(text('evt.reltime', ctx), String(far - 1n));
    assert.equal(text('evt.time.iso8601', ctx), '2024-07-03T09:46:40.000000001+0000');
  });
  test('raw parameters and results', () => {
    const ctx = new Scene().event('SYSCALL_READ_X', { res: 9_007_199_254_740_993n, fd: 3 });
    assert.equal(text('evt.rawres', ctx), '9007199254740993');
    assert.equal(text('evt.rawarg.res', ctx), '9007199254740993');
    assert.equal(text('evt.buflen', ctx), '9007199254740993');
  });
  test('a moment before another one lies nearly 2^64 behind it', () => {
    const ref = findField('evt.deltatime');
    assert.ok(ref !== undefined);
    const scene = new Scene(), since = bindText(ref);
    since(scene.event('SYSCALL_READ_E', { fd: 3, size: 1 }, { atNs: 1000 }));
    assert.equal(since(scene.event('SYSCALL_READ_E', { fd: 3, size: 1 }, { atNs: 664 })), '18446744073709551280');
  });
});

describe('fields of messages to the log', () => {
  const wrote = (said: string) => (s: Scene): EventContext => { s.state.addFd(200, 9, { kind: 'unix', name: '1->2 /dev/log', connected: true }); return s.event('SYSCALL_WRITE_X', { res: said.length, data: new TextEncoder().encode(said), fd: 9, size: 100 }); };
  check('well formed', wrote('<38>app: hello'), { 'syslog.facility': '4', 'syslog.facility.str': 'auth', 'syslog.severity': '6', 'syslog.severity.str': 'info', 'syslog.message': 'app: hello', 'evt.info': 'syslog sev=info msg=app: hello', 'evt.is_syslog': 'true' });
  check('without priority', wrote('app: hello'), { 'syslog.facility': undefined, 'syslog.message': undefined, 'evt.is_syslog': 'true' });
  check('a facility of no name', wrote('<999>x'), { 'syslog.facility': '124', 'syslog.facility.str': '<NA>', 'syslog.severity.str': 'debug' });
});

test('every field is declared well, and none throws on any event', () => {
  const names = new Set<string>();
  const scene = new Scene();
  const events = [() => scene.read(3), () => scene.event('GENERIC_X', { ID: 40 }), () => scene.event('SCHEDSWITCH_6_E', { next: 1 }), () => scene.event('PROCINFO_E', { cpu_usr: 1, cpu_sys: 2 }), () => scene.event('SYSCALL_OPENAT_2_X', {}), () => scene.event('SYSCALL_POLL_X', { res: 1, fds: new Uint8Array([9, 0, 1]) })];
  for (const field of FIELDS) {
    assert.ok(!names.has(field.name), `${field.name} is there twice`);
    names.add(field.name);
    assert.match(field.doc, /^\S.*\.$/, `${field.name} needs a sentence`);
    const argument = field.argument === 'none' ? '' : field.name === 'evt.around' ? '[123456789012]' : field.name.startsWith('container.mount') || field.name === 'evt.arg' ? '[0]' : field.argument === 'optional' ? '[0]' : '.name';
    const ref = findField(field.name === 'evt.type.is' ? 'evt.type.is.open' : field.name + argument);
    assert.equal(ref?.field.name, field.name);
    for (const event of events) { const ctx = event(); bindText(ref)(ctx); bindValue(ref)(ctx); }
  }
});
