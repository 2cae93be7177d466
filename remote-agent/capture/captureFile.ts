// Opens a capture, plain or gzip, from a path or out of memory: reads it once in slices that leave the loop free for requests, can be stopped and
// resumed, and can give the bytes of its events again.
import { close, closeSync, fstatSync, open, read, readSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { createGunzip, type Gunzip } from 'node:zlib';
import { compileFilter } from '../engine/filter/index.ts';
import { FileSession } from '../engine/session/fileSession.ts';
import type { Session } from '../engine/session/session.ts';
import { StoredBytesError, type CaptureBytes } from '../engine/session/storedEvents.ts';
import { ERRORS } from '../protocol/messages.ts';
import { ServiceError, type ReadingService } from '../protocol/server.ts';
import type { ReadAgain } from '../protocol/serveViews.ts';
import type { StateView } from '../engine/state/model.ts';
import { readAgain } from './readAgain.ts';
import { NoRoomError, Spill, type SpillOptions } from './spill.ts';
import { reasonOf } from './reasons.ts';

const CHUNK = 1 << 20;
/** Packed bytes that are inflated at a time. */
const PACKED_CHUNK = 1 << 18;
/** Events read before requests get their turn: about ten milliseconds. */
const SLICE = 20_000;
/** A file that was written to so lately may still be. */
const FRESH_MS = 30_000;
/** How long somebody who is writing is waited for where a file ends in the middle of something. */
const WAIT_MS = 600, LOOK_MS = 50;

const openFd = promisify(open), closeFd = promisify(close), readFd = promisify(read);

export interface CaptureOptions {
  readonly agentVersion: string;
  /** Memory for the index, bytes. */
  readonly historyBytes?: number;
  /** Of packed captures: where their inflated bytes are kept. */
  readonly spill?: SpillOptions;
}

export interface CaptureFile {
  readonly session: Session;
  readonly reading: ReadingService;
  /** Settles when the first events are read: from then on it is known which moment counts as 0. Never rejects. */
  readonly ready: Promise<void>;
  /** Settles when reading has come to an end for the first time, if only because it was stopped or met a problem that the session tells. Never rejects. */
  readonly done: Promise<void>;
  /** Has reading wait until `what` has settled, but no longer than `mostMs`: somebody needs the processor for something that is waited for. */
  giveWay(what: Promise<unknown>, mostMs: number): void;
  /** Reads what there is once more from the beginning, beside the index; waits for what is still unpacked. */
  readAgain(read: ReadAgain): Promise<StateView>;
  /** Stops reading and lets go of the file. */
  close(): void;
}

/** Where the bytes of a capture as it lies there come from. */
interface Raw extends CaptureBytes {
  /** The bytes from `position` on; empty at the end. They stay as they are for one more call. */
  next(position: number): Promise<Uint8Array>;
  /** Size now. */
  size(): number;
  /** It was written to lately. */
  fresh(): boolean;
  /** Throws an error for people where it is no longer the file that was read up to `position`. */
  check(position: number): void;
  close(): void;
}

/** Rejects with a message for people where the file cannot be opened at all. */
export async function openCaptureFile(path: string, options: CaptureOptions): Promise<CaptureFile> {
  let fd = -1;
  try {
    fd = await openFd(path, 'r');
    const found = fstatSync(fd);
    if (!found.isFile()) throw new Error(found.isDirectory() ? 'it is a folder' : 'it is no regular file');
    const raw = new RawFile(path, fd);
    return new Reading(path, raw, isPacked(await raw.next(0)), options);
  } catch (error) {
    if (fd >= 0) await closeFd(fd);
    throw new Error(`The capture ${path} cannot be opened: ${reasonOf(error)}`);
  }
}

/** A capture that is in memory already. */
export function openCaptureBytes(name: string, bytes: Uint8Array, options: CaptureOptions): CaptureFile { return new Reading(name, new RawBytes(bytes), isPacked(bytes), options); }

function isPacked(head: Uint8Array): boolean { return head[0] === 0x1f && head[1] === 0x8b; }

class RawFile implements Raw {
  readonly #path: string;
  readonly #fd: number;
  readonly #inode: number;
  /** Two, so that one is read into while the other is looked at; and one that the reader may still hold on to. */
  readonly #buffers = [new Uint8Array(CHUNK), new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  #turn = 0;
  #ahead: { readonly position: number; readonly bytes: Promise<Uint8Array> } | undefined;
  #closed = false;
  #busy = 0;

  constructor(path: string, fd: number) { this.#path = path; this.#fd = fd; this.#inode = fstatSync(fd).ino; }

  async next(position: number): Promise<Uint8Array> {
    const ahead = this.#ahead;
    const bytes = ahead?.position === position ? await ahead.bytes : await this.#read(position);
    this.#ahead = bytes.length < CHUNK || this.#closed ? undefined : { position: position + bytes.length, bytes: this.#read(position + bytes.length) };
    // An error is met when its turn has come.
    this.#ahead?.bytes.catch(() => undefined);
    return bytes;
  }

  async #read(position: number): Promise<Uint8Array> {
    const buffer = this.#buffers[this.#turn++ % this.#buffers.length] as Uint8Array;
    this.#busy++;
    try {
      const { bytesRead } = await readFd(this.#fd, buffer, 0, CHUNK, position);
      // The buffer before this one may still be needed.
      if (bytesRead === 0) this.#turn--;
      return buffer.subarray(0, bytesRead);
    } finally { this.#busy--; if (this.#closed && this.#busy === 0) closeSync(this.#fd); }
  }

  readAt(position: number, into: Uint8Array): number {
    if (this.#closed) throw new StoredBytesError('The capture was closed.', 'io');
    try { return readSync(this.#fd, into, 0, into.length, position); } catch (error) { throw new StoredBytesError(`The capture ${this.#path} cannot be read again: ${reasonOf(error)}.`, 'io'); }
  }

  size(): number { try { return fstatSync(this.#fd).size; } catch { return 0; } }
  fresh(): boolean { try { return Date.now() - fstatSync(this.#fd).mtimeMs < FRESH_MS; } catch { return false; } }

  check(position: number): void {
    let inode = -1;
    try { inode = statSync(this.#path).ino; } catch (error) { throw new ServiceError(ERRORS.fileChanged, `The capture ${this.#path} cannot be read on: ${reasonOf(error)}. What was read stays.`); }
    if (inode !== this.#inode) throw new ServiceError(ERRORS.fileChanged, `Another file has taken the place of ${this.#path}. What was read stays; open the capture again for the new one.`);
    if (this.size() < position) throw new ServiceError(ERRORS.fileChanged, `The capture ${this.#path} is shorter than what was read of it. Open it again.`);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#busy === 0) closeSync(this.#fd);
  }
}

class RawBytes implements Raw {
  readonly whole: Uint8Array;
  /** A Buffer's slices would be views; everybody else's are copies. */
  constructor(bytes: Uint8Array) { this.whole = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); }
  next(position: number): Promise<Uint8Array> { return Promise.resolve(this.whole.subarray(position, position + CHUNK)); }
  readAt(position: number, into: Uint8Array): number { const part = this.whole.subarray(position, position + into.length); into.set(part); return part.length; }
  size(): number { return this.whole.length; }
  fresh(): boolean { return false; }
  check(): void { /* it cannot change */ }
  close(): void { /* nothing to close */ }
}

/** Packed bytes in, inflated ones out; may go on where the packed file has grown. */
class Inflater {
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: CHUNK });
  #out: Uint8Array[] = [];
  #error: Error | undefined;

  constructor() {
    this.#gunzip.on('data', (chunk: Uint8Array) => { this.#out.push(chunk); });
    this.#gunzip.on('error', (error) => { this.#error = error; });
  }

  /** Inflates a chunk. Throws at what is damaged, with what came before it in `rest`. */
  async push(chunk: Uint8Array): Promise<readonly Uint8Array[]> {
    await new Promise<void>((resolve) => { this.#gunzip.once('error', () => { resolve(); }); this.#gunzip.write(chunk, () => { resolve(); }); });
    this.#gunzip.removeAllListeners('error').on('error', (error) => { this.#error = error; });
    // What was inflated may come a turn later than the word that it is.
    await pause();
    return this.#take();
  }

  /** Says that the file has ended. Throws where something is missing. */
  async end(): Promise<readonly Uint8Array[]> {
    await new Promise<void>((resolve) => { this.#gunzip.once('error', () => { resolve(); }); this.#gunzip.once('end', () => { resolve(); }); this.#gunzip.end(); });
    return this.#take();
  }

  #take(): readonly Uint8Array[] {
    const out = this.#out;
    this.#out = [];
    if (this.#error !== undefined) { this.rest = out; throw this.#error; }
    return out;
  }

  rest: readonly Uint8Array[] = [];
  close(): void { this.#gunzip.destroy(); }
}

class Reading implements CaptureFile {
  readonly session: Session;
  readonly reading: ReadingService;
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
  readonly #name: string;
  readonly #raw: Raw;
  readonly #file: FileSession;
  readonly #spill: Spill | undefined;
  #inflater: Inflater | undefined;
  /** Bytes of the file that were taken. */
  #position = 0;
  #stopping = false;
  /** Somebody was seen to add to the file in this run. */
  #growing = false;
  #closed = false;
  #run: Promise<void>;
  /** What reading waits for. */
  #way: Promise<unknown> | undefined;
  #isReady = (): void => undefined;

  constructor(name: string, raw: Raw, packed: boolean, options: CaptureOptions) {
    this.#name = name; this.#raw = raw;
    this.#spill = packed ? new Spill(options.spill) : undefined;
    this.#inflater = packed ? new Inflater() : undefined;
    this.#file = new FileSession({
      file: name, agentVersion: options.agentVersion, compile: compileFilter, bytes: this.#spill ?? raw, ...(options.historyBytes === undefined ? {} : { historyBytes: options.historyBytes }),
    });
    this.session = this.#file.session;
    this.reading = { stop: () => this.#stop(), resume: () => this.#resume() };
    this.ready = new Promise<void>((resolve) => { this.#isReady = resolve; });
    this.done = this.#run = this.#read();
  }

  async #read(): Promise<void> {
    this.#stopping = this.#growing = false;
    try {
      for (;;) {
        const bytes = await this.#raw.next(this.#position);
        if (this.#closed) return;
        this.#position += bytes.length;
        if (bytes.length === 0 || this.#file.ended) { if (await this.#ends()) break; continue; }
        if (!await (this.#inflater === undefined ? this.#take(bytes) : this.#inflate(this.#inflater, bytes))) return;
        this.#file.setBytes(this.#position, this.#raw.size());
        if (this.session.history.endRow > 0) this.#isReady();
        if (this.#stopping) { this.#file.stop(); break; }
      }
    } catch (error) { await this.#fail(error); }
    this.#isReady();
  }

  /** Inflates bytes of the file and hands them on. False when the capture was closed meanwhile. */
  async #inflate(inflater: Inflater, bytes: Uint8Array): Promise<boolean> {
    for (let at = 0; at < bytes.length; at += PACKED_CHUNK) {
      this.#file.setBytes(this.#position - bytes.length + at, this.#raw.size());
      for (const part of await inflater.push(bytes.subarray(at, at + PACKED_CHUNK))) if (!await this.#take(part)) return false;
    }
    return true;
  }

  /** Hands inflated bytes to the engine. False when the capture was closed meanwhile. */
  async #take(part: Uint8Array): Promise<boolean> {
    if (this.#spill !== undefined) {
      this.#spill.append(part);
      if (this.#spill.reason !== '') this.session.addProblem('memory', `The unpacked events of the capture are kept in memory: ${this.#spill.reason}.`, 'Free some space, or unpack the capture (gunzip) where there is room and open that.');
    }
    this.#file.push(part);
    while (!this.#file.advance(SLICE)) {
      this.#isReady();
      await pause();
      while (this.#way !== undefined) { const way = this.#way; await way; if (this.#way === way) this.#way = undefined; }
      if (this.#closed) return false;
    }
    return true;
  }

  /** The file has no more bytes, or nothing can be made of them. False: it has grown meanwhile. */
  async #ends(): Promise<boolean> {
    const packed = this.#inflater !== undefined, fresh = this.#raw.fresh() && !this.#file.ended;
    if (fresh && !this.#growing && (packed || this.#file.midBlock)) {
      this.#growing = await this.#grows();
      if (this.#closed || this.#growing) return this.#closed;
    }
    // A packed file that may still be written is left open, so that it can be read on; whether something is missing shows in what was unpacked.
    if (this.#inflater !== undefined && !fresh) {
      for (const part of await this.#inflater.end()) if (!await this.#take(part)) return true;
      this.#inflater.close();
      this.#inflater = undefined;
    }
    this.#file.finish(undefined, this.#growing ? 'growing' : fresh ? 'fresh' : 'done');
    return true;
  }

  /** Whether somebody adds to the file. */
  async #grows(): Promise<boolean> {
    for (let waited = 0; waited < WAIT_MS && !this.#closed && !this.#stopping; waited += LOOK_MS) {
      if (this.#raw.size() > this.#position) return true;
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    }
    return false;
  }

  async #fail(error: unknown): Promise<void> {
    const rest = this.#inflater?.rest ?? [];
    try { for (const part of rest) if (!await this.#take(part)) return; } catch { /* the first error is told */ }
    this.#inflater?.close();
    this.#inflater = undefined;
    if (!this.#closed) this.#file.finish(`The capture ${this.#name} ${error instanceof NoRoomError ? 'could be read no further' : 'ends too early or is damaged'}: ${reasonOf(error)}.`);
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    await this.#run;
  }

  async #resume(): Promise<void> {
    if (this.#closed || this.#file.reading.state === 'reading') return;
    this.#raw.check(this.#position);
    if (this.#spill !== undefined && this.#inflater === undefined) return;
    if (this.#file.resume()) this.#run = this.#read();
  }

  readAgain(read: ReadAgain): Promise<StateView> {
    return readAgain(this.#spill ?? this.#raw, { ...read, size: () => this.#spill?.length ?? this.#raw.size(), growing: () => this.#spill !== undefined && this.#file.reading.state === 'reading', part: () => this.#spill === undefined ? 1 : this.#file.reading.fraction, closed: () => this.#closed });
  }

  giveWay(what: Promise<unknown>, mostMs: number): void {
    const settled = what.then(() => undefined, () => undefined), late = new Promise((resolve) => { setTimeout(resolve, mostMs).unref(); });
    this.#way = Promise.all([this.#way, Promise.race([settled, late])]);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const free = (): void => { this.#raw.close(); this.#spill?.close(); this.#inflater?.close(); };
    this.#run.then(free, free);
  }
}

/** Lets everything that waits have its turn. */
export function pause(): Promise<void> { return new Promise((resolve) => { setImmediate(resolve); }); }
