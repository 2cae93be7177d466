// What the command says of itself: --help.
import { COMMANDS, GROUPS, OPTIONS, type OptionGroup, type OptionRow } from './options.ts';

const LEFT = 28;
const WIDTH = 100;
const NARROWEST = 60;

export const EXAMPLES: readonly (readonly [words: string, about: string])[] = [
  ['sudo porthole -pc evt.type=execve', 'programs that start, with their container'],
  ['sudo porthole "container.name=web and fd.port=443"', 'what a container does over HTTPS'],
  ['sudo porthole -w out.scap container.name contains shop', 'record for later'],
  ['porthole -r FILE evt.failed=true', 'failed calls in a capture'],
  ['porthole -r FILE -p "%proc.name %fd.name" "evt.type in (open, openat)"', 'who opened what'],
  ['porthole -r FILE -j -p "%evt.time %proc.name %evt.type" | jq', 'events as JSON'],
  ['porthole -r FILE -q -S', 'how often each event came'],
  ['porthole -r FILE -w less.scap -F proc.name=nginx', 'a part of a capture'],
  ['porthole -r FILE -c topfiles_bytes', 'run a chisel (porthole -cl lists them)'],
];

const FILTERS = `A filter is all words that are no options. It compares fields (porthole -l) with values:
  = != < <= > >= contains icontains startswith endswith glob in (a, b) pmatch (/dir) exists
joined by and, or, not and brackets. The shell keeps < > ( ) for itself: put the filter in quotes.`;

/** An option as it is written, with its argument. */
export function names(o: OptionRow): string {
  const words = [o.short === '' ? '' : `-${o.short}`, o.long === '' ? '' : `--${o.long}`].filter((n) => n !== '').join(', ');
  if (o.argument === undefined || o.longOnly === true) return words;
  return o.optional === true ? `${words}[=${o.argument}]` : `${words} ${o.argument}`;
}

/** Words in lines of at most `width`. */
function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) { lines.push(line); line = ''; }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function entry(left: string, text: string, width: number): string {
  const lines = fold(text, width - LEFT);
  const [first = '', ...rest] = lines;
  const head = left.length + 4 <= LEFT ? `  ${left}`.padEnd(LEFT) + first : `  ${left}\n${' '.repeat(LEFT)}${first}`;
  return [head, ...rest.map((line) => ' '.repeat(LEFT) + line)].join('\n');
}

/** The help. `columns`: of the terminal; 0 where there is none. */
export function helpText(columns = 0): string {
  const width = Math.max(NARROWEST, Math.min(columns > 0 ? columns : WIDTH, WIDTH));
  const groups = (Object.keys(GROUPS) as OptionGroup[]).map((group) => `${GROUPS[group]}:\n${OPTIONS.filter((o) => o.group === group).map((o) => entry(names(o), o.help, width)).join('\n')}`);
  const widest = Math.max(...EXAMPLES.map(([words]) => words.length));
  return `Porthole shows what happens inside containers: system calls, files, connections and errors.

Usage:
  porthole [options] [filter]        print events, live (as root) or of a capture (-r FILE)
${COMMANDS.map((c) => `  porthole ${c.words}`.padEnd(37) + c.help).join('\n')}

Examples:
${EXAMPLES.map(([words, about]) => width < WIDTH ? `  ${words}\n      ${about}` : `  ${words.padEnd(widest)}  ${about}`).join('\n')}

${groups.join('\n\n')}

${FILTERS}
`;
}
