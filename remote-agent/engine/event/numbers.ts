// Printed forms of numbers: 64-bit values in full, and C's %g.

const TWO_32 = 4294967296;
const SAFE = 0x1fffff;

/** Decimal text of 8 bytes. */
export function decimal64(data: DataView, at: number, signed: boolean): string {
  const lo = data.getUint32(at, true);
  const hi = signed ? data.getInt32(at + 4, true) : data.getUint32(at + 4, true);
  if (hi <= SAFE && hi >= -SAFE) return String(hi * TWO_32 + lo);
  const value = (BigInt(hi) << 32n) | BigInt(lo);
  return value.toString();
}

/** Upper-case hexadecimal text of 8 bytes, without prefix. */
export function hex64(data: DataView, at: number): string {
  const hi = data.getUint32(at + 4, true), lo = data.getUint32(at, true);
  return (hi === 0 ? lo.toString(16) : hi.toString(16) + lo.toString(16).padStart(8, '0')).toUpperCase();
}

/** As C prints with `%g`: six significant digits, no zeros at the end. */
export function general(value: number): string {
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(6)))));
  const strip = (text: string): string => text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  if (exponent < -4 || exponent >= 6) {
    const [mantissa = '', power = ''] = value.toExponential(5).split('e');
    const sign = power.startsWith('-') ? '-' : '+';
    return `${strip(mantissa)}e${sign}${power.replace(/^[+-]/, '').padStart(2, '0')}`;
  }
  return strip(value.toPrecision(6));
}
