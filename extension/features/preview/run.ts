// One run of a previewed chisel: what it prints and how far it is, to whoever shows it. Where a chisel prints at its end only, a short run shows something meanwhile.
import * as vscode from 'vscode';
import type { ChiselProfile } from '../../../remote-agent/engine/chisel/profile.ts';
import { ChiselPrinted, ChiselProgress, RunChisel, type RunChiselParams } from '../../../remote-agent/protocol/messages.ts';
import type { Extent, RunError, RunProgress } from '../../../webviews/protocol/preview.ts';
import { errorText } from '../../base/text.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { eventsOf, printsAtEnd } from './choice.ts';
import { OutputBuffer } from './outputBuffer.ts';

export interface PreviewRequest {
  readonly name: string; readonly source: string; readonly modules: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly session: CaptureSession; readonly extent: Extent; readonly filter: string;
  readonly json: boolean; readonly profile: boolean;
  readonly columns: number;
}
export interface PreviewListener {
  output(text: string, quick: number): void;
  progress(progress: RunProgress): void;
}

/** Events of the short run, and of captures that need none. */
const QUICK_EVENTS = 20_000, QUICK_FROM = 200_000;
const ROWS = 50;
const TICK_MS = 200;
let lastId = 0;

export class PreviewRun {
  readonly request: PreviewRequest;
  readonly output = new OutputBuffer();
  readonly #listener: PreviewListener;
  readonly #cancel = new vscode.CancellationTokenSource();
  readonly #quick = new vscode.CancellationTokenSource();
  readonly #began = performance.now();
  #progress: RunProgress = { events: 0, fraction: 0, elapsedMs: 0, firstMs: -1, lagMs: 0, missed: 0, state: 'running' };
  #abandoned = false;
  /** Settles when it has ended; never rejects. */
  readonly done: Promise<void>;

  constructor(request: PreviewRequest, listener: PreviewListener) {
    this.request = request;
    this.#listener = listener;
    this.done = this.#run();
  }

  get progress(): RunProgress { return this.#progress; }
  get running(): boolean { return this.#progress.state === 'running'; }

  /** Ends it as at the end of the events: what the chisel prints then is still shown. */
  stop(): void { this.#quick.cancel(); this.#cancel.cancel(); }
  /** Ends it; nothing more is heard of it. */
  abandon(): void { this.#abandoned = true; this.stop(); }

  async #run(): Promise<void> {
    const { session, extent, source } = this.request;
    const id = `preview-${++lastId}`, quickId = `${id}-quick`;
    let profile: ChiselProfile | undefined;
    const subscriptions = [
      session.onNotification(ChiselPrinted, (printed) => {
        if (printed.id === id) this.#printed(printed.text);
        else if (printed.id === quickId && this.output.empty && this.running) { this.#first(); this.#tell({}); if (!this.#abandoned) this.#listener.output(printed.text, QUICK_EVENTS); }
      }),
      session.onNotification(ChiselProgress, ({ id: of, events, fraction, lagMs, missed, profile: told }) => {
        if (of !== id || !this.running) return;
        if (told !== undefined) profile = told;
        this.#tell({ events, fraction, lagMs, missed, ...(profile === undefined ? {} : { profile }) });
      }),
      session.onClosed(() => this.stop()),
    ];
    const timer = setInterval(() => this.#tell({}), TICK_MS);
    const long = extent.kind === 'all' || extent.kind === 'range';
    const quick = long && !session.live && printsAtEnd(source) && session.status.events >= QUICK_FROM
      ? session.request(RunChisel, this.#params(quickId, { maxEvents: QUICK_EVENTS, profile: false, progress: false }), this.#quick.token).catch(() => undefined) : undefined;
    try {
      // One after the other: each would make the other later.
      await quick;
      const result = await session.request(RunChisel, this.#params(id, { profile: this.request.profile, progress: true }), this.#cancel.token);
      this.#tell({
        events: result.events, missed: result.missed ?? 0, ...(result.profile === undefined ? {} : { profile: result.profile }),
        ...(result.error === undefined ? { state: this.#cancel.token.isCancellationRequested ? 'stopped' : 'done', ...(this.#cancel.token.isCancellationRequested ? {} : { fraction: 1 }) } : { state: 'failed', error: errorOf(this.request, result.error) }),
      });
    } catch (error) {
      this.#tell(this.#cancel.token.isCancellationRequested ? { state: 'stopped' } : { state: 'failed', error: { message: errorText(error), file: '', line: 0, traceback: '' } });
    } finally {
      clearInterval(timer);
      for (const subscription of subscriptions) subscription.dispose();
    }
  }

  #params(id: string, more: Pick<RunChiselParams, 'maxEvents' | 'profile' | 'progress'>): RunChiselParams { return { id, ...this.#common(), ...more }; }
  #common(): Omit<RunChiselParams, 'id'> {
    const { name, source, modules, args, extent, filter, json, columns, session } = this.request;
    return {
      name, source, modules, args, filter, ...eventsOf(extent, session.status.startNs), outputFormat: json ? 'json' : 'normal',
      ...(json ? {} : { terminal: { columns, rows: ROWS } }),
    };
  }

  #first(): void { if (this.#progress.firstMs < 0) this.#progress = { ...this.#progress, firstMs: performance.now() - this.#began }; }
  #printed(text: string): void {
    if (this.#abandoned) return;
    this.#first();
    this.output.add(text);
    this.#listener.output(text, 0);
  }
  #tell(change: Partial<RunProgress>): void {
    this.#progress = { ...this.#progress, elapsedMs: performance.now() - this.#began, ...change };
    if (!this.#abandoned) this.#listener.progress(this.#progress);
  }
}

/** An error of a run, with the file that its line is of: the chisel's own, or one that it requires. */
function errorOf(request: PreviewRequest, error: { readonly message: string; readonly line: number; readonly traceback: string }): RunError {
  const [, file = '', line = ''] = /(?:^|\s)([\w.-]+\.lua):(\d+): /.exec(error.message) ?? [];
  const own = `${request.name}.lua`;
  if (file !== '' && file !== own) return { message: error.message, file, line: Number(line), traceback: error.traceback };
  return { message: error.message, file: error.line > 0 ? own : '', line: error.line, traceback: error.traceback };
}
