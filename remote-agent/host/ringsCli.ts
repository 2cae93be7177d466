// porthole rings: what is submitted to io_uring, counted in the kernel by ring and process.
import { parseArgs } from 'node:util';
import { RING_OPERATIONS } from '../../driver/schema/index.ts';
import type { RingCount } from '../addon/porthole.d.ts';
import { loadAddon, ProbeProblem } from './addon.ts';
import { say } from './cliSay.ts';

const DEFAULT_SECONDS = 5;
const USAGE = `porthole rings [-j] [SECONDS]
Counts what is submitted to io_uring for so many seconds (${DEFAULT_SECONDS}), or until it is interrupted: by ring and process, and by operation.
Requests that a thread of the kernel takes from a ring (IORING_SETUP_SQPOLL) make no system call; they stand under KERNEL as well.
  -j, --json  as JSON`;
/** Control characters of names, which must not steer a terminal. */
// eslint-disable-next-line no-control-regex
const STEERING = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export async function runRings(argv: readonly string[]): Promise<number> {
  let values: { json?: boolean; help?: boolean }, positionals: string[];
  try { ({ values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { json: { type: 'boolean', short: 'j' }, help: { type: 'boolean', short: 'h' } } })); } catch (error) { return wrong(error instanceof Error ? error.message : String(error)); }
  if (values.help === true) { process.stdout.write(`${USAGE}\n`); return 0; }
  const seconds = Number(positionals[0] ?? DEFAULT_SECONDS);
  if (!(seconds > 0) || positionals.length > 1) return wrong(`how many seconds? Not ${positionals.join(' ')}`);
  let rings;
  try { rings = loadAddon().openRings(); } catch (error) {
    if (error instanceof ProbeProblem) say(`${error.message} ${error.remedy}`);
    else say(`porthole rings: ${error instanceof Error ? error.message : String(error)}${(error as { code?: unknown }).code === 'EPERM' ? ' Run it as root.' : ''}`);
    return 1;
  }
  try {
    const start = performance.now();
    await interruptedOr(seconds * 1000);
    const { rings: counted, lost } = rings.counts();
    const took = (performance.now() - start) / 1000;
    process.stdout.write(values.json === true ? `${JSON.stringify({ seconds: took, lost, rings: counted.map(plain) })}\n` : table(counted, took));
    if (lost > 0) say(`porthole: ${lost} requests were of rings for which there was no room, and are not counted`);
    return 0;
  } finally { rings.close(); }
}

function wrong(message: string): number {
  say(`porthole rings: ${message}\n${USAGE}`);
  return 1;
}

/** Waits so long, or until somebody ends the command. */
function interruptedOr(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, Math.min(ms, 2 ** 31 - 1));
    function end(): void { clearTimeout(timer); process.off('SIGINT', end); process.off('SIGTERM', end); resolve(); }
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  });
}

const nameOf = (ring: RingCount): string => Buffer.from(ring.comm).toString().replace(STEERING, '.');
/** Operations by name, the most frequent first. */
function operations(ring: RingCount): [name: string, count: number][] {
  return ring.operations.map((count, i): [string, number] => [RING_OPERATIONS[i] ?? `operation ${i}${i === ring.operations.length - 1 ? ' or above' : ''}`, count]).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
}

function plain(ring: RingCount): object {
  const { pid, fd, entries, submitted, byKernel, cgroup } = ring;
  return { pid, comm: nameOf(ring), fd: fd < 0 ? null : fd, entries: entries === 0 ? null : entries, cgroup: String(cgroup), submitted, byKernel, operations: Object.fromEntries(operations(ring)) };
}

/** The rings as people read them; `seconds`: how long they were counted. */
export function table(rings: readonly RingCount[], seconds: number): string {
  const heads = ['SUBMITTED', 'PER S', 'KERNEL', 'PROCESS', 'RING', 'OPERATIONS'];
  const rows = [...rings].sort((a, b) => b.submitted - a.submitted).map((ring) => [
    String(ring.submitted), (ring.submitted / seconds).toFixed(1), String(ring.byKernel), `${nameOf(ring)} (${ring.pid})`, ring.fd < 0 ? '?' : `fd ${ring.fd}`, operations(ring).map(([name, count]) => `${name} ${count}`).join(', '),
  ]);
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return `${[heads, ...rows].map((row) => row.map((cell, i) => (i < 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ').trimEnd()).join('\n')}\n`;
}
