// The labels of the lanes as real DOM: a tree (ARIA) whose rows lie beside their marks on the canvas.
import { button, el, setText } from '../base/dom.ts';
import { formatCount } from '../base/time.ts';
import { visibleText } from '../base/visible.ts';
import type { Arrangement } from './arrangement.ts';
import { AXIS_CSS, lanesInView } from './layout.ts';
import type { LaneLayout, PlacedLane } from './layout.ts';

export interface LaneListEvents {
  onToggle(id: string): void;
  onActivate(id: string): void;
  onPin(id: string): void;
  onHide(id: string): void;
  onShowHidden(): void;
}
/** Fewer lanes than this all have a row; of more, only those in view and some around them. */
const ALL_ROWS_MAX = 300;
const AROUND_CSS = 200;

interface Row { readonly element: HTMLElement; readonly label: HTMLElement; readonly detail: HTMLElement; readonly errors: HTMLElement; readonly pin: HTMLElement; readonly hide: HTMLElement; shown: PlacedLane | undefined }

export class LaneList {
  readonly element: HTMLElement;
  readonly head: HTMLElement;
  readonly #tree: HTMLElement;
  readonly #rows = new Map<string, Row>();
  readonly #hidden: HTMLButtonElement;
  readonly #events: LaneListEvents;

  constructor(events: LaneListEvents) {
    this.#events = events;
    this.head = el('div', { class: 'ph-lanes-head' });
    this.#hidden = button('', { class: 'ph-lanes-hidden', title: 'Show all hidden lanes again', 'data-testid': 'show-hidden' }, () => events.onShowHidden());
    this.#hidden.hidden = true;
    this.#tree = el('div', { class: 'ph-tree', role: 'tree', 'aria-label': 'Lanes: host, containers, processes, threads', 'data-testid': 'lanes' });
    this.element = el('div', { class: 'ph-lanes' }, this.head, this.#hidden, this.#tree);
  }

  /** Makes the rows say what the layout says. */
  update(layout: LaneLayout, activeLane: string, scrollCss: number, viewCss: number, arrangement: Arrangement): void {
    const { length } = arrangement.hidden;
    this.#hidden.hidden = length === 0;
    setText(this.#hidden, `${length} hidden`);
    this.#hidden.setAttribute('aria-label', `${length} ${length === 1 ? 'lane is' : 'lanes are'} hidden; show all`);
    this.element.style.height = `${AXIS_CSS + layout.totalCss}px`;
    const shown = layout.placed.length <= ALL_ROWS_MAX ? layout.placed : lanesInView(layout, scrollCss - AROUND_CSS, viewCss + 2 * AROUND_CSS);
    const focused = document.activeElement instanceof HTMLElement && this.#tree.contains(document.activeElement);
    const wanted = new Set(shown.map((place) => place.lane.id));
    const active = layout.placed.find((place) => place.lane.id === activeLane);
    const rows = active && !wanted.has(activeLane) ? [...shown, active] : shown;
    wanted.add(activeLane);
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const place of rows) this.#updateRow(place, place.lane.id === activeLane, arrangement.isPinned(place.lane.id));
    if (focused && document.activeElement !== this.#rows.get(activeLane)?.element) this.focus(activeLane);
  }
  focus(id: string): void { this.#rows.get(id)?.element.focus({ preventScroll: true }); }

  #updateRow(place: PlacedLane, active: boolean, pinned: boolean): void {
    const { lane } = place;
    let row = this.#rows.get(lane.id);
    if (!row) {
      row = this.#createRow(lane.id);
      this.#rows.set(lane.id, row);
      this.#tree.append(row.element);
    }
    const { element } = row;
    element.tabIndex = active ? 0 : -1;
    element.classList.toggle('ph-active', active);
    element.classList.toggle('ph-pinned', pinned);
    element.style.top = `${place.topCss}px`;
    const old = row.shown;
    if (row.pin.getAttribute('aria-pressed') !== String(pinned)) { row.pin.setAttribute('aria-pressed', String(pinned)); row.shown = undefined; }
    if (row.shown && old && old.lane === lane && old.expanded === place.expanded && old.expandable === place.expandable && old.position === place.position && old.setSize === place.setSize) return;
    row.shown = place;
    element.className = `ph-lane ph-lane-${lane.level}${active ? ' ph-active' : ''}${pinned ? ' ph-pinned' : ''}`;
    element.style.height = `${place.heightCss}px`;
    element.style.setProperty('--ph-depth', String(place.depth));
    element.setAttribute('aria-level', String(place.depth + 1));
    element.setAttribute('aria-posinset', String(place.position));
    element.setAttribute('aria-setsize', String(place.setSize));
    if (place.expandable) element.setAttribute('aria-expanded', String(place.expanded)); else element.removeAttribute('aria-expanded');
    const label = visibleText(lane.label), detailText = visibleText(lane.detail);
    setText(row.label, label);
    setText(row.detail, detailText);
    setText(row.errors, lane.errors > 0 ? formatCount(lane.errors) : '');
    row.errors.hidden = lane.errors === 0;
    const said = `${lane.level} ${label}, ${formatCount(lane.events)} events, ${formatCount(lane.errors)} errors${pinned ? ', pinned' : ''}`;
    element.setAttribute('aria-label', said);
    element.title = `${label}${detailText === '' ? '' : `\n${detailText}`}\n${formatCount(lane.events)} events, ${formatCount(lane.errors)} failed`;
  }

  #createRow(id: string): Row {
    const label = el('span', { class: 'ph-lane-label' });
    const detail = el('span', { class: 'ph-lane-detail' });
    const errors = el('span', { class: 'ph-lane-errors', 'aria-hidden': 'true' });
    const twisty = el('span', { class: 'ph-twisty', 'aria-hidden': 'true' });
    // Not reached by Tab: there are thousands of rows, and keys do the same.
    const pin = button('↥', { class: 'ph-lane-tool', tabindex: -1, title: 'Pin to the top of its group (T)', 'aria-label': 'Pin', 'aria-pressed': 'false' }, () => this.#events.onPin(id));
    const hide = button('×', { class: 'ph-lane-tool', tabindex: -1, title: 'Hide this lane (H)', 'aria-label': 'Hide' }, () => this.#events.onHide(id));
    const element = el('div', { role: 'treeitem', 'data-lane-id': id }, twisty, label, detail, errors, el('span', { class: 'ph-lane-tools' }, pin, hide));
    element.addEventListener('click', (event) => {
      if (event.target === pin || event.target === hide) return;
      this.#events.onActivate(id);
      if (event.target === twisty || event.detail === 2) this.#events.onToggle(id);
    });
    twisty.addEventListener('dblclick', (event) => event.stopPropagation());
    element.addEventListener('focus', () => this.#events.onActivate(id));
    return { element, label, detail, errors, pin, hide, shown: undefined };
  }
}
