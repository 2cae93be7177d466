// Above the event list: how many events there are and which of them are seen, "Go to…", and the find box.
import { button, el, setText } from '../base/dom.ts';
import { formatCount } from '../base/time.ts';
import type { Clock } from '../base/time.ts';
import { AssistInput } from './assistInput.ts';
import { FindBox } from './findBox.ts';
import type { FindEvents } from './findBox.ts';
import { GO_TO_HELP, parseGoTo } from './goTo.ts';
import type { Destination } from './goTo.ts';
import type { Host } from '../base/host.ts';

/** What the list knows of its length. */
export interface ListSize {
  /** Events of the list; what is counted so far while `fraction` is below 1. */
  readonly total: number;
  /** Part that is counted, 0 to 1; -1: not counted, there may be more. */
  readonly fraction: number;
  /** Indices in view, from 0; `last` below `first`: none. -1: not known where in the list. */
  readonly first: number; readonly last: number;
}
export interface ListBarEvents {
  find: Omit<FindEvents, 'onClose'>;
  onGoTo(destination: Exclude<Destination, { kind: 'wrong' }>): void;
  /** The keyboard is to go back to the list. */
  onLeave(): void;
}

export class ListBar {
  readonly element: HTMLElement;
  readonly find: FindBox;
  readonly #goTo: AssistInput;
  readonly #goToBox: HTMLElement;
  readonly #goToNote = el('span', { class: 'ph-find-result', role: 'status', 'aria-live': 'polite', 'data-testid': 'goto-note' });
  readonly #size: HTMLElement;
  readonly #place: HTMLElement;
  #clock: Clock;
  #startNs = 0;

  constructor(host: Host, clock: Clock, events: ListBarEvents) {
    this.#clock = clock;
    this.find = new FindBox(host, { ...events.find, onClose: () => events.onLeave() });
    const close = (): void => { this.#goToBox.hidden = true; events.onLeave(); };
    this.#goTo = new AssistInput({
      id: 'goto', label: 'Go to an event number or a time', placeholder: 'Number, 12:10:31.25 or +31.25', help: GO_TO_HELP, diagnose: () => Promise.resolve([]), onEscape: close, onEdited: () => this.showGoToNote(''),
      onUse: (text, how) => {
        if (how !== 'entered') return;
        const destination = parseGoTo(text, this.#clock, this.#startNs);
        if (destination.kind === 'wrong') this.#goTo.showProblems([destination]);
        else events.onGoTo(destination);
      },
    });
    this.#goToBox = el('div', { class: 'ph-find ph-goto' }, this.#goTo.element, this.#goToNote, button('Go', { title: 'Go there (Enter)' }, () => this.#goTo.setText(this.#goTo.text, 'entered')), button('×', { class: 'ph-quiet', 'aria-label': 'Close go to', title: 'Close (Escape)' }, close));
    this.#goToBox.hidden = true;
    this.#size = el('span', { class: 'ph-list-size', 'data-testid': 'list-size', title: 'Events of this list: those of the range in view that pass the filter. The two events of a call, its enter and its exit, are one line.' });
    this.#place = el('span', { class: 'ph-list-place', 'data-testid': 'list-place' });
    this.element = el('div', { class: 'ph-list-bar', role: 'group', 'aria-label': 'Events' }, el('span', { class: 'ph-list-texts' }, this.#size, this.#place),
      el('span', { class: 'ph-list-tools' }, button('Find', { title: 'Find in the events (Ctrl+F); F3 and Shift+F3 go to the next and the previous match', 'data-testid': 'open-find' }, () => this.openFind()),
        button('Go to…', { title: 'Go to an event number or a time (Ctrl+G, or G in the list)', 'data-testid': 'open-goto' }, () => this.openGoTo())), this.find.element, this.#goToBox);
  }

  get busy(): boolean { return this.find.busy || this.#goTo.busy; }
  setClock(clock: Clock): void { this.#clock = clock; }
  /** The first moment of the history, which times of day are counted from. */
  setStart(startNs: number): void { this.#startNs = startNs; }
  openFind(): void { this.#goToBox.hidden = true; this.find.open(); }
  openGoTo(): void {
    if (this.find.isOpen) this.find.close();
    this.#goToBox.hidden = false;
    if (document.activeElement === this.#goTo.input) return;
    this.#goTo.input.focus();
    this.#goTo.input.select();
  }
  /** Where "Go to…" could not go, and why; the text stays to be mended. */
  showGoToProblem(message: string): void { this.#goTo.showProblems([{ start: 0, end: this.#goTo.text.length, message }]); }

  /** What is to be known of where it went. */
  showGoToNote(note: string): void { setText(this.#goToNote, note); }

  setSize({ total, fraction, first, last }: ListSize): void {
    const events = (count: number): string => `${formatCount(count)} ${count === 1 ? 'event' : 'events'}`;
    const counting = fraction >= 0 && fraction < 1;
    setText(this.#size, fraction < 0 ? '' : counting ? `counting… ${events(total)}, ${Math.floor(fraction * 100)} %` : events(total));
    this.#size.classList.toggle('ph-counting', counting);
    // A live list has no end to count from.
    setText(this.#place, fraction < 0 || first < 0 || last < first ? '' : fraction === 1 ? `${formatCount(first + 1)}–${formatCount(last + 1)}, ${percent(last + 1 >= total ? 1 : first / Math.max(1, total))}` : `from ${formatCount(first + 1)}`);
  }
}

function percent(share: number): string { return `${Math.floor(share * 100)} %`; }
