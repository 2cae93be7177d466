// The lanes of the timeline: host, containers, processes and threads that did something in a range, with how much of it.
import type { StateView, ThreadInfo } from '../state/model.ts';
import type { FilterBits } from './filterBits.ts';
import type { EventHistory } from './history.ts';
import { tallyOf, type Tally } from './tally.ts';
import type { Track } from './track.ts';
import { openCallOf, openPasses } from './underway.ts';

export type LaneLevelName = 'host' | 'container' | 'process' | 'thread';
/** Same shape as the protocol's `Lane`. */
export interface LaneInfo { readonly id: string; readonly parent: string; readonly level: LaneLevelName; readonly label: string; readonly detail: string; readonly events: number; readonly errors: number }

/** A lane's second line is cut here: hundreds of lanes with whole command lines would be most of what a timeline costs the link. */
const DETAIL_LENGTH = 120;

export function lanesOf(history: EventHistory, state: StateView, startNs: number, endNs: number, filter: FilterBits | undefined): LaneInfo[] {
  const placed = placeTracks(history);
  const threads = new Map<Track, Tally>();
  for (const track of history.tracks.values()) {
    const tally = tallyOf(history, track, startNs, endNs, filter), open = openCallOf(history, track, endNs);
    if (open !== undefined && openPasses(history, open, filter)) tally.events++;
    if (tally.events > 0) threads.set(track, tally);
  }
  const processes = group(threads, (track) => track.pid);
  const containers = new Map<string, number[]>();
  for (const pid of processes.keys()) push(containers, placed.get(pid) ?? '', pid);

  const lanes: LaneInfo[] = [];
  const all = sum(threads.values());
  lanes.push({ id: 'h', parent: '', level: 'host', label: state.machine.hostname || 'host', detail: '', ...all });
  const order = [...containers.keys()].map((id) => ({ id, label: containerLabel(state, id) })).sort((a, b) => Number(a.id === '') - Number(b.id === '') || compare(a.label, b.label));
  for (const { id, label } of order) {
    const pids = (containers.get(id) ?? []).sort((a, b) => a - b);
    const container = state.container(id);
    const under = pids.flatMap((pid) => processes.get(pid) ?? []);
    lanes.push({ id: `c:${id}`, parent: 'h', level: 'container', label, detail: id === '' ? 'processes of the host' : container?.image ?? '', ...sum(under.map((t) => threads.get(t))) });
    for (const pid of pids) {
      const tracks = (processes.get(pid) ?? []).sort((a, b) => a.tid - b.tid);
      const info = state.thread(pid)?.info ?? tracks.find((t) => t.tid === pid)?.info ?? tracks[0]?.info;
      lanes.push({ id: `p:${pid}`, parent: `c:${id}`, level: 'process', label: `${info?.comm ?? '<unknown>'} (${pid})`, detail: info === undefined ? '' : cut(cmdlineOf(info)), ...sum(tracks.map((t) => threads.get(t))) });
      for (const track of tracks) lanes.push({ id: `t:${track.tid}`, parent: `p:${pid}`, level: 'thread', label: `${track.info?.comm ?? '<unknown>'} · ${track.tid}`, detail: '', ...sum([threads.get(track)]) });
    }
  }
  return lanes;
}

/** `comm` and the arguments, as `proc.cmdline` prints them. */
export function cmdlineOf(info: ThreadInfo): string { return info.args.length === 0 ? info.comm : `${info.comm} ${info.args.join(' ')}`; }

function cut(text: string): string { return text.length <= DETAIL_LENGTH ? text : `${text.slice(0, DETAIL_LENGTH - 1)}…`; }

export function containerLabel(state: StateView, id: string): string { return id === '' ? 'host' : state.container(id)?.name || id; }

/** Process to container: by the main thread where it is known, else by any thread. */
export function placeTracks(history: EventHistory): Map<number, string> {
  const placed = new Map<number, string>();
  for (const track of history.tracks.values()) if (track.tid === track.pid || !placed.has(track.pid)) placed.set(track.pid, track.containerId);
  return placed;
}

/** Which tracks lanes stand for, without those that did nothing in a range. */
export class LaneTracks {
  readonly #all: Track[] = [];
  readonly #processes = new Map<number, Track[]>();
  readonly #containers = new Map<string, Track[]>();

  constructor(history: EventHistory, startNs: number, endNs: number) {
    const placed = placeTracks(history);
    for (const track of history.tracks.values()) {
      if ((track.lastNs < startNs || track.firstNs > endNs) && openCallOf(history, track, endNs) === undefined) continue;
      this.#all.push(track);
      push(this.#processes, track.pid, track);
      push(this.#containers, placed.get(track.pid) ?? '', track);
    }
  }

  of(lane: string): readonly Track[] {
    if (lane === 'h') return this.#all;
    const kind = lane.slice(0, 2), name = lane.slice(2);
    if (kind === 't:') return this.#all.filter((track) => track.tid === Number(name));
    return (kind === 'p:' ? this.#processes.get(Number(name)) : kind === 'c:' ? this.#containers.get(name) : undefined) ?? [];
  }
}

function sum(tallies: Iterable<Tally | undefined>): Tally {
  let events = 0, errors = 0;
  for (const tally of tallies) { events += tally?.events ?? 0; errors += tally?.errors ?? 0; }
  return { events, errors };
}
function push<K, V>(map: Map<K, V[]>, key: K, value: V): void { const list = map.get(key); if (list === undefined) map.set(key, [value]); else list.push(value); }
function group(threads: Map<Track, Tally>, key: (track: Track) => number): Map<number, Track[]> {
  const groups = new Map<number, Track[]>();
  for (const track of threads.keys()) push(groups, key(track), track);
  return groups;
}
function compare(a: string, b: string): number { return a < b ? -1 : a > b ? 1 : 0; }
