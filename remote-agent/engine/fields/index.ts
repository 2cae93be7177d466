// All fields, and how a text names one: the longest known name, then an argument as `[argument]` or `.argument`.
import type { EventContext } from '../event/context.ts';
import { CONTAINER_FIELDS } from './container.ts';
import { EVT_FIELDS } from './evt.ts';
import { FD_FIELDS } from './fd.ts';
import { DEFAULT_OPTIONS, type Extract, type Field, type FieldArgument, type FieldOptions, type FieldRef, type FieldType, type FieldValue } from './field.ts';
import { PATH_FIELDS } from './fsPath.ts';
import { K8S_FIELDS, MESOS_FIELDS } from './k8s.ts';
import { LIST_FIELDS } from './lists.ts';
import { PROC_FIELDS } from './proc.ts';
import { PROC_MORE_FIELDS } from './procMore.ts';
import { EVTIN_FIELDS, SPAN_FIELDS } from './span.ts';
import { SYSLOG_FIELDS } from './syslog.ts';
import { THREAD_FIELDS } from './thread.ts';
import { USER_FIELDS } from './user.ts';
import { valueText } from './values.ts';

export { DEFAULT_OPTIONS, type BufferForm, type Field, type FieldArgument, type FieldOptions, type FieldRef, type FieldType, type FieldValue } from './field.ts';
export { EVENT_NAMES, isEventName } from './evt.ts';

/** Every field, by group. */
export const FIELDS: readonly Field[] = [...EVT_FIELDS, ...PROC_FIELDS, ...THREAD_FIELDS, ...PROC_MORE_FIELDS, ...USER_FIELDS, ...CONTAINER_FIELDS, ...FD_FIELDS, ...PATH_FIELDS, ...SYSLOG_FIELDS, ...LIST_FIELDS, ...K8S_FIELDS, ...MESOS_FIELDS, ...SPAN_FIELDS, ...EVTIN_FIELDS];
const byName: ReadonlyMap<string, Field> = new Map(FIELDS.map((f) => [f.name, f]));

/** The field of exactly this name. */
export function fieldByName(name: string): Field | undefined { return byName.get(name); }

const NAME = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*/i;
/** Longest argument that is read. */
const MAX_ARGUMENT = 1024;

/** What a text names at its start: the longest field name that it begins with, and what follows as its argument. */
export function findField(text: string): FieldRef | undefined {
  const known = longestName(text);
  if (known === undefined) return undefined;
  if (known.argument === 'none') return { field: known, arg: undefined, length: known.name.length };
  return withArgument(text, known);
}

function longestName(text: string): Field | undefined {
  const run = NAME.exec(text)?.[0] ?? '';
  for (let length = run.length; length > 0; length--) {
    const found = byName.get(run.slice(0, length));
    if (found !== undefined) return found;
  }
  return undefined;
}

function withArgument(text: string, field: Field): FieldRef {
  const at = field.name.length;
  if (text[at] === '[') {
    const quote = text[at + 1];
    if (quote === '"' || quote === "'") {
      const close = text.indexOf(`${quote}]`, at + 2);
      if (close > 0 && close - at <= MAX_ARGUMENT) return { field, arg: text.slice(at + 2, close), length: close + 2 };
    }
    const close = text.indexOf(']', at);
    if (close > 0 && close - at <= MAX_ARGUMENT) {
      const inner = text.slice(at + 1, close);
      // Numbers that are too long to be exact (evt.around) stay text.
      return { field, arg: /^\d{1,9}$/.test(inner) ? Number(inner) : inner, length: close + 1 };
    }
  } else if (text[at] === '.') {
    const word = /^[a-z0-9_-]+/i.exec(text.slice(at + 1, at + 1 + MAX_ARGUMENT))?.[0];
    if (word !== undefined) return { field, arg: word, length: at + 1 + word.length };
  }
  return { field, arg: undefined, length: at };
}

/** What is wrong with a field's use; undefined: nothing. */
export function fieldProblem(ref: FieldRef): string | undefined {
  const { field, arg } = ref;
  if (arg === undefined && field.argument === 'required') return field.checkArgument?.(undefined) ?? `${field.name} needs an argument, e.g. ${field.name}[0]`;
  return field.checkArgument?.(arg);
}

/** The type that the values of this use have. */
export function fieldType(ref: FieldRef): FieldType { return ref.field.typeFor?.(ref.arg) ?? ref.field.type; }

/** A reader of the field's value. One for each use: some fields remember what they saw before. */
export function bindValue(ref: FieldRef): (ctx: EventContext) => FieldValue {
  const { field, arg } = ref;
  const extract: Extract = field.memory === undefined ? field.extract : field.memory();
  return arg === undefined && extract.length < 2 ? extract as (ctx: EventContext) => FieldValue : (ctx) => extract(ctx, arg);
}

/** A reader of the field's text; undefined where an event has no value. */
export function bindText(ref: FieldRef, options: FieldOptions = DEFAULT_OPTIONS): (ctx: EventContext) => string | undefined {
  const { field, arg } = ref;
  if (field.textMemory !== undefined) return field.textMemory(options);
  const text = field.text;
  if (text !== undefined) return (ctx) => text(ctx, arg, options);
  const value = bindValue(ref);
  const type = fieldType(ref);
  const { format } = field;
  return (ctx) => valueText(value(ctx), type, format);
}

/** The text of one field of one event; undefined where the event has no value. For single look-ups: lists of events bind once. */
export function fieldText(ref: FieldRef, ctx: EventContext, options: FieldOptions = DEFAULT_OPTIONS): string | undefined { return bindText(ref, options)(ctx); }

/** Names alike to a mistyped one, nearest first. */
export function similarFields(name: string): string[] {
  const wanted = name.toLowerCase();
  const scored: { readonly name: string; readonly cost: number }[] = [];
  for (const field of FIELDS) {
    const cost = distance(wanted, field.name, 4);
    if (cost <= Math.max(1, Math.min(3, Math.floor(field.name.length / 3)))) scored.push({ name: field.name, cost });
    else if (wanted.length >= 3 && field.name.endsWith(`.${wanted}`)) scored.push({ name: field.name, cost: 3 });
  }
  return scored.sort((a, b) => a.cost - b.cost || a.name.localeCompare(b.name)).map((s) => s.name);
}

/** The nearest of `names` to a mistyped one, if any is near. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestCost = Math.max(1, Math.min(3, Math.ceil(word.length / 3))) + 1;
  for (const name of names) {
    const cost = distance(word, name, bestCost);
    if (cost < bestCost) { best = name; bestCost = cost; }
  }
  return best;
}

/** Edits (insert, delete, replace, swap of neighbours) between two words; `limit` or more may be answered as `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > 64 || b.length > 64) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? limit;
}
