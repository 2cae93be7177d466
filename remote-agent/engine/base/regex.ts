// Regular expressions for whole texts, in time linear in the text whatever the pattern: a set of states walks along, remembered as a table that
// grows as texts need it. JavaScript's own would let a pattern of a workspace stop the program.
import { MAX_CODE, readRegex, RegexError, type Assertion, type Range, type RegexNode } from './regexSyntax.ts';

export { RegexError } from './regexSyntax.ts';

/** Instructions that a pattern may have after its repetitions are written out. */
const MAX_PROGRAM = 8192;
/** States kept; beyond, they are forgotten and made again. */
const MAX_STATES = 1024;

// Instructions: a set of characters, then the next one; two ways to go on; a condition; the end.
const SET = 0, SPLIT = 1, ASSERT = 2, MATCH = 3;
interface Instruction { op: number; next: number; other: number; ranges: readonly Range[]; what: Assertion | undefined }

/** What stands before or behind a place. */
const EDGE = 0, NEWLINE = 1, WORD = 2, OTHER = 3;
const WORDS: readonly Range[] = [[48, 57], [65, 90], [95, 95], [97, 122]];

function holds(what: Assertion, before: number, behind: number): boolean {
  switch (what) {
    case 'textStart': return before === EDGE;
    case 'lineStart': return before === EDGE || before === NEWLINE;
    case 'textEnd': return behind === EDGE;
    case 'lineEnd': return behind === EDGE || behind === NEWLINE;
    case 'word': return (before === WORD) !== (behind === WORD);
    case 'noWord': return (before === WORD) === (behind === WORD);
  }
}

/** Writes the tree out as instructions. */
class Program {
  readonly code: Instruction[] = [];
  asserts = false;
  readonly #length: number;
  /** Parts visited: repetitions of nothing make no instructions, but take time. */
  #visited = 0;

  constructor(pattern: string) { this.#length = pattern.length; }

  /** Returns where `node` begins, if it goes on at `next`. */
  add(node: RegexNode, next: number): number {
    if (++this.#visited > 16 * MAX_PROGRAM) throw this.#tooLarge();
    switch (node.kind) {
      case 'set': return this.#put({ op: SET, next, other: -1, ranges: node.ranges, what: undefined });
      case 'assert': this.asserts = true; return this.#put({ op: ASSERT, next, other: -1, ranges: [], what: node.what });
      case 'sequence': { let at = next; for (let i = node.parts.length - 1; i >= 0; i--) at = this.add(node.parts[i] as RegexNode, at); return at; }
      case 'choice': { let at = this.add(node.parts.at(-1) as RegexNode, next); for (let i = node.parts.length - 2; i >= 0; i--) at = this.#split(this.add(node.parts[i] as RegexNode, next), at); return at; }
      case 'repeat': return this.#repeat(node.part, node.min, node.max, next);
    }
  }

  #repeat(part: RegexNode, min: number, max: number, next: number): number {
    let at = next;
    if (max === Infinity) {
      const loop = this.#split(-1, next);
      (this.code[loop] as Instruction).next = this.add(part, loop);
      at = loop;
    } else for (let i = min; i < max; i++) at = this.#split(this.add(part, at), next);
    for (let i = 0; i < min; i++) at = this.add(part, at);
    return at;
  }

  #split(next: number, other: number): number { return this.#put({ op: SPLIT, next, other, ranges: [], what: undefined }); }
  match(): number { return this.#put({ op: MATCH, next: -1, other: -1, ranges: [], what: undefined }); }

  #tooLarge(): RegexError { return new RegexError(0, this.#length, 'the pattern is too large when its repetitions are written out'); }

  #put(instruction: Instruction): number {
    if (this.code.length >= MAX_PROGRAM) throw this.#tooLarge();
    this.code.push(instruction);
    return this.code.length - 1;
  }
}

/** Code points in classes that no set tells apart. */
class Alphabet {
  readonly ascii = new Uint16Array(128);
  /** Begin of each class, ascending. Class 0 is the end of the text. */
  readonly #starts: readonly number[];
  readonly count: number;

  constructor(code: readonly Instruction[], asserts: boolean) {
    const starts = new Set([0]);
    const cut = ([low, high]: Range): void => { starts.add(low); if (high < MAX_CODE) starts.add(high + 1); };
    for (const { ranges } of code) ranges.forEach(cut);
    if (asserts) { cut([10, 10]); WORDS.forEach(cut); }
    this.#starts = [...starts].sort((a, b) => a - b);
    this.count = this.#starts.length + 1;
    for (let c = 0; c < 128; c++) this.ascii[c] = this.#find(c);
  }

  classOf(code: number): number { return code < 128 ? this.ascii[code] ?? 0 : this.#find(code); }
  /** A code point of a class. */
  sample(cls: number): number { return this.#starts[cls - 1] ?? 0; }

  #find(code: number): number {
    let low = 0, high = this.#starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= code) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

interface State { readonly nodes: readonly number[]; readonly before: number; readonly next: Int32Array }

const UNKNOWN = -1, FAILS = -2, PASSES = -3;

/** A pattern ready to be tried. */
class Machine {
  readonly #code: readonly Instruction[];
  readonly #alphabet: Alphabet;
  readonly #asserts: boolean;
  readonly #start: number;
  #states: State[] = [];
  #byKey = new Map<string, number>();
  readonly #seen: Uint32Array;
  #round = 0;

  constructor(program: Program, start: number) {
    this.#code = program.code;
    this.#asserts = program.asserts;
    this.#alphabet = new Alphabet(program.code, program.asserts);
    this.#start = start;
    this.#seen = new Uint32Array(program.code.length);
    this.#state([start], EDGE);
  }

  matches(text: string): boolean {
    const alphabet = this.#alphabet;
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      let code = text.charCodeAt(at);
      if (code >= 0xd800 && code < 0xdc00) { code = text.codePointAt(at) ?? code; if (code > 0xffff) at++; }
      const cls = alphabet.classOf(code);
      let next = (this.#states[state] as State).next[cls] ?? UNKNOWN;
      if (next === UNKNOWN) next = this.#go(state, cls, code);
      if (next === FAILS) { this.#trim(); return false; }
      state = next;
    }
    let end = (this.#states[state] as State).next[0] ?? UNKNOWN;
    if (end === UNKNOWN) end = this.#finish(state);
    this.#trim();
    return end === PASSES;
  }

  /** Between texts: forgets the states when there are many. */
  #trim(): void { if (this.#states.length > MAX_STATES) this.#forget(); }
  #forget(): void {
    this.#states = [];
    this.#byKey = new Map();
    this.#state([this.#start], EDGE);
  }

  #state(nodes: readonly number[], before: number): number {
    const key = `${before}:${nodes.join(',')}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.#states.push({ nodes, before, next: new Int32Array(this.#alphabet.count).fill(UNKNOWN) });
    this.#byKey.set(key, this.#states.length - 1);
    return this.#states.length - 1;
  }

  /** All instructions that consume something or end, reached from `nodes` between `before` and `behind`. */
  #closure(nodes: readonly number[], before: number, behind: number): number[] {
    const round = ++this.#round;
    const stack = [...nodes].reverse();
    const out: number[] = [];
    while (stack.length > 0) {
      const node = stack.pop() ?? 0;
      if (this.#seen[node] === round) continue;
      this.#seen[node] = round;
      const instruction = this.#code[node] as Instruction;
      if (instruction.op === SPLIT) stack.push(instruction.other, instruction.next);
      else if (instruction.op !== ASSERT) out.push(node);
      else if (instruction.what !== undefined && holds(instruction.what, before, behind)) stack.push(instruction.next);
    }
    return out;
  }

  #kind(code: number): number {
    if (!this.#asserts) return OTHER;
    if (code === 10) return NEWLINE;
    return WORDS.some(([low, high]) => code >= low && code <= high) ? WORD : OTHER;
  }

  #go(from: number, cls: number, code: number): number {
    const state = this.#states[from] as State;
    const sample = this.#alphabet.sample(cls);
    const kind = this.#kind(code);
    const next = new Set<number>();
    for (const node of this.#closure(state.nodes, state.before, kind)) {
      const { op, ranges, next: to } = this.#code[node] as Instruction;
      if (op === SET && inRanges(ranges, sample)) next.add(to);
    }
    let to = FAILS;
    if (next.size > 0) {
      // Within one long text, too: what is forgotten is made again from here.
      if (this.#states.length > 4 * MAX_STATES) this.#forget();
      to = this.#state([...next].sort((a, b) => a - b), kind);
    }
    state.next[cls] = to;
    return to;
  }

  #finish(from: number): number {
    const state = this.#states[from] as State;
    const passes = this.#closure(state.nodes, state.before, EDGE).some((node) => this.#code[node]?.op === MATCH);
    state.next[0] = passes ? PASSES : FAILS;
    return state.next[0];
  }
}

function inRanges(ranges: readonly Range[], code: number): boolean {
  let low = 0, high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle] as Range;
    if (code < range[0]) high = middle;
    else if (code > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** A test for whole texts: the pattern is anchored at both ends. Throws a RegexError for what cannot be. */
export function regexMatcher(pattern: string, ignoreCase = false): (text: string) => boolean {
  const program = new Program(pattern);
  const end = program.match();
  const machine = new Machine(program, program.add(readRegex(pattern, ignoreCase), end));
  return (text) => machine.matches(text);
}
