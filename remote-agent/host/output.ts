// The standard output of the command: gathered into large writes, and quiet when the reader goes away.

const FLUSH_AT = 1 << 16;

/** Lines on their way to standard output. */
export class Output {
  /** The reader has gone (`| head`): nothing more is wanted. */
  closed = false;
  readonly terminal: boolean;
  readonly #stream: NodeJS.WriteStream;
  readonly #eager: boolean;
  #pending = '';

  /** `eager`: each line at once. */
  constructor(stream: NodeJS.WriteStream = process.stdout, eager = false) {
    this.#stream = stream;
    this.terminal = stream.isTTY === true;
    this.#eager = eager;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.closed = true;
      if (error.code !== 'EPIPE') process.stderr.write(`porthole: cannot write to standard output: ${error.message}\n`);
    });
  }

  get columns(): number { return this.#stream.columns ?? -1; }
  get rows(): number { return this.#stream.rows ?? -1; }
  /** Characters that the reader has not taken yet. */
  get backlog(): number { return this.#pending.length + this.#stream.writableLength; }

  write(text: string): void {
    if (this.closed) return;
    this.#pending += text;
    if (this.#eager || this.#pending.length >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.#pending === '' || this.closed) return;
    const text = this.#pending;
    this.#pending = '';
    this.#stream.write(text);
  }

  /** Writes what is left and waits until it is taken. */
  async end(): Promise<void> {
    this.flush();
    await new Promise<void>((resolve) => { if (this.closed) resolve(); else this.#stream.write('', () => { resolve(); }); });
  }
}
