// Stands in for the editor in a plain browser: gives the page its API and answers from a made-up source. ?live=1&reading=1&until=0.4&theme=light&latency=50 or latency=5-300
import type { FromPage, PageEvent, ToPage } from '../protocol/messages.ts';
import type { ThemeKind } from '../base/palette.ts';
import { HOSTILE_NAME, LOSS, MARKS, MARKS_NS } from './generator.ts';
import { FakeSource, SourceError } from './source.ts';
import { applyTheme } from './themes.ts';

const query = new URLSearchParams(location.search);
/** How long question and answer are on their way together, ms: always the same, or any time between two, so that answers overtake each other. */
const [latencyMs = 2, latencyMaxMs = latencyMs] = (query.get('latency') ?? '2').split('-').map(Number);
const source = new FakeSource(query.get('live') === '1');
const started = performance.now();
/** What the page sent, in order; cancelled ids. */
const sent: FromPage[] = [];
const cancelled = new Set<number>();
/** Viewports that are asked for and not answered, now and at most. */
const viewports = { open: 0, most: 0, asked: 0 };
let state: unknown;

function post(message: ToPage): void { window.postMessage(message, '*'); }
function answer(message: FromPage): void {
  sent.push(message);
  if (sent.length > 5000) sent.splice(0, 1000);
  if ('cancel' in message) { cancelled.add(message.cancel); return; }
  if (!('method' in message)) return;
  // Not the strip's, which asks for all of the history by itself.
  const isViewport = message.method === 'timeline/viewport' && !(message.params.startNs === 0 && message.params.lanes.join() === 'h');
  if (isViewport) { viewports.asked++; viewports.most = Math.max(viewports.most, ++viewports.open); }
  const delayMs = latencyMs + Math.random() * (latencyMaxMs - latencyMs);
  // Half of it is the way back: what is answered may be old when it comes.
  setTimeout(() => {
    const result = answerTo(message);
    setTimeout(() => {
      if (isViewport) viewports.open--;
      if (!cancelled.delete(message.id)) post(result);
    }, delayMs / 2);
  }, delayMs / 2);
}
function answerTo(message: Extract<FromPage, { method: string }>): ToPage {
  try { return { id: message.id, result: message.method === 'page/ready' ? source.init(query.get('filter') ?? '', query.get('lane') ?? '') : source.answer(message.method, message.params) }; }
  catch (error) { return { id: message.id, error: error instanceof SourceError ? { message: error.message, code: error.code, data: error.data } : { message: String(error) } }; }
}

const api = { postMessage: (message: unknown) => answer(message as FromPage), getState: () => state, setState: (value: unknown) => { state = value; } };
Object.assign(window, {
  acquireVsCodeApi: () => api,
  /** For tests: what was sent, and a way to tell the page something. */
  __harness: { sent, source, viewports, tell: (event: PageEvent) => post(event), applyTheme, marks: { MARKS, MARKS_NS, HOSTILE_NAME, LOSS }, state: () => state },
});
applyTheme((query.get('theme') ?? 'dark') as ThemeKind);
if (query.get('reading') === '1') {
  source.beginReading();
  source.readUntil = Number(query.get('until') ?? 1);
  setInterval(() => { if (source.read()) post({ event: 'status', status: source.status() }); }, Number(query.get('step') ?? 120));
}
if (source.live) {
  setInterval(() => {
    source.endNs = 120e9 + (performance.now() - started) * 1e6;
    post({ event: 'status', status: source.status() });
  }, 1000);
  // Between two statuses events arrive as well.
  setInterval(() => { source.endNs = 120e9 + (performance.now() - started) * 1e6; }, 50);
}
