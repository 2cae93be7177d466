// Counts the events of a list in the background, and says how far it is; the newest question counts.
import { CancelledError } from '../base/host.ts';
import type { Host } from '../base/host.ts';
import type { Range } from './model.ts';

export class ListCounter {
  readonly #host: Host;
  readonly #onChange: () => void;
  #abort: AbortController | undefined;
  #asked = 0;
  #known = false;
  #total = 0;
  #fraction = 0;
  #filter = '';
  #range: Range = { startNs: NaN, endNs: NaN };
  /** The list has grown while it was counted: what to count next. */
  #next: Range | undefined;

  constructor(host: Host, onChange: () => void) {
    this.#host = host;
    this.#onChange = onChange;
    host.onEvent((event) => {
      if (event.event !== 'counting' || event.progressId !== this.#progressId || !this.busy || this.#known) return;
      this.#total = event.count;
      this.#fraction = event.fraction;
      onChange();
    });
  }

  get #progressId(): string { return `list-${this.#asked}`; }
  /** A count is under way. */
  get busy(): boolean { return this.#abort !== undefined; }
  /** `total` is the whole of it; of a list that grows, as it was a moment ago. */
  get known(): boolean { return this.#known; }
  get total(): number { return this.#total; }
  get fraction(): number { return this.#fraction; }

  /** Counts, unless that is known. What was known of a list that only grew stays known meanwhile. `grown`: there are more events than when it was counted. */
  count(filter: string, range: Range, grown = false): void {
    // Nothing is before 0: a range that shows all is wider than what there is, and gets wider as that grows.
    const startNs = Math.max(0, range.startNs), { endNs } = range;
    const same = filter === this.#filter && startNs === this.#range.startNs;
    if (same && !grown && endNs === this.#range.endNs && (this.#known || this.busy)) return;
    // A long count of a list that grows comes to an end first, else none ever would.
    if (same && endNs >= this.#range.endNs && this.busy) { this.#next = range; return; }
    if (!same || endNs < this.#range.endNs) this.#forgetTotal();
    this.#next = undefined;
    this.#abort?.abort();
    const abort = this.#abort = new AbortController();
    const id = ++this.#asked;
    this.#filter = filter;
    this.#range = { startNs, endNs };
    this.#host.request('events/count', { filter, startNs, endNs, progressId: this.#progressId }, abort.signal).then(({ count }) => {
      if (id !== this.#asked) return;
      this.#abort = undefined;
      this.#known = true;
      this.#total = count;
      this.#fraction = 1;
      if (this.#next) this.count(filter, this.#next, true);
      this.#onChange();
    }, (error: unknown) => {
      if (id !== this.#asked) return;
      this.#abort = undefined;
      // The list's own question fails as well, and says so.
      if (!(error instanceof CancelledError)) this.#onChange();
    });
  }
  /** Another list. */
  forget(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#asked++;
    this.#next = undefined;
    this.#range = { startNs: NaN, endNs: NaN };
    this.#forgetTotal();
  }
  #forgetTotal(): void { this.#known = false; this.#total = 0; this.#fraction = 0; }
}
