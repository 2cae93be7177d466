// What a run has printed, as the pane shows it: lines of text, tables, documents of JSON. Bounded; no DOM.
import { clearedAt, withoutEscapes, type Look, PLAIN, piecesOf } from './ansi.ts';
import { JsonDocuments } from './jsonDocuments.ts';
import { TableReader, tableOfJson, type Table } from './tables.ts';

/** Lines that are kept; a tenth of them goes when there are more. */
export const MAX_LINES = 200_000;
/** A longer line is broken. */
const MAX_LINE = 20_000;

export class Output {
  /** With their escapes; the last one may still grow. */
  readonly lines: string[] = [];
  /** The look that each line begins with, where it is not plain. */
  readonly looks = new Map<number, Look>();
  readonly json = new JsonDocuments();
  readonly tables = new TableReader();
  /** Lines that are gone from the beginning. */
  dropped = 0;
  /** Columns of the longest line. */
  width = 0;
  #rest = '';
  #look = PLAIN;
  readonly #wantsJson: boolean;

  constructor(wantsJson: boolean) { this.#wantsJson = wantsJson; }

  get empty(): boolean { return this.lines.length === 0 && this.#rest === ''; }
  /** Lines with the one that has no end yet. */
  get count(): number { return this.lines.length + (this.#rest === '' ? 0 : 1); }
  line(index: number): string { return this.lines[index] ?? this.#rest; }

  push(text: string): void {
    if (this.#wantsJson) this.json.push(text);
    const cleared = clearedAt(text);
    // A terminal shows what comes behind it only.
    if (cleared >= 0) { this.clear(); text = text.slice(cleared); }
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) for (let at = 0; at === 0 || at < part.length; at += MAX_LINE) this.#line(part.slice(at, at + MAX_LINE).replace(/\r$/, ''));
    while (this.#rest.length > MAX_LINE) { this.#line(this.#rest.slice(0, MAX_LINE)); this.#rest = this.#rest.slice(MAX_LINE); }
  }
  clear(): void { this.lines.length = 0; this.looks.clear(); this.tables.clear(); this.#rest = ''; this.#look = PLAIN; this.dropped = 0; this.width = 0; }

  #line(line: string): void {
    if (this.#look !== PLAIN) this.looks.set(this.lines.length + this.dropped, this.#look);
    const plain = withoutEscapes(line);
    if (plain !== line) this.#look = piecesOf(line, this.#look).look;
    this.lines.push(line);
    this.width = Math.max(this.width, plain.length);
    this.tables.line(plain);
    if (this.lines.length <= MAX_LINES) return;
    const gone = MAX_LINES / 10;
    this.lines.splice(0, gone);
    this.dropped += gone;
    for (const at of this.looks.keys()) if (at < this.dropped) this.looks.delete(at);
  }

  /** The table of a name, or the latest. */
  table(name?: string): Table | undefined {
    const made = this.tables.table(name);
    return made ?? (this.json.documents.length > 0 ? tableOfJson(this.json.documents) : undefined);
  }
  /** The text without escapes. */
  get plain(): string { return [...this.lines, ...(this.#rest === '' ? [] : [this.#rest])].map(withoutEscapes).join('\n') + (this.#rest === '' && this.lines.length > 0 ? '\n' : ''); }
}
