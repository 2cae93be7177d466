// Reads capture files: bytes are pushed in as they come (already inflated), events come out with the state of the system around them.
import { TimeBase } from '../base/nanos.ts';
import { EVENT_HEADER, EVENT_LIMIT, EVENTS, eventById } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import { CONCEALED, SystemState, type MutableContext } from '../state/systemState.ts';
import { ALL, DEMAND } from '../state/demand.ts';
import { ACTION, learningPlan, LOOK, makePlan, SEEN, WANTED } from '../state/plan.ts';
import { present } from '../state/present.ts';
import { tracersFrom } from '../state/tracerBook.ts';
import { mindsTracers, writesMark } from '../state/tracerLook.ts';
import { AROUND_EVENT, BEFORE_EVENT, BLOCK, BLOCK_OVERHEAD, Cursor, EVENT_BLOCK, MAX_BLOCK, MAX_EVENT_BODY, OLD_NUMBERS, SECTION_MAGIC, SMALLEST_EVENT_BLOCK, STATE_ONLY, SWAPPED_MAGIC, TRACER_MARK } from './blocks.ts';
import { QuickEvents } from './readerQuick.ts';
import { ReaderWindow } from './readerWindow.ts';
import type { OnEvent, SectionRecorder, Selection } from './selection.ts';
import { readFds, readInterfaces, readMachine, readProcesses, readUsers } from './readTables.ts';

export type { LineTaker, OnEvent, SectionRecorder, Selection, Tally } from './selection.ts';

/** What was wrong with a capture, and where: byte position in the inflated file. */
export interface ScapDiagnostic { readonly position: number; readonly message: string }

const MAX_DIAGNOSTICS = 20;
const SHB_BODY = 16;
const SUPPORTED_MAJOR = 1;
const NS_PER_SECOND = 1_000_000_000n;
const V1_HEADER = 22;
/** Events whose stored length is three too large in files of the first layout. */
const OVERLONG = new Set([280, 286]);
const EVENT_BLOCKS: ReadonlySet<number> = new Set([BLOCK.event1, BLOCK.eventFlags1, BLOCK.event2, BLOCK.eventFlags2, BLOCK.eventLarge, BLOCK.eventFlagsLarge]);
const LARGE_TYPES: ReadonlySet<number> = new Set(EVENTS.filter((e) => e.flags.has('LARGE_PAYLOAD')).map((e) => e.id));

/** What a diagnostic says of a file without a byte. */
export const EMPTY_FILE = 'the file is empty';

const EVERYTHING: Selection = { demand: ALL };
/** For events that were given out before. */
const UNSEEN: Selection = { demand: ALL, types: new Uint8Array(65536) };
const NOBODY: OnEvent = () => true;

/** A parser that bytes are pushed into. It never throws on bad input: it gives every event before the damage and says in `diagnostics` what broke. */
export class ScapReader {
  readonly state: SystemState = new SystemState(new TimeBase(0n), { cpus: 0, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
  readonly #quick = new QuickEvents(this.state);
  /** Some events are taken in quickly. */
  #hurries = false;
  readonly diagnostics: ScapDiagnostic[] = [];
  /** Diagnostics beyond those that are kept. */
  moreDiagnostics = 0;
  /** Nothing more will come: the end was reached, or the input broke. */
  done = false;
  /** How reading ended, once it is done: between two blocks (`whole`), in the middle of one (`cut`), or where nothing can be made of what follows (`broken`). */
  end: 'open' | 'whole' | 'cut' | 'broken' = 'open';
  readonly #window = new ReaderWindow();
  /** Position in the file of the block that is being read. */
  #blockAt = 0;
  #finished = false;
  /** The newest diagnostic is about the end of the file. */
  #endTold = false;
  #sections = 0;
  #sectionEvents = 0;
  #started = false;
  /** No event of this section was processed yet. */
  #fresh = true;
  /** Is told what a new capture needs to know beside the events that are given out. */
  recorder: SectionRecorder | undefined;
  #selection: Selection = EVERYTHING;
  /** What to do with each type of event, once the layout of the section is known; see `plan.ts`. */
  #plan: Uint8Array = learningPlan(undefined);
  #learned = false;
  readonly #plans = new Map<Selection, Map<boolean, Uint8Array>>();
  readonly #view = new EventView();
  /** Reading stopped in front of a write that may be a mark of a tracer, and the selection does not let it be told: it goes on with `again`. */
  inDoubt = false;
  /** Writes are looked at; everything is demanded, whatever is asked; what is wanted behind the events that another reader gave out, and their number. */
  #looks = false;
  #knowsAll = false;
  #wanted: Selection | undefined;
  #given = 0;
  #scratch = new Uint8Array(1024);
  #scratchData = new DataView(this.#scratch.buffer);

  /** Events so far, shown or not. */
  get events(): number { return this.state.eventCount; }
  /** Where the block of the event that is being given out begins, bytes from the beginning of the inflated file; an index reads the event again from there. */
  get eventPosition(): number { return this.#blockAt; }
  /** Bytes of the file consumed so far. */
  get position(): number { return this.#window.position; }
  /** Time of the event that was read last, given out or not, ns since the state's base; undefined where what was read last is no event. */
  get lastNs(): number | undefined {
    const { data, at } = this.#window;
    if (at < SMALLEST_EVENT_BLOCK) return undefined;
    const total = data.getUint32(at - 4, true), from = at - total;
    if (total < SMALLEST_EVENT_BLOCK || from < 0 || data.getUint32(from + 4, true) !== total) return undefined;
    const type = data.getUint32(from, true);
    if (!EVENT_BLOCKS.has(OLD_NUMBERS.get(type) ?? type)) return undefined;
    const flagged = type === BLOCK.eventFlags1 || type === BLOCK.eventFlags2 || type === BLOCK.eventFlagsLarge;
    const ts = from + BEFORE_EVENT + (flagged ? 4 : 0);
    return Number(data.getBigUint64(ts, true) - this.state.baseNs);
  }
  /** Bytes pushed but not read yet. */
  get pending(): number { return this.#window.left; }

  /** Takes in the next bytes. They are not copied and must stay as they are until the next push. Contexts given out earlier are invalid afterwards. */
  push(chunk: Uint8Array): void {
    if (this.done || this.#finished || chunk.length === 0) return;
    this.state.copyLent();
    this.#window.push(chunk);
  }

  /**
   * Says what is wanted from here on; between calls of `read`, and with the same demand throughout. Events that are left out count all the
   * same (`EventContext.num`), and change whatever is demanded of the state.
   */
  select(selection: Selection): void {
    if (this.#knowsAll && selection.demand !== ALL) selection = { ...selection, demand: ALL };
    if (this.events < this.#given) { this.#wanted = selection; selection = UNSEEN; }
    this.#selection = selection;
    this.state.named = (selection.demand & DEMAND.kinds) === 0 || (selection.demand & DEMAND.descriptors) !== 0;
    this.#looks = selection.repeatable === true && (selection.demand & DEMAND.descriptors) === 0 && mindsTracers(selection.types);
    this.state.verdicts++;
    this.#learned = false;
    this.#replan();
  }

  #replan(): void {
    const selection = this.#selection;
    this.#learned = this.state.learned;
    if (!this.#learned) { this.#plan = learningPlan(selection.types, this.#looks); return; }
    let plans = this.#plans.get(selection);
    if (plans === undefined) this.#plans.set(selection, plans = new Map<boolean, Uint8Array>());
    let plan = plans.get(this.state.pairs);
    const demand = selection.demand === 0 ? 0 : selection.demand | DEMAND.threads;
    if (plan === undefined) plans.set(this.state.pairs, plan = makePlan(demand, this.state.pairs, selection.types, this.#looks));
    this.#plan = plan;
    this.#quick.select(selection, plan);
    // Where everybody sees everything there is nothing to be quick with.
    this.#hurries = selection.types !== undefined || selection.tally !== undefined || selection.lines !== undefined || selection.byThread === true || selection.byDescriptor !== undefined || selection.results !== undefined;
  }

  /** Says that no more bytes will come. Call `read` once more afterwards. */
  finish(): void { this.#finished = true; }

  /** Takes `finish` back, for a file that has grown. False where reading has ended for another reason than the file's end. */
  resume(): boolean {
    if (this.end === 'broken') return false;
    if (this.#endTold) this.diagnostics.pop();
    this.#endTold = this.#finished = this.done = false;
    this.end = 'open';
    return true;
  }

  /**
   * Reads all whole blocks pushed so far. `onEvent` gets one reused context, valid during the call; when it returns false, reading
   * pauses behind that event and the next `read` goes on. So it does behind event number `until`.
   */
  read(onEvent: OnEvent, until = Infinity): void {
    if (this.#wanted !== undefined) {
      this.#readOn(NOBODY, this.#given);
      if (this.events < this.#given) return;
      const wanted = this.#wanted;
      this.#wanted = undefined;
      this.select(wanted);
    }
    this.#readOn(onEvent, until);
  }

  /** A reader that goes on where this one stopped in doubt, knowing all descriptors: it has to be given the source from the beginning. */
  again(): ScapReader {
    const reader = new ScapReader();
    reader.#knowsAll = true;
    reader.#given = this.events;
    reader.select(this.#selection);
    return reader;
  }

  #readOn(onEvent: OnEvent, until: number): void {
    const window = this.#window;
    while (!this.done) {
      if (!this.#readEvents(onEvent, until)) return;
      if (window.advance()) continue;
      const available = window.end - window.at;
      if (available < 8) { this.#atEnd(available); return; }
      const at = window.at, data = window.data;
      this.#blockAt = window.position;
      const raw = data.getUint32(at, true);
      const type = OLD_NUMBERS.get(raw) ?? raw;
      const total = data.getUint32(at + 4, true);
      if (this.#sections === 0 && type !== BLOCK.section) { this.#stop(`this is no capture file: it begins with ${raw.toString(16).padStart(8, '0')} where a section header (0a0d0d0a) belongs`); return; }
      if (type === BLOCK.section && available >= BLOCK_OVERHEAD && data.getUint32(at + 8, true) === SWAPPED_MAGIC) { this.#stop('the capture was made on a machine of the other byte order, which this program does not read'); return; }
      const isEvent = EVENT_BLOCKS.has(type);
      const isLarge = type === BLOCK.eventLarge || type === BLOCK.eventFlagsLarge;
      if (total < BLOCK_OVERHEAD || total > MAX_BLOCK || (isEvent && !isLarge && total - 8 > MAX_EVENT_BODY)) { this.#stop(`a block of type ${raw.toString(16)} says that it is ${total} bytes long, which cannot be`); return; }
      if (available < total) { this.#atEnd(available, total); return; }
      const trailer = data.getUint32(at + total - 4, true);
      const body = at + 8, end = at + total - 4;
      if (trailer !== total) {
        // Of event blocks nobody checks the second length; if the first is wrong, the next block shows it.
        if (!isEvent) { this.#stop(`a block of type ${raw.toString(16)} says ${total} bytes at its beginning and ${trailer} at its end`); return; }
      }
      window.at += total;
      if (!isEvent) this.#table(type, raw, body, end);
      else if (!this.#event(type, body, end, onEvent)) return;
    }
  }

  /** The ordinary case, in one loop: event blocks of the present layout, one after the other. Stops before anything else. False: a pause. */
  #readEvents(onEvent: OnEvent, until: number): boolean {
    if (this.#sections === 0) return true;
    const window = this.#window, state = this.state, view = this.#view, quick = this.#quick, hurries = this.#hurries, threads = state.table;
    const { bytes, data, end, origin } = window;
    const { test, byThread = false, byDescriptor, types } = this.#selection;
    let plan = this.#plan;
    let at = window.at;
    for (;;) {
      if (hurries && this.#learned) {
        at = quick.run(bytes, data, at, end, until);
        if (quick.paused) { window.at = at; return false; }
      }
      if (end - at < SMALLEST_EVENT_BLOCK || data.getUint32(at, true) !== EVENT_BLOCK) break;
      const total = data.getUint32(at + 4, true);
      if (total < SMALLEST_EVENT_BLOCK || total > end - at || total > MAX_EVENT_BODY + 8) break;
      if (state.eventCount >= until) { window.at = at; return false; }
      const event = at + BEFORE_EVENT;
      let entry = plan[data.getUint16(event + EVENT_HEADER.type, true)] ?? ACTION.whole;
      if (entry >= LOOK) {
        if (writesMark(bytes, data, event, total - AROUND_EVENT)) { this.inDoubt = true; window.at = at; return false; }
        entry -= LOOK;
      }
      if (state.waiting) state.flush();
      this.#blockAt = origin + at;
      window.at = at += total;
      this.#sectionEvents++;
      if (!view.reset(bytes, data, event, data.getUint16(event - 2, true), 0xffff, total - AROUND_EVENT)) { this.#damaged(view.length); continue; }
      if (this.#fresh) this.#start();
      let context: MutableContext | undefined = entry === SEEN ? state.glance(view) : undefined;
      if (entry > WANTED && state.pairs && this.#learned) {
        const thread = threads.at(data, event + EVENT_HEADER.tid);
        if (thread !== undefined) context = present(state, entry & ACTION.whole, view.type, thread, view);
      }
      context ??= state.process(view, -1, true);
      if (state.concealed !== CONCEALED.not && this.#conceals(context)) continue;
      if (!this.#learned && state.learned) { this.#replan(); plan = this.#plan; }
      if (entry < WANTED || (types !== undefined && types[context.view.type] === 0)) continue;
      if (test !== undefined && !(byThread ? state.judge(test) : test(context))) {
        if (byDescriptor !== undefined && (byDescriptor === test || !byDescriptor(context))) quick.turnDown(entry & ACTION.whole);
        continue;
      }
      if (onEvent(context) === false) return false;
    }
    window.at = at;
    return state.eventCount < until;
  }

  #complain(message: string): void {
    if (this.diagnostics.length < MAX_DIAGNOSTICS) this.diagnostics.push({ position: this.#blockAt, message });
    else this.moreDiagnostics++;
  }

  #stop(message: string): void { this.#complain(message); this.done = true; this.end = 'broken'; }

  #atEnd(available: number, wanted = 8): void {
    if (!this.#finished) return;
    this.done = true;
    this.end = available > 0 ? 'cut' : 'whole';
    this.#blockAt = this.#window.position;
    const told = this.diagnostics.length;
    if (available > 0) this.#complain(`the file ends in the middle of a block: ${wanted} bytes were expected, ${available} are there. Was it cut?`);
    else if (this.#sections === 0) this.#complain(EMPTY_FILE);
    else if (this.events === 0) this.#complain('the file holds no events');
    this.#endTold = this.diagnostics.length > told;
  }

  #table(type: number, raw: number, body: number, end: number): void {
    const cursor = new Cursor(this.#window.bytes, this.#window.data, body, end);
    if (type === BLOCK.section) { this.#section(cursor); return; }
    if (this.#sectionEvents > 0) { this.#complain(`a block of type ${raw.toString(16)} among the events was left out`); return; }
    let complaint: string | undefined;
    const version = (BLOCK.processes as readonly number[]).indexOf(type) + 1;
    if (version > 0) complaint = readProcesses(cursor, version, this.state);
    else if (type === BLOCK.machine) this.state.machine = readMachine(cursor);
    else if (type === BLOCK.interfaces1 || type === BLOCK.interfaces2) complaint = readInterfaces(cursor, type === BLOCK.interfaces2, this.state);
    else if (type === BLOCK.users1 || type === BLOCK.users2) complaint = readUsers(cursor, type === BLOCK.users2, this.state);
    else if (type === BLOCK.fds1 || type === BLOCK.fds2) complaint = readFds(cursor, type === BLOCK.fds2, this.state);
    if (complaint !== undefined || cursor.short) this.#complain(complaint ?? `a block of type ${raw.toString(16)} is shorter than its fields`);
  }

  #section(cursor: Cursor): void {
    if (cursor.left < SHB_BODY) { this.#stop('the section header is too short'); return; }
    const magic = cursor.u32(), major = cursor.u16();
    if (magic !== SECTION_MAGIC) { this.#stop('the section header holds no byte-order mark: this is no capture of system calls'); return; }
    if (major > SUPPORTED_MAJOR) { this.#stop(`the capture has format version ${major}, this program knows up to ${SUPPORTED_MAJOR}`); return; }
    if (this.#sections++ > 0) this.state.clear();
    this.#fresh = true;
    this.state.setLayout(true, false);
    this.#replan();
    this.#sectionEvents = 0;
  }

  /** False: the visitor wants a pause. */
  #event(type: number, body: number, end: number, onEvent: OnEvent): boolean {
    const { bytes, data } = this.#window;
    const flagged = type === BLOCK.eventFlags1 || type === BLOCK.eventFlags2 || type === BLOCK.eventFlagsLarge;
    const head = flagged ? 6 : 2;
    const old = type === BLOCK.event1 || type === BLOCK.eventFlags1;
    this.#sectionEvents++;
    if (body + head + (old ? V1_HEADER : EVENT_HEADER.lengths) > end) { this.#complain('an event block is too short for an event'); return true; }
    const cpu = data.getUint16(body, true);
    const flags = flagged ? data.getUint32(body + 2, true) : 0;
    const at = body + head;
    const view = this.#view;
    const whole = old ? this.#modernise(at, end - at, cpu) : view.reset(bytes, data, at, cpu, 0xffff, end - at);
    if (!whole) { this.#damaged(view.length); return true; }
    if (this.#fresh) this.#start();
    if (this.#looks && ((flags & TRACER_MARK) !== 0 || (((this.#plan[view.type] ?? 0) & LOOK) !== 0 && writesMark(view.bytes, view.data, view.at, view.length)))) { this.inDoubt = true; this.#window.at = body - 8; return false; }
    if ((flags & TRACER_MARK) !== 0) tracersFrom(this.state).marked = true;
    const context = this.state.process(view, -1, !old);
    if ((flags & TRACER_MARK) !== 0) tracersFrom(this.state).marked = false;
    if (this.state.concealed !== CONCEALED.not && this.#conceals(context)) return true;
    if (!this.#learned && this.state.learned) this.#replan();
    if ((flags & STATE_ONLY) !== 0) { this.recorder?.hidden(context); return true; }
    if (this.#selection.types?.[context.view.type] === 0) return true;
    const { test, byThread } = this.#selection;
    if (test !== undefined && !(byThread === true ? this.state.judge(test) : test(context))) return true;
    return onEvent(context) !== false;
  }

  /** Whether a description of a container is not given out. */
  #conceals(context: EventContext): boolean {
    const why = this.state.concealed;
    this.state.concealed = CONCEALED.not;
    if (why === CONCEALED.traced) return this.recorder === undefined;
    if (why === CONCEALED.front) { this.recorder?.leading?.(context); return true; }
    return this.recorder === undefined && (this.#selection.test === undefined || this.#selection.conceals === true);
  }

  /** The first event of a section: its tables are complete. The first of all tells the moment that times count from. */
  #start(): void {
    this.#fresh = false;
    if (!this.#started) this.#setBase();
    this.recorder?.section();
  }

  #setBase(): void {
    this.#started = true;
    const first = (BigInt(this.#view.tsHi) << 32n) | BigInt(this.#view.tsLo);
    this.state.rebase(new TimeBase(first - (first % NS_PER_SECOND)));
  }

  /** An event that cannot be read. Where it has a place of its own all the same (`length` is not 0) it counts. */
  #damaged(length: number): void {
    if (length > 0) this.state.skip();
    this.#complain('an event does not fit into its block, or its parameters do not fit into it');
  }

  /** Brings an event of the first layout, which holds no count of its parameters, into the present one. */
  #modernise(at: number, available: number, cpu: number): boolean {
    const { bytes: source, data } = this.#window;
    let length = data.getUint32(at + EVENT_HEADER.length, true);
    const type = data.getUint16(at + EVENT_HEADER.type, true);
    if (OVERLONG.has(type)) length -= 3;
    this.#view.length = 0;
    if (length < V1_HEADER || length > available) return false;
    this.#view.length = length;
    const count = this.#countParams(type, at, length);
    if (count < 0) return false;
    if (this.#scratch.length < length + 4) { this.#scratch = new Uint8Array(length * 2 + 4); this.#scratchData = new DataView(this.#scratch.buffer); }
    const bytes = this.#scratch;
    bytes.set(source.subarray(at, at + V1_HEADER));
    this.#scratchData.setUint32(EVENT_HEADER.length, length + 4, true);
    this.#scratchData.setUint32(EVENT_HEADER.nparams, count, true);
    bytes.set(source.subarray(at + V1_HEADER, at + length), EVENT_HEADER.lengths);
    return this.#view.reset(bytes, this.#scratchData, 0, cpu, 0xffff, length + 4);
  }

  /** How many parameters an event of the first layout has: as many as its length comes out right with. */
  #countParams(type: number, at: number, length: number): number {
    const known = eventById(type)?.params.length ?? -1;
    const width = LARGE_TYPES.has(type) ? 4 : 2;
    const { data } = this.#window;
    for (let count = known < 0 ? 64 : known; count >= 0; count--) {
      let end = V1_HEADER + width * count;
      if (end > length) continue;
      for (let i = 0; i < count && end <= length; i++) end += width === 2 ? data.getUint16(at + V1_HEADER + 2 * i, true) : data.getUint32(at + V1_HEADER + 4 * i, true);
      if (end === length) return count;
    }
    return -1;
  }
}
