// The lines of the event list, and all there is to know of one event.
import { SYSCALL_BY_CODE } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EVENT_KINDS, eventKind, type EventKind } from '../event/kind.ts';
import { eventCategory, eventName, firstTold, isGeneric, isTold, isTrouble } from '../event/names.ts';
import { u32 } from '../event/params.ts';
import { isPairs, showParam } from '../event/show.ts';
import type { FdInfo, StateView, ThreadInfo } from '../state/model.ts';
import { resultText } from './classify.ts';
import type { EventHistory, RowContext } from './history.ts';
import { cmdlineOf, containerLabel } from './lanes.ts';
import type { DescriptorRow } from './tree.ts';

const MAX_ANCESTORS = 32;

/** Same shape as the protocol's `EventRowMessage`. */
export interface EventRow {
  readonly row: number; readonly num: number; readonly startNs: number; readonly durationNs: number; readonly cpu: number; readonly tid: number; readonly pid: number;
  readonly comm: string; readonly container: string; readonly containerId: string; readonly name: string; readonly kind: EventKind; readonly failed: boolean; readonly info: string; readonly result: string;
}
export interface EventDetail extends EventRow {
  readonly epochNs: string; readonly category: string; readonly nr: number;
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly value: string }[];
  readonly data?: Uint8Array; readonly fd?: DescriptorRow;
  readonly ancestors: readonly { readonly pid: number; readonly comm: string; readonly cmdline: string }[];
  readonly image: string; readonly user: string; readonly cwd: string; readonly exepath: string;
}
const enterContexts = new WeakMap<EventHistory, RowContext>();

/** The enter event of an exit, where it says what the exit does not. */
function enterOf(history: EventHistory, row: number): EventContext | undefined {
  const enterRow = history.enterRowOf(row);
  if (enterRow < 0) return undefined;
  let context = enterContexts.get(history);
  if (context === undefined) { context = history.newContext(); enterContexts.set(history, context); }
  return history.load(enterRow, context) ? context : undefined;
}

interface Shown { readonly name: string; readonly type: string; readonly value: string }

/** Parameters of a call in the order enter, exit, each once: the exit's word counts. */
function shownParams(history: EventHistory, row: number, ctx: EventContext): Shown[] {
  const shown: Shown[] = [];
  const own = ctx.view.def;
  const enter = enterOf(history, row);
  if (enter !== undefined) collect(enter, (name) => (own?.index.get(name) ?? Infinity) >= ctx.view.nparams, shown);
  collect(ctx, () => true, shown);
  return shown;
}

function collect(ctx: EventContext, wanted: (name: string) => boolean, shown: Shown[]): void {
  const params = ctx.view.def?.params ?? [];
  for (let i = 0; i < ctx.view.nparams; i++) {
    const def = params[i];
    if (def === undefined || !wanted(def.name)) continue;
    const { name, value, resolved } = showParam(ctx, i);
    shown.push({ name, type: def.type, value: resolved === '' ? value : `${value}(${resolved})` });
  }
}

/** One line of the event list; undefined for rows that are not held. */
export function eventRow(history: EventHistory, row: number): EventRow | undefined {
  const ctx = history.contextAt(row);
  return ctx === undefined ? undefined : rowOf(history, row, ctx, undefined);
}

function rowOf(history: EventHistory, row: number, ctx: EventContext, known: readonly Shown[] | undefined): EventRow {
  const { view, info } = ctx;
  const containerId = info?.containerId ?? '';
  const duration = Math.max(0, ctx.latencyNs);
  const told = isTold(view);
  const shown = known ?? (isGeneric(view) && !told ? [] : shownParams(history, row, ctx));
  return {
    row, num: ctx.num, startNs: ctx.tsNs - duration, durationNs: duration, cpu: view.cpu, tid: view.tid, pid: info?.pid ?? view.tid,
    comm: info?.comm ?? '', container: containerLabel(ctx.state, containerId), containerId, name: eventName(view, isPairs(ctx.state)), kind: EVENT_KINDS[eventKind(view, ctx.fd)] ?? 'other',
    failed: isTrouble(view), info: isGeneric(view) && !told ? '' : (told ? shown.slice(firstTold(view)) : shown).map((p) => `${p.name}=${p.value}`).join(' '), result: resultText(view),
  };
}

/** All there is to know of an event; undefined for rows that are not held. */
export function eventDetail(history: EventHistory, row: number): EventDetail | undefined {
  const ctx = history.contextAt(row);
  if (ctx === undefined) return undefined;
  const { state, view, info } = ctx;
  const parameters = shownParams(history, row, ctx);
  const data = view.def?.index.get('data');
  const call = isGeneric(view) ? SYSCALL_BY_CODE.get(u32(view, 0, -1)) : undefined;
  return {
    ...rowOf(history, row, ctx, parameters),
    epochNs: String(state.baseNs + BigInt(Math.round(ctx.tsNs - Math.max(0, ctx.latencyNs)))), category: eventCategory(view).toLowerCase().replace('_', ' '), nr: view.nr === 0xffff ? call?.x64 ?? -1 : view.nr,
    parameters,
    ...(data !== undefined && view.size(data) > 0 && view.def?.params[data]?.type === 'BYTEBUF' ? { data: view.bytes.slice(view.start(data), view.end(data)) } : {}),
    ...(ctx.fd === undefined ? {} : { fd: descriptorOf(ctx.fdNum, ctx.fd) }),
    ancestors: info === undefined ? [] : ancestorsOf(state, info),
    image: info === undefined ? '' : state.container(info.containerId)?.image ?? '',
    user: info === undefined ? '' : state.user(info.uid, info.containerId)?.name ?? (info.uid === 0xffffffff ? '' : String(info.uid)), cwd: info?.cwd ?? '', exepath: info?.exepath ?? '',
  };
}

function descriptorOf(fd: number, info: FdInfo): DescriptorRow { return { fd, kind: info.kind, name: info.name }; }

function ancestorsOf(state: StateView, info: ThreadInfo): { pid: number; comm: string; cmdline: string }[] {
  const list: { pid: number; comm: string; cmdline: string }[] = [];
  const main = info.tid === info.pid ? info : state.thread(info.pid)?.info ?? info;
  for (let at: ThreadInfo | undefined = main; at !== undefined && list.length < MAX_ANCESTORS; at = at.parent) list.push({ pid: at.pid, comm: at.comm, cmdline: cmdlineOf(at) });
  return list;
}
