// Reads the words of a command line as getopt_long does: options and filter words mixed, short ones together, long ones abbreviated, one option at a time.

export interface OptionSpec {
  /** One letter; '' for options that only have a long name. */
  readonly short: string;
  /** '' for options that only have a letter. */
  readonly long: string;
  /** Name of its argument in the help; undefined: it takes none. */
  readonly argument?: string;
  /** The argument may be left out, and must be glued to the option where it is there. */
  readonly optional?: boolean;
  /** Only the long name takes the argument. */
  readonly longOnly?: boolean;
}

export interface FoundOption<S extends OptionSpec> { readonly spec: S; readonly value: string | undefined; /** As it was written, for messages. */ readonly shown: string }

/** Wrong use of the command line, in words for people. */
export class UsageError extends Error {
  readonly code: number;
  /** The run had begun in sysdig's sense: what ends one (the summary of -S) comes all the same. */
  readonly begun: boolean;
  /** The summary was asked for by then. */
  summary = false;
  constructor(message: string, code = 1, begun = false) { super(message); this.code = code; this.begun = begun; }
}

/** Takes a command line apart, from left to right: `next` until it answers undefined, then `words` holds all that is no option. Throws UsageError where it is wrong. */
export class ArgReader<S extends OptionSpec> {
  readonly words: string[] = [];
  readonly #argv: readonly string[];
  readonly #specs: readonly S[];
  #at = 0;
  /** Short options that are left of the current word. */
  #letters = '';

  constructor(argv: readonly string[], specs: readonly S[]) { this.#argv = argv; this.#specs = specs; }

  /** Words behind the option that came last. */
  get rest(): readonly string[] { return this.#letters === '' ? this.#argv.slice(this.#at) : []; }
  /** Takes the word behind the option that came last. */
  take(): string { return this.#argv[this.#at++] ?? ''; }

  next(): FoundOption<S> | undefined {
    while (this.#letters === '' && this.#at < this.#argv.length) {
      const word = this.#argv[this.#at++] ?? '';
      if (word === '--') { this.words.push(...this.#argv.slice(this.#at)); this.#at = this.#argv.length; return undefined; }
      if (word === '-' || !word.startsWith('-')) { this.words.push(word); continue; }
      if (word.startsWith('--')) return this.#long(word);
      this.#letters = word.slice(1);
    }
    return this.#letters === '' ? undefined : this.#short();
  }

  #long(word: string): FoundOption<S> {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const fitting = this.#specs.filter((s) => s.long !== '' && s.long.startsWith(name));
    const [first] = fitting;
    const spec = fitting.find((s) => s.long === name) ?? first;
    if (spec === undefined) throw new UsageError(`unrecognized option '${word}'`);
    // Options that only have a long name are the same to getopt where they take alike.
    if (spec.long !== name && fitting.some((s) => s !== spec && (s.short !== spec.short || kind(s) !== kind(spec)))) {
      throw new UsageError(`option '${word}' is ambiguous; possibilities: ${fitting.map((s) => `'--${s.long}'`).join(' ')}`);
    }
    const shown = `--${spec.long}`;
    let value = equals < 0 ? undefined : word.slice(equals + 1);
    if (value !== undefined && spec.argument === undefined) throw new UsageError(`option '${shown}' doesn't allow an argument`);
    if (value === undefined && kind(spec) === 'required') {
      value = this.#argv[this.#at++];
      if (value === undefined) throw new UsageError(`option '${shown}' requires an argument: ${spec.argument}`);
    }
    return { spec, value, shown };
  }

  #short(): FoundOption<S> {
    const letter = this.#letters[0] ?? '';
    this.#letters = this.#letters.slice(1);
    const spec = this.#specs.find((s) => s.short === letter);
    if (spec === undefined) throw new UsageError(`invalid option -- '${letter}'`);
    const shown = `-${letter}`;
    if (spec.argument === undefined || spec.longOnly === true) return { spec, value: undefined, shown };
    let value: string | undefined = this.#letters === '' ? undefined : this.#letters;
    this.#letters = '';
    if (value === undefined && kind(spec) === 'required') {
      value = this.#argv[this.#at++];
      if (value === undefined) throw new UsageError(`option requires an argument -- '${letter}': ${spec.argument}`);
    }
    return { spec, value, shown };
  }
}

function kind(spec: OptionSpec): 'none' | 'optional' | 'required' { return spec.argument === undefined ? 'none' : spec.optional === true ? 'optional' : 'required'; }
