// Writes captures that sysdig 0.29 and newer readers understand: a snapshot of the state, then events in order of time.
import { EVENT_HEADER, SYSCALL_BY_CODE, type ParamDef } from '../../../driver/schema/index.ts';
import { encodeText } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import { EventBuilder } from '../event/encode.ts';
import type { EventView } from '../event/eventView.ts';
import { intAt, named, namedText, u32 } from '../event/params.ts';
import { isPairs } from '../event/show.ts';
import { containerToJson } from '../state/containers.ts';
import type { ContainerInfo } from '../state/model.ts';
import { AT_FDCWD, joinPath } from '../base/paths.ts';
import type { SystemState } from '../state/systemState.ts';
import { BlockBuilder } from './blockBuilder.ts';
import { BLOCK, MAX_EVENT_BODY } from './blocks.ts';
import { CONTAINER_TYPE, olderForms, type OlderForm, type Slot } from './olderForm.ts';
import { writeSnapshot } from './snapshot.ts';

export interface ScapWriterOptions {
  /** Events are put in order within so much time, ns. An enter event is written for when its call began. */
  readonly windowNs?: number;
  /** Bytes that wait for their turn at most. */
  readonly maxPendingBytes?: number;
}

/** An event that waits until nothing earlier can come. */
interface Pending { readonly at: number; readonly sequence: number; readonly block: Uint8Array }

const WINDOW_NS = 1e9;
const MAX_PENDING = 32 * 1024 * 1024;
const FLUSH_BYTES = 1 << 18;
const TEXTS = new Set(['CHARBUF', 'FSPATH', 'FSRELPATH']);
const NO_TEXT = Uint8Array.of(0);
const ALL_ONES = 0xffffffff;
const CREATORS = new Set(['clone', 'fork', 'vfork', 'clone3']);
const NO_NUMBER = 0xffff;
const GENERIC_ENTER = 0, GENERIC_EXIT = 1;
const BPF_EXIT = 297, EXECVEAT_ENTER = 330;

/** A capture being written: `begin`, `write` for each event, `end`. What the sink gets is valid during the call only. */
export class ScapWriter {
  /** Events that readers of the format have nothing like, or that are too large for it. */
  skipped = 0;
  /** Events written, made-up enter events included. */
  written = 0;
  /** Bytes given to the sink. */
  bytes = 0;
  readonly #state: SystemState;
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #windowNs: number;
  readonly #maxPending: number;
  readonly #out = new BlockBuilder();
  readonly #event = new EventBuilder();
  /** What each container was last described as. */
  readonly #containers = new Map<string, { readonly info: ContainerInfo; readonly text: string }>();
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #sequence = 0;
  #newest = -Infinity;
  #flushAt = -Infinity;
  #hi = 0;
  #lo = 0;
  /** Nothing but containers was written so far. */
  #front = true;

  constructor(state: SystemState, sink: (bytes: Uint8Array) => void, options: ScapWriterOptions = {}) {
    this.#state = state;
    this.#sink = sink;
    this.#windowNs = options.windowNs ?? WINDOW_NS;
    this.#maxPending = options.maxPendingBytes ?? MAX_PENDING;
  }

  /** Writes the state as it is now. */
  begin(): void {
    this.#state.settle();
    writeSnapshot(this.#out, this.#state, { older: true });
    this.#emit();
  }

  /** Writes one event as it was just processed, with the enter event that it implies. */
  write(ctx: EventContext): void {
    const view = ctx.view;
    this.#hi = view.tsHi;
    this.#lo = view.tsLo;
    const tells = view.def?.name === 'container' || view.def?.name === 'asyncevent';
    const startNs = ctx.latencyNs > 0 ? ctx.tsNs - ctx.latencyNs : ctx.tsNs;
    // What is known at the beginning stands in front of every event.
    if (this.written === 0 || tells) for (const container of this.#state.containers()) this.#container(container, this.#front ? -Infinity : startNs);
    if (!tells) this.#front = false;
    if (tells) return;
    const id = ctx.info?.containerId ?? '';
    if (id !== '') { const container = this.#state.container(id); if (container !== undefined) this.#container(container, startNs); }
    const forms = olderForms(view);
    if (forms === undefined) { this.skipped++; return; }
    const pairs = isPairs(this.#state);
    const enter = forms.enter;
    if (enter !== undefined && !pairs && ctx.enter === undefined && !(CREATORS.has(view.def?.name ?? '') && intAt(view.data, view.start(0), view.size(0), true, -1) === 0)) {
      this.#setTime(startNs);
      if (enter.type === EXECVEAT_ENTER) this.#execveat(ctx, startNs); else this.#write(view, enter, startNs);
      this.#hi = view.tsHi;
      this.#lo = view.tsLo;
    }
    if (view.type === EXECVEAT_ENTER && !pairs) this.#execveat(ctx, ctx.tsNs);
    else if (pairs && forms.own.type === view.type) this.#copy(view, forms.own.slots.length, ctx.tsNs); else this.#write(view, forms.own, ctx.tsNs);
    if (pairs) this.#flush(Infinity);
    else if (ctx.tsNs > this.#newest) {
      this.#newest = ctx.tsNs;
      if (ctx.tsNs > this.#flushAt || this.#pendingBytes > this.#maxPending) { this.#flush(this.#pendingBytes > this.#maxPending ? Infinity : ctx.tsNs - this.#windowNs); this.#flushAt = ctx.tsNs + this.#windowNs / 2; }
    } else if (this.#pendingBytes > this.#maxPending) this.#flush(Infinity);
  }

  /** Writes what still waits. */
  end(): void {
    this.#flush(Infinity);
    this.#emit();
  }

  #setTime(ns: number): void {
    const epoch = this.#state.base.epoch(ns);
    this.#hi = Number(epoch >> 32n);
    this.#lo = Number(epoch & 0xffffffffn);
  }

  /** Tells of a container that readers cannot know yet, or not like this. */
  #container(container: ContainerInfo, at: number): void {
    const before = this.#containers.get(container.id);
    if (before?.info === container) return;
    const text = containerToJson(container);
    this.#containers.set(container.id, { info: container, text });
    if (before?.text === text || (container.name === '' && container.image === '')) return;
    const json = encodeText(`${text}\0`);
    this.#event.begin(CONTAINER_TYPE, this.#hi, this.#lo, ALL_ONES, ALL_ONES, 1, true);
    this.#event.copy(json, 0, json.length);
    this.#event.end();
    this.#queue(at, 0, true);
  }

  #write(view: EventView, form: OlderForm, at: number): void {
    const { data } = view;
    const event = this.#event;
    event.begin(form.type, this.#hi, this.#lo, data.getUint32(view.at + EVENT_HEADER.tid + 4, true), data.getUint32(view.at + EVENT_HEADER.tid, true), form.slots.length, view.lengthWidth === 4);
    if (form.type === GENERIC_ENTER || form.type === GENERIC_EXIT) {
      const own = view.type === GENERIC_ENTER || view.type === GENERIC_EXIT;
      for (const slot of form.slots) event.int(slot.def.name === 'ID' ? (form.code > 0 ? form.code : u32(view, 0)) : own && view.nparams > 1 ? u32(view, 1) : this.#nativeNumber(view, form.code), 2);
    } else if (form.type === BPF_EXIT && view.type !== BPF_EXIT) {
      const fd = intAt(data, view.start(0), view.size(0), true, -1);
      const value = new Uint8Array(9);
      value[0] = fd < 0 ? 1 : 0;
      new DataView(value.buffer).setBigInt64(1, BigInt(fd), true);
      event.copy(value, 0, value.length);
    } else for (const slot of form.slots) this.#slot(view, slot);
    event.end();
    if (event.cut) { this.skipped++; return; }
    this.#queue(at, view.cpu, view.lengthWidth === 4);
  }

  /** The enter event of an execveat with its path in full: sysdig 0.29 crashes where it has to look up the directory's descriptor. */
  #execveat(ctx: EventContext, at: number): void {
    const { view } = ctx;
    const dirfd = named(view, 'dirfd', AT_FDCWD);
    let path = namedText(view, 'pathname');
    const directory = ctx.thread?.fds.get(dirfd)?.name;
    if (!path.startsWith('/') && dirfd !== AT_FDCWD && directory !== undefined) path = path === '' ? directory : joinPath(`${directory}/`, path);
    if (path === '' && view.def?.isExit === true) path = ctx.info?.exepath ?? '';
    const event = this.#event;
    event.begin(EXECVEAT_ENTER, this.#hi, this.#lo, view.data.getUint32(view.at + EVENT_HEADER.tid + 4, true), view.data.getUint32(view.at + EVENT_HEADER.tid, true), 3, false);
    event.int(AT_FDCWD, 8);
    const text = encodeText(`${path}\0`);
    event.copy(text, 0, text.length);
    event.int(0, 4);
    event.end();
    this.#queue(at, view.cpu, false);
  }

  /** An event of a source with enter events, as it is, without parameters that came later. */
  #copy(view: EventView, known: number, at: number): void {
    const { data } = view;
    const event = this.#event;
    const count = Math.min(view.nparams, known);
    event.begin(view.type, this.#hi, this.#lo, data.getUint32(view.at + EVENT_HEADER.tid + 4, true), data.getUint32(view.at + EVENT_HEADER.tid, true), count, view.lengthWidth === 4);
    for (let i = 0; i < count; i++) event.copy(view.bytes, view.start(i), view.end(i));
    event.end();
    this.#queue(at, view.cpu, view.lengthWidth === 4);
  }

  #nativeNumber(view: EventView, code: number): number { return view.nr !== NO_NUMBER ? view.nr : Math.max(0, SYSCALL_BY_CODE.get(code)?.x64 ?? 0); }

  #slot(view: EventView, slot: Slot): void {
    const event = this.#event;
    const def: ParamDef = slot.def;
    const size = slot.from < 0 ? 0 : view.size(slot.from);
    if (size === 0) {
      // Readers of the time take empty values for what stands behind them.
      if (def.size > 0) event.int(slot.missing, def.size);
      else if (TEXTS.has(def.type)) event.copy(NO_TEXT, 0, 1);
      else event.empty();
      return;
    }
    const start = view.start(slot.from);
    if (def.size > 0 && size !== def.size) { event.int(intAt(view.data, start, size, true), def.size); return; }
    event.copy(view.bytes, start, view.end(slot.from));
  }

  #queue(at: number, cpu: number, large: boolean): void {
    const event = this.#event;
    if (!large && event.length + 2 + 12 > MAX_EVENT_BODY) { this.skipped++; return; }
    const pad = (4 - ((event.length + 2) & 3)) & 3;
    const total = 12 + 2 + event.length + pad;
    const block = new Uint8Array(total);
    const data = new DataView(block.buffer);
    data.setUint32(0, large ? BLOCK.eventLarge : BLOCK.event2, true);
    data.setUint32(4, total, true);
    data.setUint16(8, cpu, true);
    block.set(event.bytes.subarray(0, event.length), 10);
    data.setUint32(total - 4, total, true);
    this.#pending.push({ at, sequence: this.#sequence++, block });
    this.#pendingBytes += total;
    this.written++;
  }

  /** Writes what is earlier than `before`, in order of time. */
  #flush(before: number): void {
    const pending = this.#pending;
    if (pending.length > 1) pending.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
    let count = 0;
    for (const one of pending) {
      if (one.at > before) break;
      this.#out.raw(one.block);
      this.#pendingBytes -= one.block.length;
      count++;
      if (this.#out.at > FLUSH_BYTES) this.#emit();
    }
    this.#pending = count === pending.length ? [] : pending.slice(count);
  }

  #emit(): void {
    if (this.#out.at === 0) return;
    this.bytes += this.#out.at;
    this.#sink(this.#out.done());
    this.#out.clear();
  }
}
