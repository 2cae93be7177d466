// What a filter that asks for descriptors alone has turned down already, so that readers need not ask again for each event on the same one.
import { EVENT_HEADER, EVENT_LIMIT } from '../../../driver/schema/index.ts';
import type { FdRecord } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import { ACTION } from './plan.ts';
import type { SystemState } from './systemState.ts';
import { TRAIT, TRAITS } from './traits.ts';

/** By action: an event that `skim` takes in, whose descriptor, if it has one, is what its enter names. */
const PLAIN = new Uint8Array(16);
for (const action of [ACTION.enter, ACTION.enterKept, ACTION.enterFd, ACTION.enterFdKept, ACTION.exit, ACTION.exitIo, ACTION.exitMessage, ACTION.exitClose]) PLAIN[action] = 1;

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
    if (!state.pairs || (PLAIN[action] ?? 0) === 0) return false;
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
    if ((PLAIN[action] ?? 0) === 0 || thread === undefined) return;
    if (fd !== undefined) (fd as FdRecord).turnedDown = state.verdicts;
    else if (type < EVENT_LIMIT && (!endsOnFd(type) || thread.enterType === type - 1)) this.#blankDown[type] = state.verdicts;
  }
}
