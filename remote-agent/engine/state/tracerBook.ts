// What is known of tracers: the spans that have begun and not ended, and what each thread said last. As sysdig 0.29 keeps it, whose captures are the only ones with tracers.
import type { LiveThread } from './liveThread.ts';
import type { StateView, Thread } from './model.ts';
import { MARK, MarkReader, type Marker } from './tracerText.ts';
import { EventView } from '../event/eventView.ts';

/** Spans that may be open at a time. */
const MOST_OPEN = 128;
/** Bytes of incomplete marks beyond which a thread's are given up. */
const MOST_KEPT = 65536;
/** The same at once; no write of an ordinary event brings so many along. */
const MOST_AT_ONCE = 2 * MOST_KEPT;
const NOTHING = new Uint8Array(0);

/** One end of a span as it was told. Those of ended spans are used again. */
export class Span {
  id = 0n;
  /** The thread that told of it. */
  tid = -1;
  /** Epoch ns. */
  ns = 0n;
  tags: readonly Uint8Array[] = [];
  names: readonly Uint8Array[] = [];
  values: readonly Uint8Array[] = [];
  /** The tags, a NUL behind each and one more at the end. */
  packed: Uint8Array = NOTHING;

  set(reader: MarkReader, tid: number): void {
    this.id = reader.id;
    this.tid = tid;
    this.tags = reader.tags; this.names = reader.names; this.values = reader.values;
    this.packed = new Uint8Array(reader.tagBytes + reader.tags.length + 1);
    let at = 0;
    for (const tag of reader.tags) { this.packed.set(tag, at); at += tag.length + 1; }
  }

  /** Whether `other` has the same id, and tags whose bytes are the first `length` of these; all but the last are compared. */
  #begins(other: Span, length: number): boolean {
    if (other.id !== this.id) return false;
    for (let i = 0; i < length; i++) if ((this.packed[i] ?? 0) !== (other.packed[i] ?? 0)) return false;
    return true;
  }
  equals(other: Span): boolean { return other.packed.length === this.packed.length && this.#begins(other, this.packed.length); }
  /** Whether `other` is what a span whose tags begin with `length` bytes of these is part of. */
  isPartOf(other: Span, length: number): boolean { return other.packed.length - 1 === length && this.#begins(other, length); }
}

/** What one thread said. */
export class Teller {
  readonly reader = new MarkReader();
  /** The tags of the last mark; of a text that is none, what is said of it in their place. */
  tags: readonly Uint8Array[] = [];
  /** The begin that the last begin or end is about; it may be used again for another span since. */
  begin: Span | undefined;
  /** The last end. */
  readonly end = new Span();
  /** Writes that are to be completed by the next. */
  kept: Uint8Array = NOTHING;
  keptBefore: Uint8Array = NOTHING;
  /** The text about which nothing could be said. */
  isWrong = false;
}

/** The tracers of one source. */
export class TracerBook {
  /** Spans that have begun, the newest first. */
  readonly open: Span[] = [];
  readonly #spare: Span[] = Array.from({ length: MOST_OPEN }, () => new Span());
  readonly #tellers = new WeakMap<Thread, Teller>();
  /** The event that the context shows in place of a write, and that write. */
  readonly shown = new EventView();
  readonly written = new EventView();
  /** The event in hand is marked as a tracer by whoever wrote the capture. */
  marked = false;

  teller(thread: Thread): Teller | undefined { return this.#tellers.get(thread); }

  /** Takes in the data of a write at `ns`. Answers one of MARK. */
  tell(thread: LiveThread, data: Uint8Array, ns: bigint): MARK {
    let teller = this.#tellers.get(thread);
    if (teller === undefined) this.#tellers.set(thread, teller = new Teller());
    const { kept, reader } = teller;
    const text = kept.length === 0 ? data.slice() : joined(kept, data);
    if (kept.length > 0) teller.keptBefore = upToNul(text);
    const outcome = reader.read(text, thread.info satisfies Marker);
    teller.isWrong = outcome === MARK.wrong;
    teller.tags = reader.tags;
    if (outcome === MARK.partial) {
      if (text.length > MOST_AT_ONCE) teller.keptBefore = NOTHING;
      teller.kept = kept.length > MOST_KEPT || text.length > MOST_AT_ONCE ? NOTHING : teller.keptBefore.length === 0 ? text : teller.keptBefore;
      return outcome;
    }
    teller.kept = teller.keptBefore = NOTHING;
    if (outcome === MARK.whole) { if (reader.begins) this.#begin(teller, thread.info.tid, ns); else this.#end(teller, thread.info.tid, ns); }
    return outcome;
  }

  #begin(teller: Teller, tid: number, ns: bigint): void {
    const span = this.#spare.pop();
    // Where too many are open, their ends will not come any more.
    if (span === undefined) { for (const one of this.open.splice(0)) this.#spare.push(one); return; }
    span.set(teller.reader, tid);
    span.ns = ns;
    this.open.unshift(span);
    teller.begin = span;
  }

  #end(teller: Teller, tid: number, ns: bigint): void {
    const { end } = teller;
    end.set(teller.reader, tid);
    teller.begin = undefined;
    const at = this.open.findIndex((span) => end.equals(span));
    if (at < 0) return;
    end.ns = ns;
    for (const span of this.open.splice(at, 1)) { this.#spare.push(span); teller.begin = span; }
  }

  /** The open span that the one a thread told of last is part of. */
  parentOf(teller: Teller): Span | undefined {
    const { begin, reader } = teller;
    if (begin === undefined) return undefined;
    const { packed } = begin;
    // From the place that the tags have without their NULs, back to the NUL before: what is in front of it is the parent's.
    let at = reader.tagBytes;
    if (at > 0 && (packed[at] ?? 0) === 0) at--;
    while (at > 0 && (packed[at] ?? 0) !== 0) at--;
    const length = at > 0 ? at + 1 : 0;
    return this.open.find((span) => begin.isPartOf(span, length));
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
function upToNul(text: Uint8Array): Uint8Array { const end = text.indexOf(0); return end < 0 ? text : text.subarray(0, end); }

const books = new WeakMap<StateView, TracerBook>();

const plain = new WeakSet<StateView>();

/** Leaves writes of a source as they are, whatever they say: for whoever reads its events again one by one, from where they lie. */
export function leaveTracers(state: StateView): void { plain.add(state); }
/** Whether they are left. */
export function leavesTracers(state: StateView): boolean { return plain.has(state); }

/** What is known of tracers in a source; undefined where nobody told of one. */
export function tracersOf(state: StateView): TracerBook | undefined { return books.get(state); }
/** The same, from now on. */
export function tracersFrom(state: StateView): TracerBook {
  let book = books.get(state);
  if (book === undefined) books.set(state, book = new TracerBook());
  return book;
}
