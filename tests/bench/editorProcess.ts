// What the extension host does with one capture, in a process of plain node: opens it in its worker, and runs chisels there as they come, a line of JSON each (EditorJob),
// answered by a line (EditorAnswer). Arguments: the capture, the worker's bundle. Started by editor.ts.
import { createInterface } from 'node:readline';
import { FileSession } from '../../extension/session/fileSession.ts';
import { ChiselPrinted, PrepareChisel, RunChisel } from '../../remote-agent/protocol/messages.ts';
import type { EditorAnswer, EditorJob } from './editor.ts';

const [capture = '', workerPath = ''] = process.argv.slice(2);
const session = await FileSession.open({ path: capture, title: 'capture', workerPath, client: 'bench', historyMegabytes: 1024, log: (text) => { console.error(text); } });
const answer = (it: EditorAnswer): void => { console.log(JSON.stringify(it)); };

async function work(job: EditorJob): Promise<EditorAnswer> {
  const from = performance.now(), none = { firstMs: -1, bytes: 0 };
  if (job.kind === 'loaded') { const { events } = await session.loaded(); return { ...none, events, tookMs: performance.now() - from }; }
  if (job.kind === 'prepare') { await session.request(PrepareChisel); return { ...none, events: 0, tookMs: performance.now() - from }; }
  let firstMs = -1, bytes = 0;
  const id = `${from}`;
  const listening = session.onNotification(ChiselPrinted, (printed) => {
    if (printed.id !== id) return;
    if (firstMs < 0) firstMs = performance.now() - from;
    bytes += printed.text.length;
  });
  const { name, source, modules, args, maxEvents, profile } = job;
  const result = await session.request(RunChisel, {
    id, name, source, modules, args, filter: '', follow: false, startNs: -Number.MAX_SAFE_INTEGER, endNs: Number.MAX_SAFE_INTEGER, terminal: { columns: 80, rows: 50 }, progress: true,
    ...(maxEvents === undefined ? {} : { maxEvents }), profile,
  });
  listening.dispose();
  return { firstMs, bytes, events: result.events, tookMs: performance.now() - from, ...(result.error === undefined ? {} : { error: result.error.message }) };
}

answer({ firstMs: -1, bytes: 0, events: 0, tookMs: performance.now() });
for await (const line of createInterface({ input: process.stdin })) answer(await work(JSON.parse(line) as EditorJob));
await session.dispose();
