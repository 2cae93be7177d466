// First rows of a previewed chisel: npx tsx tests/bench/previewFirst.ts CAPTURE [CHISEL.lua ...]. Through the editor's worker, as the preview asks; needs dist/ (npm run build).
import { basename } from 'node:path';
import { chiselOf, Editor, type EditorAnswer } from './editor.ts';
import { scratch, sleep } from './tools.ts';

const [capture = '', ...paths] = process.argv.slice(2);
const QUICK_EVENTS = 20_000;
const LINES = 'args = {}\nfunction on_init() f = chisel.request_field("proc.name") return true end\nfunction on_event() print(evt.get_num(), evt.get_type(), evt.field(f)) return true end\n';
/** As when the pane opens, which takes a moment itself; until another thread is ready. */
const OPENS_MS = 300, NEXT_MS = 1000;
const chisels = [{ name: 'a line for each event', source: LINES, modules: {} }, ...paths.map((path) => chiselOf(path, basename(path, '.lua')))];

const editor = await Editor.open(capture, scratch());
await editor.prepare();
await sleep(OPENS_MS);
function told(what: string, { firstMs, tookMs, events, bytes, error }: EditorAnswer): void {
  console.log(`${what}: first output ${firstMs.toFixed(0)} ms; ${events} events in ${tookMs.toFixed(0)} ms, ${(events / tookMs * 1000 / 1e6).toFixed(2)} M/s, ${bytes} characters${error === undefined ? '' : `; ${error}`}`);
}
for (const chisel of chisels) { told(`while it is read, ${chisel.name}, first ${QUICK_EVENTS}`, await editor.run(chisel, [], { maxEvents: QUICK_EVENTS })); await sleep(NEXT_MS); }
const { events } = await editor.loaded();
console.log(`${events} events are read`);
for (const chisel of chisels) {
  told(`${chisel.name}, first ${QUICK_EVENTS}`, await editor.run(chisel, [], { maxEvents: QUICK_EVENTS }));
  await sleep(NEXT_MS);
  told(`${chisel.name}, whole`, await editor.run(chisel, []));
  await sleep(NEXT_MS);
  told(`${chisel.name}, whole, with what takes its time`, await editor.run(chisel, [], { profile: true }));
}
await editor.close();
