// What the event table says about parameters and events, in the forms that fields look it up by.
import { EVENTS, eventBySymbol, type EventDef, type ParamType } from '../../../driver/schema/index.ts';
import type { FieldType } from './field.ts';

const SIGNED: ReadonlySet<ParamType> = new Set<ParamType>(['INT8', 'INT16', 'INT32', 'INT64', 'ERRNO', 'FD', 'PID', 'FD32', 'PID32']);

/** Whether numbers of a parameter's type have a sign. */
export function isSigned(type: ParamType): boolean { return SIGNED.has(type); }

/** Parameter types by how their values compare. */
export function kindOfParam(type: ParamType): FieldType {
  switch (type) {
    case 'CHARBUF': case 'FSPATH': case 'FSRELPATH': return 'CHARBUF';
    case 'BYTEBUF': case 'SOCKADDR': case 'SOCKTUPLE': case 'FDLIST': case 'DYN': case 'CHARBUFARRAY': case 'CHARBUF_PAIR_ARRAY': case 'IPADDR': case 'IPNET': case 'IPV6ADDR': case 'IPV6NET': case 'NONE': return 'BYTEBUF';
    case 'BOOL': return 'BOOL';
    default: return SIGNED.has(type) ? 'INT64' : 'UINT64';
  }
}

const paramTypes = new Map<string, FieldType>();
for (const event of EVENTS) {
  for (const param of event.params) {
    if (paramTypes.has(param.name)) continue;
    paramTypes.set(param.name, kindOfParam(param.type));
  }
}

/** Names of the parameters of all events, sorted. */
export const PARAM_NAMES: readonly string[] = [...paramTypes.keys()].sort();
/** How the parameter of this name compares, in the first event that has one; undefined: no event has. */
export function paramType(name: string): FieldType | undefined { return paramTypes.get(name); }

/** Ids of events by symbol, for tests on the kind of an event. */
export function ids(...symbols: readonly string[]): ReadonlySet<number> { return new Set(symbols.map((s) => eventBySymbol(s).id)); }

/** One byte an event id: 1 where `test` holds. */
export function mark(test: (event: EventDef) => boolean): Uint8Array {
  const marks = new Uint8Array(65536);
  for (const event of EVENTS) if (test(event)) marks[event.id] = 1;
  return marks;
}
