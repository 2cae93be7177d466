// The tables of a system: threads, descriptors, containers, users. `process` is the only place that changes them by events.
import type { EventContext } from '../event/context.ts';
import type { EventView } from '../event/eventView.ts';
import type { TimeBase } from '../base/nanos.ts';
import { i64, whole64 } from '../event/params.ts';
import { CLONE_FILES, CLONE_THREAD } from './cloneFlags.ts';
import { Cluster } from './cluster.ts';
import { Mesos } from './mesos.ts';
import { bareContainer, containerOfThread, readCgroups } from './containers.ts';
import { HANDLERS } from './handlers.ts';
import { FdTable, InfoMaker, type FdFields, type FdRecord, type ThreadFields } from './infos.ts';
import { LiveThread, NO_TYPE } from './liveThread.ts';
import { CONCEALED, MutableContext } from './mutableContext.ts';
import type { ContainerInfo, FdInfo, FdKind, GroupInfo, InterfaceInfo, MachineInfo, StateView, ThreadInfo, UserInfo } from './model.ts';
import { settleThreads } from './settle.ts';
import { Siblings } from './siblings.ts';
import { nameOfSocket, settleSockets } from './sockets.ts';
import { NameCache } from './nameCache.ts';
import { ThreadTable } from './threadTable.ts';
import { EXIT_FD, layoutOf, TRAIT, TRAITS } from './traits.ts';

export { CONCEALED, MutableContext } from './mutableContext.ts';

const NOBODY: ReadonlySet<LiveThread> = new Set();
const COPY_FILE_RANGE_EXIT = 333;
/** Beyond, numbers are not exact. */
export const EXACT = Number.MAX_SAFE_INTEGER;
const MAX_THREADS = 131072;
const MAX_FDS = 65536;
export type ThreadSeed = ThreadFields & Partial<{ pfmajor: number | bigint; pfminor: number | bigint; vmSizeKb: number; vmRssKb: number; vmSwapKb: number }>;
export type FdSeed = FdFields;

/** Everything known of one system at one moment. */
export class SystemState implements StateView {
  readonly infos = new InfoMaker();
  readonly context: MutableContext;
  /** Files are known by their names, not only as files. */
  named = true;
  /** What was made of paths before. */
  readonly names = new NameCache();
  machine: MachineInfo;
  interfaces: readonly InterfaceInfo[] = [];
  /** Ports that somebody listens on, for telling clients from servers. */
  readonly serverPorts = new Set<number>();
  /** Threads or descriptors that were not taken in because a table was full. */
  dropped = 0;
  /** The source holds enter and exit events. */
  pairs = false;
  #layoutKnown = true;
  #base: TimeBase;
  /** The live threads; to be changed by the state engine alone. */
  readonly table = new ThreadTable();
  readonly #tables = new Map<number, FdTable>();
  /** Threads of each process beside its main one. */
  readonly #members = new Map<number, Set<LiveThread>>();
  readonly #containers = new Map<string, ContainerInfo>();
  /** What the source tells of a Kubernetes cluster, and of Mesos; undefined where it tells nothing. */
  cluster: Cluster | undefined = undefined; mesos: Mesos | undefined = undefined;
  #users: ReadonlyMap<number, UserInfo> = new Map();
  #groups: ReadonlyMap<number, GroupInfo> = new Map();
  /** Users and groups of containers that have their own, by the host's numbers. */
  readonly #residents = new Map<string, { readonly users: ReadonlyMap<number, UserInfo>; readonly groups: ReadonlyMap<number, GroupInfo> }>();
  readonly siblings = new Siblings();
  containerElsewhere: StateView['containerElsewhere'] = undefined;
  /** Events processed so far; the number of the newest. */
  eventCount = 0;
  #firstNs = NaN;
  #unsettled = false;
  #endedTid = -1;
  #closedTable: FdTable | undefined = undefined;
  #closedFrom = 0;
  #closedTo = -1;
  /** Changes whenever verdicts on threads (see `judge`) are no longer sure: with the tables of containers, users and groups. */
  verdicts = 0;
  /** Something waits for the next event: see `flush`. */
  waiting = false;
  /** Why readers do not show the event that was just taken in, once they have asked (see `CONCEALED`); for the reader to reset. */
  concealed: number = CONCEALED.not;
  /** Nothing but descriptions of containers came in this section so far; sections before this one. */
  #inFront = true;
  #sectionsBefore = 0;
  /** Threads whose enter events lie in the bytes of the source. */
  readonly #lenders: LiveThread[] = [];

  constructor(base: TimeBase, machine: MachineInfo) {
    this.#base = base;
    this.machine = machine;
    this.context = new MutableContext(this);
  }

  get base(): TimeBase { return this.#base; }
  get baseNs(): bigint { return this.#base.epochNs; }
  /** Time of the section's first event that describes no container, ns since the base; 0 before it. */
  get firstNs(): number { return Number.isNaN(this.#firstNs) ? 0 : this.#firstNs; }
  /** Whether an address is one of this host's interfaces. */
  isLocalAddress(ip: string): boolean { for (const one of this.interfaces) if (one.ip === ip) return true; return false; }
  /** Changes time 0. Only before the first event: times already given would be wrong afterwards. */
  rebase(base: TimeBase): void { this.#base = base; }

  thread(tid: number): LiveThread | undefined { return this.table.get(tid); }
  threads(): IterableIterator<LiveThread> { return this.table.values(); }
  get threadCount(): number { return this.table.size; }
  container(id: string): ContainerInfo | undefined { return this.#containers.get(id); }
  containers(): IterableIterator<ContainerInfo> { return this.#containers.values(); }
  user(uid: number, containerId = ''): UserInfo | undefined { const own = this.#residents.get(containerId); return own === undefined ? this.#users.get(uid) : own.users.get(uid); }
  group(gid: number, containerId = ''): GroupInfo | undefined { const own = this.#residents.get(containerId); return own === undefined ? this.#groups.get(gid) : own.groups.get(gid); }
  users(): IterableIterator<UserInfo> { return this.#users.values(); }
  groups(): IterableIterator<GroupInfo> { return this.#groups.values(); }
  /** Whether an event came, in this section, that describes no container. */
  get begun(): boolean { return !this.#inFront; }
  /** Whether it is known if the source holds enter and exit events, and when it began. */
  get learned(): boolean { return this.#layoutKnown && !Number.isNaN(this.#firstNs) && !this.#unsettled; }

  setUsers(users: Iterable<UserInfo>): void { this.verdicts++; this.#users = new Map([...users].map((u) => [u.uid, u])); }
  setGroups(groups: Iterable<GroupInfo>): void { this.verdicts++; this.#groups = new Map([...groups].map((g) => [g.gid, g])); }
  /** A container's own users and groups; what it had before goes. */
  setResidents(containerId: string, users: Iterable<UserInfo>, groups: Iterable<GroupInfo>): void { this.verdicts++; this.#residents.set(containerId, { users: new Map([...users].map((u) => [u.uid, u])), groups: new Map([...groups].map((g) => [g.gid, g])) }); }
  setInterfaces(interfaces: readonly InterfaceInfo[]): void { this.interfaces = interfaces; }
  setContainer(info: ContainerInfo): void { this.verdicts++; this.#containers.set(info.id, info); }
  /** Takes in what an event says of the cluster. */
  tellCluster(text: string): void { this.verdicts++; (this.cluster ??= new Cluster()).apply(text); }
  tellMesos(text: string): void { this.verdicts++; (this.mesos ??= new Mesos()).apply(text); }
  removeContainer(id: string): void { this.verdicts++; this.#containers.delete(id); this.#residents.delete(id); }

  /** Forgets everything but the numbers of events, as a new section of a capture demands. */
  clear(): void {
    this.verdicts++;
    this.table.clear(); this.#tables.clear(); this.#members.clear(); this.#containers.clear(); this.#residents.clear(); this.serverPorts.clear(); this.siblings.clear(); this.cluster = this.mesos = undefined;
    this.#users = new Map(); this.#groups = new Map(); this.interfaces = [];
    this.#endedTid = -1; this.#closedTable = undefined; this.#unsettled = false; this.waiting = false;
    this.#inFront = true;
    if (this.eventCount > 0) this.#sectionsBefore++;
    this.#firstNs = NaN;
  }

  /** Says whether the source holds enter and exit events; `known` false: only until the first event shows it. */
  setLayout(pairs: boolean, known = true): void { this.pairs = pairs; this.#layoutKnown = known; }

  /** Takes in a thread that existed before the first event. A thread of that id is replaced. */
  addThread(seed: ThreadSeed): LiveThread | undefined {
    const { pfmajor = 0, pfminor = 0, vmSizeKb = 0, vmRssKb = 0, vmSwapKb = 0, ...fields } = seed;
    const pid = fields.pid ?? fields.tid;
    const thread = this.makeThread({ ...fields, pid, vtid: fields.vtid ?? fields.tid, vpid: fields.vpid ?? pid });
    if (thread !== undefined) Object.assign(thread, { pfmajor, pfminor, vmSizeKb, vmRssKb, vmSwapKb, read: true });
    this.#unsettled = this.waiting = true;
    return thread;
  }

  /** Takes in a descriptor of a known thread; threads that share their descriptors may name it more than once. */
  addFd(tid: number, fd: number, seed: FdSeed): void {
    const thread = this.table.get(tid);
    if (thread === undefined) return;
    const info = Object.assign(this.infos.fd(seed.kind), { inherited: true }, seed);
    if (info.name === '') info.name = nameOfSocket(info);
    this.place(thread, fd, info);
    this.#unsettled = this.waiting = true;
  }

  /** Takes a descriptor away that was taken in too early: its event is still to come. Answers what it was, if there was one. */
  forgetFd(tid: number, fd: number): FdRecord | undefined {
    const fds = this.table.get(tid)?.fds, info = fds?.get(fd);
    if (info !== undefined) fds?.delete(fd);
    return info;
  }

  /** Puts such a descriptor back where its event has come and did not say what it is. */
  recallFd(tid: number, fd: number, info: FdRecord): void {
    this.flush();
    const thread = this.table.get(tid), known = thread?.fds.get(fd);
    // A name of a file below a folder that is not known is part of a name.
    if (thread !== undefined && (known === undefined || (known.name !== '' && !known.name.startsWith('/') && info.name.endsWith(`/${known.name}`)))) this.place(thread, fd, info);
  }

  /** Ends taking in: links parents and sorts sockets into clients and servers. Comes by itself with the first event after. */
  settle(): void {
    if (!this.#unsettled) return;
    this.#unsettled = false;
    settleThreads(this);
    settleSockets(this);
  }

  /** Makes a thread known. Undefined where the table is full. */
  makeThread(fields: ThreadFields): LiveThread | undefined {
    const before = this.table.get(fields.tid);
    if (before === undefined && this.table.size >= MAX_THREADS) { this.dropped++; return undefined; }
    if (before !== undefined) this.removeThread(fields.tid);
    const pid = fields.pid ?? fields.tid;
    const flags = fields.flags ?? 0;
    const shares = pid !== fields.tid && (flags & (CLONE_FILES | CLONE_THREAD)) !== 0;
    if (this.pairs && fields.cgroups !== undefined) fields = { ...fields, cgroups: readCgroups(fields.cgroups) };
    const match = fields.containerId === undefined ? containerOfThread(fields.cgroups ?? '', fields, this.table.get(fields.ptid ?? -1)?.info, this) : undefined;
    if (match !== undefined) this.noteContainer(match.id, match.type, match.taskId);
    const info = this.infos.thread(fields, { pid, containerId: fields.containerId ?? match?.id ?? '' }, this.table.get(fields.ptid ?? -1)?.info);
    const thread = new LiveThread(info, shares || pid === fields.tid ? this.#table(pid) : new FdTable());
    this.table.set(info.tid, thread);
    this.#join(thread, pid);
    return thread;
  }

  #join(thread: LiveThread, pid: number): void {
    if (thread.isMain) return;
    const members = this.#members.get(pid);
    if (members === undefined) this.#members.set(pid, new Set([thread])); else members.add(thread);
  }

  #leave(thread: LiveThread, pid: number): void {
    const members = this.#members.get(pid);
    if (members?.delete(thread) === true && members.size === 0) this.#members.delete(pid);
  }

  /** Threads of a process beside its main one. */
  members(pid: number): ReadonlySet<LiveThread> { return this.#members.get(pid) ?? NOBODY; }

  #table(pid: number): FdTable {
    let table = this.#tables.get(pid);
    if (table === undefined) this.#tables.set(pid, table = new FdTable());
    return table;
  }

  /** Gives a process a table of its own, e.g. a copy of its parent's. */
  setTable(thread: LiveThread, table: FdTable): void {
    if (thread.isMain) this.#tables.set(thread.info.pid, table);
    thread.fds = table;
  }

  /** Adds the container to the table, if it is new. */
  noteContainer(id: string, type: string, taskId?: string): void { if (type !== 'rkt' && !this.#containers.has(id)) this.setContainer(bareContainer(id, type, taskId)); }

  /** A thread for an event of somebody unknown. */
  placeholder(tid: number): LiveThread | undefined {
    const thread = this.makeThread({ tid, pid: tid, vtid: -1, vpid: -1 });
    if (thread === undefined) return undefined;
    thread.placeholder = true;
    thread.childCount = this.members(tid).size;
    return thread;
  }

  /** Main thread of the process; undefined where it is not known. */
  mainOf(thread: LiveThread): LiveThread | undefined { return thread.main !== undefined && this.table.get(thread.main.info.tid) === thread.main ? thread.main : thread.isMain ? thread : this.table.get(thread.info.pid); }

  /** Makes a new info of the thread; nothing where nothing changes. */
  changeThread(thread: LiveThread, change: Partial<ThreadInfo>, force = false): void {
    const old = thread.info;
    if (!force) {
      let differs = false;
      for (const key of Object.keys(change) as (keyof ThreadInfo)[]) if (change[key] !== old[key]) { differs = true; break; }
      if (!differs) return;
    }
    const ptid = change.ptid ?? old.ptid;
    thread.info = this.infos.thread(old, change, this.table.get(ptid)?.info ?? (ptid === old.ptid ? old.parent : undefined));
    thread.turnedDown = thread.letThrough = -1;
    thread.row = undefined;
    if (thread.info.pid !== old.pid) { this.#leave(thread, old.pid); thread.isMain = thread.info.tid === thread.info.pid; this.#join(thread, thread.info.pid); }
    if (this.context.thread === thread) this.context.info = thread.info;
  }

  removeThread(tid: number): void {
    const thread = this.table.get(tid);
    if (thread === undefined) return;
    this.table.delete(tid);
    this.#leave(thread, thread.info.pid);
    const pid = thread.info.pid;
    if (thread.isMain) this.#tables.delete(pid);
    if (!thread.isMain) {
      const main = this.table.get(pid);
      if (main !== undefined && main.childCount > 0 && --main.childCount === 0 && main.ended) this.removeThread(pid);
    } else { const parent = this.table.get(thread.info.ptid); if (parent !== undefined && parent.kids > 0) parent.kids--; }
  }

  /** Removes the thread when the next event comes, so that this one still shows it. */
  endThread(tid: number): void { this.#endedTid = tid; this.waiting = true; }

  /** Removes descriptors when the next event comes. */
  closeLater(table: FdTable, first: number, last: number): void { this.#closedTable = table; this.#closedFrom = first; this.#closedTo = last; this.waiting = true; }

  /** A new descriptor's info, to be filled and then placed. */
  newFd(kind: FdKind): FdRecord { return this.infos.fd(kind); }
  /** A copy of an info, to be changed and then placed. */
  fdAgain(old: FdRecord): FdRecord { return this.infos.fdAgain(old); }

  /** Sets a descriptor. False where the process has too many. */
  place(thread: LiveThread, fd: number, info: FdRecord): boolean {
    const table = thread.fds;
    if (table.size >= MAX_FDS && !table.has(fd)) { this.dropped++; return false; }
    // A number that is used again in the very event after its close must not lose the new meaning.
    if (this.#closedTable === table && this.#closedFrom === fd && this.#closedTo === fd) this.#closedTable = undefined;
    table.set(fd, info);
    const context = this.context;
    if (context.thread === thread && context.fdNum === fd) context.fd = info;
    return true;
  }

  /** Shows a descriptor as the one that the current event works on. */
  showFd(thread: LiveThread, fd: number): void {
    this.context.fdNum = fd;
    this.context.fd = thread.fds.get(fd);
  }

  /**
   * Takes in one event. `startNs`: when its call began, ns since the base; -1 where the record does not say and a stored enter event is to.
   * `lasting`: the event's bytes stay as they are until `copyLent`. Returns the one context that is reused for each event.
   */
  process(view: EventView, startNs: number, lasting = false): MutableContext {
    if (this.waiting) this.flush();
    const context = this.context;
    const type = view.type;
    const traits = TRAITS[type] ?? 0;
    const ts = this.#base.relative(view.tsHi, view.tsLo);
    if (this.#inFront && (traits & TRAIT.containerJson) === 0) { this.#inFront = false; if (Number.isNaN(this.#firstNs)) this.#firstNs = ts; }
    if (!this.#layoutKnown) { const told = startNs !== -1 ? false : layoutOf(type, view.nparams); if (told !== undefined) this.setLayout(told); }
    const pairs = this.pairs;
    context.view = view;
    context.num = ++this.eventCount;
    context.tsNs = ts;
    context.latencyNs = 0;
    context.lastLatencyNs = 0;
    context.info = undefined;
    context.thread = undefined;
    context.fdNum = -1;
    context.fd = undefined;
    context.fdBefore = undefined;
    context.enter = undefined;
    context.pairs = pairs;
    const handler = HANDLERS[type];
    const tid = view.tid;
    if ((traits & (TRAIT.skip | TRAIT.containerJson)) !== 0 || view.def === undefined) {
      // Descriptions in front of a later section belong to its tables: nobody counts them.
      if (this.#inFront && this.#sectionsBefore > 0) { context.num = --this.eventCount; this.concealed = CONCEALED.front; }
      if (tid > 0 && (traits & TRAIT.containerJson) === 0) { const known = this.table.get(tid); context.thread = known; context.info = known?.info; }
      if (handler !== undefined) handler(this, context.thread, context, view);
      return context;
    }
    let thread = this.table.get(tid);
    if (thread === undefined && (traits & TRAIT.noPlaceholder) === 0 && tid >= 0) thread = this.placeholder(tid);
    if (thread !== undefined) {
      context.thread = thread;
      context.info = thread.info;
      context.lastLatencyNs = thread.latencyNs;
      if ((traits & TRAIT.exit) !== 0) this.#onExit(view, type, traits, ts, startNs, thread, pairs);
      else if ((traits & TRAIT.noPlaceholder) === 0) {
        thread.enterType = type;
        thread.enterNs = ts;
        if (ts > EXACT) thread.farEnterNs = whole64(view.data, view.at);
        thread.enterFd = -1;
        if ((traits & TRAIT.usesFd) !== 0 && view.nparams > 0 && (!pairs || (traits & TRAIT.legacyUsesFd) !== 0)) {
          const fd = i64(view, 0, -1);
          if (fd > EXACT) thread.farFd = whole64(view.data, view.start(0));
          thread.enterFd = fd;
          context.fdNum = fd;
          if (fd >= 0) context.fd = thread.fds.get(fd);
        }
        if ((traits & TRAIT.keepEnter) !== 0) {
          if (!lasting) thread.keep(view.bytes, view.at, view.length);
          else this.lend(thread, view.bytes, view.data, view.at, view.length);
        }
      }
    } else if ((traits & TRAIT.exit) !== 0) context.latencyNs = startNs === -1 ? -1 : ts - startNs;
    context.fdBefore = context.fd;
    if (handler !== undefined) handler(this, thread, context, view);
    return context;
  }

  #onExit(view: EventView, type: number, traits: number, ts: number, startNs: number, thread: LiveThread, pairs: boolean): void {
    const context = this.context;
    let latency = startNs !== -1 ? ts - startNs : pairs && !Number.isNaN(thread.enterNs) ? ts - thread.enterNs : -1;
    if (ts > EXACT && startNs === -1 && thread.enterNs > EXACT) latency = Number(whole64(view.data, view.at) - thread.farEnterNs);
    context.latencyNs = latency;
    thread.exitNs = ts;
    if (!pairs) thread.enterNs = startNs === -1 ? NaN : startNs;
    const paired = thread.enterType === type - 1;
    if (paired && (TRAITS[type - 1] ?? 0) & TRAIT.keepEnter && thread.enter(type - 1, context.enterView, view.cpu, view.nr)) context.enter = context.enterView;
    if (pairs) {
      if (!paired || (traits & TRAIT.legacyUsesFd) === 0) return;
      const own = EXIT_FD[type] ?? -1;
      context.fdNum = type === COPY_FILE_RANGE_EXIT && own >= 0 && own < view.nparams ? i64(view, own, -1) : thread.enterFd;
    } else {
      thread.enterType = NO_TYPE;
      if ((traits & TRAIT.usesFd) === 0) return;
      const own = EXIT_FD[type] ?? -1;
      context.fdNum = own >= 0 && own < view.nparams ? i64(view, own, -1) : paired ? thread.enterFd : -1;
    }
    if (context.fdNum >= 0) context.fd = thread.fds.get(context.fdNum);
  }

  /** Shows an event by itself, for those who demand nothing of the state: it changes nothing. */
  glance(view: EventView): MutableContext {
    const context = this.context;
    context.view = view;
    context.num = ++this.eventCount;
    context.tsNs = this.#base.relative(view.tsHi, view.tsLo);
    context.latencyNs = context.lastLatencyNs = 0;
    context.info = context.thread = context.fd = context.fdBefore = context.enter = undefined;
    context.fdNum = -1;
    context.pairs = this.pairs;
    return context;
  }

  /** Counts an event that could not be read. */
  skip(): void { this.eventCount++; }

  /** What a filter that looks at nothing but `info` says of the current event: asked once for each info. */
  judge(test: (ctx: EventContext) => boolean): boolean {
    const thread = this.context.thread;
    if (thread === undefined) return test(this.context);
    if (thread.turnedDown === this.verdicts) return false;
    if (thread.letThrough === this.verdicts) return true;
    const passes = test(this.context);
    if (passes) thread.letThrough = this.verdicts; else thread.turnedDown = this.verdicts;
    return passes;
  }

  /** Lends the bytes of an enter event to its thread. */
  lend(thread: LiveThread, bytes: Uint8Array, data: DataView, at: number, length: number): void { if (thread.lend(bytes, data, at, length)) this.#lenders.push(thread); }

  /** Takes copies of enter events that were lent, before the bytes they lie in change. */
  copyLent(): void {
    for (const thread of this.#lenders) thread.copyLent();
    this.#lenders.length = 0;
  }

  /** Does what waits for the next event: tables that were filled, a thread that ended, descriptors that were closed. */
  flush(): void {
    this.waiting = false;
    if (this.#unsettled) this.settle();
    if (this.#endedTid !== -1) { this.removeThread(this.#endedTid); this.#endedTid = -1; }
    const closed = this.#closedTable;
    if (closed === undefined) return;
    this.#closedTable = undefined;
    closed.deleteRange(this.#closedFrom, this.#closedTo);
  }
}
