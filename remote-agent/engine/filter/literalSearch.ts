// Looks for the words that a filter needs (literal.ts) in the tables and events of a capture, without following what is known of the system.
import { decodeBytes, printable } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import type { EventView } from '../event/eventView.ts';
import type { SectionRecorder, Selection } from '../scap/reader.ts';
import type { ThreadInfo } from '../state/model.ts';
import type { SystemState } from '../state/systemState.ts';
import { TRAIT, TRAITS } from '../state/traits.ts';
import { typesToSearch, type Literal } from './literal.ts';

const FIRST_PRINTABLE = 0x20, LAST_PRINTABLE = 0x7e;
const BACKSLASH = 92, U = 117;
const JSON_EVENTS = TRAIT.containerJson | TRAIT.skip;
/** Letters of names, the rarest first; before them what is no small letter. */
const RARE_FIRST = 'qzjxkwvyhbgfpumdclrnsoaite';

/** A word's bytes, which of them to look for first, and to which literal the word belongs. */
interface Word { readonly text: string; readonly bytes: Uint8Array; readonly key: number; readonly literal: number }

/**
 * One search through one capture, by a reader that it is the recorder of. What does not print is passed over, since names may be known without it:
 * a word may be said to be found that is in no name, but not the other way round.
 */
export class LiteralSearch implements SectionRecorder {
  /** What the reader is to select. */
  readonly selection: Selection;
  readonly #state: SystemState;
  readonly #found: boolean[];
  #missing: number;
  /** Words of literals that were not found. */
  #words: readonly Word[];
  /** By byte: whether it is the first to look for of a word. */
  readonly #keys = new Uint8Array(256);

  /** `state`: the reader's. */
  constructor(literals: readonly Literal[], state: SystemState) {
    this.#state = state;
    this.#found = literals.map(() => false);
    this.#missing = literals.length;
    this.#words = literals.flatMap(({ words }, literal) => words.map((text) => wordOf(text, literal)));
    this.#mark();
    this.selection = { demand: 0, types: typesToSearch(literals), test: (ctx) => this.#event(ctx.view) };
  }

  /** Whether an event of the capture may pass the filter, as far as it was read. */
  get possible(): boolean { return this.#missing === 0; }

  section(): void {
    const state = this.#state;
    for (const { info, fds } of state.threads()) {
      this.#thread(info);
      for (const { name } of fds.values()) this.#text(name);
    }
    for (const { name, home, shell } of state.users()) { this.#text(name); this.#text(home); this.#text(shell); }
    for (const { name } of state.groups()) this.#text(name);
  }
  leading(ctx: EventContext): void { this.#event(ctx.view); }
  hidden(ctx: EventContext): void { this.#event(ctx.view); }

  #thread({ comm, exe, exepath, cwd, root, cgroups, args, env }: ThreadInfo): void {
    for (const text of [comm, exe, exepath, cwd, root, cgroups]) this.#text(text);
    for (const text of args) this.#text(text);
    for (const text of env) this.#text(text);
  }

  #text(text: string): void {
    if (text === '') return;
    const plain = printable(text);
    for (const word of this.#words) if (plain.includes(word.text)) this.#find(word);
  }

  /** True once all was found. */
  #event(view: EventView): boolean {
    if (this.#missing === 0) return true;
    if (view.nparams === 0) return false;
    const start = view.start(0), end = view.end(view.nparams - 1);
    this.#span(view.bytes, start, end);
    if (((TRAITS[view.type] ?? 0) & JSON_EVENTS) !== 0) this.#json(view.bytes, start, end);
    return this.possible;
  }

  #span(bytes: Uint8Array, start: number, end: number): void {
    const keys = this.#keys;
    for (let at = start; at < end; at++) {
      if (keys[bytes[at] ?? 0] === 0) continue;
      for (const word of this.#words) if (word.bytes[word.key] === bytes[at] && standsAt(word, bytes, start, end, at)) this.#find(word);
    }
  }

  /** Characters may be written as numbers. */
  #json(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at + 1 < end; at++) {
      if (bytes[at] !== BACKSLASH || bytes[at + 1] !== U) continue;
      this.#text(decodeBytes(bytes, start, end).replace(/\\u([0-9a-fA-F]{4})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16))));
      return;
    }
  }

  #find({ literal }: Word): void {
    if (this.#found[literal] === true) return;
    this.#found[literal] = true;
    this.#missing--;
    this.#words = this.#words.filter((word) => word.literal !== literal);
    this.#mark();
  }

  #mark(): void {
    this.#keys.fill(0);
    for (const { bytes, key } of this.#words) this.#keys[bytes[key] ?? 0] = 1;
  }
}

function wordOf(text: string, literal: number): Word {
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  let key = 0;
  for (let i = 1; i < bytes.length; i++) if (RARE_FIRST.indexOf(text.charAt(i)) < RARE_FIRST.indexOf(text.charAt(key))) key = i;
  return { text, bytes, key, literal };
}

const prints = (byte: number): boolean => byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE;

/** Whether the word whose byte `key` is at `at` stands there, whatever does not print between its bytes. */
function standsAt({ bytes: wanted, key }: Word, bytes: Uint8Array, start: number, end: number, at: number): boolean {
  let to = at + 1;
  for (let i = key + 1; i < wanted.length; to++) {
    if (to >= end) return false;
    const byte = bytes[to] ?? 0;
    if (byte === wanted[i]) i++; else if (prints(byte)) return false;
  }
  let from = at - 1;
  for (let i = key - 1; i >= 0; from--) {
    if (from < start) return false;
    const byte = bytes[from] ?? 0;
    if (byte === wanted[i]) i--; else if (prints(byte)) return false;
  }
  return true;
}
