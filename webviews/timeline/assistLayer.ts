// What lies over a line of text that is typed: its colours, what is wrong underlined, and which character is where. It takes no press: the input below has them.
import type { FilterColour, FilterProblem } from '../protocol/messages.ts';
import { el } from '../base/dom.ts';

export class AssistLayer {
  readonly element: HTMLElement;
  readonly #wrongId: string;
  #text = '';
  #colours: readonly FilterColour[] = [];
  #problems: readonly FilterProblem[] = [];

  constructor(id: string) {
    this.#wrongId = `${id}-wrong`;
    this.element = el('div', { class: 'ph-input-layer', 'aria-hidden': 'true', 'data-testid': `${id}-layer` });
  }

  /** Another text. What stands before and behind the change keeps its colour until new ones are known. */
  setText(text: string, problems: readonly FilterProblem[]): void {
    const old = this.#text, most = Math.min(old.length, text.length);
    let before = 0, behind = 0;
    while (before < most && old[before] === text[before]) before++;
    while (behind < most - before && old[old.length - 1 - behind] === text[text.length - 1 - behind]) behind++;
    const grown = text.length - old.length;
    this.#colours = this.#colours.flatMap((colour) => colour.end <= before ? [colour] : colour.start >= old.length - behind ? [{ ...colour, start: colour.start + grown, end: colour.end + grown }] : []);
    this.#text = text;
    this.#problems = problems;
    this.#paint();
  }
  setColours(colours: readonly FilterColour[]): void { this.#colours = colours; this.#paint(); }

  /** The character under a point of the window; undefined beside the text. */
  offsetAt(x: number): number | undefined {
    const walker = document.createTreeWalker(this.element, NodeFilter.SHOW_TEXT), range = document.createRange();
    let at = 0;
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const length = node.textContent?.length ?? 0;
      range.selectNodeContents(node);
      const { left, right } = range.getBoundingClientRect();
      if (x >= left && x < right) {
        for (let i = 0; i < length; i++) {
          range.setStart(node, i);
          range.setEnd(node, i + 1);
          if (x < range.getBoundingClientRect().right) return at + i < this.#text.length ? at + i : undefined;
        }
      }
      at += length;
    }
    return undefined;
  }

  #paint(): void {
    const { length } = this.#text, parts: (Node | string)[] = [];
    const problems = [...this.#problems].sort((a, b) => a.start - b.start);
    let at = 0;
    for (const problem of problems) {
      const start = Math.max(at, Math.min(problem.start, length)), end = Math.max(start, Math.min(problem.end, length));
      // An error at the end of the text has nothing to stand under: two spaces are underlined.
      parts.push(...this.#coloured(at, start), el('span', { class: 'ph-wrong', 'data-testid': this.#wrongId }, ...(end > start ? this.#coloured(start, end) : ['\u00a0\u00a0'])));
      at = end;
    }
    this.element.replaceChildren(...parts, ...this.#coloured(at, length));
  }

  #coloured(start: number, end: number): (Node | string)[] {
    const parts: (Node | string)[] = [];
    let at = start;
    for (const colour of this.#colours) {
      const from = Math.max(colour.start, at), to = Math.min(colour.end, end);
      if (to <= from) continue;
      if (from > at) parts.push(this.#text.slice(at, from));
      parts.push(el('span', { class: `ph-token-${colour.type}` }, this.#text.slice(from, to)));
      at = to;
    }
    if (end > at) parts.push(this.#text.slice(at, end));
    return parts;
  }
}
