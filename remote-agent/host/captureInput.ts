// A capture file as a stream of events for the command line: plain or gzip, from a path or standard input, in constant memory.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { EventContext } from '../engine/event/context.ts';
import { ScapReader } from '../engine/scap/reader.ts';
import type { MachineInfo } from '../engine/state/model.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import { reasonOf } from './fileSource.ts';

const CHUNK = 1 << 19;
/** Events that describe containers; those in front of all others belong to the tables of the file. */
const CONTAINER_TYPES: ReadonlySet<number> = new Set([228, 272, 324]);

/** Answer to an event: true go on, false no more, a promise: go on after it. */
export type Visit = (ctx: EventContext) => boolean | Promise<unknown>;

/** A source of events that the command line runs through once. */
export interface EventInput {
  /** What is known of the system; undefined before the first event. */
  readonly state: SystemState | undefined;
  /** The machine, where it is known before the first event. */
  readonly machine: MachineInfo | undefined;
  /** Gives every event to `visit`; settles at the end, or after `stop`. */
  run(visit: Visit): Promise<void>;
  stop(): void;
  /** What was wrong with the source, for people: a cut file. */
  problems(): readonly string[];
  /** What did not arrive, by cause. */
  losses(): readonly { readonly cause: string; readonly count: number }[];
}

/** Opens a capture; rejects with a message for people where there is none to read. */
export async function openCapture(path: string): Promise<EventInput> {
  if (path === '-') return new CaptureInput('standard input', process.stdin);
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new Error('it is a directory');
    await (await open(path, 'r')).close();
  } catch (error) { throw new Error(`can't open file ${path}: ${reasonOf(error)}`); }
  return new CaptureInput(path, createReadStream(path, { highWaterMark: CHUNK }));
}

class CaptureInput implements EventInput {
  readonly #name: string;
  readonly #source: Readable;
  readonly #reader = new ScapReader();
  #damage: string | undefined;
  #stopped = false;
  #leading = true;

  constructor(name: string, source: Readable) { this.#name = name; this.#source = source; }

  get state(): SystemState { return this.#reader.state; }
  get machine(): MachineInfo { return this.#reader.state.machine; }
  stop(): void { this.#stopped = true; this.#source.destroy(); }

  async run(visit: Visit): Promise<void> {
    try {
      for await (const chunk of inflated(this.#source)) {
        this.#reader.push(chunk);
        await this.#read(visit);
        if (this.#stopped || this.#reader.done) break;
      }
    } catch (error) {
      if (!this.#stopped) this.#damage = `${this.#name} is cut or damaged: ${reasonOf(error)}`;
    }
    if (!this.#stopped) { this.#reader.finish(); await this.#read(visit); }
    this.#source.destroy();
  }

  async #read(visit: Visit): Promise<void> {
    let wait: Promise<unknown> | undefined;
    do {
      wait = undefined;
      this.#reader.read((ctx) => {
        if (this.#leading) {
          if (CONTAINER_TYPES.has(ctx.view.type)) return true;
          this.#leading = false;
        }
        const answer = visit(ctx);
        if (answer === true) return true;
        if (answer === false) this.#stopped = true; else wait = answer;
        return false;
      });
      if (wait !== undefined) await wait;
    } while (wait !== undefined && !this.#stopped);
  }

  problems(): readonly string[] {
    const told = this.#reader.diagnostics.map((d) => `${this.#name}, at byte ${d.position}: ${d.message}`);
    if (this.#reader.moreDiagnostics > 0) told.push(`${this.#reader.moreDiagnostics} more problems of this kind`);
    if (this.#damage !== undefined) told.push(this.#damage);
    return told;
  }

  losses(): readonly { readonly cause: string; readonly count: number }[] { return []; }
}

/** The bytes of a file, inflated if they are gzip. */
async function* inflated(source: Readable): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const rest: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() { if (head.length > 0) yield head; for (let n = await chunks.next(); n.done !== true; n = await chunks.next()) yield n.value; } };
  if (head[0] !== 0x1f || head[1] !== 0x8b) { yield* rest; return; }
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const bytes = Readable.from(rest, { objectMode: true });
  bytes.on('error', (error) => { gunzip.destroy(error); });
  bytes.pipe(gunzip);
  yield* gunzip as AsyncIterable<Uint8Array>;
}
