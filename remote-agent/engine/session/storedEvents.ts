// Events of a capture read again from where they lie, in blocks of the file that are kept for a while.
import { EVENT_HEADER, EVENTS, eventById } from '../../../driver/schema/index.ts';
import type { EventView } from '../event/eventView.ts';
import { BLOCK, BLOCK_OVERHEAD, MAX_BLOCK, OLD_NUMBERS } from '../scap/blocks.ts';

/** The inflated bytes of a capture, wherever they are. */
export interface CaptureBytes {
  /** All of them, where they are in memory anyway. */
  readonly whole?: Uint8Array | undefined;
  /** Fills `into` with the bytes from `position` on; returns how many there were. Throws a StoredBytesError. */
  readAt(position: number, into: Uint8Array): number;
}

/** Why a capture's bytes cannot be read again; for people. `changed`: the file is no longer what was indexed. `io`: it cannot be read at present. */
export class StoredBytesError extends Error {
  readonly kind: 'changed' | 'io';
  constructor(message: string, kind: 'changed' | 'io') { super(message); this.name = 'StoredBytesError'; this.kind = kind; }
}

const PAGE = 1 << 18;
/** Pages that are kept: 8 MiB. */
const PAGES = 32;
/** Events whose stored length is three too large in files of the first layout. */
const OVERLONG: ReadonlySet<number> = new Set([280, 286]);
const V1_HEADER = 22;
const MAX_PARAMS = 64;
const LARGE_TYPES: ReadonlySet<number> = new Set(EVENTS.filter((e) => e.flags.has('LARGE_PAYLOAD')).map((e) => e.id));

/** Bytes of event blocks before the event: CPU, and flags. */
const HEADS: ReadonlyMap<number, number> = new Map([[BLOCK.event1, 2], [BLOCK.eventFlags1, 6], [BLOCK.event2, 2], [BLOCK.eventFlags2, 6], [BLOCK.eventLarge, 2], [BLOCK.eventFlagsLarge, 6]]);

interface Page { readonly bytes: Uint8Array; readonly data: DataView; length: number }

export class StoredEvents {
  readonly #source: CaptureBytes;
  readonly #pages = new Map<number, Page>();
  #last = -1;
  #lastPage: Page | undefined;
  /** Where the bytes asked for last are. */
  #bytes: Uint8Array = new Uint8Array(0);
  #data = new DataView(this.#bytes.buffer);
  #at = 0;

  constructor(source: CaptureBytes) { this.#source = source; }

  /** Moves a view to the event of the block at `position`. False where there is no event. What it shows is valid until 16 more events have been read. */
  read(position: number, view: EventView): boolean {
    this.#need(position, 8);
    const type = this.#data.getUint32(this.#at, true), total = this.#data.getUint32(this.#at + 4, true);
    const kind = OLD_NUMBERS.get(type) ?? type;
    const head = HEADS.get(kind);
    if (head === undefined || total < BLOCK_OVERHEAD + head + V1_HEADER || total > MAX_BLOCK) return false;
    this.#need(position, total);
    const body = this.#at + 8, at = body + head, available = total - BLOCK_OVERHEAD - head;
    const cpu = this.#data.getUint16(body, true);
    if (kind !== BLOCK.event1 && kind !== BLOCK.eventFlags1) return view.reset(this.#bytes, this.#data, at, cpu, 0xffff, available);
    return this.#older(view, at, available, cpu);
  }

  /** An event of the first layout, which holds no count of its parameters: as many as its length comes out right with. */
  #older(view: EventView, at: number, available: number, cpu: number): boolean {
    const data = this.#data, type = data.getUint16(at + EVENT_HEADER.type, true), stored = data.getUint32(at + EVENT_HEADER.length, true);
    const length = OVERLONG.has(type) ? stored - 3 : stored;
    if (length < V1_HEADER || length > available) return false;
    const width = LARGE_TYPES.has(type) ? 4 : 2;
    for (let count = eventById(type)?.params.length ?? MAX_PARAMS; count >= 0; count--) {
      let end = V1_HEADER + width * count;
      if (end > length) continue;
      for (let i = 0; i < count && end <= length; i++) end += width === 2 ? data.getUint16(at + V1_HEADER + 2 * i, true) : data.getUint32(at + V1_HEADER + 4 * i, true);
      if (end !== length) continue;
      // The trailer of the block follows the event, so that the three bytes too many are there.
      if (!view.reset(this.#bytes, data, at, cpu, 0xffff, stored, count)) return false;
      view.length = length;
      return true;
    }
    return false;
  }

  /** Makes bytes readable at `#at` of `#bytes`. */
  #need(position: number, length: number): void {
    const { whole } = this.#source;
    if (whole !== undefined) {
      if (this.#bytes !== whole) { this.#bytes = whole; this.#data = new DataView(whole.buffer, whole.byteOffset, whole.byteLength); }
      if (position + length > whole.length) throw tooShort();
      this.#at = position;
      return;
    }
    const number = Math.floor(position / PAGE), at = position - number * PAGE;
    if (at + length <= PAGE) {
      const page = this.#page(number);
      if (at + length > page.length) throw tooShort();
      this.#bytes = page.bytes; this.#data = page.data; this.#at = at;
      return;
    }
    const joined = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const from = position + filled, page = this.#page(Math.floor(from / PAGE)), start = from % PAGE;
      const part = page.bytes.subarray(start, Math.min(page.length, start + length - filled));
      if (part.length === 0) throw tooShort();
      joined.set(part, filled);
      filled += part.length;
    }
    this.#bytes = joined; this.#data = new DataView(joined.buffer); this.#at = 0;
  }

  #page(number: number): Page {
    if (number === this.#last && this.#lastPage !== undefined && this.#lastPage.length === PAGE) return this.#lastPage;
    let page = this.#pages.get(number);
    if (page === undefined) page = this.#fill(number, this.#spare());
    // A page at the end of what is there may have grown since.
    else { this.#pages.delete(number); if (page.length < PAGE) page = this.#fill(number, page); }
    this.#pages.set(number, page);
    this.#last = number; this.#lastPage = page;
    return page;
  }

  /** The page that was not asked for for the longest time, or a new one. */
  #spare(): Page {
    if (this.#pages.size >= PAGES) for (const [number, page] of this.#pages) { this.#pages.delete(number); return page; }
    const bytes = new Uint8Array(PAGE);
    return { bytes, data: new DataView(bytes.buffer), length: 0 };
  }

  #fill(number: number, page: Page): Page {
    let length = 0;
    while (length < PAGE) {
      const got = this.#source.readAt(number * PAGE + length, page.bytes.subarray(length));
      if (got <= 0) break;
      length += got;
    }
    page.length = length;
    return page;
  }
}

function tooShort(): StoredBytesError { return new StoredBytesError('The capture is shorter now than when it was opened: it was changed or cut meanwhile. Its events can no longer be shown; open it again.', 'changed'); }
