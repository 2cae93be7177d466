// Descriptors that say the same are one: a path that is opened a million times is kept once.
import type { FdInfo } from '../state/model.ts';

/** Names that are remembered at most, twice; what is forgotten is merely kept once more when it comes again. */
const NAMES = 1 << 15;
/** Descriptors of one name that are compared. */
const DEPTH = 4;

/** What a history keeps of a descriptor: what is to be known of it, and nothing of what the state needs to take the next event in. */
class KeptFd implements FdInfo {
  readonly ref: number;
  readonly kind: FdInfo['kind'];
  readonly name: string;
  readonly openFlags: number;
  readonly dev: number;
  readonly ino: number;
  readonly l4: number;
  readonly sip: string;
  readonly dip: string;
  readonly sport: number;
  readonly dport: number;
  readonly role: FdInfo['role'];
  readonly connected: boolean;

  constructor(fd: FdInfo, text: (value: string) => string) {
    this.ref = fd.ref; this.kind = fd.kind; this.name = fd.name; this.openFlags = fd.openFlags; this.dev = fd.dev; this.ino = fd.ino; this.l4 = fd.l4;
    this.sip = text(fd.sip); this.dip = text(fd.dip); this.sport = fd.sport; this.dport = fd.dport; this.role = fd.role; this.connected = fd.connected;
  }
}

function isSame(a: FdInfo, b: FdInfo): boolean {
  return a.openFlags === b.openFlags && a.ino === b.ino && a.name === b.name && a.kind === b.kind && a.sport === b.sport && a.dport === b.dport && a.role === b.role && a.connected === b.connected && a.dev === b.dev && a.l4 === b.l4 && a.sip === b.sip && a.dip === b.dip;
}

export class InfoPool {
  #recent = new Map<string, FdInfo | FdInfo[]>();
  #older = new Map<string, FdInfo | FdInfo[]>();

  /** Addresses. */
  #texts = new Map<string, string>();

  readonly #text = (value: string): string => {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (this.#texts.size >= NAMES) this.#texts.clear();
    this.#texts.set(value, value);
    return value;
  };

  /** A descriptor that says the same as this one. */
  fd(info: FdInfo): FdInfo {
    const key = info.name === '' ? `${info.kind} ${info.ino}` : info.name;
    let known = this.#recent.get(key);
    if (known === undefined) {
      known = this.#older.get(key);
      if (this.#recent.size >= NAMES) { this.#older = this.#recent; this.#recent = new Map(); }
      if (known !== undefined) this.#recent.set(key, known);
    }
    if (known !== undefined) {
      if (!Array.isArray(known)) { if (isSame(known, info)) return known; } else for (const one of known) if (isSame(one, info)) return one;
    }
    const kept = new KeptFd(info, this.#text);
    if (known === undefined) this.#recent.set(key, kept);
    else if (!Array.isArray(known)) this.#recent.set(key, [known, kept]);
    else { if (known.length >= DEPTH) known.shift(); known.push(kept); }
    return kept;
  }
}
