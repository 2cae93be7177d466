// Comparisons of whole numbers, truths and ports. Values are read as sysdig reads them: decimal digits, cut to the width of the field's type.
import { EVENTS, type ParamType } from '../../../driver/schema/index.ts';
import type { FieldRef, FieldType } from '../fields/index.ts';
import { nearest } from '../fields/index.ts';
import { SERVICE_NAMES, servicePort } from '../fields/services.ts';
import type { FilterValue, Operator } from './ast.ts';
import { ValueError } from './kinds.ts';
import type { ValueTest } from './texts.ts';

/** How many bits a value has, and whether one of them is a sign. */
interface Width { readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }

const WIDTHS: Readonly<Record<string, Width>> = {
  INT8: { bits: 8, signed: true }, INT16: { bits: 16, signed: true }, INT32: { bits: 32, signed: true }, INT64: { bits: 64, signed: true }, UINT8: { bits: 8, signed: false }, UINT16: { bits: 16, signed: false },
  UINT32: { bits: 32, signed: false }, UINT64: { bits: 64, signed: false }, RELTIME: { bits: 64, signed: false }, ABSTIME: { bits: 64, signed: false }, PORT: { bits: 16, signed: false },
  FLAGS8: { bits: 8, signed: false }, FLAGS16: { bits: 16, signed: false }, FLAGS32: { bits: 32, signed: false }, ENUMFLAGS8: { bits: 8, signed: false }, ENUMFLAGS16: { bits: 16, signed: false }, ENUMFLAGS32: { bits: 32, signed: false },
  SIGTYPE: { bits: 8, signed: false }, L4PROTO: { bits: 8, signed: false }, MODE: { bits: 32, signed: false }, UID: { bits: 32, signed: false }, GID: { bits: 32, signed: false },
};
const SIGNED_64: Width = { bits: 64, signed: true };

const paramWidths = new Map<string, Width>();
for (const event of EVENTS) for (const param of event.params) if (!paramWidths.has(param.name)) paramWidths.set(param.name, WIDTHS[param.type satisfies ParamType] ?? SIGNED_64);

/** The width that values of a field are cut to; a bare parameter has that of its own. */
function widthOf(type: FieldType, ref: FieldRef | undefined): Width {
  if (ref?.field.type === 'DYN' && typeof ref.arg === 'string') return paramWidths.get(ref.arg) ?? SIGNED_64;
  return WIDTHS[type] ?? SIGNED_64;
}

const MAX_SIGNED = 2n ** 63n - 1n, MIN_SIGNED = -(2n ** 63n), MAX_UNSIGNED = 2n ** 64n - 1n;

/** As the C library scans digits: what does not fit 64 bits becomes the largest value that does; then it is cut to its width. */
function cut(number: bigint, { bits, signed }: Width): bigint {
  if (signed) return BigInt.asIntN(bits, number > MAX_SIGNED ? MAX_SIGNED : number < MIN_SIGNED ? MIN_SIGNED : number);
  return BigInt.asUintN(bits, number > MAX_UNSIGNED || number < -MAX_UNSIGNED ? MAX_UNSIGNED : BigInt.asUintN(64, number));
}

/** The whole number that a text is; undefined where it is none. Blanks and a sign may stand in front; beside decimal digits 0x and hexadecimal ones are read. */
export function wholeNumber(text: string): bigint | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(\d{1,400}|0x[0-9a-fA-F]{1,16})$/.exec(text);
  if (match === null) return undefined;
  const magnitude = BigInt(match[2] ?? '0');
  return match[1] === '-' ? -magnitude : magnitude;
}

const MAX_PORT_TEXT = 2n ** 31n - 1n;

function port(value: FilterValue): bigint {
  const { text } = value;
  if (text === '') return 0n;
  const number = /^(\d+|0x[0-9a-fA-F]+)$/.test(text) ? wholeNumber(text) : undefined;
  if (number !== undefined && number <= MAX_PORT_TEXT) return BigInt.asUintN(16, number);
  const known = number === undefined ? servicePort(text) : undefined;
  if (known !== undefined) return BigInt(known);
  const near = nearest(text, SERVICE_NAMES);
  throw new ValueError(value, `"${text}" is no port: expected a number or the name of a service such as https${near === undefined ? '' : `; did you mean ${near}?`}`);
}

/** The number that a value names, exact. Throws a ValueError. */
export function integer(value: FilterValue, type: FieldType, ref?: FieldRef): bigint {
  if (type === 'BOOL') {
    if (value.text === 'true') return 1n;
    if (value.text === 'false') return 0n;
    throw new ValueError(value, `"${value.text}" is neither true nor false`);
  }
  if (type === 'PORT') return port(value);
  const number = wholeNumber(value.text);
  if (number === undefined) throw new ValueError(value, value.text === '' ? 'a number is missing here' : `"${value.text}" is no number`);
  return cut(number, widthOf(type, ref));
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** A number for JavaScript's own comparisons, which are exact between number and bigint: plain where that is exact. */
function comparable(number: bigint): number | bigint { return number >= -MAX_SAFE && number <= MAX_SAFE ? Number(number) : number; }

function decimal(value: FilterValue, type: FieldType, ref: FieldRef | undefined): number | bigint {
  if (type === 'DOUBLE' && /^[ \t]*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(value.text)) return Number(value.text);
  return comparable(integer(value, type, ref));
}

function isNumber(value: unknown): value is number | bigint { return typeof value === 'number' || typeof value === 'bigint'; }

/** Truths count as 0 and 1. */
function asNumber(value: unknown): unknown { return typeof value === 'boolean' ? Number(value) : value; }

/** The test of one number, by operator. Throws a ValueError. */
export function numberTest(operator: Operator, value: FilterValue, type: FieldType, ref: FieldRef | undefined): ValueTest {
  const wanted = decimal(value, type, ref);
  if (type === 'BOOL') { const test = compareNumbers(operator, wanted); return (truth) => typeof truth === 'boolean' && test(truth ? 1 : 0); }
  return compareNumbers(operator, wanted);
}

/** By operator; values beyond 2^53 come as bigint and compare with both. */
function compareNumbers(operator: Operator, wanted: number | bigint): ValueTest {
  if (typeof wanted === 'bigint') return compareLarge(operator, wanted);
  switch (operator) {
    case '=': return (value) => value === wanted;
    case '!=': return (value) => isNumber(value) && value !== wanted;
    case '<': return (value) => isNumber(value) && value < wanted;
    case '<=': return (value) => isNumber(value) && value <= wanted;
    case '>': return (value) => isNumber(value) && value > wanted;
    case '>=': return (value) => isNumber(value) && value >= wanted;
    default: throw new Error(`no test of numbers: ${operator}`);
  }
}

function compareLarge(operator: Operator, wanted: bigint): ValueTest {
  switch (operator) {
    // Mixed: a number that is inexact, as a rounded one of a source would be, equals what it was rounded from.
    case '=': return (value) => isNumber(value) && value == wanted;
    case '!=': return (value) => isNumber(value) && value != wanted;
    case '<': return (value) => isNumber(value) && value < wanted;
    case '<=': return (value) => isNumber(value) && value <= wanted;
    case '>': return (value) => isNumber(value) && value > wanted;
    case '>=': return (value) => isNumber(value) && value >= wanted;
    default: throw new Error(`no test of numbers: ${operator}`);
  }
}

/** One of many numbers. */
export function numberSetTest(values: readonly FilterValue[], type: FieldType, ref: FieldRef | undefined): ValueTest {
  const wanted = new Set<unknown>(values.map((value) => decimal(value, type, ref)));
  return type === 'BOOL' ? (value) => wanted.has(asNumber(value)) : (value) => wanted.has(value);
}

/** Comparisons of two numbers, or truths, that events bring along. */
export function compareTwo(operator: Operator, a: unknown, b: unknown): boolean {
  const one = asNumber(a), other = asNumber(b);
  if (!isNumber(one) || !isNumber(other)) return false;
  switch (operator) {
    case '=': return one == other;
    case '!=': return one != other;
    case '<': return one < other;
    case '<=': return one <= other;
    case '>': return one > other;
    case '>=': return one >= other;
    default: return false;
  }
}
