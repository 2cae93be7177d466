// Looks for the words that a filter needs (literal.ts) in the tables and events of a capture, without following what is known of the system.
import { ipv4Bytes, ipv4Text, ipv6Bytes } from '../base/address.ts';
import { decodeBytes, printable } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import type { EventView } from '../event/eventView.ts';
import { param } from '../event/params.ts';
import type { SectionRecorder, Selection } from '../scap/reader.ts';
import { END, ENDS } from '../state/ends.ts';
import type { FdRecord } from '../state/infos.ts';
import type { ThreadInfo } from '../state/model.ts';
import type { SystemState } from '../state/systemState.ts';
import { mayBeMark } from '../state/tracerText.ts';
import { TRAIT, TRAITS } from '../state/traits.ts';
import { sameAt } from './bytes.ts';
import { END_PARAMS, REACH, typesToSearch, type Literal } from './literal.ts';
import { lowerText } from './texts.ts';

const FIRST_PRINTABLE = 0x20, LAST_PRINTABLE = 0x7e;
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => byte >= 65 && byte <= 90 ? byte + 32 : byte);
const ADDRESS = 4;
const NONE: readonly number[] = [];
const JSON_EVENTS = TRAIT.containerJson | TRAIT.skip;
/** Letters of names, the rarest first; before them what is no small letter. */
const RARE_FIRST = 'qzjxkwvyhbgfpumdclrnsoaite';

/** A word in lower case, its bytes, which of them to look for first, and to which literal the word belongs. */
interface Word { readonly text: string; readonly bytes: Uint8Array; readonly key: number; readonly literal: number }
/** An end of a socket: its bytes, of an address its text. */
interface End { readonly bytes: Uint8Array; readonly text: string | undefined; readonly literal: number }

/**
 * One search through one capture, by a reader that it is the recorder of. What does not print is passed over, since names may be known without it:
 * a word may be said to be found that is in no name, but not the other way round.
 */
export class LiteralSearch implements SectionRecorder {
  /** What the reader is to select. */
  readonly selection: Selection;
  readonly #state: SystemState;
  /** What is written is searched, too. */
  readonly #deep: boolean;
  readonly #found: boolean[];
  #missing: number;
  /** Words of literals that were not found. */
  #words: readonly Word[];
  #ends: readonly End[];
  /** By byte: whether it is the first to look for of a word. */
  readonly #keys = new Uint8Array(256);

  /** `state`: the reader's. */
  constructor(literals: readonly Literal[], state: SystemState) {
    this.#state = state;
    this.#deep = literals.some(({ reach }) => reach === REACH.all);
    this.#found = literals.map(() => false);
    this.#missing = literals.length;
    this.#words = literals.flatMap(({ words }, literal) => words.map((text) => wordOf(text, literal)));
    this.#ends = literals.flatMap(({ ends }, literal) => ends.map((bytes): End => ({ bytes, text: bytes.length === ADDRESS ? ipv4Text(bytes, 0) : undefined, literal })));
    this.#mark();
    this.selection = { demand: 0, types: typesToSearch(literals), test: (ctx) => this.#event(ctx.view) };
  }

  /** Whether an event of the capture may pass the filter, as far as it was read. */
  get possible(): boolean { return this.#missing === 0; }

  section(): void {
    const state = this.#state;
    for (const { info, fds } of state.threads()) {
      this.#thread(info);
      for (const fd of fds.values()) { this.#text(fd.name); if (this.#ends.length > 0) for (const bytes of endsOf(fd)) this.#end(bytes, 0, bytes.length); }
    }
    for (const { name, home, shell } of state.users()) { this.#text(name); this.#text(home); this.#text(shell); }
    for (const { name } of state.groups()) this.#text(name);
    for (const { ip } of state.interfaces) for (const end of this.#ends) if (end.text === ip) this.#find(end);
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
    const plain = lowerText(printable(text));
    for (const word of this.#words) if (plain.includes(word.text)) this.#find(word);
  }

  /** True once all was found. */
  #event(view: EventView): boolean {
    if (this.#missing === 0) return true;
    if (view.nparams === 0) return false;
    // What print as parameters are sometimes bytes behind them.
    const start = view.start(0), end = view.at + view.length;
    if (this.#words.length > 0) this.#span(view.bytes, start, end);
    if (this.#ends.length > 0) for (const i of END_PARAMS[view.type] ?? NONE) if (view.size(i) > 0) this.#end(view.bytes, view.start(i), view.end(i));
    if (((TRAITS[view.type] ?? 0) & JSON_EVENTS) !== 0) this.#json(view.bytes, start, end);
    else if (this.#deep && ((ENDS[view.type] ?? 0) & END.wrote) !== 0 && isMark(view)) this.#giveUp();
    return this.possible;
  }

  /** Tracers print what several writes held, without the backslashes that stood in it. */
  #giveUp(): void {
    this.#missing = 0;
    this.#words = [];
    this.#ends = [];
    this.#mark();
  }

  #span(bytes: Uint8Array, start: number, end: number): void {
    const keys = this.#keys;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (keys[byte] === 0) continue;
      for (const word of this.#words) if (word.bytes[word.key] === LOWER[byte] && standsAt(word, bytes, start, end, at)) this.#find(word);
    }
  }

  /** Ends stand at any place: of sockets that change their family readers of the time looked at what was there before through the new one. */
  #end(bytes: Uint8Array, start: number, end: number): void {
    for (const one of this.#ends) for (let at = start; at + one.bytes.length <= end; at++) if (sameAt(bytes, at, one.bytes)) { this.#find(one); break; }
  }

  /** Characters may be written as numbers. */
  #json(bytes: Uint8Array, start: number, end: number): void {
    const text = decodeBytes(bytes, start, end);
    const plain = text.replace(/\\u([0-9a-fA-F]{4})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
    if (plain !== text) this.#text(plain);
    for (const one of this.#ends) if (one.text !== undefined && plain.includes(one.text)) this.#find(one);
  }

  #find({ literal }: Word | End): void {
    if (this.#found[literal] === true) return;
    this.#found[literal] = true;
    this.#missing--;
    this.#words = this.#words.filter((word) => word.literal !== literal);
    this.#ends = this.#ends.filter((end) => end.literal !== literal);
    this.#mark();
  }

  #mark(): void {
    this.#keys.fill(0);
    for (const { bytes, key } of this.#words) for (let byte = 0; byte < 128; byte++) if (LOWER[byte] === bytes[key]) this.#keys[byte] = 1;
  }
}

function wordOf(word: string, literal: number): Word {
  const text = lowerText(word);
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
    if (LOWER[byte] === wanted[i]) i++; else if (prints(byte)) return false;
  }
  let from = at - 1;
  for (let i = key - 1; i >= 0; from--) {
    if (from < start) return false;
    const byte = bytes[from] ?? 0;
    if (LOWER[byte] === wanted[i]) i--; else if (prints(byte)) return false;
  }
  return true;
}

/** Whether what was written may be a mark of a tracer. */
function isMark(view: EventView): boolean {
  const i = param(view, 'data');
  return i >= 0 && mayBeMark(view.bytes, view.start(i), view.end(i));
}

/** The ends of a descriptor of a snapshot, as an event would hold them. */
function endsOf({ sip, dip, sport, dport, unixSource, unixPeer }: FdRecord): Uint8Array[] {
  const address = (text: string): Uint8Array => (text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text)) ?? new Uint8Array(0);
  const pointer = (hex: string): Uint8Array => { const bytes = new Uint8Array(8); new DataView(bytes.buffer).setBigUint64(0, BigInt(`0x${hex === '' ? '0' : hex}`), true); return bytes; };
  return [address(sip), address(dip), Uint8Array.of(sport & 255, sport >> 8), Uint8Array.of(dport & 255, dport >> 8), pointer(unixSource), pointer(unixPeer)];
}
