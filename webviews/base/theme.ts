// The editor's theme as the canvas needs it: which sort it is, and its colours and fonts read from VS Code's CSS variables.
import { PALETTES, inkOn, pixelOf, KINDS } from './palette.ts';
import type { Palette, ThemeKind } from './palette.ts';

/** Everything that painting reads; made anew when the theme changes. */
export interface Theme {
  readonly kind: ThemeKind;
  readonly palette: Palette;
  /** By index of KINDS. */
  readonly kindColours: readonly string[];
  readonly kindInks: readonly string[];
  readonly kindPixels: Uint32Array;
  readonly background: string;
  readonly foreground: string;
  readonly dim: string;
  readonly line: string;
  /** How strong lines of the time grid are; in high contrast a full one would hide what it crosses. */
  readonly gridAlpha: number;
  readonly accent: string;
  readonly rowActive: string;
  readonly outside: string;
  readonly font: string;
  readonly mono: string;
}

const KIND_OF_CLASS: readonly (readonly [string, ThemeKind])[] = [
  ['vscode-high-contrast-light', 'hcLight'], ['vscode-high-contrast', 'hcDark'], ['vscode-light', 'light'], ['vscode-dark', 'dark'],
];

/** The theme as it is now. */
export function readTheme(): Theme {
  const kind = KIND_OF_CLASS.find(([name]) => document.body.classList.contains(name))?.[1] ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');
  const style = getComputedStyle(document.body);
  const read = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  const palette = PALETTES[kind];
  const light = kind === 'light' || kind === 'hcLight';
  const highContrast = kind === 'hcDark' || kind === 'hcLight';
  const kindColours = KINDS.map((name) => palette.kinds[name]);
  const contrastLine = read('--vscode-contrastBorder', light ? '#0f4a85' : '#6fc3df');
  return {
    kind, palette, kindColours,
    kindInks: kindColours.map(inkOn),
    kindPixels: Uint32Array.from(kindColours, pixelOf),
    background: read('--vscode-editor-background', light ? '#ffffff' : highContrast ? '#000000' : '#1f1f1f'),
    foreground: read('--vscode-editor-foreground', light ? '#1f1f1f' : '#e0e0e0'),
    dim: read('--vscode-descriptionForeground', highContrast ? read('--vscode-foreground', light ? '#000000' : '#ffffff') : light ? '#616161' : '#9d9d9d'),
    line: highContrast ? contrastLine : light ? 'rgba(0, 0, 0, 0.12)' : 'rgba(255, 255, 255, 0.11)',
    gridAlpha: highContrast ? 0.4 : 1,
    accent: read('--vscode-focusBorder', light ? '#005fb8' : '#3794ff'),
    rowActive: highContrast ? 'transparent' : light ? 'rgba(0, 95, 184, 0.08)' : 'rgba(80, 150, 255, 0.10)',
    outside: light ? 'rgba(0, 0, 0, 0.05)' : 'rgba(255, 255, 255, 0.04)',
    font: read('--vscode-font-family', 'system-ui, sans-serif'),
    mono: read('--vscode-editor-font-family', 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace'),
  };
}

/** Sets the page's own variables (kind colours for DOM marks) and calls back whenever the editor's theme changes. */
export function watchTheme(onTheme: (theme: Theme) => void): void {
  const apply = (): void => {
    const theme = readTheme();
    const style = document.documentElement.style;
    // Only on a change: writing the style attribute wakes the observer below.
    const set = (name: string, value: string): void => { if (style.getPropertyValue(name) !== value) style.setProperty(name, value); };
    for (const name of KINDS) set(`--ph-kind-${name}`, theme.palette.kinds[name]);
    set('--ph-error', theme.palette.error);
    set('--ph-gap', theme.palette.gap);
    onTheme(theme);
  };
  const observer = new MutationObserver(apply);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', apply);
  apply();
}
