// Takes capture files apart block by block, on its own: what is in the files that two programs wrote.
import { gunzipSync } from 'node:zlib';
import { eventById } from '../../../driver/schema/index.ts';

/** An event as it stands in a file; `bytes` in the present layout, whatever the file's. */
export interface FoundEvent { readonly cpu: number; readonly flags: number; readonly type: number; readonly bytes: Buffer }
export interface FoundFile { readonly blocks: readonly { readonly type: number; readonly start: number; readonly end: number }[]; readonly events: readonly FoundEvent[] }

const EARLY_EVENT = 0x8010abcd;
const WITH_FLAGS: ReadonlySet<number> = new Set([0x208, 0x217, 0x222]), FIRST_LAYOUT: ReadonlySet<number> = new Set([0x204, 0x208, EARLY_EVENT]);
const EVENTS: ReadonlySet<number> = new Set([0x204, 0x208, 0x216, 0x217, 0x221, 0x222, EARLY_EVENT]);
const V1_HEADER = 22, LENGTH = 16, TYPE = 20;

/** Puts the number of parameters into an event that does not hold it. */
function modern(event: Buffer): Buffer {
  const known = eventById(event.readUInt16LE(TYPE))?.params.length ?? 0;
  for (let count = known; count >= 0; count--) {
    let end = V1_HEADER + 2 * count;
    for (let i = 0; i < count && end <= event.length; i++) end += event.readUInt16LE(V1_HEADER + 2 * i);
    if (end !== event.length) continue;
    const made = Buffer.concat([event.subarray(0, V1_HEADER), Buffer.alloc(4), event.subarray(V1_HEADER)]);
    made.writeUInt32LE(made.length, LENGTH);
    made.writeUInt32LE(count, V1_HEADER);
    return made;
  }
  throw new Error(`an event of type ${event.readUInt16LE(TYPE)} does not come out`);
}

/** Everything of a file; throws where it does not end with a block. */
export function walk(file: Buffer): FoundFile {
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  const blocks: { type: number; start: number; end: number }[] = [], events: FoundEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const type = bytes.readUInt32LE(at), total = bytes.readUInt32LE(at + 4), end = at + total;
    if (total < 12 || end > bytes.length || bytes.readUInt32LE(end - 4) !== total) throw new Error(`a block of type ${type.toString(16)} at ${at} has the length ${total}`);
    blocks.push({ type, start: at, end });
    if (EVENTS.has(type)) {
      const flagged = WITH_FLAGS.has(type), head = at + (flagged ? 14 : 10);
      const event = bytes.subarray(head, head + bytes.readUInt32LE(head + LENGTH));
      events.push({ cpu: bytes.readUInt16LE(at + 8), flags: flagged ? bytes.readUInt32LE(at + 10) : 0, type: event.readUInt16LE(TYPE), bytes: FIRST_LAYOUT.has(type) ? modern(event) : event });
    }
    at = end;
  }
  return { blocks, events };
}
