// What events change that are taken in without a close look, told from their bytes.
import { EVENT_HEADER } from '../../../driver/schema/index.ts';
import { L4 } from '../event/tuples.ts';
import { TRACER, type FdRecord } from './infos.ts';
import { NO_TYPE, type LiveThread } from './liveThread.ts';
import { closesWithProgram, duplicate, isDuplicate } from './onDescriptor.ts';
import { ACTION } from './plan.ts';
import { isConnection, isInet } from './sockets.ts';
import { EXACT, type SystemState } from './systemState.ts';
import { EXIT_FD } from './traits.ts';

/** Parameters of an event that is taken in without a close look. */
const MAX_PARAMS = 64;
const SENDTO_ENTER = 30;
/** Bytes of a `switch` whose parameters all have their usual sizes. */
const SWITCH_BYTES = EVENT_HEADER.lengths + 12 + 36;

/** Time of the event at `at`, ns since the base. */
const timeOf = (state: SystemState, data: DataView, at: number): number => state.base.relative(data.getUint32(at + 4, true), data.getUint32(at, true));

/**
 * Takes in an event of a known thread that nobody looks at, by what its type's plan says: as `process` would, but for the context. The event of `length`
 * bytes at `at` is an ordinary one of the present layout, whose header is there. False, and nothing done, where `process` has to.
 */
export function skim(state: SystemState, action: number, type: number, thread: LiveThread, bytes: Uint8Array, data: DataView, at: number, length: number): boolean {
  if (action <= ACTION.type) { if (action === ACTION.type) thread.enterType = type; state.eventCount++; return true; }
  if (action >= ACTION.exit) {
    if (action === ACTION.whole) return false;
    if (action === ACTION.switch) { if (!skimSwitch(state, thread, data, at, length)) return false; } else {
      if (action !== ACTION.exit && changes(state, action, type, thread, data, at, length)) return false;
      thread.exitNs = timeOf(state, data, at);
      if (!state.pairs) { thread.enterType = NO_TYPE; thread.enterNs = NaN; }
    }
  } else {
    let fd = -1;
    if (action === ACTION.enterFd || action === ACTION.enterFdKept) {
      const count = data.getUint32(at + EVENT_HEADER.nparams, true);
      const value = at + EVENT_HEADER.lengths + 2 * count;
      if (count === 0 || count > MAX_PARAMS || value + 8 > at + length || data.getUint16(at + EVENT_HEADER.lengths, true) !== 8) return false;
      fd = data.getInt32(value, true);
      if (data.getInt32(value + 4, true) !== fd >> 31) return false;
      if (type === SENDTO_ENTER && fd >= 0 && !thread.fds.has(fd)) return false;
    }
    const ts = timeOf(state, data, at);
    if (ts > EXACT) return false;
    thread.begin(type, fd);
    thread.enterNs = ts;
    if (action === ACTION.enterKept || action === ACTION.enterFdKept) state.lend(thread, bytes, data, at, length);
  }
  state.eventCount++;
  return true;
}

/** Whether reading or writing changes what is known of a descriptor: a socket turns out to be connected, a mark of a tracer tells what it is for. */
export function becomesMore(fd: FdRecord): boolean { return fd.tracer !== TRACER.never || (!fd.connected && isInet(fd)); }

/** Whether an exit changes more than `skim` can do, as far as that is told without looking closely. What it can, it does. */
function changes(state: SystemState, action: number, type: number, thread: LiveThread, data: DataView, at: number, length: number): boolean {
  const count = data.getUint32(at + EVENT_HEADER.nparams, true);
  const lengths = at + EVENT_HEADER.lengths;
  const value = lengths + 2 * count;
  if (count === 0 || count > MAX_PARAMS || value + 8 > at + length || data.getUint16(lengths, true) !== 8) return true;
  const failed = data.getInt32(value + 4, true) < 0;
  switch (action) {
    case ACTION.exitChange: return !failed;
    case ACTION.exitMemory: {
      if (count < 4 || value + 20 > at + length || data.getUint16(lengths + 2, true) !== 4 || data.getUint32(lengths + 4, true) !== 0x40004) return true;
      thread.setMemory(data, value + 8);
      const main = state.pairs || thread.isMain ? undefined : state.table.get(thread.info.pid);
      main?.setMemory(data, value + 8);
      return false;
    }
    case ACTION.exitFcntl: {
      if (failed) return false;
      if (!state.pairs) return true;
      const command = thread.enterType === type - 1 ? thread.keptCommand(type - 1) : -1;
      if (command === -2 || !isDuplicate(command)) return command === -2;
      if (data.getInt32(value + 4, true) !== 0) return true;
      duplicate(state, thread, thread.enterFd, data.getInt32(value, true), closesWithProgram(command));
      return false;
    }
    default: break;
  }
  if (failed) return false;
  let number = thread.enterType === type - 1 ? thread.enterFd : -1;
  if (!state.pairs) {
    // The exit names its descriptor itself.
    const own = EXIT_FD[type] ?? -1;
    if (own >= 0 && own < count) {
      let start = value;
      for (let i = 0; i < own; i++) start += data.getUint16(lengths + 2 * i, true);
      if (data.getUint16(lengths + 2 * own, true) !== 8 || start + 8 > at + length) return true;
      number = data.getInt32(start, true);
      if (data.getInt32(start + 4, true) !== number >> 31) return true;
    }
  }
  const fd = number >= 0 ? thread.fds.get(number) : undefined;
  if (fd === undefined) return false;
  if (action === ACTION.exitClose) { state.closeLater(thread.fds, number, number); return false; }
  if (action === ACTION.exitIo) return becomesMore(fd);
  return !fd.connected || fd.l4 !== L4.tcp || fd.name === '' || !isConnection(fd);
}

/**
 * What the descriptor is a duplicate of that an ordinary end of fcntl (an event of a source with enter events, as `skim` takes it in) names as its result; -1: it makes none;
 * -2: a close look is needed.
 */
export function duplicateOf(thread: LiveThread, type: number, data: DataView, at: number, length: number): number {
  const count = data.getUint32(at + EVENT_HEADER.nparams, true), lengths = at + EVENT_HEADER.lengths;
  if (count === 0 || count > MAX_PARAMS || lengths + 2 * count + 8 > at + length || data.getUint16(lengths, true) !== 8) return -2;
  if (data.getInt32(lengths + 2 * count + 4, true) < 0) return -1;
  const command = thread.enterType === type - 1 ? thread.keptCommand(type - 1) : -1;
  if (!isDuplicate(command)) return command === -2 ? -2 : -1;
  // Of what is not known there is nothing to tell but what that number was before.
  return thread.enterFd >= 0 && thread.fds.has(thread.enterFd) ? thread.enterFd : -2;
}

/** The figures of a `switch` of the usual shape: lengths 8 8 8 4 4 4. False, and nothing done, for any other. */
function skimSwitch(state: SystemState, thread: LiveThread, data: DataView, at: number, length: number): boolean {
  if (length !== SWITCH_BYTES || data.getUint32(at + EVENT_HEADER.nparams, true) !== 6) return false;
  const lengths = at + EVENT_HEADER.lengths;
  if (data.getUint32(lengths, true) !== 0x80008 || data.getUint32(lengths + 4, true) !== 0x40008 || data.getUint32(lengths + 8, true) !== 0x40004) return false;
  const major = data.getInt32(lengths + 20, true), minor = data.getInt32(lengths + 28, true);
  if (data.getInt32(lengths + 24, true) !== 0 || data.getInt32(lengths + 32, true) !== 0 || major < 0 || minor < 0) return false;
  thread.pfmajor = major;
  thread.pfminor = minor;
  const main = thread.isMain ? thread : state.table.get(thread.info.pid);
  main?.setMemory(data, lengths + 36);
  return true;
}
