// Mouse, touch and keys on the timeline become moves of the model and choices. Knows the DOM's events, nothing of data.
import { AXIS_CSS } from './layout.ts';
import type { Range } from './model.ts';

/** What the timeline can be told to do. Positions are in CSS pixels of the canvas. */
export interface TimelineMoves {
  nsAt(xCss: number): number;
  zoomAt(xCss: number, factor: number): void;
  /** Zooms at the selected event, or at the middle. */
  zoom(factor: number): void;
  pan(dxCss: number): void;
  scroll(dyCss: number): void;
  setRange(range: Range): void;
  setBand(band: Range | undefined): void;
  /** Marks a stretch of time. */
  choose(range: Range): void;
  /** Makes the chosen stretch begin or end where the selected event does, or the view. */
  chooseEnd(end: 'start' | 'end'): void;
  zoomToChosen(): void;
  bookmark(): void;
  pinLane(): void;
  hideLane(): void;
  /** Moves the lane among its siblings. */
  shiftLane(delta: number): void;
  searchLanes(): void;
  hover(at: { readonly xCss: number; readonly yCss: number } | undefined): void;
  click(xCss: number, yCss: number): void;
  doubleClick(xCss: number, yCss: number): void;
  goToStart(): void;
  goToEnd(): void;
  moveLane(delta: number): void;
  expandLane(how: 'toggle' | 'open' | 'close'): void;
  nextEvent(direction: 1 | -1): void;
  fit(): void;
  toggleFollow(): void;
  escape(): void;
}

const DRAG_STARTS_CSS = 4;
/** Share of the view that one key press pans; factor that one zooms. */
const PAN_SHARE = 0.15;
const ZOOM_KEY = 0.7;

/** Binds pointer and wheel to the canvas. */
export function bindPointer(canvas: HTMLCanvasElement, moves: TimelineMoves): void {
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    const unitCss = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
    const dx = event.deltaX * unitCss, dy = event.deltaY * unitCss;
    if (event.altKey) { moves.scroll(dy); return; }
    if (event.shiftKey) { moves.pan(dx !== 0 ? dx : dy); return; }
    if (!event.ctrlKey && Math.abs(dx) > Math.abs(dy)) { moves.pan(dx); return; }
    // A pinch arrives as ctrl and small steps.
    const perPx = event.ctrlKey && Math.abs(dy) < 50 ? 0.01 : 0.002;
    moves.zoomAt(event.offsetX, Math.exp(Math.max(-1, Math.min(1, dy * perPx))));
  }, { passive: false });

  const pointers = new Map<number, { x: number; y: number }>();
  let drag: { kind: 'pan' | 'band' | 'choose'; startX: number; startY: number; moved: boolean } | undefined;
  const at = (event: PointerEvent): { x: number; y: number } => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const bandOf = (startX: number, endX: number): Range => {
    const a = moves.nsAt(startX), b = moves.nsAt(endX);
    return { startNs: Math.min(a, b), endNs: Math.max(a, b) };
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const { x, y } = at(event);
    pointers.set(event.pointerId, { x, y });
    drag = { kind: event.shiftKey ? 'band' : y < AXIS_CSS ? 'choose' : 'pan', startX: x, startY: y, moved: pointers.size > 1 };
  });
  canvas.addEventListener('pointermove', (event) => {
    const { x, y } = at(event);
    const old = pointers.get(event.pointerId);
    if (!old || !drag) { moves.hover({ xCss: x, yCss: y }); return; }
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)![1];
      const before = Math.abs(old.x - other.x), after = Math.abs(x - other.x);
      if (before > 8 && after > 8) moves.zoomAt((x + other.x) / 2, before / after);
    } else if (drag.moved || Math.hypot(x - drag.startX, y - drag.startY) >= DRAG_STARTS_CSS) {
      if (!drag.moved) { drag.moved = true; canvas.classList.add('ph-grabbing'); moves.hover(undefined); }
      if (drag.kind !== 'pan') moves.setBand(bandOf(drag.startX, x));
      else { moves.pan(old.x - x); moves.scroll(old.y - y); }
    } else return;
    pointers.set(event.pointerId, { x, y });
  });
  const end = (event: PointerEvent, cancelled: boolean): void => {
    if (!pointers.delete(event.pointerId) || !drag) return;
    const { x, y } = at(event);
    const ended = drag;
    if (pointers.size > 0) return;
    drag = undefined;
    canvas.classList.remove('ph-grabbing');
    if (ended.kind !== 'pan') {
      moves.setBand(undefined);
      if (!cancelled && ended.moved) (ended.kind === 'band' ? moves.setRange : moves.choose)(bandOf(ended.startX, x));
    }
    if (!ended.moved && !cancelled) moves.click(x, y);
  };
  canvas.addEventListener('pointerup', (event) => end(event, false));
  canvas.addEventListener('pointercancel', (event) => end(event, true));
  canvas.addEventListener('pointerleave', () => moves.hover(undefined));
  canvas.addEventListener('dblclick', (event) => { if (event.offsetY > AXIS_CSS) moves.doubleClick(event.offsetX, event.offsetY); });
}

/** Binds the keys, on the canvas and on the lanes; in the tree of lanes, left and right fold and unfold as in every tree. */
export function bindKeys(element: HTMLElement, where: 'canvas' | 'tree', moves: TimelineMoves, widthCss: () => number): void {
  element.addEventListener('keydown', (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) { moves.shiftLane(event.key === 'ArrowUp' ? -1 : 1); event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = (direction: number): void => moves.pan(direction * widthCss() * PAN_SHARE * (event.shiftKey ? 4 : 1));
    switch (event.key) {
      case 'ArrowLeft': if (where === 'tree') moves.expandLane('close'); else pan(-1); break;
      case 'ArrowRight': if (where === 'tree') moves.expandLane('open'); else pan(1); break;
      case 'ArrowUp': moves.moveLane(-1); break;
      case 'ArrowDown': moves.moveLane(1); break;
      case 'a': case 'A': pan(-1); break;
      case 'd': case 'D': pan(1); break;
      case 'w': case 'W': case '+': case '=': moves.zoom(ZOOM_KEY); break;
      case 's': case 'S': case '-': case '_': moves.zoom(1 / ZOOM_KEY); break;
      case '0': moves.fit(); break;
      case 'f': case 'F': moves.toggleFollow(); break;
      case 'Home': moves.goToStart(); break;
      case 'End': moves.goToEnd(); break;
      case 'n': case '.': moves.nextEvent(1); break;
      case 'p': case ',': moves.nextEvent(-1); break;
      case 'Enter': case ' ': moves.expandLane('toggle'); break;
      case 'Escape': moves.escape(); break;
      case '[': moves.chooseEnd('start'); break;
      case ']': moves.chooseEnd('end'); break;
      case 'z': case 'Z': moves.zoomToChosen(); break;
      case 'b': case 'B': moves.bookmark(); break;
      case 't': case 'T': moves.pinLane(); break;
      case 'h': case 'H': moves.hideLane(); break;
      case '/': moves.searchLanes(); break;
      default: return;
    }
    event.preventDefault();
  });
}

/** Said to who asks what the keys are. */
export const KEY_HELP = 'Arrow left and right or A and D pan, plus and minus or W and S zoom, arrow up and down choose a lane, Enter folds and unfolds it, N and P go to the next and previous event of the lane, 0 shows everything, Home goes to the start, End to the newest, F follows, left and right bracket mark a stretch of time, Z zooms to it, B bookmarks it, T pins the lane, H hides it, Alt with arrow up and down moves it, slash searches lanes, Escape clears what is marked or selected.';
