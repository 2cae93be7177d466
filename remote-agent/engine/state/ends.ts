// What the state engine's short ways have to know of each type of event, where the source holds enter and exit events.
import { EVENTS } from '../../../driver/schema/index.ts';
import { TRAIT, TRAITS } from './traits.ts';

/**
 * Bits, of an end of a call: it works on the descriptor of its enter; its result is its first parameter; it needs its enter's parameters; it wrote to a
 * descriptor. `own`, also of its beginning: the call works on more descriptors than one.
 */
export enum END { onFd = 1, own = 2, result = 4, kept = 8, wrote = 16 }
/** `END` by type of event. */
export const ENDS = new Uint8Array(65536);
for (const def of EVENTS) {
  const own = def.name === 'copy_file_range' || def.name === 'getsockopt' ? END.own : 0;
  if (!def.isExit) { ENDS[def.id] = own; continue; }
  const names = def.index.get('res') ?? (def.flags.has('CREATES_FD') ? def.index.get('fd') : undefined);
  ENDS[def.id] = own | (((TRAITS[def.id] ?? 0) & TRAIT.legacyUsesFd) !== 0 ? END.onFd : 0) | (names === 0 ? END.result : 0)
    | (((TRAITS[def.id - 1] ?? 0) & TRAIT.keepEnter) !== 0 ? END.kept : 0) | (def.flags.has('WRITES_TO_FD') ? END.wrote : 0);
}
