// What a filter needs the capture to hold: byte strings without which nothing can pass. Where they are nowhere, no event need be looked at with all that is known of it.
import { ENUMS, ERRNO, eventById, EVENT_LIMIT, EVENTS, OLDER_PARAMS, SIGNALS, SYSCALLS, type EventDef } from '../../../driver/schema/index.ts';
import { ipv4Bytes } from '../base/address.ts';
import { readRegex, RegexError, type RegexNode } from '../base/regexSyntax.ts';
import { codeName } from '../event/names.ts';
import type { FieldRef } from '../fields/index.ts';
import { HANDLERS } from '../state/handlers.ts';
import { TRAIT, TRAITS } from '../state/traits.ts';
import type { Check, Node, Subject } from './ast.ts';
import { integer } from './numbers.ts';
import { EVERY_TYPE } from './outcomes.ts';
import { cText, lowerText } from './texts.ts';

/** Which events are to be searched beside the tables: those that tell of sockets' ends, all that change what is known, all that hold names, or all that hold any text, what is read and written included. */
export const REACH = { sockets: 0, known: 1, named: 2, all: 3 } as const;
/** One of these words, in upper or lower case, or one of these ends of a socket (addresses of four bytes, ports of two as events hold them) has to occur, else nothing passes. `reach`: one of REACH. */
export interface Literal { readonly words: readonly string[]; readonly ends: readonly Uint8Array[]; readonly reach: number }

/**
 * Fields whose values are pieces of what the capture holds, joined by characters that are no part of a word (/ : > blanks ...), by digits of numbers, or by `FIXED`.
 * The test of the same name asks it of every value of all captures that there are.
 */
const KNOWN: ReadonlySet<string> = new Set([
  'fd.name', 'fd.directory', 'fd.filename', 'fd.containername', 'fd.containerdirectory', 'fd.nameraw', 'proc.stdin.name', 'proc.stdout.name', 'proc.stderr.name',
  'proc.exe', 'proc.name', 'proc.args', 'proc.env', 'proc.cmdline', 'proc.exeline', 'proc.cwd', 'proc.exepath', 'proc.pname', 'proc.pcmdline', 'proc.pexe', 'proc.pexepath', 'proc.sname', 'proc.sid.exe', 'proc.sid.exepath',
  'proc.pgid.name', 'proc.pgid.exe', 'proc.pgid.exepath', 'proc.vpgid.name', 'proc.vpgid.exe', 'proc.vpgid.exepath', 'proc.aname', 'proc.aargs', 'proc.acmdline', 'proc.aexe', 'proc.aexepath', 'proc.aenv',
  'user.name', 'user.homedir', 'user.shell', 'user.loginname', 'group.name',
  'k8s.pod.name', 'k8s.pod.id', 'k8s.pod.label', 'k8s.pod.labels', 'k8s.ns.name', 'k8s.ns.id', 'k8s.ns.label', 'k8s.ns.labels',
  'container.id', 'container.full_id', 'container.name', 'container.image', 'container.image.id', 'container.image.repository', 'container.image.tag', 'container.image.digest', 'container.mount.source', 'container.mount.dest',
]);
/** The same of paths that the event itself names, whatever it changes. */
const NAMED: ReadonlySet<string> = new Set(['fs.path.name', 'fs.path.nameraw', 'fs.path.source', 'fs.path.sourceraw', 'fs.path.target', 'fs.path.targetraw']);
/** And of parameters as they print, between which stand words that `isFixedOfArguments` knows. */
const ARGUMENTS: ReadonlySet<string> = new Set(['evt.args', 'evt.arg']);
const REACH_OF: ReadonlyMap<string, number> = new Map([[KNOWN, REACH.known], [NAMED, REACH.named], [ARGUMENTS, REACH.all]].flatMap(([names, reach]) => [...names as ReadonlySet<string>].map((name): [string, number] => [name, reach as number])));
/** Fields of text. */
export const LITERAL_FIELDS: readonly string[] = [...REACH_OF.keys()];
/** Ends of sockets. */
export const END_FIELDS = { address: ['fd.ip', 'fd.cip', 'fd.sip', 'fd.lip', 'fd.rip'], port: ['fd.port', 'fd.cport', 'fd.sport', 'fd.lport', 'fd.rport', 'fd.proto'] } as const;
const ADDRESSES: ReadonlySet<string> = new Set(END_FIELDS.address), PORTS: ReadonlySet<string> = new Set(END_FIELDS.port);

/** Words that stand in values and in no capture. */
const FIXED = ['host', 'container', 'NA', 'NULL', 'NONE', 'INVALID', 'IPv4', 'IPv6', 'family', 'unknown', 'UNKNOWN', 'type', 'PATH_TOO_LONG', 'true', 'false', 'Infinity'].join(' ');
let fixedOfArguments: string | undefined;
/** Those of parameters: their names, and the names of what numbers mean. */
function argumentWords(): string {
  return fixedOfArguments ??= [FIXED, 'none', 'AT_FDCWD', 'DYNAMIC', 'PARAMETER', 'invalid', 'tracer', ...[...EVENTS.flatMap(({ params }) => params), ...OLDER_PARAMS.values()].map(({ name }) => name), ...Object.values(ENUMS).flatMap((table) => table.map(([name]) => name)), ...ERRNO.values(), ...SIGNALS.values(),
    ...SYSCALLS.flatMap(({ code, name }) => [name, codeName(code, true) ?? ''])].join(' ');
}

/** What holds together in every value: paths are cut and joined at other characters, what does not print is replaced or left out, and JSON escapes none of these. */
export const WORD = /[A-Za-z0-9_]+/g;
const NUMBER = /^[0-9a-fA-F]*$/;
/** Of parameters with what may stand right in front of them (kinds of descriptors that are polled, lengths of wrong tracers) or the unit of seconds behind. */
const NUMBER_OF_ARGUMENTS = /^(?:[A-Za-z]|l?en)?[0-9a-fA-F]*s?$/;
const SHORTEST = 3;
/** Literals asked for at once; words of one of them. */
const MAX_LITERALS = 4, MAX_WORDS = 64;

/** Whether a word of a field of this reach can come from the capture alone. `folds`: in upper or lower case. */
export function isTelling(word: string, reach: number, folds = false): boolean {
  if (word.length < SHORTEST || (reach === REACH.all ? NUMBER_OF_ARGUMENTS : NUMBER).test(word)) return false;
  const fixed = reach === REACH.all ? argumentWords() : FIXED;
  return folds ? !lowerText(fixed).includes(lowerText(word)) : !fixed.includes(word);
}

/** The longest word of texts that all have to occur; '' where none tells anything. */
function longest(texts: readonly string[], reach: number, folds: boolean): string {
  let best = '';
  for (const text of texts) for (const [word] of text.matchAll(WORD)) if (word.length > best.length && isTelling(word, reach, folds)) best = word;
  return best;
}

/** What has to occur, each of them, for an event to pass. Empty: nothing is known. */
export function literalsOf(node: Node): readonly Literal[] {
  const all = required(node);
  return all.length <= MAX_LITERALS ? all : [...all].sort((a, b) => weight(b) - weight(a)).slice(0, MAX_LITERALS);
}

/** How much a literal tells: by its shortest word. */
function weight({ words, ends }: Literal): number { return Math.min(...words.map((word) => word.length), ...ends.map((end) => end.length)); }

function required(node: Node): readonly Literal[] {
  switch (node.kind) {
    case 'check': { const one = ofCheck(node); return one === undefined ? [] : [one]; }
    case 'not': return [];
    case 'and': return node.terms.flatMap(required);
    case 'or': {
      const words = new Set<string>(), ends: Uint8Array[] = [];
      let reach = 0;
      for (const term of node.terms) {
        const [first, ...others] = required(term);
        if (first === undefined) return [];
        const best = others.reduce((a, b) => weight(b) > weight(a) ? b : a, first);
        for (const word of best.words) words.add(word);
        ends.push(...best.ends);
        reach = Math.max(reach, best.reach);
      }
      return words.size + ends.length === 0 || words.size + ends.length > MAX_WORDS ? [] : [{ words: [...words], ends, reach }];
    }
  }
}

function ofCheck(check: Check): Literal | undefined {
  if (check.right !== undefined || check.values.length === 0 || check.values.length > MAX_WORDS) return undefined;
  const name = fieldOf(check.left)?.field.name ?? '';
  const reach = REACH_OF.get(name);
  if (reach === undefined) return ofEnds(check, name);
  const folds = check.operator === 'icontains' || check.operator === 'iglob';
  const words = new Set<string>();
  for (const value of check.values) {
    const word = longest(textsOf(check, value.text), reach, folds);
    if (word === '') return undefined;
    words.add(word);
  }
  return { words: [...words], ends: [], reach };
}

function ofEnds({ operator, values }: Check, name: string): Literal | undefined {
  if (operator !== '=' && operator !== 'in' && operator !== 'intersects') return undefined;
  const ends = ADDRESSES.has(name) ? values.map(({ text }) => addressEnd(text)) : PORTS.has(name) ? values.map((value) => portEnd(Number(integer(value, 'PORT')))) : [];
  return ends.length === 0 || ends.includes(undefined) ? undefined : { words: [], ends: ends.filter((end) => end !== undefined), reach: REACH.sockets };
}

/** Addresses with a zero may stand for what is not known. Those of IPv6 are put together in too many ways. */
export function addressEnd(text: string): Uint8Array | undefined { const bytes = text.includes(':') ? undefined : ipv4Bytes(text); return bytes?.includes(0) === true ? undefined : bytes; }
export function portEnd(port: number): Uint8Array | undefined { return port === 0 ? undefined : Uint8Array.of(port & 255, port >> 8); }

/** The field that a check's text is a part of. */
function fieldOf(subject: Subject): FieldRef | undefined {
  if (subject.kind === 'field') return subject.ref;
  const [arg] = subject.args;
  return subject.name === 'basename' && arg?.kind === 'field' ? arg.ref : undefined;
}

/** Texts that each occur in whatever passes against this value. */
function textsOf({ operator }: Check, value: string): readonly string[] {
  switch (operator) {
    case '=': case 'contains': case 'icontains': case 'startswith': case 'endswith': case 'in': case 'intersects': case 'pmatch': return [cText(value)];
    case 'glob': case 'iglob': return /[[\\]/.test(value) ? [] : cText(value).split(/[*?]/);
    case 'regex': return textsOfRegex(value);
    default: return [];
  }
}

function textsOfRegex(pattern: string): readonly string[] {
  const texts: string[] = [];
  let text = '';
  const end = (): void => { if (text !== '') texts.push(text); text = ''; };
  const walk = (node: RegexNode): void => {
    switch (node.kind) {
      case 'set': {
        const [range] = node.ranges;
        if (node.ranges.length === 1 && range !== undefined && range[0] === range[1]) text += String.fromCodePoint(range[0]); else end();
        return;
      }
      case 'sequence': for (const part of node.parts) walk(part); return;
      case 'assert': return;
      case 'choice': end(); return;
      case 'repeat':
        end();
        if (node.min > 0) { walk(node.part); end(); }
    }
  };
  try { walk(readRegex(pattern)); } catch (error) { if (error instanceof RegexError) return []; throw error; }
  end();
  return texts;
}

// ---- which events are to be searched

const TEXTS: ReadonlySet<string> = new Set(['CHARBUF', 'BYTEBUF', 'SOCKADDR', 'SOCKTUPLE', 'FSPATH', 'FSRELPATH', 'DYN', 'CHARBUFARRAY', 'CHARBUF_PAIR_ARRAY']);

const holdsText = ({ id, params }: EventDef): boolean => params.some(({ type }, i) => TEXTS.has(type) || TEXTS.has(OLDER_PARAMS.get(`${id}:${i}`)?.type ?? ''));
/** What is read and written is no name. */
function holdsNames({ flags, params }: EventDef): boolean {
  const moves = flags.has('READS_FROM_FD') || flags.has('WRITES_TO_FD');
  return params.some(({ name, type }) => TEXTS.has(type) && !(moves && name === 'data'));
}
/** Whether what an event says can come to be known: by itself, or as the beginning of a call that ends. */
const changes = (def: EventDef): boolean => holdsNames(def) && (HANDLERS[def.id] !== undefined || (!def.isExit && HANDLERS[def.id + 1] !== undefined));

const ENDS: ReadonlySet<string> = new Set(['SOCKADDR', 'SOCKTUPLE']);
/** By event type, indices of the parameters that hold ends of sockets. */
export const END_PARAMS: readonly (readonly number[] | undefined)[] = Array.from({ length: EVENT_LIMIT }, (_, type) => {
  const places = (eventById(type)?.params ?? []).flatMap((def, i) => ENDS.has(def.type) ? [i] : []);
  return places.length === 0 ? undefined : places;
});
/** Descriptions of containers tell addresses, too. */
const tellsEnds = (def: EventDef): boolean => changes(def) && (END_PARAMS[def.id] !== undefined || ((TRAITS[def.id] ?? 0) & TRAIT.containerJson) !== 0);

const SEARCHED: readonly ((def: EventDef) => boolean)[] = [tellsEnds, changes, holdsNames, holdsText];
const tables: Uint8Array[] = [];
/** By event type, 1: events that may hold words of these literals. */
export function typesToSearch(literals: readonly Literal[]): Uint8Array {
  const reach = literals.reduce((most, one) => Math.max(most, one.reach), 0);
  return tables[reach] ??= Uint8Array.from({ length: EVERY_TYPE }, (_, type) => { const def = eventById(type); return def !== undefined && SEARCHED[reach]?.(def) === true ? 1 : 0; });
}
