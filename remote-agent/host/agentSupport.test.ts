// Starts the real agent and talks to it over its stdio, for tests.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import { decoder, encoder } from '../protocol/codec.ts';
import { Initialize, PROTOCOL_VERSION, StatusChanged, type Hello, type Status } from '../protocol/messages.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

export interface TestAgent {
  readonly child: ChildProcessWithoutNullStreams;
  readonly connection: MessageConnection;
  readonly stderr: () => string;
  /** Settles with the exit code, or the signal. */
  readonly exit: Promise<number | string>;
  hello(): Promise<Hello>;
  end(): Promise<number | string>;
}

/** Agents that a failed test has left behind must not keep the test run from ending. */
const running = new Set<ChildProcessWithoutNullStreams>();
after(() => { for (const child of running) child.kill('SIGKILL'); });

export function spawnAgent(args: readonly string[], env: Readonly<Record<string, string>> = {}, prefix: readonly string[] = []): ChildProcessWithoutNullStreams {
  const [command = '', ...words] = [...prefix, process.execPath, '--import', import.meta.resolve('tsx'), MAIN, 'serve', ...args];
  const child = spawn(command, words, { env: { ...process.env, ...env }, stdio: 'pipe' });
  running.add(child);
  child.on('exit', () => { running.delete(child); });
  return child;
}

export function startAgent(args: readonly string[], env: Readonly<Record<string, string>> = {}, prefix: readonly string[] = []): TestAgent {
  const child = spawnAgent(args, env, prefix);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
  // When it has closed, all that it said has come; when it has ended, not yet.
  const exit = new Promise<number | string>((resolve) => { child.on('close', (code, signal) => { resolve(code ?? signal ?? -1); }); });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout, { contentTypeDecoder: decoder }), new StreamMessageWriter(child.stdin, { contentTypeEncoder: encoder }));
  connection.onError(() => undefined);
  connection.listen();
  return {
    child, connection, exit, stderr: () => stderr,
    hello: () => connection.sendRequest(Initialize, { protocolVersion: PROTOCOL_VERSION, client: 'test' }),
    end: async () => { child.stdin.end(); const code = await exit; connection.dispose(); return code; },
  };
}

/** Waits for a status that fits. */
export function statusWhen(connection: MessageConnection, fits: (status: Status) => boolean): Promise<Status> {
  return new Promise((resolve) => { const listening = connection.onNotification(StatusChanged, (status) => { if (fits(status)) { listening.dispose(); resolve(status); } }); });
}

/** What is waited for comes in a moment; on a machine that has no time for it, in this one. Nobody waits so long unless it does not come at all. */
const PATIENCE_MS = 40_000;

/** Asks again and again until the answer fits or the time is up; gives the last answer. */
export async function until<T>(ask: () => Promise<T> | T, fits: (value: T) => boolean, everyMs = 50, ms = PATIENCE_MS): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const value = await ask();
    if (fits(value) || performance.now() > end) return value;
    await new Promise((resolve) => { setTimeout(resolve, everyMs); });
  }
}
