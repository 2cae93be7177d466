// Ends a chisel that does not come back and does not heed its limit: Lua cannot interrupt its own search for a pattern.

const LOOK_MS = 100;
/** Beyond the limit within Lua, which says more of where it happened. */
const GRACE_MS = 200;

/**
 * Watches one call at a time. What counts is the time that `cpuMs` says it has had of the processor; where that is not known, looks are counted: those that a busy machine does
 * not let happen are none. Looks come every tenth of a second while a call is under way, so that a call costs nothing itself.
 */
export class CallWatch {
  readonly #cpuMs: () => number | undefined;
  readonly #expired: (allowedMs: number) => void;
  readonly #every: (ms: number, look: () => void) => () => void;
  #stop: (() => void) | undefined;
  /** Allowed for the call that is under way; NaN: none is. */
  #allowed = NaN;
  #used = 0;
  /** The clock at the last look; undefined: this call was not looked at yet. */
  #clock: number | undefined;
  #looked = false;

  /** `every` starts a timer and answers what ends it. */
  constructor(every: (ms: number, look: () => void) => () => void, cpuMs: () => number | undefined, expired: (allowedMs: number) => void) { this.#every = every; this.#cpuMs = cpuMs; this.#expired = expired; }

  begin(allowedMs: number): void {
    this.#allowed = allowedMs; this.#used = 0; this.#looked = false;
    this.#stop ??= this.#every(LOOK_MS, () => { this.#look(); });
  }
  end(): void { this.#allowed = NaN; }
  close(): void { this.#stop?.(); this.#stop = undefined; this.#allowed = NaN; }

  #look(): void {
    if (Number.isNaN(this.#allowed)) { this.close(); return; }
    const clock = this.#cpuMs(), first = !this.#looked;
    this.#looked = true;
    if (!first) this.#used += clock === undefined || this.#clock === undefined ? LOOK_MS : clock - this.#clock;
    this.#clock = clock;
    if (this.#used < this.#allowed + GRACE_MS) return;
    const allowed = this.#allowed;
    this.close();
    this.#expired(allowed);
  }
}
