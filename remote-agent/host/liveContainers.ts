// Keeps the state's containers true on a live host: cgroups tell which thread is in which, engines what they are called, cgroup files what they use.
import type { EventContext } from '../engine/event/context.ts';
import type { Session } from '../engine/session/session.ts';
import { containerOfThread } from '../engine/state/containers.ts';
import type { Thread } from '../engine/state/model.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import { CgroupResolver, unifiedPath, withUnified } from './cgroups.ts';
import type { Described } from './engines/engine.ts';
import { Engines } from './engines/engines.ts';
import type { EngineSocket } from './engines/sockets.ts';
import { Places } from './places.ts';
import { readResidents } from './residents.ts';
import { HostResources, ResourceReader } from './resources.ts';

const RETRY_MS = 250;
const KNOWN_LIMIT = 200_000;
/** Removed containers whose names are kept for the events of the past. */
const REMOVED_LIMIT = 1000;
/** How often a container's users are read again, ms; where there are many, so many a second. */
const RESIDENTS_MS = 30_000, RESIDENTS_A_SECOND = 10;
/** For so long after the tree was asked for its figures are kept up, ms; what was read longer ago is read again before it is shown. */
const WANTED_MS = 10_000, STALE_MS = 4000;
const FOUND_NONE = 'docker';
const NAMES: Readonly<Record<string, string>> = { docker: 'Docker\'s engine', podman: 'Podman', containerd: 'containerd', cri: 'The container runtime interface' };
const REMEDIES: Readonly<Record<string, string>> = { docker: 'DOCKER_HOST', podman: 'CONTAINER_HOST', containerd: 'CONTAINERD_ADDRESS', cri: 'CONTAINER_RUNTIME_ENDPOINT' };

type Log = (message: string, data: Readonly<Record<string, unknown>>) => void;

export class LiveContainers {
  readonly #state: SystemState;
  readonly #session: Session;
  readonly #cgroups = new CgroupResolver();
  readonly #resources: ResourceReader;
  readonly #host = new HostResources();
  readonly #engines: Engines;
  readonly #places: Places;
  /** Cgroup id that a thread was seen in last. */
  readonly #seen = new Map<number, number>();
  readonly #retryAt = new Map<number, number>();
  /** Containers that have been asked about, and when their users were read; -Infinity: not yet. */
  readonly #met = new Map<string, number>();
  /** When users were last tried to be read: some containers have none that may be. */
  readonly #triedAt = new Map<string, number>();
  /** Oldest first. */
  readonly #removed = new Set<string>();
  /** Those of which an engine has said so: they do not come back, though events of their threads may still wait. */
  readonly #ended = new Set<string>();
  readonly #told = new Map<string, string | undefined>();
  /** When somebody asked for figures last, and when they were read. */
  #wantedAt = -Infinity;
  #readAt = -Infinity;
  #followedAt = -Infinity;
  readonly #log: Log;

  constructor(state: SystemState, session: Session, log: Log, find?: () => readonly EngineSocket[]) {
    this.#state = state;
    this.#session = session;
    this.#log = log;
    this.#resources = new ResourceReader(this.#cgroups.mounts);
    this.#places = new Places(state);
    state.containerElsewhere = (thread, parent) => this.#places.of(thread, parent);
    this.#engines = new Engines({
      onContainer: (one) => { this.#describe(one); }, onRemoved: (id) => { this.#remove(id); }, onState: (socket, error, gone) => { this.#engineState(socket, error, gone); }, ...(find === undefined ? {} : { find }),
    });
  }

  /** Lets the probe say which cgroups were made since it is there: containers may be gone before their first event is looked at. */
  useProbe(probe: { cgroupPath(id: number): string | undefined }): void { this.#cgroups.noted = (id) => probe.cgroupPath(id); }

  /** Settles when the engines that are there have been asked. */
  async start(): Promise<void> {
    await this.#engines.look();
    this.#sayWhetherAny();
  }
  stop(): void { this.#engines.stop(); }

  /** Sorts threads that were there before the first event by what others know of them. */
  settle(): void {
    // A child's place may follow from its parent's.
    for (let changed = true, round = 0; changed && round < 20; round++) {
      changed = false;
      for (const thread of [...this.#state.threads()]) {
        const { info } = thread;
        if (info.containerId !== '') continue;
        const match = this.#places.of(info, info.parent);
        if (match === undefined) continue;
        this.#state.noteContainer(match.id, match.type);
        this.#state.changeThread(thread, { containerId: match.id });
        changed = true;
      }
    }
    for (const { info } of this.#state.threads()) if (info.containerId !== '') this.#meet(info.containerId, info.tid, info.cgroups);
  }

  /** Looks whether an event's thread has moved to another cgroup, and says so to the state. The ids are those of the record. */
  place(ctx: EventContext, cgroup: number): void {
    const thread = ctx.thread;
    if (thread === undefined || this.#cgroups.mounts.unified === '') return;
    const tid = thread.info.tid;
    if (this.#seen.get(tid) === cgroup) return;
    if ((this.#retryAt.get(cgroup) ?? 0) > performance.now()) return;
    const path = this.#cgroups.pathOf(cgroup, tid);
    if (path === undefined) { if (this.#retryAt.size > 1000) this.#retryAt.clear(); this.#retryAt.set(cgroup, performance.now() + RETRY_MS); return; }
    if (this.#seen.size >= KNOWN_LIMIT) this.#seen.clear();
    this.#seen.set(tid, cgroup);
    // What the thread's own event has said of its cgroups, in all hierarchies, was true at the same moment.
    if (unifiedPath(thread.info.cgroups) === path) { const id = thread.info.containerId; if (id !== '') this.#meet(id, tid, thread.info.cgroups); return; }
    this.#move(thread, path);
  }

  /** A program has been started: by its event the state knows which container it is in, in whatever hierarchy. */
  started(ctx: EventContext): void {
    const info = ctx.thread?.info;
    if (info === undefined || info.containerId === '') return;
    this.#meet(info.containerId, info.tid, info.cgroups);
    // Before its first program, a container's process may still have had the host's root.
    if (this.#met.get(info.containerId) === -Infinity) this.#readResidents(info.containerId, info.tid);
  }

  forgetThread(tid: number): void { this.#seen.delete(tid); }

  #move(thread: Thread, path: string): void {
    const { tid, cgroups: old } = thread.info;
    // Beside v1 hierarchies this one alone does not tell: processes of several containers may share a cgroup of it.
    const own = this.#cgroups.mounts.v1.size > 0 ? this.#cgroups.textOf(tid) : undefined;
    const cgroups = own !== undefined && unifiedPath(own) === path ? own : withUnified(old, path);
    const { info } = thread;
    const match = containerOfThread(cgroups, { ...info, cgroups }, info.parent, this.#state);
    const id = match?.id ?? '';
    if (match !== undefined) this.#state.noteContainer(match.id, match.type);
    const moved = id !== info.containerId;
    const live = this.#state.thread(tid);
    if (live !== undefined) this.#state.changeThread(live, { cgroups, containerId: id });
    if (id !== '') this.#meet(id, tid, cgroups);
    if (moved) this.#session.containersChanged();
  }

  /** A container is seen: what is it called, and who lives in it? */
  #meet(id: string, tid: number, cgroups: string): void {
    if (this.#met.has(id)) return;
    if (this.#met.size >= KNOWN_LIMIT) this.#met.clear();
    this.#met.set(id, -Infinity);
    this.named(id, cgroups);
    this.#readResidents(id, tid);
    this.#session.containersChanged();
  }

  #readResidents(id: string, pid: number): void {
    const residents = readResidents(pid);
    if (residents === undefined) return;
    this.#met.set(id, performance.now());
    this.#state.setResidents(id, residents.users, residents.groups);
  }

  /** Asks for a container's name where it has none yet. `cgroups`: of one of its threads. */
  named(id: string, cgroups: string): void {
    const known = this.#state.container(id);
    if ((known?.name ?? '') !== '' && (known?.image ?? '') !== '') return;
    const whole = known?.fullId !== undefined && known.fullId !== id ? known.fullId : wholeId(id, cgroups);
    if (whole !== id && known !== undefined && known.fullId === id) this.#state.setContainer({ ...known, fullId: whole });
    const supervisor = this.#places.supervisor(id);
    if (supervisor !== undefined && (known?.name ?? '') === '') this.#state.setContainer({ ...supervisor, status: known?.status ?? 'unknown' });
    void this.#engines.lookup(whole, known?.type ?? 'docker');
  }

  #describe(one: Described): void {
    const { info, cgroup, pid = 0 } = one;
    this.#removed.delete(info.id);
    this.#ended.delete(info.id);
    this.#state.setContainer(info);
    const found = this.#places.tell(info.id, info.type, cgroup, pid);
    if (found) this.settle();
    this.#session.containersChanged();
  }

  #remove(id: string): void {
    const info = this.#state.container(id);
    if (info !== undefined) { this.#state.setContainer({ ...info, status: 'removed' }); this.#ended.add(id); this.#keepRemoved(id); }
    this.#session.figures.delete(id);
    this.#resources.forget(id);
    this.#session.containersChanged();
  }

  #keepRemoved(id: string): void {
    this.#removed.add(id);
    if (this.#removed.size <= REMOVED_LIMIT) return;
    for (const oldest of this.#removed) { this.#removed.delete(oldest); this.#ended.delete(oldest); this.#met.delete(oldest); this.#triedAt.delete(oldest); this.#places.forget(oldest); this.#state.removeContainer(oldest); this.#session.forgetContainer(oldest); break; }
  }

  #engineState(socket: EngineSocket, error: string | undefined, gone: boolean): void {
    const key = `${socket.kind} ${socket.path}`, code = socket.kind, name = NAMES[socket.kind] ?? socket.kind;
    const before = this.#told.get(key);
    if (gone) this.#told.delete(key); else this.#told.set(key, error);
    // CRI is one more face of an engine: where it does not answer, containerd itself may.
    const silent = socket.kind === 'cri' && !socket.named && socket.path.endsWith('containerd.sock');
    if (!silent) {
      this.#session.removeProblems(code);
      for (const [other, why] of this.#told) if (why !== undefined && other.startsWith(`${socket.kind} `)) this.#session.addProblem(code, `${name} does not answer on ${other.slice(socket.kind.length + 1)} (${why}): its containers have no names, images and states.`, `Start the engine, set ${REMEDIES[socket.kind] ?? ''}=unix://…, or let the agent run as a user that may use the socket. Porthole goes on trying.`);
    }
    if (gone || error !== before) this.#log(gone ? 'the engine\'s socket is gone' : error === undefined ? 'the engine answers' : 'the engine does not answer', { engine: socket.kind, socket: socket.path, error: error ?? '' });
    this.#sayWhetherAny();
    this.#session.containersChanged();
  }

  /** Says that there is no engine at all, as long as there is none. */
  #sayWhetherAny(): void {
    if ([...this.#told.keys()].some((key) => key.startsWith(`${FOUND_NONE} `))) return;
    this.#session.removeProblems(FOUND_NONE);
    if (this.#told.size === 0) this.#session.addProblem(FOUND_NONE, 'There is no container engine on this host, neither Docker nor Podman, containerd or CRI-O: containers have no names, images and states.', 'Start the engine, or set DOCKER_HOST, CONTAINER_HOST, CONTAINERD_ADDRESS or CONTAINER_RUNTIME_ENDPOINT to unix:// and the path of its socket. Porthole goes on looking.');
  }

  /** Containers of engines that are not asked last as long as their processes do. */
  #followUntold(running: ReadonlyMap<string, number>): void {
    for (const container of [...this.#state.containers()]) {
      const { id, status } = container;
      if (status === 'unknown' && !running.has(id)) { this.#state.setContainer({ ...container, status: 'removed' }); this.#keepRemoved(id); this.#session.containersChanged(); }
      if (status === 'removed' && running.has(id) && !this.#ended.has(id)) { this.#removed.delete(id); this.#state.setContainer({ ...container, status: 'unknown' }); this.#session.containersChanged(); }
    }
  }

  /** Somebody looks at CPU and memory: they are read now where that was long ago, and kept up for a while. */
  wantFigures(nowMs: number): void {
    this.#wantedAt = nowMs;
    if (nowMs - this.#readAt > STALE_MS) this.#readFigures(this.#running(), nowMs);
  }

  /** Looks which containers, engines and users there are now; reads CPU and memory where somebody looks at them. */
  follow(nowMs: number): void {
    void this.#engines.look();
    const pids = this.#running();
    this.#followUntold(pids);
    const residentsMs = Math.max(RESIDENTS_MS, pids.size * 1000 / RESIDENTS_A_SECOND);
    let residents = Math.ceil((nowMs - this.#followedAt) / 1000 * RESIDENTS_A_SECOND);
    this.#followedAt = nowMs;
    for (const [id, pid] of pids) {
      this.named(id, this.#state.thread(pid)?.info.cgroups ?? '');
      if (residents <= 0 || nowMs - Math.max(this.#met.get(id) ?? -Infinity, this.#triedAt.get(id) ?? -Infinity) <= residentsMs) continue;
      residents--;
      if (this.#triedAt.size >= KNOWN_LIMIT) this.#triedAt.clear();
      this.#triedAt.set(id, nowMs);
      this.#readResidents(id, pid);
    }
    if (nowMs - this.#wantedAt < WANTED_MS) this.#readFigures(pids, nowMs);
  }

  /** A process of each container that has one. */
  #running(): Map<string, number> {
    const pids = new Map<string, number>();
    for (const { info: { containerId, pid } } of this.#state.threads()) if (containerId !== '' && !pids.has(containerId)) pids.set(containerId, pid);
    return pids;
  }

  #readFigures(pids: ReadonlyMap<string, number>, nowMs: number): void {
    const { figures } = this.#session;
    this.#readAt = nowMs;
    for (const id of figures.keys()) if (id !== '' && !pids.has(id)) { figures.delete(id); this.#resources.forget(id); }
    for (const [id, pid] of pids) {
      const text = this.#cgroups.textOf(pid);
      if (text !== undefined && this.#places.tells(id, text)) figures.set(id, this.#resources.read(id, text, nowMs));
    }
    figures.set('', this.#host.read());
    this.#session.figuresChanged();
  }
}

/** The whole id that stands in a container's cgroups; as it is where none does. */
function wholeId(id: string, cgroups: string): string {
  for (const [whole] of cgroups.matchAll(/[0-9a-f]{64}/g)) if (whole.startsWith(id)) return whole;
  return id;
}
