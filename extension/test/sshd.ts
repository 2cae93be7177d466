// A real sshd on loopback for tests: own port, own host keys, own authorized keys, a home folder of its own; ended by its pid.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshTarget } from '../remote/hostConfig.ts';

const SSHD = '/usr/sbin/sshd';

/** Why no sshd can be started here; false when it can. */
export const NO_SSHD: string | false = !existsSync(SSHD) ? 'SKIPPED: sshd is not installed (apt-get install openssh-server)' : process.getuid?.() === 0 ? false : 'SKIPPED: starting sshd needs root';

export interface TestSshd {
  readonly folder: string;
  readonly port: number;
  readonly pid: number;
  /** Private key that is let in. */
  readonly keyFile: string;
  /** Host key files by kind. */
  readonly hostKey: string;
  readonly knownHosts: string;
  /** Home folder of the user over SSH. */
  readonly home: string;
  /** A target for `SshConnection`, with what is to be different. */
  target(changes?: Partial<SshTarget>): SshTarget;
  /** Other host keys and a start anew on the same port, as after a reinstallation. */
  changeHostKey(): Promise<void>;
  /** Ends the server and all its connections, keeps its files. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function makeKey(file: string, passphrase = ''): void {
  rmSync(file, { force: true });
  rmSync(`${file}.pub`, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file]);
}

/** A port that nobody listens on, below those that the kernel gives away: no connection of somebody else takes it before it is used. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(10_000, 32_000);
    const free = await new Promise<boolean>(resolve => {
      const server = createServer();
      server.on('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => { server.close(() => resolve(true)); });
    });
    if (free) return port;
  }
  throw new Error('There is no free port.');
}

export async function startSshd(extraLines: readonly string[] = []): Promise<TestSshd> {
  // The folder of privilege separation; a machine without a running sshd lacks it.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = mkdtempSync(join(tmpdir(), 'porthole-ssh-test-'));
  const home = join(folder, 'home');
  mkdirSync(home);
  const keyFile = join(folder, 'user'), hostKey = join(folder, 'host'), knownHosts = join(folder, 'known_hosts');
  makeKey(keyFile);
  makeKey(hostKey);
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${keyFile}.pub`));
  const port = await freePort();
  const config = join(folder, 'sshd_config');
  writeFileSync(config, [
    `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${hostKey}`, `AuthorizedKeysFile ${folder}/authorized_keys`, 'PidFile none', 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes',
    'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'AllowTcpForwarding yes', `SetEnv HOME=${home}`, 'Subsystem sftp internal-sftp', 'LogLevel ERROR', ...extraLines, '',
  ].join('\n'));
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const process = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    child = process;
    let said = '';
    process.stderr.on('data', (chunk: Buffer) => { said += chunk.toString(); });
    for (let tries = 0; ; tries++) {
      if (process.exitCode !== null) throw new Error(`sshd ended: ${said}`);
      try { execFileSync('ssh-keyscan', ['-T', '1', '-p', String(port), '127.0.0.1'], { stdio: ['ignore', 'pipe', 'ignore'] }); return; } catch (error) { if (tries > 200) throw error; }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  };
  /** The listener and the processes of its connections, which have it as parent. */
  const kill = async (): Promise<void> => {
    const process = child;
    child = undefined;
    if (process?.pid === undefined || process.exitCode !== null) return;
    let children: string[] = [];
    try { children = execFileSync('ps', ['--ppid', String(process.pid), '-o', 'pid='], { encoding: 'utf8' }).trim().split(/\s+/).filter(pid => pid !== ''); } catch { /* none */ }
    const ended = new Promise(resolve => process.once('exit', resolve));
    process.kill('SIGKILL');
    await ended;
    for (const pid of children) { try { globalThis.process.kill(Number(pid), 'SIGKILL'); } catch { /* gone already */ } }
  };
  await start();
  return {
    folder, port, keyFile, hostKey, knownHosts, home, start, kill,
    get pid() { return child?.pid ?? 0; },
    target: changes => ({
      kind: 'ssh', name: `test@127.0.0.1:${port}`, hostName: '127.0.0.1', port, user: userInfo().username, identityFiles: [keyFile], identitiesOnly: true, agentSocket: '', jumps: [], hostKeyAlias: '',
      knownHostsFiles: [knownHosts], hashKnownHosts: false, strict: false, connectTimeoutMs: 10_000, ...changes,
    }),
    changeHostKey: async () => { await kill(); makeKey(hostKey); await start(); },
    stop: async () => { await kill(); rmSync(folder, { recursive: true, force: true }); },
  };
}

