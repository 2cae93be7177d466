// What is unusual: events that rules find, told once for each container, program and detail, with the moments at which they were.
import type { EventContext } from '../event/context.ts';
import { bindText, findField } from '../fields/index.ts';
import { valueText } from '../filter/index.ts';
import type { StateView } from '../state/model.ts';
import type { BucketAxis } from './buckets.ts';
import { DnsWatch, type FailedLookup } from './dns.ts';
import { DNS } from './metrics.ts';
import { RULES, type Rule, type Severity } from './rules.ts';
import type { Taker } from './routes.ts';

/** Things told apart at most; more are counted. */
const MAX_FOUND = 1000;
const MAX_TEXT = 160;
const ORDER: Readonly<Record<Severity, number>> = { bad: 0, warn: 1, note: 2 };
const LOOKUP = { id: 'dns', title: 'Name look-up failed', severity: 'bad' } as const satisfies Pick<Rule, 'id' | 'title' | 'severity'>;

/** Something unusual in a range. Texts are for people, cut at 160 characters. */
export interface Finding {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly containerId: string;
  readonly container: string;
  readonly process: string;
  /** What tells it from others of its rule; '' where nothing does. */
  readonly detail: string;
  readonly count: number;
  /** Of its first event in the range. */
  readonly tsNs: number;
  readonly row: number;
  readonly lastNs: number;
  /** Finds its events. */
  readonly filter: string;
}
export interface Findings { readonly findings: readonly Finding[]; /** How many there are in the range. */ readonly total: number; /** Events that were found and are in none of them, for want of room. */ readonly untold: number }

/** Events of one bucket. */
interface Moment { count: number; tsNs: number; row: number; lastNs: number }
interface Found { readonly rule: Pick<Rule, 'id' | 'title' | 'severity' | 'least'>; readonly containerId: string; readonly process: string; readonly detail: string; readonly filter: string; moments: Map<number, Moment> }

export class FindingBook {
  readonly #axis: BucketAxis;
  readonly #found = new Map<string, Found>();
  readonly #dns = new DnsWatch();
  #untold = 0;
  readonly takers: readonly Taker[];

  constructor(axis: BucketAxis) {
    this.#axis = axis;
    this.takers = [...RULES.map((rule) => this.#taker(rule)), { filter: DNS, reads: 'bytes' as const, take: (_bucket: number, ctx: EventContext, row: number) => { const failed = this.#dns.take(ctx, row); if (failed !== undefined) this.#lookup(failed); } }];
  }

  #taker(rule: Rule): Taker {
    const fields = rule.by.map((name) => { const ref = findField(name); if (ref === undefined) throw new Error(`there is no field ${name}`); return { name, text: bindText(ref) }; });
    const take = (_bucket: number, ctx: EventContext, row: number): void => {
      const seen = rule.look?.(ctx);
      if (rule.look !== undefined && seen === undefined) return;
      const texts = fields.map(({ text }) => text(ctx) ?? ''), containerId = ctx.info?.containerId ?? '', process = ctx.info?.comm ?? '';
      const key = `${rule.id}\0${containerId}\0${process}\0${seen?.text ?? texts.join('\0')}`;
      let found = this.#found.get(key);
      if (found === undefined) {
        if (this.#found.size >= MAX_FOUND) { this.#untold++; return; }
        const details = fields.flatMap(({ name }, i) => texts[i] === undefined || texts[i] === '' ? [] : [`${name}=${valueText(texts[i])}`]);
        found = { rule, containerId, process, detail: seen?.text ?? texts.filter((text) => text !== '').join(' '), filter: [rule.filter, ...whose(containerId, process), ...details, ...(seen === undefined ? [] : [seen.filter])].join(' and '), moments: new Map() };
        this.#found.set(key, found);
      }
      this.#note(found, ctx.tsNs, row);
    };
    return { filter: rule.filter, reads: 'bytes', ...(rule.failedOnly === true ? { failedOnly: true } : {}), take };
  }

  #lookup({ name, why, tsNs, row, containerId, comm }: FailedLookup): void {
    const key = `dns\0${containerId}\0${comm}\0${name}\0${why}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      if (this.#found.size >= MAX_FOUND) { this.#untold++; return; }
      found = { rule: LOOKUP, containerId, process: comm, detail: `${name}: ${why}`, filter: [DNS, ...whose(containerId, comm)].join(' and '), moments: new Map() };
      this.#found.set(key, found);
    }
    this.#note(found, tsNs, row);
  }

  #note({ moments }: Found, tsNs: number, row: number): void {
    const bucket = this.#axis.at(tsNs), moment = moments.get(bucket);
    if (moment === undefined) moments.set(bucket, { count: 1, tsNs, row, lastNs: tsNs });
    else { moment.count++; moment.lastNs = Math.max(moment.lastNs, tsNs); }
  }

  /** Queries that wait for an answer at this time are told once they have waited too long. */
  settle(nowNs: number): void { for (const query of this.#dns.expired(nowNs)) this.#lookup(query); }

  fold(odd: boolean): void {
    const shift = odd ? 1 : 0;
    this.#move((bucket) => (bucket + shift) >> 1);
  }
  drop(buckets: number): void {
    this.#move((bucket) => bucket - buckets);
    for (const [key, { moments }] of this.#found) if (moments.size === 0) this.#found.delete(key);
  }
  #move(to: (bucket: number) => number): void {
    for (const found of this.#found.values()) {
      const moved = new Map<number, Moment>();
      for (const [bucket, moment] of found.moments) {
        const at = to(bucket), there = moved.get(at);
        if (at < 0) continue;
        if (there === undefined) { moved.set(at, moment); continue; }
        const first = there.tsNs <= moment.tsNs ? there : moment;
        moved.set(at, { count: there.count + moment.count, tsNs: first.tsNs, row: first.row, lastNs: Math.max(there.lastNs, moment.lastNs) });
      }
      found.moments = moved;
    }
  }

  /** What is unusual in buckets `from` to `to` (not included): the worst first, at most `limit`. */
  list(state: StateView, from: number, to: number, limit: number): Findings {
    const findings: Finding[] = [];
    // A crash and the end that it brought are one thing.
    const crashed = new Map<string, number>(), whoAndWhy = ({ containerId, process, detail }: Pick<Finding, 'containerId' | 'process' | 'detail'>): string => `${containerId}\0${process}\0${detail}`;
    for (const { rule, containerId, process, detail, filter, moments } of this.#found.values()) {
      let count = 0, lastNs = 0, first: Moment | undefined;
      for (const [bucket, moment] of moments) {
        if (bucket < from || bucket >= to) continue;
        count += moment.count;
        lastNs = Math.max(lastNs, moment.lastNs);
        if (first === undefined || moment.tsNs < first.tsNs) first = moment;
      }
      if (first === undefined || count < (rule.least ?? 1)) continue;
      findings.push({ rule: rule.id, title: rule.title, severity: rule.severity, containerId, container: containerId === '' ? 'host' : state.container(containerId)?.name ?? containerId, process: cut(process), detail: cut(detail), count, tsNs: first.tsNs, row: first.row, lastNs, filter });
    }
    for (const finding of findings) if (finding.rule === 'crash') crashed.set(whoAndWhy(finding), finding.count);
    const told = findings.filter((finding) => finding.rule !== 'exit' || finding.count > (crashed.get(whoAndWhy(finding)) ?? 0));
    told.sort((a, b) => ORDER[a.severity] - ORDER[b.severity] || b.count - a.count || a.tsNs - b.tsNs);
    return { findings: told.slice(0, limit), total: told.length, untold: this.#untold };
  }
}

function whose(containerId: string, process: string): string[] {
  return [`container.id=${containerId === '' ? 'host' : valueText(containerId)}`, ...(process === '' ? [] : [`proc.name=${valueText(process)}`])];
}
function cut(text: string): string { return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`; }
