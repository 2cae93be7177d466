// Events on their way into Lua: the requested fields of some thousand events as columns in one binary string, which Lua unpacks at once.
//
// All little endian. Header: u32 events, u32 ticks, u32 columns. Then the ticks: u32 index of the event that ended the interval (0-based; the
// highest bit: on_event does not get it, as it fails the chisel's filter), f64 seconds, f64 ns, f64 delta. Then each column: u32 kind, u32 bytes of what follows.
//   0 no value at all; 1 f64 for each event; 2 the same, preceded by u32 count and u32 1-based rows without a value;
//   3 dictionary of strings: u32 count, (u32 length, bytes) each, then u16 for each event: 1-based entry, 0 none;
//   4 dictionary of any values: entries preceded by a tag byte (1 f64, 2 string, 3 true, 4 false), then u16 for each event.
import { encodeText } from '../base/text.ts';

/** Most events of a batch; entries of a dictionary are u16. */
export const BATCH_EVENTS = 4096;
/** Marks a row in a tick as one that on_event does not get. */
export const HIDDEN = 0x80000000;
/** A batch is handed over before its text takes more than this. */
const BATCH_TEXT = 4 << 20;

/** Bytes become a Lua string as they are; they must not change until the batch is taken. */
export type ColumnValue = number | string | boolean | Uint8Array | undefined;

const encoder = new TextEncoder();
/** What stands for bytes that are no UTF-8, and halves of pairs. */
const ESCAPED = /[\udc80-\udcff]/;

/** Bytes that grow. */
class ByteWriter {
  #bytes = new Uint8Array(65536);
  #data = new DataView(this.#bytes.buffer);
  length = 0;

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes; this.#data = new DataView(bytes.buffer);
  }
  u8(value: number): void { this.#room(1); this.#data.setUint8(this.length, value); this.length += 1; }
  u16(value: number): void { this.#room(2); this.#data.setUint16(this.length, value, true); this.length += 2; }
  u32(value: number): void { this.#room(4); this.#data.setUint32(this.length, value, true); this.length += 4; }
  f64(value: number): void { this.#room(8); this.#data.setFloat64(this.length, value, true); this.length += 8; }
  bytes(value: Uint8Array): void {
    this.#room(4 + value.length);
    this.#data.setUint32(this.length, value.length, true);
    this.#bytes.set(value, this.length + 4);
    this.length += 4 + value.length;
  }
  text(value: string): void {
    this.#room(4 + value.length * 3);
    if (ESCAPED.test(value)) { this.bytes(encodeText(value)); return; }
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.length + 4));
    this.#data.setUint32(this.length, written, true);
    this.length += 4 + written;
  }
  patch(at: number, value: number): void { this.#data.setUint32(at, value, true); }
  take(): Uint8Array { const taken = this.#bytes.slice(0, this.length); this.length = 0; return taken; }
}

/** Gathers rows; each row has one value for each column. */
export class BatchBuilder {
  readonly #columns: ColumnValue[][];
  readonly #ticks: number[] = [];
  readonly #writer = new ByteWriter();
  readonly #entries = new Map<ColumnValue, number>();
  #rows = 0;
  #text = 0;
  /** Full at so many events; at most `BATCH_EVENTS`. */
  limit = BATCH_EVENTS;

  constructor(columns: number) { this.#columns = Array.from({ length: columns }, () => new Array<ColumnValue>(BATCH_EVENTS)); }

  get rows(): number { return this.#rows; }
  get empty(): boolean { return this.#rows === 0 && this.#ticks.length === 0; }
  get full(): boolean { return this.#rows >= this.limit || this.#text > BATCH_TEXT || this.#ticks.length >= BATCH_EVENTS; }

  /** Sets a value of the row that is being made. */
  set(column: number, value: ColumnValue): void {
    const values = this.#columns[column];
    if (values === undefined) return;
    values[this.#rows] = value;
    if (typeof value === 'string' || typeof value === 'object') this.#text += value.length;
  }
  /** The row is complete. */
  next(): void { this.#rows++; }
  /** An interval ends before the row that is being made; `hidden`: the row is there for on_interval alone. */
  tick(seconds: number, ns: number, deltaNs: number, hidden = false): void { this.#ticks.push(hidden ? this.#rows + HIDDEN : this.#rows, seconds, ns, deltaNs); }

  /** The same with more columns; what is gathered has no values in them. */
  widened(columns: number): BatchBuilder {
    const wider = new BatchBuilder(0);
    wider.#columns.push(...this.#columns);
    while (wider.#columns.length < columns) wider.#columns.push(new Array<ColumnValue>(BATCH_EVENTS));
    wider.#ticks.push(...this.#ticks);
    wider.limit = this.limit; wider.#rows = this.#rows; wider.#text = this.#text;
    return wider;
  }

  /** The batch as bytes; empties the builder. */
  take(): Uint8Array {
    const out = this.#writer;
    out.u32(this.#rows); out.u32(this.#ticks.length / 4); out.u32(this.#columns.length);
    for (let i = 0; i < this.#ticks.length; i += 4) {
      out.u32(this.#ticks[i] ?? 0);
      for (let k = 1; k < 4; k++) out.f64(this.#ticks[i + k] ?? 0);
    }
    for (const column of this.#columns) this.#write(column);
    this.#rows = 0; this.#text = 0; this.#ticks.length = 0;
    return out.take();
  }

  #write(values: readonly ColumnValue[]): void {
    const out = this.#writer, rows = this.#rows;
    let numbers = 0, strings = 0, missing = 0;
    for (let i = 0; i < rows; i++) {
      const value = values[i];
      if (value === undefined) missing++;
      else if (typeof value === 'number') numbers++;
      else if (typeof value === 'string' || typeof value === 'object') strings++;
    }
    const kind = missing === rows ? 0 : numbers === rows ? 1 : numbers + missing === rows ? 2 : strings + missing === rows ? 3 : 4;
    out.u32(kind);
    const lengthAt = out.length;
    out.u32(0);
    if (kind === 1 || kind === 2) this.#writeNumbers(values, kind === 2 ? missing : -1);
    else if (kind !== 0) this.#writeDictionary(values, kind === 4);
    out.patch(lengthAt, out.length - lengthAt - 4);
  }

  #writeNumbers(values: readonly ColumnValue[], missing: number): void {
    const out = this.#writer;
    if (missing >= 0) {
      out.u32(missing);
      for (let i = 0; i < this.#rows; i++) if (values[i] === undefined) out.u32(i + 1);
    }
    for (let i = 0; i < this.#rows; i++) { const value = values[i]; out.f64(typeof value === 'number' ? value : 0); }
  }

  #writeDictionary(values: readonly ColumnValue[], tagged: boolean): void {
    const out = this.#writer, entries = this.#entries;
    entries.clear();
    const countAt = out.length;
    out.u32(0);
    for (let i = 0; i < this.#rows; i++) {
      const value = values[i];
      if (value === undefined || entries.has(value)) continue;
      entries.set(value, entries.size + 1);
      if (tagged) out.u8(typeof value === 'number' ? 1 : typeof value === 'boolean' ? (value ? 3 : 4) : 2);
      if (typeof value === 'number') out.f64(value);
      else if (typeof value === 'string') out.text(value);
      else if (typeof value === 'object') out.bytes(value);
    }
    out.patch(countAt, entries.size);
    for (let i = 0; i < this.#rows; i++) { const value = values[i]; out.u16(value === undefined ? 0 : entries.get(value) ?? 0); }
  }
}
