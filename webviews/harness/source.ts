// Answers a page's requests from made-up events, as the agent would; slow and simple.
import { diagnoseFilter, filterColours, hoverFilter, meantInstead } from '../../remote-agent/engine/filter/index.ts';
import { packCounts, packNumbers } from '../../remote-agent/protocol/packing.ts';
import { KINDS } from '../base/palette.ts';
import type { EventDetails, EventRowMessage, FindParams, FindResult, Lane, LanesParams, LanesResult, PageParams, PageResult, SpanLane, DensityLane, Status, ViewportParams, ViewportResult } from '../../remote-agent/protocol/messages.ts';
import type { FilterCompletion, FilterProblem, PageInit, PageRequestName, PageRequests } from '../protocol/messages.ts';
import { CONTAINERS, LOSS, PROCESSES, generate } from './generator.ts';
import type { FakeEvent } from './generator.ts';

/** An error with a code, as the agent's. */
export class SourceError extends Error { readonly code: number; readonly data: unknown; constructor(message: string, code: number, data: unknown) { super(message); this.code = code; this.data = data; } }

const FIELDS: Readonly<Record<string, { readonly doc: string; readonly get: (event: FakeEvent) => string }>> = {
  'evt.type': { doc: 'Name of the call', get: (event) => event.name }, 'evt.kind': { doc: 'Kind of work', get: (event) => event.kind }, 'evt.failed': { doc: 'Whether the call failed', get: (event) => String(event.failed) }, 'proc.name': { doc: 'Name of the process', get: (event) => event.process.comm },
  'proc.pid': { doc: 'Process', get: (event) => String(event.process.pid) }, 'thread.tid': { doc: 'Thread', get: (event) => String(event.tid) }, 'fd.name': { doc: 'File or connection', get: (event) => event.fd },
  'evt.args': { doc: 'Arguments, as the list shows them', get: (event) => event.info }, 'evt.num': { doc: 'Number of the event', get: (event) => String(event.row + 1) },
  'container.id': { doc: 'Id of the container', get: (event) => event.process.containerId === '' ? 'host' : event.process.containerId }, 'container.name': { doc: 'Name of the container', get: (event) => containerOf(event).name },
};
function containerOf(event: FakeEvent): (typeof CONTAINERS)[number] { return CONTAINERS.find((container) => container.id === event.process.containerId)!; }

type Test = (event: FakeEvent) => boolean;
/** `field=value`, `field contains value` and the like, joined by `and` and, looser, `or`; brackets are ignored. */
export function parseFilter(text: string): { readonly test: Test; readonly problems: readonly FilterProblem[] } {
  const groups: Test[][] = [[]];
  const problems: FilterProblem[] = [];
  if (text.trim() === '') return { test: () => true, problems };
  const parts = [...text.matchAll(/(^|\b(?:and|or)\b)((?:"(?:[^"\\]|\\.)*"|(?!\b(?:and|or)\b)[^])*)/g)];
  for (const found of parts) {
    const [, joint = '', part = ''] = found;
    if (joint === 'or') groups.push([]);
    const at = found.index + joint.length;
    const match = /^[\s(]*([\w.]+)\s*(?:(=|>=|icontains|contains|in\b)\s*("(?:[^"\\]|\\.)*"|\([^()]*\)|[^\s()]+)?)?[\s)]*$/.exec(part);
    const start = at + (part.length - part.trimStart().length), end = at + part.trimEnd().length;
    if (!match) { problems.push({ start, end: Math.max(start, end), message: 'Expected a condition such as proc.name=nginx.' }); continue; }
    const [, field = '', operator, raw] = match;
    const known = FIELDS[field];
    if (!known) { const from = start + (part.trimStart().length - part.trimStart().replace(/^\(+/, '').length); problems.push({ start: from, end: from + field.length, message: `There is no field "${field}".` }); continue; }
    if (!operator || raw === undefined) { problems.push({ start: end, end, message: 'A value is missing here.' }); continue; }
    const value = raw.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');
    groups.at(-1)!.push(operator === 'in' ? (event) => value.replace(/[()\s]/g, '').split(',').includes(known.get(event)) : operator === '=' ? (event) => known.get(event) === value : operator === '>=' ? (event) => Number(known.get(event)) >= Number(value) : operator === 'contains' ? (event) => known.get(event).includes(value) : (event) => known.get(event).toLowerCase().includes(value.toLowerCase()));
  }
  return { test: (event) => groups.some((tests) => tests.every((test) => test(event))), problems };
}

/** How a made-up capture is read: by how much a step, and whether it stands still. */
const READ_STEP = 0.04;

export class FakeSource {
  readonly live: boolean;
  readonly #events: readonly FakeEvent[];
  /** The search whose matches were counted last. */
  #counted = '';
  /** The newest moment; moves in live mode, and while a capture is read. */
  endNs: number;
  /** How far the capture is read; undefined where it never was otherwise than whole. */
  reading: { fraction: number; stopped: boolean } | undefined;
  /** It is read no further than this for now, however long somebody takes to look at it. */
  readUntil = 1;

  constructor(live: boolean, endNs = 120e9, knownUntilNs = live ? 400e9 : 120e9) {
    this.live = live;
    this.endNs = endNs;
    this.#events = generate(knownUntilNs);
  }

  event(row: number): FakeEvent | undefined { return this.#events[row]; }
  find(test: Test): FakeEvent | undefined { return this.#events.find(test); }

  /** Begins to read a capture: `read` goes on with it. */
  beginReading(fraction = 0.02): void { this.reading = { fraction, stopped: false }; this.endNs = fraction * 120e9; }
  /** Reads a little more. Says whether anything changed. */
  read(): boolean {
    if (!this.reading || this.reading.stopped || this.reading.fraction >= this.readUntil) return false;
    this.reading.fraction = Math.min(this.readUntil, this.reading.fraction + READ_STEP);
    this.endNs = this.reading.fraction * 120e9;
    return true;
  }
  #readingStatus(events: number): Pick<Status, 'reading' | 'progress'> {
    if (this.live || !this.reading) return { progress: 1 };
    const { fraction, stopped } = this.reading;
    const state = fraction >= 1 ? 'complete' : stopped ? 'stopped' : 'reading';
    return { progress: state === 'complete' ? 1 : Math.min(0.99, fraction), reading: { state, fraction, events, bytesRead: Math.round(fraction * 84e6), bytesTotal: 84e6, more: state === 'stopped', message: '' } };
  }

  status(): Status {
    const events = this.reading ? this.#select('', 0, this.endNs).length : this.#events.length;
    return { events, eventsPerSecond: this.live ? 742 : 0, losses: [{ cause: LOSS.cause, count: LOSS.count }], lostPerSecond: 0, startNs: 0, endNs: this.endNs, firstRow: 0, rowCount: events, historyBytes: 4e6, ...this.#readingStatus(events), problems: [] };
  }
  init(filter = '', lane = ''): PageInit {
    return { title: this.live ? 'demo host' : 'demo.scap', session: this.live ? 'host:demo' : 'file:demo.scap', filter, lane, filterHistory: ['evt.type=openat', 'proc.name=nginx and evt.failed=true'], bookmarks: [], canSaveRange: !this.live, status: this.status(), hello: { protocolVersion: 1, agentVersion: '0', hostname: 'demo', kernel: '6.1', cpus: 2, live: this.live, baseNs: '1763812800123456789', problems: [] } };
  }

  answer<K extends PageRequestName>(method: K, params: PageRequests[K]['params']): unknown {
    switch (method) {
      case 'page/ready': return this.init();
      case 'timeline/lanes': return this.#lanes(params as LanesParams);
      case 'timeline/viewport': return this.#viewport(params as ViewportParams);
      case 'events/page': return this.#page(params as PageParams);
      case 'events/details': return this.#details((params as { row: number }).row);
      case 'events/count': { const { filter, startNs, endNs } = params as { filter: string; startNs: number; endNs: number }; return { count: this.#select(filter, startNs, endNs).length }; }
      case 'events/find': return this.#find(params as FindParams);
      case 'events/seek': { const { filter, ns } = params as { filter: string; ns: number }; const events = this.#list(filter), index = events.findIndex((event) => event.startNs >= ns); return index < 0 ? { row: -1, index: events.length } : { row: events[index]!.row, index }; }
      case 'events/rowAt': { const { filter, index } = params as { filter: string; index: number }; return { row: this.#list(filter)[index]?.row ?? -1 }; }
      case 'capture/stop': if (this.reading) this.reading.stopped = true; return this.status();
      case 'capture/resume': if (this.reading) this.reading.stopped = false; return this.status();
      case 'filter/diagnose': return diagnoseFilter((params as { text: string }).text).map((problem) => ({ ...problem, fixes: meantInstead(problem) }));
      case 'filter/colours': return filterColours((params as { text: string }).text);
      case 'filter/hover': { const { text, offset } = params as { text: string; offset: number }; return hoverFilter(text, offset); }
      case 'filter/complete': { const { text, offset } = params as { text: string; offset: number }; return complete(text, offset); }
    }
    throw new SourceError(`The harness does not know ${method}.`, 0, undefined);
  }

  #select(filter: string, startNs: number, endNs: number): readonly FakeEvent[] {
    const { test, problems } = parseFilter(filter);
    if (problems[0]) throw new SourceError(problems[0].message, 1001, problems[0]);
    const until = Math.min(endNs, this.endNs);
    return this.#events.filter((event) => event.startNs <= until && event.startNs + event.durationNs >= startNs && test(event));
  }
  #list(filter: string): readonly FakeEvent[] { return this.#select(filter, 0, Infinity); }
  #find({ find, filter, startNs, endNs, fromRow, direction, wrap }: FindParams): FindResult {
    const wanted = parseFilter(find);
    if (wanted.problems[0]) throw new SourceError(wanted.problems[0].message, 1001, { ...wanted.problems[0], which: 'find' });
    const matches = this.#select(filter, startNs ?? 0, endNs ?? Infinity).filter(wanted.test);
    const forward = direction === 'forward';
    let at = fromRow < 0 ? (forward ? 0 : matches.length - 1) : forward ? matches.findIndex((event) => event.row > fromRow) : matches.filter((event) => event.row < fromRow).length - 1;
    const wrapped = (at < 0 || at >= matches.length) && wrap && matches.length > 0;
    if (wrapped) at = forward ? 0 : matches.length - 1;
    const row = matches[at]?.row ?? -1;
    // Of what is long to count, the place is known when asked again.
    const key = `${find}\n${filter}`;
    if (row >= 0 && matches.length > 2000 && this.#counted !== key) { this.#counted = key; return { row, wrapped, index: 0, total: -1 }; }
    return { row, wrapped, index: at + 1, total: matches.length };
  }
  #lanes({ filter, startNs, endNs }: LanesParams): LanesResult {
    const counts = new Map<string, { events: number; errors: number }>();
    for (const event of this.#select(filter, startNs, endNs)) {
      for (const id of lanesOf(event)) {
        const count = counts.get(id) ?? { events: 0, errors: 0 };
        count.events++;
        if (event.failed) count.errors++;
        counts.set(id, count);
      }
    }
    const lanes: Lane[] = [];
    const add = (lane: Omit<Lane, 'events' | 'errors'>): void => { const count = counts.get(lane.id); if (count) lanes.push({ ...lane, ...count }); };
    add({ id: 'h', parent: '', level: 'host', label: 'demo', detail: 'Linux 6.1' });
    for (const container of CONTAINERS) {
      add({ id: `c:${container.id}`, parent: 'h', level: 'container', label: container.name, detail: container.image });
      for (const process of PROCESSES.filter((each) => each.containerId === container.id)) {
        add({ id: `p:${process.pid}`, parent: `c:${container.id}`, level: 'process', label: `${process.comm} ${process.pid}`, detail: process.cmdline });
        for (const tid of process.tids) add({ id: `t:${tid}`, parent: `p:${process.pid}`, level: 'thread', label: String(tid), detail: process.comm });
      }
    }
    return { lanes };
  }
  #viewport({ filter, startNs, endNs, widthPx, lanes }: ViewportParams): ViewportResult {
    const events = this.#select(filter, startNs, endNs);
    const names: string[] = [];
    const gaps = LOSS.endNs >= startNs && LOSS.startNs <= endNs && LOSS.endNs <= this.endNs ? [LOSS] : [];
    return { startNs, endNs, names, gaps, lanes: lanes.map((id) => { const own = events.filter((event) => lanesOf(event).includes(id)); return own.length > widthPx / 4 ? density(id, own, startNs, endNs, widthPx) : spans(id, own, names); }) };
  }
  #page({ filter, startNs, endNs, fromRow, direction, count }: PageParams): PageResult {
    const events = this.#select(filter, startNs, endNs);
    const from = fromRow < 0 ? (direction === 'forward' ? 0 : events.length - 1) : direction === 'forward' ? events.findIndex((event) => event.row >= fromRow) : events.filter((event) => event.row <= fromRow).length - 1;
    if (from < 0) return { rows: [], nextRow: -1 };
    if (direction === 'forward') return { rows: events.slice(from, from + count).map(rowOf), nextRow: events[from + count]?.row ?? -1 };
    return { rows: events.slice(Math.max(0, from - count + 1), from + 1).map(rowOf), nextRow: from - count >= 0 ? events[from - count]!.row : -1 };
  }
  #details(row: number): EventDetails {
    const event = this.#events[row];
    if (!event) throw new SourceError('The event is no longer in the history.', 1002, undefined);
    const parameters = event.info.split(/ (?=\w+=)/).filter((part) => part !== '').map((part) => { const at = part.indexOf('='); return { name: part.slice(0, at), type: 'charbuf', value: part.slice(at + 1) }; });
    const data = event.info.includes('data=') || event.kind === 'network' ? { data: new TextEncoder().encode(`GET /item/${row} HTTP/1.1\r\nHost: shop\r\nUser-Agent: <script>window.__pwned=1</script>\r\n\r\n\u0001\u0002binary`) } : {};
    return {
      ...rowOf(event), epochNs: String(1763812800123456789n + BigInt(event.startNs)), category: event.kind, nr: 257, parameters, ...data, ...(event.fd === '' ? {} : { fd: { fd: 5, kind: 'file', name: event.fd } }),
      ancestors: [{ pid: event.process.pid, comm: event.process.comm, cmdline: event.process.cmdline }, { pid: 880, comm: 'containerd-shim', cmdline: '/usr/bin/containerd-shim-runc-v2 -namespace moby' }, { pid: 1, comm: 'systemd', cmdline: '/sbin/init' }],
      image: containerOf(event).image, user: 'root', cwd: '/srv', exepath: `/usr/bin/${event.process.comm}`,
    };
  }
}

function lanesOf(event: FakeEvent): readonly string[] { return ['h', `c:${event.process.containerId}`, `p:${event.process.pid}`, `t:${event.tid}`]; }
function rowOf(event: FakeEvent): EventRowMessage {
  const container = containerOf(event);
  return { row: event.row, num: event.row + 1, startNs: event.startNs, durationNs: event.durationNs, cpu: event.tid % 2, tid: event.tid, pid: event.process.pid, comm: event.process.comm, container: container.id === '' ? '' : container.name, containerId: container.id, name: event.name, kind: event.kind, failed: event.failed, info: event.info, result: event.result };
}
function density(id: string, events: readonly FakeEvent[], startNs: number, endNs: number, widthPx: number): DensityLane {
  const stride = KINDS.length + 1;
  const counts = new Uint32Array(widthPx * stride);
  const perNs = widthPx / (endNs - startNs);
  for (const event of events) {
    const first = Math.max(0, Math.floor((event.startNs - startNs) * perNs)), last = Math.min(widthPx - 1, Math.floor((event.startNs + event.durationNs - startNs) * perNs));
    for (let bucket = first; bucket <= last; bucket++) {
      counts[bucket * stride + KINDS.indexOf(event.kind)]!++;
      if (event.failed) counts[bucket * stride + KINDS.length]!++;
    }
  }
  return { id, mode: 'density', counts: packCounts(counts, stride) };
}
function spans(id: string, events: readonly FakeEvent[], names: string[]): SpanLane {
  const ends: number[] = [];
  const depths = events.map((event) => { let depth = ends.findIndex((end) => end <= event.startNs); if (depth < 0) depth = ends.length; ends[depth] = event.startNs + event.durationNs; return depth; });
  const nameIndex = events.map((event) => { let at = names.indexOf(event.name); if (at < 0) at = names.push(event.name) - 1; return at; });
  return {
    id, mode: 'spans', count: events.length, startNs: packNumbers(Array.from(events, (event) => event.startNs)), durationNs: packNumbers(Array.from(events, (event) => event.durationNs)), rows: packNumbers(Array.from(events, (event) => event.row)),
    kinds: Uint8Array.from(events, (event) => KINDS.indexOf(event.kind) + (event.failed ? 128 : 0)), names: packNumbers(Array.from(nameIndex)), depths: Uint8Array.from(depths),
  };
}
function complete(text: string, offset: number): readonly FilterCompletion[] {
  const word = /[\w.]*$/.exec(text.slice(0, offset))![0];
  const start = offset - word.length;
  const end = offset + /^[\w.]*/.exec(text.slice(offset))![0].length;
  const field = /([\w.]+)=\s*$/.exec(text.slice(0, start))?.[1];
  if (field === 'evt.type') return ['openat', 'connect', 'read'].filter((name) => name.startsWith(word)).map((name) => ({ label: name, kind: 'value', detail: 'call', insert: name, start, end }));
  // Behind a whole field and a blank.
  if (word === '' && FIELDS[/([\w.]+) $/.exec(text.slice(0, start))?.[1] ?? ''] !== undefined) return ['=', 'contains'].map((name) => ({ label: name, kind: 'operator', detail: name === '=' ? 'is equal' : 'holds this text', insert: name === '=' ? name : `${name} `, start, end }));
  return Object.entries(FIELDS).filter(([name]) => word !== '' && name.startsWith(word)).map(([name, { doc }]) => ({ label: name, kind: 'field', detail: doc, insert: name, start, end }));
}
