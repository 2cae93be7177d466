// Reads capture files: bytes are pushed in as they come (already inflated), events come out with the state of the system around them.
import { TimeBase } from '../base/nanos.ts';
import { EVENT_HEADER, EVENTS, eventById } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import { SystemState } from '../state/systemState.ts';
import { BLOCK, BLOCK_OVERHEAD, Cursor, MAX_BLOCK, MAX_EVENT_BODY, OLD_NUMBERS, SECTION_MAGIC, STATE_ONLY } from './blocks.ts';
import { readFds, readInterfaces, readMachine, readProcesses, readUsers } from './readTables.ts';

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

/** Which events somebody wants to see, and what is to be known of the system then. */
export interface Selection {
  /** 65,536 entries by event type; 0: no context is made for events of this type. Undefined: every event is wanted. */
  readonly types?: Uint8Array | undefined;
  /** Bits of `DEMAND`: what contexts hold of the state. What is not demanded is undefined, empty, or out of date. */
  readonly demand: number;
}

/** A parser that bytes are pushed into. It never throws on bad input: it gives every event before the damage and says in `diagnostics` what broke. */
export class ScapReader {
  readonly state: SystemState = new SystemState(new TimeBase(0n), { cpus: 0, memoryBytes: 0, maxPid: 0, hostname: '', bootNs: 0n });
  readonly diagnostics: ScapDiagnostic[] = [];
  /** Diagnostics beyond those that are kept. */
  moreDiagnostics = 0;
  /** Events given out or applied so far. */
  events = 0;
  /** Nothing more will come: the end was reached, or the input broke. */
  done = false;
  #buffer: Uint8Array = new Uint8Array(1 << 16);
  #data: DataView = new DataView(this.#buffer.buffer);
  #start = 0;
  #end = 0;
  /** Position of `#start` in the file. */
  #position = 0;
  #finished = false;
  #sections = 0;
  #sectionEvents = 0;
  #started = false;
  #types: Uint8Array | undefined;
  readonly #view = new EventView();
  #scratch = new Uint8Array(1024);
  #scratchData = new DataView(this.#scratch.buffer);

  /** Bytes of the file consumed so far. */
  get position(): number { return this.#position; }
  /** Where the block of the event that is being given out begins, bytes from the beginning of the inflated file; an index reads the event again from there. */
  get eventPosition(): number { return this.#position; }
  /** Bytes pushed but not read yet. */
  get pending(): number { return this.#end - this.#start; }

  /** Takes in the next bytes (a copy is made). Contexts given out earlier are invalid afterwards. */
  push(chunk: Uint8Array): void {
    if (this.done || this.#finished) return;
    const kept = this.#end - this.#start;
    if (this.#end + chunk.length > this.#buffer.length) {
      if (kept + chunk.length > this.#buffer.length) {
        const grown = new Uint8Array(Math.max(this.#buffer.length * 2, kept + chunk.length));
        grown.set(this.#buffer.subarray(this.#start, this.#end));
        this.#buffer = grown;
        this.#data = new DataView(grown.buffer);
      } else this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#start = 0;
      this.#end = kept;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Says what is wanted from here on. Before the first event; events that are left out count all the same (`EventContext.num`). */
  select(selection: Selection): void { this.#types = selection.types; }

  /** Says that no more bytes will come. Call `read` once more afterwards. */
  finish(): void { this.#finished = true; }

  /**
   * Reads all whole blocks pushed so far. `onEvent` gets one reused context, valid during the call; when it returns false, reading
   * pauses behind that event and the next `read` goes on.
   */
  read(onEvent: (ctx: EventContext) => boolean | void): void {
    while (!this.done) {
      const available = this.#end - this.#start;
      if (available < 8) { this.#atEnd(available); return; }
      const at = this.#start;
      const raw = this.#data.getUint32(at, true);
      const type = OLD_NUMBERS.get(raw) ?? raw;
      const total = this.#data.getUint32(at + 4, true);
      if (this.#sections === 0 && type !== BLOCK.section) { this.#stop(`this is no capture file: it begins with ${raw.toString(16).padStart(8, '0')} where a section header (0a0d0d0a) belongs`); return; }
      const isEvent = EVENT_BLOCKS.has(type);
      const isLarge = type === BLOCK.eventLarge || type === BLOCK.eventFlagsLarge;
      if (total < BLOCK_OVERHEAD || total > MAX_BLOCK || (isEvent && !isLarge && total - 8 > MAX_EVENT_BODY)) { this.#stop(`a block of type ${raw.toString(16)} says that it is ${total} bytes long, which cannot be`); return; }
      if (available < total) { this.#atEnd(available, total); return; }
      const trailer = this.#data.getUint32(at + total - 4, true);
      const body = at + 8, end = at + total - 4;
      if (trailer !== total) {
        // Of event blocks nobody checks the second length; if the first is wrong, the next block shows it.
        if (!isEvent) { this.#stop(`a block of type ${raw.toString(16)} says ${total} bytes at its beginning and ${trailer} at its end`); return; }
      }
      this.#start += total;
      if (isEvent) {
        const more = this.#event(type, body, end, onEvent);
        this.#position += total;
        if (more === false) return;
        continue;
      }
      this.#table(type, raw, body, end);
      this.#position += total;
    }
  }

  #complain(message: string): void {
    if (this.diagnostics.length < MAX_DIAGNOSTICS) this.diagnostics.push({ position: this.#position, message });
    else this.moreDiagnostics++;
  }

  #stop(message: string): void { this.#complain(message); this.done = true; }

  #atEnd(available: number, wanted = 8): void {
    if (!this.#finished) return;
    this.done = true;
    if (available > 0) this.#complain(`the file ends in the middle of a block: ${wanted} bytes were expected, ${available} are there. Was it cut?`);
    else if (this.#sections === 0) this.#complain('the file is empty');
    else if (this.events === 0) this.#complain('the file holds no events');
  }

  #table(type: number, raw: number, body: number, end: number): void {
    const cursor = new Cursor(this.#buffer, this.#data, body, end);
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
    if (magic !== SECTION_MAGIC) { this.#stop(magic === 0x4d3c2b1a ? 'the capture was made on a machine of the other byte order' : 'the section header holds no byte-order mark: this is no capture of system calls'); return; }
    if (major > SUPPORTED_MAJOR) { this.#stop(`the capture has format version ${major}, this program knows up to ${SUPPORTED_MAJOR}`); return; }
    if (this.#sections++ > 0) this.state.clear();
    this.state.setLayout(true, false);
    this.#sectionEvents = 0;
  }

  /** False: the visitor wants a pause. */
  #event(type: number, body: number, end: number, onEvent: (ctx: EventContext) => boolean | void): boolean {
    const flagged = type === BLOCK.eventFlags1 || type === BLOCK.eventFlags2 || type === BLOCK.eventFlagsLarge;
    const head = flagged ? 6 : 2;
    const old = type === BLOCK.event1 || type === BLOCK.eventFlags1;
    this.#sectionEvents++;
    if (body + head + (old ? V1_HEADER : EVENT_HEADER.lengths) > end) { this.#complain('an event block is too short for an event'); return true; }
    const cpu = this.#data.getUint16(body, true);
    const flags = flagged ? this.#data.getUint32(body + 2, true) : 0;
    const at = body + head;
    const view = this.#view;
    const whole = old ? this.#modernise(at, end - at, cpu) : view.reset(this.#buffer, this.#data, at, cpu, 0xffff, end - at);
    if (!whole) { this.#complain('an event does not fit into its block, or its parameters do not fit into it'); return true; }
    if (!this.#started) {
      this.#started = true;
      const first = (BigInt(view.tsHi) << 32n) | BigInt(view.tsLo);
      this.state.rebase(new TimeBase(first - (first % NS_PER_SECOND)));
    }
    this.events++;
    const context = this.state.process(view, -1);
    if ((flags & STATE_ONLY) !== 0 || this.#types?.[view.type] === 0) return true;
    return onEvent(context) !== false;
  }

  /** Brings an event of the first layout, which holds no count of its parameters, into the present one. */
  #modernise(at: number, available: number, cpu: number): boolean {
    const data = this.#data;
    let length = data.getUint32(at + EVENT_HEADER.length, true);
    const type = data.getUint16(at + EVENT_HEADER.type, true);
    if (OVERLONG.has(type)) length -= 3;
    if (length < V1_HEADER || length > available) return false;
    const count = this.#countParams(type, at, length);
    if (count < 0) return false;
    if (this.#scratch.length < length + 4) { this.#scratch = new Uint8Array(length * 2 + 4); this.#scratchData = new DataView(this.#scratch.buffer); }
    const bytes = this.#scratch;
    bytes.set(this.#buffer.subarray(at, at + V1_HEADER));
    this.#scratchData.setUint32(EVENT_HEADER.length, length + 4, true);
    this.#scratchData.setUint32(EVENT_HEADER.nparams, count, true);
    bytes.set(this.#buffer.subarray(at + V1_HEADER, at + length), EVENT_HEADER.lengths);
    return this.#view.reset(bytes, this.#scratchData, 0, cpu, 0xffff, length + 4);
  }

  /** How many parameters an event of the first layout has: as many as its length comes out right with. */
  #countParams(type: number, at: number, length: number): number {
    const known = eventById(type)?.params.length ?? -1;
    const width = LARGE_TYPES.has(type) ? 4 : 2;
    for (let count = known < 0 ? 64 : known; count >= 0; count--) {
      let end = V1_HEADER + width * count;
      if (end > length) continue;
      for (let i = 0; i < count && end <= length; i++) end += width === 2 ? this.#data.getUint16(at + V1_HEADER + 2 * i, true) : this.#data.getUint32(at + V1_HEADER + 4 * i, true);
      if (end === length) return count;
    }
    return -1;
  }
}
