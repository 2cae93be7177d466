// Where time in calls goes: added up by container, program, call and descriptor, out of the index. No event is read but for what a filter asks.
import { keyOfWhat, nameOfKey } from './classify.ts';
import type { FilterBits } from './filterBits.ts';
import type { EventHistory } from './history.ts';
import { hasRow } from './rowSet.ts';
import { ROW, type Segment } from './segment.ts';

/** What the levels below all are, from the top. */
export const FLAME_LEVELS = ['container', 'program', 'call', 'descriptor'] as const;
/** Nodes that are told apart at most; descriptors beyond that are one. */
const MAX_NODES = 200_000;
export const OTHERS = '(others)';

export interface FlameNode {
  /** Id of the container ('' for the host), name of the program, the call or the descriptor. */
  readonly key: string;
  ns: number; count: number; failed: number;
  readonly children: Map<string, FlameNode>;
}
const newNode = (key: string): FlameNode => ({ key, ns: 0, count: 0, failed: 0, children: new Map() });

export interface FlameQuery {
  /** ns since the base; a call counts where it ended, whole, from `startNs` on and before `endNs`. */
  readonly startNs: number; readonly endNs: number;
}

export class Flame {
  readonly root: FlameNode = newNode('');
  readonly startNs: number;
  readonly endNs: number;
  readonly #segments: readonly Segment[];
  readonly #filter: FilterBits | undefined;
  #next = 0;
  #nodes = 0;
  /** Sums of a segment by thread's info, call and descriptor: place in the columns. */
  readonly #places = new Map<number, number>();
  #ns: number[] = []; #count: number[] = []; #failed: number[] = [];

  constructor(history: EventHistory, { startNs, endNs }: FlameQuery, filter: FilterBits | undefined) {
    this.startNs = Math.max(startNs, history.startNs);
    this.endNs = Math.max(this.startNs + 1, Math.min(endNs, history.endNs + 1));
    this.#segments = history.segments.filter((segment) => segment.count > 0 && segment.maxNs >= this.startNs && segment.minNs < this.endNs);
    this.#filter = filter;
  }

  /** Part that was added up, 0 to 1. */
  get fraction(): number { return this.#segments.length === 0 ? 1 : this.#next / this.#segments.length; }

  /** Adds some segments; true when all are. */
  advance(segments: number): boolean {
    for (let left = segments; left > 0 && this.#next < this.#segments.length; left--) this.#add(this.#segments[this.#next++] as Segment);
    return this.#next >= this.#segments.length;
  }

  /** A node by the keys that lead to it; undefined where there is none. */
  at(path: readonly string[]): FlameNode | undefined {
    let node: FlameNode | undefined = this.root;
    for (const key of path) node = node?.children.get(key);
    return node;
  }

  #add(segment: Segment): void {
    const passing = this.#filter?.passing(segment), places = this.#places;
    places.clear(); this.#ns = []; this.#count = []; this.#failed = [];
    for (let i = 0; i < segment.count; i++) {
      if (passing !== undefined && !hasRow(passing, i)) continue;
      const ns = segment.durationAt(i);
      if (ns <= 0) continue;
      const ts = segment.tsAt(i);
      if (ts < this.startNs || ts >= this.endNs) continue;
      const key = ((segment.info[i] as number) * 65536 + (segment.what[i] as number)) * 65536 + (segment.fd[i] as number);
      let place = places.get(key);
      if (place === undefined) { places.set(key, place = this.#ns.length); this.#ns.push(0); this.#count.push(0); this.#failed.push(0); }
      this.#ns[place] = (this.#ns[place] as number) + ns;
      this.#count[place] = (this.#count[place] as number) + 1;
      if (((segment.flags[i] as number) & ROW.failed) !== 0) this.#failed[place] = (this.#failed[place] as number) + 1;
    }
    for (const [key, place] of places) this.#merge(segment, Math.floor(key / 2 ** 32), Math.floor(key / 65536) % 65536, key % 65536, place);
  }

  #merge(segment: Segment, infoIndex: number, what: number, fdIndex: number, place: number): void {
    const info = segment.infos[infoIndex], fd = segment.fds[fdIndex], ns = this.#ns[place] as number, count = this.#count[place] as number, failed = this.#failed[place] as number;
    let node = this.root;
    const into = (key: string | undefined): void => {
      if (key !== undefined) {
        let child = node.children.get(key);
        if (child === undefined) {
          const known = this.#nodes < MAX_NODES ? key : OTHERS;
          child = node.children.get(known);
          if (child === undefined) { this.#nodes++; node.children.set(known, child = newNode(known)); }
        }
        node = child;
      }
      node.ns += ns; node.count += count; node.failed += failed;
    };
    into(undefined);
    into(info?.containerId ?? '');
    into(info?.comm ?? '');
    into(nameOfKey(keyOfWhat(what)));
    if (fd !== undefined) into(fd.name === '' ? `(${fd.kind})` : fd.name);
  }
}
