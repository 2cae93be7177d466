// State changes by calls that make, copy and close descriptors.
import { i64, named, namedText, param, u32 } from '../event/params.ts';
import type { EventView } from '../event/eventView.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import type { FdKind } from './model.ts';
import type { LiveThread } from './liveThread.ts';
import type { SystemState } from './systemState.ts';

const F_DUPFD = 1, F_DUPFD_CLOEXEC = 26;
const CLOSE_RANGE_CLOEXEC = 4;
const O_CLOEXEC = 0x1000, MFD_CLOEXEC = 1;

/** A call that returns one new descriptor without a name. */
function creates(kind: FdKind): Handler {
  return (state, thread, _context, view) => {
    const fd = i64(view, 0, -1);
    if (thread === undefined || fd < 0) return;
    state.showFd(thread, fd);
    state.putFd(thread, fd, { kind, openFlags: param(view, 'flags') >= 0 && kind !== 'io_uring' ? named(view, 'flags') & O_CLOEXEC : 0 });
  };
}

const onMemfd: Handler = (state, thread, _context, view) => {
  const fd = i64(view, 0, -1);
  if (thread === undefined || fd < 0) return;
  state.showFd(thread, fd);
  state.putFd(thread, fd, { kind: 'memfd', name: namedText(view, 'name'), openFlags: (named(view, 'flags') & MFD_CLOEXEC) !== 0 ? O_CLOEXEC : 0 });
};

const onPipe: Handler = (state, thread, _context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0) return;
  const ino = named(view, 'ino');
  const openFlags = named(view, 'flags') & O_CLOEXEC;
  for (const i of [1, 2]) {
    const fd = i64(view, i, -1);
    if (fd >= 0) { state.showFd(thread, fd); state.putFd(thread, fd, { kind: 'pipe', ino, openFlags }); }
  }
};

function duplicate(state: SystemState, thread: LiveThread, from: number, to: number, cloexec: boolean): void {
  const source = thread.fds.get(from);
  if (source === undefined || to < 0 || from === to) return;
  if ((source.openFlags & O_CLOEXEC) !== 0 || cloexec) state.putFd(thread, to, source, { openFlags: cloexec ? source.openFlags | O_CLOEXEC : source.openFlags & ~O_CLOEXEC });
  else thread.fds.put(to, source, state.infos);
}

const onDup: Handler = (state, thread, context, view) => {
  const to = i64(view, 0, -1);
  if (thread === undefined || to < 0) return;
  const from = param(view, 'oldfd') >= 0 ? named(view, 'oldfd', -1) : context.enter === undefined ? context.fdNum : i64(context.enter, 0, -1);
  duplicate(state, thread, from, to, (named(view, 'flags') & O_CLOEXEC) !== 0);
  if (thread.fds.has(to)) state.showFd(thread, to);
};

const onFcntl: Handler = (state, thread, context, view) => {
  const to = i64(view, 0, -1);
  if (thread === undefined || to < 0) return;
  const source: EventView | undefined = param(view, 'cmd') >= 0 ? view : context.enter;
  if (source === undefined) return;
  const command = named(source, 'cmd', -1);
  if (command !== F_DUPFD && command !== F_DUPFD_CLOEXEC) return;
  duplicate(state, thread, named(source, 'fd', -1), to, command === F_DUPFD_CLOEXEC);
  if (thread.fds.has(to)) state.showFd(thread, to);
};

const onClose: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0 || context.fd === undefined) return;
  state.closeLater(thread.fds, context.fdNum, context.fdNum);
};

const onCloseRange: Handler = (state, thread, _context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0 || (named(view, 'flags') & CLOSE_RANGE_CLOEXEC) !== 0) return;
  state.closeLater(thread.fds, u32(view, 1), u32(view, 2));
};

const onPidfdGetfd: Handler = (state, thread, _context, view) => {
  const fd = i64(view, 0, -1);
  if (thread === undefined || fd < 0) return;
  state.showFd(thread, fd);
  state.putFd(thread, fd, { kind: 'unsupported' });
};

export const DESCRIPTOR_HANDLERS: HandlerTable = {
  '<pipe': onPipe, '<pipe2': onPipe, '<eventfd': creates('event'), '<eventfd2': creates('event'), '<signalfd': creates('signalfd'), '<signalfd4': creates('signalfd'),
  '<timerfd_create': creates('timerfd'), '<inotify_init': creates('inotify'), '<inotify_init1': creates('inotify'), '<epoll_create': creates('eventpoll'), '<epoll_create1': creates('eventpoll'),
  '<userfaultfd': creates('userfaultfd'), '<io_uring_setup': creates('io_uring'), '<pidfd_open': creates('pidfd'), '<memfd_create': onMemfd, '<pidfd_getfd': onPidfdGetfd,
  '<dup': onDup, '<dup2': onDup, '<dup3': onDup, '<fcntl': onFcntl, '<close': onClose, '<close_range': onCloseRange,
};
