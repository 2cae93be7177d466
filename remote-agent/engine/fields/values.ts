// The text of a field's value by its type and format; whole numbers of 64 bits, which are `bigint` only where a number would not be exact.
import type { ParamFormat } from '../../../driver/schema/types.ts';
import { decodeToNul } from '../base/text.ts';
import type { FieldType, FieldValue } from './field.ts';

const TWO_32 = 4294967296;
/** Upper halves of what a number holds exactly. */
const SAFE = 0x1fffff;

/** A whole number of 64 bits given as two halves; `hi` signed or not, as the value is. */
export function whole64(hi: number, lo: number): number | bigint { return hi <= SAFE && hi >= -SAFE ? hi * TWO_32 + lo : (BigInt(hi) << 32n) | BigInt(lo); }

/** A whole number of `size` bytes at `at`; undefined for sizes that none has. */
export function wholeAt(data: DataView, at: number, size: number, signed: boolean): number | bigint | undefined {
  switch (size) {
    case 1: return signed ? data.getInt8(at) : data.getUint8(at);
    case 2: return signed ? data.getInt16(at, true) : data.getUint16(at, true);
    case 4: return signed ? data.getInt32(at, true) : data.getUint32(at, true);
    case 8: return whole64(signed ? data.getInt32(at + 4, true) : data.getUint32(at + 4, true), data.getUint32(at, true));
    default: return undefined;
  }
}

/** As an unsigned number of 64 bits, which is what times and their differences are: a moment before another one lies nearly 2^64 behind it. */
export function unsigned64(value: number): number | bigint { return value >= 0 ? value : BigInt.asUintN(64, BigInt(value)); }

/** `value / by`, cut. */
export function divided(value: number | bigint, by: number): number | bigint { return typeof value === 'bigint' ? narrow(value / BigInt(by)) : Math.floor(value / by); }
/** What is left of it. */
export function remainder(value: number | bigint, by: number): number { return typeof value === 'bigint' ? Number(value % BigInt(by)) : value % by; }
/** As a number, where that is exact. */
export function narrow(value: bigint): number | bigint { return value <= 9007199254740991n && value >= -9007199254740991n ? Number(value) : value; }

/** With one digit behind the point. Only quarters lie in the very middle of two such numbers: C goes to the even digit, `toFixed` up. */
function tenths(value: number): string { return Math.abs(value % 1) === 0.25 ? `${Math.trunc(value)}.2` : value.toFixed(1); }

/** The text of a value; undefined where there is none. */
export function valueText(value: FieldValue, type: FieldType, format: ParamFormat): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') {
    if (type === 'DOUBLE') return tenths(value);
    if (format === '10_PADDED_DEC') return value < 0 ? `-${String(-value).padStart(8, '0')}` : String(value).padStart(9, '0');
    if (format === 'HEX') return (value >= 0 ? value.toString(16) : type === 'INT64' ? BigInt.asUintN(64, BigInt(value)).toString(16) : (value + TWO_32).toString(16)).toUpperCase();
    if (format === 'OCT') return value.toString(8);
    return String(value);
  }
  if (typeof value === 'bigint') return format === 'HEX' ? BigInt.asUintN(64, value).toString(16).toUpperCase() : format === 'OCT' ? BigInt.asUintN(64, value).toString(8) : value.toString();
  return decodeToNul(value, 0, value.length);
}
