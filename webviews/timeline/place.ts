// Which of all matches an event is. Finding that out may take longer than one answer: it is asked for until it is known.
import type { FindParams, FindResult } from '../../remote-agent/protocol/messages.ts';
import type { Host } from '../base/host.ts';

/** Each question goes on where the one before ended; more would mean that none does. */
const QUESTIONS_MAX = 2000;

/** The first match from `row` on, with its place; `index` 0 where the agent cannot tell it. */
export async function placeOf(host: Host, list: Pick<FindParams, 'find' | 'filter' | 'startNs' | 'endNs'>, row: number, signal: AbortSignal): Promise<FindResult> {
  for (let asked = 1; ; asked++) {
    const found = await host.request('events/find', { ...list, fromRow: row > 0 ? row - 1 : -1, direction: 'forward', wrap: false }, signal);
    if (found.row < 0 || found.total >= 0 || asked >= QUESTIONS_MAX) return found;
  }
}
