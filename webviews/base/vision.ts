// How colours look to people with the common colour vision deficiencies, and how far apart two colours look: to test palettes. Pure.
// Matrices: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.0, on linear RGB.
import { rgbOf } from './palette.ts';

export type Vision = 'normal' | 'protanopia' | 'deuteranopia' | 'tritanopia';
type Matrix = readonly [number, number, number, number, number, number, number, number, number];
const MATRICES: Readonly<Record<Vision, Matrix>> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

/** Distance of two colours in OKLab, times 100, as a kind of vision sees them; about 2 is just noticed side by side. */
export function distanceOf(a: string, b: string, vision: Vision): number {
  const [la, aa, ba] = okLab(seen(a, vision)), [lb, ab, bb] = okLab(seen(b, vision));
  return 100 * Math.hypot(la - lb, aa - ab, ba - bb);
}

type Triple = readonly [number, number, number];
function seen(hex: string, vision: Vision): Triple {
  const [r, g, b] = rgbOf(hex).map((channel) => { const c = channel / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }) as [number, number, number];
  const m = MATRICES[vision];
  const clamp = (value: number): number => Math.max(0, Math.min(1, value));
  return [clamp(m[0] * r + m[1] * g + m[2] * b), clamp(m[3] * r + m[4] * g + m[5] * b), clamp(m[6] * r + m[7] * g + m[8] * b)];
}
function okLab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}
