// Lists for people: fields, events, chisels.
import { eventById, OLDER_LISTED, OLDER_PARAMS } from '../../driver/schema/index.ts';
import { FIELDS, type Field } from '../engine/fields/index.ts';
import { findChisel, listChisels } from './chiselRunner.ts';

const LEFT = 30;
const TEXT_WIDTH = 90;
/** Classes of fields in the order of the list. What is only there where something special recorded it stands at the end. */
const CLASSES: readonly (readonly [group: string, about: string])[] = [
  ['evt', 'What an event is, when it was, and what came of it.'],
  ['process', 'The process and the thread that made the event.'],
  ['user', 'The user that the process runs as.'],
  ['group', 'The group that the process runs as.'],
  ['container', 'The container that the process runs in.'],
  ['fd', 'The descriptor that the event works on: file, connection, pipe, ...'],
  ['fs.path', 'The files that a call names, whatever the call is.'],
  ['syslog', 'Messages that programs write to the system\'s log.'],
  ['fdlist', 'The descriptors that a poll waits for.'],
  ['util', 'Helpers.'],
  ['k8s', 'What Kubernetes says of the container that the process runs in, as far as the source holds it.'],
  ['mesos', 'What Mesos and Marathon say of the container that the process runs in, as far as the source holds it.'],
  ['span', 'Spans that programs mark in the trace themselves.'],
  ['evtin', 'Events that happened within such a span.'],
];

/** Words folded into lines of at most `width`, a blank behind each. */
function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) { lines.push(line); line = ''; }
    line += `${word} `;
  }
  lines.push(line);
  return lines;
}

function entry(name: string, text: string): string {
  const [first = '', ...rest] = fold(text, TEXT_WIDTH);
  const head = name.length >= LEFT ? `${name}\n${' '.repeat(LEFT)}${first}` : `${name.padEnd(LEFT)}${first}`;
  return [head, ...rest.map((line) => ' '.repeat(LEFT) + line)].join('\n');
}

/** What filters and lists show as a type's name. */
const typeName = (type: string): string => type === 'DYN' ? 'DYNAMIC' : type;
/** The sentence about a field; newer ones say at its end since when readers have them. */
const about = (field: Field): string => field.since === undefined ? field.doc : `${field.doc} [${field.since === 'porthole' ? 'Porthole' : `libs ${field.since}`}]`;

function fieldEntry(field: Field, types: boolean): string {
  const only = field.use === 'filter' ? '(FILTER ONLY) ' : '';
  return entry(field.name, `${types ? `(Type: ${typeName(field.type)}) ` : ''}${only}${about(field)}`);
}

const listed = (group: string): readonly Field[] => FIELDS.filter((f) => f.group === group && f.use !== 'table');

/** All fields by class. */
export function fieldList(types: boolean): string {
  let out = '';
  for (const [group, text] of CLASSES) {
    const fields = listed(group);
    if (fields.length === 0) continue;
    out += `${'-'.repeat(31)}\n${'Field Class:'.padEnd(LEFT)}${group}\n${entry('Description:', text)}\n\n${fields.map((f) => fieldEntry(f, types)).join('\n')}\n\n`;
  }
  return out;
}

/** The same as tables of Markdown. */
export function fieldMarkdown(): string {
  let out = '';
  for (const [group, text] of CLASSES) {
    const fields = listed(group);
    if (fields.length === 0) continue;
    const rows = fields.map((f) => `\`${f.name}\` | ${typeName(f.type)} | ${f.use === 'filter' ? '(FILTER ONLY) ' : ''}${about(f).replaceAll('|', '\\|')}`);
    out += `\n## Field Class: ${group}\n\n${text}\n\nName | Type | Description\n:----|:-----|:-----------\n${rows.join('\n')}\n`;
  }
  return out;
}

/** All events that readers of captures know in their present form: direction, name, parameters. */
export function eventList(): string {
  let out = '';
  for (const [first, last] of OLDER_LISTED) {
    for (let id = first; id <= last; id++) {
      // An exit that newer readers do not have is declared as its enter event is.
      const event = eventById(id) ?? eventById(id - 1);
      if (event === undefined) continue;
      const params = event.params.slice(0, Math.max(0, event.known)).map((param, i) => OLDER_PARAMS.get(`${id}:${i}`) ?? param);
      out += `${id % 2 === 1 ? '<' : '>'} ${event.name}(${params.map((p) => `${typeName(p.type).replace(/^ENUM/, '')} ${p.name}`).join(', ')})\n`;
    }
  }
  return out;
}

const COLUMN = 79;
const INDENT = 16;

/** Text cut into lines of the terminal's width, those after the first indented. */
function cut(text: string, first: number, indent: number): string {
  let out = '';
  let room = COLUMN - first;
  for (let at = 0; at < text.length; room = COLUMN - indent) {
    out += `${at === 0 ? '' : `\n${' '.repeat(indent)}`}${text.slice(at, at + room)}`;
    at += room;
  }
  return out;
}

function chiselLine(name: string, about: string): string { return name.length < INDENT ? `${name.padEnd(INDENT)}${cut(about, INDENT, INDENT)}` : `${name}\n${' '.repeat(INDENT)}${cut(about, INDENT, INDENT)}`; }

/** All chisels by category. */
export function chiselList(): string {
  let out = '';
  let category: string | undefined;
  for (const chisel of listChisels()) {
    const { head } = chisel;
    if (head === undefined) continue;
    if (head.category !== category) {
      category = head.category;
      const title = `Category: ${category}`;
      out += `\n${title}\n${'-'.repeat(title.length)}\n`;
    }
    out += `${chiselLine(chisel.name, head.shortDescription)}\n`;
  }
  return `${out}\nUse the -i flag to get detailed information about a specific chisel\n`;
}

/** What one chisel does; undefined where there is none of that name. */
export function chiselInfo(name: string): string | undefined {
  const head = findChisel(name)?.head;
  // As in sysdig: what only other chisels start has no page of its own.
  if (head === undefined || head.hidden) return undefined;
  const title = `Category: ${head.category}`;
  const args = head.args.length === 0 ? '(None)\n' : `${head.args.map((a) => cut(`[${a.type}] ${a.name} - ${a.description}`, INDENT, INDENT)).join('\n')}\n\n`;
  return `\n${title}\n${'-'.repeat(title.length)}\n${chiselLine(name, head.shortDescription)}\n\n${cut(head.description, 0, 0)}\nArgs:\n${args}`;
}
