// The shape of the event table: plain data that the C header, the decoder, completion and the reference pages are made from.

/** What kind of work an event is; the words are sysdig's (`evt.category` prints them in its own way). */
export type Category = 'FILE' | 'IO_READ' | 'IO_WRITE' | 'IO_OTHER' | 'NET' | 'IPC' | 'MEMORY' | 'PROCESS' | 'SLEEP' | 'SYSTEM' | 'SIGNAL' | 'USER' | 'TIME' | 'PROCESSING' | 'WAIT' | 'SCHEDULER' | 'INTERNAL' | 'OTHER' | 'UNKNOWN';

/** One row of the table as written down. `params` is `name:TYPE[:FORMAT[:detail]]` joined by `; `. */
export interface EventRow {
  readonly id: number;
  /** Name of the constant in captures' documentation, without its prefix; `_E` enter, `_X` exit. */
  readonly symbol: string;
  readonly name: string;
  readonly dir: '>' | '<';
  readonly category: string;
  readonly flags: string;
  /** How many of the parameters readers up to sysdig 0.29 know; -1: they do not know the event. */
  readonly known: number;
  readonly params: string;
}

export type ParamFormat = 'DEC' | 'HEX' | 'OCT' | 'NA' | 'ID' | 'DIR' | '10_PADDED_DEC';

/** One parameter of an event. `detail`: the enum table of flags; `dirfd=paramN` of relative paths; `dyn=TABLE[N]` of dynamic types. */
export interface ParamDef { readonly name: string; readonly type: ParamType; readonly format: ParamFormat; readonly detail: string; readonly size: number }

export interface EventDef {
  readonly id: number;
  readonly symbol: string;
  readonly name: string;
  readonly isExit: boolean;
  readonly category: Category;
  readonly flags: ReadonlySet<string>;
  readonly known: number;
  readonly params: readonly ParamDef[];
  /** Parameter name to its index. */
  readonly index: ReadonlyMap<string, number>;
}

/** Size in bytes of each fixed type; -1 where the length is the value's own. */
export const TYPE_SIZE = {
  NONE: 0, INT8: 1, INT16: 2, INT32: 4, INT64: 8, UINT8: 1, UINT16: 2, UINT32: 4, UINT64: 8, CHARBUF: -1, BYTEBUF: -1, ERRNO: 8, SOCKADDR: -1, SOCKTUPLE: -1,
  FD: 8, PID: 8, FDLIST: -1, FSPATH: -1, SYSCALLID: 2, SIGTYPE: 1, RELTIME: 8, ABSTIME: 8, PORT: 2, L4PROTO: 1, SOCKFAMILY: 1, BOOL: 4, IPV4ADDR: 4, DYN: -1,
  FLAGS8: 1, FLAGS16: 2, FLAGS32: 4, UID: 4, GID: 4, DOUBLE: 8, SIGSET: 4, CHARBUFARRAY: -1, CHARBUF_PAIR_ARRAY: -1, IPV4NET: 8, IPV6ADDR: 16, IPV6NET: -1,
  IPADDR: -1, IPNET: -1, MODE: 4, FSRELPATH: -1, ENUMFLAGS8: 1, ENUMFLAGS16: 2, ENUMFLAGS32: 4, FD32: 4, PID32: 4,
} as const;

export type ParamType = keyof typeof TYPE_SIZE;

/** Reads the text of a row's `params`. Throws on an unknown type: the table is code, not input. */
export function parseParams(text: string): ParamDef[] {
  if (text === '') return [];
  return text.split('; ').map((part) => {
    const [name = '', type = '', format = 'NA', ...detail] = part.split(':');
    if (!(type in TYPE_SIZE)) throw new Error(`event table: unknown type in "${part}"`);
    return { name, type: type as ParamType, format: (format || 'NA') as ParamFormat, detail: detail.join(':'), size: TYPE_SIZE[type as ParamType] };
  });
}
