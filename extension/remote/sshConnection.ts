// One SSH connection: made with host key check and authentication, then commands, files and terminals over it, until it is gone.
import type { Readable, Writable } from 'node:stream';
import ssh2, { type Client, type AnyAuthMethod, type ClientChannel, type ConnectConfig, type ServerHostKeyAlgorithm, type SFTPWrapper } from 'ssh2';
import { Emitter } from '../base/emitter.ts';
import { CancelledError, UserError, errorText } from '../base/text.ts';
import type { SshTarget } from './hostConfig.ts';
import { KnownHostsFiles, fingerprint, hostToken, judgeHostKey, keyTypeOf, knownKeyTypes } from './knownHosts.ts';
import type { Prompts, SecretCache } from './prompts.ts';
import { Authenticator } from './sshAuth.ts';

const KEEPALIVE_MS = 10_000;
const KEEPALIVE_MISSES = 3;
const MAX_JUMPS = 16;
/** How much of a short command's output is kept, bytes. */
const OUTPUT_LIMIT = 1 << 20;
/** What a command printed last may come after its exit code, ms. */
const OUTPUT_GRACE_MS = 200;

/** A command that runs on the other side. */
export interface RemoteCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Exit code, when all it printed has been read; null when a signal ended it or the connection went. Never rejects. */
  readonly exit: Promise<number | null>;
  /** The same, whether somebody reads what it printed or not. */
  readonly exited: Promise<number | null>;
  /** Changes the size of its terminal, when it has one. */
  resize(columns: number, rows: number): void;
  close(): void;
}
export interface CommandResult { readonly code: number | null; readonly stdout: string; readonly stderr: string }

export interface SshOptions {
  readonly prompts: Prompts;
  readonly secrets: SecretCache;
  readonly log: (message: string) => void;
  readonly signal?: AbortSignal;
  /** How to reach a host to go through. */
  readonly jumpTarget?: (name: string) => SshTarget;
}

/** Algorithms of host keys, best first (RFC 8332 for rsa-sha2). */
const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];

/** Known kinds first: else a server would show a key that nobody can compare. */
export function orderHostKeyAlgorithms(knownTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: ServerHostKeyAlgorithm): boolean => knownTypes.includes(algorithm.startsWith('rsa-sha2') ? 'ssh-rsa' : algorithm);
  return [...HOST_KEY_ALGORITHMS.filter(isKnown), ...HOST_KEY_ALGORITHMS.filter(algorithm => !isKnown(algorithm))];
}

export class SshConnection {
  readonly #client: Client;
  readonly #through: SshConnection | undefined;
  readonly #closed = new Emitter<string>();
  #closedReason: string | undefined;
  readonly target: SshTarget;
  /** The connection is gone; says why. Fires once. */
  readonly onClosed = this.#closed.event;

  private constructor(client: Client, target: SshTarget, through: SshConnection | undefined) {
    this.#client = client;
    this.target = target;
    this.#through = through;
    let reason = '';
    const end = (text: string): void => {
      if (this.#closedReason !== undefined) return;
      this.#closedReason = text;
      this.#through?.dispose();
      this.#closed.fire(text);
    };
    client.on('error', error => { reason = connectionText(error); });
    client.on('close', () => end(reason === '' ? `${target.name} closed the connection.` : reason));
  }

  get open(): boolean { return this.#closedReason === undefined; }

  /** `depth`: how many hosts this one is on the way to. */
  static async connect(target: SshTarget, options: SshOptions, depth = 0): Promise<SshConnection> {
    if (depth > MAX_JUMPS) throw new UserError(`ProxyJump leads in a circle: the way to ${target.name} goes through more than ${MAX_JUMPS} hosts.`, 'Mend ProxyJump in the SSH configuration; `ProxyJump none` for the host in between ends it there.', true);
    let through: SshConnection | undefined;
    const [jump, ...rest] = target.jumps.slice().reverse();
    if (jump !== undefined && options.jumpTarget !== undefined) {
      // The last jump host is reached through those before it.
      const jumpTarget = options.jumpTarget(jump);
      through = await SshConnection.connect(rest.length === 0 ? jumpTarget : { ...jumpTarget, jumps: rest.reverse() }, options, depth + 1);
    }
    try {
      const sock = through === undefined ? undefined : await through.#forward(target.hostName, target.port);
      return await SshConnection.#handshake(target, options, through, sock);
    } catch (error) {
      through?.dispose();
      throw error;
    }
  }

  static #handshake(target: SshTarget, options: SshOptions, through: SshConnection | undefined, sock: ClientChannel | undefined): Promise<SshConnection> {
    const { log, prompts, secrets, signal } = options;
    const host = target.hostKeyAlias === '' ? target.hostName : target.hostKeyAlias;
    const port = target.hostKeyAlias === '' ? target.port : 22;
    const files = new KnownHostsFiles(target.knownHostsFiles, target.hashKnownHosts);
    const authenticator = new Authenticator(target, prompts, secrets, log);
    let verdictError: Error | undefined;
    let asking = false;
    const where = `${target.hostName}:${target.port}`;

    const verify = async (key: Buffer): Promise<boolean> => {
      const verdict = judgeHostKey(files.entries(), host, port, key);
      if (verdict.verdict === 'known') return true;
      if (verdict.verdict === 'changed' || verdict.verdict === 'revoked') {
        const { known } = verdict;
        verdictError = verdict.verdict === 'revoked'
          ? new UserError(`The key that ${target.name} (${where}) shows is revoked in ${known.file}:${known.line}: ${fingerprint(key)}.`, 'Do not connect; ask the administrator of the host.', true)
          : new UserError(
            `The key of ${target.name} (${where}) has changed, so the connection was refused. It shows ${keyTypeOf(key)} ${fingerprint(key)}; known is ${fingerprint(known.key)} (${known.file}:${known.line}). Somebody may be listening in between, or the host was set up anew.`,
            `Ask the administrator which key is right. If the new one is, remove the old: ssh-keygen -f ${known.file} -R '${hostToken(host, port)}', and connect again.`, true);
        return false;
      }
      if (target.strict) {
        verdictError = new UserError(`${target.name} (${where}) is not in the known_hosts files and the SSH configuration says StrictHostKeyChecking yes. It shows ${keyTypeOf(key)} ${fingerprint(key)}.`, 'Add its key to known_hosts, then connect again.', true);
        return false;
      }
      asking = true;
      try {
        const yes = await prompts.confirmHostKey({ host: hostToken(host, port), keyType: keyTypeOf(key), fingerprint: fingerprint(key), otherKeyTypes: verdict.otherKeyTypes });
        if (!yes) { verdictError = new CancelledError(`The key of ${target.name} was not accepted.`); return false; }
        log(`${target.name}: key ${fingerprint(key)} added to ${files.add(host, port, key) ?? 'no file, as UserKnownHostsFile says'}`);
        return true;
      } finally { asking = false; }
    };

    return new Promise((resolve, reject) => {
      const client = new ssh2.Client();
      const connection = new SshConnection(client, target, through);
      let done = false;
      let quietMs = 0;
      const finish = (error: Error | undefined): void => {
        if (done) return;
        done = true;
        clearInterval(timer);
        signal?.removeEventListener('abort', aborted);
        if (error === undefined) { resolve(connection); return; }
        client.end();
        client.destroy();
        reject(error);
      };
      const aborted = (): void => finish(new CancelledError());
      // Own clock: ssh2's counts the time that a question stands open.
      const timer = setInterval(() => {
        if (asking || authenticator.asking) { quietMs = 0; return; }
        quietMs += 500;
        if (quietMs >= target.connectTimeoutMs) finish(new UserError(`${target.name} (${where}) did not answer within ${target.connectTimeoutMs / 1000} seconds.`, 'Check that the host is up and that no firewall is in between.'));
      }, 500);
      signal?.addEventListener('abort', aborted);
      if (signal?.aborted === true) { aborted(); return; }

      // Frames are small and wait for nobody.
      client.on('ready', () => { client.setNoDelay(true); finish(undefined); });
      client.on('error', error => {
        if (verdictError !== undefined) { finish(verdictError); return; }
        if (authenticator.error !== undefined) { finish(authenticator.error); return; }
        // A server that has heard enough wrong passwords hangs up instead of refusing the last one.
        if ((error as { level?: string }).level === 'client-authentication' || /too many authentication failures/i.test(error.message)) {
          authenticator.forget();
          finish(new UserError(`${target.name} (${where}) did not let ${target.user} in. Tried: ${authenticator.tried.join(', ') || 'nothing that it accepts'}. It accepts: ${authenticator.accepted.join(', ') || 'nothing'}.`,
            'Connect again with the right password or key; keys are named by IdentityFile in the SSH configuration.', true));
          return;
        }
        finish(new UserError(`${target.name} (${where}) cannot be reached: ${connectionText(error)}`, connectionRemedy(error)));
      });
      connection.onClosed(reason => finish(verdictError ?? authenticator.error ?? new UserError(`${target.name} (${where}) cannot be reached: ${reason}`, 'Look at the log of its SSH server.')));

      const config: ConnectConfig = {
        host: target.hostName, port: target.port, username: target.user, readyTimeout: 0, keepaliveInterval: KEEPALIVE_MS, keepaliveCountMax: KEEPALIVE_MISSES,
        algorithms: { serverHostKey: orderHostKeyAlgorithms(knownKeyTypes(files.entries(), host, port)) },
        hostVerifier: (key: Buffer, answer: (ok: boolean) => void): void => {
          quietMs = 0;
          void verify(key).catch((error: unknown) => { verdictError = error instanceof Error ? error : new Error(String(error)); return false; }).then(answer);
        },
        authHandler: (left, _partial, next): void => {
          quietMs = 0;
          void authenticator.next(left).then(method => next(method as AnyAuthMethod));
        },
        ...(sock === undefined ? {} : { sock }),
      };
      try { client.connect(config); } catch (error) { finish(error instanceof Error ? error : new Error(String(error))); }
    });
  }

  #forward(host: string, port: number): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(new UserError(`${this.target.name} does not let connections to ${host}:${port} through: ${error.message}`, 'Check ProxyJump in the SSH configuration and AllowTcpForwarding on that host.', true));
      });
    });
  }

  /** Runs a command line; words in it that come from elsewhere have to be quoted (`shellQuote`). With `pty` in a terminal. */
  exec(command: string, pty?: { readonly columns: number; readonly rows: number }): Promise<RemoteCommand> {
    return new Promise((resolve, reject) => {
      if (!this.open) { reject(new UserError(`The connection to ${this.target.name} is gone: ${this.#closedReason ?? ''}`, 'Connect again.')); return; }
      const options = pty === undefined ? {} : { pty: { term: 'xterm-256color', cols: pty.columns, rows: pty.rows } };
      this.#client.exec(command, options, (error, channel) => {
        if (error !== undefined) { reject(new UserError(`${this.target.name} did not run a command: ${error.message}`, 'Look at the log of its SSH server; it may allow this user no commands.')); return; }
        let code: number | null = null;
        const exit = new Promise<number | null>(done => { channel.on('close', () => done(code)); });
        // The channel closes only when its output has been read to the end.
        const exited = new Promise<number | null>(done => {
          channel.on('exit', (value: number | null) => { code = value; setTimeout(() => done(code), OUTPUT_GRACE_MS); });
          channel.on('close', () => done(code));
          this.onClosed(() => done(code));
        });
        channel.on('error', () => { /* the close that follows is reported */ });
        resolve({ stdin: channel.stdin, stdout: channel, stderr: channel.stderr, exit, exited, resize: (columns, rows) => channel.setWindow(rows, columns, 0, 0), close: () => channel.close() });
      });
    });
  }

  /** Runs a short command to its end. */
  async run(command: string, input?: string): Promise<CommandResult> {
    const running = await this.exec(command);
    const collect = (stream: Readable): (() => string) => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => { if (size < OUTPUT_LIMIT) { chunks.push(chunk); size += chunk.length; } });
      return () => Buffer.concat(chunks).toString('utf8');
    };
    const stdout = collect(running.stdout), stderr = collect(running.stderr);
    running.stdin.end(input ?? '');
    const code = await running.exit;
    return { code, stdout: stdout(), stderr: stderr() };
  }

  sftp(): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) => {
      this.#client.sftp((error, sftp) => { if (error === undefined) resolve(sftp); else reject(new Error(`${this.target.name} has no SFTP: ${error.message}`)); });
    });
  }

  dispose(): void { this.#client.end(); }
  /** Drops the connection without a farewell, as a cut cable does. */
  destroy(): void { this.#client.destroy(); }
}

/** What a broken connection says, in words. */
function connectionText(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ECONNREFUSED') return 'nothing listens on that port (connection refused).';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known (DNS).';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'there is no route to it.';
  if (code === 'ETIMEDOUT' || /keepalive timeout/i.test(error.message)) return 'it does not answer any more.';
  if (code === 'ECONNRESET') return 'the connection was reset.';
  return `${errorText(error)}.`.replace(/\.\.$/, '.');
}
function connectionRemedy(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ECONNREFUSED') return 'Check the port, and that an SSH server runs there.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'Check the spelling, or give HostName in the SSH configuration.';
  return 'Check that the host is up and that no firewall is in between.';
}
