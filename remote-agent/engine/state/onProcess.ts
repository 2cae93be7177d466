// State changes by calls of process life: clone, execve, exit, credentials, limits, memory figures.
import { blob, i64, list, named, namedText, param, text, u32 } from '../event/params.ts';
import type { EventView } from '../event/eventView.ts';
import { CLONE_CHILD_IN_PIDNS, CLONE_INVERTED, CLONE_THREAD } from './cloneFlags.ts';
import { containerOfCgroups } from './containers.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import type { LiveThread } from './liveThread.ts';
import type { ThreadInfo } from './model.ts';
import { baseOf, cwdOf } from './onFile.ts';
import { asDirectory, AT_FDCWD, joinPath } from '../base/paths.ts';
import type { SystemState } from './systemState.ts';

const STALE_NS = 2_000_000_000;
const RLIMIT_NOFILE = 7;
const PR_SET_NAME = 15;
/** Number of the call in events that did not come from the probe. */
const NO_CALL = 0xffff;
/** As events hold it. */
const AT_EMPTY_PATH = 1;
const NONE_ID = 0xffffffff;
const KEPT_FLAGS = 0x10000 | 0x200000 | 0x400000 | 0x40000000;
const NAME_CHANGED = 0x20000;
const O_CLOEXEC = 0x1000;

type Change = { -readonly [K in keyof ThreadInfo]?: ThreadInfo[K] };

/** Sets the container that the cgroups say. */
function setCgroups(state: SystemState, change: Change, cgroups: string): void {
  const match = containerOfCgroups(cgroups);
  change.cgroups = cgroups;
  change.containerId = match?.id ?? '';
  if (match !== undefined) state.noteContainer(match.id, match.type);
}

function setFigures(thread: LiveThread, view: EventView): void {
  if (param(view, 'pgft_maj') < 0) return;
  thread.pfmajor = named(view, 'pgft_maj');
  thread.pfminor = named(view, 'pgft_min');
  thread.vmSizeKb = named(view, 'vm_size');
  thread.vmRssKb = named(view, 'vm_rss');
  thread.vmSwapKb = named(view, 'vm_swap');
}

const onClone: Handler = (state, thread, context, view) => {
  const res = i64(view, 0, -1);
  if (res < 0) return;
  const tid = view.tid;
  const flags = named(view, 'flags');
  const isThread = (flags & CLONE_THREAD) !== 0;
  const vtid = named(view, 'vtid', tid);
  const inContainer = (flags & CLONE_CHILD_IN_PIDNS) !== 0 || vtid !== tid;
  let childTid = res, callerTid = tid, inverted = false;
  if (res === 0) {
    let known = thread;
    if (known !== undefined && known.info.cloneNs !== -1 && context.tsNs - known.info.cloneNs > STALE_NS) { state.removeThread(tid); known = undefined; }
    if (known !== undefined && known.placeholder && !context.pairs) { state.removeThread(tid); known = undefined; }
    if (known !== undefined) {
      if (inContainer) state.changeThread(known, { vtid, vpid: named(view, 'vpid', known.info.vpid) });
      return;
    }
    inverted = true;
    childTid = tid;
    callerTid = named(view, isThread ? 'pid' : 'ptid', -1);
  } else if (inContainer) {
    // The child's own event makes it. Until that comes the parent may well have closed what the child got: servers that fork do.
    // Only for the probe's own records: of captures, other readers are to see the same as this one.
    if (view.nr !== NO_CALL && !isThread && thread !== undefined && !thread.placeholder) (state.mainOf(thread) ?? thread).expect({ vtid: res, atNs: context.tsNs, fds: thread.fds.copy() })?.fds.dropAll(state.infos);
    return;
  }
  const caller = state.thread(callerTid) ?? (callerTid >= 0 ? state.placeholder(callerTid) : undefined);
  const existing = state.thread(childTid);
  if (existing !== undefined && (existing.info.flags & CLONE_INVERTED) !== 0) {
    // The child was seen first; a later clone of the same number finds a stale entry instead.
    if (existing.info.cloneNs !== -1 && context.tsNs - existing.info.cloneNs <= STALE_NS) return;
    if (context.pairs) return;
  }
  const exe = text(view, 1);
  const comm = param(view, 'comm') >= 0 ? namedText(view, 'comm') : exe;
  const pid = isThread ? named(view, 'pid', childTid) : childTid;
  const from = caller !== undefined && !caller.placeholder ? caller.info : undefined;
  const fields: Change & { tid: number } = {
    tid: childTid, pid, ptid: callerTid, flags: (flags | (inverted ? CLONE_INVERTED : 0)) >>> 0, exe, comm, args: list(view, 2), fdlimit: named(view, 'fdlimit', -1),
    uid: named(view, 'uid', NONE_ID), gid: named(view, 'gid', NONE_ID), cloneNs: context.tsNs, vtid: inContainer ? vtid : childTid, vpid: inContainer ? named(view, 'vpid', pid) : pid,
    exepath: from?.exepath ?? '', root: from?.root ?? '', sid: from?.sid ?? -1, vpgid: from?.vpgid ?? -1, tty: from?.tty ?? 0, loginuid: from?.loginuid ?? NONE_ID,
    cwd: caller === undefined ? text(view, 6) : cwdOf(state, caller), env: from?.env ?? [],
  };
  if (param(view, 'cgroups') >= 0) setCgroups(state, fields, blob(view, param(view, 'cgroups')));
  else if (from !== undefined) { fields.cgroups = from.cgroups; fields.containerId = from.containerId; }
  const child = state.makeThread(fields);
  if (child === undefined) return;
  setFigures(child, view);
  if (isThread) {
    const main = state.mainOf(child);
    if (main !== undefined && main !== child) main.childCount++;
  } else if (caller !== undefined) {
    state.setTable(child, (inContainer ? caller.takeBirth(vtid, tid, context.tsNs - STALE_NS) : undefined) ?? caller.fds.copy());
    caller.kids++;
  }
  context.thread = state.thread(tid);
  context.info = context.thread?.info;
};

const onExec: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0) return;
  const old = thread.info;
  const enter = context.enter;
  const exe = text(view, 1);
  const change: Change = { exe, comm: param(view, 'comm') >= 0 ? namedText(view, 'comm') : exe, args: list(view, 2), pid: named(view, 'pid', old.pid), fdlimit: named(view, 'fdlimit', old.fdlimit) };
  if (old.ptid === -1) change.ptid = named(view, 'ptid', -1);
  if (thread.placeholder && old.cwd === '' && !context.pairs) change.cwd = asDirectory(namedText(view, 'cwd'));
  if (param(view, 'env') >= 0) change.env = list(view, param(view, 'env'));
  if (param(view, 'cgroups') >= 0) setCgroups(state, change, blob(view, param(view, 'cgroups')));
  if (param(view, 'tty') >= 0) change.tty = named(view, 'tty');
  const path = exePath(state, thread, enter, view);
  if (path !== undefined) change.exepath = path;
  if (param(view, 'vpgid') >= 0) change.vpgid = named(view, 'vpgid');
  if (param(view, 'loginuid') >= 0) change.loginuid = named(view, 'loginuid');
  if (view.size(param(view, 'uid')) === 4) change.uid = named(view, 'uid');
  if (view.size(param(view, 'gid')) === 4) change.gid = named(view, 'gid');
  change.flags = ((old.flags & KEPT_FLAGS) | NAME_CHANGED) >>> 0;
  setFigures(thread, view);
  if (!context.pairs) {
    // The other threads of the process are gone, and the new program has the main thread's number.
    for (const other of [...state.members(old.pid)]) if (other !== thread) state.removeThread(other.info.tid);
    for (const [fd, info] of [...thread.fds]) if ((info.openFlags & O_CLOEXEC) !== 0) thread.fds.drop(fd, state.infos);
    if (thread.placeholder) { change.vtid = change.vtid ?? old.tid; change.vpid = change.vpid ?? change.pid ?? old.pid; }
  }
  thread.placeholder = false;
  state.changeThread(thread, change);
};

/** Path of the program; undefined where the events do not say. */
function exePath(state: SystemState, thread: LiveThread, enter: EventView | undefined, view: EventView): string | undefined {
  const trusted = namedText(view, 'trusted_exepath');
  if (trusted !== '' && trusted !== '<NA>' && !state.pairs) return trusted;
  const source = enter ?? view;
  if (view.def?.name === 'execveat') {
    if (param(source, 'pathname') < 0) return undefined;
    const path = namedText(source, 'pathname');
    const dirfd = named(source, 'dirfd', AT_FDCWD);
    if (path === '<NA>') return path;
    if (path === '' && (named(source, 'flags') & AT_EMPTY_PATH) !== 0) return thread.fds.get(dirfd)?.name ?? '<NA>';
    return joinPath(baseOf(state, thread, dirfd, path), path);
  }
  const i = param(source, 'filename');
  if (i < 0) return undefined;
  const path = text(source, i);
  return path === '<NA>' || path === '' ? path : joinPath(cwdOf(state, thread), path);
}

const onProcexit: Handler = (state, thread, context, view) => {
  if (thread === undefined) return;
  const reaper = named(view, 'reaper_tid', 0);
  if (!context.pairs && reaper > 0 && thread.kids > 0) {
    for (const other of [...state.threads()]) if (other.isMain && other.info.ptid === thread.info.tid) { state.changeThread(other, { ptid: reaper }); const to = state.thread(reaper); if (to !== undefined) to.kids++; }
    thread.kids = 0;
  }
  // A main thread that ends before its threads goes with the last of them; readers of old captures keep it for good.
  if (thread.isMain && thread.childCount > 0) { thread.ended = !context.pairs; return; }
  state.endThread(thread.info.tid);
};

const ok = (view: EventView): boolean => i64(view, 0, -1) >= 0;

/** An id that the exit names, or else the enter event. */
function idOf(enter: EventView | undefined, view: EventView, name: string): number {
  const i = param(view, name);
  if (i >= 0) return u32(view, i, NONE_ID);
  return enter === undefined ? NONE_ID : named(enter, name, NONE_ID) >>> 0;
}

function credential(field: 'uid' | 'gid', name: string): Handler {
  return (state, thread, context, view) => {
    if (thread === undefined || !ok(view)) return;
    const id = idOf(context.enter, view, name);
    if (id !== NONE_ID) state.changeThread(thread, field === 'uid' ? { uid: id } : { gid: id });
  };
}

const onSetsid: Handler = (state, thread, _context, view) => { if (thread !== undefined && ok(view)) state.changeThread(thread, { sid: i64(view, 0, -1) }); };

const onPrctl: Handler = (state, thread, _context, view) => {
  if (thread === undefined || !ok(view) || named(view, 'option') !== PR_SET_NAME) return;
  const name = namedText(view, 'arg2_str');
  if (name !== '' && name !== '<NA>') state.changeThread(thread, { comm: name.slice(0, 15) });
};

const onLimit: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) !== 0) return;
  const source = param(view, 'resource') >= 0 ? view : context.enter;
  const cur = i64(view, 1, -1);
  if (source === undefined || named(source, 'resource', -1) !== RLIMIT_NOFILE || cur === -1) return;
  const main = state.mainOf(thread);
  if (main !== undefined) state.changeThread(main, { fdlimit: cur });
};

const onPrlimit: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) !== 0) return;
  const source = param(view, 'resource') >= 0 ? view : context.enter;
  const cur = i64(view, 1, -1);
  if (source === undefined || named(source, 'resource', -1) !== RLIMIT_NOFILE || cur === -1) return;
  const pid = named(source, 'pid');
  const target = pid === 0 ? state.mainOf(thread) : state.thread(pid);
  if (target !== undefined) state.changeThread(target, { fdlimit: cur });
};

const onMemory: Handler = (state, thread, context, view) => {
  if (thread === undefined || view.nparams < 4) return;
  thread.vmSizeKb = u32(view, 1);
  thread.vmRssKb = u32(view, 2);
  thread.vmSwapKb = u32(view, 3);
  // The memory is the process's; readers of old captures note it for the thread alone.
  const main = context.pairs || thread.isMain ? undefined : state.mainOf(thread);
  if (main === undefined) return;
  main.vmSizeKb = thread.vmSizeKb;
  main.vmRssKb = thread.vmRssKb;
  main.vmSwapKb = thread.vmSwapKb;
};

const onSwitch: Handler = (state, thread, _context, view) => {
  if (thread === undefined || view.nparams < 6) return;
  thread.pfmajor = i64(view, 1);
  thread.pfminor = i64(view, 2);
  const main = state.mainOf(thread);
  if (main === undefined) return;
  main.vmSizeKb = u32(view, 3);
  main.vmRssKb = u32(view, 4);
  main.vmSwapKb = u32(view, 5);
};


export const PROCESS_HANDLERS: HandlerTable = {
  '<clone': onClone, '<fork': onClone, '<vfork': onClone, '<clone3': onClone, '<execve': onExec, '<execveat': onExec, '>procexit': onProcexit,
  '<setuid': credential('uid', 'uid'), '<setgid': credential('gid', 'gid'), '<setresuid': credential('uid', 'euid'), '<setresgid': credential('gid', 'egid'),
  '<setreuid': credential('uid', 'euid'), '<setregid': credential('gid', 'egid'), '<setsid': onSetsid, '<prctl': onPrctl,
  '<getrlimit': onLimit, '<setrlimit': onLimit, '<prlimit': onPrlimit,
  '<brk': onMemory, '<mmap': onMemory, '<mmap2': onMemory, '<munmap': onMemory, '>switch': onSwitch,
};
