// What a field is: one named value of an event, as filters test it, formats print it and chisels read it.
import type { ParamFormat } from '../../../driver/schema/types.ts';
import type { EventContext } from '../event/context.ts';

/** Types of values, by the names that listings show. `DYN`: depends on the argument (see `Field.typeFor`). */
export type FieldType = 'INT16' | 'INT32' | 'INT64' | 'UINT32' | 'UINT64' | 'CHARBUF' | 'BYTEBUF' | 'BOOL' | 'RELTIME' | 'ABSTIME' | 'PORT' | 'IPADDR' | 'IPNET' | 'DOUBLE' | 'DYN';

/** `name`, 0-based `[index]`, or nothing. */
export type FieldArgument = string | number | undefined;
/**
 * Times are ns; of fields that are `epoch`, since the state's base. Whole numbers are `number` where that is exact and `bigint` beyond 2^53.
 * Bytes are a view on the event, valid until the next one.
 */
export type FieldValue = string | number | bigint | boolean | Uint8Array | undefined;
export type Extract = (ctx: EventContext, arg: FieldArgument) => FieldValue;

/** How buffers print: `text` with a dot for what is no printable ASCII, or one of the dumps. */
export type BufferForm = 'text' | 'hex' | 'hexAscii' | 'ascii' | 'base64';

/** What a field's text depends on beside the event. */
export interface FieldOptions {
  /** `evt.outputtime`: h clock, a epoch, r since the first event, d latency, D since the previous event. */
  readonly timeForm: 'h' | 'a' | 'r' | 'd' | 'D';
  /** Local time minus UTC, seconds. */
  readonly zoneSeconds: number;
  readonly bufferForm: BufferForm;
  /** Longest printed buffer in characters; 0: whole. */
  readonly bufferLimit: number;
  /** The text goes to a terminal: what would steer it is replaced, since names and data may be made by whoever is watched. */
  readonly terminal?: boolean;
}
export const DEFAULT_OPTIONS: FieldOptions = { timeForm: 'h', zoneSeconds: 0, bufferForm: 'text', bufferLimit: 80 };

/** Calls `test` with each of several values until one passes. */
export type AnyOf = (ctx: EventContext, test: (value: FieldValue) => boolean) => boolean;

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly format: ParamFormat;
  readonly argument: 'none' | 'optional' | 'required';
  /** Where it may stand: `filter` fields have no text. */
  readonly use: 'any' | 'filter' | 'print' | 'table';
  readonly group: string;
  /** Version of Falco's libraries that brought it, where sysdig 0.29 does not have it; `porthole` where nobody else has it. */
  readonly since?: string | undefined;
  /** One line for people. */
  readonly doc: string;
  extract(ctx: EventContext, arg: FieldArgument): FieldValue;
  /** Its text, where that is not simply the text of the value. */
  readonly text?: ((ctx: EventContext, arg: FieldArgument, options: FieldOptions) => string | undefined) | undefined;
  /** A fresh extractor for fields that remember what they saw before; one per filter or format. */
  readonly memory?: (() => Extract) | undefined;
  /** The same for the text. */
  readonly textMemory?: ((options: FieldOptions) => (ctx: EventContext) => string | undefined) | undefined;
  /** For filters: passes if one of several values does (either end of a connection, any ancestor). Used where there is no argument. */
  readonly anyOf?: AnyOf | undefined;
  /** For filters: passes as this says, which asks `test` for each of several values; whatever the argument is. */
  readonly someOf?: ((ctx: EventContext, test: (value: FieldValue) => boolean, arg: FieldArgument) => boolean) | undefined;
  /** What is wrong with the argument; undefined: nothing. */
  readonly checkArgument?: ((arg: FieldArgument) => string | undefined) | undefined;
  readonly typeFor?: ((arg: FieldArgument) => FieldType) | undefined;
  /** Values worth offering, with `closed` if there are no others. */
  readonly values?: (() => readonly string[]) | undefined;
  readonly closed?: boolean | undefined;
  /** The value is ns since the state's base and means a moment. */
  readonly epoch?: boolean | undefined;
}

/** A field in use: found in a text at some place, with its argument. `length`: characters of the text that name it. */
export interface FieldRef { readonly field: Field; readonly arg: FieldArgument; readonly length: number }

type Rest = Partial<Omit<Field, 'name' | 'type' | 'group' | 'doc' | 'extract'>>;

/** Makes the constructor of one group's fields. */
export function group(name: string): (field: string, type: FieldType, doc: string, extract: Extract, rest?: Rest) => Field {
  return (field, type, doc, extract, rest = {}) => ({ name: field, type, format: 'NA', argument: 'none', use: 'any', group: name, doc, extract, ...rest });
}
