// Infos of threads and descriptors: immutable for everybody but the state engine, which makes a new one for each change.
import type { FdInfo, FdKind, ThreadInfo, ThreadMore } from './model.ts';

export type Role = FdInfo['role'];
/** Of a descriptor: nothing that is written to it is a mark of a tracer; it is open on TRACER_FILE, and the first write will tell; all that is written is one, or a wrong one. */
export enum TRACER { never = 0, maybe = 1, yes = 2 }
/** The file that programs write such marks to. */
export const TRACER_FILE = '/dev/null';

/** A descriptor's info with what only the state engine needs. Shared by the tables of a process and of the children that inherited it. */
export class FdRecord implements FdInfo {
  readonly ref: number;
  kind: FdKind;
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
  /** Last tuple applied, to tell at once that the next is the same; and one that changed nothing, such as the same in the other direction. */
  tuple: Uint8Array | undefined = undefined;
  idleTuple: Uint8Array | undefined = undefined;
  /** Came with a fork or a scan, not from a call that was seen. */
  inherited = false;
  /** Whether what is written is read as marks of tracers: see TRACER. */
  tracer = TRACER.never;
  /** `SystemState.verdicts` when a filter of descriptors turned this one down; see `Selection.byDescriptor`. */
  turnedDown = -1;

  constructor(ref: number, kind: FdKind) { this.ref = ref; this.kind = kind; }

  /** The same under a new ref, to be changed. Field by field: this is made for every second event of a busy server. */
  again(ref: number): FdRecord {
    const next = new FdRecord(ref, this.kind);
    next.name = this.name; next.openFlags = this.openFlags; next.dev = this.dev; next.ino = this.ino; next.l4 = this.l4;
    next.sip = this.sip; next.dip = this.dip; next.sport = this.sport; next.dport = this.dport; next.role = this.role; next.connected = this.connected;
    next.unixSource = this.unixSource; next.unixPeer = this.unixPeer; next.tuple = this.tuple; next.idleTuple = this.idleTuple; next.inherited = this.inherited; next.tracer = this.tracer;
    return next;
  }
}

export type FdFields = Partial<Omit<FdRecord, 'ref' | 'tuple' | 'idleTuple' | 'again'>> & { readonly kind: FdKind };
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
  more: ThreadMore | undefined = undefined;
  parent: ThreadInfo | undefined = undefined;
  depth = 0;
}

const NONE: readonly string[] = [];
const MAX_DEPTH = 64;

/** Makes infos and numbers them. */
export class InfoMaker {
  #nextRef = 1;

  thread(fields: ThreadFields | ThreadInfo, change: Partial<ThreadInfo> | undefined, parent: ThreadInfo | undefined): ThreadRecordInfo {
    const info = Object.assign(new ThreadRecordInfo(), fields, change);
    const depth = parent instanceof ThreadRecordInfo ? parent.depth + 1 : 0;
    info.parent = depth > MAX_DEPTH ? undefined : parent;
    info.depth = depth > MAX_DEPTH ? 0 : depth;
    info.ref = this.#nextRef++;
    return info;
  }

  fd(kind: FdKind): FdRecord { return new FdRecord(this.#nextRef++, kind); }
  /** A copy that may be changed until somebody sees it. */
  fdAgain(old: FdRecord): FdRecord { return old.again(this.#nextRef++); }
}

/** Numbers of descriptors below are looked up in an array. */
const LOW = 1024;

/** Descriptors of one process by number. */
export class FdTable extends Map<number, FdRecord> {
  /** The low numbers again: nearly every event asks for one of them, and an array answers without hashing. */
  readonly #low: (FdRecord | undefined)[] = [];

  override get(fd: number): FdRecord | undefined { return fd >= 0 && fd < LOW ? this.#low[fd] : super.get(fd); }
  override set(fd: number, info: FdRecord): this {
    if (fd >= 0 && fd < LOW) {
      const low = this.#low;
      while (low.length <= fd) low.push(undefined);
      low[fd] = info;
    }
    return super.set(fd, info);
  }
  override delete(fd: number): boolean {
    if (fd >= 0 && fd < this.#low.length) this.#low[fd] = undefined;
    return super.delete(fd);
  }
  override clear(): void { this.#low.length = 0; super.clear(); }

  /** The same descriptors for a child process. */
  copy(): FdTable {
    const table = new FdTable();
    for (const [fd, info] of this) table.set(fd, info);
    return table;
  }
}
