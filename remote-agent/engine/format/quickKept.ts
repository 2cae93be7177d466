// What is kept of threads and descriptors while lines are written: where their texts are.
import type { Noted } from '../state/infos.ts';

/** How far the slots of one owner's extras are apart. */
const SPREAD = 2749;

/** What is kept for objects that never change: a small table in which newer ones take the places of older ones. `extra`: a number that goes with one. */
export class Kept<T extends { readonly ref: number }> {
  readonly #owners: (T | undefined)[];
  readonly #extras: Int32Array;
  readonly #addresses: Int32Array;
  /** `slots`: a power of two. */
  constructor(slots: number) {
    this.#owners = new Array<T | undefined>(slots).fill(undefined);
    this.#extras = new Int32Array(slots);
    this.#addresses = new Int32Array(slots);
  }

  get(owner: T, extra = 0): number {
    const slot = this.#slot(owner, extra);
    return this.#owners[slot] === owner && this.#extras[slot] === extra ? this.#addresses[slot] ?? 0 : 0;
  }
  set(owner: T, address: number, extra = 0): number {
    const slot = this.#slot(owner, extra);
    this.#owners[slot] = owner;
    this.#extras[slot] = extra;
    return this.#addresses[slot] = address;
  }
  #slot(owner: T, extra: number): number { return (owner.ref + Math.imul(extra, SPREAD)) & (this.#extras.length - 1); }
  forget(): void { this.#owners.fill(undefined); }
}

let ages = 0;
/** The same; what was kept last for an object lies with that itself, as nearly every line asks for one. All that the state makes can carry it. */
export class KeptNear<T extends { readonly ref: number }> extends Kept<T> {
  #age = ++ages;

  override get(owner: T, extra = 0): number {
    const noted = owner as T & Noted;
    if (noted.textAge === this.#age && noted.textFd === extra) return noted.textAt;
    const address = super.get(owner, extra);
    return address === 0 ? 0 : this.#note(noted, address, extra);
  }
  override set(owner: T, address: number, extra = 0): number {
    super.set(owner, address, extra);
    return this.#note(owner as T & Noted, address, extra);
  }
  #note(noted: Noted, address: number, extra: number): number {
    noted.textAge = this.#age;
    noted.textFd = extra;
    return noted.textAt = address;
  }
  override forget(): void {
    super.forget();
    this.#age = ++ages;
  }
}
