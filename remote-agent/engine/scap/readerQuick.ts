// Events that are taken in from their bytes, without a view and a context: those that nobody wants to see, those that a filter has turned down already by their
// thread or descriptor, and calls that are only counted. The reader's loop; it stops in front of whatever needs a closer look.
import { EVENT_HEADER, EVENT_LIMIT } from '../../../driver/schema/index.ts';
import { DEMAND } from '../state/demand.ts';
import { END, ENDS } from '../state/ends.ts';
import type { FdRecord } from '../state/infos.ts';
import type { LiveThread } from '../state/liveThread.ts';
import type { FdInfo, ThreadInfo } from '../state/model.ts';
import { ACTION, LOOK, SEEN, TYPES, WANTED } from '../state/plan.ts';
import { becomesMore, duplicateOf, skim } from '../state/skim.ts';
import type { SystemState } from '../state/systemState.ts';
import { writesMark } from '../state/tracerLook.ts';
import { AROUND_EVENT, BEFORE_EVENT, EVENT_BLOCK, MAX_EVENT_BODY, SMALLEST_EVENT_BLOCK } from './blocks.ts';
import type { LineTaker, Selection, Tally } from './selection.ts';

/** Which events that are wanted may be left out all the same: none; those of a thread, of a descriptor that was turned down, those with other results; or they are counted, or written as lines. */
enum MODE { none = 0, threads = 1, descriptors = 2, tally = 3, lines = 4, results = 5 }

/** By action, bits: an event whose descriptor, if it has one, is what its enter names; an ordinary end of a call; one whose line can be written before what it changes is taken in. */
enum PLAIN { fd = 1, end = 2, line = 4 }
const PLAINS = new Uint8Array(16);
for (const action of [ACTION.enter, ACTION.enterKept, ACTION.enterFd, ACTION.enterFdKept, ACTION.exit, ACTION.exitIo, ACTION.exitMessage, ACTION.exitClose]) PLAINS[action] = PLAIN.fd;
for (const action of [ACTION.exit, ACTION.exitIo, ACTION.exitMessage, ACTION.exitClose, ACTION.exitMemory, ACTION.exitChange, ACTION.exitFcntl]) PLAINS[action] = (PLAINS[action] ?? 0) | PLAIN.end;
for (const action of [ACTION.thread, ACTION.type, ACTION.enter, ACTION.enterKept, ACTION.enterFd, ACTION.enterFdKept, ACTION.exit, ACTION.exitIo, ACTION.exitMemory, ACTION.exitClose, ACTION.exitFcntl]) PLAINS[action] = (PLAINS[action] ?? 0) | PLAIN.line;

const MAX_PARAMS = 64;

export class QuickEvents {
  readonly #state: SystemState;
  #plan: Uint8Array = new Uint8Array(TYPES);
  #mode = MODE.none;
  #tally: Tally | undefined = undefined;
  #lines: LineTaker | undefined = undefined;
  /** Results that are wanted. */
  #least = -Infinity;
  #most = Infinity;
  /** Whoever takes lines wants a pause. */
  paused = false;
  /** Somebody wants to know when calls begin and end. */
  #timed = true;
  /** By type: `SystemState.verdicts` when an event without a known descriptor was turned down. */
  readonly #blankDown = new Int32Array(EVENT_LIMIT).fill(-1);
  /** Result of the call that ended last. */
  #result = 0;

  constructor(state: SystemState) { this.#state = state; }

  /** Says what is wanted, and what to do with each type of event. */
  select(selection: Selection, plan: Uint8Array): void {
    this.#plan = plan;
    if (this.#tally !== selection.tally) for (const thread of this.#state.threads()) thread.row = undefined;
    this.#tally = selection.tally;
    this.#lines = selection.lines;
    this.#mode = selection.tally !== undefined ? MODE.tally : selection.lines !== undefined ? MODE.lines : selection.byThread === true ? MODE.threads : selection.byDescriptor !== undefined && this.#state.pairs ? MODE.descriptors : selection.results !== undefined && selection.test !== undefined ? MODE.results : MODE.none;
    this.#least = selection.results?.min ?? -Infinity;
    this.#most = selection.results?.max ?? Infinity;
    // Those with exits alone tell by it what a call has begun with.
    this.#timed = (selection.demand & DEMAND.calls) !== 0 || !this.#state.pairs;
  }

  /**
   * Takes in events of `bytes` from the block at `at` on, as long as they are of this kind, lie whole before `end`, and there were fewer than `until`. Where it
   * stopped; the event there, if there is one, was not touched.
   */
  run(bytes: Uint8Array, data: DataView, from: number, end: number, until: number): number {
    const state = this.#state, plan = this.#plan, mode = this.#mode, timed = this.#timed, threads = state.table, lines = this.#lines, named = lines?.named === true;
    this.paused = false;
    let at = from;
    while (end - at >= SMALLEST_EVENT_BLOCK && data.getUint32(at, true) === EVENT_BLOCK) {
      const total = data.getUint32(at + 4, true), event = at + BEFORE_EVENT;
      if (total < SMALLEST_EVENT_BLOCK || total > end - at || total > MAX_EVENT_BODY + 8 || state.eventCount >= until) return at;
      const length = data.getUint32(event + EVENT_HEADER.length, true), type = data.getUint16(event + EVENT_HEADER.type, true);
      if (length < EVENT_HEADER.lengths || length > total - AROUND_EVENT) return at;
      let action = plan[type] ?? ACTION.whole;
      if (action >= LOOK) {
        if (writesMark(bytes, data, event, total - AROUND_EVENT)) return at;
        action -= LOOK;
      }
      if (state.waiting) state.flush();
      if (action === ACTION.count) { state.eventCount++; at += total; continue; }
      // Nothing is asked of the state: an event that the filter turns down by its result alone only counts.
      if (action === SEEN && mode === MODE.results && this.#hasResult(type, data, event, length) && this.#isOutside()) { state.eventCount++; at += total; continue; }
      const thread = threads.at(data, event + EVENT_HEADER.tid);
      if (thread === undefined) {
        // The scheduler's events of no process (thread 0) have no figures that anybody keeps.
        if (action !== ACTION.switch || data.getInt32(event + EVENT_HEADER.tid, true) !== 0) return at;
        state.eventCount++;
        at += total;
        continue;
      }
      let counts = false, shows = false, fd: FdRecord | undefined = undefined;
      if (action >= WANTED) {
        action -= WANTED;
        if (mode === MODE.tally) {
          if (!this.#ends(action, type, data, event, length)) return at;
          counts = true;
          const number = thread.enterFd;
          if ((ENDS[type] ?? 0) & END.onFd && thread.enterType === type - 1 && number >= 0) fd = thread.fds.get(number);
        } else if (mode === MODE.lines) {
          if (((PLAINS[action] ?? 0) & PLAIN.line) === 0) return at;
          const from = action === ACTION.exitFcntl ? duplicateOf(thread, type, data, event, length) : -1;
          const number = named ? this.#worksOn(action, type, thread, data, event, length) : -1;
          if (from < -1 || lines?.take(type, thread, bytes, data, event, length, state.eventCount + 1, data.getUint16(event - 2, true), number, from) !== true) return at;
          shows = true;
        } else if (mode === MODE.results) {
          if (!this.#ends(action, type, data, event, length) || !this.#isOutside()) return at;
        } else if (mode === MODE.threads ? thread.turnedDown !== state.verdicts : mode !== MODE.descriptors || !this.#turnedDown(action, type, thread, data, event, length)) return at;
      }
      if (!timed && action === ACTION.enterFd && !shows) {
        const value = event + EVENT_HEADER.lengths + 2 * data.getUint32(event + EVENT_HEADER.nparams, true);
        if (value > event + length - 8 || value > event + EVENT_HEADER.lengths + 2 * MAX_PARAMS || data.getUint16(event + EVENT_HEADER.lengths, true) !== 8) return at;
        const number = data.getInt32(value, true);
        if (data.getInt32(value + 4, true) !== number >> 31) return at;
        thread.begin(type, number);
        state.eventCount++;
      } else if (!timed && action === ACTION.enter && !shows) {
        thread.begin(type, -1);
        state.eventCount++;
      } else if (!timed && !shows && (action === ACTION.exit || (counts && action === ACTION.exitIo && (fd === undefined || this.#result < 0 || !becomesMore(fd))))) state.eventCount++;
      else if (!skim(state, action, type, thread, bytes, data, event, length)) { if (shows) lines?.takeBack(); return at; }
      if (shows && lines?.done() === false) { this.paused = true; return at + total; }
      if (counts) this.#count(thread, fd, type);
      at += total;
    }
    return at;
  }

  /** Whether an event is the ordinary end of a call; its result is then in `#result`. */
  #ends(action: number, type: number, data: DataView, at: number, length: number): boolean {
    return ((PLAINS[action] ?? 0) & PLAIN.end) !== 0 && this.#hasResult(type, data, at, length);
  }

  /** Whether the first parameter of an event is the result of a call, of eight bytes; it is then in `#result`. */
  #hasResult(type: number, data: DataView, at: number, length: number): boolean {
    if (!this.#state.pairs || ((ENDS[type] ?? 0) & (END.result | END.own)) !== END.result) return false;
    const value = at + EVENT_HEADER.lengths + 2 * data.getUint32(at + EVENT_HEADER.nparams, true);
    if (value > at + length - 8 || value === at + EVENT_HEADER.lengths || data.getUint16(at + EVENT_HEADER.lengths, true) !== 8) return false;
    const low = data.getInt32(value, true), high = data.getInt32(value + 4, true);
    this.#result = high === low >> 31 ? low : high * 4294967296 + (low >>> 0);
    return true;
  }

  /** Whether the filter turns that result down. */
  #isOutside(): boolean { return this.#result < this.#least || this.#result > this.#most; }

  /** The descriptor that an ordinary event works on, as its context would tell it; -1: none. */
  #worksOn(action: number, type: number, thread: LiveThread, data: DataView, at: number, length: number): number {
    if (action !== ACTION.enterFd && action !== ACTION.enterFdKept) return ((ENDS[type] ?? 0) & (END.onFd | END.own)) === END.onFd && thread.enterType === type - 1 ? thread.enterFd : -1;
    const value = EVENT_HEADER.lengths + 2 * data.getUint32(at + EVENT_HEADER.nparams, true);
    return value > length - 4 ? -1 : data.getInt32(at + value, true);
  }

  #count(thread: LiveThread, fd: FdRecord | undefined, type: number): void {
    const tally = this.#tally;
    if (tally === undefined) return;
    tally.add(thread.row ??= tally.row(thread.info), fd, type, this.#result);
  }

  /**
   * Whether a filter of descriptors has turned down the one that an event of a plain kind works on: its enter names it, its exit has it from there. Of
   * events of one type that work on none that is known, one stands for all.
   */
  #turnedDown(action: number, type: number, thread: LiveThread, data: DataView, at: number, length: number): boolean {
    if (((PLAINS[action] ?? 0) & PLAIN.fd) === 0 || ((ENDS[type] ?? 0) & END.own) !== 0) return false;
    let fd = -1;
    if (action === ACTION.enterFd || action === ACTION.enterFdKept) {
      const value = at + EVENT_HEADER.lengths + 2 * data.getUint32(at + EVENT_HEADER.nparams, true);
      if (value > at + length - 4) return false;
      fd = data.getInt32(value, true);
    } else if (((ENDS[type] ?? 0) & END.onFd) !== 0) {
      if (thread.enterType !== type - 1) return false;
      fd = thread.enterFd;
    }
    const info = fd < 0 ? undefined : thread.fds.get(fd);
    return info === undefined ? this.#blankDown[type] === this.#state.verdicts : info.turnedDown === this.#state.verdicts;
  }

  /** Notes that a filter of descriptors has turned down the one of the event just taken in. */
  turnDown(action: number): void {
    const state = this.#state;
    const { fd, thread, view: { type } } = state.context;
    if (((PLAINS[action] ?? 0) & PLAIN.fd) === 0 || thread === undefined || ((ENDS[type] ?? 0) & END.own) !== 0) return;
    if (fd !== undefined) (fd as FdRecord).turnedDown = state.verdicts;
    else if (type < EVENT_LIMIT && (((ENDS[type] ?? 0) & END.onFd) === 0 || thread.enterType === type - 1)) this.#blankDown[type] = state.verdicts;
  }
}
