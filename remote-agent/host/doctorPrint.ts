// What the doctor found, for people: in columns, wrapped to the terminal, coloured there alone.
import type { Finding, State } from './doctorHost.ts';

const MARK: Readonly<Record<State, string>> = { ok: 'ok', limited: 'limited', missing: 'MISSING', none: '-' };
const COLOUR: Readonly<Record<State, string>> = { ok: '\x1b[32m', limited: '\x1b[33m', missing: '\x1b[31;1m', none: '\x1b[2m' };
const RESET = '\x1b[0m';
const MARK_WIDTH = 9, NAME_WIDTH = 16;
export const COLUMNS = 80;

/** Lines of text; `columns` is the width of the terminal. */
export function page(findings: readonly Finding[], able: boolean, columns = COLUMNS, colours = false): string {
  const width = Math.max(40, columns) - MARK_WIDTH - NAME_WIDTH;
  const lines: string[] = [];
  for (const { name, state, detail, remedy } of findings) {
    const mark = MARK[state].padEnd(MARK_WIDTH);
    const [first = '', ...rest] = wrap(safe(detail), width);
    lines.push(`${colours ? `${COLOUR[state]}${mark}${RESET}` : mark}${name.padEnd(NAME_WIDTH)}${first}`);
    const below = ' '.repeat(MARK_WIDTH + NAME_WIDTH);
    for (const line of rest) lines.push(below + line);
    if (remedy !== '') for (const [i, line] of wrap(safe(remedy), width - 3).entries()) lines.push(`${below}${i === 0 ? '-> ' : '   '}${line}`);
  }
  lines.push('', able ? 'This host can capture live: porthole' : 'This host cannot capture live. Captures of other hosts can be read:', ...(able ? [] : ['porthole -r FILE']));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** What comes from the host may hold anything. */
function safe(text: string): string { return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '?'); }

/** Breaks at blanks and line ends; a word that is longer than a line stays whole where it is a path or a command, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) { lines.push(line); line = word; } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}
