// A thread that lives now: its info, its descriptors, and the call it is in.
import { EVENT_HEADER } from '../../../driver/schema/index.ts';
import type { EventView } from '../event/eventView.ts';
import type { FdTable } from './infos.ts';
import type { Thread, ThreadInfo } from './model.ts';

/** Longest enter event that is kept for its exit, bytes. */
const MAX_ENTER = 4096;
const EMPTY = new Uint8Array(0);
const EMPTY_DATA = new DataView(EMPTY.buffer);
export const NO_TYPE = 0xffff;

/** Descriptors that a child in a container begins with, as they were when its parent's call ended. */
export interface Birth { readonly vtid: number; readonly atNs: number; readonly fds: FdTable }
/** Births that wait for their child at most; a child that was heard of before its parent leaves one behind. */
const MAX_BIRTHS = 8;

/** One live thread. */
export class LiveThread implements Thread {
  info: ThreadInfo;
  fds: FdTable;
  isMain: boolean;
  pfmajor: number | bigint = 0;
  pfminor: number | bigint = 0;
  vmSizeKb = 0;
  vmRssKb = 0;
  vmSwapKb = 0;
  childCount = 0;
  /** The main thread that readers of captures with enter events remember, where it is not the one of its process's number. */
  main: LiveThread | undefined = undefined;
  /** Made up for an event of a thread that nobody announced. */
  placeholder = false;
  /** Read of /proc, and not yet made anew by an event of its birth. */
  read = false;
  /** It was read, and then told of its birth itself: what its parent tells of that comes too late. */
  begun = false;
  /** Ended before other threads of its process. */
  ended = false;
  /** Processes begun by this one that live. */
  kids = 0;
  /** Children in containers whose first event has not come. */
  readonly #births: Birth[] = [];
  /** Type of the enter event that awaits its exit. */
  enterType = NO_TYPE;
  enterFd = -1;
  /** When it was recorded, ns since the base; NaN: none seen yet. (A number that is no small integer from the start keeps the shape of the objects.) */
  enterNs = NaN;
  /** The same in epoch ns, and the number of the descriptor, where they are too large to be exact. */
  farEnterNs = 0n;
  farFd = 0n;
  /** When the last exit was. */
  exitNs = NaN;
  /** State of the verdicts (`SystemState.verdicts`) when a filter turned the thread's info down, or let it through. */
  turnedDown = -1;
  letThrough = -1;
  /** Where calls of this info are counted, by whoever counts them; see `Tally`. */
  row: object | undefined = undefined;
  /** The enter event's bytes, where the exit needs its parameters: lent by the reader, or a copy of this thread's own. */
  #bytes: Uint8Array = EMPTY;
  #data: DataView = EMPTY_DATA;
  #at = 0;
  #length = 0;
  #lent = false;
  #own: Uint8Array = EMPTY;
  #ownData: DataView = EMPTY_DATA;

  constructor(info: ThreadInfo, fds: FdTable) {
    this.info = info;
    this.fds = fds;
    this.isMain = info.tid === info.pid;
  }

  /** Length of the last call, ns; 0 while in one. */
  get latencyNs(): number { return this.exitNs > this.enterNs ? this.exitNs - this.enterNs : 0; }

  /** Notes that a call begins; on no descriptor: -1. */
  begin(type: number, fd: number): void { this.enterType = type; this.enterFd = fd; }

  /** Takes in three figures that lie one after the other, as events hold them. */
  setMemory(data: DataView, at: number): void {
    this.vmSizeKb = data.getUint32(at, true);
    this.vmRssKb = data.getUint32(at + 4, true);
    this.vmSwapKb = data.getUint32(at + 8, true);
  }

  /** Notes what a child begins with; its number as its parent knows it. */
  expect(birth: Birth): void {
    this.#births.push(birth);
    if (this.#births.length > MAX_BIRTHS) this.#births.shift();
  }
  /** What the child begins with, if its parent was heard of first and not before `sinceNs`. */
  takeBirth(vtid: number, tid: number, sinceNs: number): FdTable | undefined {
    // A parent outside of the child's pid namespace knows it by its number on the host.
    const at = this.#births.findIndex((birth) => (birth.vtid === vtid || birth.vtid === tid) && birth.atNs >= sinceNs);
    return at < 0 ? undefined : this.#births.splice(at, 1)[0]?.fds;
  }

  /**
   * Keeps an enter event for its exit: by reference, for bytes that stay as they are until `copyLent`. True where the thread held none so before.
   * What is too long is not kept.
   */
  lend(bytes: Uint8Array, data: DataView, at: number, length: number): boolean {
    if (length > MAX_ENTER) { this.#length = 0; return false; }
    this.#bytes = bytes; this.#data = data; this.#at = at; this.#length = length;
    const first = !this.#lent;
    this.#lent = true;
    return first;
  }

  /** Makes a copy of what was lent, before its bytes change. */
  copyLent(): void {
    if (!this.#lent) return;
    this.#lent = false;
    if (this.#length > 0) this.keep(this.#bytes, this.#at, this.#length);
    else { this.#bytes = EMPTY; this.#data = EMPTY_DATA; }
  }

  /** Keeps a copy of an enter event for its exit. */
  keep(bytes: Uint8Array, at: number, length: number): void {
    if (length > MAX_ENTER) { this.#length = 0; return; }
    if (this.#own.length < length) {
      this.#own = new Uint8Array(Math.max(128, length * 2));
      this.#ownData = new DataView(this.#own.buffer);
    }
    const own = this.#own;
    if (length > 200) own.set(bytes.subarray(at, at + length));
    else for (let i = 0; i < length; i++) own[i] = bytes[at + i] ?? 0;
    this.#bytes = own; this.#data = this.#ownData; this.#at = 0; this.#length = length;
  }

  /** The command of the kept enter event, if that is an fcntl of the usual shape (lengths 8 1); -1: none is kept, -2: it has to be looked at. */
  keptCommand(type: number): number {
    const data = this.#data, at = this.#at;
    if (this.#length === 0 || data.getUint16(at + EVENT_HEADER.type, true) !== type) return -1;
    if (this.#length !== EVENT_HEADER.lengths + 13 || data.getUint32(at + EVENT_HEADER.nparams, true) !== 2 || data.getUint32(at + EVENT_HEADER.lengths, true) !== 0x10008) return -2;
    return data.getUint8(at + EVENT_HEADER.lengths + 12);
  }

  /** Puts the kept enter event into `view`; false where there is none of that type. Valid until the thread's next enter event. */
  enter(type: number, view: EventView, cpu: number, nr: number): boolean {
    return this.#length > 0 && view.reset(this.#bytes, this.#data, this.#at, cpu, nr, this.#length) && view.type === type;
  }
}
