// This host, live: the probe's events, what existed before them, and containers, brought together so that nothing is lost or counted twice.
import { release } from 'node:os';
import { EVENTS, KERNEL_LOSSES } from '../../driver/schema/index.ts';
import type { Probe } from '../addon/porthole.d.ts';
import { TimeBase } from '../engine/base/nanos.ts';
import { forEachRecord } from '../engine/event/batch.ts';
import type { EventContext } from '../engine/event/context.ts';
import type { EventView } from '../engine/event/eventView.ts';
import { compileFilter } from '../engine/filter/index.ts';
import { Session } from '../engine/session/session.ts';
import { openCalls } from '../engine/session/underway.ts';
import { SystemState } from '../engine/state/systemState.ts';
import type { RecorderService } from '../protocol/server.ts';
import { HOST_EVENTS, loadAddon, openProblem, ProbeProblem } from './addon.ts';
import { CatchUp, lastTimeOf } from './catchUp.ts';
import { KERNEL_WHOLE, LESS_BEFORE } from './doctorKernel.ts';
import { pause } from './fileSource.ts';
import { HostCalls } from './inflight.ts';
import { LiveContainers } from './liveContainers.ts';
import { ProcScanner, readGroups, readInterfaces, readMachine, readSmall, readUsers } from './procScan.ts';
import type { LiveProfile } from './probeFilter.ts';
import { ContainerScope } from './probeFilterContainers.ts';
import { narrowed, OverloadRule } from './probeOverload.ts';
import { Recorder } from './recorder.ts';
import { machineForRing, ringBytesFor } from './ringSize.ts';
import { ProbeControl } from './serveProbe.ts';
import { takeSnapshot, waysFor } from './snapshotScan.ts';
import { VERSION } from './version.ts';

export interface LiveOptions {
  /** Memory for events, bytes. */
  readonly historyBytes?: number;
  /** False: events are looked at as they come (`onEvent`) and not kept; the session then has no event. */
  readonly remember?: boolean;
  /** Bytes kept of each buffer that is read or written. */
  readonly snaplen?: number;
  /** Size of the kernel's ring buffer; without it by the machine. */
  readonly ringBytes?: number;
  /** Only looks at what is there: no probe is loaded, so that no event comes. */
  readonly withoutProbe?: boolean;
  /** Native numbers of calls that are not captured, from the first event on. */
  readonly unwantedCalls?: readonly number[];
  /** What is asked of the probe; everything where it is left out. */
  readonly profile?: LiveProfile;
  /** Under overload less is asked of the probe by itself, step by step, and more again when there is room (`probeOverload.ts`). */
  readonly spare?: boolean;
  /** Gets every event, from the first on, after the history has taken it in: some before `openLive` has answered. The context is reused. */
  readonly onEvent?: (ctx: EventContext, state: SystemState) => void;
  readonly log?: (level: 'info' | 'error', message: string, data?: Readonly<Record<string, unknown>>) => void;
}
export interface LiveSource {
  readonly session: Session;
  readonly state: SystemState;
  readonly recorder: RecorderService;
  /** What a client may ask of the probe while it runs. */
  readonly control: ProbeControl;
  /** Undefined where the host does not allow one; `session.problems` then says why. */
  readonly probe: Probe | undefined;
  /** Detaches the probe, ends recordings and removes what was unpacked. */
  close(): Promise<void>;
}

/** Batches that wait while /proc is read, bytes. */
const BACKLOG_BYTES = 64 * 1024 * 1024;
/** How long the last events from before the end of the look at /proc are waited for. */
const CATCH_UP_MS = 2000;
const STATS_MS = 1000, FIGURES_MS = 2000;
/** For so long after the timeline was looked at, calls under way are kept up for it. */
const LOOKED_MS = 10_000;
/** How long the greeting waits for Docker's list. */
const DOCKER_MS = 1500;
const REFILLS_A_SECOND = 200;
/** After losses: when /proc is looked at for processes whose end was among them, ms; twice, since events may wait as long. */
const SWEEP_MS = 10_000;
/** Less is the grain of the clocks. */
const SLEPT_MS = 500;
const STUMBLED = 'event not understood';
const MAX_FAULTS = 10;
const BACKLOG_LOSS = 'agent was busy starting';
const LEFT_OUT = 'left out to spare the host';
const NEW_TASK = flags(['clone', 'clone3', 'fork', 'vfork', 'procexit']);
const PROGRAM_START = flags(['execve', 'execveat']);
const TASK_END = flags(['procexit']);
function flags(names: readonly string[]): Uint8Array {
  const set = new Uint8Array(65536);
  for (const event of EVENTS) if (names.includes(event.name)) set[event.id] = 1;
  return set;
}

/** Time since boot, suspension included, ms. */
function bootClockMs(): number { return Number((readSmall('/proc/uptime') ?? '0').split(' ')[0]) * 1000; }

class Live implements LiveSource {
  readonly state: SystemState;
  readonly session: Session;
  readonly recorder: Recorder;
  readonly control: ProbeControl;
  probe: Probe | undefined;
  readonly #options: LiveOptions;
  readonly #base: TimeBase;
  readonly #containers: LiveContainers;
  readonly #calls: HostCalls;
  readonly #scanner: ProcScanner;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #losses: number[] = KERNEL_LOSSES.map(() => 0);
  #backlog: Uint8Array[] | undefined = [];
  #backlogBytes = 0;
  /** While the backlog is taken in. */
  #catchUp: CatchUp | undefined;
  readonly #rule = new OverloadRule();
  #narrowed = false;
  readonly #remembers: boolean;
  /** Control groups of the containers that are asked for. */
  readonly #scope: ContainerScope | undefined;
  #leftOut = 0;
  #statsAtNs = 0;
  /** Time that the machine has been suspended: the probe's clock counts it, Node's does not. */
  #sleptMs = 0;
  readonly #awakeMs = bootClockMs() - performance.now();
  /** Sweeps still to come because of losses. */
  #sweeps = 0;
  /** When the timeline was looked at last, when calls under way were read, and the history's first row and size then. */
  #lookedAt = -Infinity;
  #underwayAt = -Infinity;
  #underwayRow = 0;
  #underwayBytes = 0;
  #refills = 0;
  #faults = 0;
  #closed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#remembers = options.remember !== false;
    this.#scope = options.profile?.containers === undefined ? undefined : new ContainerScope(options.profile.containers, (id) => this.state.container(id)?.name);
    this.#base = new TimeBase(BigInt(Date.now()) * 1_000_000n);
    const machine = readMachine();
    this.state = new SystemState(this.#base, machine);
    this.state.pairs = false;
    const startMs = performance.timeOrigin + performance.now();
    this.session = new Session({
      state: this.state, compile: compileFilter, info: { hostname: machine.hostname, kernel: release(), cpus: machine.cpus, live: true, agentVersion: VERSION },
      ...(options.historyBytes === undefined ? {} : { historyBytes: options.historyBytes }),
      now: () => (performance.timeOrigin + performance.now() + this.#sleptMs - startMs) * 1e6,
    });
    this.#scanner = new ProcScanner({ base: this.#base });
    this.#containers = new LiveContainers(this.state, this.session, (message, data) => options.log?.('info', message, data));
    this.recorder = new Recorder(this.state, this.session);
    this.control = new ProbeControl({ session: this.session, rule: this.#rule, spare: options.spare === true, probe: () => this.probe, apply: () => { this.#askAnew(); } });
    this.session.calls = this.#calls = new HostCalls({ state: this.state, probe: () => this.probe, pause });
    this.session.onLook = (at) => { if (at === 'tree') this.#containers.wantFigures(performance.now()); else this.#wantUnderway(performance.now()); };
  }

  /** Probe first, then what existed, then the events that came meanwhile. */
  async open(): Promise<this> {
    this.#openProbe();
    this.state.setUsers(readUsers());
    this.state.setGroups(readGroups());
    this.state.setInterfaces(readInterfaces());
    const named = Promise.race([this.#containers.start(), new Promise((resolve) => { setTimeout(resolve, DOCKER_MS).unref(); })]);
    const scanned = await takeSnapshot(this.state, { scanner: this.#scanner, base: this.#base, pause, ...waysFor(this.probe) });
    this.state.settle();
    this.#containers.settle();
    if (scanned.denied > scanned.processes / 2) this.session.addProblem('proc', `The descriptors of ${scanned.denied} of ${scanned.processes} processes may not be read.`, 'Let the agent run as root.');
    await named;
    this.#options.log?.('info', 'scanned', { ...scanned, ms: Math.round(this.session.nowNs / 1e6) });
    this.#containers.follow(performance.now());
    await this.#caughtUp();
    const backlog = this.#backlog ?? [];
    this.#backlog = undefined;
    this.#catchUp = new CatchUp(this.state, this.#base);
    this.#catchUp.forgetFuture(backlog, this.#scanner.takeTimes());
    for (const batch of backlog) this.#take(batch);
    this.#catchUp = undefined;
    this.#every(STATS_MS, () => { this.#readStats(); });
    if (this.probe === undefined) this.#every(FIGURES_MS, () => { this.#followProc(); }); else this.#every(SWEEP_MS, () => { this.#sweep(); });
    this.#every(FIGURES_MS, () => { this.#containers.follow(performance.now()); });
    // Whoever connects will look: the first share of a processor is known so much sooner. The greeting does not wait for it.
    setImmediate(() => { if (!this.#closed) this.#containers.wantFigures(performance.now()); });
    return this;
  }

  /** Waits until the events from before this moment are there. */
  async #caughtUp(): Promise<void> {
    const now = this.session.nowNs, end = performance.now() + CATCH_UP_MS;
    for (;;) {
      const { probe } = this, last = this.#backlog?.at(-1);
      if (probe === undefined || performance.now() > end || (last !== undefined && lastTimeOf(last, this.#base) > now)) return;
      const { waitingBytes, queued } = probe.stats();
      if (waitingBytes === 0 && queued === 0) return;
      await new Promise((resolve) => { setTimeout(resolve, 2); });
    }
  }

  #every(ms: number, run: () => void): void { this.#timers.push(setInterval(run, ms)); }

  #openProbe(): void {
    if (this.#options.withoutProbe === true) return;
    try {
      this.probe = loadAddon().openProbe({
        ...(this.#options.snaplen === undefined ? {} : { snaplen: this.#options.snaplen }), ringBytes: this.#options.ringBytes ?? ringBytesFor(machineForRing()),
      });
      this.#scope?.refresh();
      this.#tellObject(this.probe);
      this.#setProfile();
      this.#containers.useProbe(this.probe);
      this.control.tell();
      this.probe.start((batch) => { this.#onBatch(batch); });
      const missing = this.probe.missingEvents().map((name) => HOST_EVENTS[name]);
      if (missing.length > 0) this.session.addProblem('events', `This kernel does not tell of ${missing.join(', ')}.`, 'Everything else comes; `porthole doctor` says what the kernel lacks.');
    } catch (error) {
      const problem: ProbeProblem = openProblem(error);
      this.probe = undefined;
      this.session.addProblem(problem.code, problem.message, problem.remedy);
      this.#options.log?.('error', problem.message, { code: problem.code, remedy: problem.remedy });
    }
  }

  /** Says so where the kernel does not take the probe as it is meant to be. */
  #tellObject(probe: Probe): void {
    const { since, why } = probe.object();
    if (since === '5.17') return;
    this.session.addProblem('fallback', `The probe runs as its fallback for kernels before ${KERNEL_WHOLE.join('.')} (${why}): ${LESS_BEFORE}.`, 'Events are complete but for that. `porthole doctor` says more; a newer kernel lifts it.');
    this.#options.log?.('info', 'fallback', { why });
  }

  /** Asks of the probe what the options ask for, but for what is left out under overload. */
  #setProfile(): void {
    const { profile, snaplen, unwantedCalls } = this.#options;
    const base = { ...(snaplen === undefined ? {} : { snaplen }), ...profile, ...this.#scope?.profile }, wished = this.control.profileWith(base);
    if (profile !== undefined || wished !== undefined || this.#rule.step > 0 || this.#narrowed) this.probe?.setProfile(narrowed(wished ?? base, this.#rule.step));
    if (unwantedCalls !== undefined) this.probe?.setUnwantedCalls(unwantedCalls);
    this.#narrowed = this.#rule.step > 0;
  }

  /** A second of the rule for overload. */
  #spare(lost: number, fullness: number, now: number): void {
    this.#countLeftOut(now);
    if (this.control.spare && this.#rule.second(lost, fullness)) this.#askAnew();
  }

  /** What was left out came to a loss. */
  #countLeftOut(now: number): void {
    if (!this.#narrowed || this.probe === undefined) return;
    const leftOut = this.probe.counters().reduce((sum, c) => sum + c.leftOut, 0);
    if (leftOut > this.#leftOut) this.session.lose(LEFT_OUT, leftOut - this.#leftOut, this.#statsAtNs, now);
    this.#leftOut = leftOut;
  }

  /** Something else is wanted of the probe from now on, by the rule for overload or by a client. What is left out is told as a problem. */
  #askAnew(): void {
    this.#countLeftOut(this.session.nowNs);
    this.#setProfile();
    this.session.removeProblems('overload');
    if (this.#rule.step > 0) this.session.addProblem('overload', `This host makes more calls than can be taken in. Left out until there is room again: ${this.#rule.leftOut}.`, 'Calls that are left out are counted. Connect again with a larger ring (porthole.ringKilobytes), or look at fewer things at once.');
    this.control.tell();
    this.#options.log?.('info', 'asked of the probe', { step: this.#rule.step, leftOut: this.#rule.leftOut });
  }

  #onBatch(batch: Uint8Array): void {
    if (this.#closed) return;
    if (this.#backlog === undefined) { this.#take(batch); return; }
    if (this.#backlogBytes + batch.length > BACKLOG_BYTES) { this.#sweeps = 2; this.session.lose(BACKLOG_LOSS, forEachRecord(batch, () => undefined).records, 0, this.session.nowNs); return; }
    this.#backlogBytes += batch.length;
    this.#backlog.push(batch.slice());
  }

  #take(batch: Uint8Array): void {
    const { diagnostics } = forEachRecord(batch, this.#guarded);
    // What the last event closed or ended is gone now: the next one may be long in coming.
    this.state.flush();
    if (diagnostics.length > 0) this.session.lose(STUMBLED, diagnostics.length);
    if (diagnostics.length > 0 && this.#faults++ < MAX_FAULTS) this.#options.log?.('error', 'the probe delivered what cannot be read', { diagnostics });
  }

  /** One event that the engine stumbles over must not end the agent: it is counted as lost. */
  readonly #guarded = (view: EventView, startHi: number, startLo: number, flags: number, cgroupHi: number, cgroupLo: number): void => {
    try { this.#record(view, startHi, startLo, flags, cgroupHi, cgroupLo); } catch (error) {
      this.session.lose(STUMBLED, 1);
      if (this.#faults++ < MAX_FAULTS) this.#options.log?.('error', 'an event could not be taken in', { type: view.type, error: error instanceof Error ? error.stack : String(error) });
    }
    this.#catchUp?.taken();
  };

  readonly #record = (view: EventView, startHi: number, startLo: number, _flags: number, cgroupHi: number, cgroupLo: number): void => {
    const { state } = this;
    const tid = view.tid;
    const type = view.type;
    if (tid > 0 && NEW_TASK[type] === 0 && state.thread(tid) === undefined) this.#refill(tid);
    const ctx = state.process(view, startHi === 0 && startLo === 0 ? -1 : this.#base.relative(startHi, startLo));
    this.#containers.place(ctx, cgroupHi * 4294967296 + cgroupLo);
    if (PROGRAM_START[type] === 1) this.#containers.started(ctx);
    if (this.#remembers) this.session.append(ctx);
    if (TASK_END[type] === 1) { this.#containers.forgetThread(tid); this.session.figuresChanged(); }
    this.#options.onEvent?.(ctx, state);
  };

  /** Reads a thread whose beginning was missed out of /proc, if it is still there. */
  #refill(tid: number): void {
    if (this.#refills++ >= REFILLS_A_SECOND) return;
    this.#scanner.processOfThread(tid, this.state);
  }

  #readStats(): void {
    this.#refills = 0;
    const scoped = this.#scope?.refresh() === true;
    if (this.control.second() || scoped) this.#setProfile();
    this.#scanner.refresh();
    const sleptMs = bootClockMs() - performance.now() - this.#awakeMs;
    if (Math.abs(sleptMs - this.#sleptMs) > SLEPT_MS) this.#sleptMs = sleptMs;
    const now = this.session.nowNs;
    if (this.probe !== undefined) {
      const { losses, waitingBytes, ringBytes } = this.probe.stats();
      let lost = 0;
      losses.forEach((count, i) => {
        lost += Math.max(0, count - (this.#losses[i] ?? 0));
        const before = this.#losses[i] ?? 0;
        if (count > before) { this.session.lose(KERNEL_LOSSES[i] ?? `kernel ${i}`, count - before, this.#statsAtNs, now); this.#sweeps = 2; }
        this.#losses[i] = count;
      });
      this.#spare(lost, waitingBytes / ringBytes, now);
    }
    this.#statsAtNs = now;
    // Threads that are in a call are kept when the last of their events goes, so it has to be known before.
    const { firstRow, bytes, capacity } = this.session.history;
    if (performance.now() - this.#lookedAt < LOOKED_MS || firstRow !== this.#underwayRow || bytes - this.#underwayBytes > capacity / 16) this.#readUnderway();
  }

  /** Somebody looks at the timeline: what is under way is read now where that was long ago, and kept up for a while. */
  #wantUnderway(nowMs: number): void {
    this.#lookedAt = nowMs;
    if (nowMs - this.#underwayAt > 2 * STATS_MS) this.#readUnderway();
  }

  /** Threads whose end was lost would stay for ever. */
  #sweep(): void {
    if (this.#sweeps === 0) return;
    this.#sweeps--;
    if (this.#scanner.sweep(this.state) === 0) return;
    this.state.settle();
    this.#containers.settle();
    this.session.containersChanged();
  }

  /** Without events, /proc itself has to be looked at for processes that begin and end. */
  #followProc(): void {
    if (!this.#scanner.follow(this.state)) return;
    this.state.settle();
    this.session.containersChanged();
  }

  /** What threads are in the middle of: such calls are no events yet. */
  #readUnderway(): void {
    if (this.probe === undefined) return;
    const { history, nowNs } = this.session;
    this.#underwayAt = performance.now();
    this.#underwayRow = history.firstRow;
    this.#underwayBytes = history.bytes;
    history.underway = openCalls(this.state, this.#calls.seen());
    history.underwayAtNs = nowNs;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#containers.stop();
    this.control.close();
    this.probe?.close();
    await this.recorder.close();
  }
}

/** Begins to watch this host. Never rejects for want of a probe or of Docker: `session.problems` says what is missing and what to do. */
export async function openLive(options: LiveOptions = {}): Promise<LiveSource> { return await new Live(options).open(); }
