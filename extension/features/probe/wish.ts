// What is asked of the probe as text and as choices. No editor in it.
import { SYSCALLS } from '../../../driver/schema/index.ts';
import type { Asked, CaptureWish, LeftOutRow } from '../../../remote-agent/protocol/messages.ts';
import { oneLine } from '../../base/text.ts';

export const ALL_EVENTS: CaptureWish = { containers: [], calls: [], failedOnly: false, slowerThanNs: 0, snaplen: -1, switches: false, pageFaults: false };

/** `1.5 ms`, `20 µs`. */
export function lengthText(ns: number): string { return ns >= 1e9 ? `${ns / 1e9} s` : ns >= 1e6 ? `${ns / 1e6} ms` : `${ns / 1e3} µs`; }

/** Names of the containers that are asked for, by id. */
export function namesOf(asked: Asked): ReadonlyMap<string, string> { return new Map(asked.wish.containers.map((id, i) => [id, asked.containerNames[i] ?? id])); }

/** A wish in a few words; '' where everything is captured as usual. `names`: of containers, by id. */
export function wishText(wish: CaptureWish, names?: ReadonlyMap<string, string>): string {
  const some = (list: readonly string[], what: string): string => list.length === 0 ? '' : list.length <= 2 ? `${what} ${list.map(one => oneLine(one, 20)).join(', ')}` : `${list.length} ${what}s`;
  return [
    some(named(wish.containers, names), 'container'), some(wish.calls, 'call'), wish.failedOnly ? 'failures only' : '', wish.slowerThanNs > 0 ? `longer than ${lengthText(wish.slowerThanNs)}` : '',
    wish.snaplen >= 0 ? `${wish.snaplen} bytes of buffers` : '', wish.switches ? 'with scheduler switches' : '', wish.pageFaults ? 'with page faults' : '',
  ].filter(text => text !== '').join(', ');
}

function named(containers: readonly string[], names?: ReadonlyMap<string, string>): readonly string[] { return containers.map(id => names?.get(id) ?? id); }

/** What was left out, one line for each container and call. */
export function leftOutItems(rows: readonly LeftOutRow[]): { readonly label: string; readonly description: string }[] {
  return rows.map(({ containerId, container, call, count }) => ({ label: `${containerId === '' ? 'Processes of the host' : oneLine(container, 60)} · ${oneLine(call, 40)}`, description: `${count.toLocaleString('en')} left out` }));
}

export type WishPart = keyof CaptureWish;
/** What can be changed of a wish, and how it is now. */
export function partsOf(wish: CaptureWish, names?: ReadonlyMap<string, string>): { readonly part: WishPart; readonly label: string; readonly value: string }[] {
  const list = (words: readonly string[], none: string): string => words.length === 0 ? none : oneLine(words.join(', '), 120);
  const yes = (is: boolean): string => is ? 'yes' : 'no';
  return [
    { part: 'containers', label: 'Containers…', value: list(named(wish.containers, names), 'all, and the host') }, { part: 'calls', label: 'Calls…', value: list(wish.calls, 'all') },
    { part: 'failedOnly', label: 'Failures Only', value: yes(wish.failedOnly) }, { part: 'slowerThanNs', label: 'Longer Than…', value: wish.slowerThanNs === 0 ? 'any length' : lengthText(wish.slowerThanNs) },
    { part: 'snaplen', label: 'Bytes of Buffers…', value: wish.snaplen < 0 ? 'as at the start' : String(wish.snaplen) }, { part: 'switches', label: 'Switches of the Scheduler', value: yes(wish.switches) }, { part: 'pageFaults', label: 'Page Faults', value: yes(wish.pageFaults) },
  ];
}

/** Calls that can be asked for, by name. */
export function callNames(): { readonly name: string; readonly kind: string }[] { return [...new Map(SYSCALLS.map(({ name, category }) => [name, String(category)]))].map(([name, kind]) => ({ name, kind })).sort((a, b) => a.name < b.name ? -1 : 1); }

/** Microseconds as text into ns; undefined where it is none. */
export function parseLength(text: string): number | undefined { const us = Number(text.trim() || '0'); return us >= 0 && us <= 3600e6 ? Math.round(us * 1000) : undefined; }
/** Bytes of buffers; -1 for nothing, undefined where it is none. */
export function parseSnaplen(text: string): number | undefined { if (text.trim() === '') return -1; const bytes = Number(text); return Number.isInteger(bytes) && bytes >= 0 && bytes <= 4096 ? bytes : undefined; }
