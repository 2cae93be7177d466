// First rows of a previewed chisel: npx tsx tests/bench/previewFirst.ts CAPTURE [CHISEL.lua ...]. Through the editor's worker, as the preview asks; needs dist/ (npm run build).
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { FileSession } from '../../extension/session/fileSession.ts';
import { ChiselPrinted, PrepareChisel, RunChisel } from '../../remote-agent/protocol/messages.ts';

const [capture = '', ...chisels] = process.argv.slice(2);
const QUICK_EVENTS = 20_000;
const LINES = 'args = {}\nfunction on_init() f = chisel.request_field("proc.name") return true end\nfunction on_event() print(evt.get_num(), evt.get_type(), evt.field(f)) return true end\n';
/** As when the pane opens, which takes a moment itself. */
const OPENS_MS = 300;
const texts = [['a line for each event', LINES] as const, ...chisels.map((path) => [basename(path), readFileSync(path, 'utf8')] as const)];

const session = await FileSession.open({ path: capture, title: 'capture', workerPath: fileURLToPath(new URL('../../dist/captureWorker.cjs', import.meta.url)), client: 'bench', historyMegabytes: 1024, log: (text) => { console.error(text); } });
await session.request(PrepareChisel);
await new Promise((resolve) => { setTimeout(resolve, OPENS_MS); });
const began = performance.now();
/** Milliseconds until the first output, and until the end or until `untilMs`. */
async function measure(name: string, source: string, more: { readonly maxEvents?: number; readonly profile?: boolean }): Promise<void> {
  const from = performance.now();
  let first = -1;
  const id = `${from}`;
  const listening = session.onNotification(ChiselPrinted, (printed) => { if (printed.id === id && first < 0) first = performance.now() - from; });
  const cancel = new CancellationTokenSource();
  const timer = setTimeout(() => cancel.cancel(), Number(process.env['UNTIL_MS'] ?? 15_000));
  const result = await session.request(RunChisel, { id, name: 'bench', source, args: [], filter: '', follow: false, startNs: -Number.MAX_SAFE_INTEGER, endNs: Number.MAX_SAFE_INTEGER, terminal: { columns: 80, rows: 50 }, progress: true, ...more }, cancel.token);
  clearTimeout(timer);
  listening.dispose();
  const took = performance.now() - from;
  console.log(`${name}: first output ${first.toFixed(0)} ms; ${result.events} events in ${took.toFixed(0)} ms, ${(result.events / took * 1000 / 1e6).toFixed(2)} M/s${result.error === undefined ? '' : `; ${result.error.message}`}`);
}
for (const [name, source] of texts) { await measure(`while it is read, ${name}, first ${QUICK_EVENTS}`, source, { maxEvents: QUICK_EVENTS }); await new Promise((resolve) => { setTimeout(resolve, 600); }); }
const { events } = await session.loaded();
console.log(`${events} events read after ${((performance.now() - began) / 1000).toFixed(1)} s`);
for (const [name, source] of texts) {
  await measure(`${name}, first ${QUICK_EVENTS}`, source, { maxEvents: QUICK_EVENTS });
  await new Promise((resolve) => { setTimeout(resolve, 600); });
  await measure(`${name}, whole`, source, {});
  await measure(`${name}, whole, profile`, source, { profile: true });
}
await session.dispose();
