// For the tests of filters: random filters over all fields and operators, events of every type, and a second reading of what a filter means, as plain as can be.
import fc from 'fast-check';
import { EVENTS, type ParamDef } from '../../../driver/schema/index.ts';
import { encodeText } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import { encodeEvent, type ParamValue } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import { fieldProblem, FIELDS, fieldType, findField, type FieldRef, type FieldType, type FieldValue } from '../fields/index.ts';
import { servicePort } from '../fields/services.ts';
import { BASE, Scene } from '../fields/fieldsSupport.test.ts';
import { ScapReader } from '../scap/reader.ts';
import { writeSample } from '../scap/sample.ts';
import { MODIFIERS, OPERATORS, type Check, type FilterValue, type Modifier, type Node, type Operator, type Subject, type Term } from './ast.ts';

const nowhere = { start: 0, end: 0 };

// ---- fields

const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'evt.arg': ['.name', '.fd', '.res', '.flags', '.data', '[0]', '[1]'], 'evt.rawarg': ['.res', '.fd', '.name', '.data', '.flags', '.size', '.domain', '.mode'], 'evt.type.is': ['.open', '.read', '.openat'], 'proc.aname': ['[0]', '[1]', '[3]', ''], 'proc.apid': ['[0]', '[1]', ''],
  'thread.cgroup': ['.cpu', '.memory'], 'evt.around': ['[1700000001500000000]'], 'proc.env': ['', '[HOME]', '.LANG'], 'proc.args': ['', '[0]', '[1]'],
};
/** Every field that a filter may name, by name with argument, but those that remember what they saw. */
export const NAMES: readonly string[] = FIELDS.filter((f) => (f.use === 'any' || f.use === 'filter') && f.memory === undefined).flatMap((f) => (ARGUMENTS[f.name] ?? (f.argument === 'required' ? ['[0]', '.x'] : [''])).map((a) => `${f.name}${a}`))
  .filter((name) => { const ref = findField(name); return ref !== undefined && ref.length === name.length && fieldProblem(ref) === undefined; });

export function refOf(name: string): FieldRef {
  const ref = findField(name);
  if (ref === undefined) throw new Error(`no field ${name}`);
  return ref;
}

// ---- random filters

const TEXTS = ['server', 'bash', 'init', 'web', 'host', 'read', 'openat', 'file', '>', '<', 'SUCCESS', 'ENOENT', '/srv/www', '/srv', 'hello', 'GET', 's', 'e', '', 'apache2', 'SERVER', 'net', 'tcp', 'root', 'é', '\\x', 'a b', '(', ',', '"', "'", '\\', '\t\n', '\udcff', 'and', 'val', 'tolower'];
const NUMBERS = ['0', '1', '-1', '3', '5', '33', '80', '200', '4096', '65536', '65616', '4294967296', '4294967295', '9007199254740993', '-9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775809', '18446744073709551615', '18446744073709551616', '99999999999999999999', ' 7', '+5', '1700000001500000000'];
const ADDRESSES = ['10.0.0.9', '10.0.0.5', '0.0.0.0', '127.0.0.1', 'fd00::5', '::1', '1.2.3.4'];
const NETWORKS = ['10.0.0.0/8', '10.0.0.9/32', '0.0.0.0/0', '10.0.0.8/29', 'fd00::/8', 'fd00::5/128', '::/0', 'fd00::1'];
const PATTERNS = ['*', 's*', '*r', '?e*', '[a-s]*', '[!a-s]*', '/*', '*/www/*', 'read', 'open*', '\\*'];
const EXPRESSIONS = ['.*', 's.*r', '[a-z]+', '/.*', '(read|open)', 'e?', '(?i)SERVER', '\\d+'];

function kindOf(type: FieldType): 'text' | 'number' | 'bytes' | 'address' | 'network' {
  return type === 'CHARBUF' || type === 'DYN' ? 'text' : type === 'BYTEBUF' ? 'bytes' : type === 'IPADDR' ? 'address' : type === 'IPNET' ? 'network' : 'number';
}

const EQUAL: readonly Operator[] = ['=', '!=', 'in', 'intersects', 'exists'];
const ORDER: readonly Operator[] = ['<', '<=', '>', '>='];
const FITTING: Readonly<Record<ReturnType<typeof kindOf>, readonly Operator[]>> = {
  text: [...EQUAL, ...ORDER, 'contains', 'icontains', 'startswith', 'endswith', 'glob', 'iglob', 'regex', 'pmatch'], number: [...EQUAL, ...ORDER], bytes: [...EQUAL, 'contains', 'startswith', 'endswith', 'bcontains', 'bstartswith'], address: EQUAL, network: EQUAL,
};

function valueFor(type: FieldType, name: string, operator: Operator): fc.Arbitrary<string> {
  if (operator === 'regex') return fc.constantFrom(...EXPRESSIONS);
  if (operator === 'glob' || operator === 'iglob') return fc.constantFrom(...PATTERNS);
  if (operator === 'bcontains' || operator === 'bstartswith') return fc.constantFrom('68', '6865', '656c6C', '00', 'ff');
  switch (kindOf(type)) {
    case 'text': return name === 'evt.type' && EQUAL.includes(operator) ? fc.constantFrom('read', 'open', 'openat', 'write', 'switch', 'execve', 'futex') : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...TEXTS) }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) });
    case 'bytes': return fc.constantFrom(...TEXTS);
    case 'address': return fc.constantFrom(...ADDRESSES);
    case 'network': return fc.constantFrom(...NETWORKS);
    case 'number': return type === 'BOOL' ? fc.constantFrom('true', 'false') : type === 'PORT' ? fc.constantFrom('80', 'http', '4000', '65616', '443', '') : fc.constantFrom(...NUMBERS);
  }
}

const value = (text: string): FilterValue => ({ ...nowhere, text });
const MODIFIER_NAMES = Object.keys(MODIFIERS) as Modifier[];

function checkOn(left: Subject, type: FieldType, name: string, operators: readonly Operator[]): fc.Arbitrary<Node> {
  return fc.constantFrom(...operators).chain((operator) => {
    const { takes } = OPERATORS[operator];
    const values = takes === 'nothing' ? fc.constant<string[]>([]) : takes === 'list' ? fc.array(valueFor(type, name, operator), { minLength: 1, maxLength: 4 }) : fc.array(valueFor(type, name, operator), { minLength: 1, maxLength: 3 });
    return fc.tuple(values, fc.constantFrom(...MODIFIER_NAMES)).map(([texts, modifier]): Node => ({ kind: 'check', left, operator, operatorPlace: nowhere, values: texts.map(value), ...(takes === 'value' && texts.length > 1 ? { modifier } : {}), ...nowhere }));
  });
}

function plain(name: string): fc.Arbitrary<Node> {
  const ref = refOf(name);
  const type = fieldType(ref);
  if (name.startsWith('evt.around')) return fc.constantFrom('0', '1', '500', '100000').map((ms): Node => ({ kind: 'check', left: { kind: 'field', ref, ...nowhere }, operator: '=', operatorPlace: nowhere, values: [value(ms)], ...nowhere }));
  const operators = /^fd\.[cslr]ip\.name$/.test(name) ? EQUAL.slice(0, 3) : FITTING[kindOf(type)];
  return checkOn({ kind: 'field', ref, ...nowhere }, type, ref.field.name, operators);
}

const TEXT_NAMES = NAMES.filter((n) => fieldType(refOf(n)) === 'CHARBUF');
const textField = fc.constantFrom(...TEXT_NAMES).map((name): Term => ({ kind: 'field', ref: refOf(name), ...nowhere }));
const quotedText = fc.constantFrom(...TEXTS).map((text): Term => ({ kind: 'text', value: value(text), ...nowhere }));
const { textTerm } = fc.letrec<{ textTerm: Term }>((tie) => ({
  textTerm: fc.oneof({ maxDepth: 3, depthIdentifier: 'term' }, textField,
    fc.tuple(fc.constantFrom('tolower' as const, 'toupper' as const, 'basename' as const, 'b64' as const), tie('textTerm')).map(([name, arg]): Term => ({ kind: 'call', name, namePlace: nowhere, args: [arg], ...nowhere })),
    fc.array(fc.oneof(tie('textTerm'), quotedText), { minLength: 2, maxLength: 3 }).map((args): Term => ({ kind: 'call', name: 'concat', namePlace: nowhere, args, ...nowhere })),
    fc.tuple(quotedText, fc.array(fc.oneof(tie('textTerm'), quotedText), { maxLength: 3 })).map(([separator, items]): Term => ({ kind: 'call', name: 'join', namePlace: nowhere, args: [separator, { kind: 'list', items, ...nowhere }], ...nowhere }))),
}));
const textCall = textTerm.filter((t): t is Subject & { kind: 'call' } => t.kind === 'call');
const call = fc.oneof(
  textCall.chain((left) => checkOn(left, 'CHARBUF', '', FITTING.text)),
  fc.oneof(textTerm, fc.constantFrom('evt.buffer', 'proc.args', 'proc.aname').map((name): Term => ({ kind: 'field', ref: refOf(name), ...nowhere }))).chain((arg) => checkOn({ kind: 'call', name: 'len', namePlace: nowhere, args: [arg], ...nowhere }, 'UINT64', '', FITTING.number)),
);
const SINGLE_TEXTS = TEXT_NAMES.filter((n) => refOf(n).field.anyOf === undefined);
const pair = fc.tuple(fc.constantFrom(...SINGLE_TEXTS), fc.constantFrom(...SINGLE_TEXTS), fc.constantFrom(...FITTING.text.filter((o) => o !== 'exists' && OPERATORS[o].takes === 'value'))).map(([a, b, operator]): Node => ({ kind: 'check', left: { kind: 'field', ref: refOf(a), ...nowhere }, operator, operatorPlace: nowhere, values: [], right: { kind: 'field', ref: refOf(b), ...nowhere }, ...nowhere }));
const numbers = NAMES.filter((n) => ['INT64', 'UINT64', 'UINT32'].includes(fieldType(refOf(n))) && refOf(n).field.anyOf === undefined && !n.startsWith('evt.around'));
const numberPair = fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...numbers), fc.constantFrom<Operator>('=', '!=', ...ORDER)).map(([a, b, operator]): Node => ({ kind: 'check', left: { kind: 'field', ref: refOf(a), ...nowhere }, operator, operatorPlace: nowhere, values: [], right: { kind: 'field', ref: refOf(b), ...nowhere }, ...nowhere }));

const BY_TYPE = ['evt.type', 'evt.dir', 'evt.category', 'evt.is_io', 'evt.io_dir', 'evt.is_wait', 'evt.type.is.read', 'syscall.type', 'proc.name', 'container.id', 'user.name', 'container.name', 'proc.pid'];
/** One check; those that say something of types and threads more often than by chance. */
export const randomCheck: fc.Arbitrary<Node> = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES).chain(plain) }, { weight: 4, arbitrary: fc.constantFrom(...BY_TYPE).chain(plain) }, { weight: 2, arbitrary: call }, { weight: 1, arbitrary: pair }, { weight: 1, arbitrary: numberPair });
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 4, depthIdentifier: 'filter' }, randomCheck,
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), terms: fc.array(tie('node'), { minLength: 2, maxLength: 3 }) }).map(({ kind, terms }): Node => ({ kind, terms, ...nowhere })),
    tie('node').filter((n) => n.kind !== 'not').map((term): Node => ({ kind: 'not', term, ...nowhere }))),
}));
export const randomFilter: fc.Arbitrary<Node> = node;

function termShape(term: Term): unknown {
  switch (term.kind) {
    case 'field': return [term.ref.field.name, term.ref.arg];
    case 'text': return term.value.text;
    case 'list': return ['list', ...term.items.map(termShape)];
    case 'call': return [term.name, term.option?.text, ...term.args.map(termShape)];
  }
}
/** What a filter says, without places. */
export function shapeOfFilter(n: Node): unknown {
  switch (n.kind) {
    case 'check': return [termShape(n.left), n.operator, n.modifier, n.values.map((v) => v.text), n.right === undefined ? undefined : termShape(n.right)];
    case 'not': return ['not', shapeOfFilter(n.term)];
    default: return [n.kind, ...n.terms.map(shapeOfFilter)];
  }
}

// ---- events

function paramOf(def: ParamDef, random: () => number): ParamValue {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  switch (def.type) {
    case 'CHARBUF': case 'FSPATH': case 'FSRELPATH': return pick(['server', '/srv/www/index.html', 'a', '', '/etc/passwd', 'é\udcff']);
    case 'BYTEBUF': case 'SOCKADDR': case 'SOCKTUPLE': case 'FDLIST': case 'DYN': case 'SIGSET': case 'CHARBUFARRAY': case 'CHARBUF_PAIR_ARRAY': return new Uint8Array(pick([[], [104, 101, 108, 108, 111], [0, 255, 3], [1, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0]]));
    default: return pick([0, 1, 3, 4, 5, 6, 80, 200, 0xffffffff, -2n, 9007199254740993n, 18446744073709551615n]);
  }
}

/** Calls `visit` with events of every type and of a sample capture. A seed gives the same ones again. */
export function forEachEvent(seed: number, visit: (ctx: EventContext) => void): void {
  let x = seed >>> 0;
  const random = (): number => { x = (Math.imul(x, 1664525) + 1013904223) >>> 0; return x / 4294967296; };
  const scene = new Scene();
  const view = new EventView();
  let atNs = 1_500_000_000n;
  for (const def of EVENTS) {
    for (let i = 0; i < 3; i++) {
      const params = Object.fromEntries(def.params.map((p): [string, ParamValue] => [p.name, p.name === 'fd' && i === 0 ? 3 + Math.floor(random() * 5) : paramOf(p, random)]));
      let bytes: Uint8Array;
      try { bytes = encodeEvent(def, { ts: BASE + (atNs += 1000n), tid: [200, 201, 100, 999][Math.floor(random() * 4)] ?? 1, params }); } catch { continue; }
      if (view.reset(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, i % 2, 0xffff, bytes.length)) visit(scene.state.process(view, Number(atNs) - 500));
    }
  }
}

let capture: Uint8Array | undefined;
/** Bytes of a capture with processes, files, sockets and containers. */
export function sampleCapture(): Uint8Array {
  if (capture !== undefined) return capture;
  const parts: Uint8Array[] = [];
  writeSample((bytes) => { parts.push(bytes.slice()); }, { seconds: 1 });
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return capture = all;
}
export function readSample(visit: (ctx: EventContext) => void, setUp: (reader: ScapReader) => void = () => undefined): void {
  const reader = new ScapReader();
  setUp(reader);
  reader.push(sampleCapture());
  reader.finish();
  reader.read((ctx) => { visit(ctx); });
}

// ---- a second reading

type Plain = FieldValue | readonly FieldValue[];
const C = (text: string): Buffer => { const bytes = Buffer.from(encodeText(text)); const nul = bytes.indexOf(0); return nul < 0 ? bytes : bytes.subarray(0, nul); };
const asciiLower = (b: Buffer): Buffer => Buffer.from(b.map((c) => c >= 65 && c <= 90 ? c + 32 : c));
const asciiUpper = (b: Buffer): Buffer => Buffer.from(b.map((c) => c >= 97 && c <= 122 ? c - 32 : c));

function globToRegExp(pattern: string): RegExp {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? '';
    if (c === '*') out += '[^]*';
    else if (c === '?') out += '[^]';
    else if (c === '[') { const end = pattern.indexOf(']', i + 2); out += `[${(pattern[i + 1] === '!' ? '^' : '')}${pattern.slice(i + (pattern[i + 1] === '!' ? 2 : 1), end)}]`; i = end; } else if (c === '\\') out += `\\${pattern[++i] ?? ''}`;
    else out += c.replace(/[.+^${}()|\\]/g, '\\$&');
  }
  return new RegExp(`^${out}$`);
}

function parseNumber(text: string, type: FieldType, ref: FieldRef | undefined): bigint {
  if (type === 'BOOL') return text === 'true' ? 1n : 0n;
  if (type === 'PORT') return /^\d+$/.test(text) ? BigInt(text) % 65536n : BigInt(servicePort(text) ?? 0);
  const declared = ref?.field.name === 'evt.rawarg' ? EVENTS.flatMap((e) => e.params).find((p) => p.name === ref.arg)?.type ?? type : type;
  const signed = !/^(U?ID|GID|UINT|FLAGS|ENUM|MODE|SIGTYPE|RELTIME|ABSTIME|L4PROTO)/.test(declared);
  const bits = declared === 'SIGTYPE' || declared === 'L4PROTO' || declared.endsWith('8') ? 8 : declared.endsWith('16') ? 16 : /(INT|FLAGS)32$|^(UID|GID|MODE)$/.test(declared) ? 32 : 64;
  const number = BigInt(text.trim().replace(/^\+/, ''));
  const clamped = signed ? (number > 2n ** 63n - 1n ? 2n ** 63n - 1n : number < -(2n ** 63n) ? -(2n ** 63n) : number) : number >= 2n ** 64n || number <= -(2n ** 64n) ? 2n ** 64n - 1n : number;
  return signed ? BigInt.asIntN(bits, clamped) : BigInt.asUintN(bits, clamped);
}

function ordered(operator: Operator, order: number): boolean {
  return operator === '=' ? order === 0 : operator === '!=' ? order !== 0 : operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
}

function v6Words(address: string): bigint {
  const [head = '', tail] = address.split('::');
  const words = (t: string): string[] => t === '' ? [] : t.split(':');
  const front = words(head), back = tail === undefined ? [] : words(tail);
  return [...front, ...new Array<string>(8 - front.length - back.length).fill('0'), ...back].reduce((sum, w) => (sum << 16n) | BigInt(`0x${w}`), 0n);
}
function inNetwork(address: string, network: string): boolean {
  const [net = '', length] = network.split('/');
  const v6 = net.includes(':');
  if (address.includes(':') !== v6) return false;
  const number = (t: string): bigint => v6 ? v6Words(t) : t.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const drop = BigInt((v6 ? 128 : 32) - Number(length ?? 64));
  return number(address) >> drop === number(net) >> drop;
}

function textPasses(operator: Operator, a: string, b: string): boolean {
  const x = Buffer.from(encodeText(a)), y = C(b);
  switch (operator) {
    case 'contains': return x.includes(y);
    case 'icontains': return asciiLower(x).includes(asciiLower(y));
    case 'startswith': return x.subarray(0, y.length).equals(y);
    case 'endswith': return y.length <= x.length && x.subarray(x.length - y.length).equals(y);
    case 'glob': return globToRegExp(b).test(a);
    case 'iglob': return globToRegExp(asciiLower(Buffer.from(b)).toString()).test(asciiLower(x).toString());
    case 'regex': { const i = b.startsWith('(?i)'); try { return new RegExp(`^(?:${i ? b.slice(4) : b})$`, i ? 'i' : '').test(a); } catch { return false; } }
    default: return ordered(operator, Buffer.compare(x, y));
  }
}

function onePasses(operator: Operator, type: FieldType, ref: FieldRef | undefined, v: FieldValue, wanted: string): boolean {
  if (v === undefined) return false;
  switch (kindOf(type)) {
    case 'text': return textPasses(operator, String(v), wanted);
    case 'number': if (type === 'DOUBLE') return ordered(operator, Number(v) - Number(wanted)); { const a = BigInt(v as number | bigint | boolean), b = parseNumber(wanted, type, ref); return ordered(operator, a < b ? -1 : a > b ? 1 : 0); }
    case 'bytes': {
      const bytes = Buffer.from(v as Uint8Array), w = operator.startsWith('b') ? Buffer.from(wanted, 'hex') : Buffer.from(encodeText(wanted));
      switch (operator) {
        case 'contains': case 'bcontains': return bytes.includes(w);
        case 'startswith': case 'bstartswith': return bytes.subarray(0, w.length).equals(w);
        case 'endswith': return w.length <= bytes.length && bytes.subarray(bytes.length - w.length).equals(w);
        default: return bytes.equals(w) === (operator === '=');
      }
    }
    case 'address': return (String(v) === wanted) === (operator === '=');
    case 'network': return inNetwork(String(v), wanted) === (operator === '=');
  }
}

function below(path: string, root: string): boolean {
  const a = path.split('/').filter(Boolean), b = root.split('/').filter(Boolean);
  return b.every((part, i) => a[i] === part);
}

function termValue(term: Term, ctx: EventContext): Plain {
  switch (term.kind) {
    case 'text': return term.value.text;
    case 'list': return term.items.map((t) => termValue(t, ctx) as FieldValue).filter((v) => v !== undefined);
    case 'field': {
      const v = term.ref.field.extract(ctx, term.ref.arg);
      return term.ref.field.epoch === true && typeof v === 'number' ? ctx.state.baseNs + BigInt(v) : v;
    }
    case 'call': {
      const [first] = term.args;
      if (first === undefined) return undefined;
      if (term.name === 'len' && first.kind === 'field' && ['proc.args', 'proc.aname'].includes(first.ref.field.name) && first.ref.arg === undefined) {
        if (first.ref.field.name === 'proc.args') return ctx.info?.args.length ?? 0;
        let ancestors = 0;
        first.ref.field.anyOf?.(ctx, (v) => { if (v !== undefined) ancestors++; return false; });
        return ancestors;
      }
      const SEPARATORS: Readonly<Record<string, string>> = { 'proc.env': ' ', 'thread.cgroups': ' ', 'fdlist.nums': ',', 'fdlist.names': ',', 'container.mounts': ',' };
      const separator = first.kind === 'field' && first.ref.arg === undefined ? SEPARATORS[first.ref.field.name] : undefined;
      const values = term.args.map((t) => termValue(t, ctx));
      const [a, b] = values;
      switch (term.name) {
        case 'len': if (separator !== undefined) return typeof a !== 'string' || a === '' ? 0 : a.split(separator).length; return typeof a === 'string' ? [...a].length : a instanceof Uint8Array ? a.length : undefined;
        case 'concat': return values.every((v) => typeof v === 'string') ? values.join('') : undefined;
        case 'join': return (b as readonly FieldValue[]).join(String(a));
        case 'tolower': return typeof a === 'string' ? a.replace(/[A-Z]/g, (c) => c.toLowerCase()) : undefined;
        case 'toupper': return typeof a === 'string' ? a.replace(/[a-z]/g, (c) => c.toUpperCase()) : undefined;
        case 'basename': return typeof a === 'string' ? a.split('/').at(-1) : undefined;
        case 'b64': {
          if (typeof a !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(a)) return undefined;
          const bytes = Buffer.from(a, 'base64');
          // Bytes that are no UTF-8 are told apart elsewhere; a sign that stands for each is enough to compare.
          return Buffer.from(bytes.toString('utf8')).equals(bytes) ? bytes.toString('utf8') : decodeAny(bytes);
        }
        default: return undefined;
      }
    }
  }
}

function decodeAny(bytes: Buffer): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    let taken = 0;
    for (const length of [1, 2, 3, 4]) { const part = bytes.subarray(i, i + length); const s = part.toString('utf8'); if (part.length === length && [...s].length === 1 && Buffer.from(s).equals(part)) { text += s; taken = length; break; } }
    if (taken === 0) { text += String.fromCharCode(0xdc00 + (bytes[i] ?? 0)); taken = 1; }
    i += taken;
  }
  return text;
}

function checkPasses(c: Check, ctx: EventContext): boolean {
  const ref = c.left.kind === 'field' ? c.left.ref : undefined;
  const type: FieldType = ref !== undefined ? fieldType(ref) : c.left.kind === 'call' && c.left.name === 'len' ? 'UINT64' : 'CHARBUF';
  if (ref?.field.name === 'evt.around') { const gap = ctx.state.baseNs + BigInt(ctx.tsNs) - BigInt(String(ref.arg)); return (gap < 0n ? -gap : gap) <= BigInt(c.values[0]?.text ?? 0) * 1000000n; }
  const many: FieldValue[] = [];
  const isAny = ref?.field.anyOf !== undefined && ref.arg === undefined;
  if (isAny) ref.field.anyOf?.(ctx, (v) => { many.push(v); return false; });
  const one = termValue(c.left, ctx) as FieldValue;
  if (c.right !== undefined) {
    const other = termValue(c.right, ctx) as FieldValue;
    if (one === undefined || other === undefined) return false;
    if (typeof one === 'string' && typeof other === 'string') return textPasses(c.operator, one, other);
    const a = BigInt(one as number), b = BigInt(other as number);
    return ordered(c.operator, a < b ? -1 : a > b ? 1 : 0);
  }
  const passes = (v: FieldValue, operator: Operator, wanted: string): boolean => onePasses(operator, type, ref, v, wanted);
  const whole = (v: FieldValue): boolean => {
    switch (c.operator) {
      case 'exists': return v !== undefined;
      case 'in': case 'intersects': return c.values.some((w) => passes(v, '=', w.text));
      case 'pmatch': return v !== undefined && c.values.some((w) => below(String(v), C(w.text).toString()));
      default: {
        const count = c.values.filter((w) => passes(v, c.operator, w.text)).length;
        return c.modifier === 'allof' ? count === c.values.length : c.modifier === 'oneof' ? count === 1 : count > 0;
      }
    }
  };
  if (isAny && c.operator === '!=' && ref.field.group === 'fd') return many.length > 0 && many.every(whole);
  if (isAny) return many.some(whole);
  const nameOf = /^(fd\.[cslr]ip)\.name$/.exec(ref?.field.name ?? '')?.[1];
  if (nameOf !== undefined && c.operator === '!=') {
    if (refOf(nameOf).field.extract(ctx, undefined) === undefined) return false;
    const count = c.values.filter((w) => one !== w.text).length;
    return c.modifier === 'allof' ? count === c.values.length : c.modifier === 'oneof' ? count === 1 : count > 0;
  }
  const list = ref !== undefined && ref.arg === undefined && c.operator === 'intersects' ? elements(ref, ctx, one) : undefined;
  return list !== undefined ? list.some(whole) : whole(one);
}

/** Fields that are lists, for `intersects`. */
function elements(ref: FieldRef, ctx: EventContext, text: FieldValue): readonly FieldValue[] | undefined {
  if (ref.field.name === 'proc.args') return ctx.info?.args ?? [];
  const separator = ({ 'proc.env': ' ', 'thread.cgroups': ' ', 'fdlist.nums': ',', 'fdlist.names': ',', 'container.mounts': ',' } as Readonly<Record<string, string>>)[ref.field.name];
  return separator === undefined ? undefined : typeof text !== 'string' || text === '' ? [] : text.split(separator);
}

/** Whether an event passes, worked out step by step. */
export function naivelyPasses(n: Node, ctx: EventContext): boolean {
  switch (n.kind) {
    case 'check': return checkPasses(n, ctx);
    case 'not': return !naivelyPasses(n.term, ctx);
    case 'and': return n.terms.every((t) => naivelyPasses(t, ctx));
    case 'or': return n.terms.some((t) => naivelyPasses(t, ctx));
  }
}
