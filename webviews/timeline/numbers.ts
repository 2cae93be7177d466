// The row of an event's number, found without rows being numbers: a filter, or what a live session has forgotten, stands between them.
import type { PageResult } from '../../remote-agent/protocol/messages.ts';
import type { Host } from '../base/host.ts';

/** One row of a filter's list over all time, behind (or before) `fromRow`; -1 for its start (or end). `startNs`: of the session. */
export function pageOfAll(host: Host, filter: string, startNs: number, fromRow: number, direction: 'forward' | 'backward'): Promise<PageResult> {
  return host.request('events/page', { filter, startNs: Math.min(0, startNs), endNs: Number.MAX_SAFE_INTEGER, fromRow, direction, count: 1 });
}

/** The event of a number, or the first one of the list behind it; -1 for none. */
export async function rowOfNumber(host: Host, filter: string, startNs: number, num: number): Promise<number> {
  const [first] = (await pageOfAll(host, filter, startNs, -1, 'forward')).rows;
  if (!first || num <= first.num) return first?.row ?? -1;
  // Mostly rows and numbers grow together; where they do not, the events are asked.
  const [near] = (await pageOfAll(host, filter, startNs, first.row + num - first.num, 'forward')).rows;
  if (near?.num === num) return near.row;
  return (await host.request('events/find', { find: `evt.num>=${num}`, filter, fromRow: -1, direction: 'forward', wrap: false })).row;
}
