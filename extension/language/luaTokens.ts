// A forgiving scanner of Lua: tokens of a text that is just being written, strings with the place of each of their characters.

export interface LuaString {
  /** What it stands for, escapes resolved. */
  readonly value: string;
  /** Offset in the text of each character of `value`, and of what follows the last. */
  readonly offsets: readonly number[];
}
export interface LuaToken {
  readonly kind: 'name' | 'string' | 'number' | 'symbol' | 'comment';
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Of strings. */
  readonly string?: LuaString;
  /** A string or comment that is not ended. */
  readonly open?: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** All tokens of a text; never throws. */
export function scanLua(text: string): LuaToken[] {
  const tokens: LuaToken[] = [];
  let at = text.startsWith('#') ? lineEnd(text, 0) : 0;
  while (at < text.length) {
    const c = text[at] ?? '';
    if (/\s/.test(c)) { at++; continue; }
    const token = scanComment(text, at) ?? scanString(text, at) ?? scanWord(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function lineEnd(text: string, at: number): number { const end = text.indexOf('\n', at); return end < 0 ? text.length : end; }

/** `[==[ ... ]==]`: where its content begins and ends. */
function longBracket(text: string, at: number): { from: number; to: number; end: number; open: boolean } | undefined {
  const opening = /\[(=*)\[/y;
  opening.lastIndex = at;
  const m = opening.exec(text);
  if (m === null) return undefined;
  const from = at + m[0].length;
  const close = text.indexOf(`]${m[1] ?? ''}]`, from);
  return close < 0 ? { from, to: text.length, end: text.length, open: true } : { from, to: close, end: close + m[0].length, open: false };
}

function scanComment(text: string, at: number): LuaToken | undefined {
  if (!text.startsWith('--', at)) return undefined;
  const long = longBracket(text, at + 2);
  const end = long?.end ?? lineEnd(text, at);
  return { kind: 'comment', start: at, end, text: text.slice(at, end), ...(long?.open === true ? { open: true } : {}) };
}

function scanString(text: string, at: number): LuaToken | undefined {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") {
    const long = longBracket(text, at);
    if (long === undefined) return undefined;
    const from = text[long.from] === '\n' ? long.from + 1 : long.from;
    const value = text.slice(from, long.to);
    return { kind: 'string', start: at, end: long.end, text: text.slice(at, long.end), string: { value, offsets: Array.from({ length: value.length + 1 }, (_, i) => from + i) }, ...(long.open ? { open: true } : {}) };
  }
  let value = '', i = at + 1;
  const offsets: number[] = [];
  while (i < text.length && text[i] !== quote && text[i] !== '\n') {
    offsets.push(i);
    if (text[i] !== '\\') { value += text[i++] ?? ''; continue; }
    const digits = /^\d{1,3}/.exec(text.slice(i + 1, i + 4))?.[0];
    if (digits !== undefined) { value += String.fromCharCode(Number(digits)); i += 1 + digits.length; continue; }
    const c = text[i + 1] ?? '';
    value += ESCAPES[c] ?? c;
    if (c === '') offsets.pop();
    i += 2;
  }
  i = Math.min(i, text.length);
  offsets.push(i);
  const open = text[i] !== quote;
  const end = open ? i : i + 1;
  return { kind: 'string', start: at, end, text: text.slice(at, end), string: { value, offsets }, ...(open ? { open } : {}) };
}

const WORD = /([A-Za-z_]\w*)|(0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:[uU]?[lL][lL])?)|\.\.\.|\.\.|[=~<>]=|::|[\s\S]/y;
function scanWord(text: string, at: number): LuaToken {
  WORD.lastIndex = at;
  const m = WORD.exec(text);
  const found = m?.[0] ?? text[at] ?? '';
  return { kind: m?.[1] !== undefined ? 'name' : m?.[2] !== undefined ? 'number' : 'symbol', start: at, end: at + found.length, text: found };
}
