// `porthole counters [SECONDS]`: what containers do, counted in the kernel: no event is made, nothing is copied.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CALL_BITS, HOST_KINDS, type HostKind } from '../../driver/schema/index.ts';
import type { CallCounter, HostCount, HostCounters, Probe } from '../addon/porthole.d.ts';
import { containerOfCgroups } from '../engine/state/containers.ts';
import { loadAddon, openProblem, ProbeProblem } from './addon.ts';
import { CgroupResolver } from './cgroups.ts';
import { shortId } from './engines/engine.ts';
import { Engines } from './engines/engines.ts';
import { callBits, callOf } from './probeCalls.ts';
import { addCounters, quantileNs } from './probeCounters.ts';
import { hostObject, hostTables, hostTotals, shortTime, tableOf } from './probeCountersHost.ts';

const DEFAULT_SECONDS = 5;
/** How long the engines may take to say what containers are called, ms. */
const ENGINES_MS = 1500;
const KINDS = ['calls', ...HOST_KINDS] as const;
type Kind = (typeof KINDS)[number];
const USAGE = `porthole counters [-j] [--only KINDS] [SECONDS]
Counts for so many seconds (${String(DEFAULT_SECONDS)}), or until it is interrupted, what each container does; then prints a table a kind, the heaviest first.
Counted is in the kernel: no event is made, and what is not asked for is not attached.
  -j, --json    as JSON: all numbers, histograms by powers of two
  --only KINDS  some of ${KINDS.join(', ')}, with commas between

processors  CPU: time on processors (CPU%: of one); WAITED: runnable, but waiting for one, P50 and P99 of each wait; SWITCHES: how often a task left
            a processor, PREEMPTED of these against its will; FAULTS: pages that were not there, MAJOR of these read from disk
disk        requests to block devices: how many, what they moved, how long they took from being queued; OTHERS: flushing and discarding. What is
            written back later counts for the container only where the hierarchy of version 2 has its io controller
tcp         CONNECTS begun, FAILED of these; ACCEPTS of others' connections; CLOSES of both; RETRANSMITS: segments sent again; SENT, RECEIVED: bytes of
            connections that have been closed
memory      processes killed for want of memory
calls       calls, errors, bytes moved and lengths, by container and call`;

/** The table of calls: most calls first. `nameOf`: what a control group is called; groups of one name are added up. */
export function counterLines(counters: readonly CallCounter[], nameOf: (cgroup: bigint) => string): string {
  const rows = [...byName(counters, nameOf)].flatMap(([name, list]) => list.map((c) => ({ name, c }))).sort((a, b) => b.c.calls - a.c.calls).map(({ name, c }) => [
    name, nameOfCall(c), String(c.calls), String(c.errors), String(c.bytes), shortTime(quantileNs(c.lengths, 0.5)), shortTime(quantileNs(c.lengths, 0.99)),
  ]);
  return tableOf([['CONTAINER', 'CALL', 'CALLS', 'ERRORS', 'BYTES', 'P50', 'P99'], ...rows], 2);
}

const nameOfCall = (c: CallCounter): string => (c.narrow ? `ia32:${String(c.nr)}` : callOf(c.nr)?.name ?? String(c.nr));

function byName(counters: readonly CallCounter[], nameOf: (cgroup: bigint) => string): Map<string, readonly CallCounter[]> {
  const lists = new Map<string, CallCounter[]>(), groups = new Map<string, bigint>();
  for (const c of counters) {
    const name = nameOf(c.cgroup), cgroup = groups.get(name) ?? c.cgroup;
    groups.set(name, cgroup);
    const list = lists.get(name), one = { ...c, cgroup };
    if (list === undefined) lists.set(name, [one]); else list.push(one);
  }
  return new Map([...lists].map(([name, list]) => [name, addCounters(list)]));
}

/** Text of a path for a terminal: control characters as ?. */
function plain(text: string): string { return [...text].map((c) => (c < ' ' || (c >= '\x7f' && c <= '\x9f') || /[\u2028-\u202e\u2066-\u2069]/.test(c) ? '?' : c)).join(''); }

/** What control groups are called: their container by name where an engine says so, by id where not; otherwise their path. */
class Names {
  readonly #cgroups = new CgroupResolver();
  readonly #containers = new Map<string, string>();
  readonly #known = new Map<bigint, { readonly name: string; readonly id?: string; readonly path?: string }>();
  readonly #probe: Probe;
  constructor(probe: Probe) { this.#probe = probe; }

  /** Asks the engines that are there. */
  async ask(): Promise<void> {
    const engines = new Engines({ onContainer: ({ info }) => { if (info.name !== '') this.#containers.set(shortId(info.id), plain(info.name)); }, onRemoved: () => undefined, onState: () => undefined });
    await Promise.race([engines.look(), delay(ENGINES_MS, undefined, { ref: false })]);
    engines.stop();
  }

  of(cgroup: bigint): { readonly name: string; readonly id?: string; readonly path?: string } {
    const known = this.#known.get(cgroup) ?? this.#find(cgroup);
    this.#known.set(cgroup, known);
    return known;
  }

  #find(cgroup: bigint): { readonly name: string; readonly id?: string; readonly path?: string } {
    if (cgroup === 0n) return { name: '(kernel)' };
    const path = this.#cgroups.pathOf(Number(cgroup), 0) ?? this.#probe.cgroupPath(Number(cgroup));
    if (path === undefined) return { name: `cgroup ${String(cgroup)}` };
    const id = containerOfCgroups(`unified=${path}`)?.id.slice(0, 12);
    const shown = plain(path === '' ? '/' : path);
    return id === undefined ? { name: shown, path: shown } : { name: this.#containers.get(id) ?? id, id, path: shown };
  }
}

interface Counted { readonly seconds: number; readonly calls: readonly CallCounter[] | undefined; readonly host: readonly HostCount[]; readonly names: Names }

function asJson({ seconds, calls, host, names }: Counted, missing: readonly string[], lost: number): string {
  const containers = new Map<string, Record<string, unknown>>();
  const at = (name: string): Record<string, unknown> => { let one = containers.get(name); if (one === undefined) containers.set(name, one = { name }); return one; };
  for (const cgroup of new Set([...host, ...calls ?? []].map((c) => c.cgroup))) {
    const { name, id, path } = names.of(cgroup), one = at(name);
    if (id !== undefined) one['container'] = id;
    one['cgroups'] = [...(one['cgroups'] as object[] | undefined ?? []), { id: String(cgroup), ...(path === undefined ? {} : { path }) }];
  }
  const nameOf = (cgroup: bigint): string => names.of(cgroup).name;
  for (const [name, totals] of hostTotals(host, nameOf)) Object.assign(at(name), hostObject(totals));
  for (const [name, list] of byName(calls ?? [], nameOf)) at(name)['calls'] = [...list].sort((a, b) => b.calls - a.calls).map((c) => ({ call: nameOfCall(c), calls: c.calls, errors: c.errors, bytes: c.bytes, ns: c.ns, untimed: c.untimed, lengths: c.lengths }));
  return `${JSON.stringify({ seconds, missing, lost, containers: [...containers.values()] })}\n`;
}

function kindsOf(text: string | undefined): ReadonlySet<Kind> | undefined {
  if (text === undefined) return new Set(KINDS);
  const words = text.split(',').map((word) => word.trim()), kinds = KINDS.filter((kind) => words.includes(kind));
  return words.every((word) => (KINDS as readonly string[]).includes(word)) ? new Set(kinds) : undefined;
}

function wrong(message: string): number { process.stderr.write(`porthole counters: ${message}\n${USAGE}\n`); return 2; }

/** Runs the command; answers its exit code. */
export async function runCounters(words: readonly string[]): Promise<number> {
  let values: { json?: boolean; help?: boolean; only?: string }, positionals: string[];
  try { ({ values, positionals } = parseArgs({ args: [...words], allowPositionals: true, options: { json: { type: 'boolean', short: 'j' }, help: { type: 'boolean', short: 'h' }, only: { type: 'string' } } })); } catch (error) { return wrong(error instanceof Error ? error.message : String(error)); }
  if (values.help === true) { process.stdout.write(`${USAGE}\n`); return 0; }
  const seconds = positionals[0] === undefined ? DEFAULT_SECONDS : Number(positionals[0]), kinds = kindsOf(values.only);
  if (positionals.length > 1 || !(seconds > 0 && seconds <= 86_400)) return wrong(`how many seconds, at most 86400? Not ${positionals.join(' ')}`);
  if (kinds === undefined) return wrong(`--only takes some of ${KINDS.join(', ')}, not ${values.only ?? ''}`);
  const stop = new AbortController();
  const interrupt = (): void => { stop.abort(); };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try { await count(seconds, kinds, values.json === true, stop.signal); return 0; } catch (error) {
    const problem = error instanceof ProbeProblem ? error : openProblem(error);
    process.stderr.write(`porthole: ${problem.message}\n${problem.remedy}\n`);
    return 1;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

async function count(seconds: number, kinds: ReadonlySet<Kind>, json: boolean, stop: AbortSignal): Promise<void> {
  const addon = loadAddon();
  // The probe is there without calls too: it notes the paths of control groups that come and go.
  const probe = addon.openProbe({ ringBytes: 65_536 });
  let host: HostCounters | undefined;
  try {
    const calls = kinds.has('calls'), others = HOST_KINDS.filter((kind): kind is HostKind => kinds.has(kind));
    probe.setProfile({ calls: callBits(() => (calls ? CALL_BITS.count : 0), calls ? CALL_BITS.count : 0), threadEnds: false, signals: false, oomKills: false });
    const start = performance.now();
    probe.start(() => undefined);
    host = others.length === 0 ? undefined : addon.openHostCounters({ kinds: others });
    const names = new Names(probe), asked = names.ask();
    await delay(seconds * 1000, undefined, { signal: stop }).catch(() => undefined);
    const counts = host?.counts() ?? { counts: [], lost: 0 }, missing = host?.missing() ?? [];
    const counted: Counted = { seconds: (performance.now() - start) / 1000, calls: calls ? addCounters(probe.counters()) : undefined, host: counts.counts, names };
    const lost = probe.stats().losses.reduce((sum, n) => sum + n, 0) + counts.lost;
    host?.close();
    host = undefined;
    await asked;
    const nameOf = (cgroup: bigint): string => names.of(cgroup).name;
    if (json) process.stdout.write(asJson(counted, missing, lost));
    else process.stdout.write([hostTables(hostTotals(counted.host, nameOf), counted.seconds), counted.calls === undefined ? '' : counterLines(counted.calls, nameOf)].filter((text) => text !== '').join('\n'));
    if (missing.length > 0) process.stderr.write(`porthole: this kernel has no tracepoint ${missing.join(', ')}: what it would tell is not counted\n`);
    if (lost > 0) process.stderr.write(`porthole: ${String(lost)} things were not counted: there were too many containers, or pairs of container and call\n`);
  } finally {
    host?.close();
    probe.close();
  }
}
