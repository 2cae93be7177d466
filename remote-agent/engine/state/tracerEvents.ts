// Writes of marks to /dev/null, and the events of tracers that are shown in their place. Only captures with enter and exit events have them: later readers took the writes as they are.
import { EventBuilder } from '../event/encode.ts';
import type { EventView } from '../event/eventView.ts';
import { END, ENDS } from './ends.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import { TRACER, type FdRecord } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import { CONCEALED, type MutableContext } from './mutableContext.ts';
import { SOCKET_HANDLERS } from './onSocket.ts';
import type { SystemState } from './systemState.ts';
import { leavesTracers, tracersFrom, tracersOf, type Teller, type TracerBook } from './tracerBook.ts';
import { MARK } from './tracerText.ts';

/** Types of the events that are shown. */
export const TRACER_BEGINS = 268, TRACER_ENDS = 269;
const DATA = 1;

const encoder = new TextEncoder();
const builder = new EventBuilder();
const NOTHING = new Uint8Array(0);

/** Texts one behind the other with a byte between. */
function joined(parts: readonly Uint8Array[], between: number): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; out[at++] = between; }
  return out.subarray(0, Math.max(0, at - 1));
}
const DOT = 46, COMMA = 44, COLON = 58;

/** Shows the mark in place of the write. */
function show(book: TracerBook, teller: Teller, thread: LiveThread, context: MutableContext, view: EventView): void {
  const { reader } = teller, wrong = teller.isWrong;
  const at = view.at, { data } = view;
  builder.begin(wrong || reader.begins ? TRACER_BEGINS : TRACER_ENDS, view.tsHi, view.tsLo, data.getUint32(at + 12, true), data.getUint32(at + 8, true), 3, false);
  builder.int(wrong ? 0n : reader.id, 8);
  const tags = joined(teller.tags, DOT), args = wrong ? NOTHING : joined(reader.names.map((name, i) => joined([name, reader.values[i] ?? NOTHING], COLON)), COMMA);
  builder.copy(tags, 0, tags.length);
  builder.copy(args, 0, args.length);
  builder.end();
  book.written.reset(view.bytes, data, at, view.cpu, view.nr, view.length);
  book.shown.reset(builder.bytes, builder.data, 0, view.cpu, view.nr, builder.length);
  context.view = book.shown;
  context.fdNum = -1;
  context.fd = context.fdBefore = context.enter = undefined;
  context.latencyNs = context.lastLatencyNs = 0;
  thread.enterFd = -1;
  thread.enterType = TRACER_BEGINS;
  thread.enterNs = NaN;
}

/** Remembers of a descriptor whether it is one of tracers. */
function know(state: SystemState, thread: LiveThread, context: MutableContext, fd: FdRecord, tracer: number): void {
  const next = state.fdAgain(fd);
  next.tracer = tracer;
  state.place(thread, context.fdNum, next);
}

/** Takes in a write that may be a mark; true where an event of a tracer is shown in its place. */
function mark(state: SystemState, thread: LiveThread, context: MutableContext, view: EventView, fd: FdRecord | undefined): boolean {
  const book = tracersFrom(state);
  const size = view.size(DATA), start = size > 0 ? view.start(DATA) : 0;
  const data = view.bytes.subarray(start, start + size);
  const outcome = book.tell(thread, data, (BigInt(view.tsHi) << 32n) | BigInt(view.tsLo));
  if (outcome === MARK.partial) {
    if (state.concealed === CONCEALED.not) state.concealed = CONCEALED.failed;
    return false;
  }
  if (fd !== undefined && fd.tracer === TRACER.maybe) {
    know(state, thread, context, fd, outcome === MARK.whole ? TRACER.yes : TRACER.never);
    if (outcome === MARK.wrong) return false;
  }
  const teller = book.teller(thread);
  if (teller === undefined) return false;
  if (outcome === MARK.wrong) {
    const end = data.indexOf(0);
    // Behind a NUL nothing is shown.
    teller.tags = [joined([encoder.encode('invalid tracer '), end < 0 ? data : data.subarray(0, end), end < 0 ? encoder.encode(`, len${size}`) : NOTHING], 0).filter((byte) => byte !== 0)];
  }
  show(book, teller, thread, context, view);
  return true;
}

/** A handler of ends of reads and writes that looks for marks first. */
function traced(inner: Handler | undefined): Handler {
  return (state, thread, context, view) => {
    const fd = context.fd as FdRecord | undefined;
    const asked = fd === undefined ? tracersOf(state)?.marked === true : fd.tracer === TRACER.yes || (fd.tracer === TRACER.maybe && ((ENDS[view.type] ?? 0) & END.wrote) !== 0);
    if (asked && context.pairs && thread !== undefined && !leavesTracers(state) && mark(state, thread, context, view, fd)) return;
    inner?.(state, thread, context, view);
  };
}

/** What comes in front of a mark is not shown. */
const onWriteEnter: Handler = (state, _thread, context) => {
  if (context.pairs && (context.fd as FdRecord | undefined)?.tracer === TRACER.yes) state.concealed = CONCEALED.traced;
};

export const TRACER_HANDLERS: HandlerTable = {
  '>write': onWriteEnter,
  ...Object.fromEntries(['<read', '<readv', '<write', '<writev', '<pread', '<preadv', '<pwrite', '<pwritev'].map((key): [string, Handler] => [key, traced(SOCKET_HANDLERS[key])])),
};
