// Makes infos of threads and descriptors, numbers them, and keeps those that a history may still point at.
import type { FdInfo, FdKind, ThreadInfo } from './model.ts';

export type Role = FdInfo['role'];

/** A descriptor's info with what only the state engine needs. Shared by the tables of a process and of the children that inherited it. */
export class FdRecord implements FdInfo {
  ref = 0;
  kind: FdKind = 'unsupported';
  name = '';
  openFlags = 0;
  dev = 0;
  ino = 0;
  l4 = 0;
  sip = '';
  dip = '';
  sport = 0;
  dport = 0;
  role: Role = 'none';
  connected = false;
  /** Kernel addresses of a unix socket's ends, hexadecimal. */
  unixSource = '0';
  unixPeer = '0';
  /** Last tuple applied, to tell at once that the next is the same. */
  tuple: Uint8Array | undefined = undefined;
  /** Tables that hold this info. */
  uses = 0;
  /** Came with a fork or a scan, not from a call that was seen. */
  inherited = false;
}

export type FdFields = Partial<Omit<FdRecord, 'ref' | 'uses' | 'tuple'>> & { readonly kind: FdKind };
export type ThreadFields = Partial<Omit<ThreadInfo, 'ref' | 'parent'>> & { readonly tid: number };

/** A thread's info; `depth` bounds the chain of parents. */
export class ThreadRecordInfo implements ThreadInfo {
  ref = 0;
  tid = -1; pid = -1; ptid = -1; vtid = -1; vpid = -1; sid = -1; vpgid = -1;
  comm = '<NA>'; exe = '<NA>'; exepath = '';
  args: readonly string[] = NONE;
  env: readonly string[] = NONE;
  cwd = ''; root = ''; cgroups = '';
  uid = 0xffffffff; gid = 0xffffffff; loginuid = 0xffffffff;
  tty = 0; flags = 0; cloneNs = -1; fdlimit = -1;
  containerId = '';
  parent: ThreadInfo | undefined = undefined;
  depth = 0;
}

const NONE: readonly string[] = [];
const MAX_DEPTH = 64;

/** All infos by their refs. An info that is no longer current is kept until its event numbers leave the history, or the limit is reached. */
export class InfoStore {
  /** Infos that are no longer current and kept at most. */
  limit = 1 << 18;
  /** Number of the event under way: what a retired info may still be referred by. */
  now = 0;
  readonly #threads = new Map<number, ThreadInfo>();
  readonly #fds = new Map<number, FdInfo>();
  #nextRef = 1;
  #retired: number[] = [];
  #retiredAt: number[] = [];
  #head = 0;

  thread(ref: number): ThreadInfo | undefined { return this.#threads.get(ref); }
  fd(ref: number): FdInfo | undefined { return this.#fds.get(ref); }
  /** Infos held at present. */
  get size(): number { return this.#threads.size + this.#fds.size; }

  makeThread(fields: ThreadFields | ThreadInfo, change: Partial<ThreadInfo> | undefined, parent: ThreadInfo | undefined): ThreadRecordInfo {
    const info = Object.assign(new ThreadRecordInfo(), fields, change);
    const depth = parent instanceof ThreadRecordInfo ? parent.depth + 1 : 0;
    info.parent = depth > MAX_DEPTH ? undefined : parent;
    info.depth = depth > MAX_DEPTH ? 0 : depth;
    info.ref = this.#nextRef++;
    this.#threads.set(info.ref, info);
    return info;
  }

  makeFd(fields: FdFields | FdRecord, change?: Partial<FdRecord>): FdRecord {
    const info = Object.assign(new FdRecord(), fields, change);
    info.ref = this.#nextRef++;
    info.uses = 0;
    this.#fds.set(info.ref, info);
    return info;
  }

  /** Says that no table holds the info any more. */
  retire(ref: number): void {
    this.#retired.push(ref);
    this.#retiredAt.push(this.now);
    if (this.#retired.length - this.#head > this.limit) this.#drop();
  }

  /** Forgets what was no longer current at event `num`. */
  releaseBefore(num: number): void {
    while (this.#head < this.#retired.length && (this.#retiredAt[this.#head] ?? 0) < num) this.#drop();
  }

  #drop(): void {
    const ref = this.#retired[this.#head] ?? 0;
    this.#head++;
    if (!this.#fds.delete(ref)) this.#threads.delete(ref);
    if (this.#head > 4096 && this.#head * 2 > this.#retired.length) {
      this.#retired = this.#retired.slice(this.#head);
      this.#retiredAt = this.#retiredAt.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** Descriptors of one process by number. All changes go through `put` and `drop`, which count the tables that hold an info. */
export class FdTable extends Map<number, FdRecord> {
  put(fd: number, info: FdRecord, store: InfoStore): void {
    const before = this.get(fd);
    if (before === info) return;
    info.uses++;
    this.set(fd, info);
    if (before !== undefined && --before.uses === 0) store.retire(before.ref);
  }

  drop(fd: number, store: InfoStore): void {
    const before = this.get(fd);
    if (before === undefined) return;
    this.delete(fd);
    if (--before.uses === 0) store.retire(before.ref);
  }

  dropAll(store: InfoStore): void {
    for (const info of this.values()) if (--info.uses === 0) store.retire(info.ref);
    this.clear();
  }

  /** The same descriptors for a child process. */
  copy(): FdTable {
    const table = new FdTable();
    for (const [fd, info] of this) { info.uses++; table.set(fd, info); }
    return table;
  }
}
