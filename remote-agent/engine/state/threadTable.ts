// The live threads by their ids. Nearly every event asks for one, so ids that Linux gives out are looked up in pages, without hashing.
import type { LiveThread } from './liveThread.ts';

const PAGE_BITS = 10;
const PAGE = 1 << PAGE_BITS;
/** Linux gives out no thread ids beyond. */
const PAGED = 1 << 22;

type Page = (LiveThread | undefined)[];
const NOBODY: Page = new Array<LiveThread | undefined>(PAGE).fill(undefined);

export class ThreadTable {
  readonly #all = new Map<number, LiveThread>();
  readonly #pages: Page[] = new Array<Page>(PAGED >> PAGE_BITS).fill(NOBODY);

  get size(): number { return this.#all.size; }
  values(): IterableIterator<LiveThread> { return this.#all.values(); }

  get(tid: number): LiveThread | undefined { return tid >= 0 && tid < PAGED ? this.low(tid) : this.#all.get(tid); }
  /** The same for an id that is known to be from 0 to 2^22 - 1. */
  low(tid: number): LiveThread | undefined { return (this.#pages[tid >> PAGE_BITS] as Page)[tid & (PAGE - 1)]; }

  /** The thread whose id lies at `at` as events hold it (8 bytes), if that is such an id. */
  at(data: DataView, at: number): LiveThread | undefined {
    const tid = data.getInt32(at, true);
    return tid >= 0 && tid < PAGED && data.getInt32(at + 4, true) === 0 ? this.low(tid) : undefined;
  }

  set(tid: number, thread: LiveThread): void {
    this.#all.set(tid, thread);
    this.#note(tid, thread);
  }

  delete(tid: number): void { if (this.#all.delete(tid)) this.#note(tid, undefined); }

  clear(): void {
    this.#all.clear();
    this.#pages.fill(NOBODY);
  }

  #note(tid: number, thread: LiveThread | undefined): void {
    if (tid < 0 || tid >= PAGED || !Number.isInteger(tid)) return;
    const at = tid >> PAGE_BITS;
    let page = this.#pages[at] as Page;
    if (page === NOBODY) {
      if (thread === undefined) return;
      this.#pages[at] = page = new Array<LiveThread | undefined>(PAGE).fill(undefined);
    }
    page[tid & (PAGE - 1)] = thread;
  }
}

