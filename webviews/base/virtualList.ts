// A scrolling list of equal rows of which only the visible ones exist; rows are reused as the list scrolls. Millions of rows are no more work than ten.
import { ScrollSpace } from './scrollSpace.ts';

export interface VirtualListOptions {
  readonly rowPx: number;
  /** Makes an empty row element, once for each visible place. */
  readonly create: () => HTMLElement;
  /** Fills a row element with the item at an index. */
  readonly fill: (element: HTMLElement, index: number) => void;
  /** The visible indices, after each scroll: to fetch more. */
  readonly onVisible: (first: number, last: number) => void;
}

/** Without a scroll for so long, the scroll bar is put where it belongs. */
const SETTLED_MS = 180;

/** The rows live in `content`, which is as high as all rows together, or as high as an element can be; `scroller` is what scrolls. */
export class VirtualList {
  readonly scroller: HTMLElement;
  readonly content: HTMLElement;
  readonly #options: VirtualListOptions;
  readonly #pool: HTMLElement[] = [];
  readonly #space = new ScrollSpace();
  #count = 0;
  #frame = 0;
  #settling: number | undefined;

  constructor(scroller: HTMLElement, content: HTMLElement, options: VirtualListOptions) {
    this.scroller = scroller;
    this.content = content;
    this.#options = options;
    content.style.position = 'relative';
    scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    // Hidden, it forgets where it was.
    new ResizeObserver(() => { if (scroller.clientHeight > 0) { this.#resize(); this.#goTo(this.#space.position); this.refresh(); } }).observe(scroller);
  }

  get count(): number { return this.#count; }
  /** It was scrolled, and what is in view now is not painted yet. */
  get painting(): boolean { return this.#frame !== 0 || this.scroller.clientHeight > 0 && this.scroller.scrollTop !== this.#written; }
  /** Number of rows; `shiftRows` rows were put in front (taken away when negative), so the view keeps showing what it showed. */
  setCount(count: number, shiftRows = 0): void {
    this.#read();
    const position = this.#space.position + shiftRows * this.#options.rowPx;
    this.#count = count;
    this.#resize();
    this.#goTo(position);
    this.paint();
  }
  /** Puts a place of the list, in pixels, at the top of the view. */
  scrollTo(positionPx: number): void { this.#goTo(positionPx); this.paint(); }
  scrollToEnd(): void { this.scrollTo(Infinity); }
  get positionPx(): number { this.#read(); return this.#space.position; }
  /** Scrolls as little as it takes, or puts the row in the middle. */
  reveal(index: number, place: 'nearest' | 'middle' = 'nearest'): void {
    const { rowPx } = this.#options;
    const top = index * rowPx, viewPx = this.#viewPx();
    const from = this.positionPx;
    if (place === 'middle' && (top < from || top + rowPx > from + viewPx)) this.#goTo(top - (viewPx - rowPx) / 2);
    else if (top < from) this.#goTo(top);
    else if (top + rowPx > from + viewPx) this.#goTo(top + rowPx - viewPx);
    this.paint();
  }
  /** Rows that fit into the view. */
  get pageRows(): number { return Math.max(1, Math.floor(this.#viewPx() / this.#options.rowPx)); }
  /** Indices of the rows in view; `last` below `first` when there is none. */
  get visible(): { readonly first: number; readonly last: number } {
    const { rowPx } = this.#options;
    const from = this.#space.position;
    return { first: Math.max(0, Math.floor(from / rowPx)), last: Math.min(this.#count - 1, Math.ceil((from + this.#viewPx()) / rowPx) - 1) };
  }

  refresh(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#read(); this.paint(); });
  }

  paint(): void {
    const { rowPx, fill, create, onVisible } = this.#options;
    const { first, last } = this.visible;
    let used = 0;
    for (let index = first; index <= last; index++, used++) {
      let element = this.#pool[used];
      if (!element) {
        element = create();
        element.style.position = 'absolute';
        this.#pool.push(element);
        this.content.append(element);
      }
      element.hidden = false;
      element.style.top = `${index * rowPx - this.#space.offset}px`;
      fill(element, index);
    }
    for (; used < this.#pool.length; used++) this.#pool[used]!.hidden = true;
    onVisible(first, last);
  }

  #scrolled(): void {
    this.#read();
    if (this.#space.stuck) this.#goTo(this.#space.position);
    clearTimeout(this.#settling);
    if (this.#space.drifted) this.#settling = window.setTimeout(() => { if (this.#space.drifted) { this.#goTo(this.#space.position); this.paint(); } }, SETTLED_MS);
    this.refresh();
  }
  #read(): void { if (this.scroller.clientHeight > 0 && this.scroller.scrollTop !== this.#written) { this.#written = this.scroller.scrollTop; this.#space.scrolledTo(this.#written); } }
  /** The scroll position that is known already, as the browser rounds it. */
  #written = 0;
  #goTo(positionPx: number): void {
    const top = this.#space.goTo(positionPx);
    this.scroller.scrollTop = top;
    this.#written = this.scroller.scrollTop;
  }
  #resize(): void {
    this.#space.setSize(this.#count * this.#options.rowPx, this.#viewPx());
    this.content.style.height = `${this.#space.contentPx}px`;
  }

  // The header inside the scroller (sticky) takes its part of the height.
  #viewPx(): number { return Math.max(0, this.scroller.clientHeight - this.content.offsetTop); }
}
