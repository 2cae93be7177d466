// Processes made with CLONE_PARENT, as container runtimes make a container's first: their parent is their creator's, but what they begin with is the creator's.
//
// Creator and child each tell of the call as they return from it, in either order, and the child does not know who made it. Whichever comes first waits here
// for the other. Of live records alone: what is shown of captures is what other readers of them show.
import { FdTable, type FdRecord } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import type { ThreadInfo } from './model.ts';

/** Of either kind at most: some are never told of again, e.g. because a record was lost. */
const MAX_WAITING = 64;
const O_CLOEXEC = 0x1000;

/** What both tell of one birth. `parent`: number of the parent of both, on the host. */
interface Birth { readonly parent: number; readonly atNs: number }
/** The creator was first. `number`: the child's as the creator knows it. `info`, `fds`: the creator's, when its call ended. */
export interface Made extends Birth { readonly number: number; readonly info: ThreadInfo; readonly fds: FdTable }
/** The child was first. `guess`: whose program and folder it was taken to have meanwhile. */
export interface Foundling extends Birth { readonly tid: number; readonly vtid: number; readonly thread: LiveThread; readonly guess: ThreadInfo; readonly fds: LateTable }

/** Descriptors of a process whose first ones are still to be told: remembers what happened to which, so that these come beneath it. */
export class LateTable extends FdTable {
  readonly #touched = new Set<number>();
  readonly #ranges: (readonly [number, number])[] = [];
  /** It runs a program of its own. */
  executed = false;

  override set(fd: number, info: FdRecord): void { this.#touched.add(fd); super.set(fd, info); }
  override delete(fd: number): void { this.#touched.add(fd); super.delete(fd); }
  override deleteRange(first: number, last: number): void { this.#ranges.push([first, last]); super.deleteRange(first, last); }
  override runsProgram(): void { this.executed = true; super.runsProgram(); }

  /** Takes in what the process began with, as far as it still has it. */
  begin(fds: FdTable): void {
    for (const [fd, info] of fds) {
      if (this.#touched.has(fd) || this.#ranges.some(([first, last]) => fd >= first && fd <= last) || (this.executed && (info.openFlags & O_CLOEXEC) !== 0)) continue;
      super.set(fd, info);
    }
  }
}

function take<T>(list: T[], fits: (one: T) => boolean): T | undefined { const at = list.findIndex(fits); return at < 0 ? undefined : list.splice(at, 1)[0]; }
function keep<T>(list: T[], one: T): void { list.push(one); if (list.length > MAX_WAITING) list.shift(); }

export class Siblings {
  #made: Made[] = [];
  #foundlings: Foundling[] = [];

  /** The creator tells, and the child has not. */
  expect(made: Made): void { keep(this.#made, made); }
  /** The child tells, and the creator has not. */
  lay(foundling: Foundling): void { keep(this.#foundlings, foundling); }

  /** The creator's account of this child, not older than `sinceNs`. A creator outside of the child's pid namespace knows it by its number on the host. */
  madeOf(tid: number, vtid: number, parent: number, sinceNs: number): Made | undefined {
    return take(this.#made, (one) => one.parent === parent && (one.number === vtid || one.number === tid) && one.atNs >= sinceNs);
  }
  /** The child that its creator knows by this number, if it was heard of before. */
  foundlingOf(number: number, parent: number, sinceNs: number): Foundling | undefined {
    return take(this.#foundlings, (one) => one.parent === parent && (one.vtid === number || one.tid === number) && one.atNs >= sinceNs);
  }
  clear(): void { this.#made = []; this.#foundlings = []; }
}
