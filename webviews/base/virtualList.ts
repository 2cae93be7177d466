// A scrolling list of equal rows of which only the visible ones exist; rows are reused as the list scrolls.

export interface VirtualListOptions {
  readonly rowPx: number;
  /** Makes an empty row element, once for each visible place. */
  readonly create: () => HTMLElement;
  /** Fills a row element with the item at an index. */
  readonly fill: (element: HTMLElement, index: number) => void;
  /** The visible indices, after each scroll: to fetch more. */
  readonly onVisible: (first: number, last: number) => void;
}

/** The rows live in `content`, which is as high as all rows together; `scroller` is what scrolls. */
export class VirtualList {
  readonly scroller: HTMLElement;
  readonly content: HTMLElement;
  readonly #options: VirtualListOptions;
  readonly #pool: HTMLElement[] = [];
  #count = 0;
  #frame = 0;

  constructor(scroller: HTMLElement, content: HTMLElement, options: VirtualListOptions) {
    this.scroller = scroller;
    this.content = content;
    this.#options = options;
    content.style.position = 'relative';
    scroller.addEventListener('scroll', () => this.refresh(), { passive: true });
    new ResizeObserver(() => this.refresh()).observe(scroller);
  }

  get count(): number { return this.#count; }
  /** Number of rows; `shiftRows` rows were put in front (taken away when negative), so the view keeps showing what it showed. */
  setCount(count: number, shiftRows = 0): void {
    this.#count = count;
    this.content.style.height = `${count * this.#options.rowPx}px`;
    if (shiftRows !== 0) this.scroller.scrollTop += shiftRows * this.#options.rowPx;
    this.paint();
  }
  scrollToEnd(): void { this.scroller.scrollTop = this.scroller.scrollHeight; this.paint(); }
  /** Scrolls as little as it takes, or puts the row in the middle. */
  reveal(index: number, place: 'nearest' | 'middle' = 'nearest'): void {
    const { rowPx } = this.#options;
    const top = index * rowPx, viewPx = this.#viewPx();
    const from = this.scroller.scrollTop;
    if (place === 'middle' && (top < from || top + rowPx > from + viewPx)) this.scroller.scrollTop = Math.max(0, top - (viewPx - rowPx) / 2);
    else if (top < from) this.scroller.scrollTop = top;
    else if (top + rowPx > from + viewPx) this.scroller.scrollTop = top + rowPx - viewPx;
    this.paint();
  }
  /** Rows that fit into the view. */
  get pageRows(): number { return Math.max(1, Math.floor(this.#viewPx() / this.#options.rowPx)); }
  isAtEnd(): boolean { return this.scroller.scrollTop + this.scroller.clientHeight >= this.scroller.scrollHeight - this.#options.rowPx; }

  refresh(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.paint(); });
  }

  paint(): void {
    const { rowPx, fill, create, onVisible } = this.#options;
    const from = this.scroller.scrollTop;
    const first = Math.max(0, Math.floor(from / rowPx));
    const last = Math.min(this.#count - 1, Math.ceil((from + this.#viewPx()) / rowPx));
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
      element.style.top = `${index * rowPx}px`;
      fill(element, index);
    }
    for (; used < this.#pool.length; used++) this.#pool[used]!.hidden = true;
    onVisible(first, last);
  }

  // The header inside the scroller (sticky) takes its part of the height.
  #viewPx(): number { return Math.max(0, this.scroller.clientHeight - this.content.offsetTop); }
}
