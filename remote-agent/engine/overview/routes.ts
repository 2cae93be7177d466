// Which of many filters an event may pass, found out as cheaply as their parts allow: once for a kind of event, once for a descriptor that such events work on,
// by the columns of the history, and only for what is left by the event's own bytes.
import { eventBySymbol } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import type { Node } from '../filter/ast.ts';
import { OF_DESCRIPTOR } from '../filter/descriptor.ts';
import { compileFilter, parseFilter, printFilter } from '../filter/index.ts';
import { typeOfWhat, UNKNOWN_WHAT } from '../session/classify.ts';
import { OF_KIND } from '../session/filterPlan.ts';
import type { EventHistory, RowContext } from '../session/history.ts';
import { ROW, type Segment } from '../session/segment.ts';
import type { ThreadInfo } from '../state/model.ts';
import type { BucketAxis } from './buckets.ts';

type Test = (ctx: EventContext) => boolean;
type Scope = 'kind' | 'descriptor' | 'thread' | 'latency' | 'bytes';
/** `leastNs`: of scope `latency`, the length from which on a call passes. */
interface Part { readonly scope: Scope; readonly test: Test; readonly types: Uint8Array | undefined; readonly leastNs: number }

/** Somebody who wants the events that pass a filter. */
export interface Taker {
  readonly filter: string;
  /** Whatever passes is marked as failed by the history. */
  readonly failedOnly?: boolean;
  /** What it looks at of an event: nothing, its thread, or all of it. One that looks at the thread alone, and whose filter does so too, is shown a thread once a bucket. */
  readonly reads: 'nothing' | 'thread' | 'bytes';
  /** Called for events that pass. Context and row are of the event only where it `reads` them. */
  take(bucket: number, ctx: EventContext, row: number): void;
}

/** A taker with what is left to be asked of an event that came down its route. */
interface Stop { readonly taker: Taker; readonly threads: readonly Test[]; readonly leastNs: number; readonly bytes: readonly Test[]; readonly failedOnly: boolean; readonly reads: boolean }
/** All takers of one kind of event on one descriptor. */
interface Route { /** Those that want them all, and look at nothing. */ readonly plain: readonly Taker[]; readonly stops: readonly Stop[]; /** All stops want failed events only. */ readonly failedOnly: boolean; /** The shortest length that any stop wants. */ readonly leastNs: number }
interface Candidate { readonly taker: Taker; readonly parts: readonly Part[] }
/** What becomes of one kind of event. */
interface Plan {
  readonly candidates: readonly Candidate[];
  /** What is asked of descriptors, each once; bits of what passed are the keys of `routes`. At most 30. */
  readonly asked: readonly Part[];
  readonly routes: Map<number, Route>;
  /** Where the descriptor is not known, or does not say it all. */
  readonly unknown: Route;
}

/** A connect says of its descriptor what the descriptor does not. */
const CONNECT = new Set([eventBySymbol('SOCKET_CONNECT_E').id, eventBySymbol('SOCKET_CONNECT_X').id]);
/** Indexes of a segment's descriptors stand for the number, too. */
const DESCRIPTOR: ReadonlySet<string> = new Set([...OF_DESCRIPTOR, 'fd.num']);

export class Routes {
  readonly #history: EventHistory;
  readonly #candidates: readonly Candidate[];
  readonly #ctx: RowContext;
  readonly #plans = new Map<number, Plan>();
  /** By kind of event and index of the descriptor, of one segment. */
  readonly #routes = new Map<number, Route>();
  #segment: Segment | undefined;
  /** Takers that are shown threads, with what they ask of them. */
  readonly #ofThreads: readonly { readonly taker: Taker; readonly tests: readonly Test[] }[];
  /** By index of the segment's threads: one more than the bucket in which it was shown last. */
  #shown = new Uint32Array(256);

  /** Throws where a filter does not compile. */
  constructor(history: EventHistory, takers: readonly Taker[]) {
    this.#history = history;
    this.#ctx = history.newContext();
    const shared = new Map<string, Part>();
    const all = takers.map((taker) => ({ taker, parts: partsOf(taker.filter, shared) }));
    const isOfThreads = ({ taker, parts }: Candidate): boolean => taker.reads === 'thread' && parts.every(({ scope }) => scope === 'thread');
    this.#candidates = all.filter((each) => !isOfThreads(each));
    this.#ofThreads = all.filter(isOfThreads).map(({ taker, parts }) => ({ taker, tests: parts.map(({ test }) => test) }));
  }

  /** Shows rows `from` to `to` (not included) of a segment to whoever wants them. Indexes, not row numbers. */
  run(segment: Segment, from: number, to: number, axis: BucketAxis): void {
    if (this.#segment !== segment) { this.#segment = segment; this.#routes.clear(); this.#forgetShown(); }
    const { what, fd, flags, firstRow, info } = segment, routes = this.#routes;
    if (this.#shown.length < segment.infos.length) { const grown = new Uint32Array(segment.infos.length * 2); grown.set(this.#shown); this.#shown = grown; }
    let bucket = 0, beginNs = Infinity, endNs = -Infinity;
    for (let i = from; i < to; i++) {
      const ts = segment.tsAt(i);
      if (ts < beginNs || ts >= endNs) {
        const width = axis.widthNs;
        bucket = axis.at(ts);
        // Buckets have other numbers now.
        if (axis.widthNs !== width) this.#forgetShown();
        beginNs = (axis.first + bucket) * axis.widthNs; endNs = beginNs + axis.widthNs;
      }
      const thread = info[i] as number;
      if (this.#shown[thread] !== bucket + 1) { this.#shown[thread] = bucket + 1; this.#showThread(segment, thread, bucket); }
      const key = (what[i] as number) * 65536 + (fd[i] as number), route = routes.get(key) ?? this.#find(key, segment, i);
      const { plain } = route;
      for (let n = 0; n < plain.length; n++) (plain[n] as Taker).take(bucket, this.#ctx, -1);
      if (route.stops.length === 0 || route.failedOnly && ((flags[i] as number) & ROW.failed) === 0) continue;
      if (route.leastNs > 0 && segment.durationAt(i) < route.leastNs) continue;
      this.#show(route.stops, segment, i, firstRow + i, bucket);
    }
  }

  /** The axis has let go of buckets: they have other numbers now. */
  forgetBuckets(): void { this.#forgetShown(); }
  #forgetShown(): void { this.#shown.fill(0); }

  #showThread(segment: Segment, thread: number, bucket: number): void {
    const ctx = this.#ctx;
    ctx.info = segment.infos[thread];
    takers: for (const { taker, tests } of this.#ofThreads) {
      for (const test of tests) if (!test(ctx)) continue takers;
      taker.take(bucket, ctx, -1);
    }
  }

  #show(stops: readonly Stop[], segment: Segment, i: number, row: number, bucket: number): void {
    const ctx = this.#ctx, failed = ((segment.flags[i] as number) & ROW.failed) !== 0;
    const fd = segment.fd[i] as number;
    ctx.tsNs = segment.tsAt(i); ctx.latencyNs = segment.durationAt(i);
    ctx.info = segment.infos[segment.info[i] as number];
    ctx.fd = segment.fds[fd]; ctx.fdNum = segment.fdNums[fd] ?? -1;
    let loaded = false;
    stops: for (let n = 0; n < stops.length; n++) {
      const stop = stops[n] as Stop;
      if (stop.failedOnly && !failed || ctx.latencyNs < stop.leastNs) continue;
      for (const test of stop.threads) if (!test(ctx)) continue stops;
      if (!loaded && (stop.bytes.length > 0 || stop.reads)) { if (!this.#history.load(row, ctx)) return; loaded = true; }
      for (const test of stop.bytes) if (!test(ctx)) continue stops;
      stop.taker.take(bucket, ctx, row);
    }
  }

  /** The route of an event whose like was not met in this segment. */
  #find(key: number, segment: Segment, i: number): Route {
    const kind = segment.what[i] as number, row = segment.firstRow + i, ctx = this.#ctx;
    const plan = this.#plans.get(kind) ?? this.#plan(kind, row);
    let route = plan.unknown;
    if (plan.asked.length > 0 && segment.fds[segment.fd[i] as number] !== undefined && !CONNECT.has(kind) && this.#history.load(row, ctx)) {
      let passed = 0;
      for (let n = 0; n < plan.asked.length; n++) if ((plan.asked[n] as Part).test(ctx)) passed |= 1 << n;
      route = plan.routes.get(passed) ?? this.#route(plan, passed);
    }
    this.#routes.set(key, route);
    return route;
  }

  #route(plan: Plan, passed: number): Route {
    const fails = (part: Part): boolean => { const n = plan.asked.indexOf(part); return n >= 0 && (passed & 1 << n) === 0; };
    const route = routeOf(plan.candidates.filter(({ parts }) => !parts.some(fails)), (part) => plan.asked.includes(part));
    plan.routes.set(passed, route);
    return route;
  }

  #plan(kind: number, row: number): Plan {
    const type = typeOfWhat(kind), known = kind !== UNKNOWN_WHAT && this.#history.load(row, this.#ctx);
    const candidates = this.#candidates.filter(({ parts }) => parts.every(({ scope, types, test }) => (types === undefined || type < 0 || types[type] !== 0) && (scope !== 'kind' || !known || test(this.#ctx))))
      .map(({ taker, parts }) => ({ taker, parts: known ? parts.filter(({ scope }) => scope !== 'kind') : parts }));
    const asked = [...new Set(candidates.flatMap(({ parts }) => parts.filter(({ scope }) => scope === 'descriptor')))].slice(0, 30);
    const plan = { candidates, asked, routes: new Map<number, Route>(), unknown: routeOf(candidates, () => false) };
    if (known) this.#plans.set(kind, plan);
    return plan;
  }
}

/** The route to all candidates, but for what is `answered` already. */
function routeOf(candidates: readonly Candidate[], answered: (part: Part) => boolean): Route {
  const all = candidates.map(({ taker, parts }): Stop => {
    const left = parts.filter((part) => !answered(part)), of = (wanted: (part: Part) => boolean): Test[] => left.filter(wanted).map(({ test }) => test);
    return {
      taker, threads: of(({ scope }) => scope === 'thread'), leastNs: Math.max(-1, ...left.map(({ leastNs }) => leastNs)), bytes: of(({ scope }) => scope !== 'thread' && scope !== 'latency'),
      failedOnly: taker.failedOnly === true, reads: taker.reads === 'bytes',
    };
  });
  const isPlain = (stop: Stop): boolean => stop.taker.reads === 'nothing' && !stop.failedOnly && stop.leastNs < 0 && stop.threads.length + stop.bytes.length === 0;
  const stops = all.filter((stop) => !isPlain(stop));
  return { plain: all.filter(isPlain).map(({ taker }) => taker), stops, failedOnly: stops.every(({ failedOnly }) => failedOnly), leastNs: Math.min(...stops.map(({ leastNs }) => leastNs)) };
}

/** The parts that all have to pass. */
function partsOf(filter: string, shared: Map<string, Part>): Part[] {
  const { node } = parseFilter(filter);
  const terms = node === undefined ? [] : node.kind === 'and' ? node.terms : [node];
  return terms.map((term) => {
    const text = printFilter(term), known = shared.get(text);
    if (known !== undefined) return known;
    const part = partOf(term, text);
    shared.set(text, part);
    return part;
  });
}

function partOf(term: Node, text: string): Part {
  const compiled = compileFilter(text);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.error.message}`);
  const names = fieldNames(term), of = (fields: ReadonlySet<string>): boolean => names.length > 0 && names.every((name) => fields.has(name));
  const leastNs = leastOf(term);
  const scope: Scope = of(OF_KIND) ? 'kind' : of(DESCRIPTOR) ? 'descriptor' : leastNs >= 0 ? 'latency' : compiled.byThread ? 'thread' : 'bytes';
  const { test } = compiled;
  return { scope, test: scope === 'thread' ? remembering(test) : (ctx) => test(ctx), types: compiled.types, leastNs };
}

/** Of `evt.latency>=N`, which the history knows without the event: N; else -1. */
function leastOf(term: Node): number {
  if (term.kind !== 'check' || term.operator !== '>=' || term.left.kind !== 'field' || term.left.ref.field.name !== 'evt.latency' || term.modifier !== undefined) return -1;
  const [value] = term.values;
  return value !== undefined && /^[1-9]\d{0,14}$/.test(value.text) ? Number(value.text) : -1;
}

/** Most events are of the thread of the one before. */
function remembering(test: Test): Test {
  let last: ThreadInfo | undefined, verdict = false;
  return (ctx) => {
    if (ctx.info !== last || last === undefined) { last = ctx.info; verdict = test(ctx); }
    return verdict;
  };
}

function fieldNames(part: unknown, found: string[] = []): string[] {
  if (typeof part !== 'object' || part === null) return found;
  if ('field' in part && 'arg' in part) { found.push((part.field as { readonly name: string }).name); return found; }
  for (const value of Object.values(part)) fieldNames(value, found);
  return found;
}
