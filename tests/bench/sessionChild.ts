// One open capture, in a process of its own so that its memory is its own: opens FILE, then asks. Prints one line of JSON. Run with --expose-gc.
import { openCaptureFile } from '../../remote-agent/capture/captureFile.ts';
import type { Steps } from '../../remote-agent/engine/session/page.ts';

/** Work between looks at whether somebody has cancelled, as the agent's server does it. */
const BUDGET = 100_000;
const finish = <T>(steps: Steps<T>): T => { while (!steps.advance(BUDGET)); return steps.result(); };
const used = (): number => { globalThis.gc?.(); globalThis.gc?.(); const { heapUsed, arrayBuffers, external } = process.memoryUsage(); return heapUsed + Math.max(arrayBuffers, external); };
const timed = <T>(work: () => T): { ms: number; value: T } => { const begun = performance.now(); const value = work(); return { ms: performance.now() - begun, value }; };

async function run(path: string, filters: readonly string[]): Promise<void> {
  const before = used();
  const begun = performance.now();
  const file = await openCaptureFile(path, { agentVersion: 'bench', historyBytes: 4e9 });
  await file.done;
  const openMs = performance.now() - begun;
  const bytes = used() - before;
  const { session } = file;
  const { endNs } = session;
  const answers = filters.map((filter) => {
    const first = timed(() => ({ count: finish(session.count(0, endNs, filter)), rows: finish(session.page({ startNs: 0, endNs, fromRow: -1, direction: 'forward', count: 100 }, filter)).rows.length }));
    const again = timed(() => finish(session.count(0, endNs, filter)));
    return { filter, ...first.value, ms: first.ms, againMs: again.ms };
  });
  console.log(JSON.stringify({ events: session.history.rowCount, openMs, bytes, answers, problems: session.problems }));
  file.close();
}

const [path = '', ...filters] = process.argv.slice(2);
await run(path, filters);
