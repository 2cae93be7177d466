// An agent for tests: the protocol's server over a capture, on stdin and stdout. `node captureAgent.cjs FILE`.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import { compileFilter } from '../../remote-agent/engine/filter/index.ts';
import { FileSession } from '../../remote-agent/engine/session/fileSession.ts';
import { decoder, encoder } from '../../remote-agent/protocol/codec.ts';
import { serveSession } from '../../remote-agent/protocol/server.ts';

const path = process.argv[2] ?? '';
const bytes = readFileSync(path);
const file = new FileSession({ file: path, agentVersion: 'test', compile: compileFilter });
file.push(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
file.finish();
const connection = createMessageConnection(new StreamMessageReader(process.stdin, { contentTypeDecoder: decoder }), new StreamMessageWriter(process.stdout, { contentTypeEncoder: encoder }));
serveSession(connection, file.session, { every: (ms, run) => { const timer = setInterval(run, ms); return () => clearInterval(timer); }, pause: () => new Promise(resolve => { setImmediate(resolve); }) });
connection.onClose(() => process.exit(0));
process.stdin.on('end', () => process.exit(0));
connection.listen();
