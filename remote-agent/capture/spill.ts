// Inflated bytes of a packed capture, kept so that its events can be read again: in a temporary file that nobody else can open and that is gone
// with the process, or in memory where there is no room for one.
import { closeSync, openSync, readSync, readdirSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { StoredBytesError, type CaptureBytes } from '../engine/session/storedEvents.ts';
import { reasonOf } from './reasons.ts';

/** Room on the disk that is left to others. */
const LEAVE_FREE = 512 << 20;
/** How often that is looked at, bytes written. */
const LOOK_EVERY = 64 << 20;
/** Bytes that are kept in memory where the disk has no room. */
const MEMORY_LIMIT = 1 << 30;
const NAME = /^porthole-(\d+)-[0-9a-f]{16}\.inflated$/;

export interface SpillOptions {
  /** Folder of the temporary file. */
  readonly folder?: string;
  readonly leaveFree?: number;
  readonly memoryLimit?: number;
}

/** Unpacked bytes can be kept nowhere; for people. */
export class NoRoomError extends Error {}

const mib = (bytes: number): number => Math.round(bytes / 2 ** 20);

export class Spill implements CaptureBytes {
  readonly #folder: string;
  readonly #leaveFree: number;
  readonly #memoryLimit: number;
  #fd = -1;
  /** Path of the file, where it could not be removed while it is open (Windows). */
  #path: string | undefined;
  /** Bytes in the file; those that follow are in memory. */
  #onDisk = 0;
  #chunks: Uint8Array[] = [];
  /** Position behind each chunk. */
  #ends: number[] = [];
  #inMemory = 0;
  #lookAt = 0;
  /** Why bytes are kept in memory, for people; '' while they need not be. */
  reason = '';

  constructor(options: SpillOptions = {}) {
    this.#folder = options.folder ?? tmpdir();
    this.#leaveFree = options.leaveFree ?? LEAVE_FREE;
    this.#memoryLimit = options.memoryLimit ?? MEMORY_LIMIT;
    try {
      removeLeftovers(this.#folder);
      this.#open();
    } catch (error) { this.#giveUp(reasonOf(error)); }
  }

  get length(): number { return this.#onDisk + this.#inMemory; }

  #open(): void {
    const path = join(this.#folder, `porthole-${process.pid}-${randomBytes(8).toString('hex')}.inflated`);
    this.#fd = openSync(path, 'wx+', 0o600);
    // From here on the file has no name: whatever becomes of the process, its room is free again.
    try { unlinkSync(path); } catch { this.#path = path; process.once('exit', this.#remove); }
  }

  /** Adds bytes. They are kept as they are where they stay in memory. Throws a NoRoomError where there is room nowhere. */
  append(bytes: Uint8Array): void {
    if (this.#fd >= 0 && this.reason === '') {
      try {
        this.#look();
        if (this.reason === '') { this.#write(bytes); return; }
      } catch (error) { this.#giveUp(reasonOf(error)); }
    }
    if (this.#inMemory + bytes.length > this.#memoryLimit) throw new NoRoomError(`its unpacked bytes have no room: ${this.reason}, and memory for them ends at ${mib(this.#memoryLimit)} MiB. Free some space, or unpack the capture (gunzip) where there is room and open that`);
    this.#inMemory += bytes.length;
    this.#chunks.push(bytes);
    this.#ends.push(this.length);
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#onDisk + at);
    this.#onDisk += bytes.length;
  }

  /** Leaves others their room on the disk. */
  #look(): void {
    if (this.#onDisk < this.#lookAt) return;
    this.#lookAt = this.#onDisk + LOOK_EVERY;
    const { bavail, bsize } = statfsSync(this.#folder);
    if (bavail * bsize < this.#leaveFree) this.#giveUp(`less than ${mib(this.#leaveFree)} MiB are free in ${this.#folder}`);
  }

  #giveUp(reason: string): void { this.reason = reason.endsWith('.') ? reason.slice(0, -1) : reason; }

  readAt(position: number, into: Uint8Array): number {
    if (position < this.#onDisk) {
      try { return readSync(this.#fd, into, 0, Math.min(into.length, this.#onDisk - position), position); } catch (error) { throw new StoredBytesError(`The unpacked capture cannot be read again: ${reasonOf(error)}`, 'io'); }
    }
    let low = 0, high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) <= position) low = middle + 1; else high = middle;
    }
    const chunk = this.#chunks[low];
    if (chunk === undefined) return 0;
    const from = position - ((this.#ends[low] ?? 0) - chunk.length), part = chunk.subarray(from, from + into.length);
    into.set(part);
    return part.length;
  }

  readonly #remove = (): void => { try { if (this.#path !== undefined) unlinkSync(this.#path); } catch { /* the next one removes it */ } };

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
    this.#chunks = []; this.#ends = [];
    if (this.#path === undefined) return;
    process.off('exit', this.#remove);
    this.#remove();
  }
}

/** Removes files of processes that ended before they could, where a file cannot be removed at once. */
function removeLeftovers(folder: string): void {
  if (process.platform !== 'win32') return;
  for (const name of readdirSync(folder)) {
    const pid = Number(NAME.exec(name)?.[1] ?? NaN);
    if (!(pid > 0) || isRunning(pid)) continue;
    try { unlinkSync(join(folder, name)); } catch { /* somebody else's */ }
  }
}

function isRunning(pid: number): boolean {
  try { process.kill(pid, 0); return true; } catch (error) { return (error as NodeJS.ErrnoException).code === 'EPERM'; }
}
