// The soak: full load, the profile changing every second, and books that must balance. Nothing may grow: memory, descriptors, what the kernel keeps.
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { openProbe } from '../../driver/test/recorder.ts';
import { SYSCALLS } from '../../driver/schema/index.ts';
import { idsOf, tell, type Ids } from '../faults/probeFiles.ts';
import { chance, type Chance } from '../seed.ts';
import { Watched } from './agent.ts';
import { buildLoad, fdCount, KINDS, Load, makeCgroup, removeCgroup, rssOf, sample, threadsOfHost, type Cgroup } from './host.ts';
import { Ledger, type Wanted } from './ledger.ts';
import { Tally } from './tally.ts';

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
const SNAPLENS = [0, 1, 80, 80, 200, 4096];
const numberOf = (name: string): number => SYSCALLS.find((call) => call.name === name)?.[process.arch === 'arm64' ? 'arm64' : 'x64'] ?? -1;
const ALL_NUMBERS = SYSCALLS.map((call) => call[process.arch === 'arm64' ? 'arm64' : 'x64']).filter((nr) => nr >= 0);
const KIND_NUMBERS = KINDS.map(numberOf);

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
  // The profile.
  #kinds = KINDS.map(() => true);
  #groups: readonly number[] | undefined = [0, 1];
  #paused = false;
  #held = false;
  // The books since they were closed last.
  #foreign = false;
  #deliveredBefore = 0;
  #lostBefore = 0;
  #did: string[] = [];
  #switches = 0; #exact = 0; #bounded = 0; #delivered = 0; #lost = 0; #callsMost = 0;

  constructor(options: SoakOptions) { this.#options = options; this.#random = chance(options.seed); }

  async run(): Promise<SoakResult> {
    const { folder, rounds = Infinity, seconds = Infinity, threads = 2, say } = this.#options;
    const program = buildLoad(folder);
    for (const name of ['a', 'b', 'churn']) this.#cgroups.push(makeCgroup(name));
    const [a, b, churn] = this.#cgroups as [Cgroup, Cgroup, Cgroup];
    for (const [name, cgroup] of [['a', a], ['b', b]] as const) this.#loads.push(new Load(program, folder, cgroup, name, threads, this.#random.below(1 << 30)));
    await Promise.all(this.#loads.map((load) => load.ready));
    this.#loads.forEach((load) => { load.gate(true); });
    this.#others.push(spawn(program, ['churn', churn.path, String(this.#random.below(1 << 30))], { stdio: ['ignore', 'ignore', 'inherit'] }));

    const probe = this.#probe = openProbe({ ringBytes: this.#options.ringBytes ?? 1 << 21 });
    const tally = new Tally([a.id, b.id], KIND_NUMBERS);
    this.#apply();
    probe.start((batch) => { tally.take(batch); });
    const held = idsOf(process.pid);
    this.#agent = await Watched.start(folder, this.#random);
    const agentHeld = this.#agent.held();

    await this.#quiet(tally);
    let ledger = this.#open(threads, tally);
    const own: number[] = [];
    let descriptors = 0;
    const start = performance.now(), end = start + seconds * SECOND_MS;
    for (let round = 1; round <= rounds && performance.now() < end && this.#failures.length === 0 && this.#options.signal?.aborted !== true; round++) {
      await delay(SECOND_MS);
      await this.#agent.look();
      // The second round always leaves the reader standing, so that no run is without losses.
      if (round % 4 === 0 || this.#random.next() < 0.2) {
        await this.#close(ledger, tally);
        this.#change(ledger, round === 2, true);
        ledger = this.#open(threads, tally);
      } else this.#change(ledger, round === 2, false);
      if (round % 8 === 0) await this.#callsOfTheLiving();
      if (round === 3) descriptors = fdCount('self');
      if (round % 8 === 0) own.push(inUse());
      if (round % 10 === 0) say?.(`${Math.round((performance.now() - start) / SECOND_MS)} s: ${this.#delivered} calls delivered, ${this.#lost} lost, books closed ${this.#exact} times to the last call, ${this.#bounded} times between bounds; agent ${Math.round(rssOf(this.#agent.pid) / 2 ** 20)} MiB, ${Math.round((this.#agent.memory.at(-1) ?? 0) / 2 ** 20)} of it needed`);
    }
    this.#setHeld(false);
    await this.#close(ledger, tally);
    await this.#callsOfTheLiving();
    if (tally.broken > 0) this.#fail(`${tally.broken} batches were not whole`);
    if (tally.wrongStarts > 0) this.#fail(`${tally.wrongStarts} calls began long before they can have begun`);
    if (hasGrown(held, idsOf(process.pid))) this.#fail(`the probe held ${tell(held)}, and now ${tell(idsOf(process.pid))}`);
    if (descriptors !== 0 && fdCount('self') > descriptors + 4) this.#fail(`descriptors grew from ${descriptors} to ${fdCount('self')}`);
    if (hasGrown(agentHeld, this.#agent.held())) this.#fail(`the agent held ${tell(agentHeld)}, and now ${tell(this.#agent.held())}`);
    for (const failure of await this.#agent.end()) this.#fail(failure);
    const ownMiB = this.#grown('this process', own), agentMiB = this.#grown('the agent', this.#agent.memory);
    return {
      failures: this.#failures, switches: this.#switches, exact: this.#exact, bounded: this.#bounded, delivered: this.#delivered, lost: this.#lost, callsUnderWayMost: this.#callsMost,
      agentEvents: this.#agent.events, agentLost: this.#agent.lost, agentMiB, ownMiB,
    };
  }

  #fail(what: string): void { this.#failures.push(`${what} (PORTHOLE_SEED=${this.#options.seed})`); }

  #wanted(): Wanted { return [0, 1].map((group) => this.#kinds.map((kind) => kind && !this.#paused && (this.#groups === undefined || this.#groups.includes(group)))); }

  /** Tells the probe all of the profile but pauses. */
  #apply(): void {
    const probe = this.#probe, wanted = new Set(KIND_NUMBERS.filter((_, kind) => this.#kinds[kind]));
    probe?.setUnwantedCalls(ALL_NUMBERS.filter((nr) => !wanted.has(nr)));
    probe?.setCgroups(this.#groups === undefined ? null : this.#groups.map((group) => this.#cgroups[group]?.id ?? 0n));
  }

  #pause(on: boolean): void { this.#paused = on; if (on) this.#probe?.pause(); else this.#probe?.resume(); this.#did.push(on ? 'pause' : 'resume'); }

  #setHeld(on: boolean): void { if (on !== this.#held) { this.#held = on; this.#probe?.holdReader(on); } }

  /** Changes something by chance, maybe under load; the reader stands still for a second where it is told to. */
  #change(ledger: Ledger, hold: boolean, quiet: boolean): void {
    const random = this.#random, probe = this.#probe;
    this.#setHeld(hold || random.next() < 0.1);
    if (this.#held) this.#did.push('hold');
    for (let times = 1 + random.below(3); times > 0; times--) {
      // Each for itself: what is switched off and on again at once has been off for some calls.
      const before = sample(this.#loads);
      this.#switches++;
      // A pause lasts until the next change.
      switch (this.#paused ? 6 : random.below(7)) {
        case 0: case 1: case 2: this.#kinds = KINDS.map(() => random.next() < 0.7); this.#apply(); this.#did.push('kinds'); break;
        case 3: case 4: this.#groups = random.pick([[0], [1], [0, 1], [0, 1], undefined]); this.#apply(); this.#did.push('groups'); break;
        case 5: probe?.setSnaplen(random.pick(SNAPLENS)); this.#did.push('snaplen'); break;
        default: this.#pause(!this.#paused);
      }
      if (this.#groups === undefined) this.#foreign = true;
      ledger.change(this.#wanted(), before, sample(this.#loads), quiet);
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

  #open(threads: number, tally: Tally): Ledger {
    this.#foreign = this.#groups === undefined;
    this.#did = [];
    this.#deliveredBefore = tally.delivered;
    this.#lostBefore = this.#losses();
    const ledger = new Ledger(threads, this.#wanted(), sample(this.#loads));
    for (const load of this.#loads) load.gate(false);
    return ledger;
  }

  /** made = delivered + lost. The load stands still afterwards. */
  async #close(ledger: Ledger, tally: Tally): Promise<void> {
    await this.#quiet(tally);
    ledger.settle(sample(this.#loads));
    const delivered = tally.delivered - this.#deliveredBefore, lost = this.#losses() - this.#lostBefore;
    this.#delivered += delivered;
    this.#lost += lost;
    const { least, most } = ledger;
    if (least === most) this.#exact++; else this.#bounded++;
    const told = `made ${least === most ? least : `${least} to ${most}`}, delivered ${delivered}, lost ${lost}; what was done: ${this.#did.join(' ')}`;
    if (delivered > most) this.#fail(`more calls were delivered than made: ${told}`);
    if (delivered + lost < least) this.#fail(`calls vanished unseen: ${told}`);
    // Losses of others cannot be told from those of the load.
    if (!this.#foreign && delivered + lost > most) this.#fail(`more was delivered and lost than made: ${told}`);
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

/** Of this process, bytes. Without `--expose-gc` there is no way to have only what is needed; batches come in buffers that are not the collector's. */
function inUse(): number { globalThis.gc?.(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; }

/** Programs are attached and detached as they are asked for, and the list of calls has one of its own; beyond that a probe holds what it held. */
function hasGrown(before: Ids, now: Ids): boolean {
  return now.map.size > before.map.size || now.prog.size > before.prog.size + 2 || now.link.size > before.link.size + 4;
}
