// Names of flags and enumerated values, tried in the order of their tables.
import { ENUMS, type Named } from '../../../driver/schema/index.ts';

/** Names that readers up to sysdig 0.29 do not know in tables that they have. */
const LATE_NAMES = new Set(['O_F_CREATED', 'FD_UPPER_LAYER', 'FD_LOWER_LAYER', 'CLONE_CHILD_IN_PIDNS', 'SHUT_UNKNOWN', 'EXE_UPPER_LAYER', 'EXE_FROM_MEMFD', 'EXE_LOWER_LAYER']);

/** Names of a bit set joined by `|`, in table order. `legacy`: an exact match ends the list (what was found before it stays), and late names are not known. */
export function flagNames(table: string, value: number, legacy: boolean): string {
  const entries: readonly Named[] | undefined = ENUMS[table];
  if (entries === undefined) return '';
  let left = value;
  let out = '';
  for (const [name, bits] of entries) {
    if (legacy && LATE_NAMES.has(name)) continue;
    if (legacy && bits === value) return out === '' ? name : `${out}|${name}`;
    if ((bits !== 0 && left !== 0 && ((left & bits) >>> 0) === bits) || (bits === 0 && value === 0)) {
      out = out === '' ? name : `${out}|${name}`;
      left &= ~bits;
    }
  }
  return out;
}

/** Names of exactly this value joined by `|`; '' where it has none. */
export function valueName(table: string, value: number): string {
  let out = '';
  for (const [name, bits] of ENUMS[table] ?? []) if (bits === value) out = out === '' ? name : `${out}|${name}`;
  return out;
}
