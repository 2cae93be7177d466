// The text that a run shows: a line on what runs where, what the chisel printed, how it ended. Bounded.

/** Characters of output that are kept; older ones go. */
const LIMIT = 2_000_000;

export interface RunOutcome { readonly events: number; readonly error?: { readonly message: string; readonly line: number; readonly traceback: string } | undefined; readonly cancelled: boolean }

export class OutputText {
  readonly #head: string;
  #pieces: string[] = [];
  #size = 0;
  #cut = 0;
  #outcome: RunOutcome | undefined;

  constructor(what: { readonly name: string; readonly args: readonly string[]; readonly session: string; readonly filter: string; readonly follow: boolean }) {
    const args = what.args.map((a) => /[\s']/.test(a) || a === '' ? JSON.stringify(a) : a).join(' ');
    this.#head = `${what.name}${args === '' ? '' : ` ${args}`} on ${what.session}${what.follow ? ', live' : ''}${what.filter === '' ? '' : `, filter: ${what.filter}`}`;
  }

  add(text: string): void {
    this.#pieces.push(text);
    this.#size += text.length;
    while (this.#size > LIMIT && this.#pieces.length > 1) { const old = this.#pieces.shift() ?? ''; this.#size -= old.length; this.#cut += old.length; }
    if (this.#size > LIMIT) { const only = this.#pieces[0] ?? ''; this.#cut += only.length - LIMIT; this.#pieces = [only.slice(-LIMIT)]; this.#size = LIMIT; }
  }
  end(outcome: RunOutcome): void { this.#outcome = outcome; }

  get text(): string {
    const cut = this.#cut === 0 ? '' : `(${this.#cut} characters of older output were dropped)\n`;
    // Colours of terminals are no use in a document.
    // eslint-disable-next-line no-control-regex
    const body = this.#pieces.join('').replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');
    return `${this.#head}\n\n${cut}${body}${this.#footer(body)}`;
  }

  #footer(body: string): string {
    const outcome = this.#outcome;
    if (outcome === undefined) return '';
    const gap = body === '' ? '' : body.endsWith('\n') ? '\n' : '\n\n';
    const events = `${outcome.events.toLocaleString('en')} events`;
    if (outcome.error !== undefined) {
      const { message, traceback } = outcome.error;
      return `${gap}Error: ${message}\n${traceback === '' ? '' : `${traceback}\n`}`;
    }
    return `${gap}${outcome.cancelled ? 'Stopped' : 'Done'}: ${events}.\n`;
  }
}
