// The soak: full load, the profile changing every second, and books that must balance. Nothing may grow: memory, descriptors, what the kernel keeps.
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { openProbe } from '../../driver/test/recorder.ts';
import { SYSCALLS } from '../../driver/schema/index.ts';
import { idsOf, tell, type Ids } from '../faults/probeFiles.ts';
import { chance, type Chance } from '../seed.ts';
import { Watched } from './agent.ts';
import { buildLoad, fdCount, kernelBytesOf, KINDS, Load, makeCgroup, removeCgroup, rssOf, sample, threadsOfHost, type Cgroup } from './host.ts';
import { Ledger } from './ledger.ts';
import { Tally } from './tally.ts';
import { Wish } from './wish.ts';

export interface SoakOptions {
  /** How often the profile is changed, about once a second where the machine has time for it; or how long. */
  readonly rounds?: number;
  readonly seconds?: number;
  readonly seed: number;
  /** A private folder. */
  readonly folder: string;
  readonly threads?: number;
  readonly ringBytes?: number;
  /** Ends the run as soon as a second is over. */
  readonly signal?: AbortSignal;
  /** Once in a while, a line for people. */
  readonly say?: (line: string) => void;
}

export interface SoakResult {
  /** What went wrong; empty when all is well. */
  readonly failures: readonly string[];
  readonly switches: number;
  /** How often the books were closed: to the last call, and within what changes under load leave open. */
  readonly exact: number;
  readonly bounded: number;
  readonly delivered: number;
  readonly lost: number;
  /** Left out by wish, and counted as such; counted in the kernel; how often calls were wanted by their length. */
  readonly leftOut: number;
  readonly counted: number;
  readonly byLength: number;
  readonly recordings: number;
  readonly callsUnderWayMost: number;
  readonly agentEvents: number;
  readonly agentLost: number;
  /** Memory that is needed, in the second and the last quarter. */
  readonly agentMiB: { readonly first: number; readonly last: number };
  readonly ownMiB: { readonly first: number; readonly last: number };
}

const SECOND_MS = 1000;
/** Growth of memory between the second and the last quarter that counts as a leak, MiB. */
const GROWTH_MIB = 24;
/** Fewer say nothing of growth. */
const LEAST_SAMPLES = 24;
const numberOf = (name: string): number => SYSCALLS.find((call) => call.name === name)?.[process.arch === 'arm64' ? 'arm64' : 'x64'] ?? -1;
const KIND_NUMBERS = KINDS.map(numberOf);
/** Of load churn, which ends children in the midst of them. */
const CHURN_NUMBERS = ['pause', 'wait4'].map(numberOf).filter((nr) => nr >= 0);

/** Runs until the time is over, or something is wrong that makes going on useless. Leaves nothing behind. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const run = new Run(options);
  try { return await run.run(); } finally { await run.close(); }
}

class Run {
  readonly #options: SoakOptions;
  readonly #random: Chance;
  readonly #cgroups: Cgroup[] = [];
  readonly #loads: Load[] = [];
  readonly #others: ChildProcess[] = [];
  readonly #failures: string[] = [];
  #agent: Watched | undefined;
  #probe: ReturnType<typeof openProbe> | undefined;
  #wish = new Wish({ numbers: KIND_NUMBERS, others: [], groups: [], pids: [] });
  #held = false;
  // The books since they were closed last: what is asked for, and what is counted.
  #books: { readonly asked: Ledger; readonly counted: Ledger } | undefined;
  #foreign = false;
  #countsBefore = { calls: 0, leftOut: 0, long: 0 };
  #deliveredBefore = 0;
  #lostBefore = 0;
  #did: string[] = [];
  #switches = 0; #exact = 0; #bounded = 0; #delivered = 0; #lost = 0; #leftOut = 0; #counted = 0; #byLength = 0; #callsMost = 0;

  constructor(options: SoakOptions) { this.#options = options; this.#random = chance(options.seed); }

  async run(): Promise<SoakResult> {
    const { folder, rounds = Infinity, seconds = Infinity, threads = 2, say } = this.#options;
    const program = buildLoad(folder);
    for (const name of ['a', 'b', 'churn']) this.#cgroups.push(makeCgroup(name));
    const [a, b, churn] = this.#cgroups as [Cgroup, Cgroup, Cgroup];
    for (const [name, cgroup] of [['a', a], ['b', b]] as const) this.#loads.push(new Load(program, folder, cgroup, name, threads, this.#random.below(1 << 30)));
    await Promise.all(this.#loads.map((load) => load.ready));
    this.#loads.forEach((load) => { load.gate(true); });
    this.#others.push(spawn(program, ['churn', churn.path, String(this.#random.below(1 << 30))], { stdio: ['ignore', 'ignore', 'inherit'], detached: true }));

    const probe = this.#probe = openProbe({ ringBytes: this.#options.ringBytes ?? 1 << 21 });
    const tally = new Tally([a.id, b.id], KIND_NUMBERS);
    this.#wish = new Wish({ numbers: KIND_NUMBERS, others: CHURN_NUMBERS, groups: [a.id, b.id], pids: this.#loads.map(({ pid }) => pid) });
    probe.setProfile(this.#wish.profile);
    probe.start((batch) => { tally.take(batch); });
    const held = idsOf(process.pid);
    this.#agent = await Watched.start(folder, this.#random);
    const agentHeld = this.#agent.held();

    await this.#quiet(tally);
    // However short the run and slow the machine, something is left out in its first books.
    this.#wish.change(this.#random, 0);
    this.#open(threads, tally);
    const own: number[] = [];
    let descriptors = 0;
    const start = performance.now(), end = start + seconds * SECOND_MS;
    for (let round = 1; round <= rounds && performance.now() < end && this.#failures.length === 0 && this.#options.signal?.aborted !== true; round++) {
      await delay(SECOND_MS);
      await this.#agent.look();
      // The second round always leaves the reader standing, so that no run is without losses.
      if (round % 4 === 0 || this.#random.next() < 0.2) {
        await this.#close(tally);
        this.#change(false, true);
        this.#open(threads, tally);
      } else this.#change(round === 2, false);
      if (round % 8 === 0 || this.#wish.foreign) await this.#callsOfTheLiving();
      if (round === 3) descriptors = fdCount('self');
      if (round % 8 === 0) own.push(inUse());
      if (round % 10 === 0) say?.(`${Math.round((performance.now() - start) / SECOND_MS)} s: ${this.#told()}`);
    }
    this.#setHeld(false);
    await this.#close(tally);
    await this.#callsOfTheLiving();
    if (tally.broken > 0) this.#fail(`${tally.broken} batches were not whole`);
    if (tally.wrongStarts > 0) this.#fail(`${tally.wrongStarts} calls began long before they can have begun`);
    if (hasGrown(held, idsOf(process.pid))) this.#fail(`the probe held ${tell(held)}, and now ${tell(idsOf(process.pid))}`);
    // What is attached at either moment hangs on the profile of that moment; a descriptor left at each change would be more than that before long.
    if (descriptors !== 0 && fdCount('self') > descriptors + 10) this.#fail(`descriptors grew from ${descriptors} to ${fdCount('self')}`);
    if (hasGrown(agentHeld, this.#agent.held())) this.#fail(`the agent held ${tell(agentHeld)}, and now ${tell(this.#agent.held())}`);
    for (const failure of await this.#agent.end()) this.#fail(failure);
    const ownMiB = this.#grown('this process', own), agentMiB = this.#grown('the agent', this.#agent.memory);
    return {
      failures: this.#failures, switches: this.#switches, exact: this.#exact, bounded: this.#bounded, delivered: this.#delivered, lost: this.#lost, leftOut: this.#leftOut, counted: this.#counted, byLength: this.#byLength, recordings: this.#agent.recordings, callsUnderWayMost: this.#callsMost,
      agentEvents: this.#agent.events, agentLost: this.#agent.lost, agentMiB, ownMiB,
    };
  }

  /** Where things stand, for people. */
  #told(): string {
    const pid = this.#agent?.pid ?? 0, mib = (bytes: number): number => Math.round(bytes / 2 ** 20);
    return `${this.#delivered} calls delivered, ${this.#lost} lost, ${this.#leftOut} left out, ${this.#counted} counted; books closed ${this.#exact} times to the last call, ${this.#bounded} times between bounds; `
      + `agent ${mib(rssOf(pid))} MiB, ${mib(this.#agent?.memory.at(-1) ?? 0)} of it needed, ${mib(kernelBytesOf(pid))} in the kernel, ${fdCount(pid)} descriptors, ${this.#agent?.recordings ?? 0} recordings; the probe's reader ${mib(rssOf('self'))} MiB, ${mib(kernelBytesOf('self'))} in the kernel, ${fdCount('self')} descriptors`;
  }

  #fail(what: string): void { this.#failures.push(`${what} (PORTHOLE_SEED=${this.#options.seed})`); }

  #pause(on: boolean): string { this.#wish.paused = on; if (on) this.#probe?.pause(); else this.#probe?.resume(); return on ? 'pause' : 'resume'; }

  #setHeld(on: boolean): void { if (on !== this.#held) { this.#held = on; this.#probe?.holdReader(on); } }

  /** Changes something by chance, maybe under load; the reader stands still for a second where it is told to. */
  #change(hold: boolean, quiet: boolean): void {
    const random = this.#random, wish = this.#wish;
    this.#setHeld(hold || random.next() < 0.1);
    if (this.#held) this.#did.push('hold');
    for (let times = 1 + random.below(3); times > 0; times--) {
      // Each for itself: what is switched off and on again at once has been off for some calls.
      const before = sample(this.#loads);
      this.#switches++;
      // A pause lasts until the next change.
      if (wish.paused || random.below(8) === 0) this.#did.push(this.#pause(!wish.paused));
      else {
        this.#did.push(wish.change(random));
        this.#probe?.setProfile(wish.profile);
      }
      if (wish.foreign) this.#foreign = true;
      const after = sample(this.#loads);
      this.#books?.asked.change(wish.wanted, before, after, quiet);
      this.#books?.counted.change(wish.counted, before, after, quiet);
    }
  }

  /** Nobody makes calls any more, and all that was put down has come. */
  async #quiet(tally: Tally): Promise<void> {
    for (const load of this.#loads) load.gate(true);
    for (let i = 0; !this.#loads.every((load) => load.parked()); i++) { if (i > 30_000) throw new Error('the load does not stand still'); await delay(1); }
    // A thread may have been seen standing just before it went on; it comes back at once.
    await delay(5);
    for (let i = 0; !this.#loads.every((load) => load.parked()); i++) { if (i > 30_000) throw new Error('the load does not stand still'); await delay(1); }
    const probe = this.#probe;
    this.#setHeld(false);
    for (let i = 0, last = -1; ; i++) {
      const { waitingBytes, queued } = probe?.stats() ?? { waitingBytes: 0, queued: 0 };
      // With all of the host wanted there is always something on its way; what was on its way before is through when that much has come.
      if ((waitingBytes === 0 && queued === 0) || (this.#foreign && i > 100 && tally.delivered === last)) return;
      if (i > 30_000) throw new Error('the ring does not run empty');
      last = tally.delivered;
      await delay(i < 100 ? 1 : 10);
    }
  }

  #losses(): number { return this.#probe?.stats().losses.reduce((sum, count) => sum + count, 0) ?? 0; }

  /** New books, for calls of other lengths maybe. The load stands still until they are open. */
  #open(threads: number, tally: Tally): void {
    const wish = this.#wish, probe = this.#probe;
    this.#did = [wish.chooseLength(this.#random)];
    probe?.setProfile(wish.profile);
    if (wish.slow > 0) this.#byLength++;
    this.#foreign = wish.foreign;
    this.#deliveredBefore = tally.delivered;
    this.#lostBefore = this.#losses();
    this.#countsBefore = wish.counts(probe?.counters() ?? []);
    const made = sample(this.#loads);
    this.#books = { asked: new Ledger(threads, wish.wanted, made), counted: new Ledger(threads, wish.counted, made) };
    for (const load of this.#loads) load.gate(false);
  }

  /** made = delivered + lost + left out, and what is counted was made. The load stands still afterwards. */
  async #close(tally: Tally): Promise<void> {
    await this.#quiet(tally);
    const { asked, counted } = this.#books ?? {}, wish = this.#wish;
    if (asked === undefined || counted === undefined) return;
    const made = sample(this.#loads);
    asked.settle(made);
    counted.settle(made);
    const counts = wish.counts(this.#probe?.counters() ?? []), before = this.#countsBefore;
    const delivered = tally.delivered - this.#deliveredBefore, lost = this.#losses() - this.#lostBefore, leftOut = counts.leftOut - before.leftOut, calls = counts.calls - before.calls;
    this.#delivered += delivered;
    this.#lost += lost;
    this.#leftOut += leftOut;
    this.#counted += calls;
    // How many calls were long enough, the loads do not know; the kernel's own counters do.
    const long = counts.long - before.long, least = wish.slow > 0 ? long : asked.least, most = wish.slow > 0 ? long : asked.most;
    if (least === most && counted.least === counted.most) this.#exact++; else this.#bounded++;
    const told = `${range(asked.least, asked.most)} made${wish.slow > 0 ? `, ${long} of them long enough` : ''}: ${delivered} delivered, ${lost} lost, ${leftOut} left out; ${range(counted.least, counted.most)} made that are counted: ${calls} counted; what was done: ${this.#did.join(' ')}`;
    if (delivered + leftOut > most) this.#fail(`more calls were delivered and left out than made: ${told}`);
    if (delivered + lost + leftOut < least) this.#fail(`calls vanished unseen: ${told}`);
    // Losses of others cannot be told from those of the load.
    if (!this.#foreign && delivered + lost + leftOut > most) this.#fail(`more was delivered, lost and left out than made: ${told}`);
    if (long > asked.most && wish.slow > 0) this.#fail(`more calls were long than made: ${told}`);
    if (calls < counted.least || calls > counted.most) this.#fail(`calls were counted that were not made, or made and not counted: ${told}`);
  }

  /** Every call under way belongs to a thread that lives; those of threads that have just ended get their time. */
  async #callsOfTheLiving(): Promise<void> {
    let dead: number[] | undefined;
    for (let i = 0; i < 200; i++) {
      const keys = this.#probe?.inflight().map(({ tid }) => tid) ?? [], living = threadsOfHost();
      this.#callsMost = Math.max(this.#callsMost, keys.length);
      const left: number[] = keys.filter((tid) => !living.has(tid) && (dead === undefined || dead.includes(tid)));
      if (left.length === 0) return;
      dead = left;
      await delay(50);
    }
    this.#fail(`calls are kept of threads that have ended: ${dead?.slice(0, 10).join(' ') ?? ''}`);
  }

  /** Memory in the second and the last quarter, MiB. Short runs say nothing of growth. */
  #grown(who: string, samples: readonly number[]): { first: number; last: number } {
    const quarter = Math.floor(samples.length / 4);
    const middle = (part: readonly number[]): number => Math.round(([...part].sort((x, y) => x - y)[Math.floor(part.length / 2)] ?? 0) / 2 ** 20);
    const first = middle(samples.slice(quarter, 2 * quarter)), last = middle(samples.slice(-Math.max(1, quarter)));
    if (samples.length >= LEAST_SAMPLES && last > first + GROWTH_MIB) this.#fail(`${who} grew from ${first} to ${last} MiB`);
    return { first, last };
  }

  async close(): Promise<void> {
    for (const load of this.#loads) load.end();
    for (const child of this.#others) child.kill('SIGKILL');
    this.#probe?.close();
    await this.#agent?.kill();
    for (const cgroup of this.#cgroups) await removeCgroup(cgroup);
  }
}

function range(least: number, most: number): string { return least === most ? String(least) : `${least} to ${most}`; }

/** Of this process, bytes. Without `--expose-gc` there is no way to have only what is needed; batches come in buffers that are not the collector's. */
function inUse(): number { globalThis.gc?.(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; }

/** Programs are attached and detached as they are asked for, and the list of calls has one of its own; beyond that a probe holds what it held. */
function hasGrown(before: Ids, now: Ids): boolean {
  return now.map.size > before.map.size || now.prog.size > before.prog.size + 2 || now.link.size > before.link.size + 4;
}
