// A session over a capture file whose inflated bytes are pushed in as they are read; the same in a host process and in an editor's worker.
import { ScapReader } from '../scap/reader.ts';
import type { Compile } from './filterBits.ts';
import { Session, type SourceInfo } from './session.ts';

/** What a capture may take of memory before its oldest events are left out, bytes. */
export const FILE_HISTORY_BYTES = 2 * 1024 * 1024 * 1024;

const REST = 'What could be read is shown. Copy or record the capture again for the rest.';
const NOTHING = 'Nothing of it can be shown. Check that it is a capture of Porthole or sysdig (.scap, plain or gzip) and that all of it was copied.';

export interface FileSessionOptions {
  readonly file: string;
  readonly agentVersion: string;
  readonly compile: Compile;
  readonly historyBytes?: number;
}

export class FileSession {
  readonly session: Session;
  readonly #reader = new ScapReader();
  readonly #info: { -readonly [K in keyof SourceInfo]: SourceInfo[K] };
  #told = 0;

  constructor(options: FileSessionOptions) {
    const state = this.#reader.state;
    this.#info = { hostname: '', kernel: '', cpus: 0, live: false, file: options.file, agentVersion: options.agentVersion };
    this.session = new Session({ state, info: this.#info, compile: options.compile, historyBytes: options.historyBytes ?? FILE_HISTORY_BYTES });
    this.session.progress = 0;
  }

  /** Takes in the next bytes; call `advance` until it says true before the next ones. */
  push(bytes: Uint8Array): void { this.#reader.push(bytes); }

  /** Reads at most `budget` events of what was pushed. True when more bytes are needed. */
  advance(budget: number): boolean {
    let left = budget;
    this.#reader.read((ctx) => {
      this.session.append(ctx);
      return --left > 0;
    });
    const { machine } = this.#reader.state;
    this.#info.hostname = machine.hostname; this.#info.cpus = machine.cpus;
    this.#tell();
    return left > 0;
  }

  /** Says that the file has ended, or could not be read further for the reason given. */
  finish(reason?: string): void {
    this.#reader.finish();
    while (!this.advance(100_000)) { /* the rest of what was pushed */ }
    if (reason !== undefined) this.session.addProblem('file', reason, this.session.history.endRow > 0 ? REST : NOTHING);
    const { session } = this;
    if (session.history.firstRow > 0) session.addProblem('file-size', `The capture is larger than the memory set aside for it: its first ${session.history.firstRow} events are left out.`, 'Filter or split the capture, e.g. with `porthole -r FILE -w PART.scap FILTER`.');
    session.progress = 1;
    session.containersChanged();
  }

  /** Passes on what the reader found wrong. */
  #tell(): void {
    const { diagnostics } = this.#reader;
    for (; this.#told < diagnostics.length; this.#told++) {
      const found = diagnostics[this.#told];
      if (found === undefined) continue;
      const { position, message } = found;
      this.session.addProblem('file', position === 0 ? `${message.charAt(0).toUpperCase()}${message.slice(1)}.` : `At byte ${position} of the capture: ${message}`, this.session.history.endRow > 0 ? REST : NOTHING);
    }
  }
}
