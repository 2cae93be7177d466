// Name look-ups that failed: answers that say so, and queries that nobody answered.
import type { EventContext } from '../event/context.ts';
import { dataOf } from './rules.ts';

/** A query without an answer is told after so long. */
export const UNANSWERED_NS = 2e9;
const MAX_OPEN = 2000;
const HEADER = 12, MAX_NAME = 253;
/** Codes of answers, but for 0: all is well. */
const CODES: readonly string[] = ['', 'malformed query', 'server failure', 'no such name', 'not implemented', 'refused'];

/** A look-up that failed: told at the moment of the answer, or of the query where there was none. */
export interface FailedLookup { readonly name: string; readonly why: string; readonly tsNs: number; readonly row: number; readonly containerId: string; readonly comm: string }

export class DnsWatch {
  /** By process, descriptor and the query's number. */
  readonly #open = new Map<string, FailedLookup>();

  /** Takes an event that read from or wrote to a socket of port 53; says what failed by it. */
  take(ctx: EventContext, row: number): FailedLookup | undefined {
    const data = dataOf(ctx);
    if (data === undefined || data.length < HEADER || ctx.info === undefined) return undefined;
    const flags = data[2] as number, key = `${ctx.info.pid} ${ctx.fdNum} ${data[0] as number} ${data[1] as number}`;
    const found = { name: nameOf(data), tsNs: ctx.tsNs, row, containerId: ctx.info.containerId, comm: ctx.info.comm };
    if ((flags & 0x80) === 0) {
      if (this.#open.size < MAX_OPEN) this.#open.set(key, { ...found, why: 'no answer' });
      return undefined;
    }
    this.#open.delete(key);
    const code = (data[3] as number) & 15;
    return code === 0 ? undefined : { ...found, why: CODES[code] ?? `error ${code}` };
  }

  /** The queries that have waited too long at `nowNs`; each is told once. */
  expired(nowNs: number): FailedLookup[] {
    const told: FailedLookup[] = [];
    for (const [key, query] of this.#open) {
      if (nowNs - query.tsNs < UNANSWERED_NS) continue;
      this.#open.delete(key);
      told.push(query);
    }
    return told;
  }
}

/** The name that a packet asks for; what of it was captured. */
function nameOf(data: Uint8Array): string {
  let name = '';
  for (let at = HEADER; at < data.length && name.length < MAX_NAME;) {
    const length = data[at++] as number;
    if (length === 0 || length > 63) break;
    if (name !== '') name += '.';
    for (let i = 0; i < length && at < data.length; i++, at++) { const c = data[at] as number; name += c > 32 && c < 127 ? String.fromCharCode(c) : '?'; }
  }
  return name;
}
