// Turns what a chisel wants of an event (fields, filter, formatted line, intervals) into functions on the event.
import { bindText, bindValue, DEFAULT_OPTIONS, fieldProblem, findField, similarFields, type BufferForm, type FieldOptions } from '../fields/index.ts';
import { compileFilter } from '../filter/index.ts';
import { compileFormat } from '../format/index.ts';
import type { EventContext } from '../event/context.ts';
import type { ColumnValue } from './batch.ts';
import type { ChiselChecks } from './inPlaceMachine.ts';
import type { ChiselEnvironment } from './ports.ts';

/** What sysdig prints without -p. */
export const STANDARD_LINE = '*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info';
/** How buffers are rendered, by the names of sysdig.set_output_format. Chisels get whole buffers. */
const BUFFER_FORMS: Readonly<Record<string, BufferForm>> = { hex: 'hex', hexascii: 'hexAscii', ascii: 'ascii', base64: 'base64', jsonbase64: 'base64' };
/** How values print for a chisel: where the command line asks for a form of buffers, the chisel's wish counts for nothing. */
export function formatOptions(outputFormat: string, { timeForm = 'h', zoneSeconds = 0, bufferForm = 'text' }: Forms): FieldOptions {
  return { ...DEFAULT_OPTIONS, timeForm, zoneSeconds, bufferLimit: 0, bufferForm: bufferForm === 'text' ? BUFFER_FORMS[outputFormat] ?? 'text' : bufferForm };
}
export type Forms = Pick<ChiselEnvironment, 'timeForm' | 'zoneSeconds' | 'bufferForm' | 'outputFormat'>;
const NO_FORMS: Forms = { outputFormat: 'normal' };

/** What is wrong with the name of a field as chisel.request_field gets it; undefined: nothing. */
export function fieldNameProblem(name: string): string | undefined {
  const ref = findField(name);
  if (ref === undefined || ref.length !== name.length) {
    const near = similarFields(name)[0];
    return `chisel requesting nonexistent field ${name}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
  }
  if (ref.field.use === 'filter') return `${ref.field.name} can be used in filters only`;
  return fieldProblem(ref);
}

/** Checks against the fields and filters of this engine. */
export const ENGINE_CHECKS: ChiselChecks = {
  field: fieldNameProblem,
  filter: (text) => { const made = compileFilter(text); return made.ok ? undefined : `filter error at character ${made.error.start + 1}: ${made.error.message}`; },
  formatter: (text) => { const made = compileFormat(text === '' || text === 'default' ? STANDARD_LINE : text); return made.ok ? undefined : made.message; },
};

/** A reader of the value that Lua gets: numbers, strings, booleans; moments as ns since the epoch. */
export function columnReader(name: string, outputFormat = 'normal', forms = NO_FORMS): (ctx: EventContext) => ColumnValue {
  const ref = findField(name);
  if (ref === undefined) return () => undefined;
  const { field } = ref;
  const asText = bindText(ref, formatOptions(outputFormat, forms));
  if ((field.type === 'CHARBUF' || field.type === 'BYTEBUF') && (field.text !== undefined || field.textMemory !== undefined)) return asText;
  const read = bindValue(ref);
  const { epoch } = field;
  const raw = field.name === 'evt.rawarg';
  return (ctx) => {
    const value = read(ctx);
    if (typeof value === 'number') return epoch === true ? Number(ctx.state.baseNs) + value : value;
    // Lua 5.1 has doubles only.
    if (typeof value === 'bigint') return Number(value);
    if (typeof value !== 'object') return value;
    return raw ? value.slice() : asText(ctx);
  };
}

export type EventTest = (ctx: EventContext) => boolean;
/** A test for a filter that was checked before; one that is wrong all the same passes nothing. */
export function eventTest(text: string): EventTest | undefined {
  if (text.trim() === '') return undefined;
  const made = compileFilter(text);
  return made.ok ? (ctx) => made.test(ctx) : () => false;
}

/** Prints the line of an event, as JSON where that is asked for; undefined where the format leaves the event out. */
export function linePrinter(format: string | undefined, outputFormat = 'normal', forms = NO_FORMS): ((ctx: EventContext) => string | undefined) | undefined {
  if (format === undefined) return undefined;
  const made = compileFormat(format === '' ? STANDARD_LINE : format, formatOptions(outputFormat, forms));
  if (!made.ok) return undefined;
  return forms.outputFormat === 'json' ? (ctx) => made.printJson(ctx) : (ctx) => made.print(ctx);
}

/** Most intervals that one event may end; a pause of a week is not worth more calls. */
const MAX_TICKS = 10_000;

/** Says when intervals end, from the times of events alone. */
export class IntervalClock {
  readonly #interval: number;
  readonly #precise: boolean;
  /** Time base modulo the interval, so that intervals are whole ones of the clock. */
  readonly #phase: number;
  #bucket = Number.NaN;
  #last = -1;
  #next = Number.NaN;

  constructor(intervalNs: number, precise: boolean, baseNs: bigint) {
    this.#interval = Math.max(1, Math.floor(intervalNs)); this.#precise = precise;
    this.#phase = Number(baseNs % BigInt(this.#interval));
  }

  /** Calls `fire` with the time (ns since the base) and the length of each interval that ends at or before an event's time. */
  pass(tsNs: number, fire: (atNs: number, deltaNs: number) => void): void {
    if (this.#precise) {
      if (Number.isNaN(this.#next)) this.#next = tsNs;
      for (let n = 0; tsNs >= this.#next + this.#interval; n++) {
        if (n < MAX_TICKS) fire(this.#next, this.#interval);
        this.#next = n < MAX_TICKS ? this.#next + this.#interval : tsNs - (tsNs - this.#next) % this.#interval;
      }
      return;
    }
    const bucket = Math.floor((this.#phase + tsNs) / this.#interval);
    if (bucket === this.#bucket) return;
    const first = Number.isNaN(this.#bucket);
    this.#bucket = bucket;
    if (first) return;
    const delta = this.#last < 0 ? 0 : tsNs - this.#last;
    if (this.#last >= 0 && delta === 0) return;
    this.#last = tsNs;
    fire(tsNs, delta);
  }
}
