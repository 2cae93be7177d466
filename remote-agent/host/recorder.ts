// Recordings of a live host: capture files in a private folder of the agent, bounded in size, gone when the agent ends.
import { closeSync, openSync, readSync, rmSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventContext } from '../engine/event/context.ts';
import { ScapWriter } from '../engine/scap/writer.ts';
import type { Session } from '../engine/session/session.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import { ERRORS, type Recording } from '../protocol/messages.ts';
import { ServiceError, type RecorderService } from '../protocol/server.ts';
import { reasonOf } from './fileSource.ts';
import { makeOwnFolder } from './ownFolder.ts';

/** A recording ends by itself at this size, bytes. */
export const RECORDING_BYTES = 2 * 1024 * 1024 * 1024;
/** It ends, too, before less than this is free where it lies, bytes: the host needs its disk, or its memory, for itself. */
const FREE_BYTES = 256 * 1024 * 1024;
const BUFFER = 256 * 1024;
const MAX_READ = 1024 * 1024;
const MAX_ACTIVE = 8;
const MAX_KEPT = 50;
const TELL_MS = 1000;
const PREFIX = 'porthole-recordings-';

interface Entry {
  readonly id: string; readonly path: string; readonly fd: number; readonly writer: ScapWriter;
  readonly buffer: Uint8Array; used: number;
  events: number; bytes: number; active: boolean; error: string | undefined; toldAt: number;
  stop: () => void;
}

export class Recorder implements RecorderService {
  readonly #state: SystemState;
  readonly #session: Session;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(recording: Recording) => void>();
  readonly #limit: number;
  readonly #parent: string;
  readonly #freeBytes: number;
  #folder: string | undefined;
  #next = 1;

  constructor(state: SystemState, session: Session, limitBytes = RECORDING_BYTES, parent = tmpdir(), freeBytes = FREE_BYTES) {
    this.#state = state; this.#session = session; this.#limit = limitBytes; this.#parent = parent; this.#freeBytes = freeBytes;
  }

  start(filter: string): Promise<Recording> { return attempt(() => this.#start(filter)); }
  stop(id: string): Promise<Recording> { return attempt(() => { const entry = this.#entry(id); this.#finish(entry); return recordingOf(entry); }); }
  list(): readonly Recording[] { return [...this.#entries.values()].map(recordingOf); }
  read(id: string, offset: number, length: number): Promise<Uint8Array> {
    return attempt(() => {
      const entry = this.#entry(id);
      if (entry.active) throw new ServiceError(ERRORS.io, 'The recording is still going on: stop it first.');
      const wanted = Math.max(0, Math.min(MAX_READ, Math.floor(length), entry.bytes - Math.floor(offset)));
      const data = new Uint8Array(wanted);
      return wanted === 0 ? data : data.subarray(0, readSync(entry.fd, data, 0, wanted, Math.max(0, Math.floor(offset))));
    });
  }
  delete(id: string): Promise<void> { return attempt(() => { this.#remove(this.#entry(id)); }); }
  onChanged(tell: (recording: Recording) => void): () => void { this.#listeners.add(tell); return () => { this.#listeners.delete(tell); }; }

  /** Ends and removes all recordings. */
  async close(): Promise<void> {
    for (const entry of [...this.#entries.values()]) this.#remove(entry);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #start(filter: string): Recording {
    if (this.list().filter((r) => r.active).length >= MAX_ACTIVE) throw new ServiceError(ERRORS.io, `${MAX_ACTIVE} recordings are going on already: stop one first.`);
    if (this.#entries.size >= MAX_KEPT) throw new ServiceError(ERRORS.io, `${MAX_KEPT} recordings are kept already: delete one first.`);
    const passes = this.#session.filters.compile(filter);
    this.#folder ??= makeOwnFolder(this.#parent, PREFIX);
    const id = `recording-${this.#next++}`;
    const path = join(this.#folder, `${id}.scap`);
    const fd = openSync(path, 'wx+', 0o600);
    const entry: Entry = {
      id, path, fd, buffer: new Uint8Array(BUFFER), used: 0, events: 0, bytes: 0, active: true, error: undefined, toldAt: -Infinity, stop: () => undefined,
      writer: new ScapWriter(this.#state, (bytes) => { this.#put(entry, bytes); }),
    };
    this.#entries.set(id, entry);
    try { entry.writer.begin(); } catch (error) { this.#remove(entry); throw error; }
    entry.stop = this.#session.follow((ctx) => {
      if (!entry.active) return;
      try { if (!passes(ctx)) return; } catch (error) { this.#fail(entry, error); return; }
      this.#write(entry, ctx);
    });
    return recordingOf(entry);
  }

  #write(entry: Entry, ctx: EventContext): void {
    try {
      entry.writer.write(ctx);
      entry.events++;
      if (entry.bytes + entry.used > this.#limit) { entry.error = `The recording has reached its limit of ${Math.round(this.#limit / 1048576)} MiB and was stopped.`; this.#finish(entry); }
    } catch (error) { this.#fail(entry, error); }
    const now = performance.now();
    if (!entry.active || now - entry.toldAt <= TELL_MS) return;
    entry.toldAt = now;
    if (this.#isFull()) { entry.error = `Less than ${Math.round(this.#freeBytes / 1048576)} MiB are free in ${this.#parent}, so the recording was stopped. Free some space there or set TMPDIR to another folder.`; this.#finish(entry); return; }
    this.#tell(entry);
  }

  #isFull(): boolean {
    try { const { bavail, bsize } = statfsSync(this.#parent); return bavail * bsize < this.#freeBytes; } catch { return false; }
  }

  #put(entry: Entry, bytes: Uint8Array): void {
    if (entry.used + bytes.length > BUFFER) this.#flush(entry);
    if (bytes.length > BUFFER) { this.#save(entry, bytes); return; }
    entry.buffer.set(bytes, entry.used);
    entry.used += bytes.length;
  }
  #flush(entry: Entry): void {
    const { used } = entry;
    entry.used = 0;
    this.#save(entry, entry.buffer.subarray(0, used));
  }
  #save(entry: Entry, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) { const n = writeSync(entry.fd, bytes, at, bytes.length - at); at += n; entry.bytes += n; }
  }

  #finish(entry: Entry): void {
    if (!entry.active) return;
    entry.active = false;
    entry.stop();
    try { entry.writer.end(); this.#flush(entry); } catch (error) { entry.error ??= failureText(error); }
    this.#tell(entry);
  }

  #fail(entry: Entry, error: unknown): void {
    entry.error = failureText(error);
    entry.active = false;
    entry.used = 0;
    entry.stop();
    this.#tell(entry);
  }

  #remove(entry: Entry): void {
    if (entry.active) { entry.active = false; entry.stop(); }
    this.#entries.delete(entry.id);
    try { closeSync(entry.fd); } catch { /* closed already */ }
    try { unlinkSync(entry.path); } catch { /* gone already */ }
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new ServiceError(ERRORS.gone, 'There is no such recording; it may have been deleted.');
    return entry;
  }
  #tell(entry: Entry): void { for (const listener of this.#listeners) listener(recordingOf(entry)); }
}

function recordingOf(entry: Entry): Recording {
  return { id: entry.id, path: entry.path, events: entry.events, bytes: entry.bytes + entry.used, active: entry.active, ...(entry.error === undefined ? {} : { error: entry.error }) };
}

function failureText(error: unknown): string { return `The recording was stopped: ${reasonOf(error)}. What was written before can be read.`; }

async function attempt<T>(act: () => T): Promise<T> {
  try { return act(); } catch (error) {
    if (error instanceof ServiceError || (error instanceof Error && error.name === 'FilterError')) throw error;
    throw new ServiceError(ERRORS.io, `Recording failed: ${reasonOf(error)}. Free some space in ${tmpdir()} or set TMPDIR to another folder.`);
  }
}
