// An agent for tests: the protocol's server over a capture, on stdin and stdout. `node captureAgent.cjs FILE`.
import { readFileSync } from 'node:fs';
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import { openCaptureBytes } from '../../remote-agent/capture/captureFile.ts';
import { decoder, encoder } from '../../remote-agent/protocol/codec.ts';
import { serveSession } from '../../remote-agent/protocol/server.ts';

const path = process.argv[2] ?? '';
const file = openCaptureBytes(path, readFileSync(path), { agentVersion: 'test' });
const connection = createMessageConnection(new StreamMessageReader(process.stdin, { contentTypeDecoder: decoder }), new StreamMessageWriter(process.stdout, { contentTypeEncoder: encoder }));
serveSession(connection, file.session, { every: (ms, run) => { const timer = setInterval(run, ms); return () => clearInterval(timer); }, pause: () => new Promise(resolve => { setImmediate(resolve); }) });
connection.onClose(() => process.exit(0));
process.stdin.on('end', () => process.exit(0));
void file.done.then(() => connection.listen());
