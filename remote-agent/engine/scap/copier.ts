// Writes events of one capture into another byte for byte, behind a snapshot of the system as it is at that moment.
import { EVENT_HEADER } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EventBuilder } from '../event/encode.ts';
import type { EventView } from '../event/eventView.ts';
import type { LiveThread } from '../state/liveThread.ts';
import type { SystemState } from '../state/systemState.ts';
import { tracersOf } from '../state/tracerBook.ts';
import { BlockBuilder } from './blockBuilder.ts';
import { BLOCK, MAX_EVENT_BODY, STATE_ONLY, TRACER_MARK } from './blocks.ts';
import { CONTAINER_TYPE } from './olderForm.ts';
import { writeSnapshot } from './snapshot.ts';

const FLUSH_BYTES = 1 << 18;
const ALL_ONES = 0xffffffff;
/** Events that describe a container as text: their id stands in it. */
const CONTAINER_TEXTS: ReadonlySet<number> = new Set([272, 324]);
/** The first key of that name in the description of a container. */
const ID = /"id"\s*:\s*"([^"]*)"/;

export interface CopyOptions {
  /** Which threads the snapshots list; all, if left out. */
  readonly keeps?: (thread: LiveThread) => boolean;
  /** Bytes that writers through zlib's file functions hold back: `flushed` counts as they do. 0: `flushed` is `bytes`. */
  readonly holds?: number;
}

/** Descriptions of containers that went by, each by its id: what a later file has to begin with. */
export class SeenContainers {
  readonly #texts = new Map<string, Uint8Array>();

  /** Takes note of an event, if it describes a container. */
  note(view: EventView): void {
    if (!CONTAINER_TEXTS.has(view.type) || view.nparams < 1) return;
    const text = view.bytes.slice(view.start(0), view.end(0));
    const id = ID.exec(new TextDecoder().decode(text))?.[1];
    if (id === undefined) return;
    this.#texts.delete(id);
    this.#texts.set(id, text);
  }
  /** Each by its id. */
  texts(): IterableIterator<[string, Uint8Array]> { return this.#texts.entries(); }
  clear(): void { this.#texts.clear(); }
}

/** One file. What the sink gets are whole blocks, valid during the call only. */
export class ScapCopier {
  /** Events written. */
  written = 0;
  /** Events too large for the block that they belong into. */
  skipped = 0;
  /** Bytes of all blocks so far. */
  bytes = 0;
  readonly #state: SystemState;
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #options: CopyOptions;
  readonly #out = new BlockBuilder();
  #held = 0;

  constructor(state: SystemState, sink: (bytes: Uint8Array) => void, options: CopyOptions = {}) { this.#state = state; this.#sink = sink; this.#options = options; }

  /** Bytes that have left the buffer of a writer through zlib. */
  get flushed(): number { return this.bytes - this.#held; }

  /** Writes the state as it is now, and what is known of containers. May be called again: a new section begins. `fromTables`: nothing has happened since the tables of the source. */
  begin(containers: Iterable<Uint8Array> = [], fromTables = true): void {
    this.#state.settle();
    const before = this.#out.at;
    const { keeps } = this.#options;
    // What the tables of the source hold, its readers know. What became of it since must suit the readers of its events.
    writeSnapshot(this.#out, this.#state, { ...(keeps === undefined ? {} : { keeps }), older: !fromTables && this.#state.pairs });
    const event = new EventBuilder();
    const { tsNs } = this.#state.context;
    const first = Number.isNaN(tsNs) ? this.#state.baseNs : this.#state.base.epoch(tsNs);
    for (const text of containers) {
      event.begin(CONTAINER_TYPE, Number(first >> 32n), Number(first & 0xffffffffn), ALL_ONES, ALL_ONES, 1, true);
      event.copy(text, 0, text.length);
      event.end();
      this.#block(BLOCK.eventLarge, 0, 0, event.bytes, 0, event.length);
      this.written++;
    }
    this.#count(this.#out.at - before);
    if (this.#out.at > FLUSH_BYTES) this.flush();
  }

  /** Writes the event's bytes; `hidden`: it changes the state and is not to be shown. Of a tracer the write that it was, marked as such. */
  event(ctx: EventContext, hidden = false): void {
    const book = tracersOf(ctx.state);
    const isMark = book !== undefined && ctx.view === book.shown;
    const view = isMark ? book.written : ctx.view;
    const flags = (hidden ? STATE_ONLY : 0) | (isMark ? TRACER_MARK : 0);
    const large = view.lengthWidth === 4, flagged = flags !== 0;
    if (!large && view.length + (flagged ? 6 : 2) + 8 > MAX_EVENT_BODY) { this.skipped++; return; }
    const before = this.#out.at;
    this.#block(large ? (flagged ? BLOCK.eventFlagsLarge : BLOCK.eventLarge) : flagged ? BLOCK.eventFlags2 : BLOCK.event2, view.cpu, flags, view.bytes, view.at, view.length);
    this.#count(this.#out.at - before, view.length);
    this.written++;
    if (this.#out.at > FLUSH_BYTES) this.flush();
  }

  #block(type: number, cpu: number, flags: number, bytes: Uint8Array, at: number, length: number): void {
    const b = this.#out, start = b.begin(type);
    b.u16(cpu);
    if (flags !== 0) b.u32(flags);
    const own = b.at;
    b.raw(bytes, at, at + length);
    // A view may say less than its bytes do, where they are damaged.
    b.data.setUint32(own + EVENT_HEADER.length, length, true);
    b.end(start);
  }

  #count(size: number, piece = 0): void {
    this.bytes += size;
    const holds = this.#options.holds ?? 0;
    if (holds === 0) return;
    if (piece >= holds) { this.#held = size - piece; return; }
    this.#held += size;
    // A full buffer leaves when more comes.
    if (this.#held > holds) this.#held = (this.#held - 1) % holds + 1;
  }

  /** Hands over what was built. */
  flush(): void {
    if (this.#out.at === 0) return;
    this.#sink(this.#out.done());
    this.#out.clear();
  }
}
