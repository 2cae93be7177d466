// string.format as LuaJIT does it: whole numbers are cut, halves go away from zero.
import { exponentText, general, numberText, ScriptError, toNumber, toText, typeName, type Value } from './values.ts';

export interface Part { readonly before: string; /** '' none: the text behind the last one. */ readonly kind: string; readonly flags: string; readonly width: number; readonly precision: number }
const PART = /([^%]*)%(?:([-+ #0]*)(\d{0,2})(?:\.(\d{0,2}))?(.)|$)/gsy;
const plans = new Map<string, readonly Part[]>();
const MAX_PLANS = 500;

/** A format in its parts. Throws where a directive is none. */
export function plan(format: string): readonly Part[] {
  const parts: Part[] = [];
  PART.lastIndex = 0;
  let end = 0;
  for (let m = PART.exec(format); m !== null; m = PART.exec(format)) {
    const kind = m[5];
    if (kind === undefined) throw new ScriptError("invalid option '%' to 'format'");
    if (!'diuxXocfFeEgGaAqs%p'.includes(kind)) throw new ScriptError(`invalid option '%${kind}' to 'format'`);
    parts.push({ before: m[1] ?? '', kind, flags: m[2] ?? '', width: Number(m[3] ?? 0), precision: m[4] === undefined ? -1 : Number(m[4]) });
    end = PART.lastIndex;
  }
  parts.push({ before: format.slice(end), kind: '', flags: '', width: 0, precision: -1 });
  if (plans.size >= MAX_PLANS) plans.clear();
  plans.set(format, parts);
  return parts;
}

/** `text` of any value, as tostring makes it. */
export function format(pattern: string, values: readonly Value[], text: (value: Value) => string): string {
  const parts = plans.get(pattern) ?? plan(pattern);
  let out = '', next = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part === undefined) break;
    out += part.before;
    const { kind } = part;
    if (kind === '') break;
    if (kind === '%') { out += '%'; continue; }
    if (next >= values.length) throw new ScriptError(`bad argument #${next + 2} to 'format' (no value)`);
    const value = values[next++];
    if (kind === 's') {
      const whole = typeof value === 'string' ? value : text(value);
      out += part.width === 0 && part.precision < 0 ? whole : shortened(whole, part);
    } else if (kind === 'q') out += quoted(toText(value) ?? '');
    else {
      out += numeric(value, part, next + 1);
    }
  }
  return out;
}

/** A text as one part of a format writes it. */
export function shortened(text: string, part: Part): string { return padded(part.precision < 0 ? text : text.slice(0, part.precision), part, ''); }
/** A number as one part of a format writes it; `argument`: its place among those of `string.format`. */
export function numeric(value: Value, part: Part, argument: number): string {
  const n = typeof value === 'number' ? value : toNumber(value);
  if (n === undefined) throw new ScriptError(`bad argument #${argument} to 'format' (number expected, got ${value === undefined ? 'nil' : typeName(value)})`);
  return number(n, part);
}
function number(n: number, part: Part): string {
  switch (part.kind) {
    case 'd': case 'i': case 'u': {
      if (part.width === 0 && part.precision < 0 && part.flags === '' && n >= 0 && n < 1e15) return String(Math.floor(n));
      if (n > -1e15 && n < 1e15) return integer(String(Math.abs(Math.trunc(n))), n <= -1, part);
      const whole = cut(n);
      return integer(whole < 0n ? String(-whole) : String(whole), whole < 0n, part);
    }
    case 'x': return integer(unsigned(n).toString(16), false, part);
    case 'X': return integer(unsigned(n).toString(16).toUpperCase(), false, part);
    case 'o': return integer(unsigned(n).toString(8), false, part);
    case 'c': return padded(String.fromCharCode(Math.floor(n) & 255), part, '');
    default: return real(n, part);
  }
}
function cut(n: number): bigint { return Number.isFinite(n) && Math.abs(n) < 9.2233720368547e18 ? BigInt(Math.trunc(n)) : 0n; }
function unsigned(n: number): bigint { return BigInt.asUintN(64, cut(n)); }
function sign(negative: boolean, flags: string): string { return negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''; }
function integer(digits: string, negative: boolean, part: Part): string {
  const full = part.precision >= 0 ? digits.padStart(part.precision, '0') : digits;
  if (part.flags === '' && part.width <= full.length) return negative ? `-${full}` : full;
  const prefix = sign(negative, part.flags) + (part.flags.includes('#') && 'xX'.includes(part.kind) ? `0${part.kind}` : '');
  return part.precision >= 0 ? padded(prefix + full, { ...part, flags: part.flags.replace('0', '') }, '') : padded(full, part, prefix);
}
function real(n: number, part: Part): string {
  const { kind, flags } = part, precision = part.precision < 0 ? 6 : part.precision;
  const negative = n < 0 || Object.is(n, -0), size = Math.abs(n), prefix = sign(negative, flags);
  if (!Number.isFinite(n)) return padded(Number.isNaN(n) ? 'nan' : `${prefix}inf`, { ...part, flags: flags.replace('0', '') }, '');
  let digits: string;
  if (kind === 'f' || kind === 'F') digits = size < 1e21 ? size.toFixed(precision) : BigInt(size).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
  else if (kind === 'e' || kind === 'E') { const [mantissa = '', exponent = '0'] = size.toExponential(precision).split('e'); digits = `${mantissa}e${exponentText(Number(exponent))}`; }
  else digits = general(size, precision, flags.includes('#'));
  return padded(kind === 'E' || kind === 'G' ? digits.toUpperCase() : digits, part, prefix);
}
function padded(text: string, { flags, width, kind }: Part, prefix: string): string {
  const missing = width - text.length - prefix.length;
  if (missing <= 0) return prefix + text;
  if (flags.includes('-')) return prefix + text + ' '.repeat(missing);
  return flags.includes('0') && kind !== 's' && kind !== 'c' ? prefix + '0'.repeat(missing) + text : ' '.repeat(missing) + prefix + text;
}
function quoted(text: string): string {
  // eslint-disable-next-line no-control-regex
  return `"${text.replace(/["\\\n\r\0]/g, (c) => c === '\n' ? '\\\n' : c === '\r' ? '\\r' : c === '\0' ? '\\000' : `\\${c}`)}"`;
}
export { numberText };
