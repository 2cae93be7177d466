// Opens a capture file, plain or gzip, in slices that leave the loop free for requests.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { compileFilter } from '../engine/filter/index.ts';
import { FileSession } from '../engine/session/fileSession.ts';
import type { Session } from '../engine/session/session.ts';
import { VERSION } from './version.ts';

const CHUNK = 1 << 20;
/** Events read before requests get their turn: about ten milliseconds. */
const SLICE = 10_000;

export interface FileSource {
  readonly session: Session;
  /** Settles when the first events are read: from then on it is known which moment counts as 0. Never rejects. */
  readonly ready: Promise<void>;
  /** Settles when the whole file is read, or reading has ended with a problem that the session tells. Never rejects. */
  readonly done: Promise<void>;
  /** Stops reading. */
  close(): void;
}
export interface FileOptions { readonly historyBytes?: number }

/** Rejects with a message for people where the file cannot be opened at all. */
export async function openFile(path: string, options: FileOptions = {}): Promise<FileSource> {
  let size: number, gzip: boolean;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is no regular file');
    size = found.size;
    const file = await open(path, 'r');
    try {
      const head = Buffer.alloc(2);
      await file.read(head, 0, 2, 0);
      gzip = head[0] === 0x1f && head[1] === 0x8b;
    } finally { await file.close(); }
  } catch (error) { throw new Error(`The capture ${path} cannot be opened: ${reasonOf(error)}`); }
  return openStream(path, createReadStream(path, { highWaterMark: CHUNK }), gzip, size, options);
}

/** A capture that is in memory already. */
export function openBytes(name: string, bytes: Uint8Array, options: FileOptions = {}): FileSource {
  const parts = function* (): Generator<Uint8Array> { for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK); };
  return openStream(name, Readable.from(parts()), bytes[0] === 0x1f && bytes[1] === 0x8b, bytes.length, options);
}

function openStream(name: string, source: Readable, gzip: boolean, size: number, options: FileOptions): FileSource {
  const file = new FileSession({ file: name, agentVersion: VERSION, compile: compileFilter, ...options });
  let consumed = 0;
  source.on('data', (chunk: Uint8Array) => { consumed += chunk.length; });
  source.pause();
  const inflated = gzip ? source.pipe(createGunzip({ chunkSize: CHUNK })) : source;
  source.on('error', (error) => { if (inflated !== source) inflated.destroy(error); });
  let isReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => { isReady = resolve; });
  const read = async (): Promise<void> => {
    try {
      for await (const chunk of inflated) {
        file.push(chunk as Uint8Array);
        while (!file.advance(SLICE)) await pause();
        if (file.session.history.endRow > 0) isReady();
        file.session.progress = size === 0 ? 0.99 : Math.min(0.99, consumed / size);
      }
      file.finish();
    } catch (error) { file.finish(`The capture ${name} ends too early or is damaged: ${reasonOf(error)}`); }
    isReady();
  };
  return { session: file.session, ready, done: read(), close: () => { source.destroy(); inflated.destroy(); } };
}

/** Lets everything that waits have its turn. */
export function pause(): Promise<void> { return new Promise((resolve) => { setImmediate(resolve); }); }

/** What an error of the system means, for people. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'reading it is not permitted';
  if (code === 'ENOSPC') return 'the disk is full';
  return error instanceof Error ? error.message : String(error);
}
