// A reusable view on the bytes of one event: header and parameters in place, without copies. Layout: driver/schema/record.ts.
import { EVENT_HEADER, EVENTS, eventById, type EventDef } from '../../../driver/schema/index.ts';

const LARGE = new Uint8Array(65536);
for (const def of EVENTS) if (def.flags.has('LARGE_PAYLOAD')) LARGE[def.id] = 1;

/** Points at one event. `reset` moves it; nothing is copied, so what it returns is valid until the bytes change. */
export class EventView {
  bytes: Uint8Array = new Uint8Array(0);
  data: DataView = new DataView(this.bytes.buffer);
  /** Offset of the event's header in `bytes`. */
  at = 0;
  /** Bytes of the whole event, header included. */
  length = 0;
  type = 0;
  cpu = 0;
  /** Native number of the call where a record says it (0xffff: none). */
  nr = 0xffff;
  nparams = 0;
  def: EventDef | undefined;
  #widths = 2;
  #offsets = new Uint32Array(64);

  /**
   * Moves to the event at `at`. False, and an event without parameters, where the bytes do not hold a whole, consistent event; `length` is then 0 if
   * not even the event's own length fits.
   * `nparams` is given for events of the first layout, which do not hold it (bytes then start the lengths at header offset 22).
   */
  reset(bytes: Uint8Array, data: DataView, at: number, cpu: number, nr: number, available: number, nparams = -1): boolean {
    // What stays as it is is not written again: the collector of garbage is told of every object that is.
    if (this.bytes !== bytes || this.data !== data) { this.bytes = bytes; this.data = data; }
    this.at = at; this.cpu = cpu; this.nr = nr;
    this.nparams = 0; this.length = 0; this.type = 0;
    const known = this.#read(available, nparams);
    if (!known) this.def = undefined;
    return known;
  }

  #read(available: number, nparams: number): boolean {
    const { bytes, data, at } = this;
    const old = nparams >= 0;
    const head = old ? EVENT_HEADER.nparams : EVENT_HEADER.lengths;
    if (available < head || at + available > bytes.length) return false;
    const length = data.getUint32(at + EVENT_HEADER.length, true);
    if (length < head || length > available) return false;
    this.length = length;
    const type = data.getUint16(at + EVENT_HEADER.type, true);
    const count = old ? nparams : data.getUint32(at + EVENT_HEADER.nparams, true);
    const def = eventById(type);
    const width = LARGE[type] === 1 ? 4 : 2;
    if (count > 4096 || head + count * width > length) return false;
    if (this.#offsets.length <= count) this.#offsets = new Uint32Array(count * 2 + 2);
    const offsets = this.#offsets;
    let position = at + head + count * width;
    let lengths = at + head;
    if (width === 2) for (let i = 0; i < count; i++, lengths += 2) { offsets[i] = position; position += data.getUint16(lengths, true); }
    else for (let i = 0; i < count; i++, lengths += 4) { offsets[i] = position; position += data.getUint32(lengths, true); }
    if (position > at + length) return false;
    offsets[count] = position;
    this.type = type; this.nparams = count; this.#widths = width;
    if (this.def !== def) this.def = def;
    return true;
  }

  get tsLo(): number { return this.data.getUint32(this.at, true); }
  get tsHi(): number { return this.data.getUint32(this.at + 4, true); }
  /** Thread id; -1 for events of no thread. */
  get tid(): number {
    const high = this.data.getInt32(this.at + EVENT_HEADER.tid + 4, true), low = this.data.getInt32(this.at + EVENT_HEADER.tid, true);
    return high === low >> 31 ? low : high * 4294967296 + (low >>> 0);
  }
  /** Bytes of one entry of the lengths array: 4 for events of large payload. */
  get lengthWidth(): number { return this.#widths; }

  /** Where parameter `i`'s value begins in `bytes`; meaningful only for `i < nparams`. */
  start(i: number): number { return this.#offsets[i] ?? 0; }
  /** Where it ends. */
  end(i: number): number { return this.#offsets[i + 1] ?? 0; }
  /** Bytes of parameter `i`; 0 for one that the event does not hold. */
  size(i: number): number { return i >= 0 && i < this.nparams ? this.end(i) - this.start(i) : 0; }
}
