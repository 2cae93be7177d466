// How far a capture is read: progress with a button to stop, then where it was stopped with a button to read on.
import type { Reading, Status } from '../../remote-agent/protocol/messages.ts';
import { button, el, setText } from '../base/dom.ts';
import { formatBytes, formatCount } from '../base/time.ts';

export interface ReadingEvents {
  onStop(): void;
  onResume(): void;
  /** Something to be read out: reading began, was stopped, ended. */
  onSay(text: string): void;
}

export class ReadingBar {
  readonly element: HTMLElement;
  readonly #events: ReadingEvents;
  readonly #progress: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #text: HTMLElement;
  readonly #stop: HTMLButtonElement;
  readonly #resume: HTMLButtonElement;
  readonly #close: HTMLButtonElement;
  #state: Reading['state'] | '' = '';
  #closed = false;

  constructor(events: ReadingEvents) {
    this.#events = events;
    this.#bar = el('div', {});
    this.#progress = el('div', { class: 'ph-progress', role: 'progressbar', 'aria-label': 'Reading the capture', 'aria-valuemin': 0, 'aria-valuemax': 100, 'data-testid': 'progress' }, this.#bar);
    this.#text = el('span', { class: 'ph-reading-text', 'data-testid': 'reading' });
    this.#stop = button('Cancel', { title: 'Stop reading; what is read so far stays', 'data-testid': 'stop-reading' }, () => this.#once(this.#stop, () => events.onStop()));
    this.#resume = button('Read on', { title: 'Go on reading where it was stopped', 'data-testid': 'resume-reading' }, () => this.#once(this.#resume, () => events.onResume()));
    this.#close = button('×', { class: 'ph-quiet', 'aria-label': 'Close this line', title: 'Close' }, () => { this.#closed = true; this.element.hidden = true; });
    this.element = el('div', { class: 'ph-reading', role: 'group', 'aria-label': 'Reading of the capture' }, this.#progress, el('div', { class: 'ph-reading-line' }, this.#text, this.#stop, this.#resume, this.#close));
    this.element.hidden = true;
  }

  /** Answers of requests and failed ones free the buttons again. */
  enable(): void { for (const each of [this.#stop, this.#resume]) each.removeAttribute('aria-disabled'); }
  /** Not `disabled`: the keyboard would lose its place. */
  #once(pressed: HTMLButtonElement, run: () => void): void {
    if (pressed.getAttribute('aria-disabled') === 'true') return;
    pressed.setAttribute('aria-disabled', 'true');
    run();
  }

  setStatus(status: Status): void {
    const { reading } = status;
    const state = reading?.state ?? (status.progress < 1 ? 'reading' : 'complete');
    const fraction = reading?.fraction ?? status.progress;
    const percent = Math.floor(fraction * 100), events = formatCount(reading?.events ?? status.events);
    const changed = state !== this.#state;
    if (changed) { this.#closed = false; this.enable(); }
    const more = state === 'stopped' || state !== 'reading' && reading?.more === true;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = this.#closed || !(state === 'reading' || more);
    this.#stop.hidden = state !== 'reading' || reading === undefined;
    this.#resume.hidden = !more;
    this.#close.hidden = !more;
    this.#progress.hidden = state !== 'reading' && state !== 'stopped';
    this.element.classList.toggle('ph-stopped', state === 'stopped');
    this.#bar.style.width = `${fraction * 100}%`;
    this.#progress.setAttribute('aria-valuenow', String(percent));
    this.#progress.setAttribute('aria-valuetext', `${percent} %, ${events} events`);
    const bytes = reading && reading.bytesTotal > 0 ? `, ${formatBytes(reading.bytesRead)} of ${formatBytes(reading.bytesTotal)}` : '';
    const text = state === 'reading' ? `Reading: ${percent} %, ${events} events so far${bytes}`
      : state === 'stopped' ? `Stopped at ${percent} %: ${events} events. They can be looked at and filtered; the rest of the capture is not read.`
        : !more ? '' : `${reading?.message || `${events} events are read; the file may still be written.`} Read on for what was added to it.`;
    setText(this.#text, text);
    // The button that was pressed is gone: the keyboard stays here.
    if (changed && hadFocus) (this.#stop.hidden ? this.#resume : this.#stop).focus();
    if (changed && this.#state !== '' || changed && state === 'reading') {
      this.#events.onSay(state === 'reading' ? `Reading the capture: ${percent} %.` : state === 'stopped' ? `Reading was stopped at ${percent} %: ${events} events. Press Read on to go on.` : state === 'damaged' ? reading?.message ?? '' : `The capture is read: ${events} events.`);
    }
    this.#state = state;
  }
  /** Another session. */
  reset(): void { this.#state = ''; this.#closed = false; this.element.hidden = true; this.enable(); }
}
