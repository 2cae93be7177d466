// State changes by calls on files and directories.
import { i64, Param, text } from '../event/params.ts';
import type { EventView } from '../event/eventView.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import { TRACER, TRACER_FILE, type FdRecord } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import type { FdKind } from './model.ts';
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

/** Whether an enter event names a path. Readers of captures with enter events take an empty text for a name, but no missing one. */
const usable = (pairs: boolean, enter: EventView, name: string): boolean => name !== '(NULL)' && (pairs ? P_NAME.size(enter) > 0 : name !== '' && name !== '<NA>');

/** A path onto its base. An empty one, where it is there at all, is the base itself. */
function onto(base: string, path: string): string {
  if (path !== '') return joinPath(base, path);
  return base.length > 1 && base.endsWith('/') ? base.slice(0, -1) : base;
}

const kindOf = (flags: number): FdKind => (flags & O_DIRECTORY) !== 0 ? 'directory' : 'file';

/** Sets and shows the file that an exit has opened. `slot`: where the name cache has what the name was made of; -1: nowhere. */
function place(state: SystemState, thread: LiveThread, fd: number, name: string, flags: number, view: EventView, slot = -1): void {
  const dev = P_DEV.int(view), ino = P_INO.int(view);
  let info = slot < 0 ? undefined : state.names.info(slot);
  if (info === undefined || info.name !== name || info.openFlags !== flags || info.dev !== dev || info.ino !== ino) {
    info = state.newFd(kindOf(flags));
    info.name = name;
    info.openFlags = flags;
    info.dev = dev;
    info.ino = ino;
    // Whatever the layout: the next section, whose layout may be another, finds the same info in the cache.
    if (name === TRACER_FILE) info.tracer = TRACER.maybe;
    if (slot >= 0) state.names.note(slot, info);
  }
  set(state, thread, fd, info);
}

function set(state: SystemState, thread: LiveThread, fd: number, info: FdRecord): void {
  state.showFd(thread, fd);
  state.place(thread, fd, info);
}

/** Shows the directory that a path is relative to. */
function showDirectory(thread: LiveThread, context: MutableContext, dirfd: number, name: string): void {
  if (dirfd !== AT_FDCWD && name.charCodeAt(0) !== SLASH) context.fd = thread.fds.get(dirfd);
}

/** An event's name, by its place in the name cache where it has one. */
const nameAt = (state: SystemState, view: EventView, slot: number): string => slot < 0 ? P_NAME.text(view) : state.names.text(slot);

function open(state: SystemState, thread: LiveThread, context: MutableContext, view: EventView, hasDirfd: boolean): void {
  const fd = i64(view, 0, -1);
  // Readers of captures with enter events show the directory where an open that is relative to it fails.
  if (fd < 0 && (!state.pairs || !hasDirfd)) return;
  const { enter } = context, { names } = state;
  if (!state.named) {
    if (fd < 0) return;
    const told = enter !== undefined && (P_NAME.size(enter) > 0 || !P_NAME.in(view)) && P_FLAGS.known(enter) ? enter : view;
    const flags = P_FLAGS.int(told);
    set(state, thread, fd, state.infos.file(kindOf(flags), flags));
    return;
  }
  let source = enter ?? view;
  let slot = names.find(source, P_NAME.at(source));
  let name = nameAt(state, source, slot);
  if (enter !== undefined && P_NAME.in(view) && !usable(state.pairs, enter, name)) {
    source = view;
    slot = names.find(view, P_NAME.at(view));
    name = nameAt(state, view, slot);
  }
  const dirfd = hasDirfd ? P_DIRFD.int(source, AT_FDCWD) : AT_FDCWD;
  if (fd < 0) {
    showDirectory(thread, context, dirfd, name);
    return;
  }
  const flags = P_FLAGS.int(P_FLAGS.known(source) ? source : view);
  const base = baseOf(state, thread, dirfd, name);
  const path = slot >= 0 ? names.join(slot, base, onto) : P_NAME.size(source) === 0 ? joinPath(base, name) : onto(base, name);
  place(state, thread, fd, path, flags, view, slot);
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
  changeCwd(state, thread, asDirectory(view.size(1) === 0 ? joinPath(cwdOf(state, thread), '') : onto(cwdOf(state, thread), text(view, 1))));
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
