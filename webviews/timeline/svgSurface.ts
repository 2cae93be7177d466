// A surface that painting writes SVG on instead of pixels: as much of a canvas's context as the timeline uses.
// (Libraries that offer the whole context build elements with inline styles, which the page's policy forbids.)

/** What painting uses of a context. */
export type Surface = Pick<CanvasRenderingContext2D, 'fillStyle' | 'strokeStyle' | 'lineWidth' | 'globalAlpha' | 'font' | 'textBaseline' | 'textAlign' | 'imageSmoothingEnabled'
  | 'setTransform' | 'save' | 'restore' | 'beginPath' | 'rect' | 'clip' | 'moveTo' | 'lineTo' | 'closePath' | 'fill' | 'fillRect' | 'strokeRect' | 'fillText' | 'measureText' | 'createPattern'>
  & { drawImage(image: HTMLCanvasElement, x: number, y: number, width: number, height: number): void };

/** Ids are the file's, so that two surfaces can go into one. */
let ids = 0;

export class SvgSurface implements Surface {
  fillStyle: CanvasRenderingContext2D['fillStyle'] = '#000000';
  strokeStyle: CanvasRenderingContext2D['strokeStyle'] = '#000000';
  lineWidth = 1;
  globalAlpha = 1;
  font = '10px sans-serif';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  textAlign: CanvasTextAlign = 'left';
  imageSmoothingEnabled = true;
  readonly #out: string[] = [];
  readonly #definitions: string[] = [];
  /** Groups that each `save` has to close. */
  readonly #saved: number[] = [];
  readonly #patterns = new Map<object, string>();
  #path = '';
  #open = 0;
  readonly #measure = document.createElement('canvas').getContext('2d')!;

  /** One unit is one CSS pixel, whatever the screen. */
  setTransform(): void { /* nothing to do */ }
  save(): void { this.#saved.push(this.#open); }
  restore(): void { for (const to = this.#saved.pop() ?? 0; this.#open > to; this.#open--) this.#out.push('</g>'); }
  beginPath(): void { this.#path = ''; }
  moveTo(x: number, y: number): void { this.#path += `M${round(x)} ${round(y)}`; }
  lineTo(x: number, y: number): void { this.#path += `L${round(x)} ${round(y)}`; }
  closePath(): void { this.#path += 'Z'; }
  rect(x: number, y: number, width: number, height: number): void { this.#path += `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}Z`; }
  clip(): void {
    const id = `clip${ids++}`;
    this.#definitions.push(`<clipPath id="${id}"><path d="${this.#path}"/></clipPath>`);
    this.#out.push(`<g clip-path="url(#${id})">`);
    this.#open++;
  }
  fill(): void { this.#out.push(`<path d="${this.#path}" ${this.#paint('fill', this.fillStyle)}/>`); }
  fillRect(x: number, y: number, width: number, height: number): void { this.#out.push(`<rect ${box(x, y, width, height)} ${this.#paint('fill', this.fillStyle)}/>`); }
  strokeRect(x: number, y: number, width: number, height: number): void { this.#out.push(`<rect ${box(x, y, width, height)} fill="none" stroke-width="${round(this.lineWidth)}" ${this.#paint('stroke', this.strokeStyle)}/>`); }
  fillText(text: string, x: number, y: number): void {
    const [, weight, size = '10', family = 'sans-serif'] = /^(?:(\w+) )?([\d.]+)px (.*)$/.exec(this.font) ?? [];
    // Not every viewer knows baselines other than the letters' own.
    const down = this.textBaseline === 'middle' ? Number(size) * 0.35 : 0;
    this.#out.push(`<text x="${round(x)}" y="${round(y + down)}" font-family="${escape(family)}" font-size="${size}"${weight === undefined ? '' : ` font-weight="${weight}"`} xml:space="preserve" ${this.#paint('fill', this.fillStyle)}>${escape(text)}</text>`);
  }
  measureText(text: string): TextMetrics {
    this.#measure.font = this.font;
    return this.#measure.measureText(text);
  }
  drawImage(image: HTMLCanvasElement, x: number, y: number, width: number, height: number): void {
    this.#out.push(`<image ${box(x, y, width, height)} preserveAspectRatio="none" image-rendering="pixelated"${this.globalAlpha < 1 ? ` opacity="${round(this.globalAlpha)}"` : ''} href="${image.toDataURL()}"/>`);
  }
  createPattern(image: CanvasImageSource): CanvasPattern {
    const tile = image as HTMLCanvasElement, id = `pattern${ids++}`, pattern = {};
    this.#definitions.push(`<pattern id="${id}" width="${tile.width}" height="${tile.height}" patternUnits="userSpaceOnUse"><image ${box(0, 0, tile.width, tile.height)} href="${tile.toDataURL()}"/></pattern>`);
    this.#patterns.set(pattern, id);
    return pattern as CanvasPattern;
  }
  #paint(what: 'fill' | 'stroke', style: string | CanvasGradient | CanvasPattern): string {
    const id = typeof style === 'string' ? undefined : this.#patterns.get(style);
    return `${what}="${typeof style === 'string' ? escape(style) : `url(#${id})`}"${this.globalAlpha < 1 ? ` opacity="${round(this.globalAlpha)}"` : ''}`;
  }

  /** The file, with another surface beside what is drawn here. */
  file(width: number, height: number, title: string, beside: { readonly surface: SvgSurface; readonly x: number }): string {
    const { surface, x } = beside;
    return `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img"><title>${escape(title)}</title>`
      + `<defs>${this.#definitions.join('')}${surface.#definitions.join('')}</defs>\n${this.#out.join('\n')}\n<svg x="${round(x)}" width="${round(width - x)}" height="${round(height)}">${surface.#out.join('\n')}</svg>\n</svg>\n`;
  }
}

const round = (value: number): string => String(Math.round(value * 100) / 100);
const box = (x: number, y: number, width: number, height: number): string => `x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${round(Math.max(0, height))}"`;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Characters that XML has no place for become a mark. */
function escape(text: string): string { return text.replace(/[&<>"]/g, (c) => ESCAPES[c]!).replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD'); }
