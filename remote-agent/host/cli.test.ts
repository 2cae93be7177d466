// The command line as a user has it: words in, lines and exit codes out. The capture that it reads is made here.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Scene } from '../engine/fields/fieldsSupport.test.ts';
import { ScapWriter } from '../engine/scap/writer.ts';
import { ArgReader, UsageError } from './args.ts';
import { splitArguments } from './cliChisel.ts';
import { portNames } from './cliServices.ts';
import { helpText } from './help.ts';
import { referencePage } from './helpPage.ts';
import { OPTIONS } from './options.ts';
import { readCommandLine, type CommandLine } from './optionsRead.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const COMMAND = ['--import', import.meta.resolve('tsx'), MAIN];
const EVENTS = 40;
let folder = '';
let capture = '';

function makeCapture(): Uint8Array {
  const scene = new Scene();
  const parts: Uint8Array[] = [];
  const writer = new ScapWriter(scene.state, (bytes) => { parts.push(bytes.slice()); });
  writer.begin();
  for (let i = 0; i < EVENTS; i++) writer.write(scene.event('SYSCALL_READ_X', { res: 5, data: new TextEncoder().encode(`line ${i}`), fd: 3, size: 100 }, { atNs: 1_000_000_000 + i * 100_000_000, tookNs: 1000 }));
  writer.end();
  return Buffer.concat(parts);
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-cli-'));
  capture = join(folder, 'made.scap');
  writeFileSync(capture, makeCapture());
});
after(() => { rmSync(folder, { recursive: true, force: true }); });

interface Run { readonly code: number | null; readonly out: string; readonly err: string }
function run(args: readonly string[], input?: Uint8Array): Run {
  const made = spawnSync(process.execPath, [...COMMAND, ...args], { encoding: 'utf8', cwd: folder, env: { ...process.env, TZ: 'UTC' }, ...(input === undefined ? {} : { input }), timeout: 60_000 });
  return { code: made.status, out: made.stdout, err: made.stderr };
}
const EXIT = "%proc.name %evt.type %evt.latency %evt.buffer";

describe('reading a capture', () => {
  test('prints exits and the enters that were made for them, with names and times', () => {
    const { code, out, err } = run(['-r', capture]);
    assert.equal(err, '');
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 2 * EVENTS);
    assert.match(lines[0] ?? '', /^\d+ 22:13:20\.999999000 1 server \(200\) > read fd=3\(<f>\/srv\/www\/index\.html\) size=100 $/);
    assert.match(lines[1] ?? '', /^\d+ 22:13:21\.000000000 1 server \(200\) < read res=5 data=line 0 $/);
  });
  test('filter words, format, number', () => { assert.deepEqual(run(['-r', capture, '-n', '2', '-p', EXIT, 'evt.dir=<', 'and', 'container.name=web']), { code: 0, out: 'server read 1000 line 0\nserver read 1000 line 1\n', err: '' }); });
  test('gzip, and standard input', () => {
    const packed = join(folder, 'packed.scap.gz');
    writeFileSync(packed, gzipSync(readFileSync(capture)));
    const plain = run(['-r', capture]).out;
    assert.equal(run(['-r', packed]).out, plain);
    assert.equal(run(['-r', '-'], readFileSync(packed)).out, plain);
    assert.equal(run(['-r', '-'], readFileSync(capture)).out, plain);
  });
  test('JSON', () => { assert.deepEqual(run(['-r', capture, '-j', '-n', '1', '-p', '*%evt.type %fd.sip', 'evt.dir=<']), { code: 0, out: '{"evt.type":"read","fd.sip":null}\n', err: '' }); });
  test('seconds', () => { assert.equal(run(['-r', capture, '-M', '1', '-p', '%evt.num', 'evt.dir=<']).out.trimEnd().split('\n').length, 10); });
  test('summary, quiet', () => { assert.match(run(['-r', capture, '-q', '-S']).out, new RegExp(`^-{22}\\nEvent {11}#Calls\\n-{22}\\n[<>] read {12}${EVENTS}\\n`)); });
  test('counts by process', () => {
    const { code, out } = run(['view', 'processes', '-r', capture, '-j']);
    assert.equal(code, 0);
    const [first] = JSON.parse(out) as { comm: string; calls: number; errors: number; fileBytes: number; container: string }[];
    assert.deepEqual([first?.comm, first?.calls, first?.errors, first?.container], ['server', EVENTS, 0, 'web']);
    assert.match(run(['view', 'processes', '-r', capture]).out, new RegExp(`^ +CALLS .*\\n +${EVENTS} .*server \\(web\\)\\n`));
    assert.equal(run(['view', 'processes', '-r', capture, '-j', 'proc.name=nobody']).out, '[]\n');
    const missing = run(['view', 'processes', '-r', join(folder, 'missing.scap')]);
    assert.deepEqual([missing.code, missing.err.trim().split('\n').length], [1, 1]);
  });
  test('several files', () => { assert.equal(run(['-r', capture, '-r', capture, '-n', '1', '-p', EXIT, 'evt.dir=<']).out, 'server read 1000 line 0\n'.repeat(2)); });
  test('a reader that goes away ends it quietly', async () => {
    const child = spawn('sh', ['-c', `"$0" "$@" | head -1`, process.execPath, ...COMMAND, '-r', capture, '--unbuffered'], { cwd: folder });
    let out = '', err = '';
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
    await new Promise((resolve) => { child.on('close', resolve); });
    assert.equal(out.split('\n').length, 2);
    assert.equal(err, '');
  });
});

describe('writing a capture', () => {
  test('reads again as the same, belongs to its owner alone', () => {
    const copy = join(folder, 'copy.scap');
    assert.deepEqual(run(['-r', capture, '-w', copy]), { code: 0, out: '', err: '' });
    const format = ['-p', '%evt.dir %evt.type %proc.name %fd.name %evt.buffer %container.name %user.name'];
    const lines = run(['-r', copy, ...format, 'evt.dir=<']).out;
    assert.equal(lines.trimEnd().split('\n').length, EVENTS);
    assert.equal(lines, run(['-r', capture, ...format, 'evt.dir=<']).out);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
  });
  test('compressed, through a filter', () => {
    const copy = join(folder, 'copy.scap.gz');
    assert.equal(run(['-r', capture, '-z', '-w', copy, 'evt.buffer contains "line 7"']).code, 0);
    assert.ok(gunzipSync(readFileSync(copy)).length > 0);
    assert.equal(run(['-r', copy, '-p', '%evt.buffer']).out, 'line 7\n');
  });
  test('not onto the capture that is read', () => {
    const before = readFileSync(capture);
    const { code, err } = run(['-r', capture, '-w', capture]);
    assert.equal(code, 1);
    assert.match(err, /is the capture that is read.*another name/);
    assert.deepEqual(readFileSync(capture), before);
  });
  test('where nothing can be written', () => {
    const { code, err } = run(['-r', capture, '-w', join(folder, 'no', 'where.scap')]);
    assert.equal(code, 1);
    assert.match(err, /can't open .*where\.scap: there is no such file/);
  });
});

describe('damage', () => {
  test('a cut file prints what is there, and says where it ends', () => {
    const cut = join(folder, 'cut.scap');
    writeFileSync(cut, readFileSync(capture).subarray(0, -40));
    const { code, out, err } = run(['-r', cut, '-p', '%evt.buffer', 'evt.dir=<']);
    assert.equal(code, 1);
    assert.ok(out.startsWith('line 0\nline 1\n'));
    assert.match(err, /cut\.scap, at byte \d+: the file ends in the middle of a block/);
  });
  test('a cut gzip file as well', () => {
    const cut = join(folder, 'cut.gz');
    const whole = gzipSync(readFileSync(capture));
    writeFileSync(cut, whole.subarray(0, whole.length - 30));
    const { code, err } = run(['-r', cut, '-q']);
    assert.equal(code, 1);
    assert.match(err, /is cut or damaged|Was it cut/);
  });
  for (const [title, bytes, message] of [['empty', '', /the file is empty/], ['text', 'no capture at all, but a text', /this is no capture file/], ['gzip of nothing', '\x1f\x8b', /cut or damaged|the file is empty/]] as const) test(title, () => {
    const path = join(folder, `${title}.scap`);
    writeFileSync(path, bytes, 'latin1');
    const { code, out, err } = run(['-r', path]);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, message);
  });
});

describe('mistakes', () => {
  for (const [args, message] of [
    [['-r', 'nosuch.scap'], /can't open file nosuch\.scap: there is no such file/], [['-r', '.'], /it is a directory/], [['--nosuch'], /unrecognized option '--nosuch'/], [['-r'], /option requires an argument -- 'r'/], [['-n', 'x'], /can't parse the -n argument/], [['-n', '0'], /invalid event count 0/], [['-t', 'q'], /invalid modifier for flag -t/],
    [['-x', '-X'], /more than one output format/], [['-C', '0', '-r', 'made.scap'], /invalid file size0/], [['-k', 'http://x'], /-k: no Kubernetes API is asked/], [['-I', 'dummy'], /plugins cannot be loaded/], [['-P'], /-P flag cannot be used with live/], [['-r', 'made.scap', '--filter-proclist'], /must specify a filter/], [['-r', 'made.scap', '-p', '%nosuch'], /invalid formatting token nosuch/], [['-r', 'made.scap', 'proc.nme=x'], /^filter error at position 0: unknown field "proc\.nme": did you mean proc\.name/], [['-r', 'made.scap', '-c', 'nosuchchisel'], /there is no chisel of this name/], [['-i', 'nosuchchisel'], /not found/],
  ] as const) test(args.join(' '), () => {
    const { code, out, err } = run(args);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, message);
    assert.ok(!err.includes('    at '), 'no stack trace');
  });
});

describe('lists and help', () => {
  for (const [args, pattern] of [[['--help'], /^Porthole shows what happens inside containers[\s\S]*-r, --readfile FILE/], [['--version'], /^porthole version \S+\n$/], [['-l'], /^-{31}\nField Class: {18}evt\n[\s\S]*^proc\.name {21}Name of the executable/m], [['-lv'], /\(Type: UINT64\)/], [['-L'], /^< openat\(FD fd, FD dirfd/m], [['-cl'], /Category: /], [['-pp'], /^\*%evt\.num %evt\.outputtime/]] as const) test(args.join(' '), () => {
    const { code, out, err } = run(args);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, pattern);
  });
  test('doctor says something of everything', () => {
    const { code, out } = run(['doctor', '-j']);
    const told = JSON.parse(out) as { canCapture: boolean; findings: { name: string; state: string; remedy: string }[] };
    assert.equal(code, told.canCapture ? 0 : 1);
    assert.deepEqual(told.findings.map((f) => f.name).slice(0, 4), ['system', 'kernel', 'eBPF', 'kernel types']);
    for (const f of told.findings) assert.equal(f.remedy === '', f.state === 'ok' || f.state === 'none', f.name);
  });
  test('nothing was left behind', () => { assert.ok(!existsSync(join(folder, 'no'))); });
});

describe('words of the command line', () => {
  const read = (argv: readonly string[], count: (name: string) => number = () => 0): CommandLine => readCommandLine(argv, { count });
  test('options and filter words mix', () => {
    const line = read(['evt.type=open', '-r', 'f', 'and', '-qn5', 'proc.name=x', '--', '-y']);
    assert.deepEqual([line.filter, line.files, line.quiet, line.limit], ['evt.type=open and proc.name=x -y', ['f'], true, 5]);
  });
  test('long options: abbreviated, with =', () => {
    const line = read(['--readf=f', '--num', '7', '--writefile', 'o']);
    assert.deepEqual([line.files, line.limit, line.writeFile, line.quiet], [['f'], 7, 'o', true]);
    assert.throws(() => read(['--print-']), UsageError);
    assert.throws(() => read(['--quiet=1']), /doesn't allow an argument/);
  });
  test('-pc, -p, -cl', () => {
    assert.equal(read(['-pc']).containers, true);
    assert.equal(read(['-p', '%evt.num']).format, '%evt.num');
    assert.equal(read(['-cl']).action, 'listChisels');
  });
  test('a chisel takes the words that are its own', () => {
    const line = read(['-c', 'some', 'a b', 'proc.name=x'], (name) => name === 'some' ? 1 : 0);
    assert.deepEqual([line.chisels, line.filter], [[{ name: 'some', args: 'a b' }], 'proc.name=x']);
    assert.deepEqual(splitArguments(" a 'b c'  d"), ['a', 'b c', '', 'd']);
  });
  test('what comes first ends it', () => {
    assert.equal(read(['-L', '-n', 'x']).action, 'listEvents');
    assert.throws(() => read(['-n', 'x', '-L']), /can't parse/);
    assert.equal(read(['-l', '-pp']).action, 'showFormat');
  });
  test('no option stands twice', () => {
    for (const key of ['short', 'long'] as const) { const names = OPTIONS.map((o) => o[key]).filter((n) => n !== ''); assert.equal(new Set(names).size, names.length); }
    const reader = new ArgReader(['-'], OPTIONS);
    assert.equal(reader.next(), undefined);
    assert.deepEqual(reader.words, ['-']);
  });
});

describe('what the command says of itself', () => {
  test('every option is in the help and in the reference', () => {
    for (const o of OPTIONS) for (const text of [helpText(), referencePage()]) assert.ok(text.includes(o.short === '' ? `--${o.long}` : `-${o.short}`) && text.toLowerCase().includes((o.help.split(' ')[0] ?? '').toLowerCase()), `${o.short} ${o.long}`);
    for (const line of helpText(80).split('\n')) assert.ok(line.length <= 100, line);
  });
  test('docs/command-line.md is what the table makes', () => {
    assert.equal(readFileSync(fileURLToPath(new URL('../../docs/command-line.md', import.meta.url)), 'utf8'), referencePage(), 'run npm run gen');
  });
  test('names of ports', () => {
    const path = join(folder, 'services');
    writeFileSync(path, '# none\nfirst 7/tcp alias\nsecond 7/tcp\nother\t7/udp # about\nrare 9/ddp\n');
    const name = portNames(path);
    assert.deepEqual([name(7, 'tcp'), name(7, 'udp'), name(7, undefined), name(8, 'tcp'), name(9, 'tcp'), name(9, undefined)], ['first', 'other', 'first', undefined, undefined, 'rare']);
    assert.equal(portNames(join(folder, 'none'))(7, 'tcp'), undefined);
  });
});
