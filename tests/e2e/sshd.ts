// An sshd of the tests' own, on a free port of 127.0.0.1, with fresh keys and an ssh configuration that leads to it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../extension/test/sshd.ts';
import { childrenOf, descendantsOf, endProcess } from './processes.ts';

const SSHD = '/usr/sbin/sshd';

/** Why an sshd cannot be started here, or undefined. */
export function whyNoSshd(): string | undefined {
  if (!existsSync(SSHD)) return 'sshd is not installed (Debian: openssh-server)';
  return process.getuid?.() === 0 ? undefined : 'only root may start an sshd that lets users in';
}

export interface TestSshd {
  readonly port: number;
  /** Alias of this host in `configPath`. */
  readonly host: string;
  /** An ssh configuration with `host` in it. */
  readonly configPath: string;
  readonly knownHostsPath: string;
  readonly keyPath: string;
  /** What runs in its sessions now. */
  running(): number[];
  /** What sshd has said. */
  log(): string;
  /** Ends every connection there is, as a cut cable would; new ones are taken. */
  cut(): Promise<void>;
  /** Silences every connection there is without ending it, as a pulled cable does; new ones are taken. The function that it returns ends the silence. */
  silence(): () => void;
  /** Ends the server and every connection, as a host that goes down; `resume` brings it back on the same port. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export interface SshdOptions {
  readonly host?: string;
  /** The host's key is in known_hosts from the start. */
  readonly known?: boolean;
  /** Offer the user's key in the configuration; without it a password is all there is. */
  readonly withKey?: boolean;
}

/** Starts it and waits until it answers. */
export async function startSshd({ host = 'porthole-test', known = true, withKey = true }: SshdOptions = {}): Promise<TestSshd> {
  const dir = mkdtempSync(join(tmpdir(), 'porthole-sshd-'));
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const hostKey = join(dir, 'host_ed25519');
  const keyPath = join(dir, 'user_ed25519');
  for (const path of [hostKey, keyPath]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  // Another user than root may be let in: sshd reads his keys with his rights.
  chmodSync(dir, 0o755);
  const port = await freePort();
  const authorized = join(dir, 'authorized_keys');
  writeFileSync(authorized, readFileSync(`${keyPath}.pub`));
  const serverConfig = join(dir, 'sshd_config');
  writeFileSync(serverConfig, [
    `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${hostKey}`, `AuthorizedKeysFile ${authorized}`, `PidFile ${join(dir, 'pid')}`,
    'UsePAM no', 'StrictModes no', 'PasswordAuthentication yes', 'PermitRootLogin yes', 'Subsystem sftp internal-sftp', 'LogLevel VERBOSE', '',
  ].join('\n'));
  const knownHostsPath = join(dir, 'known_hosts');
  writeFileSync(knownHostsPath, known ? `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, 'utf8')}` : '');
  const configPath = join(dir, 'config');
  writeFileSync(configPath, [
    `Host ${host}`, '  HostName 127.0.0.1', `  Port ${port}`, `  User ${userInfo().username}`, `  UserKnownHostsFile ${knownHostsPath}`,
    ...(withKey ? [`  IdentityFile ${keyPath}`] : []), '  IdentitiesOnly yes', '',
  ].join('\n'));

  let text = '';
  let server: ChildProcess | undefined;
  const resume = async (): Promise<void> => {
    server = spawn(SSHD, ['-D', '-e', '-f', serverConfig], { stdio: ['ignore', 'ignore', 'pipe'] });
    server.stderr?.on('data', (chunk: Buffer) => { text = (text + chunk.toString()).slice(-100_000); });
    await answers(server, port, () => text);
  };
  const cut = async (): Promise<void> => { for (const pid of server?.pid === undefined ? [] : childrenOf(server.pid)) await endProcess(pid, 0); };
  const silence = (): (() => void) => {
    const pids = server?.pid === undefined ? [] : childrenOf(server.pid);
    const tell = (signal: NodeJS.Signals): void => { for (const pid of pids) try { process.kill(pid, signal); } catch { /* gone meanwhile */ } };
    tell('SIGSTOP');
    return () => tell('SIGCONT');
  };
  const halt = async (): Promise<void> => {
    // First the server: else it takes connections that are tried again at once.
    const sessions = server?.pid === undefined ? [] : childrenOf(server.pid);
    if (server?.pid !== undefined) await endProcess(server.pid);
    for (const pid of sessions) await endProcess(pid, 0);
    server = undefined;
  };
  await resume();
  return {
    port, host, configPath, knownHostsPath, keyPath, running: () => server?.pid === undefined ? [] : descendantsOf(server.pid), cut, silence, halt, resume, log: () => text,
    async stop() {
      await halt();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function answers(server: ChildProcess, port: number, log: () => string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    if (server.exitCode !== null) throw new Error(`sshd ended with ${server.exitCode}:\n${log()}`);
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); done(true); });
      socket.once('error', () => done(false));
    });
    if (open) return;
  }
  throw new Error(`sshd does not answer:\n${log()}`);
}
