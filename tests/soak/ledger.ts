// The books of the soak: what was made while it was wanted, against what was delivered and what was lost.

/** Calls made so far, by group and kind (those that went well and those that failed are kinds of their own). */
export type Made = readonly (readonly number[])[];
/** Whether a kind is captured, by group and kind. */
export type Wanted = readonly (readonly boolean[])[];

/**
 * Calls go on while the profile changes, so how many were made while they were wanted is known between two numbers. Samples are taken right before and
 * right after the change; a thread may be within a call, or between a call and its count, on either side.
 */
export class Ledger {
  least = 0;
  most = 0;
  readonly #slack: number;
  #wanted: Wanted;
  /** Since when a kind counts: the samples around the change. */
  #before: Made;
  #after: Made;
  /** The change was made while nobody made calls. */
  #quiet: boolean[][];

  /** Begins while nobody makes calls. `threads`: how many make calls in a group. */
  constructor(threads: number, wanted: Wanted, made: Made) {
    this.#slack = 2 * threads;
    this.#wanted = wanted;
    this.#before = this.#after = made;
    this.#quiet = wanted.map((kinds) => kinds.map(() => true));
  }

  /** The profile was changed between the two samples; `quiet`: the load stood still. (That both samples are the same does not say so: a thread may wait within a call.) */
  change(wanted: Wanted, before: Made, after: Made, quiet: boolean): void {
    const rebased = { before: copy(this.#before), after: copy(this.#after) };
    wanted.forEach((kinds, g) => {
      kinds.forEach((now, k) => {
        if (now === this.#wanted[g]?.[k]) return;
        if (now) { set(rebased.before, g, k, at(before, g, k)); set(rebased.after, g, k, at(after, g, k)); (this.#quiet[g] as boolean[])[k] = quiet; }
        else this.#close(g, k, at(before, g, k), at(after, g, k), quiet);
      });
    });
    this.#wanted = wanted;
    this.#before = rebased.before;
    this.#after = rebased.after;
  }

  /** Nobody makes calls: what is wanted is counted up to here. */
  settle(made: Made): void {
    this.#wanted.forEach((kinds, g) => { kinds.forEach((now, k) => { if (now) this.#close(g, k, at(made, g, k), at(made, g, k), true); (this.#quiet[g] as boolean[])[k] = true; }); });
    this.#before = this.#after = made;
  }

  #close(g: number, k: number, before: number, after: number, quiet: boolean): void {
    const slack = (this.#quiet[g]?.[k] === true ? 0 : this.#slack) + (quiet ? 0 : this.#slack);
    this.least += Math.max(0, before - at(this.#after, g, k) - slack);
    this.most += after - at(this.#before, g, k) + slack;
  }
}

function at(made: Made, g: number, k: number): number { return made[g]?.[k] ?? 0; }
function set(made: number[][], g: number, k: number, value: number): void { (made[g] as number[])[k] = value; }
function copy(made: Made): number[][] { return made.map((kinds) => [...kinds]); }
