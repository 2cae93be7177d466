// Long histories: lanes and density by what was added up of whole segments, against every event looked at.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { EventContext } from '../event/context.ts';
import { eventKind } from '../event/kind.ts';
import { FilterBits } from './filterBits.ts';
import { EventHistory } from './history.ts';
import { lanesOf } from './lanes.ts';
import { SEGMENT_ROWS } from './segment.ts';
import { context, eventBytes, stateOf, threadInfo } from './sessionSupport.test.ts';
import { BUCKET_FIELDS, viewportOf } from './timeline.ts';

const infos = [threadInfo(10, 10, 'web', 'aabbccddeeff'), threadInfo(11, 10, 'web', 'aabbccddeeff'), threadInfo(20, 20, 'sh')];
const state = stateOf(infos);
const LANES: Readonly<Record<string, (tid: number) => boolean>> = { h: () => true, 'c:aabbccddeeff': (tid) => tid < 20, 'p:10': (tid) => tid < 20, 't:20': (tid) => tid === 20 };

interface Made { readonly tid: number; readonly start: number; readonly end: number; readonly failed: boolean; readonly kind: number; readonly stat: boolean }

/** As many calls as some segments hold, told by their ends alone or by begin and end; now and then a long one, points within calls, and a jump in time. */
function build(seed: number, calls: number): { history: EventHistory; made: Made[]; endNs: number } {
  let random = seed;
  const next = (below: number): number => { random = (Math.imul(random, 1664525) + 1013904223) >>> 0; return random % below; };
  const clocks = [0, 0, 0], events: { at: number; order: number; ctx: () => EventContext }[] = [], made: Made[] = [];
  const put = (at: number, info: (typeof infos)[number], symbol: string, latency: number, result: number): void => { events.push({ at, order: events.length, ctx: () => context(state, eventBytes(symbol, at, info.tid, symbol.endsWith('_E') ? [] : [result, '/x']), at, latency, info) }); };
  for (let n = 0; n < calls; n++) {
    const who = next(20) === 0 ? 2 : next(2), info = infos[who] as (typeof infos)[number];
    const start = (clocks[who] ?? 0) + 1 + next(2000) + (next(5000) === 0 ? 3e6 : 0), end = start + (next(100) === 0 ? next(2e7) : next(3000)), failed = next(7) === 0, stat = next(3) > 0;
    const symbol = stat ? 'SYSCALL_STAT' : 'SYSCALL_KILL', paired = stat && next(4) === 0;
    if (paired) put(start, info, `${symbol}_E`, -1, 0);
    else if (next(50) === 0) { const at = start + (end - start >> 1); put(at, info, 'SYSCALL_STAT_X', 0, 0); made.push({ tid: info.tid, start: at, end: at, failed: false, kind: -1, stat: true }); }
    put(end, info, `${symbol}_X`, end - start, failed ? -2 : 0);
    made.push({ tid: info.tid, start, end, failed, kind: -1, stat });
    clocks[who] = end;
  }
  // One that has not returned.
  put(clocks[2] = Math.max(...clocks) + 5, infos[2] as (typeof infos)[number], 'SYSCALL_STAT_E', -1, 0);
  events.sort((a, b) => a.at - b.at || a.order - b.order);
  const history = new EventHistory(state), kinds = new Map<string, number>();
  for (const { ctx } of events) { const each = ctx(); kinds.set(each.view.def?.name ?? '', eventKind(each.view, undefined)); history.append(each); }
  return { history, made: made.map((m) => ({ ...m, kind: kinds.get(m.stat ? 'stat' : 'kill') ?? -1 })), endNs: clocks[2] };
}

for (const seed of [1, 2, 3]) {
  for (const filtered of [false, true]) {
    test(`${filtered ? 'filtered' : 'all'} events of some segments, seed ${seed}`, () => {
      const { history, made, endNs } = build(seed, 3 * SEGMENT_ROWS);
      assert.ok(history.segments.filter((segment) => segment.full).length >= 3, 'several segments are full');
      const filter = filtered ? new FilterBits(history, (ctx) => ctx.view.def?.name === 'stat') : undefined;
      const counting = made.filter((m) => !filtered || m.stat);
      let summaries = 0;
      for (const [from, to, widthPx] of [[0, endNs, 150], [0, endNs, 1], [endNs * 0.13, endNs * 0.91, 150], [endNs * 0.4, endNs * 0.6, 40], [endNs * 0.5, endNs * 0.501, 700]] as const) {
        const inRange = counting.filter((m) => m.end >= from && m.start <= to), what = `${from} to ${to}`;
        const lanes = lanesOf(history, state, from, to, filter);
        const open = to >= endNs ? 1 : 0;
        for (const [id, of] of Object.entries(LANES)) {
          const lane = lanes.find((l) => l.id === id), expected = inRange.filter((m) => of(m.tid));
          assert.deepEqual([lane?.events ?? 0, lane?.errors ?? 0], [expected.length + (of(20) ? open : 0), expected.filter((m) => m.failed).length], `${id}, ${what}`);
        }
        const { lanes: drawn } = viewportOf(history, { startNs: from, endNs: to, widthPx, lanes: Object.keys(LANES) }, filter, endNs);
        const bucketNs = (to - from) / widthPx;
        for (const lane of drawn) {
          if (lane.mode === 'spans') continue;
          summaries++;
          const calls = inRange.filter((m) => LANES[lane.id]?.(m.tid)), kinds = new Set(calls.map((m) => m.kind));
          for (let b = 0; b < widthPx; b += b % 9 === 0 ? 1 : 8) {
            // Of each edge of a call, half a bucket is open; the first and the last bucket take what lies beyond them.
            const startNs = b === 0 ? -Infinity : from + b * bucketNs, stopNs = b === widthPx - 1 ? Infinity : from + (b + 1) * bucketNs, slack = bucketNs / 2 + 1;
            for (const kind of kinds) {
              const of = calls.filter((m) => m.kind === kind);
              const sure = of.filter((m) => m.start + slack < stopNs && m.end - slack >= startNs).length, perhaps = of.filter((m) => m.start - slack <= stopNs && m.end + slack >= startNs).length;
              const got = lane.counts[b * BUCKET_FIELDS + kind] ?? -1;
              assert.ok(got >= sure && got <= perhaps + open, `${lane.id}, bucket ${b} of ${widthPx}, ${what}: ${got} is not within ${sure} and ${perhaps}`);
            }
            const failed = calls.filter((m) => m.failed), got = lane.counts[(b + 1) * BUCKET_FIELDS - 1] ?? -1;
            assert.ok(got <= failed.filter((m) => m.start - slack <= stopNs && m.end + slack >= startNs).length, `${lane.id}, failed`);
          }
        }
      }
      assert.ok(summaries > 8, 'most of it was density');
      if (!filtered) assert.ok(history.segments.filter((segment) => segment.summary !== undefined).length >= 3, 'by summaries');
    });
  }
}
