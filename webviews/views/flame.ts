// A flame graph: what each thing takes of what it is in, from containers down to descriptors. A tree to whoever reads it out; a click or Enter makes a node the whole picture.
import { FLAME_LEVELS, OTHERS } from '../../remote-agent/engine/session/flame.ts';
import { NO_WAITS } from '../../remote-agent/engine/overview/metrics.ts';
import { valueText } from '../../remote-agent/engine/filter/print.ts';
import type { FlameMeasure, FlameNodeMessage, FlameResult } from '../../remote-agent/protocol/viewMessages.ts';
import { button, el, setAttributes, setText } from '../base/dom.ts';
import { formatCount, formatDuration } from '../base/time.ts';
import { visibleText } from '../base/visible.ts';

export interface FlameActions {
  /** Another node is to be the whole picture, or something else is to be measured. */
  readonly again: () => void;
  readonly timeline: (filter: string) => void;
  readonly copy: (filter: string) => void;
  readonly key: (event: KeyboardEvent) => void;
}
interface Drawn { readonly node: FlameNodeMessage; readonly path: readonly string[]; readonly element: HTMLElement; readonly parent: Drawn | undefined; readonly children: Drawn[] }

const MEASURES: readonly { readonly id: string; readonly name: string; readonly measure: FlameMeasure; readonly filter?: string }[] = [
  { id: 'work', name: 'Time in calls, not waiting', measure: 'ns', filter: NO_WAITS }, { id: 'ns', name: 'Time in calls', measure: 'ns' }, { id: 'count', name: 'Number of calls', measure: 'count' }, { id: 'failed', name: 'Failed calls', measure: 'failed' },
];
const FIELDS: readonly string[] = ['container.id', 'proc.name', 'evt.type', 'fd.name'];
const ROW_PX = 24;

export class FlamePicture {
  readonly element: HTMLElement;
  readonly #measure = el('select', { 'aria-label': 'What widths show', 'data-testid': 'measure' }, ...MEASURES.map(({ id, name }) => el('option', { value: id }, name)));
  readonly #way = el('span', { class: 'vw-flame-way', 'data-testid': 'flame-way' });
  readonly #tree = el('div', { class: 'vw-flame', role: 'tree', 'aria-label': 'Where time in calls goes', 'data-testid': 'flame' });
  readonly #read = el('p', { class: 'vw-dim vw-read', 'data-testid': 'flame-read' });
  readonly #onNode: HTMLButtonElement[];
  readonly #actions: FlameActions;
  #drawn: Drawn[] = [];
  #current: Drawn | undefined;
  #search = '';
  #labels: readonly string[] = [];
  /** Keys of the node that is the whole picture. */
  path: readonly string[] = [];
  #by = MEASURES[0];

  constructor(actions: FlameActions) {
    this.#actions = actions;
    this.#measure.addEventListener('change', () => { this.#by = MEASURES.find(({ id }) => id === this.#measure.value) ?? MEASURES[0]; actions.again(); });
    this.#onNode = [button('Timeline', { title: 'Its calls in the timeline (T)', 'data-testid': 'flame-timeline' }, () => { this.#toTimeline(); }), button('Copy as Filter', { 'data-testid': 'flame-copy' }, () => { if (this.#current !== undefined) actions.copy(filterOf(this.#current.path)); })];
    this.element = el('section', { class: 'vw-picture', hidden: true }, el('div', { class: 'vw-tools' }, this.#measure, this.#way, ...this.#onNode), this.#tree, this.#read);
    this.#tree.addEventListener('pointerleave', () => { this.#tell(); });
    this.#tree.addEventListener('keydown', (event) => { this.#press(event); });
  }
  focus(): void { this.#current?.element.focus(); }
  get measure(): FlameMeasure { return this.#by?.measure ?? 'ns'; }
  /** What calls have to pass beside everything else; ''. Waiting would fill the picture. */
  get filter(): string { return this.#by?.filter ?? ''; }

  show(result: FlameResult): void {
    const before = this.#current?.path.join('\0'), focused = this.#tree.contains(document.activeElement), whole = result.nodes[0];
    const drawn: Drawn[] = [], stack: Drawn[] = [], ends: number[] = [];
    let deepest = 0;
    for (const node of result.nodes) {
      stack.length = node.depth; ends.length = node.depth + 1;
      const parent = stack[node.depth - 1], left = parent === undefined ? 0 : ends[node.depth] ?? ends[node.depth - 1] ?? 0, part = whole === undefined || whole[this.measure] === 0 ? 0 : node[this.measure] / whole[this.measure];
      const path = parent === undefined ? this.path : [...parent.path, node.key], label = visibleText(node.label).replace(/\s+/g, ' '), told = this.#told(node, path, part);
      const element = el('div', { class: `vw-frame vw-level-${path.length}`, role: 'treeitem', tabindex: -1, 'aria-level': node.depth + 1, 'aria-label': told, title: told }, el('span', {}, label));
      element.style.left = `${left * 100}%`; element.style.width = `${part * 100}%`; element.style.top = `${node.depth * ROW_PX}px`;
      const each: Drawn = { node, path, element, parent, children: [] };
      element.addEventListener('click', () => { this.#select(each, true); });
      element.addEventListener('dblclick', () => { this.#zoom(each); });
      element.addEventListener('pointerenter', () => { setText(this.#read, told); });
      parent?.children.push(each);
      drawn.push(each);
      stack[node.depth] = each;
      // The next brother begins where this ends, the first child where this begins.
      ends[node.depth] = left + part; ends[node.depth + 1] = left;
      deepest = Math.max(deepest, node.depth);
    }
    for (const { element, children } of drawn) setAttributes(element, { 'aria-expanded': children.length > 0 ? 'true' : undefined });
    this.#drawn = drawn;
    this.#tree.style.height = `${(deepest + 1) * ROW_PX}px`;
    this.#tree.replaceChildren(...drawn.map(({ element }) => element));
    this.#showWay(result);
    this.#select(drawn.find(({ path }) => path.join('\0') === before) ?? drawn[0], focused);
    this.search(this.#search);
  }

  /** Marks what has the text in its name. */
  search(text: string): void {
    this.#search = text.trim().toLowerCase();
    for (const { element, node } of this.#drawn) element.classList.toggle('vw-found', this.#search !== '' && node.label.toLowerCase().includes(this.#search));
    this.#tree.classList.toggle('vw-searched', this.#search !== '');
    this.#tell();
  }

  #told(node: FlameNodeMessage, path: readonly string[], part: number): string {
    const level = path.length === 0 ? '' : `, ${FLAME_LEVELS[path.length - 1] ?? ''}`;
    return `${visibleText(node.label)}${level}: ${formatDuration(node.ns)} in ${formatCount(node.count)} calls${node.failed > 0 ? `, ${formatCount(node.failed)} failed` : ''}; ${percent(part)} of the picture`;
  }
  #tell(): void {
    const found = this.#search === '' ? [] : this.#drawn.filter(({ element }) => element.classList.contains('vw-found')), whole = this.#drawn[0]?.node[this.measure] ?? 0;
    // What is within something found is counted with it.
    const outermost = found.filter((each) => { for (let up = each.parent; up !== undefined; up = up.parent) if (up.element.classList.contains('vw-found')) return false; return true; });
    setText(this.#read, this.#search !== '' ? `${formatCount(found.length)} found: ${percent(whole === 0 ? 0 : outermost.reduce((sum, { node }) => sum + node[this.measure], 0) / whole)} of the picture` : this.#current?.element.title ?? '');
  }
  #showWay({ small }: FlameResult): void {
    const { path } = this, way = this.#labels.slice(0, path.length);
    this.#way.replaceChildren(...path.length === 0 ? [] : [button('Everything', { 'data-testid': 'flame-all' }, () => { this.#goTo([]); }), ...path.slice(0, -1).map((_, i) => button(visibleText(way[i] ?? ''), {}, () => { this.#goTo(path.slice(0, i + 1)); })), el('strong', {}, visibleText(way.at(-1) ?? ''))],
      ...small > 0 ? [el('span', { class: 'vw-dim' }, `${formatCount(small)} are too narrow to be shown`)] : []);
  }

  #select(drawn: Drawn | undefined, focus: boolean): void {
    if (this.#current !== undefined) setAttributes(this.#current.element, { 'aria-selected': undefined, tabindex: -1 });
    this.#current = drawn;
    if (drawn === undefined) return;
    setAttributes(drawn.element, { 'aria-selected': 'true', tabindex: 0 });
    if (focus) drawn.element.focus({ preventScroll: false });
    this.#tell();
    for (const each of this.#onNode) each.disabled = filterOf(drawn.path) === '';
  }
  #zoom({ path, parent }: Drawn): void {
    if (parent === undefined) { this.#out(); return; }
    // Names of the way are known only where they were drawn.
    const labels: string[] = [];
    for (let each = this.#drawn.find((one) => one.path === path); each !== undefined && each.path.length > this.path.length; each = each.parent) labels.unshift(each.node.label);
    this.#labels = [...this.#labels.slice(0, this.path.length), ...labels];
    this.#goTo(path);
  }
  #out(): boolean {
    if (this.path.length === 0) return false;
    this.#goTo(this.path.slice(0, -1));
    return true;
  }
  #goTo(path: readonly string[]): void { this.path = path; this.#actions.again(); }
  #toTimeline(): void { if (this.#current !== undefined) this.#actions.timeline(filterOf(this.#current.path)); }

  #press(event: KeyboardEvent): void {
    const at = this.#current, beside = (step: number): Drawn | undefined => { const row = this.#drawn.filter(({ node }) => node.depth === at?.node.depth); return row[row.indexOf(at as Drawn) + step]; };
    if (at === undefined || event.ctrlKey || event.altKey || event.metaKey) { this.#actions.key(event); return; }
    const to = { ArrowRight: () => beside(1), ArrowLeft: () => beside(-1), ArrowDown: () => at.children[0], ArrowUp: () => at.parent, Home: () => this.#drawn[0] }[event.key];
    if (to !== undefined) { const next = to(); if (next !== undefined) this.#select(next, true); }
    else if (event.key === 'Enter' || event.key === ' ') this.#zoom(at);
    else if ((event.key === 'Escape' || event.key === 'Backspace') && this.#out()) { /* went out */ }
    else if (event.key === 't') this.#toTimeline();
    else { this.#actions.key(event); return; }
    event.preventDefault();
    event.stopPropagation();
  }
}

function percent(part: number): string { return `${part >= 0.1 || part === 0 ? Math.round(part * 100) : (part * 100).toFixed(part >= 0.001 ? 1 : 2)} %`; }

/** Finds the calls of a node; '' for everything. What has no field of its own is found by what it is in. */
export function filterOf(path: readonly string[]): string {
  return path.flatMap((key, i) => i === 0 ? [`container.id=${key === '' ? 'host' : valueText(key)}`] : key === '' || key === OTHERS || i === 3 && /^\(.*\)$/.test(key) ? [] : [`${FIELDS[i] ?? ''}=${valueText(key)}`]).join(' and ');
}
