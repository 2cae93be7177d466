// What readers up to sysdig 0.29 make of the event table: parameters that they declare in another way, and the events that they list.
import { parseParams, type ParamDef } from './types.ts';

/** Declarations by `event:index`. */
export const OLDER_PARAMS: ReadonlyMap<string, ParamDef> = new Map(Object.entries({
  '24:1': 'backlog:UINT32:DEC', '62:1': 'flags:FLAGS32:HEX', '126:2': 'flags:FLAGS8:HEX', '136:1': 'flags:FLAGS8:HEX', '138:0': 'flags:FLAGS8:HEX', '161:0': 'res:UINT64:HEX', '163:0': 'res:UINT64:HEX',
  '293:16': 'tty:INT32:DEC', '293:17': 'pgid:PID:DEC', '293:18': 'loginuid:INT32:DEC', '331:16': 'tty:INT32:DEC', '331:17': 'pgid:PID:DEC', '331:18': 'loginuid:INT32:DEC', '295:0': 'res:PID:DEC', '322:0': 'plugin ID:UINT32:DEC', '326:1': 'name:FSRELPATH:NA:dirfd=param1',
}).map(([key, text]): [string, ParamDef] => [key, parseParams(text)[0] as ParamDef]));

/** Whether they count events among those that change the state, by id, where the table says otherwise: `setpgid`, and the ends of `sendmmsg` and `recvmmsg`, which told nothing then. */
export const OLDER_CHANGES: ReadonlyMap<number, boolean> = new Map([[51, false], [55, false], [294, true], [295, true]]);

/** Ids of the events that are neither older forms nor internal to them, as ranges with both ends. */
export const OLDER_LISTED: readonly (readonly [first: number, last: number])[] = [
  [0, 9], [18, 25], [28, 55], [58, 89], [92, 101], [112, 145], [150, 152], [158, 171], [174, 181], [186, 186], [188, 195], [198, 213], [222, 227], [230, 232], [236, 244], [246, 259], [262, 269], [272, 272], [274, 280], [284, 285], [290, 290], [292, 322], [324, 324], [326, 335],
];
