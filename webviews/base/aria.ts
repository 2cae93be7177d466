// What assistive technology is told: short messages, the latest one only, not faster than they can be read out.

/** A polite live region. */
export class Announcer {
  readonly element: HTMLElement;
  #next = '';
  #timer: number | undefined;

  constructor() {
    this.element = document.createElement('div');
    this.element.className = 'ph-sr';
    this.element.setAttribute('role', 'status');
    this.element.setAttribute('aria-live', 'polite');
    this.element.dataset['testid'] = 'summary';
  }

  /** Says `text` after a pause in which nothing else was to be said. */
  say(text: string, delayMs = 500): void {
    this.#next = text;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#timer = undefined;
      if (this.element.textContent !== this.#next) this.element.textContent = this.#next;
    }, delayMs);
  }
}

/** Whether the user asked for less motion. */
export function wantsReducedMotion(): boolean { return matchMedia('(prefers-reduced-motion: reduce)').matches; }
