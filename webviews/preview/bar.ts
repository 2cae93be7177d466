// The lines over the output: what runs and how far it is, what is wrong, what the callbacks cost.
import { button, el, setAttributes, setText } from '../base/dom.ts';
import type { CallbackCost, ChiselProfile } from '../../remote-agent/engine/chisel/profile.ts';
import type { PreviewState, RunProgress } from '../protocol/preview.ts';

export const whole = (value: number): string => Math.round(value).toLocaleString('en');
export function duration(ms: number): string { return ms >= 60_000 ? `${Math.floor(ms / 60_000)} min ${Math.round(ms % 60_000 / 1000)} s` : ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`; }

/** What is told of a run in one line. */
export function statusOf(progress: RunProgress, quick: number): string {
  const { events, elapsedMs, firstMs, fraction, state } = progress;
  const parts = [`${whole(events)} ${events === 1 ? 'event' : 'events'}`, duration(elapsedMs)];
  if (state === 'running' && fraction > 0) parts.push(`${Math.floor(fraction * 100)} %`);
  if (firstMs >= 0) parts.push(`first output after ${duration(firstMs)}`);
  const word = { running: fraction < 0 ? 'Live' : 'Running', done: 'Done', stopped: 'Stopped', failed: 'Failed' }[state];
  return `${word}: ${parts.join(', ')}${quick > 0 ? `; shown: of the first ${whole(quick)} events` : ''}`;
}
/** Of a live run: how far it is behind, and what it did not get. */
export function lagOf({ fraction, lagMs, missed }: RunProgress): string {
  if (fraction >= 0 && missed === 0) return '';
  return `${fraction < 0 ? `lag ${duration(lagMs)}, ` : ''}${missed === 0 ? 'nothing missed' : `${whole(missed)} events missed`}`;
}

export interface BarActions { run(): void; stop(): void; trust(): void; open(): void; connect(): void; goTo(file: string, line: number): void; options(): void }

export class Bar {
  readonly element: HTMLElement;
  readonly #name = el('h1', { class: 'pv-title' });
  readonly #about = el('span', { class: 'pv-subtitle' });
  readonly #run: HTMLButtonElement;
  readonly #status = el('span', { class: 'pv-status', 'data-testid': 'status' });
  readonly #lag = el('span', { class: 'pv-lag', 'data-testid': 'lag' });
  readonly #progress = el('div', { class: 'pv-progress', role: 'progressbar', 'aria-label': 'Events that are behind it', 'aria-valuemin': 0, 'aria-valuemax': 100 }, el('div', {}));
  readonly #notice = el('div', { class: 'pv-notice', role: 'status', 'data-testid': 'notice', hidden: true });
  readonly #error = el('div', { class: 'pv-error', role: 'alert', 'data-testid': 'error', hidden: true });
  readonly #actions: BarActions;
  #running = false;
  #shownError = '';

  constructor(actions: BarActions) {
    this.#actions = actions;
    this.#run = button('Run', { class: 'pv-run', 'data-testid': 'run' }, () => { if (this.#running) actions.stop(); else actions.run(); });
    this.element = el('header', { class: 'pv-bar' },
      el('div', { class: 'pv-headline' }, el('div', { class: 'pv-titles' }, this.#name, this.#about), this.#run),
      el('div', { class: 'pv-statusline' }, this.#status, this.#lag), this.#progress, this.#notice, this.#error);
  }

  showState(state: PreviewState): void {
    setText(this.#name, state.name);
    setText(this.#about, state.description);
    const { notice, actions } = noticeOf(state, this.#actions);
    this.#notice.hidden = notice === '';
    this.#notice.replaceChildren(el('span', {}, notice), ...actions);
    this.#run.disabled = !this.#running && (state.source === '' || !state.trusted);
  }

  showProgress(progress: RunProgress, quick: number): void {
    const running = progress.state === 'running';
    if (running !== this.#running || this.#run.dataset['state'] === undefined) {
      this.#running = running;
      this.#run.dataset['state'] = running ? 'running' : 'idle';
      setText(this.#run, running ? 'Stop' : 'Run');
      if (running) this.#run.disabled = false;
    }
    setText(this.#status, statusOf(progress, quick));
    this.element.dataset['state'] = progress.state;
    const lag = lagOf(progress);
    setText(this.#lag, lag);
    this.#lag.classList.toggle('pv-some', progress.missed > 0);
    const bar = this.#progress.firstElementChild as HTMLElement;
    bar.style.width = progress.fraction < 0 ? '100%' : `${progress.fraction * 100}%`;
    this.#progress.classList.toggle('pv-live', progress.fraction < 0 && running);
    setAttributes(this.#progress, { 'aria-valuenow': progress.fraction < 0 ? undefined : Math.round(progress.fraction * 100) });
    this.#showError(progress);
  }

  #showError({ error }: RunProgress): void {
    const key = JSON.stringify(error ?? null);
    if (key === this.#shownError) return;
    this.#shownError = key;
    this.#error.hidden = error === undefined;
    if (error === undefined) { this.#error.replaceChildren(); return; }
    const { file, line, traceback } = error, at = `${file}:${line}`;
    const message = error.message.startsWith(`${at}: `) ? error.message.slice(at.length + 2) : error.message;
    this.#error.replaceChildren(
      el('div', { class: 'pv-error-text' }, ...(line > 0 ? [button(at, { class: 'pv-link', title: 'Go to this line' }, () => this.#actions.goTo(file, line)), ': '] : []), message),
      ...(traceback === '' ? [] : [el('details', {}, el('summary', {}, 'Stack'), el('pre', {}, ...this.#traced(traceback)))]));
  }
  /** The stack with its places as links. */
  #traced(traceback: string): (Node | string)[] {
    const parts: (Node | string)[] = [];
    let from = 0;
    for (const match of traceback.matchAll(/([\w.-]+\.lua):(\d+)/g)) {
      parts.push(traceback.slice(from, match.index), button(match[0], { class: 'pv-link' }, () => this.#actions.goTo(match[1] ?? '', Number(match[2]))));
      from = match.index + match[0].length;
    }
    return [...parts, traceback.slice(from)];
  }
}

function noticeOf(state: PreviewState, actions: BarActions): { readonly notice: string; readonly actions: readonly HTMLElement[] } {
  const act = (label: string, run: () => void): HTMLElement => button(label, { class: 'pv-small' }, run);
  if (!state.trusted) return { notice: 'Chisels are not run in a workspace that is not trusted. Look at its scripts, then trust it.', actions: [act('Trust…', actions.trust)] };
  if (state.source === '') return { notice: 'There is nothing to run on yet.', actions: [act('Open Capture…', actions.open), act('Connect to Host…', actions.connect)] };
  if (/ needed|to be a/.test(state.hold)) return { notice: state.hold, actions: [act('Arguments', actions.options)] };
  return { notice: state.hold === '' ? '' : `Not run as it stands. ${state.hold}`, actions: [] };
}

/** What each callback took. */
export class ProfileLine {
  readonly element = el('div', { class: 'pv-profile', role: 'list', 'aria-label': 'Time of the callbacks', 'data-testid': 'profile', hidden: true });

  show(profile: ChiselProfile | undefined): void {
    this.element.hidden = profile === undefined || profile.callbacks.length === 0;
    if (profile === undefined) return;
    const items = profile.callbacks.filter((each) => each.ms > 0.05 || each.name.startsWith('on_')).map((each) => item(each, profile.ms));
    this.element.replaceChildren(...items);
  }
}
function item({ name, calls, ms }: CallbackCost, all: number): HTMLElement {
  const share = all === 0 ? 0 : ms / all;
  const heat = el('span', { class: 'pv-heat', 'aria-hidden': 'true' }, el('span', {}));
  (heat.firstElementChild as HTMLElement).style.width = `${Math.round(share * 100)}%`;
  return el('span', { class: 'pv-callback', role: 'listitem', title: `${name}: ${whole(calls)} calls, ${duration(ms / Math.max(1, calls))} each` }, el('code', {}, name === '(file)' ? 'file' : name), heat, `${duration(ms)}, ${whole(calls)}×`);
}
