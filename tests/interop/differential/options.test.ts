// Every option of the command line beside sysdig: alone, together, wrongly used; every form of time, buffers and lines.
import { readFileSync, truncateSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { differential, toldDifferences } from './harness.ts';
import { OWN_WORDS, PROGRESS_WORD } from './harnessKnown.ts';

const DEMO = fileURLToPath(new URL('../../../extension/media/demo.scap', import.meta.url));

// ---- captures that are not whole
const folder = mkdtempSync(join(tmpdir(), 'porthole-options-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });
const made = (name: string, bytes: Uint8Array | string): string => { const path = join(folder, name); writeFileSync(path, bytes); return path; };
const plain = gunzipSync(readFileSync(DEMO));
const PLAIN = made('plain.scap', plain);
const CUT = made('cut.scap', plain.subarray(0, 400_000));
const CUT_GZIP = made('cut.scap.gz', readFileSync(DEMO));
truncateSync(CUT_GZIP, 60_000);
const EMPTY = made('empty.scap', '');
const TEXT = made('text.scap', 'this is no capture at all, but a text of some length\n');
const NOWHERE = join(folder, 'nosuch.scap');

/** Words behind `-r DEMO`; two blanks or quotes are not needed here: words are split at blanks, `·` stands for a blank inside a word. */
const words = (text: string): string[] => text === '' ? [] : text.split(' ').map((word) => word.replaceAll('·', ' '));

const TIMES = ['h', 'a', 'r', 'd', 'D'];
const BUFFERS = ['-A', '-b', '-x', '-X'];
const LATENCY = '*%evt.num·%evt.outputtime·%evt.latency·%evt.deltatime·%evt.reltime';

const ON_DEMO: readonly string[] = [
  '', '-n 1', '-n 5', '-n5', '--numevents 5', '--numevents=5', '--num=5', '-n 010', '-n +3', '-n 99999999999999999999 -q', '-n 1000000 -q',
  // Times.
  ...TIMES.flatMap((t) => [`-t ${t}`, `-t${t} -n 20 evt.dir=<`, `-t ${t} -p ${LATENCY}`, `-j -t ${t} -n 50`]), '--timetype a -n 3', '--timet=r -n 3',
  // Contents of buffers, in lines and JSON.
  ...BUFFERS.flatMap((b) => [`${b} evt.type=read or evt.type=write`, `${b} -j evt.type=read`, `-j ${b} -n 100`, `${b} -v evt.type=sendto or evt.type=recvfrom`, `${b} -p %evt.buffer`, `${b} -d -p *%evt.num·%evt.arg.data`]),
  '--print-ascii -n 30', '--print-base64 -n 30', '--print-hex -n 30', '--print-hex-ascii -n 30', '-v', '-v evt.type=read', '--verbose -n 10', '-v -p %evt.buffer', '-v -j -p %evt.buffer',
  // Formats.
  '-p %evt.num', '-p%evt.num', '--print %evt.num', '--print=%proc.name', '-p *%evt.num', '-p %fd.name', '-p *%fd.name', '-p %30proc.name|%5evt.num|', '-p *%20fd.name|', '-p %evt.num\\t%evt.type\\n%evt.dir', '-p \\e[01mx\\e[00m%evt.num -n 3', '-p \\e[01m%evt.num -n 3 -q', '-p \\e[01m%evt.num -n 3 -j', '-p \\\\%evt.num -n 2',
  '-p abc', '-p * -n 2', '-p a%evt.numabc -n 3', '-p %evt.arg[0]', '-p *%evt.arg.res', '-p %proc.aname[1]', '-p %proc.name·%proc.name', '-p %evt.num -p %evt.type -n 4', '-p *%evt.num·%evt.info', '-p *%evt.num·%evt.args',
  '-pc', '-pcontainer -n 50', '-p c -n 50', '-p container -n 5', '-pk -n 50', '-pkubernetes -n 5', '-pm -n 50', '-pmesos -n 5', '-pc -p %evt.num -n 4', '-p %evt.num -pc -n 4', '-pc -j -n 10',
  '-pp', '-pc -pp', '-pk -pp', '-pm -pp', '-p %evt.num -pp', '-j -pp', '-pp -l', '-l -pp', '-pp -n x', '-p p',
  // JSON.
  '-j', '--json -n 5', '-j -p %evt.num·%proc.name·%fd.name', '-j -p *%evt.num·%fd.name·%evt.failed', '-j -p %evt.time·%evt.rawtime·%evt.rawtime.ns·%evt.reltime·%evt.latency -n 200', '-j -p *%proc.pid·%thread.tid·%evt.is_io·%evt.cpu·%proc.cmdline', '-j -p *%evt.buffer·%evt.args', '-j -v -n 300', '-jqS',
  // Limits, summaries, quiet.
  '-q', '--quiet', '-S', '-S -q', '-qS', '--summary -q', '-S -n 3', '-S -q evt.dir=<', '-S -q -d evt.dir=<', '-S -q evt.type=open', '-S -q evt.num<0', '-M 1', '-M1 -S -q', '-M 3 -S -q', '-M 100 -q -S', '-M 1x -q -S', '-M 2 -d -S evt.type=close', '-n 3 -d evt.dir=<', '-n 300 -d -S -q proc.name=nginx', '-n 7 -M 1',
  // Filters among the words.
  'evt.type=close', '-n 3 evt.type=close and evt.dir=<', 'evt.type=close -n 3 and evt.dir=>', '-- evt.type=close', 'evt.type=close -- and evt.dir=<', '-n3 -- evt.type=close', '-d evt.type=close', '--displayflt evt.type=close', '-d -p %evt.deltatime evt.type=close', '-d -t D evt.type=openat', '-n2 evt.num=6·', '-n2 ', 'evt.type·=·close -n 2', 'proc.name=nosuchprocess', '-d proc.name=nosuchprocess -S',
  // What changes nothing about a capture.
  '-D -n 12', '-D -S -q', '--debug -q', '-E -n 20', '-E -p *%user.name·%user.uid·%user.homedir·%user.shell·%group.name·%group.gid·%user.loginname', '--exclude-users -p %user.name', '-s 5 -n 30', '-s x -n 3', '-s -5 -n 3', '--snaplen=10 -n 3', '-F -n 5', '--fatfile -n 5', '-z -n 5', '--compress -n 5', '-T -n 5', '-u -n 5', '-U nginx -n 50', '-U a -U b -n 3', '--suppress-comm nginx -n 9',
  '--page-faults -n 3', '--large-environment -n 3', '--cri /nosuch -n 3', '--cr /nosuch -n 3', '--cri-timeout 5 -n 3', '-k http://127.0.0.1:1 -n 3', '-K a:b -n 3', '--node-name x -n 3', '-B -n 3', '-Bx -n 3', '--bpf=x -n 3', '--bpf -n 3', '-C 1 -q', '-G 1 -q', '-e 5 -q', '-e 0x10 -q', '-e -5 -q', '-W 2 -q', '-C 1x -q', '--unbuffered -n 50', '--unbuffered -j -n 50', '--filter-proclist evt.num<20', '-w  -n 3',
  '-R -n 200', '--resolve-ports -n 3', '-R -p %fd.name', '-R -p *%evt.args·%fd.sport·%fd.cport', '-P -q', '-P -n 3', '-P -S -q',
  // The order of options.
  '-L -n x', '-n 2 -n 4', '-t r -t a -n 3', '-j -j -n 2', '-q -q', '-S -S -q -n 9',
  // Wrong words.
  '-n 0', '-n x', '-n 3x', '-n 1.5', '-n 0x10', '-n 5·', '-n', '-M 0', '-M x', '-M -1', '-M', '-t q', '-t hh', '-t', '-C 0', '-C x', '-C -1', '-G 0', '-G x', '-e 0', '-e x', '-W 0', '-W x', '-x -X', '-x -b', '-x -A', '-A -x', '-b -X', '-A -A', '-b -b', '-x -x', '-j -A -X', '-j -x -A', '--cri-timeout x', '-H dummy', '-I dummy', '--plugin-config-file /nosuch', '-N x', '-y', '-a', '-o', '-g', '--nosuch', '--print-', '--l', '--quiet=1', '--json=x', '-c', '-i', '-i nosuchchisel', '-c nosuchchisel', '--chisel nosuchchisel', '-r', '--readfile', '-w', '-p', '-U', '-s', '-k',
  '-p  -n 1', '-p %', '-p %5', '-p %nosuch', '-p %%', '-p %evt.num%', '-p %evt.around', '-p %evt.arg', '-p %proc.nosuch', '-S -p %nosuch', '-p \\e%nosuch',
  'evt.nosuch=1', 'evt.num=', 'evt.num=x', 'and', '(evt.num=1', 'evt.num=1)', 'evt.num=1 and', 'evt.num 1', '-S evt.nosuch=1', '-d evt.nosuch=1', '--filter-proclist', '-S --filter-proclist', '-S -n x', '-n x -S', '-S -t x', '-S -x -X', '-S -i nosuchchisel', '-S -c nosuchchisel', ' ', '· -n 1',
];

for (const text of ON_DEMO) differential(`[${text}]`, { capture: DEMO, args: words(text) });

/** Other captures, several, and none. */
const ELSEWHERE: readonly (readonly string[])[] = [
  ['-r', PLAIN], ['-r', PLAIN, '-S', '-q'], ['--readfile', DEMO, '-n', '3'], ['--readf', DEMO, '-n', '3'], [`--read=${DEMO}`, '-n', '3'], [`-r${DEMO}`, '-n', '3'], ['-qr', DEMO], ['-qSr', DEMO],
  ['-r', DEMO, '-r', PLAIN, '-n', '3'], ['-r', DEMO, '-r', DEMO, '-S', '-n', '7'], ['-r', DEMO, '-r', DEMO, '-S', '-q'], ['-r', DEMO, '-r', PLAIN, '-t', 'r', '-n', '40'], ['-r', DEMO, '-r', PLAIN, '-M', '1', '-p', '%evt.num'], ['-r', PLAIN, '-r', DEMO, '-p', '%evt.deltatime %evt.num', '-n', '4'], ['-r', DEMO, '-r', DEMO, '-n', '1', '-p', '\\e[01mx'], ['-r', DEMO, '-r', DEMO, '-d', '-n', '30', 'evt.dir=<'],
  ['-m', 'http://127.0.0.1:1', '-r', DEMO, '-n', '3'],
  ['-r', NOWHERE], ['-r', NOWHERE, '-S'], ['-r', NOWHERE, '-v'], ['-r', NOWHERE, '-P'], ['-r', NOWHERE, '-p', '\\e[01mx'], ['-r', DEMO, '-r', NOWHERE, '-n', '3'], ['-r', DEMO, '-r', NOWHERE, '-n', '3', '-S'], ['-r', DEMO, '-r', NOWHERE, '-n', '1', '-p', '\\e[01mx'], ['-r', NOWHERE, '-r', DEMO], ['-r', ''], ['-r', folder], ['-r', '/dev/null'],
  ['-r', EMPTY], ['-r', EMPTY, '-S'], ['-r', TEXT], ['-r', TEXT, '-S', '-q'], ['-r', TEXT, '-r', DEMO],
  ['-r', CUT], ['-r', CUT, '-S', '-q'], ['-r', CUT, '-n', '100'], ['-r', CUT, '-p', '\\e[01m%evt.num', 'evt.num<20'], ['-r', CUT, '-r', DEMO, '-q', '-S'], ['-r', CUT_GZIP], ['-r', CUT_GZIP, '-q', '-S'], ['-r', CUT_GZIP, '-j', '-p', '%evt.num'], ['-r', CUT, 'evt.type=close'],
  ['-r', DEMO, '-w', join(folder, 'no', 'where.scap')], ['-r', DEMO, '-S', '-w', join(folder, 'no', 'where.scap')], ['-r', DEMO, '-w', 'out.scap'], ['-r', DEMO, '-w', 'out.scap', '-S'], ['-r', DEMO, '-qw', 'out.scap', '-z', '-n', '50'], ['-r', DEMO, '--writefile=out.scap', '-v', 'evt.type=close'],
  ['-L'], ['--list-events'], ['-r', DEMO, '-L'], ['-L', '-l'], ['-pp'], ['-j', '-pp'], ['-P'], ['-n', 'x'], ['--nosuch'], ['-t', 'x'], ['-x', '-X'], ['-A', '-A'], ['-C', '0'], ['-I', 'dummy'], ['--filter-proclist'], ['--filter-proclist', 'evt.num=1'],
];
for (const args of ELSEWHERE) differential(`[${args.map((word) => word.replace(folder, 'FOLDER').replace(DEMO, 'DEMO') || "''").join(' ')}]`, { capture: '', args });

// ---- where Porthole differs, or only the exit code can be the same
for (const args of [['--help'], ['-h', '-n', 'x'], ['--version'], ['--version', '--nosuch'], ['--libs-version'], ['-l'], ['-lv'], ['--list'], ['--list-markdown'], ['-l', '--list-markdown'], ['-cl'], ['-c', 'l'], ['--list-chisels'], ['--list-c'], ['-cl', '-n', 'x'], ['-i', 'topprocs_cpu'], ['-Il']]) {
  differential(`[${args.join(' ')}], by its exit code`, { capture: '', args, differences: [OWN_WORDS] });
}
for (const args of [['--progress', '-q'], ['--progress', 'evt.num<9']]) differential(`[${args.join(' ')}]`, { capture: DEMO, args, differences: [PROGRESS_WORD] });

toldDifferences(['summary-ties', 'own-words', 'progress-word']);
