// SSH against a real sshd on loopback (keys, host keys, commands, files, the agent's installation), and against a small server of ssh2's for the
// ways of authentication that would need an account of their own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import ssh2, { type AuthContext } from 'ssh2';
import { CancelledError, UserError } from '../base/text.ts';
import { NO_SSHD, freePort, makeKey, startSshd, type TestSshd } from '../test/sshd.ts';
import { describeAgent, installAgent, versionFolder } from './agentInstaller.ts';
import type { SshTarget } from './hostConfig.ts';
import { fingerprint, knownHostLine, parseKnownHosts } from './knownHosts.ts';
import { SecretCache, type HostKeyQuestion, type Prompts, type SecretQuestion } from './prompts.ts';
import { SshConnection, orderHostKeyAlgorithms } from './sshConnection.ts';

/** Answers given one after another, and what was asked. */
class Answers implements Prompts {
  readonly secrets: (string | undefined)[];
  readonly trust: boolean;
  readonly asked: SecretQuestion[] = [];
  readonly keys: HostKeyQuestion[] = [];
  constructor(trust: boolean, ...secrets: (string | undefined)[]) { this.trust = trust; this.secrets = secrets; }
  askSecret(question: SecretQuestion): Promise<string | undefined> { this.asked.push(question); return Promise.resolve(this.secrets.shift()); }
  confirmHostKey(question: HostKeyQuestion): Promise<boolean> { this.keys.push(question); return Promise.resolve(this.trust); }
}
const connect = (target: SshTarget, prompts: Prompts, secrets = new SecretCache(), jumpTarget?: (name: string) => SshTarget): Promise<SshConnection> =>
  SshConnection.connect(target, { prompts, secrets, log: () => undefined, ...(jumpTarget === undefined ? {} : { jumpTarget }) });
const keyOf = (file: string): Buffer => Buffer.from(readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '', 'base64');
const trusting = (): Answers => new Answers(true);

test('known kinds of host keys are asked for first', () => {
  assert.deepEqual(orderHostKeyAlgorithms(['ssh-rsa']).slice(0, 3), ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']);
  assert.equal(orderHostKeyAlgorithms(['ecdsa-sha2-nistp256'])[0], 'ecdsa-sha2-nistp256');
  assert.equal(orderHostKeyAlgorithms([]).length, 7);
});

test('a way that leads in a circle is an error that says so', async () => {
  const target: SshTarget = {
    kind: 'ssh', name: 'round', hostName: 'round.invalid', port: 22, user: 'u', identityFiles: [], identitiesOnly: true, agentSocket: '', jumps: ['round'], hostKeyAlias: '', knownHostsFiles: [], hashKnownHosts: false, strict: false, connectTimeoutMs: 1000,
  };
  await assert.rejects(connect(target, trusting(), new SecretCache(), () => target), (error: unknown) => error instanceof UserError && error.final && /in a circle/.test(error.message));
});

describe('a real sshd', { skip: NO_SSHD }, () => {
  let sshd: TestSshd;
  before(async () => { if (NO_SSHD === false) sshd = await startSshd(); });
  after(async () => { await sshd?.stop(); });

  test('an unknown host is asked about; no: nothing is written; yes: it is known from then on', async () => {
    const no = new Answers(false);
    await assert.rejects(connect(sshd.target(), no), CancelledError);
    assert.equal(no.keys[0]?.fingerprint, fingerprint(keyOf(sshd.hostKey)));
    assert.equal(no.keys[0]?.host, `[127.0.0.1]:${sshd.port}`);
    assert.ok(!existsSync(sshd.knownHosts));
    await assert.rejects(connect(sshd.target({ strict: true }), no), /StrictHostKeyChecking/);
    const yes = trusting();
    (await connect(sshd.target({ hashKnownHosts: true }), yes)).dispose();
    assert.equal(yes.keys.length, 1);
    assert.match(readFileSync(sshd.knownHosts, 'utf8'), /^\|1\|/);
    const again = new Answers(false);
    (await connect(sshd.target(), again)).dispose();
    assert.equal(again.keys.length, 0);
  });

  test('a changed key is refused, with both fingerprints and what to do', async () => {
    const other = join(sshd.folder, 'other'), file = join(sshd.folder, 'known_other');
    makeKey(other);
    writeFileSync(file, knownHostLine('127.0.0.1', sshd.port, keyOf(other)));
    const prompts = trusting();
    await assert.rejects(connect(sshd.target({ knownHostsFiles: [file] }), prompts), (error: unknown) => {
      assert.ok(error instanceof UserError && error.final);
      assert.ok(error.message.includes(fingerprint(keyOf(sshd.hostKey))) && error.message.includes(fingerprint(keyOf(other))));
      assert.match(error.remedy, /ssh-keygen -f .*known_other -R '\[127\.0\.0\.1\]:\d+'/);
      return true;
    });
    assert.equal(prompts.keys.length, 0);
    assert.equal(parseKnownHosts(readFileSync(file, 'utf8'), file).length, 1);
  });

  test('commands: output, exit code, stdin; a terminal', async () => {
    const connection = await connect(sshd.target(), trusting());
    const result = await connection.run('cat; echo err >&2; exit 7', 'in');
    assert.deepEqual(result, { code: 7, stdout: 'in', stderr: 'err\n' });
    const pty = await connection.exec('stty size; cat', { columns: 91, rows: 33 });
    let out = '';
    pty.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    pty.stdin.write('\u0004');
    await pty.exit;
    assert.match(out, /33 91/);
    let closed = '';
    connection.onClosed(reason => { closed = reason; });
    connection.dispose();
    await new Promise(resolve => setTimeout(resolve, 200));
    assert.notEqual(closed, '');
    await assert.rejects(connection.exec('true'), /gone/);
  });

  test('a key with a passphrase: a wrong one is asked for again, the right one is remembered', async () => {
    const locked = join(sshd.folder, 'locked');
    makeKey(locked, 'open sesame');
    writeFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${locked}.pub`), { flag: 'a' });
    const target = sshd.target({ identityFiles: [join(sshd.folder, 'missing'), locked] });
    const prompts = new Answers(true, 'wrong', 'open sesame');
    const secrets = new SecretCache();
    (await connect(target, prompts, secrets)).dispose();
    assert.equal(prompts.asked.length, 2);
    assert.match(prompts.asked[1]?.prompt ?? '', /not it.*locked/);
    const silent = trusting();
    (await connect(target, silent, secrets)).dispose();
    assert.equal(silent.asked.length, 0);
  });

  test('the keys of an SSH agent', async () => {
    const socket = join(sshd.folder, 'agent.sock');
    const started = execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]);
    try {
      execFileSync('ssh-add', ['-q', sshd.keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
      (await connect(sshd.target({ identityFiles: [], identitiesOnly: false, agentSocket: socket }), trusting())).dispose();
    } finally { process.kill(pid); }
  });

  test('nobody is let in without a right key, and the message names what was tried and what is accepted', async () => {
    const stranger = join(sshd.folder, 'stranger');
    makeKey(stranger);
    await assert.rejects(connect(sshd.target({ identityFiles: [stranger] }), trusting()), (error: unknown) => error instanceof UserError && error.final && /stranger/.test(error.message) && /publickey/.test(error.message));
  });

  test('through a jump host', async () => {
    const jumped = await connect(sshd.target({ jumps: ['jump'] }), trusting(), new SecretCache(), () => sshd.target());
    assert.equal((await jumped.run('echo here')).stdout, 'here\n');
    jumped.dispose();
  });

  test('nothing listens, no such name, an answer that never comes', async () => {
    await assert.rejects(connect(sshd.target({ port: await freePort() }), trusting()), /nothing listens/);
    await assert.rejects(connect(sshd.target({ hostName: 'no-such-host.invalid' }), trusting()), /name is not known|cannot be reached/);
    const { createServer } = await import('node:net');
    const mute = createServer(socket => { socket.resume(); socket.on('error', () => undefined); });
    await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await assert.rejects(connect(sshd.target({ port, connectTimeoutMs: 1000 }), trusting()), /did not answer within 1 seconds/);
    mute.close();
  });

  test('the agent is copied once, checked, private, and takes the place of older versions', async () => {
    const path = join(sshd.folder, 'agent-program');
    writeFileSync(path, `#!/bin/sh\necho agent "$@"\n#${'x'.repeat(700_000)}\n`);
    const agent = await describeAgent(path, '1.2.3');
    const connection = await connect(sshd.target(), trusting());
    const base = join(sshd.home, '.porthole');
    const old = join(base, `1.0.0-${'0'.repeat(16)}`), foreign = join(base, 'notes');
    mkdirSync(old, { recursive: true });
    mkdirSync(foreign);
    // Of a copy that broke off long ago, and of one that another editor is making.
    const hoursAgo = Date.now() / 1000 - 2 * 3600;
    for (const name of ['.new-old.gz', '.new-fresh.gz']) writeFileSync(join(base, name), 'part');
    utimesSync(join(base, '.new-old.gz'), hoursAgo, hoursAgo);
    const seen: number[] = [];
    const abort = new AbortController();
    const first = await installAgent(connection, agent, (_message, fraction) => seen.push(fraction), abort.signal);
    assert.deepEqual(first, { path: join(base, versionFolder(agent), 'porthole'), isRoot: true, copied: true });
    assert.ok(seen.length > 2 && seen.at(-1) === 1);
    assert.equal(statSync(first.path).mode & 0o777, 0o700);
    assert.equal(statSync(base).mode & 0o777, 0o700);
    assert.ok(readFileSync(first.path).equals(readFileSync(path)));
    assert.equal((await connection.run(`${first.path} serve`)).stdout, 'agent serve\n');
    assert.deepEqual(readdirSync(base).sort(), [versionFolder(agent), 'notes', '.new-fresh.gz'].sort());
    rmSync(join(base, '.new-fresh.gz'));
    assert.equal((await installAgent(connection, agent, () => undefined, abort.signal)).copied, false);
    // One that was tampered with is replaced.
    writeFileSync(first.path, 'other');
    assert.equal((await installAgent(connection, agent, () => undefined, abort.signal)).copied, true);
    rmSync(base, { recursive: true });
    const cancelled = new AbortController();
    await assert.rejects(installAgent(connection, agent, (_message, fraction) => { if (fraction > 0.3) cancelled.abort(); }, cancelled.signal), CancelledError);
    assert.deepEqual(readdirSync(base).filter(name => name.startsWith('.new')), []);
    connection.dispose();
  });
});

describe('ways of authentication', () => {
  let folder = '';
  let port = 0;
  let server: ssh2.Server;
  let methods: ('password' | 'keyboard-interactive')[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'porthole-auth-'));
    makeKey(join(folder, 'host'));
    server = new ssh2.Server({ hostKeys: [readFileSync(join(folder, 'host'))] }, client => {
      client.on('error', () => undefined);
      client.on('authentication', (context: AuthContext) => {
        if (context.method === 'password' && methods.includes('password') && context.password === 'right') { context.accept(); return; }
        if (context.method === 'keyboard-interactive' && methods.includes('keyboard-interactive')) {
          context.prompt([{ prompt: 'Password: ', echo: false }, { prompt: 'Code: ', echo: true }], answers => { if (answers[0] === 'right' && answers[1] === '123456') context.accept(); else context.reject(methods); });
          return;
        }
        context.reject(methods);
      });
      client.on('ready', () => client.end());
    });
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve); });
    port = (server.address() as { port: number }).port;
  });
  after(() => { server.close(); rmSync(folder, { recursive: true, force: true }); });
  const target = (): SshTarget => ({
    kind: 'ssh', name: 'server', hostName: '127.0.0.1', port, user: 'me', identityFiles: [], identitiesOnly: true, agentSocket: '', jumps: [], hostKeyAlias: '', knownHostsFiles: [join(folder, 'known')], hashKnownHosts: false, strict: false, connectTimeoutMs: 5000,
  });

  test('a wrong password is asked for again and said to be wrong', async () => {
    methods = ['password'];
    const prompts = new Answers(true, 'wrong', 'right');
    (await connect(target(), prompts)).dispose();
    assert.equal(prompts.asked.length, 2);
    assert.match(prompts.asked[1]?.prompt ?? '', /not accepted/);
    const never = new Answers(true, 'a', 'b', 'c', 'd');
    await assert.rejects(connect(target(), never), (error: unknown) => error instanceof UserError && error.final && /did not let me in/.test(error.message));
    assert.equal(never.asked.length, 3);
  });

  test('a password that was right is not asked for on the way back', async () => {
    methods = ['password'];
    const secrets = new SecretCache();
    (await connect(target(), new Answers(true, 'right'), secrets)).dispose();
    const again = new Answers(true);
    (await connect(target(), again, secrets)).dispose();
    assert.equal(again.asked.length, 0);
  });

  test('keyboard-interactive with several prompts, hidden and visible', async () => {
    methods = ['keyboard-interactive'];
    const prompts = new Answers(true, 'right', '123456');
    (await connect(target(), prompts)).dispose();
    assert.deepEqual(prompts.asked.map(question => question.visible), [false, true]);
  });

  test('a question that is closed gives up quietly', async () => {
    for (const method of ['password', 'keyboard-interactive'] as const) {
      methods = [method];
      const prompts = new Answers(true, undefined);
      await assert.rejects(connect(target(), prompts), CancelledError);
      assert.equal(prompts.asked.length, 1, method);
    }
  });
});
