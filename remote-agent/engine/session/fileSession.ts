// A session over a capture file whose inflated bytes are pushed in as they are read; the same in a host process and in an editor's worker.
import { EMPTY_FILE, ScapReader } from '../scap/reader.ts';
import type { Compile } from './filterBits.ts';
import { Session, type ReadingStatus, type SourceInfo } from './session.ts';
import { StoredEvents, type CaptureBytes } from './storedEvents.ts';

/** What the index of a capture may take of memory before its oldest events are left out, bytes. */
export const FILE_HISTORY_BYTES = 2 * 1024 * 1024 * 1024;

const REST = 'What could be read is shown. Copy or record the capture again for the rest.';
const NOTHING = 'Nothing of it can be shown. Check that it is a capture of Porthole or sysdig (.scap, plain or gzip) and that all of it was copied.';

const EMPTY = 'The recording may have been stopped before anything was written; record again, or copy the file again.';

export interface FileSessionOptions {
  readonly file: string;
  readonly agentVersion: string;
  readonly compile: Compile;
  /** Where the bytes that are pushed can be read again. */
  readonly bytes: CaptureBytes;
  readonly historyBytes?: number;
}

export class FileSession {
  readonly session: Session;
  readonly #reader = new ScapReader();
  readonly #info: { -readonly [K in keyof SourceInfo]: SourceInfo[K] };
  /** Problems that were passed on. */
  readonly #told: string[] = [];
  readonly #reading: { -readonly [K in keyof ReadingStatus]: ReadingStatus[K] } = { state: 'reading', fraction: 0, events: 0, bytesRead: 0, bytesTotal: 0, more: false, message: '' };
  #leftOut = 0;

  constructor(options: FileSessionOptions) {
    const state = this.#reader.state;
    this.#info = { hostname: '', kernel: '', cpus: 0, live: false, file: options.file, agentVersion: options.agentVersion };
    this.session = new Session({
      state, info: this.#info, compile: options.compile, historyBytes: options.historyBytes ?? FILE_HISTORY_BYTES, stored: new StoredEvents(options.bytes),
    });
    this.session.progress = 0;
    this.session.reading = this.#reading;
  }

  get reading(): ReadingStatus { return this.#reading; }

  /** Says how much of the file has been taken from it, and how large it is. */
  setBytes(read: number, total: number): void {
    this.#reading.bytesRead = read; this.#reading.bytesTotal = Math.max(read, total);
    this.#measure();
  }

  #measure(): void {
    const { bytesRead, bytesTotal, state } = this.#reading;
    const fraction = bytesTotal === 0 ? 0 : bytesRead / bytesTotal;
    this.#reading.fraction = state === 'complete' ? 1 : Math.min(0.99, fraction);
    this.session.progress = state === 'complete' || state === 'damaged' ? 1 : this.#reading.fraction;
  }

  /** Nothing of what follows can be read. */
  get ended(): boolean { return this.#reader.done; }
  /** What was pushed ends in the middle of a block. */
  get midBlock(): boolean { return this.#reader.pending > 0; }

  /** Takes in the next bytes; call `advance` until it says true before the next ones. They must stay as they are until then. */
  push(bytes: Uint8Array): void { this.#reader.push(bytes); }

  /** Reads at most `budget` events of what was pushed. True when more bytes are needed. */
  advance(budget: number): boolean {
    const reader = this.#reader, { session } = this, until = reader.events + budget;
    reader.read((ctx) => { session.append(ctx, reader.eventPosition); return true; }, until);
    const { machine } = reader.state;
    this.#info.hostname = machine.hostname; this.#info.cpus = machine.cpus;
    this.#reading.events = session.history.endRow;
    this.#tell();
    return reader.done || reader.events < until;
  }

  /** Reading was stopped; what follows is still there. */
  stop(): void {
    if (this.#reading.state !== 'reading') return;
    const { bytesRead, bytesTotal } = this.#reading;
    this.#set('stopped', `Reading was stopped after ${this.#events()}${bytesTotal === 0 ? '' : `, ${Math.floor(100 * bytesRead / bytesTotal)} % of the file`}.`, true);
    this.session.containersChanged();
  }

  /** Goes on after `stop`, or where the file has grown. False where nothing more can be read. */
  resume(): boolean {
    if (this.#reading.state === 'reading') return true;
    if (this.#reading.state !== 'stopped' && !this.#reader.resume()) return false;
    this.session.removeProblems('file');
    this.#told.length = 0;
    this.#set('reading', '', false);
    this.#tell();
    return true;
  }

  /**
   * Says that the file has ended, or could not be read further for the reason given. `growing`: somebody is writing it, so that a block that is not
   * whole at its end is no damage; `fresh`: somebody may be.
   */
  finish(reason?: string, file: 'done' | 'fresh' | 'growing' = 'done'): void {
    this.#reader.finish();
    while (!this.advance(100_000)) { /* the rest of what was pushed */ }
    const { session } = this, { diagnostics, end } = this.#reader;
    if (reason !== undefined) {
      session.addProblem('file', reason, this.#remedy());
      this.#set('damaged', `${reason} ${this.#before()}`, false);
    } else if (end === 'cut' && file === 'growing') {
      session.removeProblems('file');
      this.#set('complete', `The capture is still being written: what it holds so far is read, ${this.#events()}.`, true);
    } else if (end === 'cut' || end === 'broken') {
      const last = diagnostics.at(-1);
      this.#set('damaged', `${last === undefined ? 'The capture is damaged.' : this.#sentence(last.position, last.message)} ${this.#before()}`, end === 'cut');
    } else this.#set('complete', '', file !== 'done');
    this.#leaveOut();
    session.containersChanged();
  }

  #set(state: ReadingStatus['state'], message: string, more: boolean): void {
    this.#reading.state = state; this.#reading.message = message; this.#reading.more = more;
    this.#measure();
  }

  #events(): string {
    const count = this.session.history.endRow;
    return count === 1 ? 'one event' : count === 0 ? 'no event' : `${count} events`;
  }
  /** What lies before the damage. */
  #before(): string { return this.session.history.endRow === 0 ? 'No event could be read.' : `What lies before it can be shown: ${this.#events()}.`; }
  #remedy(): string { return this.session.history.endRow > 0 ? REST : NOTHING; }

  /** Says which events the memory had no room for. */
  #leaveOut(): void {
    const { history } = this.session;
    if (history.firstRow === this.#leftOut) return;
    this.#leftOut = history.firstRow;
    this.session.removeProblems('file-size');
    this.session.addProblem('file-size', `The capture is larger than the memory set aside for it: its first ${history.firstRow} events are left out.`, 'Filter or split the capture, e.g. with `porthole -r FILE -w PART.scap FILTER`.');
  }

  #sentence(position: number, message: string): string { return position === 0 ? `${message.charAt(0).toUpperCase()}${message.slice(1)}.` : `At byte ${position} of the capture: ${message}`; }

  /** Passes on what the reader found wrong. */
  #tell(): void {
    const { diagnostics } = this.#reader;
    for (let n = this.#told.length; n < diagnostics.length; n++) {
      const found = diagnostics[n];
      if (found === undefined) continue;
      const empty = found.message === EMPTY_FILE;
      const text = empty ? `${this.session.info.file ?? 'The capture'} is empty: it has no bytes.` : this.#sentence(found.position, found.message);
      this.#told.push(text);
      this.session.addProblem('file', text, empty ? EMPTY : this.#remedy());
    }
  }
}
