// This host as a source of events for the command line.
import type { CaptureProfile } from '../addon/porthole.d.ts';
import type { EventContext } from '../engine/event/context.ts';
import type { SystemState } from '../engine/state/systemState.ts';
import type { EventInput, Visit } from './captureInput.ts';
import { openLive, type LiveSource } from './liveSource.ts';
import { readMachine } from './procScan.ts';

/** Problems that mean that no event will ever come. */
const FATAL: ReadonlySet<string> = new Set(['platform', 'addon', 'btf', 'permission', 'kernel', 'probe']);

export interface HostOptions {
  /** 0: the usual one. */
  readonly snaplen: number;
  /** Size of the kernel's ring buffer; undefined: by the machine. */
  readonly ringBytes?: number | undefined;
  /** Names of processes whose events are left out. */
  readonly suppressed: readonly string[];
  /** What is asked of the probe; everything where it is left out. */
  readonly profile?: CaptureProfile | undefined;
}

/** Prepares to watch this host; the probe is loaded when `run` is called. */
export function openHost(options: HostOptions): EventInput { return new HostInput(options); }

class HostInput implements EventInput {
  readonly machine = readMachine();
  readonly #options: HostOptions;
  #source: LiveSource | undefined;
  #first: SystemState | undefined;
  #visit: Visit | undefined;
  #end: () => void = () => undefined;
  readonly #ended: Promise<void>;
  #stopped = false;
  readonly #unwanted: ReadonlySet<string>;
  /** Events that were left out because of their process's name. */
  suppressed = 0;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#unwanted = new Set(options.suppressed);
    this.#ended = new Promise((resolve) => { this.#end = resolve; });
  }

  /** Known from the first event on. */
  get state(): SystemState | undefined { return this.#source === undefined ? this.#first : this.#source.probe === undefined ? undefined : this.#source.state; }

  stop(): void { this.#stopped = true; this.#end(); }

  async run(visit: Visit): Promise<void> {
    this.#visit = visit;
    const source = await openLive({ remember: false, ...(this.#options.snaplen > 0 ? { snaplen: this.#options.snaplen } : {}), ...(this.#options.ringBytes === undefined ? {} : { ringBytes: this.#options.ringBytes }), ...(this.#options.profile === undefined ? {} : { profile: this.#options.profile }), onEvent: (ctx, state) => { this.#first = state; this.#take(ctx); } });
    this.#source = source;
    const fatal = source.session.problems.find((p) => FATAL.has(p.code));
    try {
      if (fatal !== undefined) throw new Error(`porthole: ${fatal.message.split('\n')[0]}\n${advice(fatal.code, fatal.remedy)}`);
      for (const problem of source.session.problems) process.stderr.write(`porthole: ${problem.message} ${problem.remedy}\n`);
      if (!this.#stopped) await this.#ended;
    } finally { await source.close(); }
  }

  #take(ctx: EventContext): void {
    if (this.#stopped || this.#visit === undefined) return;
    if (this.#unwanted.size > 0 && this.#unwanted.has(ctx.info?.comm ?? '')) { this.suppressed++; return; }
    // Whoever answers with a promise is busy; the kernel does not wait, so it counts for itself what it leaves out until then.
    if (this.#visit(ctx) === false) this.stop();
  }

  problems(): readonly string[] { return []; }

  losses(): readonly { readonly cause: string; readonly count: number }[] { return this.#source?.session.status().losses ?? []; }
}

function advice(code: string, remedy: string): string {
  if (code === 'permission' && process.getuid?.() !== 0) return 'Run it with sudo, or read a capture: porthole -r FILE';
  return remedy;
}
