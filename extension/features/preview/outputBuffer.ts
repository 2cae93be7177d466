// What a run has printed, bounded, to be shown again, saved and compared.

/** Characters that are kept; older ones go. */
export const OUTPUT_LIMIT = 4_000_000;

// eslint-disable-next-line no-control-regex
const ESCAPES = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;
/** A screen begins anew: what was before is no longer to be seen. */
// eslint-disable-next-line no-control-regex
const CLEAR = /\x1b\[2J(?:\x1b\[(?:1;1|;)?H)?/g;

export class OutputBuffer {
  #pieces: string[] = [];
  #size = 0;
  #cut = 0;

  add(text: string): void {
    this.#pieces.push(text);
    this.#size += text.length;
    while (this.#size > OUTPUT_LIMIT && this.#pieces.length > 1) { const old = this.#pieces.shift() ?? ''; this.#size -= old.length; this.#cut += old.length; }
    if (this.#size <= OUTPUT_LIMIT) return;
    const only = this.#pieces[0] ?? '';
    this.#cut += only.length - OUTPUT_LIMIT;
    this.#pieces = [only.slice(-OUTPUT_LIMIT)];
    this.#size = OUTPUT_LIMIT;
  }
  clear(): void { this.#pieces = []; this.#size = this.#cut = 0; }

  get empty(): boolean { return this.#size === 0; }
  /** Characters of older output that are gone. */
  get cut(): number { return this.#cut; }
  /** As it was printed. */
  get text(): string {
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join('')];
    return this.#pieces[0] ?? '';
  }
  /** The same for a document: without the escapes of a terminal. */
  get plain(): string { return `${this.#cut === 0 ? '' : `(${this.#cut} characters of older output were dropped)\n`}${plainText(this.text)}`; }
}

/** Text without the escapes of a terminal; where it clears the screen a line stands. */
export function plainText(text: string): string { return text.replace(CLEAR, '\n').replace(ESCAPES, ''); }
