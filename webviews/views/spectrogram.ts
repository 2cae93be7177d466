// How long calls took over time, as a picture: time to the right, length upwards in powers of two, brighter where more calls are. A rectangle of it, by mouse or keyboard, is a filter and a stretch of time.
import { LATENCY_ROWS, latencyOfRow } from '../../remote-agent/engine/session/spectrogram.ts';
import { unpackCounts } from '../../remote-agent/protocol/packing.ts';
import type { SpectrogramResult } from '../../remote-agent/protocol/viewMessages.ts';
import { bytesOf } from '../base/columns.ts';
import { el, setAttributes, setText } from '../base/dom.ts';
import { formatCount, formatDuration } from '../base/time.ts';

/** Cells of a rectangle, all of them within it. */
export interface Cells { readonly fromColumn: number; readonly toColumn: number; readonly fromRow: number; readonly toRow: number }
export interface SpectrogramActions {
  /** The rectangle, as a stretch of time and bounds of `evt.latency` (Infinity: none). */
  readonly open: (startNs: number, endNs: number, fromLatencyNs: number, toLatencyNs: number) => void;
  readonly say: (text: string) => void;
  readonly key: (event: KeyboardEvent) => void;
}

const LEFT = 64, BOTTOM = 22, TOP = 6, RIGHT = 8;
/** From nothing to the most, by theme: one hue that grows apart from the background, so that it can be told without colours. */
const RAMPS = { dark: ['#16324f', '#2f81c7', '#9fd3ff', '#ffffff'], light: ['#cfe3f5', '#5a9bd5', '#1b5e9b', '#061a30'], hcDark: ['#26507a', '#4aa8ff', '#c4e4ff', '#ffffff'], hcLight: ['#b9d6f0', '#3c7fc0', '#0f3d70', '#000000'] } as const;
type Rgb = readonly [number, number, number];
const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

export class SpectrogramPicture {
  readonly element: HTMLElement;
  readonly #canvas = el('canvas', { class: 'vw-spectrum', tabindex: 0, role: 'application', 'aria-roledescription': 'spectrogram', 'data-testid': 'spectrum' });
  readonly #read = el('p', { class: 'vw-dim vw-read', 'data-testid': 'read' });
  readonly #table = el('tbody', {});
  readonly #actions: SpectrogramActions;
  #result: SpectrogramResult | undefined;
  #counts = new Uint32Array(0);
  #kind: keyof typeof RAMPS = 'dark';
  /** Where the keyboard is; with `anchor` where its rectangle began. */
  #at: { column: number; row: number } | undefined;
  #anchor: { column: number; row: number } | undefined;
  #dragging = false;

  constructor(actions: SpectrogramActions) {
    this.#actions = actions;
    this.element = el('section', { class: 'vw-picture', hidden: true }, this.#canvas, this.#read,
      el('details', { class: 'vw-numbers', 'data-testid': 'numbers' }, el('summary', {}, 'As a table'), el('table', {}, el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Took'), el('th', { scope: 'col' }, 'Calls'), el('th', { scope: 'col' }, 'Most at'))), this.#table)));
    this.#canvas.addEventListener('pointerdown', (event) => { const cell = this.#cellAt(event); if (cell === undefined || event.button !== 0) return; this.#canvas.setPointerCapture(event.pointerId); this.#dragging = true; this.#anchor = this.#at = cell; this.#draw(); });
    this.#canvas.addEventListener('pointermove', (event) => { const cell = this.#cellAt(event, this.#dragging); if (this.#dragging && cell !== undefined) { this.#at = cell; this.#draw(); } this.#tell(this.#dragging ? this.#chosen : cell === undefined ? undefined : one(cell)); });
    this.#canvas.addEventListener('pointerup', () => { if (!this.#dragging) return; this.#dragging = false; this.#open(); });
    this.#canvas.addEventListener('pointercancel', () => { this.#dragging = false; });
    this.#canvas.addEventListener('keydown', (event) => { this.#press(event); });
    this.#canvas.addEventListener('blur', () => { this.#draw(); });
    this.#canvas.addEventListener('focus', () => { this.#draw(); });
    new ResizeObserver(() => { this.#draw(); }).observe(this.#canvas);
  }

  /** Columns that there is room for. */
  get columns(): number { return Math.max(20, Math.min(400, Math.floor((this.#canvas.clientWidth - LEFT - RIGHT) / 4))); }
  get total(): number { return this.#result?.total ?? 0; }
  focus(): void { this.#canvas.focus(); }
  /** The middle of a cell on the page; for tests. */
  pointOf(column: number, row: number): { x: number; y: number } { const { width, height, rows } = this.#room, box = this.#canvas.getBoundingClientRect(), { columns, firstRow } = this.#result!; return { x: box.left + LEFT + (column + 0.5) * width / columns, y: box.top + TOP + height - (row - firstRow + 0.5) * height / rows }; }
  /** Cells with the most calls; for tests. */
  get brightest(): { column: number; row: number; count: number } { let at = 0; this.#counts.forEach((count, i) => { if (count > (this.#counts[at] ?? 0)) at = i; }); const { rows, firstRow } = this.#result!; return { column: Math.floor(at / rows), row: at % rows + firstRow, count: this.#counts[at] ?? 0 }; }

  setTheme(kind: keyof typeof RAMPS): void { this.#kind = kind; this.#draw(); }

  show(result: SpectrogramResult): void {
    this.#result = result;
    this.#counts = new Uint32Array(unpackCounts(bytesOf(result.counts)));
    if (this.#at !== undefined && (this.#at.column >= result.columns || this.#at.row < result.firstRow || this.#at.row >= result.firstRow + result.rows)) this.#at = this.#anchor = undefined;
    this.#draw();
    const rows = this.#rowTotals();
    const most = rows.reduce((best, row) => row.count > best.count ? row : best, { row: 0, count: 0, column: 0 });
    setAttributes(this.#canvas, { 'aria-label': result.total === 0 ? 'No call ended here.' : `${formatCount(result.total)} calls over ${formatDuration(result.endNs - result.startNs)}, the longest took ${formatDuration(result.longestNs)}; most took ${took(most.row, most.row)}. Arrows read it out, with Shift they choose a rectangle, Enter shows its calls.` });
    this.#table.replaceChildren(...rows.filter(({ count }) => count > 0).reverse().map(({ row, count, column }) => el('tr', {}, el('th', { scope: 'row' }, took(row, row)), el('td', {}, formatCount(count)), el('td', {}, this.#time(column)))));
    this.#tell(this.#chosen);
  }

  #rowTotals(): { row: number; count: number; column: number }[] {
    const result = this.#result;
    return result === undefined ? [] : Array.from({ length: result.rows }, (_, i) => {
      let count = 0, most = 0, column = 0;
      for (let c = 0; c < result.columns; c++) { const here = this.#counts[c * result.rows + i] ?? 0; count += here; if (here > most) { most = here; column = c; } }
      return { row: result.firstRow + i, count, column };
    });
  }

  get #room(): { width: number; height: number; rows: number } { return { width: Math.max(1, this.#canvas.clientWidth - LEFT - RIGHT), height: Math.max(1, this.#canvas.clientHeight - TOP - BOTTOM), rows: Math.max(1, this.#result?.rows ?? 1) }; }
  #cellAt(event: PointerEvent, near = false): { column: number; row: number } | undefined {
    const result = this.#result;
    if (result === undefined || result.rows === 0) return undefined;
    const { width, height, rows } = this.#room, box = this.#canvas.getBoundingClientRect(), x = Math.floor((event.clientX - box.left - LEFT) / width * result.columns), y = Math.floor((TOP + height - (event.clientY - box.top)) / height * rows);
    if (!near && (x < 0 || x >= result.columns || y < 0 || y >= rows)) return undefined;
    return { column: Math.max(0, Math.min(result.columns - 1, x)), row: result.firstRow + Math.max(0, Math.min(rows - 1, y)) };
  }
  get #chosen(): Cells | undefined {
    const at = this.#at, anchor = this.#anchor ?? at;
    return at === undefined || anchor === undefined ? undefined : { fromColumn: Math.min(at.column, anchor.column), toColumn: Math.max(at.column, anchor.column), fromRow: Math.min(at.row, anchor.row), toRow: Math.max(at.row, anchor.row) };
  }
  countOf({ fromColumn, toColumn, fromRow, toRow }: Cells): number {
    const result = this.#result!;
    let sum = 0;
    for (let column = fromColumn; column <= toColumn; column++) for (let row = fromRow; row <= toRow; row++) sum += this.#counts[column * result.rows + row - result.firstRow] ?? 0;
    return sum;
  }
  /** After the beginning of the picture. */
  #time(column: number): string { const ns = column * (this.#result?.columnNs ?? 0); return ns === 0 ? 'the beginning' : `+${formatDuration(ns)}`; }
  #tell(cells: Cells | undefined): string {
    const text = cells === undefined ? this.total === 0 ? 'No call ended here.' : `${formatCount(this.total)} calls. Drag over the picture to list the calls of a part of it.` : `${formatCount(this.countOf(cells))} calls took ${took(cells.fromRow, cells.toRow)}, from ${this.#time(cells.fromColumn)} to ${this.#time(cells.toColumn + 1)}`;
    setText(this.#read, text);
    return text;
  }

  #press(event: KeyboardEvent): void {
    const result = this.#result, [dx, dy] = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 4], PageDown: [0, -4], Home: [-Infinity, 0], End: [Infinity, 0] } as Readonly<Record<string, readonly [number, number]>>)[event.key] ?? [0, 0];
    if (event.ctrlKey || event.altKey || event.metaKey || result === undefined || result.rows === 0) { this.#actions.key(event); return; }
    if (dx !== 0 || dy !== 0) {
      const at = this.#at ?? this.brightest, before = this.#at === undefined ? undefined : at;
      this.#anchor = event.shiftKey ? this.#anchor ?? before : undefined;
      this.#at = before === undefined ? at : { column: Math.max(0, Math.min(result.columns - 1, at.column + dx)), row: Math.max(result.firstRow, Math.min(result.firstRow + result.rows - 1, at.row + dy)) };
      this.#draw();
      this.#actions.say(this.#tell(this.#chosen));
    } else if (event.key === 'Enter' && this.#at !== undefined) this.#open();
    else if (event.key === 'Escape' && this.#at !== undefined) { this.#at = this.#anchor = undefined; this.#draw(); this.#tell(undefined); }
    else { this.#actions.key(event); return; }
    event.preventDefault();
  }
  #open(): void {
    const cells = this.#chosen, result = this.#result;
    if (cells === undefined || result === undefined) return;
    this.#actions.open(result.startNs + cells.fromColumn * result.columnNs, result.startNs + (cells.toColumn + 1) * result.columnNs, latencyOfRow(cells.fromRow), cells.toRow >= LATENCY_ROWS - 1 ? Infinity : latencyOfRow(cells.toRow + 1));
  }

  #draw(): void {
    const canvas = this.#canvas, { clientWidth, clientHeight } = canvas, scale = devicePixelRatio, result = this.#result, paint = canvas.getContext('2d');
    if (clientWidth === 0 || paint === null) return;
    canvas.width = Math.round(clientWidth * scale); canvas.height = Math.round(clientHeight * scale);
    paint.scale(scale, scale);
    const style = getComputedStyle(canvas), { width, height, rows } = this.#room, ink = style.color, line = style.getPropertyValue('--vw-line') || 'rgba(128,128,128,0.3)';
    paint.font = `11px ${style.fontFamily}`;
    paint.strokeStyle = line; paint.strokeRect(LEFT - 0.5, TOP - 0.5, width + 1, height + 1);
    if (result === undefined || result.rows === 0) return;
    const most = Math.log1p(this.#counts.reduce((a, b) => Math.max(a, b), 0)), ramp = RAMPS[this.#kind].map(rgb), cellX = width / result.columns, cellY = height / rows;
    for (let column = 0; column < result.columns; column++) {
      const x = LEFT + Math.floor(column * cellX * scale) / scale, right = LEFT + Math.floor((column + 1) * cellX * scale) / scale;
      for (let row = 0; row < rows; row++) {
        const count = this.#counts[column * rows + row] ?? 0;
        if (count === 0) continue;
        paint.fillStyle = colourOf(ramp, most === 0 ? 1 : Math.log1p(count) / most);
        paint.fillRect(x, TOP + height - (row + 1) * cellY, Math.max(1 / scale, right - x), cellY);
      }
    }
    // Decades of time a call took, and some moments.
    paint.fillStyle = ink; paint.textBaseline = 'middle'; paint.textAlign = 'right';
    for (let ns = 1; ns < 1e13; ns *= 10) {
      const y = TOP + height - (Math.log2(ns) - result.firstRow) * cellY;
      if (y < TOP || y > TOP + height) continue;
      paint.fillText(formatDuration(ns), LEFT - 6, y);
      paint.fillStyle = line; paint.fillRect(LEFT, Math.round(y), width, 1); paint.fillStyle = ink;
    }
    paint.textBaseline = 'top';
    const span = result.endNs - result.startNs, ticks = Math.max(1, Math.floor(width / 120));
    for (let i = 0; i <= ticks; i++) { paint.textAlign = i === 0 ? 'left' : i === ticks ? 'right' : 'center'; paint.fillText(i === 0 ? '0' : `+${formatDuration(span * i / ticks)}`, LEFT + width * i / ticks, TOP + height + 6); }
    const chosen = this.#chosen;
    if (chosen === undefined || !this.#dragging && document.activeElement !== canvas) return;
    const box = [LEFT + chosen.fromColumn * cellX, TOP + height - (chosen.toRow - result.firstRow + 1) * cellY, (chosen.toColumn - chosen.fromColumn + 1) * cellX, (chosen.toRow - chosen.fromRow + 1) * cellY] as const;
    paint.lineWidth = 3; paint.strokeStyle = style.backgroundColor; paint.strokeRect(...box);
    paint.lineWidth = 1.5; paint.strokeStyle = ink; paint.strokeRect(...box);
  }
}

const one = ({ column, row }: { column: number; row: number }): Cells => ({ fromColumn: column, toColumn: column, fromRow: row, toRow: row });
const took = (from: number, to: number): string => to >= LATENCY_ROWS - 1 ? `${formatDuration(latencyOfRow(from))} or longer` : `${formatDuration(latencyOfRow(from))} to ${formatDuration(latencyOfRow(to + 1))}`;
function colourOf(ramp: readonly Rgb[], part: number): string {
  const at = Math.min(ramp.length - 1.000001, part * (ramp.length - 1)), i = Math.floor(at), [a, b] = [ramp[i] as Rgb, ramp[i + 1] as Rgb];
  return `rgb(${[0, 1, 2].map((c) => Math.round((a[c] as number) + ((b[c] as number) - (a[c] as number)) * (at - i))).join(',')})`;
}
