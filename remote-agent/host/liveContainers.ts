// Keeps the state's containers true on a live host: cgroups tell which thread is in which, Docker what they are called, cgroup files what they use.
import type { EventContext } from '../engine/event/context.ts';
import type { Session } from '../engine/session/session.ts';
import { containerOfCgroups } from '../engine/state/containers.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import { CgroupResolver } from './cgroups.ts';
import { DockerWatcher, dockerSocket } from './docker.ts';
import { readSmall } from './procScan.ts';
import { parseCgroups } from './procText.ts';
import { HostResources, ResourceReader } from './resources.ts';

const RETRY_MS = 250;
const KNOWN_LIMIT = 200_000;
/** Removed containers whose names are kept for the events of the past. */
const REMOVED_LIMIT = 1000;

export class LiveContainers {
  readonly #state: SystemState;
  readonly #session: Session;
  readonly #cgroups = new CgroupResolver();
  readonly #resources: ResourceReader;
  readonly #host = new HostResources();
  readonly #docker: DockerWatcher;
  /** Cgroup id that a thread was seen in last. */
  readonly #seen = new Map<number, number>();
  readonly #retryAt = new Map<number, number>();
  /** Oldest first. */
  readonly #removed = new Set<string>();

  constructor(state: SystemState, session: Session, log: (message: string, data: Readonly<Record<string, unknown>>) => void) {
    this.#state = state;
    this.#session = session;
    this.#resources = new ResourceReader(this.#cgroups.mounts);
    let told: string | undefined;
    this.#docker = new DockerWatcher({
      onContainer: (info) => { this.#removed.delete(info.id); state.setContainer(info); session.containersChanged(); },
      onRemoved: (id) => {
        const info = state.container(id);
        if (info !== undefined) { state.setContainer({ ...info, status: 'removed' }); this.#keepRemoved(id); }
        session.figures.delete(id);
        this.#resources.forget(id);
        session.containersChanged();
      },
      onState: (error) => {
        session.removeProblems('docker');
        if (error !== undefined) session.addProblem('docker', `Docker's engine does not answer on ${dockerSocket()} (${error}): containers have no names, images and states.`, 'Start the engine, set DOCKER_HOST=unix://…, or let the agent run as a user that may use the socket. Porthole goes on trying.');
        if (error !== told) log(error === undefined ? 'the engine answers' : 'the engine does not answer', { error: error ?? '' });
        told = error;
        session.containersChanged();
      },
    });
  }

  #keepRemoved(id: string): void {
    this.#removed.add(id);
    if (this.#removed.size <= REMOVED_LIMIT) return;
    for (const oldest of this.#removed) { this.#removed.delete(oldest); this.#state.removeContainer(oldest); this.#session.forgetContainer(oldest); break; }
  }

  start(): Promise<void> { return this.#docker.start(); }
  stop(): void { this.#docker.stop(); }

  /** Looks whether an event's thread has moved to another cgroup, and says so to the state. The ids are those of the record. */
  place(ctx: EventContext, cgroup: number): void {
    const thread = ctx.thread;
    if (thread === undefined) return;
    const tid = thread.info.tid;
    if (this.#seen.get(tid) === cgroup) return;
    if ((this.#retryAt.get(cgroup) ?? 0) > performance.now()) return;
    const text = this.#cgroups.resolve(cgroup, tid);
    if (text === undefined) { if (this.#retryAt.size > 1000) this.#retryAt.clear(); this.#retryAt.set(cgroup, performance.now() + RETRY_MS); return; }
    if (this.#seen.size >= KNOWN_LIMIT) this.#seen.clear();
    this.#seen.set(tid, cgroup);
    this.#assign(tid, text);
  }

  /** For hosts without cgroup v2, where records do not tell cgroups apart: reads those of a thread that has begun another program. */
  placeByProc(ctx: EventContext): void {
    const text = ctx.thread === undefined ? undefined : readSmall(`/proc/${ctx.thread.info.tid}/cgroup`);
    if (text !== undefined && ctx.thread !== undefined) this.#assign(ctx.thread.info.tid, parseCgroups(text));
  }
  get hasUnified(): boolean { return this.#cgroups.mounts.unified !== ''; }

  forgetThread(tid: number): void { this.#seen.delete(tid); }

  #assign(tid: number, cgroups: string): void {
    const thread = this.#state.thread(tid);
    if (thread === undefined) return;
    const match = containerOfCgroups(cgroups);
    const id = match?.id ?? '';
    if (id === thread.info.containerId) return;
    if (match !== undefined) this.#state.noteContainer(match.id, match.type);
    this.#state.changeThread(thread, { cgroups, containerId: id });
    if (id !== '') this.named(id);
    this.#session.containersChanged();
  }

  /** Asks for a container's name where it has none yet. */
  named(id: string): void { if ((this.#state.container(id)?.name ?? '') === '') void this.#docker.lookup(id); }

  /** Containers of engines that are not asked last as long as their processes do. */
  #followUntold(running: ReadonlyMap<string, number>): void {
    for (const container of [...this.#state.containers()]) {
      const { id, status } = container;
      if (status === 'unknown' && !running.has(id)) { this.#state.setContainer({ ...container, status: 'removed' }); this.#keepRemoved(id); this.#session.containersChanged(); }
      if (status === 'removed' && running.has(id)) { this.#removed.delete(id); this.#state.setContainer({ ...container, status: 'unknown' }); this.#session.containersChanged(); }
    }
  }

  /** Reads CPU and memory of all containers and of the host. */
  readFigures(nowMs: number): void {
    const { figures } = this.#session;
    const pids = new Map<string, number>();
    for (const thread of this.#state.threads()) { const { containerId, pid } = thread.info; if (containerId !== '' && !pids.has(containerId)) pids.set(containerId, pid); }
    for (const id of figures.keys()) if (id !== '' && !pids.has(id)) { figures.delete(id); this.#resources.forget(id); }
    this.#followUntold(pids);
    for (const [id, pid] of pids) {
      this.named(id);
      const text = readSmall(`/proc/${pid}/cgroup`);
      if (text !== undefined) figures.set(id, this.#resources.read(id, parseCgroups(text), nowMs));
    }
    figures.set('', this.#host.read());
    this.#session.figuresChanged();
  }
}
