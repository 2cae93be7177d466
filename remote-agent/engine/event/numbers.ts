// Printed form of floating-point numbers.

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
