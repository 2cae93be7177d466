// Infos of threads and descriptors: immutable for everybody but the state engine, which makes a new one for each change.
import type { FdInfo, FdKind, ThreadInfo, ThreadMore } from './model.ts';

export type Role = FdInfo['role'];
/** Of a descriptor: nothing that is written to it is a mark of a tracer; it is open on TRACER_FILE, and the first write will tell; all that is written is one, or a wrong one. */
export enum TRACER { never = 0, maybe = 1, yes = 2 }
/** The file that programs write such marks to. */
export const TRACER_FILE = '/dev/null';

/** What an info carries for whoever writes lines: the text that he keeps of it, by his own count (0: none) and address, and the number of the descriptor that stands in it. */
export interface Noted { textAge: number; textAt: number; textFd: number }

/** A descriptor's info with what only the state engine needs. Shared by the tables of a process and of the children that inherited it. */
export class FdRecord implements FdInfo, Noted {
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
  /** The same but for the flag that closes it with the next program, once somebody duplicated it so. */
  twin: FdRecord | undefined = undefined;
  /** Came with a fork or a scan, not from a call that was seen. */
  inherited = false;
  /** Whether what is written is read as marks of tracers: see TRACER. */
  tracer = TRACER.never;
  /** `SystemState.verdicts` when a filter of descriptors turned this one down; see `Selection.byDescriptor`. */
  turnedDown = -1;
  textAge = 0;
  textAt = 0;
  textFd = -1;

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

export type FdFields = Partial<Omit<FdRecord, 'ref' | 'tuple' | 'idleTuple' | 'twin' | 'again' | keyof Noted>> & { readonly kind: FdKind };
export type ThreadFields = Partial<Omit<ThreadInfo, 'ref' | 'parent'>> & { readonly tid: number };

/** Flags of files of which nothing else is known that are kept at a time. */
const MOST_FILES = 1024;

/** A thread's info; `depth` bounds the chain of parents. */
export class ThreadRecordInfo implements ThreadInfo, Noted {
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
  textAge = 0;
  textAt = 0;
  textFd = -1;
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
    // It may have come with what is changed.
    info.textAge = 0;
    return info;
  }

  readonly #files = new Map<number, FdRecord>();

  /** A file, or directory, of which nothing else is known: one and the same for all of those flags, of which a sound capture has few. */
  file(kind: FdKind, flags: number): FdRecord {
    let info = this.#files.get(flags);
    if (info === undefined) {
      if (this.#files.size >= MOST_FILES) this.#files.clear();
      this.#files.set(flags, info = this.fd(kind));
      info.openFlags = flags;
    }
    return info;
  }

  fd(kind: FdKind): FdRecord { return new FdRecord(this.#nextRef++, kind); }
  /** A copy that may be changed until somebody sees it. */
  fdAgain(old: FdRecord): FdRecord { return old.again(this.#nextRef++); }
}

/** As events hold it. */
const O_CLOEXEC = 0x1000;
/** Numbers of descriptors below are looked up in an array. */
const LOW = 1024;

/** Descriptors of one process by number. The low numbers, which nearly every event asks for, lie in an array: no hashing. They come first when it is gone through. */
export class FdTable implements ReadonlyMap<number, FdRecord> {
  readonly #low: (FdRecord | undefined)[] = [];
  #lowCount = 0;
  #others: Map<number, FdRecord> | undefined = undefined;

  get size(): number { return this.#lowCount + (this.#others?.size ?? 0); }
  get(fd: number): FdRecord | undefined {
    const low = this.#low;
    if (fd >= 0 && fd < low.length) return low[fd];
    return this.#others === undefined ? undefined : this.#others.get(fd);
  }
  has(fd: number): boolean { return this.get(fd) !== undefined; }

  set(fd: number, info: FdRecord): void {
    if (!(fd >= 0 && fd < LOW)) { (this.#others ??= new Map<number, FdRecord>()).set(fd, info); return; }
    const low = this.#low;
    while (low.length <= fd) low.push(undefined);
    if (low[fd] === undefined) this.#lowCount++;
    low[fd] = info;
  }

  delete(fd: number): void {
    const low = this.#low;
    if (!(fd >= 0 && fd < low.length)) { this.#others?.delete(fd); return; }
    if (low[fd] !== undefined) this.#lowCount--;
    low[fd] = undefined;
  }

  /** Both ends included. */
  deleteRange(first: number, last: number): void {
    if (last - first > this.size) { for (const fd of [...this.keys()]) if (fd >= first && fd <= last) this.delete(fd); } else for (let fd = first; fd <= last; fd++) this.delete(fd);
  }
  /** The process runs another program: what is marked so is closed. */
  runsProgram(): void { for (const [fd, info] of [...this]) if ((info.openFlags & O_CLOEXEC) !== 0) this.delete(fd); }

  *entries(): Generator<[number, FdRecord], undefined> {
    const low = this.#low;
    for (let fd = 0; fd < low.length; fd++) { const info = low[fd]; if (info !== undefined) yield [fd, info]; }
    if (this.#others !== undefined) yield* this.#others;
  }
  *keys(): Generator<number, undefined> { for (const [fd] of this.entries()) yield fd; }
  *values(): Generator<FdRecord, undefined> { for (const [, info] of this.entries()) yield info; }
  [Symbol.iterator](): Generator<[number, FdRecord], undefined> { return this.entries(); }
  forEach(visit: (info: FdRecord, fd: number, table: ReadonlyMap<number, FdRecord>) => void): void { for (const [fd, info] of this.entries()) visit(info, fd, this); }

  /** The same descriptors for a child process. */
  copy(): FdTable {
    const table = new FdTable(), low = this.#low;
    for (let fd = 0; fd < low.length; fd++) table.#low.push(low[fd]);
    table.#lowCount = this.#lowCount;
    if (this.#others !== undefined) table.#others = new Map(this.#others);
    return table;
  }
}
