// Text of a terminal as pieces with a look: colours, bold, and the like by their codes (ECMA-48, SGR); every other sequence is left out.

/** A colour: one of the 16 of a terminal's palette, which the theme gives, or its own. */
export type Colour = number | string;
export interface Look { readonly fg?: Colour; readonly bg?: Colour; readonly bold?: true; readonly dim?: true; readonly italic?: true; readonly underline?: true; readonly inverse?: true }
export interface Piece { readonly text: string; readonly look: Look }

export const PLAIN: Look = {};
// eslint-disable-next-line no-control-regex
const SEQUENCE = /\x1b(?:\[([0-9;:?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;

/** The pieces of a line that begins with `look`, and the look that the next line begins with. */
export function piecesOf(line: string, look: Look = PLAIN): { readonly pieces: readonly Piece[]; readonly look: Look } {
  if (!line.includes('\x1b')) return { pieces: line === '' ? [] : [{ text: line, look }], look };
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of line.matchAll(SEQUENCE)) {
    if (match.index > from) pieces.push({ text: line.slice(from, match.index), look });
    from = match.index + match[0].length;
    if (match[2] === 'm') look = lookAfter(look, match[1] ?? '');
  }
  if (from < line.length) pieces.push({ text: line.slice(from), look });
  return { pieces, look };
}
export function withoutEscapes(text: string): string { return text.includes('\x1b') ? text.replace(SEQUENCE, '') : text; }
/** Where the screen is cleared last in a text, the place behind it; -1: nowhere. */
export function clearedAt(text: string): number {
  let at = -1;
  // eslint-disable-next-line no-control-regex
  for (const match of text.matchAll(/\x1b\[[23]J(?:\x1b\[(?:1;1|;)?H)?/g)) at = match.index + match[0].length;
  return at;
}

interface Mutable { fg?: Colour; bg?: Colour; bold?: true; dim?: true; italic?: true; underline?: true; inverse?: true }
function lookAfter(before: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map((code) => code === '' ? 0 : Number(code));
  let look: Mutable = { ...before };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) look = {};
    else if (code === 1) look.bold = true;
    else if (code === 2) look.dim = true;
    else if (code === 3) look.italic = true;
    else if (code === 4) look.underline = true;
    else if (code === 7) look.inverse = true;
    else if (code === 22) { delete look.bold; delete look.dim; }
    else if (code === 23) delete look.italic;
    else if (code === 24) delete look.underline;
    else if (code === 27) delete look.inverse;
    else if (code >= 30 && code <= 37) look.fg = code - 30;
    else if (code >= 90 && code <= 97) look.fg = code - 82;
    else if (code >= 40 && code <= 47) look.bg = code - 40;
    else if (code >= 100 && code <= 107) look.bg = code - 92;
    else if (code === 39) delete look.fg;
    else if (code === 49) delete look.bg;
    else if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(i + 1));
      i += used;
      if (colour !== undefined) look[code === 38 ? 'fg' : 'bg'] = colour;
    }
  }
  return Object.keys(look).length === 0 ? PLAIN : look;
}

function extended(codes: readonly number[]): { readonly colour: Colour | undefined; readonly used: number } {
  const [kind, a = 0, b = 0, c = 0] = codes;
  if (kind === 2) return { colour: rgb(a, b, c), used: 4 };
  if (kind !== 5) return { colour: undefined, used: codes.length };
  if (a < 16) return { colour: a, used: 2 };
  if (a >= 232) { const grey = 8 + (a - 232) * 10; return { colour: rgb(grey, grey, grey), used: 2 }; }
  const level = (n: number): number => n === 0 ? 0 : 55 + n * 40;
  return { colour: rgb(level(Math.floor((a - 16) / 36)), level(Math.floor((a - 16) / 6) % 6), level((a - 16) % 6)), used: 2 };
}
function rgb(...channels: readonly number[]): string { return `#${channels.map((channel) => Math.max(0, Math.min(255, Math.trunc(channel) || 0)).toString(16).padStart(2, '0')).join('')}`; }
