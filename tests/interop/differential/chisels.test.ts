// Every chisel of Debian's sysdig package, unchanged, run by sysdig and by porthole on the same captures: the same output to the byte, or the same set of lines
// where Lua leaves the order open.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { captures } from './captures.ts';
import { differential, missingSysdig, runPorthole, runSysdig, toldDifferences } from './harness.ts';
import { CONTAINER_TYPE, IPV6_PROTOCOL, JSON_ORDER, LINE_SET, TABLE_ORDER } from './chiselsKnown.ts';
import type { KnownDifference } from './harnessKnown.ts';

/** Where Debian's package puts them. */
const FOLDER = '/usr/share/sysdig/chisels/';
/** So that porthole runs the package's own, not its equals. */
const env = { SYSDIG_CHISEL_DIR: FOLDER };

interface Case {
  /** The words behind `-r FILE`, as in a shell without quotes: `·` is a blank within a word. */
  readonly words: readonly string[];
  readonly differences?: readonly KnownDifference[];
}
const chisel = (words: readonly string[], ...differences: readonly KnownDifference[]): Case => ({ words, differences });

/** Command lines by chisel; the first word of each is the chisel's name and its arguments. */
const CASES: Readonly<Record<string, Case>> = {
  bottlenecks: chisel(['bottlenecks']),
  echo_fds: chisel(['echo_fds', 'echo_fds disable_color', '-pc echo_fds fd.type=ipv4', '-j echo_fds', '-x echo_fds', '-X echo_fds', '-b echo_fds', '-A echo_fds']),
  fdbytes_by: chisel(['fdbytes_by fd.directory', 'fdbytes_by fd.type', '-pc fdbytes_by proc.name', 'fdbytes_by fd.sport evt.is_io_write=true'], TABLE_ORDER),
  fdcount_by: chisel(['fdcount_by fd.type', 'fdcount_by proc.name fd.type=file'], LINE_SET),
  fdtime_by: chisel(['fdtime_by fd.type', 'fdtime_by fd.directory'], TABLE_ORDER),
  fileslower: chisel(['fileslower 0', 'fileslower 1', "-pc fileslower 0·disable_color"]),
  flame: chisel(['flame'], JSON_ORDER),
  httplog: chisel(['httplog', '-pc httplog']),
  httptop: chisel(['httptop', 'httptop time', 'httptop bytes', 'httptop ncalls', '-pc httptop'], TABLE_ORDER),
  iobytes: chisel(['iobytes']),
  iobytes_file: chisel(['iobytes_file']),
  iobytes_net: chisel(['iobytes_net']),
  list_login_shells: chisel(['list_login_shells', 'list_login_shells sh', "list_login_shells bash·-l"], LINE_SET),
  lscontainers: chisel(['lscontainers', 'lscontainers desc'], CONTAINER_TYPE, LINE_SET),
  lsof: chisel(['lsof', "lsof 'fd.type=ipv4'", 'lsof proc.name=nginx', "lsof `fd.type=file·and·proc.name!=nginx`"], LINE_SET),
  memcachelog: chisel(['memcachelog', 'memcachelog get']),
  netlower: chisel(['netlower 0', 'netlower 1', '-pc netlower 0']),
  netstat: chisel(['netstat', "netstat 'fd.sport=80'", 'netstat fd.type=ipv6'], IPV6_PROTOCOL, LINE_SET),
  proc_exec_time: chisel(['proc_exec_time', 'proc_exec_time disable_color', '-pc proc_exec_time']),
  ps: chisel(['ps', 'ps proc.name=nginx', "ps 'fd.type=ipv4'"], LINE_SET),
  scallslower: chisel(['scallslower 0', 'scallslower 10', '-pc scallslower 0']),
  shellshock_detect: chisel(['shellshock_detect']),
  spectrogram: chisel(['spectrogram', 'spectrogram 500']),
  spy_file: chisel(['spy_file', "spy_file R", "spy_file W·log", '-pc spy_file']),
  spy_ip: chisel(['spy_ip 127.0.0.1', 'spy_ip 172.17.0.2', "-pc spy_ip 10.0.0.1·disable_color"]),
  spy_logs: chisel(['spy_logs', '-pc spy_logs']),
  spy_port: chisel(['spy_port 80', 'spy_port 3306', "-pc spy_port 443·disable_color"]),
  spy_syslog: chisel(['spy_syslog', '-pc spy_syslog']),
  spy_users: chisel(['spy_users', 'spy_users 3', '-pc spy_users', "spy_users 1·disable_color"]),
  stderr: chisel(['stderr', '-pc stderr', 'stderr disable_color']),
  stdin: chisel(['stdin']),
  stdout: chisel(['stdout']),
  subsecoffset: chisel(['subsecoffset', 'subsecoffset 500']),
  table_generator: chisel(['table_generator proc.name,fd.type·Process,Type·evt.count·N·evt.dir=<·0·none', '-j table_generator fd.type·Type·evt.rawarg.res·Bytes·evt.is_io=true·5·bytes'], TABLE_ORDER, JSON_ORDER),
  topconns: chisel(['topconns', '-pc topconns', '-j topconns'], TABLE_ORDER, JSON_ORDER),
  topcontainers_cpu: chisel(['topcontainers_cpu'], TABLE_ORDER),
  topcontainers_error: chisel(['topcontainers_error'], TABLE_ORDER),
  topcontainers_file: chisel(['topcontainers_file'], TABLE_ORDER),
  topcontainers_net: chisel(['topcontainers_net'], TABLE_ORDER),
  topfiles_bytes: chisel(['topfiles_bytes', '-pc topfiles_bytes', '-j topfiles_bytes', 'topfiles_bytes proc.name=nginx'], TABLE_ORDER, JSON_ORDER),
  topfiles_errors: chisel(['topfiles_errors', '-pc topfiles_errors'], TABLE_ORDER),
  topfiles_time: chisel(['topfiles_time', '-pc topfiles_time'], TABLE_ORDER),
  topports_server: chisel(['topports_server', '-pc topports_server'], TABLE_ORDER),
  topprocs_cpu: chisel(['topprocs_cpu', '-pc topprocs_cpu'], TABLE_ORDER),
  topprocs_errors: chisel(['topprocs_errors', '-pc topprocs_errors'], TABLE_ORDER),
  topprocs_file: chisel(['topprocs_file', '-pc topprocs_file'], TABLE_ORDER),
  topprocs_net: chisel(['topprocs_net', '-pc topprocs_net'], TABLE_ORDER),
  topscalls: chisel(['topscalls', 'topscalls evt.dir=<', '-pc topscalls', '-j topscalls'], TABLE_ORDER, JSON_ORDER),
  topscalls_time: chisel(['topscalls_time', '-pc topscalls_time'], TABLE_ORDER),
};

/** Helpers that other chisels require: no chisels themselves. */
const LIBRARIES = ['ansiterminal', 'common', 'dkjson', 'http', 'statsd'];
/** Compared in another way, or not at all. */
const APART: Readonly<Record<string, string>> = {
  around: 'writes a capture by starting the tool again: the file is compared below',
  tracers_2_statsd: 'sends datagrams; chisels have no network',
  udp_extract: 'makes a folder by os.execute and files by io.open; chisels have neither',
  wsysdig_summary: 'makes a folder by os.execute and files by io.open; chisels have neither',
};

test('every chisel of the package has its cases', { skip: missingSysdig ?? false }, () => {
  const there = readdirSync(FOLDER).filter((name) => name.endsWith('.lua') && !name.startsWith('v_')).map((name) => name.slice(0, -4));
  assert.deepEqual(there.filter((name) => !(name in CASES) && !(name in APART) && !LIBRARIES.includes(name)), []);
});

const words = (text: string): string[] => {
  const all = text.split(' ').map((word) => word.replaceAll('·', ' '));
  const options = all.findIndex((word) => !word.startsWith('-'));
  return [...all.slice(0, options), '-c', ...all.slice(options)];
};
/** Few and small, of several makers: the demonstration, what the project builds, and a real one where it is there. */
const USED = ['demo', 'life', 'shop', 'wordpress-small', 'curl_google'];
/** Names of chisels with commas between, to look at a few. */
const only = process.env['PORTHOLE_CHISEL_ONLY']?.split(',');

if (missingSysdig !== undefined || !existsSync(FOLDER)) test('chisels of the package', { skip: missingSysdig ?? `${FOLDER} is not there` }, () => undefined);
else {
  const used = captures().filter(({ name }) => USED.includes(name));
  const real = used.some(({ name }) => name === 'wordpress-small');
  const [first, ...others] = used;
  const main = used.filter(({ name }) => ['demo', 'life', real ? 'wordpress-small' : 'shop'].includes(name));
  for (const [name, { words: lines, differences = [] }] of Object.entries(CASES)) {
    if (only !== undefined && !only.includes(name)) continue;
    lines.forEach((line, i) => {
      // The first command line of a chisel on three captures, the others on one each, in turn.
      for (const capture of i === 0 ? main : [others[(i - 1) % others.length] ?? first]) {
        if (capture !== undefined) differential(`${line} on ${capture.name}`, { capture: capture.path, args: words(line), env, differences: line.includes('-j ') ? differences.filter((d) => d !== TABLE_ORDER) : differences.filter((d) => d !== JSON_ORDER || name === 'flame') });
      }
    });
  }
  // Several chisels in one run print in turns, event by event.
  if (only === undefined) {
    for (const args of [['-c', 'stdout', '-c', 'stderr'], ['-c', 'echo_fds', '-c', 'fileslower', '0', '-c', 'stdin']]) {
      const capture = used.find(({ name }) => name === 'demo') ?? first;
      if (capture !== undefined) differential(`${args.join(' ')} on ${capture.name}`, { capture: capture.path, args, env });
    }
  }
  // Captures around an event: what was written has to read the same.
  if (only === undefined || only.includes('around')) {
    for (const line of ["around out.scap·50 evt.type=open and evt.dir=<", "spy_logs out.scap·10", "spy_syslog out.scap·10"]) {
      for (const capture of main) {
        differential(`${line} on ${capture.name}`, { capture: capture.path, args: words(line), env, also: async ({ sysdig, porthole }) => {
          const files = [sysdig, porthole].map(({ folder }) => join(folder, 'out.scap'));
          assert.deepEqual(files.map((file) => existsSync(file)), [existsSync(files[0] ?? ''), existsSync(files[0] ?? '')]);
          if (existsSync(files[0] ?? '')) {
            // Numbers of events aside: each counts in its own way what tells of containers.
            const [theirs, ours] = await Promise.all(files.map((file) => runSysdig(['-r', file, '-p', '*%evt.rawtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info'])));
            assert.equal(ours?.stdout.toString('latin1'), theirs?.stdout.toString('latin1'), 'the capture that was written');
          }
        } });
      }
    }
  }
  // Views are Lua that only says what a table shows (`view_info`; one file of the package is switched off by another name): they load, and call nothing of the API.
  test('every view of the package loads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'porthole-views-'));
    try {
      const views = readdirSync(FOLDER).filter((name) => name.startsWith('v_'));
      assert.ok(views.length > 40);
      const text = views.map((name) => `local f = assert(loadstring(${longString(readFileSync(join(FOLDER, name), 'utf8'))}, "${name}")) view_info = nil f() local view = view_info or view_infoz assert(type(view) == "table" and type(view.id) == "string" and type(view.columns or {}) == "table", "${name}") n = n + 1`).join('\n');
      writeFileSync(join(folder, 'views.lua'), `description = "d" short_description = "s" category = "c" args = {} n = 0\n${text}\nfunction on_init() print(n) return true end\nfunction on_event() sysdig.end_capture() return false end\n`);
      const run = await runPorthole(['-r', first?.path ?? '', '-c', join(folder, 'views.lua')]);
      assert.equal(run.stdout.toString(), `${views.length}\n`, run.stderr);
    } finally { rmSync(folder, { recursive: true, force: true }); }
  });
}
/** Text as a string of Lua's that holds it whatever is in it. */
function longString(text: string): string { return `[====[\n${text}]====]`; }

if (only === undefined) toldDifferences(['chisel-container-type', 'chisel-ipv6-protocol', 'chisel-table-order', 'chisel-line-order', 'chisel-json-order']);

test('the list of chisels, and what is said of each, are sysdig\'s', { skip: missingSysdig ?? false }, async () => {
  const both = async (args: readonly string[]): Promise<void> => { assert.equal((await runPorthole(args, { env })).stdout.toString(), (await runSysdig(args, { env })).stdout.toString(), args.join(' ')); };
  // Porthole's own stand among them.
  const [ours, theirs] = [(await runPorthole(['-cl'], { env })).stdout.toString().split('\n'), (await runSysdig(['-cl'], { env })).stdout.toString().split('\n')];
  assert.deepEqual(theirs.filter((line) => line !== '' && !ours.includes(line)), []);
  for (const name of ['topscalls', 'ps', 'spy_logs', 'fdcount_by']) await both(['-i', name]);
});
