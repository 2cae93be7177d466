// Plain events on descriptors, told from their bytes: what a filter that asks for descriptors alone has turned down already, and calls that are only counted.
import { EVENT_HEADER, EVENT_LIMIT, EVENTS } from '../../../driver/schema/index.ts';
import type { FdRecord } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import { ACTION } from './plan.ts';
import type { SystemState } from './systemState.ts';
import { TRAIT, TRAITS } from './traits.ts';

/** By action: an event that `skim` takes in, whose descriptor, if it has one, is what its enter names. */
const PLAIN = new Uint8Array(16);
for (const action of [ACTION.enter, ACTION.enterKept, ACTION.enterFd, ACTION.enterFdKept, ACTION.exit, ACTION.exitIo, ACTION.exitMessage, ACTION.exitClose]) PLAIN[action] = 1;

const PLAIN_EXIT = new Uint8Array(16);
for (const action of [ACTION.exit, ACTION.exitIo, ACTION.exitMessage, ACTION.exitClose, ACTION.exitMemory, ACTION.exitChange, ACTION.exitFcntl]) PLAIN_EXIT[action] = 1;
/** By type: the exit's result is its first parameter. */
const RESULT_FIRST = new Uint8Array(65536);
for (const def of EVENTS) if (def.isExit && (def.index.get('res') ?? (def.flags.has('CREATES_FD') ? def.index.get('fd') : undefined)) === 0) RESULT_FIRST[def.id] = 1;

/** By type: calls whose exit names another descriptor than their enter. */
const OWN_FD = new Uint8Array(65536);
for (const def of EVENTS) if (def.name === 'copy_file_range' || def.name === 'getsockopt') OWN_FD[def.id] = 1;

/** Exits that work on the descriptor of their enter. */
const endsOnFd = (type: number): boolean => ((TRAITS[type] ?? 0) & (TRAIT.exit | TRAIT.legacyUsesFd)) === (TRAIT.exit | TRAIT.legacyUsesFd);

/** For captures with enter and exit events; of others nothing is remembered. */
export class DescriptorVerdicts {
  readonly #state: SystemState;
  /** By type: `SystemState.verdicts` when an event without a known descriptor was turned down. */
  readonly #blankDown = new Int32Array(EVENT_LIMIT).fill(-1);

  constructor(state: SystemState) { this.#state = state; }

  /**
   * Whether a filter of descriptors has turned down the one that an event of a plain kind works on: its enter names it, its exit has it from there. Of
   * events of one type that work on none that is known, one stands for all.
   */
  turnedDown(action: number, type: number, thread: LiveThread, data: DataView, at: number, length: number): boolean {
    const state = this.#state;
    if (!state.pairs || (PLAIN[action] ?? 0) === 0 || OWN_FD[type] === 1) return false;
    let fd = -1;
    if (action === ACTION.enterFd || action === ACTION.enterFdKept) {
      const value = at + EVENT_HEADER.lengths + 2 * data.getUint32(at + EVENT_HEADER.nparams, true);
      if (value > at + length - 4) return false;
      fd = data.getInt32(value, true);
    } else if (endsOnFd(type)) {
      if (thread.enterType !== type - 1) return false;
      fd = thread.enterFd;
    }
    const info = fd < 0 ? undefined : thread.fds.get(fd);
    return info === undefined ? this.#blankDown[type] === state.verdicts : info.turnedDown === state.verdicts;
  }

  /** Notes that a filter of descriptors has turned down the one of the event just taken in. */
  turnDown(action: number): void {
    const state = this.#state;
    const { fd, thread, view: { type } } = state.context;
    if ((PLAIN[action] ?? 0) === 0 || thread === undefined || OWN_FD[type] === 1) return;
    if (fd !== undefined) (fd as FdRecord).turnedDown = state.verdicts;
    else if (type < EVENT_LIMIT && (!endsOnFd(type) || thread.enterType === type - 1)) this.#blankDown[type] = state.verdicts;
  }

  /** Of the exit that `plainExit` looked at last. */
  fd: FdRecord | undefined = undefined;
  result = 0;

  /** Whether an event is the ordinary end of a call; its descriptor and result are then in `fd` and `result`. */
  plainExit(action: number, type: number, thread: LiveThread, data: DataView, at: number, length: number): boolean {
    if (!this.#state.pairs || (PLAIN_EXIT[action] ?? 0) === 0 || RESULT_FIRST[type] !== 1 || OWN_FD[type] === 1) return false;
    const value = at + EVENT_HEADER.lengths + 2 * data.getUint32(at + EVENT_HEADER.nparams, true);
    if (value > at + length - 8 || data.getUint16(at + EVENT_HEADER.lengths, true) !== 8) return false;
    const low = data.getInt32(value, true), high = data.getInt32(value + 4, true);
    this.result = high === low >> 31 ? low : high * 4294967296 + (low >>> 0);
    this.fd = endsOnFd(type) && thread.enterType === type - 1 && thread.enterFd >= 0 ? thread.fds.get(thread.enterFd) : undefined;
    return true;
  }
}
