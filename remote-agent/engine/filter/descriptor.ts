// What of a filter speaks of the descriptor alone.
import type { Check, Group, Node } from './ast.ts';
import { refsOf } from './terms.ts';

/** Fields that say the same of all events (but those of connect) that work on the same known descriptor. */
export const OF_DESCRIPTOR: ReadonlySet<string> = new Set(['fd.type', 'fd.typechar', 'fd.name', 'fd.directory', 'fd.filename', 'fd.ip', 'fd.cip', 'fd.sip', 'fd.port', 'fd.cport', 'fd.sport', 'fd.l4proto', 'fd.sockfamily']);

function isByDescriptor(check: Check): boolean {
  const sides = check.right === undefined ? [check.left] : [check.left, check.right];
  return sides.flatMap(refsOf).every(({ field }) => OF_DESCRIPTOR.has(field.name));
}
function isWholly(node: Node): boolean {
  switch (node.kind) {
    case 'check': return isByDescriptor(node);
    case 'not': return isWholly(node.term);
    case 'and': case 'or': return node.terms.every(isWholly);
  }
}

/** The part of a filter that speaks of descriptors alone, and without which it does not hold: all of it, or terms of its conjunction; undefined: there is none. */
export function descriptorPart(node: Node): Node | undefined {
  if (isWholly(node)) return node;
  if (node.kind !== 'and') return undefined;
  const terms = node.terms.flatMap((term) => descriptorPart(term) ?? []);
  return terms.length <= 1 ? terms[0] : { ...node, terms } satisfies Group;
}
