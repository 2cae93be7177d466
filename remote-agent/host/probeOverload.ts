// Under overload less is asked of the probe, step by step, and more again when there is room: the scheduler's switches, page faults and buffers first, then the calls that are least asked for.
import { CALL_BITS } from '../../driver/schema/index.ts';
import type { CaptureProfile } from '../addon/porthole.d.ts';
import { callOf, changesState } from './probeCalls.ts';
import { ALL } from '../engine/state/demand.ts';

/** What is left out at each step, beside what the steps before leave out. What changes names and descriptors is never left out. */
export const STEPS: readonly { readonly what: string; readonly calls: ReadonlySet<string> | 'own' | undefined }[] = [
  { what: 'nothing', calls: undefined },
  { what: 'switches of the scheduler, page faults, contents of reads and writes', calls: undefined },
  { what: 'waiting, polling and locking', calls: new Set(['futex', 'poll', 'ppoll', 'select', 'pselect6', 'epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'nanosleep', 'clock_nanosleep', 'sched_yield', 'gettid', 'getpid', 'getppid']) },
  { what: 'looking up files, seeking', calls: new Set(['stat', 'lstat', 'fstat', 'newfstatat', 'statx', 'access', 'faccessat', 'faccessat2', 'lseek', 'readlink', 'readlinkat', 'getdents', 'getdents64', 'getcwd']) },
  { what: 'all calls that change neither processes nor descriptors', calls: 'own' },
];

/** Fullness of the ring above which less is asked for, and below which there is room. */
const FULL = 0.5, ROOM = 0.1;
const CALM = 10, MOST_CALM = 120;
/** Seconds of overload, one after the other, before less is asked for: a burst alone is lost, counted and over. */
const PATIENCE = 3;

/** How much is left out, by what each second shows. */
export class OverloadRule {
  step = 0;
  /** Seconds of calm still needed for the next step back. */
  #calm = 0;
  #needed = CALM;
  #sinceBack = Infinity;
  /** Seconds of overload in a row, since the last step. */
  #bad = 0;

  /** Takes in a second: records lost in it and how full the ring is (0 to 1). True where the step has changed. */
  second(lost: number, fullness: number): boolean {
    this.#sinceBack++;
    if (lost > 0 || fullness > FULL) {
      this.#calm = 0;
      // Where it comes again as soon as more is asked for, nobody waits.
      if (++this.#bad < PATIENCE && this.#sinceBack > this.#needed) return false;
      this.#bad = 0;
      // Who stepped back too early waits longer the next time.
      this.#needed = this.#sinceBack <= this.#needed ? Math.min(MOST_CALM, this.#needed * 2) : this.#needed;
      this.#sinceBack = Infinity;
      if (this.step === STEPS.length - 1) return false;
      this.step++;
      return true;
    }
    this.#bad = 0;
    this.#calm = fullness < ROOM ? this.#calm + 1 : 0;
    if (this.step === 0) { if (this.#calm > MOST_CALM) this.#needed = CALM; return false; }
    if (this.#calm < this.#needed) return false;
    this.#calm = 0;
    this.#sinceBack = 0;
    this.step--;
    return true;
  }

  /** What is left out now, for people. */
  get leftOut(): string { return STEPS.slice(1, this.step + 1).map(({ what }) => what).join('; '); }
}

/** The profile with what a step leaves out: such calls are counted as left out instead. */
export function narrowed(profile: CaptureProfile, step: number): CaptureProfile {
  if (step === 0) return profile;
  const calls = profile.calls?.slice() ?? new Uint8Array(512).fill(CALL_BITS.event);
  const taken = STEPS.slice(1, step + 1).flatMap((one) => one.calls ?? []);
  for (let nr = 0; nr < calls.length; nr++) {
    const bits = calls[nr] ?? 0, call = callOf(nr);
    if ((bits & CALL_BITS.event) === 0 || (bits & CALL_BITS.always) !== 0 || call === undefined || (changesState(call, ALL) && !IO.has(call.name))) continue;
    if (taken.some((set) => set === 'own' || set.has(call.name))) calls[nr] = (bits & ~CALL_BITS.event) | CALL_BITS.leftOut;
  }
  return { ...profile, calls, snaplen: 0, switches: false, pageFaults: false };
}

/** Reads and writes can tell more of a descriptor, but the last step leaves them out all the same. */
const IO = new Set(['read', 'write', 'pread64', 'pwrite64', 'readv', 'writev', 'preadv', 'pwritev', 'recvfrom', 'sendto', 'recvmsg', 'sendmsg']);
