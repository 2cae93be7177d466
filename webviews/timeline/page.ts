// The timeline page: holds model, stage, list, details and filter together, and decides what to ask for when something changes.
import { ERROR_FILTER } from './errors.ts';
import type { EventRowMessage, FilterErrorData, Status } from '../../remote-agent/protocol/messages.ts';
import { NO_EVENTS } from '../protocol/messages.ts';
import type { PageCommand, PageEvent, PageInit } from '../protocol/messages.ts';
import { Announcer } from '../base/aria.ts';
import { button, el } from '../base/dom.ts';
import { CancelledError, HostError } from '../base/host.ts';
import type { Host } from '../base/host.ts';
import { createSplitter } from '../base/splitter.ts';
import { readTheme, watchTheme } from '../base/theme.ts';
import { Clock, formatCount, formatDuration } from '../base/time.ts';
import type { TimeMode } from '../base/time.ts';
import { Chrome } from './chrome.ts';
import type { LinkState } from './chrome.ts';
import { DetailsPane } from './details.ts';
import { condition } from './eventText.ts';
import { EventList } from './events.ts';
import { FilterBox } from './filterBox.ts';
import type { Destination } from './goTo.ts';
import { widened } from './layout.ts';
import { ListBar } from './listBar.ts';
import { Loader } from './loader.ts';
import { TimelineModel, selectionOf } from './model.ts';
import type { Range } from './model.ts';
import { toggleFailed, toggleKind } from './legendFilter.ts';
import { Stage } from './stage.ts';
import { pageOfAll, rowOfNumber } from './numbers.ts';
import { readState } from './pageState.ts';
import { ReadingBar } from './readingBar.ts';
import type { PageState } from './pageState.ts';
import { TimeTools } from './timeTools.ts';

/** A following view asks this often for marks, and for lanes and the list. */
const TICK_MS = 250;
const SLOW_TICK_MS = 990;
const LIST_AFTER_MS = 200;
/** Without word from the agent for longer, "now" stands still. */
const EDGE_GUESS_MAX_MS = 3000;

export class TimelinePage {
  readonly stage: Stage;
  readonly filter: FilterBox;
  readonly events: EventList;
  readonly listBar: ListBar;
  readonly loader: Loader;
  readonly host: Host;
  readonly time: TimeTools;
  model: TimelineModel;
  readonly #chrome: Chrome;
  readonly #details: DetailsPane;
  readonly #reading: ReadingBar;
  readonly #announcer = new Announcer();
  readonly #lower: HTMLElement;
  #clock: Clock;
  #init: PageInit;
  #status: Status;
  #statusAtMs = performance.now();
  #state: PageState;
  #link: LinkState = 'connected';
  #linkText = '';
  #problem = '';
  #wantedLane = '';
  #alsoLanes: readonly string[] = [];
  #listTimer: number | undefined;
  #slowTickAtMs = 0;
  #detailsAbort: AbortController | undefined;
  #selecting = 0;

  constructor(host: Host, init: PageInit) {
    this.host = host;
    this.#init = init;
    this.#status = init.status;
    this.#state = readState(host.state);
    this.#clock = new Clock(init.hello.baseNs);
    this.model = new TimelineModel(init.hello.live, init.status);
    this.filter = new FilterBox(host, { onApply: (filter) => this.#onFilter(filter), onEarlier: (filters) => host.tell({ intent: 'filterHistory', filters }) });
    this.#chrome = new Chrome(this.filter.element, {
      onFollow: () => this.#toggleFollow(), onWindow: (followNs) => { this.model.follow(followNs); this.#moved(); },
      onZoom: (factor) => { this.model.zoomAt(this.model.zoomCentreNs, factor); this.#moved(); },
      onFit: () => { this.model.fit(); this.#moved(); }, onTimeMode: (mode) => this.#setTimeMode(mode),
      onLegend: (what) => this.filter.setText(what === 'failed' ? toggleFailed(this.filter.applied) : toggleKind(this.filter.applied, what)),
    });
    this.stage = new Stage(this.model, this.#clock, readTheme(), host, {
      onMoved: () => this.#moved(), onLanesShown: () => this.loader.invalidate('viewport'), onFolded: () => { this.#save({ folding: this.model.folding }); this.loader.invalidate('viewport'); },
      onPickRow: (row) => void this.#selectRow(row), onPickStretch: (laneId, range) => void this.#selectFirst(laneId, range), onNextEvent: (laneId, direction) => this.#nextEvent(laneId, direction),
      onToggleFollow: () => this.#toggleFollow(), onEscape: () => { if (this.model.chosen) this.time.choose(undefined); else this.#clearSelection(); },
      onChoose: (range) => this.time.choose(range), onChooseEnd: (end) => this.time.chooseEnd(end), onZoomToChosen: () => this.time.zoomToChosen(), onBookmark: () => this.time.bookmark(), onSearchLanes: () => this.time.search.focus(),
      onArranged: (said) => { this.#save({ arrangement: this.model.arrangement.kept }); this.#announcer.say(said, 0); this.loader.invalidate('viewport'); },
    });
    this.time = new TimeTools(host, this.model, this.#clock, readTheme(), {
      onMoved: () => this.#moved(), onChosen: () => { this.stage.invalidate(); this.#loadListSoon(); }, onSearched: () => { this.stage.relayout(); this.stage.revealLane(this.model.activeLane); }, onLeaveSearch: () => this.stage.lanes.focus(this.model.activeLane),
      onSay: (text) => this.#announcer.say(text, 0), onError: (error) => this.#failed(error), filter: () => this.filter.applied, timeMode: () => this.stage.timeMode, selectedRow: () => this.model.selection?.row,
    });
    this.#chrome.tools.append(this.time.bookmarks.element);
    this.#reading = new ReadingBar({ onStop: () => void this.#control('capture/stop'), onResume: () => void this.#control('capture/resume'), onSay: (text) => this.#announcer.say(text, 0) });
    this.listBar = new ListBar(host, this.#clock, {
      find: { filter: () => this.filter.applied, fromRow: (how) => this.#searchFrom(how), onFound: (row) => void this.#selectRow(row, { reveal: true, stay: true }), onSay: (text) => this.#announcer.say(text, 0), onError: (error) => this.#failed(error) },
      onGoTo: (destination) => void this.#goTo(destination), onLeave: () => this.events.focus(),
    });
    this.events = new EventList(host, this.#clock, { onSelect: (event) => this.#selectFromList(event), onLookBack: () => this.#lookBack(), onSize: (size) => this.listBar.setSize(size), onGoTo: () => this.#do('goTo'), onError: (error) => this.#failed(error) });
    this.#details = new DetailsPane({
      onCopy: (text, what) => { host.tell({ intent: 'copy', text }); this.#announcer.say(`Copied as ${what}.`, 0); },
      onFilter: (text) => this.#addToFilter(text),
    }, this.#clock);
    this.loader = new Loader(host, () => this.#query(), {
      onLanes: (result) => { this.stage.takeLanes(result); this.#takeWantedLane(); this.#showCounts(); this.#succeeded(); },
      onViewport: (result) => { this.stage.takeViewport(result); this.#showEmpty(); this.#succeeded(); },
      onError: (error) => this.#failed(error), onIdle: () => { this.#showEmpty(); this.#describe(); },
    });
    this.#lower = this.#buildPage();
    watchTheme((theme) => { this.stage.setTheme(theme); this.time.setTheme(theme); });
    host.onEvent((event) => this.#onEvent(event));
    document.addEventListener('keydown', (event) => this.#key(event));
    this.#start(init);
    window.setInterval(() => this.#tick(), TICK_MS);
  }

  /** Nothing is on its way, nothing waits. */
  get idle(): boolean {
    return !this.loader.busy && !this.events.busy && !this.filter.busy && !this.listBar.busy && !this.stage.painting && !this.events.painting && !this.time.busy && this.host.pending === 0 && this.#listTimer === undefined;
  }

  #buildPage(): HTMLElement {
    const root = el('main', { class: 'ph-page' });
    const lower = el('div', { class: 'ph-lower' });
    lower.dataset['tab'] = 'events';
    const tabs = (['events', 'details'] as const).map((name) => button(name === 'events' ? 'Events' : 'Details', { role: 'tab', 'data-tab': name }, () => this.#showTab(name)));
    lower.append(el('div', { class: 'ph-tabs', role: 'tablist', 'aria-label': 'Below the timeline' }, ...tabs), el('section', { class: 'ph-list', 'aria-label': 'Event list' }, this.listBar.element, this.events.element),
      createSplitter({ label: 'Width of the details', direction: 'columns', variable: '--ph-details', root, initialPx: this.#state.detailsPx, minPx: 220, maxPx: () => Math.max(220, window.innerWidth - 320), after: true, onChange: (px) => this.#save({ detailsPx: px }) }),
      this.#details.element);
    this.stage.element.append(createSplitter({ label: 'Width of the lane labels', direction: 'columns', variable: '--ph-lanes', root, initialPx: this.#state.lanesPx, minPx: 90, maxPx: () => Math.max(120, window.innerWidth * 0.6), onChange: (px) => this.#save({ lanesPx: px }) }));
    root.append(this.#chrome.toolbar, this.#reading.element, this.#chrome.banner, this.time.element, this.time.rangeBar.element, this.stage.element,
      createSplitter({ label: 'Height of the event list', direction: 'rows', variable: '--ph-lower', root, initialPx: this.#state.lowerPx, minPx: 80, maxPx: () => Math.max(120, window.innerHeight - 220), after: true, onChange: (px) => this.#save({ lowerPx: px }) }),
      lower, this.#chrome.status, this.#announcer.element);
    document.body.replaceChildren(root, this.stage.tooltip.element);
    return lower;
  }
  #showTab(name: 'events' | 'details'): void {
    this.#lower.dataset['tab'] = name;
    for (const tab of this.#lower.querySelectorAll('[role=tab]')) tab.setAttribute('aria-selected', String(tab.getAttribute('data-tab') === name));
  }
  #save(change: Partial<PageState>): void { this.#state = { ...this.#state, ...change }; this.host.state = this.#state; }

  // ---- sessions

  #start(init: PageInit): void {
    this.#init = init;
    this.#clock = new Clock(init.hello.baseNs);
    const { widthPx } = this.model;
    this.model = new TimelineModel(init.hello.live, init.status);
    this.model.widthPx = widthPx;
    this.model.restoreFolding(this.#state.folding);
    this.model.arrange((arrangement) => arrangement.restore(this.#state.arrangement));
    this.stage.model = this.model;
    this.stage.clock = this.#clock;
    this.stage.clear();
    this.stage.lanes.head.replaceChildren(el('b', {}, init.title), el('span', {}, init.hello.live ? `${init.hello.hostname}, live` : init.hello.hostname));
    this.events.setClock(this.#clock);
    this.events.reset(!init.hello.live);
    this.listBar.setClock(this.#clock);
    this.listBar.find.forget();
    this.#reading.reset();
    this.#details.setClock(this.#clock);
    this.#details.showNothing();
    this.#showTab('events');
    this.#setTimeMode(this.#state.timeMode);
    this.#chrome.setLive(init.hello.live);
    this.filter.restore(init.filter, init.filterHistory);
    this.#chrome.setFilter(init.filter);
    this.time.start(this.model, this.#clock, init.bookmarks, init.canSaveRange);
    this.#want(init.lane);
    this.#link = 'connected';
    this.#takeStatus(init.status);
    this.#moved();
  }
  #onEvent(event: PageEvent): void {
    switch (event.event) {
      case 'status': this.#takeStatus(event.status); break;
      case 'link': this.#takeLink(event.state, event.message); break;
      case 'reset': this.host.cancelAll(); this.loader.reset(); this.#start(event.init); break;
      case 'show': this.#show(event); break;
      case 'do': this.#do(event.what); break;
      // The list's counter listens by itself.
      case 'counting': break;
    }
  }
  #show(event: Extract<PageEvent, { event: 'show' }>): void {
    if (event.filter !== undefined) this.filter.setText(event.filter);
    if (event.startNs !== undefined && event.endNs !== undefined) { this.model.setRange(event.startNs, event.endNs); this.#moved(); }
    if (event.lane !== undefined) this.#want(event.lane);
    if (event.row !== undefined) void this.#selectRow(event.row, { reveal: true });
  }
  /** A lane that is asked for is there though its thread does nothing. */
  #want(lane: string): void {
    this.#wantedLane = lane;
    this.#alsoLanes = lane.startsWith('t:') ? [lane] : [];
    this.#takeWantedLane();
    if (this.#wantedLane !== '') this.loader.invalidate('all');
  }
  #takeWantedLane(): void {
    if (this.#wantedLane === '' || !this.model.lane(this.#wantedLane)) return;
    const id = this.#wantedLane;
    this.#wantedLane = '';
    this.model.uncover(id);
    this.model.setExpanded(id, true);
    this.model.activeLane = id;
    this.stage.relayout();
    this.stage.revealLane(id);
  }
  #takeStatus(status: Status): void {
    const grew = status.endNs !== this.#status.endNs || status.startNs !== this.#status.startNs || status.events !== this.#status.events;
    this.#status = status;
    this.#statusAtMs = performance.now();
    const before = this.model.range;
    this.model.setStatus(status);
    this.#chrome.setStatus(status, this.model.live);
    if (!this.model.live) this.#reading.setStatus(status);
    this.listBar.setStart(status.startNs);
    if (grew) this.time.historyGrew();
    this.#showBanner();
    if (!this.model.live && grew && (before.startNs !== this.model.range.startNs || before.endNs !== this.model.range.endNs || status.progress < 1)) this.#grew();
    else this.stage.invalidate();
  }
  #takeLink(state: LinkState, message: string): void {
    this.#link = state;
    const since = this.#clock.format(this.#edgeNs(), 'clock', 0);
    this.#linkText = `${message === '' ? (state === 'lost' ? 'The connection was lost' : 'Reconnecting') : message} Showing data as of ${since}.`;
    this.stage.stale = state !== 'connected';
    this.time.setStale(this.stage.stale);
    this.#showBanner();
    this.stage.invalidate();
    if (state === 'connected') this.#moved();
  }
  #showBanner(): void {
    const problem = this.#status.problems[0] ?? this.#init.hello.problems[0];
    this.#chrome.setBanner(this.#link, this.#linkText, this.#problem !== '' ? this.#problem : problem ? `${problem.message} ${problem.remedy}` : '');
  }

  // ---- time

  #edgeNs(): number { return this.#status.endNs + (this.#link === 'connected' ? Math.min(EDGE_GUESS_MAX_MS, performance.now() - this.#statusAtMs) * 1e6 : 0); }
  #tick(): void {
    if (document.hidden || !this.model.live || this.#link !== 'connected') return;
    const edgeNs = this.#edgeNs();
    // One question at a time: a slow link gets fewer of them, never a queue.
    if (this.loader.busy || this.loader.shouldRest) return;
    const slow = performance.now() - this.#slowTickAtMs >= SLOW_TICK_MS;
    if (slow) this.#slowTickAtMs = performance.now();
    this.model.followTo(edgeNs);
    const seesEdge = this.model.range.endNs >= edgeNs - TICK_MS * 4e6;
    if (this.model.following) {
      this.loader.invalidate(slow ? 'all' : 'viewport');
      if (slow && !this.events.busy && !this.model.chosen) this.#loadList();
    } else if (slow && seesEdge) this.loader.invalidate('all');
    this.#showRange();
  }
  #moved(): void {
    this.#showRange();
    this.stage.invalidate();
    this.loader.invalidate('all');
    // A list of the marked time stays as it is, wherever the view goes.
    if (!this.model.chosen) this.#loadListSoon();
  }
  #loadListSoon(): void {
    clearTimeout(this.#listTimer);
    this.#listTimer = window.setTimeout(() => { this.#listTimer = undefined; this.#loadList(); }, LIST_AFTER_MS);
  }
  /** A file is being read: more of it is there, and whoever reads the list already is not disturbed. */
  #grew(): void {
    this.#showRange();
    this.stage.invalidate();
    this.loader.invalidate('all');
    this.#growList();
  }
  #growList(): void {
    if (this.model.chosen) return;
    if (this.events.rows.length > 0) { this.events.extendRange(this.model.range); return; }
    // The rows of a list that is on its way may be here, and scrolled, before the time is up: only an empty list is loaded from its start.
    this.#listTimer ??= window.setTimeout(() => {
      this.#listTimer = undefined;
      if (this.events.rows.length === 0 && !this.events.busy) this.#loadList(); else this.#growList();
    }, LIST_AFTER_MS);
  }
  #showRange(): void {
    const { range } = this.model;
    const digits = this.model.spanNs >= 20e9 ? 0 : this.model.spanNs >= 20e6 ? 3 : this.model.spanNs >= 20e3 ? 6 : 9;
    this.#chrome.setRange(`${this.#clock.format(range.startNs, this.stage.timeMode, digits)} – ${this.#clock.format(range.endNs, this.stage.timeMode, digits)}`, this.model.spanNs);
    this.#chrome.setFollowing(this.model.following, this.model.followNs);
    this.time.invalidate();
  }
  #toggleFollow(): void {
    if (!this.model.live) return;
    if (this.model.following) this.model.stopFollowing();
    else { this.#clearSelection(); this.model.follow(); }
    this.#announcer.say(this.model.following ? 'Following the newest events.' : 'Stopped following.', 0);
    this.#moved();
  }
  #lookBack(): void {
    if (!this.model.following) return;
    this.model.stopFollowing();
    this.#showRange();
  }
  #setTimeMode(mode: TimeMode): void {
    this.stage.timeMode = mode;
    this.#chrome.setTimeMode(mode);
    this.events.setTimeMode(mode);
    if (mode !== this.#state.timeMode) this.#save({ timeMode: mode });
    this.#showRange();
    this.stage.invalidate();
  }

  // ---- commands and keys

  #key(event: KeyboardEvent): void {
    if (event.altKey) return;
    const control = event.ctrlKey || event.metaKey;
    const what = control && event.key.toLowerCase() === 'f' && !event.shiftKey ? 'find' : control && event.key.toLowerCase() === 'g' && !event.shiftKey ? 'goTo' : event.key === 'F3' && !control ? (event.shiftKey ? 'previousMatch' : 'nextMatch') : undefined;
    if (what === undefined) return;
    event.preventDefault();
    // The editor listens behind the page, and would do the same a second time: later, and taking the focus from where somebody types by then.
    event.stopPropagation();
    this.#do(what);
  }
  #do(what: PageCommand): void {
    if (this.time.do(what)) return;
    if (what === 'savePng' || what === 'saveSvg') { void this.#savePicture(what === 'savePng' ? 'png' : 'svg'); return; }
    // In a narrow page the details may be in front of the list.
    if (what !== 'previousFilter') this.#showTab('events');
    switch (what) {
      case 'find': this.listBar.openFind(); break;
      case 'goTo': this.listBar.openGoTo(); break;
      case 'nextMatch': this.listBar.find.next('forward'); break;
      case 'previousMatch': this.listBar.find.next('backward'); break;
      case 'previousFilter': if (!this.filter.back()) this.#announcer.say('There is no filter before this one.', 0); break;
    }
  }
  async #savePicture(format: 'png' | 'svg'): Promise<void> {
    try { this.host.tell({ intent: 'savePicture', format, data: await this.stage.picture(format, this.#init.title) }); } catch (error) { this.#failed(error); }
  }
  async #control(method: 'capture/stop' | 'capture/resume'): Promise<void> {
    try { this.#takeStatus(await this.host.request(method, {})); } catch (error) { this.#failed(error); }
    this.#reading.enable();
  }
  #searchFrom(how: 'typing' | 'forward' | 'backward'): number {
    const selected = this.model.selection?.row;
    if (selected !== undefined) return how === 'typing' ? selected - 1 : selected;
    const first = this.events.firstRowInView;
    return how === 'backward' ? first : Math.max(-1, first - 1);
  }
  async #goTo(destination: Exclude<Destination, { kind: 'wrong' }>): Promise<void> {
    const filter = this.filter.applied;
    try {
      const found = destination.kind === 'time' ? (await this.host.request('events/seek', { filter, ns: destination.ns })).row : await rowOfNumber(this.host, filter, this.#status.startNs, destination.num);
      if (found >= 0) {
        const event = await this.#selectRow(found, { reveal: true, stay: true });
        if (event && destination.kind === 'event') this.listBar.showGoToNote(event.num === destination.num ? '' : `number ${formatCount(destination.num)} has no line here; the next is ${formatCount(event.num)}`);
        return;
      }
      const [last] = (await pageOfAll(this.host, filter, this.#status.startNs, -1, 'backward')).rows;
      if (!last) { this.listBar.showGoToProblem(filter === '' ? 'There is no event yet.' : 'No event passes the filter: clear it, or change it.'); return; }
      await this.#selectRow(last.row, { reveal: true, stay: true });
      const sofar = this.#status.progress < 1 ? ' of what is read so far' : '';
      this.listBar.showGoToProblem(destination.kind === 'time' ? `The last event${sofar} is at ${this.#clock.format(last.startNs, this.stage.timeMode, 6)}; it is shown.` : `The last event${sofar} is number ${formatCount(last.num)}; it is shown.`);
    } catch (error) { this.#failed(error); }
  }

  // ---- asking

  #query(): { range: Range; fetchRange: Range; widthPx: number; lanes: readonly string[]; filter: string; also: readonly string[] } {
    const { range } = this.model;
    // A following view has nothing to its right; any other one is fetched with a margin to pan into.
    const share = this.model.following ? 0 : 0.25;
    // Four answers a second are half as heavy with two pixels a bucket.
    const bucketsPerPx = this.model.following ? 0.5 : 1;
    return { range, fetchRange: widened(range, share), widthPx: Math.max(1, Math.round(this.stage.widthCss * (1 + 2 * share) * bucketsPerPx)), lanes: this.stage.shownLaneIds(), filter: this.filter.applied, also: this.#alsoLanes };
  }
  #loadList(): void {
    const { listRange: range, selection } = this.model;
    const selectedInView = selection && selection.startNs <= range.endNs && selection.startNs + Math.max(0, selection.durationNs) >= range.startNs;
    void this.events.load(range, this.filter.applied, this.model.following && !this.model.chosen ? 'end' : selectedInView ? { row: selection.row } : 'start').then(() => this.#showEmpty());
  }
  #onFilter(filter: string): void {
    this.host.tell({ intent: 'filterChanged', filter });
    this.#chrome.setFilter(filter);
    this.listBar.find.forget();
    this.loader.reset();
    this.stage.clear();
    this.time.reset();
    this.#moved();
    if (this.model.chosen) this.#loadListSoon();
  }
  #addToFilter(text: string): void {
    const old = this.filter.applied;
    this.filter.setText(old === '' ? text : `${/\bor\b/.test(old) ? `(${old})` : old} and ${text}`);
  }
  #succeeded(): void { if (this.#problem !== '') { this.#problem = ''; this.#showBanner(); } }
  #failed(error: unknown): void {
    if (error instanceof CancelledError) return;
    if (error instanceof HostError && error.code === ERROR_FILTER) { this.filter.showProblem(error.data as FilterErrorData); return; }
    this.#problem = error instanceof Error ? error.message : String(error);
    this.#showBanner();
  }

  // ---- saying

  #counts(): { events: number; errors: number } {
    return this.model.lanes.filter((lane) => lane.parent === '').reduce((sum, lane) => ({ events: sum.events + lane.events, errors: sum.errors + lane.errors }), { events: 0, errors: 0 });
  }
  #showCounts(): void {
    const { events, errors } = this.#counts();
    this.#chrome.setCount(events, errors);
    this.#showEmpty();
  }
  #showEmpty(): void {
    const { events } = this.#counts();
    const reading = this.#status.progress < 1;
    const text = this.stage.isEmpty && this.loader.busy ? 'Loading…' : events > 0 || this.loader.busy && this.model.lanes.length > 0 ? '' : reading ? 'Reading the capture…'
      : this.filter.applied !== '' ? 'No events in this range pass the filter.' : this.model.live && this.#status.events === 0 ? (this.#status.problems.some(({ code }) => NO_EVENTS.has(code)) ? 'No events come from this host; the message above says why, and what to do.' : 'Waiting for the first events.') : 'No events in this range.';
    this.stage.setEmpty(text);
    this.events.showEmpty(this.events.rows.length === 0 ? text : '');
  }
  #describe(): void {
    const { events, errors } = this.#counts();
    const { range } = this.model;
    const text = `Timeline of ${this.#init.title}, ${formatDuration(this.model.spanNs)} from ${this.#clock.format(range.startNs, this.stage.timeMode, 3)}: ${formatCount(events)} events, ${formatCount(errors)} failed, in ${this.model.visibleLanes.length} lanes.`;
    this.stage.canvas.setAttribute('aria-label', text);
    // A following view would never stop talking.
    if (!this.model.following) this.#announcer.say(text, 1200);
  }

  // ---- selecting

  #selectFromList(event: EventRowMessage): void {
    this.#mark(event);
    // What is in the list is in the range: choosing its last event must not move the range, and with it the list.
    this.stage.revealSelection(0);
    void this.#showDetails(event.row);
  }
  #mark(event: EventRowMessage): void {
    this.model.selection = selectionOf(event);
    this.#lookBack();
    this.stage.invalidate();
  }
  async #showDetails(row: number): Promise<EventRowMessage | undefined> {
    this.#detailsAbort?.abort();
    this.#detailsAbort = new AbortController();
    const turn = ++this.#selecting;
    try {
      const details = await this.host.request('events/details', { row }, this.#detailsAbort.signal);
      if (turn !== this.#selecting) return undefined;
      this.#details.show(details);
      return details;
    } catch (error) {
      if (turn === this.#selecting && !(error instanceof CancelledError)) this.#details.showError(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
  /** Selects an event of which only the row is known. */
  async #selectRow(row: number, { reveal = false, stay = false }: { readonly reveal?: boolean; /** Narrow: the list stays in front of the details. */ readonly stay?: boolean } = {}): Promise<EventRowMessage | undefined> {
    this.#lookBack();
    const event = await this.#showDetails(row);
    if (!event) return undefined;
    this.#mark(event);
    if (reveal) this.stage.revealSelection();
    this.#showTab(stay ? 'events' : 'details');
    if (!this.events.select(row)) await this.events.load(this.model.listRange, this.filter.applied, { row });
    return event;
  }
  async #selectFirst(laneId: string, range: Range): Promise<void> {
    this.#lookBack();
    const [level, id] = [laneId.slice(0, 1), laneId.slice(2)];
    const lane = level === 't' ? condition('thread.tid', id) : level === 'p' ? condition('proc.pid', id) : level === 'c' ? condition('container.id', id === '' ? 'host' : id) : '';
    const filter = [this.filter.applied === '' ? '' : `(${this.filter.applied})`, lane].filter((part) => part !== '').join(' and ');
    try {
      const page = await this.host.request('events/page', { filter, startNs: range.startNs, endNs: range.endNs, fromRow: -1, direction: 'forward', count: 1 });
      if (page.rows[0]) await this.#selectRow(page.rows[0].row);
    } catch (error) { this.#failed(error); }
  }
  #nextEvent(laneId: string, direction: 1 | -1): void {
    const row = this.stage.neighbour(laneId, direction);
    if (row !== undefined) void this.#selectRow(row, { reveal: true });
    else this.#announcer.say(direction > 0 ? 'No later single event in this lane is in view.' : 'No earlier single event in this lane is in view.', 0);
  }
  #clearSelection(): void {
    this.#selecting++;
    this.model.selection = undefined;
    this.events.select(-1);
    this.#details.showNothing();
    this.stage.invalidate();
  }
}
