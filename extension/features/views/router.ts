// What the page of views asks, answered by the session that it looks at. Knows no webview and no editor.
import type { CancellationToken } from 'vscode-jsonrpc';
import { CloseView, GetFlame, GetSpectrogram, GetViewRow, GetViewRows, GetViewText, OpenView, PauseView, ViewProgress, ViewSampled, type SpectrogramResult, type ViewExtent } from '../../../remote-agent/protocol/viewMessages.ts';
import type { ToPage } from '../../../webviews/protocol/messages.ts';
import type { ExtentChoice, FlameRequest, MarkedRange, OpenRequest, RowsOrder, RowsRequest, SpectrogramRequest, ViewStart, ViewsEvent, ViewsInit, ViewsIntent, ViewsRequests } from '../../../webviews/protocol/views.ts';
import { Disposables, type Disposable } from '../../base/emitter.ts';
import { UserError } from '../../base/text.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { Answers } from '../../webviewHost/answers.ts';
import { linkEvent } from '../../webviewHost/router.ts';
import { lineOf, type Catalogue } from './catalogue.ts';

/** A live view is counted anew this often. */
const INTERVAL_MS = 1000;
/** Of a live host, a picture shows so much. */
const LIVE_NS = 60e9;
const MOST_ROWS = 500, MOST_TEXT = 1 << 26;

export interface ViewsRouterOptions {
  readonly session: CaptureSession;
  readonly post: (message: ToPage | ViewsEvent) => void;
  readonly catalogue: () => Catalogue;
  /** The time that is marked in the session's timeline, ns since its base. */
  readonly range: () => { readonly startNs: number; readonly endNs: number } | undefined;
  readonly onIntent: (intent: ViewsIntent) => void;
  /** What a new page begins with; undefined: as it was left. */
  readonly start?: ViewStart | undefined;
}

let handles = 0;

export class ViewsRouter implements Disposable {
  readonly #options: ViewsRouterOptions;
  readonly #answers: Answers<ViewsIntent>;
  readonly #owned = new Disposables();
  #catalogue: Catalogue;
  #ready = false;
  #start: ViewStart | undefined;
  /** Of the latest table; a page looks at one. */
  #handle = '';

  constructor(options: ViewsRouterOptions) {
    const { session, post, onIntent, start } = this.#options = options;
    this.#start = start;
    this.#catalogue = options.catalogue();
    this.#answers = new Answers({ first: 'views/ready', post, onIntent, result: (method, params, token) => this.#result(method as keyof ViewsRequests, params, token), onFirst: () => { if (session.link.state !== 'connected') this.tell({ event: 'link', message: session.link.message }); } });
    this.#owned.add(session.onNotification(ViewProgress, progress => { if (progress.handle === this.#handle) this.tell({ event: 'progress', ...progress }); }));
    this.#owned.add(session.onNotification(ViewSampled, sampled => { if (sampled.handle === this.#handle) this.tell({ event: 'sampled', ...sampled }); }));
    this.#owned.add(session.onLink(link => { const { state, message } = linkEvent(link); this.tell({ event: 'link', message: state === 'connected' ? '' : message === '' ? 'The connection was lost.' : message }); }));
    this.#owned.add(session.onReset(() => { this.#handle = ''; this.tell({ event: 'again', init: this.#init() }); }));
  }

  get ready(): boolean { return this.#ready; }
  tell(event: ViewsEvent): void { if (this.#ready) this.#options.post(event); }
  receive(message: unknown): void { this.#answers.receive(message); }
  /** Something else is to be shown, now or when the page is there. */
  show(start: ViewStart): void { if (this.#ready) this.tell({ event: 'show', start }); else this.#start = start; }

  /** All of a table as text, in the page's order. */
  async text(form: 'table' | 'csv' | 'json', order: RowsOrder): Promise<string> {
    for (let text = ''; ;) {
      const part = (await this.#options.session.request(GetViewText, { ...orderOf(order), form, offset: text.length })).text;
      if (part === '') return text;
      text += part;
      if (text.length > MOST_TEXT) throw new UserError('The table is too long to be taken out at once.', 'Filter it, or write it with "porthole view" on the host.');
    }
  }

  /** The line of an action for a row, for a shell on the host. */
  async line({ view, action, handle, key }: Extract<ViewsIntent, { intent: 'action' }>): Promise<string> {
    const command = this.#catalogue.entries.find(({ id }) => id === view)?.actions[Number(action)]?.command;
    if (command === undefined) throw new UserError('The view has no such action.', 'Open the view again.');
    const line = lineOf(command, await this.#options.session.request(GetViewRow, { handle: String(handle), key: String(key) }));
    if (line === undefined) throw new UserError('The row holds control characters, which would act on the terminal.', 'Copy the row, and type the command yourself.');
    return line;
  }

  #init(): ViewsInit {
    const { session } = this.#options, range = this.#range(), start = this.#start;
    this.#catalogue = this.#options.catalogue();
    this.#start = undefined;
    return { session: session.id, title: session.title, live: session.live, catalogue: this.#catalogue.entries, problems: this.#catalogue.problems, ...(start === undefined ? {} : { start }), ...(range === undefined ? {} : { range }) };
  }
  #range(): MarkedRange | undefined {
    const range = this.#options.range(), { session } = this.#options;
    if (range === undefined) return undefined;
    const second = (ns: number): string => ((ns - session.status.startNs) / 1e9).toFixed(3);
    return { ...range, text: `${second(range.startNs)} s to ${second(range.endNs)} s` };
  }

  async #result(method: keyof ViewsRequests, params: unknown, token: CancellationToken): Promise<unknown> {
    const { session } = this.#options;
    switch (method) {
      case 'views/ready': this.#ready = true; return this.#init();
      case 'views/open': return await this.#open(params as OpenRequest, token);
      case 'views/rows': { const { from, count } = params as RowsRequest; return await session.request(GetViewRows, { ...orderOf(params as RowsRequest), from: Math.max(0, Number(from) || 0), count: Math.min(MOST_ROWS, Math.max(0, Number(count) || 0)) }, token); }
      case 'views/spectrogram': return await this.#spectrogram(params as SpectrogramRequest, token);
      case 'views/flame': { const { filter, extent, measure, path } = params as FlameRequest; return await session.request(GetFlame, { filter: String(filter), measure, path, ...this.#time(extent) }, token); }
      case 'views/range': return this.#range() ?? null;
      case 'views/pause': { const { handle, paused } = params as { handle: string; paused: boolean }; await session.request(PauseView, { handle: String(handle), paused: paused === true }); return null; }
      default: throw new Error(`There is no request "${String(method satisfies never)}".`);
    }
  }

  async #open({ view, filter, containers, depth, extent }: OpenRequest, token: CancellationToken): Promise<ViewsRequests['views/open']['result']> {
    const { session } = this.#options, before = this.#handle, handle = this.#handle = `table${++handles}`, source = this.#catalogue.sources.get(String(view));
    if (before !== '') void session.request(CloseView, { handle: before }).catch(() => undefined);
    const opened = await session.request(OpenView, { handle, view: String(view), ...(source === undefined ? {} : { source }), filter: String(filter), containers: containers === true, depth: Math.max(0, Number(depth) || 0), extent: this.#extent(extent) }, token);
    return { ...opened, handle };
  }
  #spectrogram({ view, filter, extent: choice, columns }: SpectrogramRequest, token: CancellationToken): Promise<SpectrogramResult> {
    return this.#options.session.request(GetSpectrogram, { view: String(view), filter: String(filter), columns: Number(columns), ...this.#time(choice) }, token);
  }
  /** The time that a picture shows. */
  #time(choice: ExtentChoice): { readonly startNs: number; readonly endNs: number } {
    const extent = this.#extent(choice);
    return extent.kind === 'range' ? { startNs: extent.startNs, endNs: extent.endNs } : { startNs: extent.kind === 'live' ? Math.max(0, this.#options.session.status.endNs - LIVE_NS) : 0, endNs: Number.MAX_SAFE_INTEGER };
  }
  #extent(choice: ExtentChoice): ViewExtent {
    if (choice === 'live' && this.#options.session.live) return { kind: 'live', intervalMs: INTERVAL_MS };
    if (choice !== 'range') return { kind: 'all' };
    const range = this.#options.range();
    if (range === undefined) throw new UserError('No time is marked in the timeline.', 'Drag over the timeline with Shift, or choose all events.');
    return { kind: 'range', ...range };
  }

  dispose(): void {
    this.#answers.giveUp();
    this.#owned.dispose();
    if (this.#handle !== '') void this.#options.session.request(CloseView, { handle: this.#handle }).catch(() => undefined);
  }
}

function orderOf({ handle, sort, ascending, search }: RowsOrder): RowsOrder { return { handle: String(handle), sort: Number(sort), ascending: ascending === true, search: String(search) }; }
