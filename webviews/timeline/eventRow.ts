// One line of the event list: its columns, and how an event fills them.
import type { EventRowMessage } from '../../remote-agent/protocol/messages.ts';
import { el, setText } from '../base/dom.ts';
import { formatDuration } from '../base/time.ts';
import type { Clock, TimeMode } from '../base/time.ts';
import { visibleText } from '../base/visible.ts';

/** Characters of the arguments that a row holds; the details pane has all. */
const SHOWN_MAX = 1000;

export const COLUMNS = [['time', 'Time'], ['duration', 'Duration'], ['container', 'Container'], ['process', 'Process'], ['tid', 'Thread'], ['call', 'Call'], ['arguments', 'Arguments'], ['result', 'Result']] as const;

export function createRow(): HTMLElement {
  return el('div', { class: 'ph-row', role: 'row' }, ...COLUMNS.map(([key]) => el('span', { class: `ph-cell ph-cell-${key}`, role: 'gridcell' })));
}

export function fillRow(element: HTMLElement, event: EventRowMessage, selected: boolean, clock: Clock, timeMode: TimeMode): void {
  element.id = `ph-event-${event.row}`;
  element.setAttribute('data-row', String(event.row));
  element.setAttribute('aria-selected', String(selected));
  element.removeAttribute('aria-busy');
  element.classList.toggle('ph-failed', event.failed);
  const cells = element.children;
  const texts = [clock.format(event.startNs, timeMode, 6), event.durationNs > 0 ? formatDuration(event.durationNs) : '', event.container === '' ? 'host' : event.container, event.comm, String(event.tid), event.name, event.info.slice(0, SHOWN_MAX), event.failed ? `▲ ${event.result}` : event.result];
  texts.forEach((text, i) => setText(cells[i]!, visibleText(text)));
  const call = cells[5] as HTMLElement;
  call.className = `ph-cell ph-cell-call ph-kind-${event.kind}`;
  (cells[6] as HTMLElement).title = visibleText(event.info.slice(0, SHOWN_MAX));
}

/** A row that is on its way. */
export function fillWaiting(element: HTMLElement): void {
  element.removeAttribute('id');
  element.removeAttribute('data-row');
  element.setAttribute('aria-selected', 'false');
  element.setAttribute('aria-busy', 'true');
  element.classList.remove('ph-failed');
  for (const cell of element.children) { setText(cell, ''); (cell as HTMLElement).title = ''; }
  setText(element.children[0]!, '…');
  (element.children[5] as HTMLElement).className = 'ph-cell ph-cell-call';
}
