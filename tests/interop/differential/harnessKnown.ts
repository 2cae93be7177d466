// What differs between sysdig 0.29.3 and porthole on purpose, by name, with the reason: docs/differences.md is made of this list (`npx tsx tests/interop/differential/harnessKnown.ts`).
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHISEL_KNOWN } from './chiselsKnown.ts';
import { FIELD_KNOWN } from './fieldsKnown.ts';
import { FILTER_KNOWN } from './filtersKnown.ts';
import { TRACER_KNOWN } from './tracersKnown.ts';

export type Side = 'sysdig' | 'porthole';

export interface KnownDifference {
  readonly name: string;
  /** Why it is not mended: what sysdig does wrong, or what is better. Whole sentences, for people. */
  readonly reason: string;
  /** Whether it may occur with these words, by itself; left out: only where a case names it. */
  readonly applies?: (args: readonly string[], capture: string) => boolean;
  /** The line with what differs made equal, seen beside the `other` line of the same number. */
  readonly line?: (line: string, side: Side, other: string) => string;
  /** The same for the whole output. */
  readonly output?: (output: string, side: Side) => string;
  /** Whether these two exit codes are what is expected. */
  readonly code?: (porthole: number, sysdig: number) => boolean;
}

const hasOption = (args: readonly string[], pattern: RegExp): boolean => args.some((word) => pattern.test(word));

/** The table of -S with equal counts by name; of the lines with the smallest count those that may have been cut off are left out. */
function sortedSummary(table: string): string {
  const lines = table.trimEnd().split('\n').map((line) => ({ line, count: Number(line.slice(18)) }));
  const least = lines.at(-1)?.count;
  const kept = lines.length < 100 ? lines : lines.filter(({ count }) => count !== least);
  return `${kept.sort((a, b) => b.count - a.count || (a.line < b.line ? -1 : 1)).map(({ line }) => line).join('\n')}\n`;
}

export const SUMMARY_TIES: KnownDifference = {
  name: 'summary-ties',
  reason: 'The summary of `-S` is sorted by count; sysdig leaves the order of equal counts, and which of them are cut off after a hundred lines, to chance; Porthole sorts them by name. Compared as sets.',
  applies: (args) => hasOption(args, /^-[a-zA-Z]*S|^--summary/),
  output: (output) => output.replace(/(?<=(?:^|\n|\[00m)-{22}\nEvent {11}#Calls\n-{22}\n)(?:[<>] .*\n)+/, sortedSummary),
};

export const OWN_WORDS: KnownDifference = {
  name: 'own-words',
  reason: 'Help, versions, and the lists of fields, chisels and plugins are Porthole\'s own texts. Compared by their exit codes; the names in the lists are compared elsewhere.',
  output: () => '',
};

export const PROGRESS_WORD: KnownDifference = {
  name: 'progress-word',
  reason: 'sysdig\'s `--progress` swallows the next word without using it, against what its help says, and a filter with it; so do `--udig` and `--force-tracers-capture`. Porthole\'s take a word only behind `=`.',
  output: () => '',
};

export const LONG_PATHS: KnownDifference = {
  name: 'paths-after-buffers',
  reason: 'Of paths sysdig prints 1,023 bytes, or as much as the longest buffer that it printed before took: the same event prints in different ways. Porthole prints 1,023 bytes.',
  line: (line) => line.replace(/(=\/\S{1022})\S+/g, '$1'),
};

export const TYPES_IN_FORMATS: KnownDifference = {
  name: 'types-in-formats',
  reason: 'sysdig takes all that follows `%evt.type.is.` in a format for the name of the type, and prints <NA> for it. Porthole prints 1 or 0.',
  output: () => '',
};

export const FIRST_FORM: KnownDifference = {
  name: 'first-form-of-types',
  reason: 'For sysdig `evt.type.is.` means the first of several forms of an event alone: `evt.type.is.switch=1` passes nothing. In Porthole it means the same as `evt.type=`.',
  output: () => '',
};

export const KNOWN: readonly KnownDifference[] = [SUMMARY_TIES, OWN_WORDS, PROGRESS_WORD, LONG_PATHS, TYPES_IN_FORMATS, FIRST_FORM, ...FIELD_KNOWN, ...FILTER_KNOWN, ...TRACER_KNOWN, ...CHISEL_KNOWN];

/** The page that lists them. */
export function differencesPage(): string {
  return `# Differences from sysdig

\`dist/porthole\` is compared with Debian's sysdig 0.29.3: the same words on the same capture have to give the same bytes on standard output and the same exit
code (\`tests/interop/differential/\`). What differs on purpose is this list, made from \`harnessKnown.ts\` there; nothing else is excused.
A difference that does not occur any more makes a test fail. Texts on standard error, and the texts of \`--help\`, \`-l\`, \`-i\` and \`-cl\`, are Porthole's own words and are not compared.

| name | what differs, and why |
|---|---|
${[...KNOWN].sort((a, b) => a.name < b.name ? -1 : 1).map((d) => `| \`${d.name}\` | ${d.reason.replaceAll('|', '\\|')} |`).join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../../../docs/differences.md', import.meta.url));
  const wanted = differencesPage();
  if (!process.argv.includes('--check')) writeFileSync(path, wanted);
  else if (readFileSync(path, 'utf8') !== wanted) { console.error('docs/differences.md differs from harnessKnown.ts: run `npx tsx tests/interop/differential/harnessKnown.ts`.'); process.exitCode = 1; }
}
