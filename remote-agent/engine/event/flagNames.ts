// Names of flags and enumerated values, tried in the order of their tables.
import { ENUMS, type Named } from '../../../driver/schema/index.ts';

/** Names of a bit set joined by `|`: in table order; an exact match ends the list, so that what was found before it stays. */
export function flagNames(table: string, value: number, stopAtExact: boolean): string {
  const entries: readonly Named[] | undefined = ENUMS[table];
  if (entries === undefined) return '';
  let left = value;
  let out = '';
  for (const [name, bits] of entries) {
    if (stopAtExact && bits === value) return out === '' ? name : `${out}|${name}`;
    if ((bits !== 0 && left !== 0 && (left & bits) === bits) || (bits === 0 && value === 0)) {
      out = out === '' ? name : `${out}|${name}`;
      left &= ~bits;
    }
  }
  return out;
}

/** Name of exactly this value; '' where it has none. */
export function valueName(table: string, value: number): string {
  for (const [name, bits] of ENUMS[table] ?? []) if (bits === value) return name;
  return '';
}
