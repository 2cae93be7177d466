// What whoever reads a capture asks of the reader.
import type { EventContext } from '../event/context.ts';
import type { LiveThread } from '../state/liveThread.ts';
import type { FdInfo, ThreadInfo } from '../state/model.ts';

/** Which events somebody wants to see, and what is to be known of the system then. A compiled filter is one, but for the demand of what prints. */
export interface Selection {
  /** 65,536 entries by event type; 0: no context is made for events of this type. Undefined: every event is wanted. */
  readonly types?: Uint8Array | undefined;
  /** Bits of `DEMAND`: what contexts hold of the state. What is not demanded is undefined, empty, or out of date. */
  readonly demand: number;
  /** Asked of each event that is wanted by its type, after the state has taken it in; the visitor gets what passes. */
  readonly test?: ((ctx: EventContext) => boolean) | undefined;
  /** `test` looks at nothing but `ctx.info` (and the tables of containers and users): it is asked once for each info. */
  readonly byThread?: boolean | undefined;
  /** A part of `test`, or all of it, that looks at nothing but `ctx.fd` where there is one: a descriptor that it turns down once is not asked about again. */
  readonly byDescriptor?: ((ctx: EventContext) => boolean) | undefined;
  /** Ends of calls of which the result, if it is their first parameter, lies outside of this do not pass `test`. */
  readonly results?: { readonly min: number; readonly max: number } | undefined;
  /** Gets ordinary ends of calls that are wanted, in place of the visitor and without a context; all others go to the visitor. Not together with `test`. */
  readonly tally?: Tally | undefined;
  /** Gets ordinary events that are wanted, in place of the visitor and without a context, where it can; all others go to the visitor. Not together with `test`. */
  readonly lines?: LineTaker | undefined;
  /** Events that nobody sees without a filter (marks that failed) are not given out with this one either: it is a chisel's own. */
  readonly conceals?: boolean | undefined;
  /** The source can be read once more, from its beginning: where no descriptors are demanded and a write may be a tracer's, reading stops in front of it; see `ScapReader.again`. */
  readonly repeatable?: boolean | undefined;
}
/** Whoever counts calls that ended. */
export interface Tally {
  /** Where calls of the thread are counted; asked once for each info. */
  row(info: ThreadInfo): object;
  /** A call: where it is counted, on which descriptor it was, the type of its exit event, and its result. */
  add(row: object, fd: FdInfo | undefined, type: number, result: number): void;
}
/** Whoever writes lines from the bytes of events alone. */
export interface LineTaker {
  /** Whether it asks for the descriptor that an event works on. */
  readonly named: boolean;
  /**
   * An event of this type and thread, with its number and CPU: `length` bytes of `bytes` at `at`, whose header is there. What it changes has not been taken in.
   * `number`: the descriptor that it works on, if that is asked for, -1: none; `from`: the one that its result, a new one, is a duplicate of; -1: of none. False, and nothing done, where a context is needed.
   */
  take(type: number, thread: LiveThread, bytes: Uint8Array, data: DataView, at: number, length: number, num: number, cpu: number, number: number, from: number): boolean;
  /** The event taken last needs a close look: it comes again, with a context. */
  takeBack(): void;
  /** What it changes has been taken in. False pauses reading behind it. */
  done(): boolean;
}
export type OnEvent = (ctx: EventContext) => boolean | void;

/** Whoever writes a capture while another one is read. */
export interface SectionRecorder {
  /** The tables of a section are there; its first event has not been processed. */
  section(): void;
  /** A container was described in front of a section behind the first one. */
  leading?(ctx: EventContext): void;
  /** An event that only changes the state went by. */
  hidden(ctx: EventContext): void;
}
