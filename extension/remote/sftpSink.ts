// A file on an SSH host to write to over SFTP, many writes under way at once: one at a time would wait a round trip for each.
import { Writable } from 'node:stream';
import type { SFTPWrapper } from 'ssh2';

/** Bytes of one write: what every server takes (the protocol's usual packet). */
const WRITE_BYTES = 32 * 1024;
/** Writes under way: 2 MiB, enough for 100 ms of round trip at 20 MB/s. */
const WINDOW = 64;

export class SftpSink extends Writable {
  readonly #sftp: SFTPWrapper;
  readonly #handle: Buffer;
  #position = 0;
  #underWay = 0;
  #waiting: (() => void) | undefined;
  #error: Error | undefined;

  private constructor(sftp: SFTPWrapper, handle: Buffer) { super({ highWaterMark: WRITE_BYTES * 4 }); this.#sftp = sftp; this.#handle = handle; }

  /** Opens `path` for its owner alone; what was there is gone. */
  static open(sftp: SFTPWrapper, path: string): Promise<SftpSink> {
    return new Promise((resolve, reject) => {
      sftp.open(path, 'w', { mode: 0o600 }, (error, handle) => { if (error) reject(error); else resolve(new SftpSink(sftp, handle)); });
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    for (let at = 0; at < chunk.length; at += WRITE_BYTES) this.#send(chunk.subarray(at, at + WRITE_BYTES));
    this.#when(() => this.#underWay < WINDOW, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#when(() => this.#underWay === 0, error => {
      if (error) { done(error); return; }
      this.#sftp.close(this.#handle, failed => done(failed ?? null));
    });
  }

  #send(part: Buffer): void {
    const position = this.#position;
    this.#position += part.length;
    this.#underWay++;
    this.#sftp.write(this.#handle, part, 0, part.length, position, error => {
      this.#underWay--;
      if (error) this.#error ??= error;
      this.#waiting?.();
    });
  }

  /** Calls `done` when the condition holds, or at the first error. */
  #when(condition: () => boolean, done: (error?: Error | null) => void): void {
    const look = (): void => {
      if (this.#error === undefined && !condition()) return;
      this.#waiting = undefined;
      done(this.#error ?? null);
    };
    this.#waiting = look;
    look();
  }
}
