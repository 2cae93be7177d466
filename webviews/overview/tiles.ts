// Tiles: a metric each, by category, with its number, its course over time, a way into the timeline and a pin.
import type { Metric } from '../../remote-agent/engine/overview/metrics.ts';
import { button, el, setAttributes, setText } from '../base/dom.ts';
import { BY_CATEGORY, CATEGORY_TITLES, describe, formatTotal, outline, type Series } from './model.ts';

const WIDTH = 160, HEIGHT = 28;
const SVG = 'http://www.w3.org/2000/svg';

export interface TileEvents { open(metric: Metric): void; pin(metric: Metric): void }

interface Tile { readonly metric: Metric; readonly element: HTMLElement; readonly main: HTMLButtonElement; readonly value: HTMLElement; readonly path: SVGPathElement; readonly pin: HTMLButtonElement }

export class Tiles {
  readonly element: HTMLElement;
  readonly #tiles: readonly Tile[];
  readonly #sections: readonly { readonly element: HTMLElement; readonly tiles: readonly Tile[] }[];
  #zeros = false;

  constructor(events: TileEvents) {
    this.#sections = BY_CATEGORY.map(({ category, metrics }) => {
      const tiles = metrics.map((metric) => tileOf(metric, events));
      const element = el('section', { class: 'ov-category', 'data-category': category, 'aria-label': CATEGORY_TITLES[category] }, el('h2', {}, CATEGORY_TITLES[category]), el('ul', { class: 'ov-tiles' }, ...tiles.map((tile) => tile.element)));
      return { element, tiles };
    });
    this.#tiles = this.#sections.flatMap(({ tiles }) => tiles);
    this.element = el('div', { class: 'ov-categories', 'data-testid': 'tiles' }, ...this.#sections.map(({ element }) => element));
  }

  /** How many tiles show nothing. */
  show(series: ReadonlyMap<string, Series>, at: (point: number) => string): number {
    let none = 0;
    for (const tile of this.#tiles) {
      const { metric } = tile, of = series.get(metric.id) ?? { id: metric.id, total: 0, atLeast: false, values: [] };
      const total = formatTotal(metric, of);
      setText(tile.value, total);
      setAttributes(tile.path, { d: outline(of.values, WIDTH, HEIGHT) });
      setAttributes(tile.main, { 'aria-label': `${describe(metric, of, at)}. Show in the timeline`, title: `${metric.doc}\n${metric.filter}` });
      tile.element.classList.toggle('ov-none', of.total === 0);
      if (of.total === 0) none++;
    }
    this.setZeros(this.#zeros);
    return none;
  }

  setZeros(zeros: boolean): void {
    this.#zeros = zeros;
    const hidden = (tile: Tile): boolean => !zeros && tile.element.classList.contains('ov-none') && tile.pin.getAttribute('aria-pressed') !== 'true';
    for (const { element, tiles } of this.#sections) {
      for (const tile of tiles) tile.element.hidden = hidden(tile);
      element.hidden = tiles.every(hidden);
    }
  }
  setPins(pins: readonly string[]): void {
    for (const { metric, pin } of this.#tiles) {
      const pinned = pins.includes(metric.id);
      setAttributes(pin, { 'aria-pressed': String(pinned), title: pinned ? 'Take off the chart' : 'Pin to the chart, to compare' });
    }
  }
}

function tileOf(metric: Metric, events: TileEvents): Tile {
  const value = el('span', { class: 'ov-value' }, '…'), svg = document.createElementNS(SVG, 'svg'), path = document.createElementNS(SVG, 'path');
  setAttributes(svg, { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', class: 'ov-spark' });
  svg.append(path);
  const main = button('', { class: 'ov-tile-main', 'data-testid': `tile-${metric.id}` }, () => events.open(metric));
  main.append(el('span', { class: 'ov-name' }, metric.name), value, svg);
  const pin = button('', { class: 'ov-pin', 'aria-pressed': 'false', 'aria-label': `Pin ${metric.name}`, 'data-testid': `pin-${metric.id}` }, () => events.pin(metric));
  const element = el('li', { class: `ov-tile${metric.bad === true ? ' ov-bad' : ''}` }, main, pin);
  return { metric, element, main, value, path, pin };
}
