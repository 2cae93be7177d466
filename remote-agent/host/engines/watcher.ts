// Follows one engine: what is there, what changes, what is asked for; connects again when the engine comes back.
import { reasonOf, shortId, type Change, type Described, type EngineClient } from './engine.ts';

export interface WatcherSink {
  onContainer(described: Described): void;
  /** `id` as Porthole calls it. */
  onRemoved(id: string): void;
  /** The engine answers, or why it does not. */
  onState(error: string | undefined): void;
}

const FIRST_RETRY_MS = 500, LAST_RETRY_MS = 15_000;
/** How long an id that the engine does not know is not asked for again. */
const UNKNOWN_MS = 5_000;
const UNKNOWN_LIMIT = 10_000, QUEUE_LIMIT = 1000;
const LOOKUPS_AT_ONCE = 8;

export class EngineWatcher {
  readonly client: EngineClient;
  readonly #sink: WatcherSink;
  readonly #pending = new Map<string, Promise<boolean>>();
  readonly #unknown = new Map<string, number>();
  readonly #queue: { readonly id: string; readonly done: (known: boolean) => void }[] = [];
  /** Containers that were told of and not yet removed, by short id. */
  readonly #told = new Set<string>();
  /** Those of which more is known than a message says. */
  readonly #described = new Set<string>();
  /** Lookups under way of what has been removed meanwhile: their answers would bring it back. */
  readonly #gone = new Set<string>();
  #unfollow: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  #stopped = false;
  #answers = false;
  #starting = false;

  constructor(client: EngineClient, sink: WatcherSink) {
    this.client = client;
    this.#sink = sink;
  }

  get answers(): boolean { return this.#answers; }

  /** Lists what there is and begins to follow. Never rejects: an engine that does not answer is asked again later. */
  async start(): Promise<void> {
    if (this.#stopped || this.#starting) return;
    this.#starting = true;
    clearTimeout(this.#timer);
    let failed: string | undefined, listed = false;
    try {
      // First the events, then the list: what comes between the two is not missed.
      let mine: (() => void) | undefined;
      const unfollow = await this.client.follow((change) => { if (!this.#stopped) this.#onChange(change); }, (why) => {
        if (mine !== undefined && this.#unfollow !== mine) return;
        failed = why;
        if (listed) this.#fail(why);
      });
      if (this.#stopped) { unfollow(); return; }
      this.#unfollow = mine = unfollow;
      const before = [...this.#told];
      const all = await this.client.list();
      if (this.#stopped) return;
      for (const one of all) this.#tell(one);
      // What was removed while nobody listened.
      const there = new Set(all.map((one) => one.info.id));
      for (const id of before) if (!there.has(id)) this.#forget(id);
      listed = true;
      if (failed !== undefined) { this.#fail(failed); return; }
      this.#retryMs = FIRST_RETRY_MS;
      this.#answers = true;
      this.#sink.onState(undefined);
      for (const one of all) if (one.info.status === 'running' || one.info.status === 'paused') void this.lookup(one.info.fullId, true);
    } catch (error) { this.#fail(reasonOf(error)); } finally { this.#starting = false; }
  }

  stop(): void {
    this.#stopped = true;
    this.#answers = false;
    clearTimeout(this.#timer);
    this.#unfollow?.();
    this.client.close();
    for (const { done } of this.#queue.splice(0)) done(false);
  }

  /** Containers that it has told of, for whoever outlives the engine. */
  told(): readonly string[] { return [...this.#told]; }

  /** Asks the engine for one container; the answer comes through `onContainer`. Says whether the engine knows it. */
  lookup(id: string, again = false): Promise<boolean> {
    const known = this.#pending.get(id);
    if (known !== undefined) return known;
    if (!again && this.#described.has(shortId(id))) return Promise.resolve(true);
    if (this.#stopped || (this.#unknown.get(id) ?? 0) > Date.now()) return Promise.resolve(false);
    if (this.#pending.size < LOOKUPS_AT_ONCE) return this.#ask(id);
    if (this.#queue.length >= QUEUE_LIMIT) return Promise.resolve(false);
    const waiting = new Promise<boolean>((done) => { this.#queue.push({ id, done }); });
    this.#pending.set(id, waiting);
    return waiting;
  }

  #ask(id: string): Promise<boolean> {
    const asked = this.#describe(id).finally(() => {
      this.#pending.delete(id);
      this.#gone.delete(id);
      const next = this.#queue.shift();
      if (next !== undefined) { this.#pending.delete(next.id); void this.#ask(next.id).then(next.done); }
    });
    this.#pending.set(id, asked);
    return asked;
  }

  async #describe(id: string): Promise<boolean> {
    let one: Described | undefined;
    try { one = await this.client.describe(id); } catch { /* the events' stream tells when the engine is gone */ }
    if (one === undefined) {
      if (this.#unknown.size > UNKNOWN_LIMIT) this.#unknown.clear();
      this.#unknown.set(id, Date.now() + UNKNOWN_MS);
      return false;
    }
    if (this.#stopped || this.#gone.has(id) || this.#gone.has(one.info.fullId)) return true;
    this.#described.add(one.info.id);
    this.#tell(one);
    return true;
  }

  #tell(one: Described): void {
    this.#told.add(one.info.id);
    this.#sink.onContainer(one);
  }
  #forget(id: string): void {
    this.#told.delete(id);
    this.#described.delete(id);
    for (const asked of this.#pending.keys()) if (asked.startsWith(id)) this.#gone.add(asked);
    this.#sink.onRemoved(id);
  }

  #onChange(change: Change): void {
    const id = shortId(change.id);
    if (change.type === 'removed') { this.#forget(id); return; }
    // What the message says comes first: the container may be gone before it can be asked about.
    if (change.told !== undefined && !this.#described.has(id)) this.#tell(change.told);
    this.#unknown.delete(id);
    this.#unknown.delete(change.id);
    // A question under way may have been answered before this happened: ask again behind it.
    const pending = this.#pending.get(change.id);
    void (pending === undefined ? this.lookup(change.id, true) : pending.then(() => this.lookup(change.id, true)));
  }

  #fail(message: string): void {
    if (this.#stopped) return;
    const unfollow = this.#unfollow;
    this.#unfollow = undefined;
    unfollow?.();
    this.#answers = false;
    this.#sink.onState(message);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { void this.start(); }, this.#retryMs);
    this.#timer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }
}
