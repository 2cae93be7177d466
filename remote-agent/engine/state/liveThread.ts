// A thread that lives now: its info, its descriptors, and the call it is in.
import { EventView } from '../event/eventView.ts';
import type { FdTable } from './infos.ts';
import type { Thread, ThreadInfo } from './model.ts';

/** Longest enter event that is kept for its exit, bytes. */
const MAX_ENTER = 4096;
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
  pfmajor = 0;
  pfminor = 0;
  vmSizeKb = 0;
  vmRssKb = 0;
  vmSwapKb = 0;
  childCount = 0;
  /** Made up for an event of a thread that nobody announced. */
  placeholder = false;
  /** Ended before other threads of its process. */
  ended = false;
  /** Processes begun by this one that live. */
  kids = 0;
  /** Children in containers whose first event has not come. */
  readonly #births: Birth[] = [];
  /** Type of the enter event that awaits its exit. */
  enterType = NO_TYPE;
  enterFd = -1;
  /** When it was recorded, ns since the base; -1: none seen yet. */
  enterNs = -1;
  /** Length of the last call, ns; 0 while in one. */
  latencyNs = 0;
  /** The enter event's bytes, where the exit needs its parameters. */
  #kept: Uint8Array | undefined;
  #keptData: DataView | undefined;
  #keptLength = 0;
  #view: EventView | undefined;

  constructor(info: ThreadInfo, fds: FdTable) {
    this.info = info;
    this.fds = fds;
    this.isMain = info.tid === info.pid;
  }

  /** Notes what a child begins with; its number as its parent knows it. Returns what had to make room. */
  expect(birth: Birth): Birth | undefined {
    this.#births.push(birth);
    return this.#births.length > MAX_BIRTHS ? this.#births.shift() : undefined;
  }
  /** What the child begins with, if its parent was heard of first and not before `sinceNs`. */
  takeBirth(vtid: number, tid: number, sinceNs: number): FdTable | undefined {
    // A parent outside of the child's pid namespace knows it by its number on the host.
    const at = this.#births.findIndex((birth) => (birth.vtid === vtid || birth.vtid === tid) && birth.atNs >= sinceNs);
    return at < 0 ? undefined : this.#births.splice(at, 1)[0]?.fds;
  }
  takeBirths(): readonly Birth[] { return this.#births.splice(0); }

  /** Keeps a copy of an enter event for its exit. */
  keep(view: EventView): void {
    const length = view.length;
    if (length > MAX_ENTER) { this.#keptLength = 0; return; }
    let kept = this.#kept;
    if (kept === undefined || kept.length < length) {
      kept = this.#kept = new Uint8Array(Math.max(128, length * 2));
      this.#keptData = new DataView(kept.buffer);
    }
    const bytes = view.bytes, at = view.at;
    if (length > 200) kept.set(bytes.subarray(at, at + length));
    else for (let i = 0; i < length; i++) kept[i] = bytes[at + i] ?? 0;
    this.#keptLength = length;
    this.#view ??= new EventView();
    if (!this.#view.reset(kept, this.#keptData as DataView, 0, view.cpu, view.nr, length)) this.#keptLength = 0;
  }

  forgetEnter(): void { this.#keptLength = 0; }

  /** The kept enter event of that type; undefined where there is none. Valid until the thread's next enter event. */
  enter(type: number): EventView | undefined { return this.#keptLength > 0 && this.#view !== undefined && this.#view.type === type ? this.#view : undefined; }
}
