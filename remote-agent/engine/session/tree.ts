// The tree of what is there: containers with their figures, their processes, and the descriptors of a process.
import type { ContainerInfo, StateView, Thread } from '../state/model.ts';
import { cmdlineOf } from './lanes.ts';

/** Figures that only the host can read. */
export interface ResourceFigures { readonly cpuPercent: number; readonly memoryBytes: number; readonly memoryLimitBytes: number }
export interface ContainerRow extends ResourceFigures {
  readonly id: string; readonly name: string; readonly image: string; readonly type: string; readonly status: string;
  readonly project: string; readonly service: string; readonly processes: number; readonly recentErrors: number;
  readonly pod?: string; readonly namespace?: string; readonly fullId?: string;
  /** At most `MAX_LABELS`, by name, each value cut. */
  readonly labels?: Readonly<Record<string, string>>;
}
export interface ProcessRow { readonly pid: number; readonly ppid: number; readonly vpid: number; readonly comm: string; readonly cmdline: string; readonly user: string; readonly threads: number; readonly openFds: number }
export interface DescriptorRow { readonly fd: number; readonly kind: string; readonly name: string }

const UNKNOWN: ResourceFigures = { cpuPercent: -1, memoryBytes: 0, memoryLimitBytes: 0 };
const SECONDS = 10;
/** The tree is asked for every other second: what is long of it stays where it is. */
const MAX_LABELS = 16, LABEL_LENGTH = 200;

/** Failed calls of the last ten seconds, by container. */
export class RecentErrors {
  readonly #counts = new Map<string, { readonly seconds: Int32Array; readonly counts: Uint32Array }>();

  add(containerId: string, ns: number): void {
    let entry = this.#counts.get(containerId);
    if (entry === undefined) { entry = { seconds: new Int32Array(SECONDS).fill(-1), counts: new Uint32Array(SECONDS) }; this.#counts.set(containerId, entry); }
    const second = Math.floor(ns / 1e9), slot = ((second % SECONDS) + SECONDS) % SECONDS;
    if (entry.seconds[slot] !== second) { entry.seconds[slot] = second; entry.counts[slot] = 0; }
    entry.counts[slot] = (entry.counts[slot] ?? 0) + 1;
  }

  of(containerId: string, nowNs: number): number {
    const entry = this.#counts.get(containerId);
    if (entry === undefined) return 0;
    const oldest = Math.floor(nowNs / 1e9) - SECONDS;
    let sum = 0;
    for (let i = 0; i < SECONDS; i++) if ((entry.seconds[i] ?? -1) > oldest) sum += entry.counts[i] ?? 0;
    return sum;
  }

  forget(containerId: string): void { this.#counts.delete(containerId); }
}

/** All containers, known by an engine or by their processes alone; the host itself first. */
export function containerRows(state: StateView, figures: ReadonlyMap<string, ResourceFigures>, errors: RecentErrors, nowNs: number): ContainerRow[] {
  const processes = new Map<string, number>([['', 0]]);
  for (const thread of state.threads()) if (isProcess(thread)) processes.set(thread.info.containerId, (processes.get(thread.info.containerId) ?? 0) + 1);
  for (const container of state.containers()) if (!processes.has(container.id)) processes.set(container.id, 0);
  const rows: ContainerRow[] = [];
  for (const [id, count] of processes) {
    const container = state.container(id);
    if (container?.status === 'removed' && count === 0) continue;
    const labels = container?.labels ?? {};
    rows.push({
      id, name: id === '' ? 'host' : container?.name || id, image: container?.image ?? '', type: id === '' ? 'host' : container?.type ?? 'unknown', status: id === '' ? 'running' : container?.status ?? 'unknown',
      project: labels['com.docker.compose.project'] ?? '', service: labels['com.docker.compose.service'] ?? '',
      ...(container === undefined ? {} : placeOf(container)), ...(figures.get(id) ?? UNKNOWN), processes: count, recentErrors: errors.of(id, nowNs),
    });
  }
  return rows.sort((a, b) => Number(b.id === '') - Number(a.id === '') || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Pod, namespace, whole id and labels, as far as there are any. */
function placeOf({ pod = '', namespace = '', fullId, labels }: ContainerInfo): Pick<ContainerRow, 'pod' | 'namespace' | 'fullId' | 'labels'> {
  const some = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_LABELS).map(([name, value]) => [name.slice(0, LABEL_LENGTH), value.slice(0, LABEL_LENGTH)]);
  return { ...(pod === '' ? {} : { pod }), ...(namespace === '' ? {} : { namespace }), ...(fullId === '' ? {} : { fullId }), ...(some.length === 0 ? {} : { labels: Object.fromEntries(some) as Record<string, string> }) };
}

/** Processes of a container, by pid. */
export function processRows(state: StateView, containerId: string): ProcessRow[] {
  const threads = new Map<number, number>();
  for (const thread of state.threads()) threads.set(thread.info.pid, (threads.get(thread.info.pid) ?? 0) + 1);
  const rows: ProcessRow[] = [];
  for (const thread of state.threads()) {
    const info = thread.info;
    if (info.containerId !== containerId || !isProcess(thread)) continue;
    rows.push({ pid: info.pid, ppid: info.ptid, vpid: info.vpid, comm: info.comm, cmdline: cmdlineOf(info), user: state.user(info.uid, info.containerId)?.name ?? String(info.uid), threads: threads.get(info.pid) ?? 1, openFds: thread.fds.size });
  }
  return rows.sort((a, b) => a.pid - b.pid);
}

/** Open descriptors of a process, by number; undefined where there is no such process. */
export function descriptorRows(state: StateView, pid: number): DescriptorRow[] | undefined {
  const thread = state.thread(pid);
  if (thread === undefined) return undefined;
  return [...thread.fds].map(([fd, info]) => ({ fd, kind: info.kind, name: info.name })).sort((a, b) => a.fd - b.fd);
}

/** Threads that stand for a process. */
function isProcess(thread: Thread): boolean { return thread.info.tid === thread.info.pid; }
