// The built agent as the editor starts it, greeted at once; for tests that end it in any way, and for the soak, which is no test.
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import { decoder, encoder } from '../remote-agent/protocol/codec.ts';
import { Initialize, PROTOCOL_VERSION, type Hello } from '../remote-agent/protocol/messages.ts';

export const BUILT_AGENT = fileURLToPath(new URL('../dist/agent/main.cjs', import.meta.url));

export interface BuiltAgent {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The signal that ended it, or its exit code. */
  readonly ended: Promise<string>;
  readonly hello: Promise<Hello>;
  readonly connection: MessageConnection;
}

/** What it leaves lying about would be in `folder`. Of its memory there is no dump: that would take longer than most tests. `node`: options of Node's own. */
export function startBuilt(folder: string, args: readonly string[], node: readonly string[] = [], env: Readonly<Record<string, string>> = {}): BuiltAgent {
  const child = spawn('sh', ['-c', 'ulimit -c 0; exec "$@"', 'sh', process.execPath, ...node, BUILT_AGENT, 'serve', ...args], { stdio: ['pipe', 'pipe', 'ignore'], cwd: folder, env: { ...process.env, TMPDIR: folder, ...env } });
  const ended = new Promise<string>((resolve) => { child.once('exit', (code, signal) => { resolve(signal ?? String(code)); }); });
  child.stdin.on('error', () => undefined);
  const connection = createMessageConnection(new StreamMessageReader(child.stdout, { contentTypeDecoder: decoder }), new StreamMessageWriter(child.stdin, { contentTypeEncoder: encoder }));
  connection.onError(() => undefined);
  connection.listen();
  const hello = connection.sendRequest(Initialize, { protocolVersion: PROTOCOL_VERSION, client: 'test' });
  hello.catch(() => undefined);
  return { child, pid: child.pid ?? 0, ended, hello, connection };
}
