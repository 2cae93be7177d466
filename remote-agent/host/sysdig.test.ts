// The command line beside Debian's sysdig on the same captures: the same events pass, fields and lines read the same.
// Needs sysdig and a folder of captures (PORTHOLE_CAPTURES, or shared/captures beside the project); says so where they are missing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { compileFilter } from '../engine/filter/index.ts';
import { openCapture } from './captureInput.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CAPTURES = process.env['PORTHOLE_CAPTURES'] ?? join(ROOT, '..', 'shared', 'captures');
const FILES = ['wordpress-small.scap', 'curl_google.scap'].map((name) => join(CAPTURES, name));
const MAIN = join(ROOT, 'remote-agent', 'host', 'main.ts');
const LARGE = 1 << 28;

const missing = !FILES.every((path) => existsSync(path)) ? `there are no captures in ${CAPTURES}; set PORTHOLE_CAPTURES` : spawnSync('sysdig', ['--version']).status !== 0 ? 'sysdig is not installed (apt-get install sysdig)' : undefined;

/** Time zones differ between machines; both programs get the same. */
const env = { ...process.env, TZ: 'UTC' };
function lines(program: string, args: readonly string[]): string[] {
  const run = spawnSync(program, args, { encoding: 'utf8', maxBuffer: LARGE, env });
  assert.equal(run.status, 0, `${program} ${args.join(' ')}: ${run.stderr}`);
  return run.stdout.split('\n');
}
const porthole = (args: readonly string[]): string[] => lines(process.execPath, [...process.execArgv, '--import', import.meta.resolve('tsx'), MAIN, ...args]);
const sysdig = (args: readonly string[]): string[] => lines('sysdig', args);

/** Shows the first lines that differ, not all. */
function same(ours: readonly string[], theirs: readonly string[], title: string): void {
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) if (ours[i] !== theirs[i]) assert.fail(`${title}: line ${i + 1} of ${theirs.length}\n  porthole: ${ours[i]}\n  sysdig:   ${theirs[i]}`);
}

const FILTERS = [
  'evt.type=open or evt.type=openat', 'evt.type in (read, write) and evt.dir=<', 'evt.dir=>', 'proc.name=apache2', 'proc.name!=apache2', 'proc.name contains my', 'proc.name in (mariadbd, redis-server, curl)', 'not proc.name=apache2', 'proc.pid=23468', 'proc.ppid>1000 and proc.ppid<24000', 'proc.pname=bash',
  'proc.aname=containerd-shim', 'proc.aname[2]=containerd-shim', 'proc.apid=1', 'proc.cmdline contains curl', 'proc.args startswith -s', 'thread.tid>25000', 'thread.ismain=false', 'container.id=host', 'container.name contains wordpress', 'container.image=shop-redis', 'container.type=docker', 'user.name=root',
  'user.uid!=0', 'group.name=www-data', 'fd.type=ipv4', 'fd.type=file and evt.is_io=true', 'fd.name contains .php', 'fd.name startswith /etc', 'fd.name endswith .so.6', 'fd.name glob "/usr/*/*.so*"', 'fd.directory=/etc', 'fd.filename=passwd', 'fd.name pmatch (/etc, /proc)', 'fd.num=3', 'fd.sport=3306', 'fd.port=80', 'fd.port>=8000',
  'fd.ip=172.26.0.3', 'fd.ip!=172.26.0.3', 'fd.cip=172.26.0.9', 'fd.net=172.26.0.0/16', 'fd.snet=172.26.0.0/29', 'fd.l4proto=tcp', 'fd.sockfamily=unix', 'evt.failed=true', 'evt.res=ENOENT', 'evt.rawres<0', 'evt.rawres>=1000', 'evt.category=net', 'evt.is_wait=true and evt.wait_latency>1000000',
  'evt.latency>100000 and evt.dir=< and evt.type!=procexit', 'evt.buffer contains SELECT', 'evt.buffer contains "\\x0d\\x0a"', 'evt.buflen>500', 'evt.arg.flags contains O_CREAT', 'evt.arg.name contains lib', 'evt.rawarg.res=0', 'evt.num<=100', 'evt.num in (20, 30, 40)', 'evt.type.is.read=1', 'evt.io_dir=write and evt.type!=sendmmsg', 'evt.count.error exists',
  '(evt.type=read or evt.type=write) and not (proc.name=apache2 or proc.name=mariadbd)', 'evt.cpu=0', 'proc.loginshellid exists', 'proc.sname=bash', 'proc.tty!=0', 'proc.vpid=1', 'proc.cwd startswith /var', 'proc.exepath contains bin', 'proc.env contains PATH', 'proc.duration<100000000', 'proc.nthreads>10', 'evt.is_open_write=true', 'container.mounts contains mysql', 'fd.connected=true', 'evt.args contains ENOENT',
];

const FIELDS = [
  'evt.num', 'evt.time', 'evt.time.s', 'evt.time.iso8601', 'evt.datetime', 'evt.datetime.s', 'evt.rawtime', 'evt.rawtime.s', 'evt.rawtime.ns', 'evt.reltime', 'evt.reltime.s', 'evt.reltime.ns', 'evt.dir', 'evt.type', 'syscall.type', 'evt.category', 'evt.cpu', 'evt.args', 'evt.arg[0]', 'evt.arg.fd', 'evt.arg.name', 'evt.arg.flags',
  'evt.rawarg.res', 'evt.info', 'evt.buffer', 'evt.buflen', 'evt.rawres', 'evt.failed', 'evt.is_wait', 'evt.wait_latency', 'evt.is_syslog', 'evt.count', 'evt.count.error', 'evt.count.error.file', 'evt.count.error.net', 'evt.count.error.memory', 'evt.count.error.other', 'evt.count.exit', 'evt.abspath', 'evt.is_open_read', 'evt.is_open_write',
  'evt.is_open_exec', 'proc.pid', 'proc.exe', 'proc.name', 'proc.args', 'proc.env', 'proc.cmdline', 'proc.exeline', 'proc.cwd', 'proc.nthreads', 'proc.nchilds', 'proc.ppid', 'proc.pname', 'proc.pcmdline', 'proc.apid[1]', 'proc.apid[3]', 'proc.aname[0]', 'proc.aname[2]', 'proc.loginshellid', 'proc.duration', 'proc.fdopencount',
  'proc.fdlimit', 'proc.fdusage', 'proc.vmsize', 'proc.vmswap', 'proc.vpid', 'proc.sid', 'proc.sname', 'proc.tty', 'proc.exepath', 'proc.vpgid', 'thread.pfmajor', 'thread.pfminor', 'thread.tid', 'thread.ismain', 'thread.exectime', 'thread.totexectime', 'thread.cgroups', 'thread.cgroup.cpu', 'thread.vtid', 'thread.vmsize', 'thread.vmrss',
  'user.uid', 'user.name', 'user.homedir', 'user.shell', 'group.name', 'container.id', 'container.name', 'container.image', 'container.image.id', 'container.type', 'container.privileged', 'container.mounts', 'container.mount[0]', 'container.mount.dest[/var/*]', 'container.image.repository', 'container.image.tag', 'container.image.digest',
  'fd.num', 'fd.type', 'fd.typechar', 'fd.name', 'fd.directory', 'fd.filename', 'fd.cip', 'fd.sip', 'fd.lip', 'fd.rip', 'fd.sport', 'fd.lport', 'fd.rport', 'fd.l4proto', 'fd.sockfamily', 'fd.uid', 'fd.containername', 'fd.containerdirectory', 'fd.sproto', 'fd.connected', 'fdlist.nums', 'fdlist.names', 'fdlist.cips', 'fdlist.sips', 'fdlist.cports', 'fdlist.sports',
];

/** Fields that it fills from memory that was never set, by file. */
const UNSET: Readonly<Record<string, ReadonlySet<string>>> = { 'curl_google.scap': new Set(['proc.cwd']) };

// With -d sysdig looks at every event before it filters, as Porthole always does; without it an enter event that does not pass leaves its
// exit without descriptor and length.

/** Numbers of the events that pass each filter, in one reading. */
async function passing(file: string, filters: readonly string[]): Promise<string[][]> {
  const tests = filters.map((filter) => {
    const compiled = compileFilter(filter);
    assert.ok(compiled.ok, compiled.ok ? '' : `${filter}: ${compiled.error.message}`);
    return compiled.test;
  });
  const numbers = filters.map((): string[] => []);
  const input = await openCapture(file);
  await input.run((ctx) => {
    // sysdig prints no lines for its own internal events.
    if (ctx.view.def?.category === 'INTERNAL') return true;
    tests.forEach((passes, i) => { if (passes(ctx)) numbers[i]?.push(String(ctx.num)); });
    return true;
  });
  return numbers;
}

describe('beside sysdig', { skip: missing ?? false }, () => {
  for (const file of FILES) {
    const name = file.split('/').pop() ?? '';
    const known = (list: readonly string[]): string[] => list.filter((line) => line !== '');
    test(`${name}: all lines`, () => { same(porthole(['-r', file]), sysdig(['-r', file]), 'lines'); });
    test(`${name}: fields`, () => {
      const fields = FIELDS.filter((f) => UNSET[name]?.has(f) !== true);
      // One format for many fields: each field's text stands between bars.
      for (let i = 0; i < fields.length; i += 20) {
        const some = fields.slice(i, i + 20);
        const format = `*%evt.num${some.map((f) => ` ${f}=|%${f}|`).join('')}`;
        same(known(porthole(['-r', file, '-p', format])), known(sysdig(['-r', file, '-p', format])), some.join(' '));
      }
    });
    test(`${name}: filters`, async () => {
      const ours = await passing(file, FILTERS);
      FILTERS.forEach((filter, i) => { same(known(ours[i] ?? []), known(sysdig(['-d', '-r', file, '-p', '%evt.num', filter])), filter); });
    });
  }
});

const NEWEST = join(CAPTURES, 'new-schema.scap');
const EXPECTED = join(CAPTURES, 'new-schema.expected.txt.gz');

test('a capture of the newest schema, line by line as the libraries that wrote it print it', { skip: existsSync(NEWEST) && existsSync(EXPECTED) ? false : `there is no new-schema.scap in ${CAPTURES}; set PORTHOLE_CAPTURES` }, () => {
  const trimmed = (list: readonly string[]): string[] => list.map((line) => line.trimEnd()).filter((line) => line !== '');
  const ours = porthole(['-v', '-r', NEWEST, '-p', '*%evt.rawtime %evt.cpu %thread.tid %proc.name %evt.dir %evt.type fd=%fd.name %evt.args', 'not evt.type in (useradded, groupadded)']);
  same(trimmed(ours), trimmed(gunzipSync(readFileSync(EXPECTED)).toString().split('\n')), 'lines');
});
