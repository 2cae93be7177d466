// What a timeline costs the link: bytes a second over SSH with a timeline open, on a quiet and on a busy host; and the time from connecting to the first event.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type ClientChannel } from 'ssh2';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc';
import { decoder, encoder } from '../../remote-agent/protocol/codec.ts';
import { GetEvents, GetLanes, GetStatus, GetViewport, Initialize, PROTOCOL_VERSION, type Hello, type Lane } from '../../remote-agent/protocol/messages.ts';
import { startSshd, whyNoSshd, type TestSshd } from '../e2e/sshd.ts';
import { figure, median, say, skipped } from './report.ts';
import { buildLoad, root, scratch, sleep } from './tools.ts';

const SECONDS = 8;
/** What the page does while it follows: four viewports a second of the lanes that fit on a screen, and each second the lanes and a page of the list. */
const VIEWPORT_MS = 250, WIDTH_PX = 1000, LANES = 20, WINDOW_NS = 30e9, LIST_ROWS = 100;
const CONNECTS = 5;

interface Link { readonly client: Client; readonly rpc: MessageConnection; readonly hello: Hello; received(): number; close(): Promise<void> }

export async function run(): Promise<void> {
  const why = whyNoSshd();
  if (why !== undefined) { skipped('link', why); return; }
  const agent = join(root, 'dist', 'porthole');
  if (!existsSync(agent)) { skipped('link', 'dist/porthole is not built; npm run build'); return; }
  const sshd = await startSshd({ host: 'bench' });
  try {
    await connecting(sshd, agent);
    const load = buildLoad(scratch());
    for (const rate of [10, 100_000]) await watching(sshd, agent, load, rate);
  } finally { await sshd.stop(); }
}

async function connecting(sshd: TestSshd, agent: string): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < CONNECTS; i++) {
    const begun = performance.now();
    const link = await open(sshd, agent);
    for (;;) {
      const { rows } = await link.rpc.sendRequest(GetEvents, { filter: '', startNs: 0, endNs: Number.MAX_SAFE_INTEGER, fromRow: -1, direction: 'forward', count: 1 });
      if (rows.length > 0) break;
      await sleep(2);
    }
    times.push(performance.now() - begun);
    await link.close();
  }
  figure({ name: 'link.firstEvent', value: median(times), unit: 'ms', note: 'from the TCP connection to the first event in the client, over SSH on loopback: log in, start the agent, load the probe, read /proc' });
}

async function watching(sshd: TestSshd, agent: string, load: string, rate: number): Promise<void> {
  const link = await open(sshd, agent);
  const worker = spawn(load, [String(rate), String(SECONDS + 3)], { stdio: 'ignore' });
  try {
    await sleep(1500);
    const before = await link.rpc.sendRequest(GetStatus);
    const bytesBefore = link.received(), begun = performance.now();
    const answers: number[] = [];
    let endNs = before.endNs, turn = 0, lanes: readonly Lane[] = [];
    while (performance.now() - begun < SECONDS * 1000) {
      const asked = performance.now();
      endNs += VIEWPORT_MS * 1e6;
      const range = { startNs: Math.max(0, endNs - WINDOW_NS), endNs, filter: '' };
      if (turn++ % 4 === 0) {
        ({ endNs } = await link.rpc.sendRequest(GetStatus));
        ({ lanes } = await link.rpc.sendRequest(GetLanes, range));
        await link.rpc.sendRequest(GetEvents, { ...range, fromRow: -1, direction: 'backward', count: LIST_ROWS });
      }
      await link.rpc.sendRequest(GetViewport, { ...range, widthPx: WIDTH_PX, lanes: shown(lanes) });
      answers.push(performance.now() - asked);
      await sleep(Math.max(0, VIEWPORT_MS - (performance.now() - asked)));
    }
    const seconds = (performance.now() - begun) / 1000;
    const after = await link.rpc.sendRequest(GetStatus);
    const events = (after.events - before.events) / seconds, bytes = (link.received() - bytesBefore) / seconds;
    const lost = after.losses.reduce((sum, loss) => sum + loss.count, 0);
    figure({ name: `link.bytesPerSecond.${rate}`, value: bytes, unit: 'bytes/s', note: `${Math.round(events)} events/s in all on the host, ${lost} lost; ${(bytes / events).toFixed(2)} bytes an event; answers in ${median(answers).toFixed(0)} ms (median)` });
  } finally { worker.kill(); await link.close(); }
}

/** Host, containers and the first processes, as the page shows at first. */
function shown(lanes: readonly Lane[]): string[] { return lanes.filter((lane) => lane.level !== 'thread').slice(0, LANES).map((lane) => lane.id); }

async function open(sshd: TestSshd, agent: string): Promise<Link> {
  const client = new Client();
  await new Promise<void>((done, failed) => {
    client.once('ready', done).once('error', failed);
    client.connect({ host: '127.0.0.1', port: sshd.port, username: 'root', privateKey: readFileSync(sshd.keyPath) });
  });
  const channel = await new Promise<ClientChannel>((done, failed) => { client.exec(`'${agent}' serve`, (error, it) => { if (error) failed(error); else done(it); }); });
  let received = 0;
  channel.on('data', (chunk: Buffer) => { received += chunk.length; });
  channel.stderr.resume();
  const options = { contentTypeEncoder: encoder, contentTypeDecoder: decoder };
  const rpc = createMessageConnection(new StreamMessageReader(channel, options), new StreamMessageWriter(channel, options));
  rpc.onError(() => undefined);
  rpc.listen();
  const hello = await rpc.sendRequest(Initialize, { protocolVersion: PROTOCOL_VERSION, client: 'bench' });
  for (const problem of hello.problems) say(`${problem.code}: ${problem.message}`);
  return { client, rpc, hello, received: () => received, close: async () => { rpc.dispose(); const closed = new Promise((done) => { channel.once('close', done); }); channel.end(); await Promise.race([closed, sleep(3000)]); client.end(); } };
}
