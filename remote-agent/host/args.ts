// Reads the words of a command line as getopt_long does: options and filter words mixed, short ones together, long ones abbreviated.

export interface OptionSpec {
  /** One letter; '' for options that only have a long name. */
  readonly short: string;
  readonly long: string;
  /** Name of its argument in the help; undefined: it takes none. */
  readonly argument?: string;
  /** The argument may be left out, and must be glued to the option where it is there. */
  readonly optional?: boolean;
  readonly help: string;
  /** Said instead of the help where the option is known but not there yet. */
  readonly missing?: string;
}

export interface ParsedArgs {
  /** Options in the order of the command line, by long name. */
  readonly options: readonly { readonly name: string; readonly value: string | undefined }[];
  /** All other words. */
  readonly words: readonly string[];
}

/** Wrong use of the command line, in words for people. */
export class UsageError extends Error {}

/**
 * Splits `argv` by `specs`. `after` may take the word that follows an option's argument (chisels do): it answers how many words it took.
 */
export function parseArgs(argv: readonly string[], specs: readonly OptionSpec[], after?: (name: string, value: string, rest: readonly string[]) => number): ParsedArgs {
  const options: { name: string; value: string | undefined }[] = [];
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') { words.push(...argv.slice(i + 1)); break; }
    if (word === '-' || !word.startsWith('-')) { words.push(word); continue; }
    const add = (spec: OptionSpec, glued: string | undefined, shown: string): void => {
      let value = glued;
      if (spec.argument === undefined) { if (glued !== undefined) throw new UsageError(`option '${shown}' doesn't allow an argument`); }
      else if (value === undefined && spec.optional !== true) {
        value = argv[++i];
        if (value === undefined) throw new UsageError(shown.startsWith('--') ? `option '${shown}' requires an argument: ${spec.argument}` : `option requires an argument -- '${shown.slice(1)}': ${spec.argument}`);
      }
      if (spec.missing !== undefined) throw new UsageError(`option '${shown}' is not there yet: ${spec.missing}`);
      options.push({ name: spec.long, value });
      if (after !== undefined && value !== undefined) {
        const taken = after(spec.long, value, argv.slice(i + 1));
        for (let n = 0; n < taken; n++) options.push({ name: `${spec.long}:args`, value: argv[++i] ?? '' });
      }
    };
    if (word.startsWith('--')) longOption(word, specs, add);
    else shortOptions(word, specs, add);
  }
  return { options, words };
}

function longOption(word: string, specs: readonly OptionSpec[], add: (spec: OptionSpec, glued: string | undefined, shown: string) => void): void {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const exact = specs.filter((s) => s.long === name);
  const fitting = exact.length > 0 ? exact : specs.filter((s) => s.long.startsWith(name));
  const [spec] = fitting;
  if (spec === undefined) throw new UsageError(`unrecognized option '--${name}'`);
  if (fitting.length > 1) throw new UsageError(`option '--${name}' is ambiguous; possibilities: ${fitting.map((s) => `'--${s.long}'`).join(' ')}`);
  add(spec, equals < 0 ? undefined : word.slice(equals + 1), `--${spec.long}`);
}

function shortOptions(word: string, specs: readonly OptionSpec[], add: (spec: OptionSpec, glued: string | undefined, shown: string) => void): void {
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const spec = specs.find((s) => s.short === letter);
    if (spec === undefined) throw new UsageError(`invalid option -- '${letter}'`);
    if (spec.argument === undefined) { add(spec, undefined, `-${letter}`); continue; }
    const glued = word.slice(at + 1);
    add(spec, glued === '' ? undefined : glued, `-${letter}`);
    return;
  }
}
