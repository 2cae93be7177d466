// Scrolls further than a browser can: an element ends at about 33 million pixels, which is a million rows. Pure numbers; no DOM.
//
// Two spaces: `position` is the pixel of the whole list that stands at the top of the view; `top` is what the browser scrolls. Where the list is
// higher than an element may be, the two differ by `offset`: small steps move both alike, so that scrolling stays smooth; a leap (the scroll bar
// was dragged) goes to the same share of the list.

/** Height of the scrolled element at most, CSS pixels; well below what browsers cut off. */
export const MAX_CONTENT_PX = 8_000_000;

export class ScrollSpace {
  #totalPx = 0;
  #viewPx = 0;
  #position = 0;
  #top = 0;

  /** CSS pixel of the list that is at the top of the view. */
  get position(): number { return this.#position; }
  /** Height to give to the scrolled element. */
  get contentPx(): number { return Math.min(this.#totalPx, MAX_CONTENT_PX); }
  /** Subtract it from a place in the list for the place in the element. */
  get offset(): number { return this.#scaled ? this.#position - this.#top : 0; }
  get #scaled(): boolean { return this.#totalPx > MAX_CONTENT_PX; }
  get #endPosition(): number { return Math.max(0, this.#totalPx - this.#viewPx); }
  get #endTop(): number { return Math.max(0, this.contentPx - this.#viewPx); }

  setSize(totalPx: number, viewPx: number): void { this.#totalPx = totalPx; this.#viewPx = viewPx; }

  /** The browser has scrolled to `top`. */
  scrolledTo(top: number): void {
    const delta = top - this.#top;
    this.#top = top;
    if (!this.#scaled) this.#position = top;
    else if (Math.abs(delta) > this.#viewPx * 3 + 300) this.#position = top / Math.max(1, this.#endTop) * this.#endPosition;
    else this.#position = Math.max(0, Math.min(this.#endPosition, this.#position + delta));
  }
  /** Where to scroll the element so that it shows `position`, and the scroll bar says so. */
  goTo(position: number): number {
    this.#position = Math.max(0, Math.min(this.#endPosition, position));
    if (!this.#scaled) return this.#top = this.#position;
    // The last pixel at each end belongs to the end alone, so that there is always one more step towards it.
    const top = Math.round(this.#position / this.#endPosition * this.#endTop);
    return this.#top = this.#position <= 0 ? 0 : this.#position >= this.#endPosition ? this.#endTop : Math.max(1, Math.min(this.#endTop - 1, top));
  }
  /** The element is at an end and the list is not, so that no further step is possible without `goTo`. */
  get stuck(): boolean { return this.#scaled && (this.#top <= 0 && this.#position > 0 || this.#top >= this.#endTop - 0.75 && this.#position < this.#endPosition); }
  /** Small steps have moved the scroll bar away from where it should be. */
  get drifted(): boolean { return this.#scaled && Math.abs(this.#top - this.#position / this.#endPosition * this.#endTop) > 2; }
}
