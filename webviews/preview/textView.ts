// What a chisel printed, as text with its colours; only the lines in view exist. The end stays in view while more comes, unless somebody scrolled away from it.
import { el } from '../base/dom.ts';
import { VirtualList } from '../base/virtualList.ts';
import { PLAIN, piecesOf, type Colour, type Look } from './ansi.ts';
import type { Output } from './output.ts';

export const LINE_PX = 19;

export class TextView {
  readonly element: HTMLElement;
  readonly #content = el('div', { class: 'pv-lines' });
  readonly #list: VirtualList;
  #output: Output | undefined;
  #atEnd = true;

  constructor() {
    this.element = el('div', { class: 'pv-text', tabindex: 0, role: 'region', 'aria-label': 'Output as text', 'data-testid': 'text' }, this.#content);
    this.#list = new VirtualList(this.element, this.#content, {
      rowPx: LINE_PX, create: () => el('div', { class: 'pv-line' }), fill: (element, index) => this.#fill(element, index), onVisible: () => undefined,
    });
    this.element.addEventListener('scroll', () => { this.#atEnd = this.element.scrollTop + this.element.clientHeight >= this.element.scrollHeight - LINE_PX; }, { passive: true });
  }

  /** Shows an output, or what it is now. `follow`: the end is of interest, not the beginning. */
  show(output: Output, follow: boolean): void {
    const other = output !== this.#output;
    if (other) this.#atEnd = follow;
    this.#output = output;
    const end = this.#atEnd && follow;
    this.#content.style.minWidth = `calc(${Math.min(output.width, 20_000)}ch + 24px)`;
    this.#list.setCount(output.count);
    if (end) this.#list.scrollToEnd(); else if (other) this.#list.scrollTo(0);
  }

  #fill(element: HTMLElement, index: number): void {
    const output = this.#output;
    if (output === undefined) return;
    const { pieces } = piecesOf(output.line(index), output.looks.get(index + output.dropped) ?? PLAIN);
    element.replaceChildren(...pieces.map(({ text, look }) => look === PLAIN ? document.createTextNode(text) : styled(text, look)));
  }
}

function styled(text: string, look: Look): HTMLElement {
  const element = el('span', {}, text);
  const fg = look.inverse ? look.bg ?? 'var(--vscode-editor-background)' : look.fg, bg = look.inverse ? look.fg ?? 'var(--vscode-editor-foreground)' : look.bg;
  if (fg !== undefined) element.style.color = css(fg);
  if (bg !== undefined) element.style.backgroundColor = css(bg);
  if (look.bold) element.style.fontWeight = '700';
  if (look.dim) element.style.opacity = '0.7';
  if (look.italic) element.style.fontStyle = 'italic';
  if (look.underline) element.style.textDecoration = 'underline';
  return element;
}
const NAMES = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'];
/** Of VS Code's terminal, where the theme has them. */
const FALLBACK = ['#000000', '#cd3131', '#0dbc79', '#b5a000', '#2472c8', '#bc3fbc', '#11a8cd', '#b0b0b0', '#666666', '#f14c4c', '#23d18b', '#c7b30f', '#3b8eea', '#d670d6', '#29b8db', '#e5e5e5'];
function css(colour: Colour): string {
  return typeof colour === 'string' ? colour : `var(--vscode-terminal-ansi${colour >= 8 ? 'Bright' : ''}${NAMES[colour % 8] ?? 'White'}, ${FALLBACK[colour] ?? 'inherit'})`;
}
