// Checks that speak of the descriptor alone.
import type { Check } from './ast.ts';
import { refsOf } from './terms.ts';

/** Fields that say the same of all events (but those of connect) that work on the same known descriptor. */
export const OF_DESCRIPTOR: ReadonlySet<string> = new Set(['fd.type', 'fd.typechar', 'fd.name', 'fd.directory', 'fd.filename', 'fd.ip', 'fd.cip', 'fd.sip', 'fd.port', 'fd.cport', 'fd.sport', 'fd.l4proto', 'fd.sockfamily']);

export function isByDescriptor(check: Check): boolean {
  const sides = check.right === undefined ? [check.left] : [check.left, check.right];
  return sides.flatMap(refsOf).every(({ field }) => OF_DESCRIPTOR.has(field.name));
}
