// The engine's part of a timeline, in a process of its own: opens FILE, then pans and zooms as a script says. Prints one line of JSON: times of each step in ms.
import { openCaptureFile } from '../../remote-agent/capture/captureFile.ts';
import type { Steps } from '../../remote-agent/engine/session/page.ts';

const BUDGET = 100_000, LANES = 30, STEPS = 240;
/** CSS pixels of a page of 1,600 with a margin on both sides, as the page asks. */
const WIDTH_PX = 2000;
const finish = <T>(steps: Steps<T>): T => { while (!steps.advance(BUDGET)); return steps.result(); };

/** From everything down to a ten-thousandth of it and back, each width panned over. */
function* script(endNs: number): Generator<{ startNs: number; endNs: number }> {
  for (let step = 0; step < STEPS; step++) {
    const depth = 1 - Math.abs(1 - step / (STEPS / 2)), span = endNs * 10 ** (-4 * depth), from = (endNs - span) * ((step * 7 % 50) / 50);
    yield { startNs: Math.floor(from), endNs: Math.ceil(from + span) };
  }
}

async function run(path: string, filter: string): Promise<void> {
  const file = await openCaptureFile(path, { agentVersion: 'bench', historyBytes: 4e9 });
  await file.done;
  const { session } = file;
  const step = ({ startNs, endNs }: { startNs: number; endNs: number }): number => {
    const begun = performance.now();
    const lanes = finish(session.lanes(startNs, endNs, filter)).filter((lane) => lane.level !== 'thread').slice(0, LANES).map((lane) => lane.id);
    finish(session.viewport({ startNs, endNs, widthPx: WIDTH_PX, lanes }, filter));
    return performance.now() - begun;
  };
  // What is added up once, and the compiler, are paid for by the first looks.
  const firstMs = step({ startNs: 0, endNs: session.endNs });
  for (const range of script(session.endNs)) step(range);
  const ms: number[] = [];
  for (const range of script(session.endNs)) ms.push(step(range));
  console.log(JSON.stringify({ events: session.history.rowCount, firstMs, ms }));
  file.close();
}

const [path = '', filter = ''] = process.argv.slice(2);
await run(path, filter);
