// A bar between two panes that is dragged, or moved with the arrow keys; its place is a CSS variable of the parent.

export interface SplitterOptions {
  readonly label: string;
  /** `columns`: the bar stands upright and moves sideways. */
  readonly direction: 'columns' | 'rows';
  /** CSS variable on `root` that gets the size. */
  readonly variable: string;
  readonly root: HTMLElement;
  /** Size in CSS pixels that the pane before (or after) the bar takes. */
  readonly initialPx: number;
  readonly minPx: number;
  /** Largest size, asked for when it is needed. */
  readonly maxPx: () => number;
  /** The sized pane comes after the bar, so moving forward makes it smaller. */
  readonly after?: boolean;
  readonly onChange: (sizePx: number) => void;
}

/** Makes the bar (role separator, focusable) and keeps the variable up to date. */
export function createSplitter(options: SplitterOptions): HTMLElement {
  const bar = document.createElement('div');
  const horizontal = options.direction === 'columns';
  bar.className = `ph-splitter ph-splitter-${options.direction}`;
  bar.tabIndex = 0;
  bar.setAttribute('role', 'separator');
  bar.setAttribute('aria-orientation', horizontal ? 'vertical' : 'horizontal');
  bar.setAttribute('aria-label', options.label);
  let sizePx = options.initialPx;
  const sign = options.after ? -1 : 1;

  const apply = (wantedPx: number): void => {
    sizePx = Math.round(Math.max(options.minPx, Math.min(options.maxPx(), wantedPx)));
    options.root.style.setProperty(options.variable, `${sizePx}px`);
    bar.setAttribute('aria-valuenow', String(sizePx));
    bar.setAttribute('aria-valuemin', String(options.minPx));
    bar.setAttribute('aria-valuemax', String(Math.round(options.maxPx())));
  };
  bar.addEventListener('pointerdown', (down) => {
    if (down.button !== 0) return;
    down.preventDefault();
    bar.setPointerCapture(down.pointerId);
    bar.classList.add('ph-dragging');
    const from = horizontal ? down.clientX : down.clientY;
    const startPx = sizePx;
    const move = (event: PointerEvent): void => { apply(startPx + sign * ((horizontal ? event.clientX : event.clientY) - from)); options.onChange(sizePx); };
    const end = (): void => {
      bar.classList.remove('ph-dragging');
      bar.removeEventListener('pointermove', move);
    };
    bar.addEventListener('pointermove', move);
    bar.addEventListener('pointerup', end, { once: true });
    bar.addEventListener('pointercancel', end, { once: true });
  });
  bar.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 64 : 16;
    const back = horizontal ? 'ArrowLeft' : 'ArrowUp';
    const forward = horizontal ? 'ArrowRight' : 'ArrowDown';
    if (event.key !== back && event.key !== forward) return;
    event.preventDefault();
    apply(sizePx + sign * (event.key === forward ? step : -step));
    options.onChange(sizePx);
  });
  apply(sizePx);
  return bar;
}
