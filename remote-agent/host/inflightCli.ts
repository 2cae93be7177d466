// porthole inflight: what everybody on this host is blocked on right now, or what never returned in a capture.
import { parseArgs } from 'node:util';
import { MAX_CALLS, type CallList, type CallRow } from '../engine/session/inflight.ts';
import { FilterError } from '../engine/session/filterBits.ts';
import type { Session } from '../engine/session/session.ts';
import { say } from './cliSay.ts';
import { Output } from './output.ts';

/** Control characters of names, which must not steer a terminal. */
// eslint-disable-next-line no-control-regex
const STEERING = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const USAGE = `porthole inflight [-r FILE] [--longer MS] [-n ROWS] [-j] [filter]
Calls that have not returned: what every thread of this host is blocked on right now, the longest first; with -r, what never returned in a capture.
  -r, --readfile FILE  of the capture FILE, at its end
  --longer MS          only those that have been waiting for at least so many milliseconds
  -n, --rows ROWS      at most so many (${MAX_CALLS})
  -j, --json           as JSON; times in nanoseconds
What began before is told as > 12.3 s: by the scheduler's word the thread has not run for so long. Recordings of Porthole's own hold calls that returned.
The filter sees each call as it would see its enter event, e.g. "container.name=web and fd.port=5432" or evt.type=futex.`;

interface Question { readonly file: string | undefined; readonly longerNs: number; readonly rows: number; readonly json: boolean; readonly filter: string }

export async function runInflight(argv: readonly string[]): Promise<number> {
  const question = read(argv);
  if (typeof question === 'number') return question;
  const output = new Output();
  let code: number;
  try { code = await answer(question, output); } catch (error) {
    if (error instanceof FilterError) say(`porthole inflight: filter error at position ${error.start + 1}: ${error.message}`);
    else say(error instanceof Error ? error.message : String(error));
    code = 1;
  }
  await output.end();
  return output.failed === undefined ? code : 1;
}

function read(argv: readonly string[]): Question | number {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], allowPositionals: true, options: { readfile: { type: 'string', short: 'r' }, longer: { type: 'string' }, rows: { type: 'string', short: 'n' }, json: { type: 'boolean', short: 'j' }, help: { type: 'boolean', short: 'h' } } });
  } catch (error) { return wrong(error instanceof Error ? error.message : String(error)); }
  const { values, positionals } = parsed;
  if (values.help === true) { process.stdout.write(`${USAGE}\n`); return 0; }
  const longer = Number(values.longer ?? 0), rows = Number(values.rows ?? MAX_CALLS);
  if (!(longer >= 0)) return wrong(`--longer takes a number of milliseconds, not ${values.longer ?? ''}`);
  if (!(rows >= 1)) return wrong(`-n takes a number of rows, not ${values.rows ?? ''}`);
  return { file: values.readfile, longerNs: longer * 1e6, rows, json: values.json === true, filter: positionals.join(' ') };
}

function wrong(message: string): number {
  say(`porthole inflight: ${message}\n${USAGE}`);
  return 1;
}

async function answer(question: Question, output: Output): Promise<number> {
  const source = await open(question.file);
  try {
    const { session } = source;
    const list = await session.callsUnderWay({ filter: question.filter, longerNs: question.longerNs, count: question.rows });
    output.write(question.json ? `${json(session, list)}\n` : table(session, list, output.terminal ? output.columns : 0));
    for (const note of notes(list, question)) say(`porthole: ${note}`);
    const problems = session.problems.filter((problem) => problem.code === 'file');
    for (const problem of problems) say(`porthole: ${problem.message} ${problem.remedy}`);
    return problems.length > 0 ? 1 : 0;
  } finally { await source.close(); }
}

async function open(file: string | undefined): Promise<{ readonly session: Session; close(): void | Promise<void> }> {
  if (file !== undefined) {
    const capture = await (await import('./fileSource.ts')).openFile(file);
    await capture.done;
    return capture;
  }
  if (process.platform !== 'linux') throw new Error(`porthole inflight: what is under way is asked of Linux' kernel; this is ${process.platform}. Read a capture: porthole inflight -r FILE`);
  // What began before a probe was loaded is all that a single look finds: /proc tells of it without one.
  return await (await import('./liveSource.ts')).openLive({ historyBytes: 1 << 20, withoutProbe: true });
}

function notes(list: CallList, { file }: Question): string[] {
  const said: string[] = [];
  if (list.onlyReturned) said.push('this capture tells of calls only when they return, as those of Porthole and of newer programs do: what never returned is not in it');
  if (list.total > list.calls.length) said.push(`${list.total - list.calls.length} more are left out: ${list.total <= MAX_CALLS ? `-n ${list.total} shows them` : 'a filter or --longer asks for fewer'}`);
  if (list.hidden > 0 && file === undefined) said.push(`${list.hidden} of ${list.threads} threads may not be looked at${process.getuid?.() === 0 ? '' : ': run it as root'}`);
  return said;
}

function json(session: Session, list: CallList): string {
  const epoch = (ns: number): string => String(session.state.baseNs + BigInt(Math.round(ns)));
  const { nowNs, total, threads, hidden, onlyReturned } = list;
  const calls = list.calls.map(({ startNs, row, ...call }) => ({ ...call, waitingNs: Math.round(call.waitingNs), startEpochNs: startNs < 0 && call.since !== 'exact' ? null : epoch(startNs), ...(row < 0 ? {} : { event: row + 1 }) }));
  return JSON.stringify({ host: session.info.hostname, nowEpochNs: epoch(nowNs), total, threads, hidden, onlyReturned, calls });
}

/** How long, to be read beside others: `12.345 s`, `3:20:07`; `> ` where it began before that. */
export function waitingText(call: Pick<CallRow, 'waitingNs' | 'since'>): string {
  if (call.since === 'unknown') return '?';
  const seconds = call.waitingNs / 1e9, whole = Math.floor(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  // What the scheduler tells is good to some tenths of a second.
  if (call.since === 'atLeast' && whole < 100) return `> ${seconds.toFixed(1)} s`;
  const text = seconds < 1 ? `${(seconds * 1000).toFixed(3)} ms` : whole < 100 ? `${seconds.toFixed(3)} s` : whole < 3600 ? `${Math.floor(whole / 60)}:${two(whole % 60)}` : `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return call.since === 'atLeast' ? `> ${text}` : text;
}

function sinceText(session: Session, call: CallRow, nowNs: number): string {
  if (call.since === 'unknown') return '?';
  const date = new Date(Number((session.state.baseNs + BigInt(Math.round(call.since === 'exact' ? call.startNs : nowNs - call.waitingNs))) / 1_000_000n));
  const day = Math.abs(Date.now() - date.getTime()) < 12 * 3600_000 ? '' : `${date.toISOString().slice(0, 10)} `;
  return `${call.since === 'atLeast' ? '< ' : ''}${day}${date.toTimeString().slice(0, 8)}${call.since === 'atLeast' ? '' : `.${String(date.getMilliseconds()).padStart(3, '0')}`}`;
}

const HEADS = ['WAITING', 'SINCE', 'CONTAINER', 'PROCESS', 'THREAD', 'CALL', 'FD', 'ON'] as const;
/** Names are cut here. */
const LONGEST = 40;

function table(session: Session, list: CallList, columns: number): string {
  const clean = (text: string): string => text.replace(STEERING, '.');
  const cut = (text: string): string => text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
  const rows = list.calls.map((call): string[] => [
    waitingText(call), sinceText(session, call, list.nowNs), cut(clean(call.container)), cut(clean(`${call.comm} (${call.pid})`)), call.tid === call.pid ? '' : String(call.tid), clean(call.name), call.descriptors[0] === undefined || call.descriptorCount > 1 && !ownFd(call) ? '' : String(call.descriptors[0].fd), clean(call.on),
  ]);
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string => {
    const text = row.map((cell, i) => i === 0 || i === 6 ? cell.padStart(widths[i] ?? 0) : i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd();
    return columns > 0 && text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
  };
  return [line(HEADS), ...rows.map(line), ''].join('\n');
}

/** Whether the first descriptor is one that the call was given, not one of its set. */
function ownFd(call: CallRow): boolean { return !/^(p?poll|p?select6?)$/.test(call.name); }
