// State changes by calls on files and directories.
import { i64, Param, text } from '../event/params.ts';
import type { EventView } from '../event/eventView.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import { TRACER, TRACER_FILE } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import { asDirectory, AT_FDCWD, joinPath } from '../base/paths.ts';
import type { MutableContext, SystemState } from './systemState.ts';

const P_DEV = new Param('dev'), P_DIRFD = new Param('dirfd'), P_FLAGS = new Param('flags'), P_INO = new Param('ino'), P_NAME = new Param('name'), P_PATH = new Param('path');

const O_DIRECTORY = 0x400;
const SLASH = 47;

/** Working directory of the thread's process. */
export function cwdOf(state: SystemState, thread: LiveThread): string {
  const main = state.mainOf(thread);
  return main === undefined ? (thread.info.cwd === '' ? './' : thread.info.cwd) : main.info.cwd;
}

/** What a path is relative to: '.' for an absolute one, the working directory, the descriptor's directory, or `<UNKNOWN>`. */
export function baseOf(state: SystemState, thread: LiveThread, dirfd: number, path: string): string {
  if (path.charCodeAt(0) === SLASH) return '.';
  if (dirfd === AT_FDCWD) return cwdOf(state, thread);
  const directory = thread.fds.get(dirfd);
  if (directory === undefined) return '<UNKNOWN>';
  return state.pairs ? `${directory.name}/` : asDirectory(directory.name);
}

/** The working directory is the process's: all its threads get it. */
function changeCwd(state: SystemState, thread: LiveThread, cwd: string): void {
  const main = state.mainOf(thread);
  if (main !== undefined) state.changeThread(main, { cwd });
  for (const other of state.members(thread.info.pid)) state.changeThread(other, { cwd });
}

const usable = (name: string): boolean => name !== '' && name !== '(NULL)' && name !== '<NA>';
/** The same as readers of captures with enter events see it: an empty text is a name, a missing one is not. */
const usableInPairs = (enter: EventView): boolean => P_NAME.size(enter) > 0 && P_NAME.text(enter) !== '(NULL)';

/** A path onto its base. An empty one, where it is there at all, is the base itself. */
function onto(base: string, path: string, size: number): string {
  if (path !== '' || size === 0) return joinPath(base, path);
  return base.length > 1 && base.endsWith('/') ? base.slice(0, -1) : base;
}

/** Sets and shows the file that an exit has opened. */
function place(state: SystemState, thread: LiveThread, fd: number, name: string, flags: number, view: EventView): void {
  const info = state.newFd((flags & O_DIRECTORY) !== 0 ? 'directory' : 'file');
  info.name = name;
  info.openFlags = flags;
  info.dev = P_DEV.int(view);
  info.ino = P_INO.int(view);
  if (state.pairs && name === TRACER_FILE) info.tracer = TRACER.maybe;
  state.showFd(thread, fd);
  state.place(thread, fd, info);
}

/** Shows the directory that a path is relative to. */
function showDirectory(thread: LiveThread, context: MutableContext, dirfd: number, name: string): void {
  if (dirfd !== AT_FDCWD && name.charCodeAt(0) !== SLASH) context.fd = thread.fds.get(dirfd);
}

function open(state: SystemState, thread: LiveThread, context: MutableContext, view: EventView, hasDirfd: boolean): void {
  const fd = i64(view, 0, -1);
  // Readers of captures with enter events show the directory where an open that is relative to it fails.
  if (fd < 0 && (!state.pairs || !hasDirfd)) return;
  const { enter } = context;
  let source = view;
  let name = enter === undefined ? '' : P_NAME.text(enter);
  if (enter !== undefined && ((state.pairs ? usableInPairs(enter) : usable(name)) || !P_NAME.in(view))) source = enter; else name = P_NAME.text(view);
  const dirfd = hasDirfd ? P_DIRFD.int(source, AT_FDCWD) : AT_FDCWD;
  if (fd < 0) {
    showDirectory(thread, context, dirfd, name);
    return;
  }
  const flags = P_FLAGS.int(P_FLAGS.known(source) ? source : view);
  place(state, thread, fd, onto(baseOf(state, thread, dirfd, name), name, P_NAME.size(source)), flags, view);
}

const onOpen: Handler = (state, thread, context, view) => { if (thread !== undefined) open(state, thread, context, view, false); };
const onOpenat: Handler = (state, thread, context, view) => { if (thread !== undefined) open(state, thread, context, view, true); };

const onOpenByHandle: Handler = (state, thread, _context, view) => {
  const fd = i64(view, 0, -1);
  if (thread === undefined || fd < 0) return;
  const flags = P_FLAGS.int(view);
  place(state, thread, fd, joinPath('', P_PATH.text(view)), flags, view);
};

const onChdir: Handler = (state, thread, _context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0) return;
  changeCwd(state, thread, asDirectory(onto(cwdOf(state, thread), text(view, 1), view.size(1))));
};

const onFchdir: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0 || context.fd === undefined) return;
  changeCwd(state, thread, asDirectory(joinPath(cwdOf(state, thread), context.fd.name)));
};

const onGetcwd: Handler = (state, thread, _context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0 || view.size(1) < 2) return;
  changeCwd(state, thread, asDirectory(joinPath(cwdOf(state, thread), text(view, 1))));
};

const onChroot: Handler = (state, thread, _context, view) => {
  if (thread === undefined || i64(view, 0, -1) !== 0) return;
  state.changeThread(thread, { root: joinPath(cwdOf(state, thread), P_PATH.text(view)) });
};

export const FILE_HANDLERS: HandlerTable = {
  '<open': onOpen, '<creat': onOpen, '<openat': onOpenat, '<openat2': onOpenat, '<open_by_handle_at': onOpenByHandle,
  '<chdir': onChdir, '<fchdir': onFchdir, '<getcwd': onGetcwd, '<chroot': onChroot,
};
