// What is asked of the probe for each call: bits by native number, from what is known of the calls.
import { CALL_BITS, eventBySymbol, SYSCALLS, type Syscall } from '../../driver/schema/index.ts';
import { HANDLER_DEMAND } from '../engine/state/handlers.ts';

const ENTRIES = 512;
const nrOf = (call: Syscall): number => (process.arch === 'arm64' ? call.arm64 : call.x64);

/** Calls whose result is a number of bytes moved. */
const MOVES = new Set(['read', 'write', 'pread64', 'pwrite64', 'readv', 'writev', 'preadv', 'pwritev', 'preadv2', 'pwritev2', 'sendto', 'recvfrom', 'sendmsg', 'recvmsg', 'sendfile', 'splice', 'copy_file_range', 'tee', 'vmsplice', 'getrandom']);
const SOCKETS = new Set(['sendto', 'recvfrom', 'sendmsg', 'recvmsg', 'sendmmsg', 'recvmmsg']);

/** The event with which a call ends. */
export function exitEventOf(call: Syscall): number { return eventBySymbol(`${call.event}_X`).id; }

/** Bits (CALL_BITS) for each call of this machine's architecture; `others` for all that the table does not know. What a call moves and works on is added. */
export function callBits(bitsOf: (call: Syscall) => number, others: number): Uint8Array {
  const bits = new Uint8Array(ENTRIES).fill(others);
  for (const call of SYSCALLS) {
    const nr = nrOf(call);
    if (nr < 0 || nr >= ENTRIES) continue;
    const asked = bitsOf(call);
    bits[nr] = asked === 0 ? 0 : asked | (MOVES.has(call.name) ? CALL_BITS.bytes : 0) | (SOCKETS.has(call.name) ? CALL_BITS.socket : MOVES.has(call.name) && call.name !== 'getrandom' ? CALL_BITS.descriptor : 0);
  }
  return bits;
}

/** Whether a call's end changes what is known of the system, as far as `demand` (bits of DEMAND) asks for it. */
export function changesState(call: Syscall, demand: number): boolean { return ((HANDLER_DEMAND[exitEventOf(call)] ?? 0) & demand) !== 0; }

/** The call of this machine with a native number; undefined where the table has none. */
export function callOf(nr: number): Syscall | undefined { return SYSCALLS.find((call) => nrOf(call) === nr); }
