// Fields of class evt that give an event's parameters, all or one.
import { eventById, OLDER_PARAMS } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { decodeToNul } from '../base/text.ts';
import { param, text } from '../event/params.ts';
import { bufferText, isPairs, showArgs, shownCount, showParam } from '../event/show.ts';
import { group, type Field, type FieldArgument, type FieldOptions, type FieldValue } from './field.ts';
import { ids, isSigned, kindOfParam, PARAM_NAMES, paramType } from './raw.ts';
import { syslogInfo } from './syslog.ts';
import { wholeAt } from './values.ts';

const field = group('evt');
/** Bytes of the longest number. */
const WHOLE = 8;
const [INFRASTRUCTURE] = ids('INFRASTRUCTURE_EVENT_E');

/** Names that readers up to sysdig 0.29 give to parameters that were renamed since, by `event:name`. */
const RENAMED: ReadonlyMap<string, number> = new Map([...OLDER_PARAMS].flatMap(([key, def]): [string, number][] => {
  const [type, i] = key.split(':').map(Number);
  return type === undefined || i === undefined || eventById(type)?.params[i]?.name === def.name ? [] : [[`${type}:${def.name}`, i]];
}));
const HAS_RENAMED = new Uint8Array(65536);
for (const key of RENAMED.keys()) HAS_RENAMED[Number(key.split(':')[0])] = 1;

/** Index of the parameter that an argument means; -1 where this event has none. */
export function argumentIndex(ctx: EventContext, arg: FieldArgument): number {
  const { view } = ctx;
  let i = arg;
  if (typeof i === 'string') i = (HAS_RENAMED[view.type] === 1 && isPairs(ctx.state) ? RENAMED.get(`${view.type}:${i}`) : undefined) ?? param(view, i);
  return i !== undefined && i < shownCount(ctx) ? i : -1;
}

function argText(ctx: EventContext, arg: FieldArgument, options?: FieldOptions): string | undefined {
  const i = argumentIndex(ctx, arg);
  if (i < 0) return undefined;
  const shown = showParam(ctx, i, options);
  return shown.resolved !== '' ? shown.resolved : shown.value;
}

function checkParameter(arg: FieldArgument): string | undefined {
  if (typeof arg === 'number') return undefined;
  if (arg === undefined || arg === '') return 'the name or number of a parameter is expected, e.g. evt.arg.name or evt.arg[0]';
  return paramType(arg) === undefined ? `no event has a parameter "${arg}"` : undefined;
}

/** The raw value of a parameter: number, text or bytes. */
function rawArg(ctx: EventContext, arg: FieldArgument): FieldValue {
  const i = argumentIndex(ctx, arg);
  const view = ctx.view;
  const size = view.size(i);
  const def = i < 0 ? undefined : view.def?.params[i];
  if (def === undefined) return undefined;
  const kind = kindOfParam(def.type);
  if (size === 0 && kind !== 'CHARBUF' && kind !== 'BYTEBUF') return undefined;
  switch (kind) {
    // Readers of the time take an empty text for whatever follows it in the event.
    case 'CHARBUF': return size === 0 && def.type === 'CHARBUF' && isPairs(ctx.state) ? decodeToNul(view.bytes, view.start(i), view.at + view.length) : text(view, i);
    case 'BYTEBUF': return view.bytes.subarray(view.start(i), view.end(i));
    case 'BOOL': return wholeAt(view.data, view.start(i), size, false) !== 0;
    // Signed where the first event with a parameter of the name declares it so: what filters compare it as.
    default: return wholeAt(view.data, view.start(i), size, isSigned(def.type) || (size === WHOLE && paramType(def.name) === 'INT64'));
  }
}

function buffer(ctx: EventContext): Uint8Array | undefined {
  const i = param(ctx.view, 'data');
  return i < 0 ? undefined : ctx.view.bytes.subarray(ctx.view.start(i), ctx.view.end(i));
}

/** As text; data that is no buffer, such as what ptrace reads, as the parameter prints. */
function bufferShown(ctx: EventContext, _arg: FieldArgument, o: FieldOptions): string | undefined {
  const b = buffer(ctx);
  if (b === undefined) return undefined;
  return ctx.view.def?.params[param(ctx.view, 'data')]?.type === 'BYTEBUF' ? bufferText(b, o.bufferForm, o.bufferLimit) : showParam(ctx, param(ctx.view, 'data'), o).value;
}

/** What somebody who reads lines wants to know: a message to the log in words, else the parameters. */
function info(ctx: EventContext, options?: FieldOptions): string { return syslogInfo(ctx) ?? showArgs(ctx, options); }

/** The value of `key=value` in the scope of an event that a container engine reported. */
function scoped(key: string): (ctx: EventContext) => string | undefined {
  const pattern = new RegExp(`(?:^|and |\\s)${key.replaceAll('.', '\\.')}=(.*?)(?: and |$)`);
  return (ctx) => ctx.view.type === INFRASTRUCTURE ? pattern.exec(text(ctx.view, param(ctx.view, 'scope')))?.[1] : undefined;
}

export const ARGUMENT_FIELDS: readonly Field[] = [
  field('evt.args', 'CHARBUF', 'All parameters, as name=value one after the other.', (ctx) => showArgs(ctx), { text: (ctx, _arg, o) => showArgs(ctx, o) }),
  field('evt.arg', 'CHARBUF', 'One parameter by name or number, in words where it has some: evt.arg.fd, evt.arg[0].', (ctx, arg) => argText(ctx, arg), { argument: 'required', text: argText, checkArgument: checkParameter, values: () => PARAM_NAMES }),
  field('evt.rawarg', 'DYN', 'One parameter by name, as a bare value.', rawArg, { argument: 'required', checkArgument: (arg) => typeof arg === 'number' ? 'the name of a parameter is expected, e.g. evt.rawarg.fd' : checkParameter(arg), typeFor: (arg) => paramType(String(arg)) ?? 'CHARBUF' }),
  field('evt.info', 'CHARBUF', 'What is worth printing of the event: its parameters, or the message of a write to the system log.', (ctx) => info(ctx), { text: (ctx, _arg, o) => info(ctx, o) }),
  field('evt.buffer', 'BYTEBUF', 'The data that was read or written, as far as it was captured.', buffer, { text: bufferShown }),
  field('evt.infra.docker.name', 'CHARBUF', 'What a container engine reported: start, die, ...', (ctx) => ctx.view.type === INFRASTRUCTURE ? text(ctx.view, param(ctx.view, 'name')) : undefined, { use: 'table' }),
  field('evt.infra.docker.container.id', 'CHARBUF', 'Id of the container that a container engine reported of.', scoped('container.id'), { use: 'table' }),
  field('evt.infra.docker.container.name', 'CHARBUF', 'Name of the container that a container engine reported of.', scoped('container.name'), { use: 'table' }),
  field('evt.infra.docker.container.image', 'CHARBUF', 'Image of the container that a container engine reported of.', scoped('container.image'), { use: 'table' }),
];
