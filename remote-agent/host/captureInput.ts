// A capture file as a stream of events for the command line: plain or gzip, from a path or standard input, in constant memory.
import type { EventContext } from '../engine/event/context.ts';
import { LiteralSearch, type Literal } from '../engine/filter/index.ts';
import { ScapReader, type SectionRecorder, type Selection } from '../engine/scap/reader.ts';
import { DEMAND } from '../engine/state/demand.ts';
import type { MachineInfo } from '../engine/state/model.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import { reasonOf } from '../capture/reasons.ts';
import { openBytes, type ByteSource } from './captureInputBytes.ts';
import { CONTAINER_TYPES, problemsOf } from './captureFacts.ts';

const NOTHING = new Uint8Array(0);

/** Whoever writes a capture of what is read; see `SectionRecorder`. */
export interface CaptureRecorder extends SectionRecorder {
  /** A container is described in front of all events; `run` does not give that one out. */
  leading(ctx: EventContext): void;
}

/** Answer to an event: true go on, false no more, a promise: go on after it, unless it comes to false. */
export type Visit = (ctx: EventContext) => boolean | Promise<unknown>;

/** A source of events that the command line runs through once. */
export interface EventInput {
  /** What is known of the system; undefined before the first event. */
  readonly state: SystemState | undefined;
  /** Captures only, once they are read: time of the last event, given out or not, ns since the state's base; undefined where it cannot be told. */
  readonly lastNs?: number | undefined;
  /** The machine, where it is known before the first event. */
  readonly machine: MachineInfo | undefined;
  /**
   * Says which events `run` is to give and what they are to know, where the source can use that: no work is done for any others. `search` is
   * the same question with a test of its own, which demands no more than that test needs: where that is cheaper it is asked first whether anything passes at all.
   * `literals`: without them nothing passes; looked for before anything else.
   */
  select?(selection: Selection, search?: Selection, literals?: readonly Literal[]): void;
  /** How much of the source is read, 0 to 1, where that is known. */
  progress?(): number | undefined;
  /** Captures only: tells this one what a new capture needs beside the events. Set before `run`. */
  recorder?: CaptureRecorder | undefined;
  /** Gives every event to `visit`; settles at the end, or after `stop`. */
  run(visit: Visit): Promise<void>;
  stop(): void;
  /** What was wrong with the source, for people: a cut file. */
  problems(): readonly string[];
  /** What did not arrive, by cause. */
  losses(): readonly { readonly cause: string; readonly count: number }[];
}

/** Opens a capture (`-`: standard input), or reads one that is open already (`fd`, a regular file); rejects with a message for people where there is none to read. */
export async function openCapture(path: string, fd?: number): Promise<EventInput> {
  try { return new CaptureInput(path, await openBytes(path, fd), fd); } catch (error) { throw new Error(`can't open file ${path}: ${reasonOf(error)}`); }
}

class CaptureInput implements EventInput {
  readonly #name: string;
  readonly #path: string;
  readonly #fd: number | undefined;
  #source: ByteSource;
  #reader = new ScapReader();
  #search: Selection | undefined;
  #literals: readonly Literal[] = [];
  #damage: string | undefined;
  #stopped = false;
  #recorder: CaptureRecorder | undefined;
  #visit: Visit = () => false;
  #wait: Promise<unknown> | undefined;

  constructor(path: string, source: ByteSource, fd?: number) { this.#path = path; this.#fd = fd; this.#name = path === '-' ? 'standard input' : path; this.#source = source; }

  get state(): SystemState { return this.#reader.state; }
  get lastNs(): number | undefined { return this.#reader.lastNs; }
  get machine(): MachineInfo { return this.#reader.state.machine; }
  select(selection: Selection, search?: Selection, literals: readonly Literal[] = []): void {
    const again = this.#source.again && this.#recorder === undefined;
    this.#search = again && search !== undefined && (selection.demand & ~search.demand) !== 0 ? search : undefined;
    this.#literals = again ? literals : [];
    // What comes once only has to be known from the beginning: a write may turn out to be a tracer's.
    this.#reader.select(this.#source.again ? { ...selection, repeatable: true } : { ...selection, demand: selection.demand | DEMAND.descriptors });
  }
  set recorder(recorder: CaptureRecorder | undefined) { this.#recorder = this.#reader.recorder = recorder; }
  progress(): number | undefined { return this.#source.progress(); }
  stop(): void { this.#stopped = true; this.#source.close(); }

  async run(visit: Visit): Promise<void> {
    this.#visit = visit;
    try {
      if (this.#literals.length > 0 && !await this.#occur(this.#literals)) return;
      if (this.#search !== undefined && !await this.#find(this.#search)) return;
      while (!this.#over) {
        const chunk = await this.#next();
        if (chunk.length > 0) this.#reader.push(chunk); else this.#reader.finish();
        this.#read();
        while (this.#wait !== undefined) { if (await this.#wait === false) this.#stopped = true; this.#read(); }
        if (this.#reader.inDoubt && !this.#over) { this.#reader = this.#reader.again(); await this.#rewind(); }
      }
    } finally { this.#source.close(); }
  }

  /** Looks for what has to be there for anything to pass. False where it is not. */
  async #occur(literals: readonly Literal[]): Promise<boolean> {
    const reader = new ScapReader();
    const search = new LiteralSearch(literals, reader.state);
    reader.recorder = search;
    reader.select(search.selection);
    return this.#ask(reader, () => false, () => search.possible);
  }

  /** Looks for the first event that passes. False where there is none. */
  async #find(search: Selection): Promise<boolean> {
    const reader = new ScapReader();
    reader.select({ ...search, repeatable: true });
    let passes = false;
    const found = (ctx: EventContext): boolean => {
      passes = reader.state.begun || !CONTAINER_TYPES.has(ctx.view.type);
      return !passes;
    };
    return this.#ask(reader, found, () => passes);
  }

  /** Reads until `enough`, and goes back to the beginning. False where it came to the end: what this reader knows then is all that is known. */
  async #ask(reader: ScapReader, visit: (ctx: EventContext) => boolean, enough: () => boolean): Promise<boolean> {
    while (!reader.done && !reader.inDoubt && !enough() && !this.#stopped) {
      const chunk = await this.#next();
      if (chunk.length > 0) reader.push(chunk); else reader.finish();
      reader.read(visit);
    }
    if (!enough() && !reader.inDoubt) { this.#reader = reader; return false; }
    await this.#rewind();
    return true;
  }

  async #rewind(): Promise<void> {
    this.#source.close();
    this.#source = await openBytes(this.#path, this.#fd);
  }

  /** The next bytes; none where there are no more, or none can be had. */
  async #next(): Promise<Uint8Array> {
    try { return await this.#source.next(); } catch (error) {
      if (!this.#stopped) this.#damage = `${this.#name} is damaged: ${error instanceof Error ? error.message : String(error)}`;
      return NOTHING;
    }
  }

  get #over(): boolean { return this.#stopped || this.#reader.done; }

  #read(): void {
    this.#wait = undefined;
    if (!this.#over) this.#reader.read(this.#show);
  }

  readonly #show = (ctx: EventContext): boolean => {
    if (!this.#reader.state.begun && CONTAINER_TYPES.has(ctx.view.type)) { this.#recorder?.leading(ctx); return true; }
    const answer = this.#visit(ctx);
    if (answer === true) return true;
    if (answer === false) this.#stopped = true; else this.#wait = answer;
    return false;
  };

  problems(): readonly string[] {
    const told = problemsOf(this.#name, this.#reader);
    if (this.#damage !== undefined) told.push(this.#damage);
    return told;
  }

  losses(): readonly { readonly cause: string; readonly count: number }[] { return []; }
}
