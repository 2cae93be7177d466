// The overview page: asks for numbers of the whole and of what was chosen, shows them as tiles, chart and list, and leads into the timeline.
import { METRICS, metricById, type Metric } from '../../remote-agent/engine/overview/metrics.ts';
import { unpackNumbers } from '../../remote-agent/protocol/packing.ts';
import type { OverviewFinding, OverviewParams, OverviewResult, Status } from '../../remote-agent/protocol/messages.ts';
import { Announcer } from '../base/aria.ts';
import { bytesOf } from '../base/columns.ts';
import { button, el, setText } from '../base/dom.ts';
import { CancelledError, type Host } from '../base/host.ts';
import { watchTheme } from '../base/theme.ts';
import { Clock, formatCount, formatDuration } from '../base/time.ts';
import type { PageEvent, PageInit } from '../protocol/messages.ts';
import { Chart, type Stretch } from './chart.ts';
import { FindingList } from './findings.ts';
import type { Series } from './model.ts';
import { MAX_PINS, WINDOWS, readState, type OverviewState } from './pageState.ts';
import { Tiles } from './tiles.ts';

declare global { interface Window { __overviewTest?: OverviewPage } }

/** A live page asks this often; one of a file that is being looked at, at once. */
const EVERY_MS = 2000, SOON_MS = 50;
const TILE_POINTS = 80, CHART_POINTS = 240, FINDINGS = 100;
/** What is shown around a moment, as a part of all, and at least. */
const AROUND = 0.02, AROUND_NS = 5e6;
const ALL_NS = Number.MAX_SAFE_INTEGER;

export class OverviewPage {
  readonly #host: Host;
  readonly #tiles: Tiles;
  readonly #chart: Chart;
  readonly #findings: FindingList;
  readonly #announcer = new Announcer();
  readonly #title = el('h1', {});
  readonly #range = el('span', { class: 'ov-range', 'data-testid': 'range' });
  readonly #window: HTMLSelectElement;
  readonly #whole: HTMLButtonElement;
  readonly #zeros: HTMLButtonElement;
  readonly #banner = el('div', { class: 'ov-banner', role: 'alert', 'data-testid': 'banner', hidden: true });
  readonly #progress = el('div', { class: 'ov-progress', hidden: true });
  readonly #bar = el('progress', { max: 1, 'aria-label': 'Part of the events that was looked at' });
  readonly #progressText = el('span', { 'data-testid': 'progress' });
  readonly #stop: HTMLButtonElement;
  #init: PageInit;
  #clock: Clock;
  #status: Status;
  #state: OverviewState;
  #all: OverviewResult | undefined;
  #part: OverviewResult | undefined;
  #abort: AbortController | undefined;
  #timer: number | undefined;
  /** What was read when the last answer was asked for. */
  #seen: Pick<Status, 'events' | 'progress'> = { events: -1, progress: -1 };
  #stopped = false;
  #linked = true;
  #said = '';

  constructor(host: Host, init: PageInit) {
    this.#host = host;
    this.#init = init;
    this.#status = init.status;
    this.#clock = new Clock(init.hello.baseNs);
    const stored = readState(host.state);
    const { brush, ...rest } = stored;
    this.#state = { ...(stored.session === init.session ? stored : rest), session: init.session };
    this.#window = el('select', { 'aria-label': 'Stretch of time', 'data-testid': 'window' }, ...WINDOWS.map(({ ns, label }) => el('option', { value: ns }, label)));
    this.#window.addEventListener('change', () => { this.#save({ windowNs: Number(this.#window.value), brush: undefined }); this.#ask(0); });
    this.#whole = button('Whole range', { 'data-testid': 'whole' }, () => this.#choose(undefined));
    this.#zeros = button('', { 'data-testid': 'zeros' }, () => { this.#save({ zeros: !this.#state.zeros }); this.#show(); });
    this.#stop = button('Stop', { 'data-testid': 'stop' }, () => this.#stopOrGoOn());
    this.#tiles = new Tiles({ open: (metric) => this.#openMetric(metric), pin: (metric) => this.#togglePin(metric) });
    this.#chart = new Chart(this.#clock, { brush: (stretch) => this.#choose(stretch), open: ({ startNs, endNs }) => host.tell({ intent: 'showTimeline', startNs, endNs }), unpin: (metric) => this.#togglePin(metric) });
    this.#findings = new FindingList((finding) => this.#openFinding(finding));
    this.#build();
    watchTheme(() => this.#chart.draw());
    host.onEvent((event) => this.#onEvent(event));
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.#ask(0); });
    this.#start();
  }

  /** Nothing is on its way, and of what is there all was looked at; for tests. */
  get idle(): boolean { return this.#host.pending === 0 && this.#all !== undefined && (this.#all.fraction >= 1 || this.#stopped) && (this.#timer === undefined || this.#init.hello.live); }
  /** The range that the tiles are of. */
  get range(): Stretch { const of = this.#part ?? this.#all; return { startNs: of?.startNs ?? 0, endNs: of?.endNs ?? 0 }; }
  xOfNs(ns: number): number { return this.#chart.xOfNs(ns); }

  #build(): void {
    this.#progress.append(this.#bar, this.#progressText, this.#stop);
    const head = el('header', { class: 'ov-head' }, this.#title, this.#range, el('span', { class: 'ov-tools' }, this.#window, this.#whole, button('Open Timeline', { class: 'ov-primary', 'data-testid': 'timeline' }, () => this.#host.tell({ intent: 'showTimeline', ...(this.#state.brush === undefined ? {} : this.range) }))));
    const main = el('main', { class: 'ov-page' }, head, this.#banner, this.#progress, this.#chart.element, el('div', { class: 'ov-body' }, this.#findings.element, el('div', { class: 'ov-metrics' }, this.#tiles.element, this.#zeros)), this.#announcer.element);
    document.body.replaceChildren(main);
  }

  #start(): void {
    const { hello, title, session } = this.#init;
    this.#clock = new Clock(hello.baseNs);
    this.#chart.setClock(this.#clock, 'clock');
    setText(this.#title, title);
    this.#window.hidden = !hello.live;
    this.#window.value = String(this.#state.windowNs);
    this.#all = this.#part = undefined;
    this.#save({ session });
    this.#tiles.setPins(this.#state.pins);
    this.#ask(0);
  }
  #save(change: Partial<OverviewState>): void { this.#state = { ...this.#state, ...change }; this.#host.state = this.#state; }

  #onEvent(event: PageEvent): void {
    switch (event.event) {
      case 'status': {
        this.#status = event.status;
        if (!this.#init.hello.live && !this.#stopped && this.#timer === undefined && this.#host.pending === 0 && this.#isBehind()) this.#ask(SOON_MS);
        break;
      }
      case 'link':
        this.#linked = event.state === 'connected';
        this.#showBanner(this.#linked ? '' : event.message === '' ? 'The connection was lost.' : event.message);
        if (this.#linked) this.#ask(0);
        break;
      case 'reset':
        // Times of before are void.
        this.#host.cancelAll();
        this.#init = event.init; this.#status = event.init.status; this.#linked = true;
        this.#save({ brush: undefined });
        this.#showBanner('');
        this.#start();
        break;
      case 'show': case 'do': case 'counting': break;
    }
  }
  /** More was read since the last answer, or reading has come to its end: what waits for an answer is known only then. */
  #isBehind(): boolean { const { events, progress } = this.#status; return events !== this.#seen.events || progress !== this.#seen.progress; }
  #showBanner(text: string): void { this.#banner.hidden = text === ''; setText(this.#banner, text); }

  /** Whatever is wrong with the capture itself; ''. */
  get #problems(): string { return this.#status.problems.map(({ message, remedy }) => `${message} ${remedy}`).join(' '); }

  // ---- asking

  #ask(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => { this.#timer = undefined; void this.#load(); }, afterMs);
  }

  async #load(): Promise<void> {
    if (document.hidden || !this.#linked) return;
    this.#abort?.abort();
    const seen = this.#status, abort = this.#abort = new AbortController(), { live } = this.#init.hello, { windowNs, brush, pins } = this.#state;
    const wholeFrom = live && windowNs > 0 ? Math.max(0, this.#status.endNs - windowNs) : 0;
    const ask = (params: OverviewParams): Promise<OverviewResult> => this.#host.request('overview/get', params, abort.signal);
    try {
      const all = await ask({ startNs: wholeFrom, endNs: ALL_NS, points: CHART_POINTS, metrics: pins, findings: 0 });
      const part = await ask({ startNs: brush?.startNs ?? wholeFrom, endNs: brush?.endNs ?? ALL_NS, points: TILE_POINTS, findings: FINDINGS });
      if (abort.signal.aborted) return;
      this.#all = all; this.#part = part;
      this.#seen = seen;
      this.#showBanner(this.#init.hello.live ? '' : this.#problems);
      this.#show();
      // The pass may come to its end between the two answers.
      if ((all.fraction < 1 || part.fraction < 1 || !live && this.#isBehind()) && !this.#stopped) this.#ask(SOON_MS); else if (live) this.#ask(EVERY_MS);
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.#showBanner(error instanceof Error ? error.message : String(error));
      if (live) this.#ask(EVERY_MS);
    }
  }

  // ---- showing

  #time(ns: number): string { const span = this.#all === undefined ? 0 : this.#all.endNs - this.#all.startNs; return this.#clock.format(ns, 'clock', span >= 3600e9 ? 0 : span >= 60e6 ? 3 : 6); }

  #show(): void {
    const all = this.#all, part = this.#part;
    if (all === undefined || part === undefined) return;
    const series = seriesOf(part), at = (point: number): string => this.#time(part.startNs + point * part.pointNs);
    const none = this.#tiles.show(series, at);
    this.#tiles.setZeros(this.#state.zeros);
    this.#zeros.hidden = none === 0;
    setText(this.#zeros, this.#state.zeros ? 'Hide what is zero' : `Show ${formatCount(none)} that ${none === 1 ? 'is' : 'are'} zero`);
    const pinned = seriesOf(all);
    this.#chart.show({ startNs: all.startNs, endNs: all.endNs, pointNs: all.pointNs, rows: this.#state.pins.flatMap((id) => { const metric = metricById(id), of = pinned.get(id); return metric === undefined || of === undefined ? [] : [{ metric, series: of }]; }) }, this.#state.brush);
    const reading = this.#status.progress < 1;
    this.#findings.show(part.findings, part.totalFindings, part.untold, part.fraction < 1 || reading, (ns) => this.#time(ns));
    this.#whole.hidden = this.#state.brush === undefined;
    setText(this.#range, `${this.#time(part.startNs)} – ${this.#time(part.endNs)} (${formatDuration(part.endNs - part.startNs)})${part.missed > 0 ? `; ${formatCount(part.missed)} events were gone before they could be looked at` : ''}`);
    this.#showProgress();
    const calls = series.get('calls')?.total ?? 0, text = `Overview of ${this.#init.title}: ${formatCount(calls)} calls, ${formatCount(part.totalFindings)} unusual things.`;
    if (text !== this.#said && !this.#init.hello.live && part.fraction >= 1 && !reading) { this.#said = text; this.#announcer.say(text, 1000); }
  }
  /** Of a capture that is being read, the reading as well. */
  #stopOrGoOn(): void {
    this.#stopped = !this.#stopped;
    if (this.#status.reading?.state === 'reading' && this.#stopped) void this.#host.request('capture/stop', {}).catch(() => undefined);
    else if (this.#status.reading?.state === 'stopped' && !this.#stopped && this.#status.reading.more) void this.#host.request('capture/resume', {}).catch(() => undefined);
    if (this.#stopped) this.#abort?.abort(); else this.#ask(0);
    this.#showProgress();
  }
  #showProgress(): void {
    const reading = this.#status.progress < 1, fraction = Math.min(this.#part?.fraction ?? 0, 1) * (reading ? this.#status.progress : 1);
    this.#progress.hidden = this.#part === undefined || (fraction >= 1 && !reading) || (this.#init.hello.live && fraction > 0.98);
    this.#bar.value = fraction;
    setText(this.#progressText, this.#stopped ? `Stopped: ${Math.floor(fraction * 100)} % of the events were looked at.` : `${Math.floor(fraction * 100)} % of the events were looked at`);
    setText(this.#stop, this.#stopped ? 'Go on' : 'Stop');
  }

  // ---- choosing

  #choose(brush: Stretch | undefined): void {
    this.#save({ brush });
    this.#show();
    this.#ask(0);
    this.#announcer.say(brush === undefined ? 'The whole range is shown.' : `Chosen: ${this.#time(brush.startNs)} to ${this.#time(brush.endNs)}.`, 300);
  }
  #togglePin({ id, name }: Metric): void {
    const { pins } = this.#state, pinned = pins.includes(id);
    const next = pinned ? pins.filter((each) => each !== id) : [...pins, id].slice(-MAX_PINS);
    this.#save({ pins: METRICS.filter((metric) => next.includes(metric.id)).map((metric) => metric.id) });
    this.#tiles.setPins(this.#state.pins);
    this.#announcer.say(pinned ? `${name} was taken off the chart.` : `${name} is on the chart.`, 0);
    this.#show();
    this.#ask(0);
  }
  #openMetric(metric: Metric): void { this.#host.tell({ intent: 'showTimeline', filter: metric.filter, ...this.range }); }
  #openFinding({ filter, row, tsNs }: OverviewFinding): void {
    const all = this.#all, around = Math.max(AROUND_NS, AROUND * (all === undefined ? 0 : all.endNs - all.startNs));
    this.#host.tell({ intent: 'showTimeline', filter, row, startNs: Math.max(this.#status.startNs, tsNs - around), endNs: tsNs + around });
  }
}

function seriesOf(result: OverviewResult): Map<string, Series> {
  return new Map(result.series.map(({ id, total, atLeast, values }) => [id, { id, total, atLeast, values: unpackNumbers(bytesOf(values)) }]));
}
