// State changes by calls that make, copy and close descriptors.
import { i64, Param, u32 } from '../event/params.ts';
import type { EventView } from '../event/eventView.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import type { FdRecord } from './infos.ts';
import type { FdKind } from './model.ts';
import type { LiveThread } from './liveThread.ts';
import { LateTable } from './siblings.ts';
import type { SystemState } from './systemState.ts';

const P_CMD = new Param('cmd'), P_FD = new Param('fd'), P_FLAGS = new Param('flags'), P_INO = new Param('ino'), P_NAME = new Param('name'), P_OLDFD = new Param('oldfd');

const F_DUPFD = 1, F_DUPFD_CLOEXEC = 26;
/** Whether a command of fcntl makes another descriptor. */
export const isDuplicate = (command: number): boolean => command === F_DUPFD || command === F_DUPFD_CLOEXEC;
/** Whether the descriptor that it makes does not outlive the program. */
export const closesWithProgram = (command: number): boolean => command === F_DUPFD_CLOEXEC;
const CLOSE_RANGE_CLOEXEC = 4;
/** Number of the call in events that did not come from the probe. */
const NO_CALL = 0xffff;
const O_CLOEXEC = 0x1000, MFD_CLOEXEC = 1;

/** Sets and shows a new descriptor, to be filled in. */
export function create(state: SystemState, thread: LiveThread, fd: number, kind: FdKind): FdRecord {
  const info = state.newFd(kind);
  state.showFd(thread, fd);
  state.place(thread, fd, info);
  return info;
}

/** A call that returns one new descriptor without a name. */
function creates(kind: FdKind): Handler {
  return (state, thread, context, view) => {
    const fd = i64(view, 0, -1);
    // Readers of captures with enter events know what this makes by its number alone.
    if (thread === undefined || fd < 0 || (context.pairs && kind === 'userfaultfd')) return;
    create(state, thread, fd, kind).openFlags = P_FLAGS.in(view) && kind !== 'io_uring' ? P_FLAGS.int(view) & O_CLOEXEC : 0;
  };
}

const onMemfd: Handler = (state, thread, _context, view) => {
  const fd = i64(view, 0, -1);
  if (thread === undefined || fd < 0) return;
  const info = create(state, thread, fd, 'memfd');
  info.name = P_NAME.text(view);
  info.openFlags = (P_FLAGS.int(view) & MFD_CLOEXEC) !== 0 ? O_CLOEXEC : 0;
};

const onPipe: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0) return;
  const ino = P_INO.int(view);
  const openFlags = P_FLAGS.int(view) & O_CLOEXEC;
  for (const i of [1, 2]) {
    const fd = i64(view, i, -1);
    if (fd < 0 && !context.pairs) continue;
    const info = create(state, thread, fd, 'pipe');
    info.ino = ino;
    info.openFlags = openFlags;
  }
};

/** Makes `to` the same descriptor as `from`, if that is known. If not, `strict` says that `to` is not known any more either; other readers of captures go on to show what it was. */
export function duplicate(state: SystemState, thread: LiveThread, from: number, to: number, cloexec: boolean, strict = false): void {
  const source = thread.fds.get(from);
  if (to < 0 || from === to) return;
  if (source === undefined) { if (strict) thread.fds.delete(to); return; }
  let info = source;
  if (((source.openFlags & O_CLOEXEC) !== 0) !== cloexec) {
    info = source.twin ?? state.fdAgain(source);
    if (info !== source.twin) {
      info.openFlags = source.openFlags ^ O_CLOEXEC;
      info.twin = source;
      source.twin = info;
    }
  }
  state.place(thread, to, info);
}

const onDup: Handler = (state, thread, context, view) => {
  const to = i64(view, 0, -1);
  if (thread === undefined || to < 0) return;
  const from = P_OLDFD.in(view) ? P_OLDFD.int(view, -1) : context.enter === undefined ? context.fdNum : i64(context.enter, 0, -1);
  // Readers of old captures go on to show a descriptor that they do not know.
  if (context.pairs && !thread.fds.has(from)) return;
  duplicate(state, thread, from, to, (P_FLAGS.int(view) & O_CLOEXEC) !== 0, view.nr !== NO_CALL);
  if (thread.fds.has(to)) state.showFd(thread, to);
};

const onFcntl: Handler = (state, thread, context, view) => {
  const to = i64(view, 0, -1);
  if (thread === undefined || to < 0) return;
  const source: EventView | undefined = P_CMD.in(view) ? view : context.enter;
  if (source === undefined) return;
  const command = P_CMD.int(source, -1);
  if (!isDuplicate(command)) return;
  duplicate(state, thread, P_FD.int(source, -1), to, closesWithProgram(command), view.nr !== NO_CALL);
  if (thread.fds.has(to)) state.showFd(thread, to);
};

const onClose: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0 || (context.fd === undefined && !(thread.fds instanceof LateTable))) return;
  state.closeLater(thread.fds, context.fdNum, context.fdNum);
};

const onCloseRange: Handler = (state, thread, _context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0 || (P_FLAGS.int(view) & CLOSE_RANGE_CLOEXEC) !== 0) return;
  state.closeLater(thread.fds, u32(view, 1), u32(view, 2));
};

const onPidfdGetfd: Handler = (state, thread, _context, view) => {
  const fd = i64(view, 0, -1);
  if (thread === undefined || fd < 0) return;
  create(state, thread, fd, 'unsupported');
};

export const DESCRIPTOR_HANDLERS: HandlerTable = {
  '<pipe': onPipe, '<pipe2': onPipe, '<eventfd': creates('event'), '<eventfd2': creates('event'), '<signalfd': creates('signalfd'), '<signalfd4': creates('signalfd'),
  '<timerfd_create': creates('timerfd'), '<inotify_init': creates('inotify'), '<inotify_init1': creates('inotify'), '<epoll_create': creates('eventpoll'), '<epoll_create1': creates('eventpoll'),
  '<userfaultfd': creates('userfaultfd'), '<io_uring_setup': creates('io_uring'), '<pidfd_open': creates('pidfd'), '<memfd_create': onMemfd, '<pidfd_getfd': onPidfdGetfd,
  '<dup': onDup, '<dup2': onDup, '<dup3': onDup, '<fcntl': onFcntl, '<close': onClose, '<close_range': onCloseRange,
};
