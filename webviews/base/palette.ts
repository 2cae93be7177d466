// Colours of the kinds of calls, for each sort of theme: told apart with every common colour vision, and against the background.
import type { KINDS as ProtocolKinds, Kind } from '../../remote-agent/protocol/messages.ts';

/** The protocol's kinds in its order; the compiler refuses any other list. (Taken by value, they would bring the whole RPC library into the page.) */
export const KINDS = ['file', 'network', 'process', 'memory', 'signal', 'wait', 'other'] as const satisfies typeof ProtocolKinds;

export type ThemeKind = 'dark' | 'light' | 'hcDark' | 'hcLight';
export interface Palette { readonly kinds: Readonly<Record<Kind, string>>; readonly error: string; readonly gap: string }

// Found by search under what palette.test.ts asks for; high contrast needs no other kinds, as 3:1 is what graphics need there too.
const DARK: Palette = {
  kinds: { file: '#0fbdff', network: '#e9b52b', process: '#57a158', memory: '#b955d4', signal: '#f2f58f', wait: '#6d6f78', other: '#bcd2d0' },
  error: '#ff5f56', gap: '#d7a6ff',
};
const LIGHT: Palette = {
  kinds: { file: '#1c368f', network: '#ce8219', process: '#107b8e', memory: '#9222ea', signal: '#a36000', wait: '#99968a', other: '#63485a' },
  error: '#c4001a', gap: '#6b3fa0',
};
const HC_DARK: Palette = { kinds: DARK.kinds, error: '#ff6b63', gap: '#e0bcff' };
const HC_LIGHT: Palette = { kinds: LIGHT.kinds, error: '#b00016', gap: '#54288a' };
export const PALETTES: Readonly<Record<ThemeKind, Palette>> = { dark: DARK, light: LIGHT, hcDark: HC_DARK, hcLight: HC_LIGHT };

/** `#rrggbb` as three numbers. */
export function rgbOf(hex: string): readonly [number, number, number] {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16 & 255, value >> 8 & 255, value & 255];
}
function linear(channel: number): number { const c = channel / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }
/** Relative luminance as WCAG defines it. */
export function luminanceOf(hex: string): number {
  const [r, g, b] = rgbOf(hex);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}
/** Contrast ratio of two colours, 1 to 21. */
export function contrastOf(a: string, b: string): number {
  const la = luminanceOf(a), lb = luminanceOf(b);
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}
/** Black or white, whichever reads better on a colour. */
export function inkOn(hex: string): string { return contrastOf(hex, '#000000') >= contrastOf(hex, '#ffffff') ? '#000000' : '#ffffff'; }
/** As a pixel of ImageData seen as little-endian u32. */
export function pixelOf(hex: string): number {
  const [r, g, b] = rgbOf(hex);
  return (255 << 24 | b << 16 | g << 8 | r) >>> 0;
}
