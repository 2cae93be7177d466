// The whole way to an agent: SSH, copy, root, greeting, loss, end; and this machine without SSH. With real sudo in a private /etc, where sudo is.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GetTree } from '../../remote-agent/protocol/messages.ts';
import { CancelledError, UserError } from '../base/text.ts';
import { AgentLink } from '../session/agentLink.ts';
import { LiveSession } from '../session/liveSession.ts';
import { NO_SSHD, freePort, makeKey, startSshd, type TestSshd } from '../test/sshd.ts';
import { startLocalAgent, startRemoteAgent, type StartOptions } from './agentStart.ts';
import type { SshTarget } from './hostConfig.ts';
import { SecretCache, type SecretQuestion } from './prompts.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const SEA = join(DIST, 'porthole-linux-x64');
const NO_SEA = existsSync(SEA) ? false : 'SKIPPED: dist/porthole-linux-x64 is not built (npm run package builds it)';
const NO_ROOT = process.getuid?.() === 0 ? false : 'SKIPPED: needs root';
const NO_SCRIPT = existsSync(join(DIST, 'agent', 'main.cjs')) ? false : 'SKIPPED: dist/agent is not built (npm run build)';

interface Asked { readonly options: StartOptions; readonly asked: SecretQuestion[]; readonly said: string[] }
function options(...answers: (string | undefined)[]): Asked {
  const asked: SecretQuestion[] = [], said: string[] = [];
  return {
    asked, said,
    options: {
      prompts: { askSecret: question => { asked.push(question); return Promise.resolve(answers.shift()); }, confirmHostKey: () => Promise.resolve(true) },
      secrets: new SecretCache(), settings: { historyMegabytes: 32, snapLength: 80, ringKilobytes: 8192 }, log: () => undefined, agentLog: line => said.push(line), signal: new AbortController().signal,
    },
  };
}
const noJump = (): SshTarget => assert.fail('no jump host');
/** Processes whose command line holds `text`. */
function processesWith(text: string): string[] { return spawnSync('pgrep', ['-f', text], { encoding: 'utf8' }).stdout.split('\n').filter(pid => pid !== '' && Number(pid) !== process.pid); }
async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1200; i++) { if (condition()) return; await new Promise(resolve => setTimeout(resolve, 50)); }
  assert.fail(`waited in vain: ${what}`);
}

describe('this machine', { skip: NO_ROOT || NO_SCRIPT }, () => {
  test('the agent starts as a child process, answers, and ends with its client', async () => {
    const { options: start, said } = options();
    const agent = await startLocalAgent({ script: join(DIST, 'agent', 'main.cjs'), executable: SEA, runtime: process.execPath }, start);
    const link = await AgentLink.overStreams(agent, 'test');
    assert.equal(link.hello.live, true);
    assert.ok((await link.request(GetTree, undefined)).containers.some(container => container.id === ''));
    await agent.dispose();
    assert.match(await agent.ended, /ended\.$/);
    await until('the link to close', () => !link.open);
    assert.ok(said.length > 0);
  });

  test('a missing agent says what to do', async () => {
    await assert.rejects(startLocalAgent({ script: '/nowhere/main.cjs', executable: '/nowhere/porthole', runtime: process.execPath }, options().options), (error: unknown) => error instanceof UserError && /npm run build/.test(error.remedy));
  });

  test('an agent that cannot start is an error with what it said', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'porthole-start-'));
    const script = join(folder, 'main.cjs');
    writeFileSync(script, 'console.error("no kernel here"); process.exit(9)');
    const { options: start, said } = options();
    const agent = await startLocalAgent({ script, executable: '', runtime: process.execPath }, start);
    await assert.rejects(AgentLink.overStreams(agent, 'test'), /code 9|closed/);
    assert.deepEqual(said, ['no kernel here']);
    await agent.dispose();
    rmSync(folder, { recursive: true });
  });
});

describe('over SSH as root', { skip: NO_SSHD || NO_SEA }, () => {
  let sshd: TestSshd;
  before(async () => { if (NO_SSHD === false && NO_SEA === false) sshd = await startSshd(); });
  after(async () => { await sshd?.stop(); });

  test('copied, started, cut off, found again, ended; nothing is left running', { timeout: 300_000 }, async () => {
    const { options: start } = options();
    const progress: string[] = [];
    const live = new LiveSession({
      id: 'host:test', title: 'test', client: 'test', log: () => undefined, pauseMs: () => 300,
      start: (again, signal) => startRemoteAgent(sshd.target(), SEA, '9.9.9', message => { if (!again) progress.push(message); }, noJump, { ...start, signal }),
    });
    await live.open();
    assert.ok(progress.some(message => message.startsWith('Copying')));
    assert.ok((await live.request(GetTree)).containers.length > 0);
    const running = (): string[] => processesWith(`${sshd.home}/.porthole/[^ ]*/porthole serve`);
    await until('the agent to be seen', () => running().length > 0);
    const first = running();

    await sshd.kill();
    await until('the loss', () => live.link.state === 'reconnecting');
    await until('the old agent to end by itself', () => first.every(pid => !running().includes(pid)));
    await sshd.start();
    await until('the way back', () => live.link.state === 'connected');
    assert.ok((await live.request(GetTree)).containers.length > 0);

    await live.dispose();
    await until('the agent to end', () => running().length === 0);
  });

  test('giving up while it connects', { timeout: 240_000 }, async () => {
    const abort = new AbortController();
    const { options: start } = options();
    rmSync(join(sshd.home, '.porthole'), { recursive: true, force: true });
    await assert.rejects(startRemoteAgent(sshd.target(), SEA, '9.9.9', (_message, fraction) => { if (fraction > 0.05) abort.abort(); }, noJump, { ...start, signal: abort.signal }), CancelledError);
  });
});

/** Why sudo with a password cannot be tried here. */
const NO_SUDO = NO_SSHD || NO_SEA || (spawnSync('sudo', ['-V']).status !== 0 ? 'SKIPPED: sudo is not installed' : spawnSync('unshare', ['-m', 'true']).status !== 0 ? 'SKIPPED: no mount namespaces' : false);
const PASSWORD = 'correct horse';

// A user with a password, in a mount namespace with an /etc of its own: this machine's users and sudoers stay as they are.
describe('over SSH as a user, with real sudo', { skip: NO_SUDO }, () => {
  let folder = '';
  let port = 0;
  let child: ChildProcess | undefined;
  before(async () => {
    if (NO_SUDO !== false) return;
    mkdirSync('/run/sshd', { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'porthole-sudo-'));
    chmodSync(folder, 0o755);
    const etc = join(folder, 'etc'), home = join(folder, 'home');
    cpSync('/etc', etc, { recursive: true, verbatimSymlinks: true });
    mkdirSync(home);
    const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: PASSWORD, encoding: 'utf8' }).trim();
    for (const name of ['tester', 'stranger']) {
      const uid = name === 'tester' ? 54321 : 54322;
      mkdirSync(join(home, name));
      chownSync(join(home, name), uid, 54321);
      writeFileSync(join(etc, 'passwd'), `${name}:x:${uid}:54321::${home}/${name}:/bin/sh\n`, { flag: 'a' });
      writeFileSync(join(etc, 'shadow'), `${name}:${hash}:19000:0:99999:7:::\n`, { flag: 'a' });
    }
    writeFileSync(join(etc, 'group'), 'tester:x:54321:\n', { flag: 'a' });
    writeFileSync(join(etc, 'sudoers'), 'Defaults !lecture\nDefaults timestamp_timeout=0\nroot ALL=(ALL) ALL\ntester ALL=(ALL) ALL\n');
    chmodSync(join(etc, 'sudoers'), 0o440);
    makeKey(join(folder, 'host'));
    port = await freePort();
    writeFileSync(join(folder, 'config'), [`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${folder}/host`, 'PidFile none', 'UsePAM no', 'PasswordAuthentication yes', 'KbdInteractiveAuthentication no', 'Subsystem sftp internal-sftp', ''].join('\n'));
    child = spawn('unshare', ['-m', 'sh', '-c', `mount --bind ${etc} /etc && exec /usr/sbin/sshd -D -e -f ${folder}/config`], { stdio: 'ignore' });
    await until('sshd', () => spawnSync('ssh-keyscan', ['-T', '1', '-p', String(port), '127.0.0.1']).stdout.length > 0);
  });
  after(async () => {
    if (child !== undefined) { const ended = new Promise(resolve => child?.once('exit', resolve)); child.kill('SIGKILL'); await ended; }
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });
  const target = (user = 'tester'): SshTarget => ({
    kind: 'ssh', name: 'box', hostName: '127.0.0.1', port, user, identityFiles: [], identitiesOnly: true, agentSocket: '', jumps: [], hostKeyAlias: '', knownHostsFiles: [join(folder, 'known')], hashKnownHosts: false, strict: false, connectTimeoutMs: 10_000,
  });
  const start = (asked: Asked, user?: string): ReturnType<typeof startRemoteAgent> => startRemoteAgent(target(user), SEA, '9.9.9', () => undefined, noJump, asked.options);

  test('password to log in, a wrong one for sudo, the right one: the agent runs as root', { timeout: 240_000 }, async () => {
    const asked = options(PASSWORD, 'wrong', PASSWORD);
    const agent = await start(asked);
    assert.deepEqual(asked.asked.map(question => /sudo/.test(question.prompt)), [false, true, true]);
    assert.match(asked.asked[2]?.prompt ?? '', /not accepted/);
    const link = await AgentLink.overStreams(agent, 'test');
    assert.equal(link.hello.live, true);
    const [pid] = processesWith(`${folder}/home/tester/.porthole/[^ ]*/porthole serve`).filter(each => readFileSync(`/proc/${each}/comm`, 'utf8').startsWith('porthole'));
    assert.equal(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid ?? ''}/status`, 'utf8'))?.[1], '0');
    await agent.dispose();
    await until('the agent to end', () => processesWith(`${folder}/home/tester/.porthole/[^ ]*/porthole serve`).length === 0);
  });

  test('wrong three times, not allowed, no answer: each says its own, and none hangs', { timeout: 240_000 }, async () => {
    await assert.rejects(start(options(PASSWORD, 'a', 'b', 'c')), (error: unknown) => error instanceof UserError && error.final && /did not accept the password of tester/.test(error.message));
    await assert.rejects(start(options(PASSWORD, PASSWORD), 'stranger'), (error: unknown) => error instanceof UserError && error.final && /may not use sudo/.test(error.message));
    await assert.rejects(start(options(PASSWORD, undefined)), CancelledError);
  });
});
