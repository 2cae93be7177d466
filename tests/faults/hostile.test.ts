// A process that does its worst to whoever watches it (hostile.c): the agent takes in all of it, its protocol stays whole, and no terminal is steered by it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAgent, until } from '../../remote-agent/host/agentSupport.test.ts';
import { CountEvents, GetDescriptors, GetEvent, GetEvents, GetProcesses, GetStatus, GetViewport, type EventRowMessage } from '../../remote-agent/protocol/messages.ts';

const AGENT = fileURLToPath(new URL('../../dist/agent/main.cjs', import.meta.url));
const skip = process.getuid?.() !== 0 ? 'SKIPPED: the probe needs root' : !existsSync('/sys/kernel/btf/vmlinux') ? 'SKIPPED: this kernel has no BTF'
  : process.arch !== 'x64' ? 'SKIPPED: hostile.c knows x86-64 alone' : spawnSync('cc', ['--version']).error !== undefined ? 'SKIPPED: there is no C compiler' : false;
const folder = mkdtempSync(join(tmpdir(), 'porthole-hostile-'));
const program = join(folder, 'hostile');
const running = new Set<ChildProcess>();
after(() => { for (const child of running) child.kill('SIGKILL'); rmSync(folder, { recursive: true, force: true }); });
if (skip === false) execFileSync('cc', ['-O2', '-o', program, fileURLToPath(new URL('hostile.c', import.meta.url)), '-Wno-unused-result'], { stdio: 'pipe' });

interface Hostile { readonly pid: number; readonly child: ChildProcess; go(): void; readonly done: Promise<void> }
let made = 0;
/** Waits until it is told to go, making a few calls meanwhile; its id is known before. Afterwards it stays, with the worst of its names. */
function hostile(): Hostile {
  const place = join(folder, `place-${String(made++)}`), go = `${place}.go`;
  mkdirSync(place);
  const child = spawn('sh', ['-c', 'until [ -e "$2" ]; do sleep 0.05; done; exec "$0" "$1" stay', program, place, go], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const done = new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => { assert.deepEqual(readdirSync(place), [], 'it has cleaned up'); resolve(); });
    child.once('exit', (code) => { running.delete(child); reject(new Error(`hostile ended with ${String(code)}`)); });
  });
  done.catch(() => undefined);
  return { pid: child.pid ?? 0, child, done, go: () => { writeFileSync(go, ''); } };
}

/** Every pointer is tried in each of these; none of them is made elsewhere in the program. */
const POINTERS = 12;
const ONLY_BAD = ['creat', 'openat2', 'recvmsg', 'sendmsg', 'getsockopt', 'select', 'ppoll', 'poll', 'epoll_ctl', 'pwritev', 'readv', 'umount2', 'chmod', 'link'];

test('the agent takes in all of it, and answers as ever', { skip, timeout: 120_000 }, async () => {
  const agent = startAgent(['--ring', '64M']);
  await agent.hello();
  const evil = hostile();
  evil.go();
  await evil.done;
  const { connection } = agent;
  const filter = `proc.pid=${evil.pid}`;
  const range = async (): Promise<{ startNs: number; endNs: number }> => ({ startNs: 0, endNs: (await connection.sendRequest(GetStatus)).endNs });
  const count = async (text: string): Promise<number> => (await connection.sendRequest(CountEvents, { filter: text, ...await range() })).count;
  assert.equal(await until(() => count(`${filter} and evt.type=openat and evt.args contains hostile-end`), (n) => n === 1), 1, 'its last call');
  for (const type of ONLY_BAD) assert.equal(await count(`${filter} and evt.type=${type}`), POINTERS, type);

  // Every row and every detail comes whole.
  const rows: EventRowMessage[] = [];
  for (let fromRow = -1; ;) {
    const page = await connection.sendRequest(GetEvents, { filter, ...await range(), fromRow, direction: 'forward', count: 500 });
    rows.push(...page.rows);
    if (page.nextRow < 0) break;
    fromRow = page.nextRow;
  }
  assert.equal(rows.length, await count(filter));
  assert.ok(rows.length > 1500, `${rows.length} events`);
  for (const { row } of rows) {
    const details = await connection.sendRequest(GetEvent, { row });
    assert.equal(details.row, row);
    assert.ok(details.parameters.every(({ name, value }) => name !== '' && typeof value === 'string'), JSON.stringify(details));
  }
  const process_ = (await connection.sendRequest(GetProcesses, { containerId: '' })).find(({ pid }) => pid === evil.pid);
  assert.equal(process_?.comm, '\n\n\x1b[2J\r\x07\n\x1b]0;', 'its name as it is: whoever shows it has to look after it');
  assert.ok((await connection.sendRequest(GetDescriptors, { pid: evil.pid })).length > 3);
  const status = await connection.sendRequest(GetStatus);
  await connection.sendRequest(GetViewport, { startNs: 0, endNs: status.endNs, filter, widthPx: 500, lanes: ['h'] });
  // What else is lost, is lost for want of room.
  assert.deepEqual(status.losses.filter(({ cause }) => cause !== 'ring full'), []);
  evil.child.kill();
  assert.equal(await agent.end(), 0);
  const said = agent.stderr().split('\n').filter((line) => line !== '');
  assert.ok(said.length > 0);
  for (const line of said) {
    assert.doesNotMatch(line, /[\x00-\x1f\x7f]/);
    const { level, message } = JSON.parse(line) as { level: string; message: string };
    assert.ok(level !== 'error' || !/not be taken in|cannot be read/.test(message), line);
  }
});

const noTerminal = spawnSync('script', ['--version']).status !== 0 ? 'SKIPPED: script is not installed (Debian: bsdutils)' : !existsSync(AGENT) ? 'SKIPPED: dist/agent is not built (npm run build)' : false;
/** What the command prints of the hostile process and its children on a terminal; line ends as the terminal has them are taken back. */
async function onTerminal(args: string): Promise<string> {
  const evil = hostile();
  const output = join(folder, `terminal-${String(made)}`), pidFile = `${output}.pid`, log = `${output}.err`;
  const command = `echo $$ > '${pidFile}'; exec '${process.execPath}' '${AGENT}' --unbuffered ${args} 'proc.pid=${evil.pid} or proc.apid=${evil.pid}' 2>'${log}'`;
  const terminal = spawn('script', ['-qefc', command, output], { stdio: ['ignore', 'ignore', 'inherit'] });
  running.add(terminal);
  const ended = new Promise<void>((resolve) => { terminal.once('exit', () => { running.delete(terminal); resolve(); }); });
  const read = (): string => { try { return readFileSync(output, 'utf8'); } catch { return ''; } };
  // It watches when it prints what the other one does while that waits.
  await until(read, (text) => text.includes('sleep'));
  evil.go();
  await evil.done;
  const text = await until(read, (all) => all.includes('hostile-end'), 100);
  assert.match(text, /hostile-end/, readFileSync(log, 'utf8'));
  process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGINT');
  await ended;
  evil.child.kill();
  return read().replace(/^Script started[^\n]*\n/, '').replace(/\r?\n?Script done[^\n]*\n$/, '').replaceAll('\r\n', '\n');
}

/** The colours that the command gives its own lines. Those of the hostile process are others. */
const OWN_COLOURS = /\x1b\[(?:00|01;3[0-7]|0|3[0-7])m/g;
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

describe('on a terminal', { skip: skip || noTerminal, timeout: 120_000 }, () => {
  for (const [what, args, line] of [
    ['the usual lines', '', /^\d+ /],
    ['a format with everything that it may name', '-p "*E|%proc.name|%proc.exe|%proc.cmdline|%proc.cwd|%proc.env|%fd.name|%evt.args|%evt.buffer|%evt.info"', /^E\|/],
    ['whole buffers', '-v', /^\d+ /],
  ] as const) test(`${what}: a line an event, and nothing that steers`, async () => {
    const text = (await onTerminal(args)).replace(OWN_COLOURS, '');
    assert.doesNotMatch(text.replaceAll('\n', ''), STEERING);
    const lines = text.split('\n').filter((each) => each !== '');
    assert.ok(lines.length > 1500, `${lines.length} lines`);
    assert.deepEqual(lines.filter((each) => !line.test(each)).slice(0, 5), []);
  });
  test('JSON: an object a line', async () => {
    // JSON leaves 0x7f as it is; terminals ignore it.
    const text = (await onTerminal('-j')).replace(OWN_COLOURS, '').replaceAll('\x7f', '');
    assert.doesNotMatch(text.replaceAll('\n', ''), STEERING);
    const lines = text.split('\n').filter((each) => each !== '');
    assert.ok(lines.length > 1500, `${lines.length} lines`);
    for (const each of lines) JSON.parse(each);
  });
  test('buffers with their line ends: nothing that steers', async () => {
    assert.doesNotMatch((await onTerminal('-A')).replace(OWN_COLOURS, '').replaceAll('\n', ''), STEERING);
  });
});
