// The talk with sudo: prompts in any pieces, wrong passwords, refusals; and with the real programs of this machine.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { CancelledError } from '../base/text.ts';
import { SudoDialog, makeMarks, rootWords, shellJoin, shellQuote, sudoProblem } from './sudo.ts';

const marks = { prompt: '[P]', ready: '[R]' };
function dialog(answers: (string | undefined)[]): { dialog: SudoDialog; written: string[]; printed: string[]; asked: number[] } {
  const written: string[] = [], printed: string[] = [], asked: number[] = [];
  return {
    written, printed, asked,
    dialog: new SudoDialog({ marks, host: 'web', user: 'me', ask: attempt => { asked.push(attempt); return Promise.resolve(answers.shift()); }, write: text => written.push(text), print: text => printed.push(text) }),
  };
}
const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('no password needed: ready at once, and the rest is the agent\'s', async () => {
  const d = dialog([]);
  d.dialog.feed('We trust you.\n[R]\nagent says\n');
  await d.dialog.ready;
  d.dialog.feed('more [P]');
  assert.deepEqual(d.printed, ['We trust you.\n', 'agent says\n', 'more [P]']);
  assert.deepEqual(d.asked, []);
});

test('marks in pieces; a wrong password is asked for again', async () => {
  const d = dialog(['wrong', 'right']);
  for (const piece of ['[', 'P', ']']) d.dialog.feed(piece);
  await turn();
  d.dialog.feed('Sorry, try again.\n[P');
  d.dialog.feed(']');
  await turn();
  for (const piece of '[R]\n') d.dialog.feed(piece);
  await d.dialog.ready;
  assert.deepEqual(d.written, ['wrong\n', 'right\n']);
  assert.deepEqual(d.asked, [1, 2]);
});

test('wrong three times, refused, cancelled: each says its own', async () => {
  const wrong = dialog(['a', 'b', 'c']);
  for (let i = 0; i < 3; i++) { wrong.dialog.feed('[P]'); await turn(); wrong.dialog.feed('Sorry, try again.\n'); }
  wrong.dialog.feed('sudo: 3 incorrect password attempts\n');
  wrong.dialog.ended(1);
  await assert.rejects(wrong.dialog.ready, /did not accept the password/);
  const refused = dialog(['a']);
  refused.dialog.feed('[P]'); await turn();
  refused.dialog.feed('me is not in the sudoers file.'); refused.dialog.ended(1);
  await assert.rejects(refused.dialog.ready, /may not use sudo/);
  const cancelled = dialog([undefined]);
  cancelled.dialog.feed('[P]');
  await assert.rejects(cancelled.dialog.ready, CancelledError);
});

test('problems and remedies', () => {
  assert.match(sudoProblem('sh: sudo: not found', 127, 'h', 'u').message, /has no sudo/);
  assert.match(sudoProblem('sudo: sorry, you must have a tty to run sudo', 1, 'h', 'u').remedy, /requiretty/);
  assert.match(sudoProblem('boom', 3, 'h', 'u').message, /exit 3.*boom/);
});

test('words for the shell stay what they are', () => {
  for (const word of ['plain', "it's", '$(reboot)', 'a b', '`x`', '"', '\\', 'ü\n']) {
    assert.equal(spawnSync('sh', ['-c', `printf %s ${shellQuote(word)}`], { encoding: 'utf8' }).stdout, word);
  }
  assert.equal(shellJoin(['a', 'b c']), "a 'b c'");
});

test('as root: the command begins, with its arguments and stdin untouched', async () => {
  const real = makeMarks();
  const words = rootWords(['sh', '-c', 'cat; printf "%s" "$1"', 'x', "it's"], true, real);
  const child = spawn('sh', ['-c', shellJoin(words)]);
  const d = new SudoDialog({ marks: real, host: 'h', user: 'u', ask: () => Promise.resolve(undefined), write: () => { assert.fail('nothing to answer'); }, print: () => { /* */ } });
  child.stderr.on('data', (chunk: Buffer) => d.feed(chunk.toString()));
  await d.ready;
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  child.stdin.end('protocol ');
  await new Promise(resolve => child.on('close', resolve));
  assert.equal(out, "protocol it's");
});

const sudo = spawnSync('sudo', ['-V']).status === 0;
test('real sudo begins the command', { skip: sudo ? false : 'SKIPPED: sudo is not installed here' }, async () => {
  const real = makeMarks();
  const [program, ...words] = rootWords(['id', '-u'], false, real);
  const child = spawn(program ?? '', words);
  const d = new SudoDialog({ marks: real, host: 'h', user: 'u', ask: () => Promise.resolve(undefined), write: () => { /* */ }, print: () => { /* */ } });
  child.stderr.on('data', (chunk: Buffer) => d.feed(chunk.toString()));
  child.on('close', code => d.ended(code));
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  await d.ready;
  await new Promise(resolve => child.on('close', resolve));
  assert.equal(out.trim(), '0');
});

test('a host that prints without end, and no line, does not fill the memory; the mark behind it is found', async () => {
  const d = dialog([]);
  for (let i = 0; i < 200; i++) d.dialog.feed('x'.repeat(10_000));
  assert.ok(d.printed.join('').length > 1_900_000, 'what cannot hold a mark is passed on');
  for (const piece of ['[', 'R', ']\n']) d.dialog.feed(piece);
  await d.dialog.ready;
  assert.equal(d.printed.join('').length, 2_000_000);
});
