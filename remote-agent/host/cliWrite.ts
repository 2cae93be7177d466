// Captures that the command line writes: what passes, and what sysdig's rules add, into one file or one after the other.
import { rmSync } from 'node:fs';
import { OLDER_CHANGES } from '../../driver/schema/index.ts';
import type { EventContext } from '../engine/event/context.ts';
import { encodeEvent } from '../engine/event/encode.ts';
import { encodeText } from '../engine/base/text.ts';
import { ScapCopier, SeenContainers } from '../engine/scap/copier.ts';
import { ScapWriter } from '../engine/scap/writer.ts';
import { containerToJson } from '../engine/state/containers.ts';
import type { LiveThread } from '../engine/state/liveThread.ts';
import { MutableContext, type SystemState } from '../engine/state/systemState.ts';
import type { CaptureRecorder } from './captureInput.ts';
import { CaptureFile } from './cliWriteFile.ts';
import { FileNames, type RotationOptions } from './cliWriteNames.ts';
import { reasonOf } from '../capture/reasons.ts';

const MEGABYTE = 1e6, NS_PER_SECOND = 1_000_000_000n;
/** Bytes that writers through zlib's file functions hold back; the size of a file is looked at without them. */
const ZLIB_BUFFER = 8192;
const NO_NUMBER = 0xffff;

export interface CaptureOutputOptions extends RotationOptions {
  readonly compress: boolean;
  /** Also events that do not pass but change the state, marked as such. */
  readonly fat?: boolean;
  /** Nothing is filtered out: hidden events of the source stay in it, hidden. */
  readonly whole?: boolean;
  /** The system: undefined before the first event of a live source. */
  readonly state: () => SystemState | undefined;
  /** False: names of users and groups are left out. */
  readonly users?: boolean;
  /** Which threads the files list, asked of an event of theirs that says nothing; all, if left out. */
  readonly keeps?: (ctx: EventContext) => boolean;
}

interface Current { readonly path: string; readonly file: CaptureFile; readonly copier: ScapCopier | undefined; readonly writer: ScapWriter | undefined }

/** A capture under way. Events of a file are copied as they are; live ones get the older form that sysdig 0.29 knows. */
export class CaptureOutput implements CaptureRecorder {
  /** Why no more can be written, for people. */
  failed: string | undefined;
  /** Whoever read standard output has gone away: stop, quietly. */
  closed = false;
  /** Events written to all files. */
  written = 0;
  readonly #options: CaptureOutputOptions;
  readonly #names: FileNames;
  readonly #containers = new SeenContainers();
  #current: Current | undefined;
  #opened: { readonly path: string; readonly file: CaptureFile };
  #skipped = 0;
  #count = 0;
  #startSecond = -1;
  #ending: Promise<void> = Promise.resolve();

  /** Opens the first file. Throws with a message for people where it cannot be. */
  constructor(options: CaptureOutputOptions) {
    this.#options = options;
    this.#names = new FileNames(options);
    const now = Math.floor(Date.now() / 1000);
    if (options.live) this.#startSecond = now;
    try { this.#opened = this.#open(now); } catch (error) { throw new Error(`can't open ${options.path}: ${reasonOf(error)}`); }
  }

  /** Events that the file's format cannot hold. */
  get skipped(): number { return this.#skipped + (this.#current?.copier?.skipped ?? 0) + (this.#current?.writer?.skipped ?? 0); }
  /** More should not be written for the moment. */
  get busy(): boolean { return this.#current?.file.busy ?? false; }
  /** Settles when more may be written. */
  ready(): Promise<void> { return this.#current?.file.ready() ?? Promise.resolve(); }

  /** The tables of a section are there: they go to the front of the file, or of a new section of it. */
  section(): void {
    const current = this.#current;
    this.#containers.clear();
    const state = this.#options.state();
    if (this.#options.users === false && state !== undefined) { state.setUsers([]); state.setGroups([]); }
    if (current === undefined) this.#begin(true); else current.copier?.begin();
    this.#look();
  }

  leading(ctx: EventContext): void { this.#put(ctx, false, false); }
  hidden(ctx: EventContext): void { if (this.#options.whole === true) this.#put(ctx, true); else this.#take(ctx, true); }
  /** Takes every event that is delivered, and writes it if it passes or belongs into the file all the same. */
  write(ctx: EventContext, passes: boolean): void { this.#take(ctx, !passes); }

  /** Completes the file; one for which there was no source at all is removed. */
  async end(): Promise<void> {
    const current = this.#begin();
    if (current === undefined) { this.#opened.file.close(); if (this.#opened.path !== '-') rmSync(this.#opened.path, { force: true }); return; }
    this.#finish(current);
    await this.#ending;
    await current.file.end();
    this.#look();
  }

  #take(ctx: EventContext, hidden: boolean): void {
    if (this.failed !== undefined || this.closed) return;
    if (!hidden) this.#put(ctx, false);
    else if (this.#options.fat === true && modifiesState(ctx) && !this.#options.live) this.#put(ctx, true);
    else if (ctx.view.def?.category === 'INTERNAL') this.#put(ctx, false);
    else this.#containers.note(ctx.view);
  }

  #put(ctx: EventContext, hidden: boolean, counts = true): void {
    let current = this.#begin();
    if (current === undefined) return;
    if (counts && this.#names.rotates && this.#turns(ctx, current)) current = this.#turn(ctx, current);
    if (current === undefined) return;
    if (current.writer === undefined) this.#containers.note(ctx.view);
    this.written++;
    current.copier?.event(ctx, hidden);
    current.writer?.write(ctx);
    this.#look();
  }

  /** Whether this event begins a new file. */
  #turns(ctx: EventContext, { copier, writer, file }: Current): boolean {
    const { megabytes, seconds, events } = this.#options;
    this.#count++;
    if (seconds !== undefined) {
      const second = secondOf(ctx);
      if (this.#startSecond < 0) this.#startSecond = second;
      if (second - this.#startSecond >= seconds) { this.#startSecond = second; return true; }
    }
    if (megabytes !== undefined) {
      // Copies stand ready in pieces; the size that counts is that of a file of sysdig's.
      if (this.#options.compress) copier?.flush();
      if ((this.#options.compress ? file.size : copier?.flushed ?? writer?.bytes ?? 0) > megabytes * MEGABYTE) return true;
    }
    if (events === undefined || this.#count < events) return false;
    this.#count = 0;
    return true;
  }

  #turn(ctx: EventContext, current: Current): Current | undefined {
    this.#finish(current);
    const { file } = current;
    this.#current = undefined;
    this.#skipped += (current.copier?.skipped ?? 0) + (current.writer?.skipped ?? 0);
    file.close();
    this.#fail(current.path, file.failed);
    if (this.failed !== undefined) return undefined;
    try { this.#opened = this.#open(secondOf(ctx)); } catch (error) { this.failed = error instanceof Error ? error.message : String(error); return undefined; }
    return this.#begin();
  }

  #open(second: number): { readonly path: string; readonly file: CaptureFile } {
    const { path, remove } = this.#names.next(second);
    if (remove !== undefined) rmSync(remove, { force: true });
    try { return { path, file: new CaptureFile(path, this.#options.compress, this.#names.rotates) }; } catch (error) { throw new Error(`can't open ${path}: ${reasonOf(error)}`); }
  }

  #begin(fromTables = false): Current | undefined {
    if (this.#current !== undefined) return this.#current;
    const state = this.#options.state();
    if (state === undefined) return undefined;
    const { path, file } = this.#opened;
    const sink = (bytes: Uint8Array): void => { file.write(bytes); };
    const { keeps } = this.#options;
    const copier = this.#options.live ? undefined : new ScapCopier(state, sink, { holds: ZLIB_BUFFER, ...(keeps === undefined ? {} : { keeps: (thread: LiveThread) => keeps(silent(state, thread)) }) });
    const writer = this.#options.live ? new ScapWriter(state, sink) : undefined;
    this.#current = { path, file, copier, writer };
    copier?.begin(this.#texts(state), fromTables);
    writer?.begin();
    return this.#current;
  }

  /** What is known of containers: in the words in which it was told, else in our own. */
  *#texts(state: SystemState): Generator<Uint8Array> {
    const told = new Set<string>();
    for (const [id, text] of this.#containers.texts()) { told.add(id); yield text; }
    for (const container of state.containers()) if (!told.has(container.id) && (container.name !== '' || container.image !== '')) yield encodeText(`${containerToJson(container)}\0`);
  }

  #finish({ copier, writer }: Current): void { copier?.flush(); writer?.end(); }

  #look(): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#fail(current.path, current.file.failed);
    if (current.file.closed) this.closed = true;
  }
  #fail(path: string, reason: string | undefined): void { if (reason !== undefined) this.failed ??= `can't write ${path}: ${reason}`; }
}

/** Whether the event can change what is known, as readers up to sysdig 0.29 count them; what they do not, only where it holds nothing. */
function modifiesState({ view }: EventContext): boolean {
  const older = OLDER_CHANGES.get(view.type);
  return older === true || (view.def?.flags.has('MODIFIES_STATE') === true && (older === undefined || view.nparams > 0));
}

/** An event of this thread that tells of nothing but the thread. */
function silent(state: SystemState, thread: LiveThread): EventContext {
  const bytes = encodeEvent('SYSCALL_READ_X', { ts: state.baseNs, tid: thread.info.tid, params: { res: 0 } });
  const context = new MutableContext(state);
  context.view.reset(bytes, new DataView(bytes.buffer), 0, 0, NO_NUMBER, bytes.length);
  context.info = thread.info;
  context.thread = thread;
  return context;
}

function secondOf({ view }: EventContext): number { return Number(((BigInt(view.tsHi) << 32n) | BigInt(view.tsLo)) / NS_PER_SECOND); }
