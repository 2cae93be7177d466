// The text of a field's value by its type and format.
import type { ParamFormat } from '../../../driver/schema/types.ts';
import { decodeToNul } from '../base/text.ts';
import type { FieldType, FieldValue } from './field.ts';

/** The text of a value; undefined where there is none. */
export function valueText(value: FieldValue, type: FieldType, format: ParamFormat): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') {
    if (type === 'DOUBLE') return value.toFixed(1);
    if (format === '10_PADDED_DEC') return value < 0 ? `-${String(-value).padStart(9, '0')}` : String(value).padStart(9, '0');
    if (format === 'HEX') return (value < 0 ? value + 4294967296 : value).toString(16).toUpperCase();
    if (format === 'OCT') return value.toString(8);
    return String(value);
  }
  return decodeToNul(value, 0, value.length);
}
