// State changes by calls of process life: clone, execve, exit, credentials, limits, memory figures.
import { blob, i64, list, Param, text, u32 } from '../event/params.ts';
import type { EventView } from '../event/eventView.ts';
import { CLONE_CHILD_IN_PIDNS, CLONE_INVERTED, CLONE_PARENT, CLONE_THREAD } from './cloneFlags.ts';
import { containerOfThread, readCgroups } from './containers.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import { FdTable } from './infos.ts';
import type { LiveThread } from './liveThread.ts';
import type { ThreadInfo } from './model.ts';
import { baseOf, cwdOf } from './onFile.ts';
import { asDirectory, AT_FDCWD, joinPath } from '../base/paths.ts';
import type { SystemState } from './systemState.ts';
import { LateTable } from './siblings.ts';
import { moreOfClone, moreOfExec } from './threadMore.ts';

const P_ARG2_STR = new Param('arg2_str'), P_CGROUPS = new Param('cgroups'), P_COMM = new Param('comm'), P_CWD = new Param('cwd'), P_DIRFD = new Param('dirfd'), P_ENV = new Param('env'), P_FDLIMIT = new Param('fdlimit'), P_FILENAME = new Param('filename'), P_FLAGS = new Param('flags'), P_GID = new Param('gid'), P_LOGINUID = new Param('loginuid'), P_OPTION = new Param('option'), P_PATHNAME = new Param('pathname'), P_PGFT_MAJ = new Param('pgft_maj'), P_PGFT_MIN = new Param('pgft_min'), P_PID = new Param('pid'), P_PTID = new Param('ptid'), P_REAPER_TID = new Param('reaper_tid'), P_RESOURCE = new Param('resource'), P_TRUSTED_EXEPATH = new Param('trusted_exepath'), P_TTY = new Param('tty'), P_UID = new Param('uid'), P_VM_RSS = new Param('vm_rss'), P_VM_SIZE = new Param('vm_size'), P_VM_SWAP = new Param('vm_swap'), P_VPGID = new Param('vpgid'), P_VPID = new Param('vpid'), P_VTID = new Param('vtid');

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

type Change = { -readonly [K in keyof ThreadInfo]?: ThreadInfo[K] };

/** Sets the container that the cgroups say, or in some cases what the thread and its parents were started with. */
function setCgroups(state: SystemState, change: Change, text: string, old: ThreadInfo | undefined, parent: ThreadInfo | undefined): void {
  const cgroups = state.pairs ? readCgroups(text) : text;
  const match = containerOfThread(cgroups, { env: change.env ?? old?.env, args: change.args, root: change.root ?? old?.root, tid: change.tid ?? old?.tid, vtid: change.vtid ?? old?.vtid, exepath: change.exepath ?? old?.exepath, containerId: old?.containerId }, parent, state);
  change.cgroups = cgroups;
  change.containerId = match?.id ?? '';
  if (match !== undefined) state.noteContainer(match.id, match.type, match.taskId);
}

function setFigures(thread: LiveThread, view: EventView): void {
  if (!P_PGFT_MAJ.in(view)) return;
  thread.pfmajor = P_PGFT_MAJ.whole(view);
  thread.pfminor = P_PGFT_MIN.whole(view);
  thread.vmSizeKb = P_VM_SIZE.int(view);
  thread.vmRssKb = P_VM_RSS.int(view);
  thread.vmSwapKb = P_VM_SWAP.int(view);
}

function countKid(state: SystemState, parent: number): void { const of = state.thread(parent); if (of !== undefined) of.kids++; }

/** Gives a sibling that was heard of before its maker what it began with, and has not changed since. False where there is none. */
function adopt(state: SystemState, maker: LiveThread, number: number, parent: number, sinceNs: number): boolean {
  const found = state.siblings.foundlingOf(number, parent, sinceNs);
  if (found === undefined) return false;
  const { thread, guess, fds } = found, { info } = thread, of = maker.info;
  fds.begin(maker.fds);
  if (state.thread(info.tid) !== thread) return true;
  const change: Change = {};
  if (!fds.executed) { change.exepath = of.exepath; change.env = of.env; }
  if (info.cwd === guess.cwd) change.cwd = cwdOf(state, maker);
  if (info.root === guess.root) change.root = of.root;
  if (info.sid === guess.sid) change.sid = of.sid;
  if (info.vpgid === guess.vpgid) change.vpgid = of.vpgid;
  if (info.tty === guess.tty) change.tty = of.tty;
  if (info.loginuid === guess.loginuid) change.loginuid = of.loginuid;
  state.changeThread(thread, change);
  return true;
}

const onClone: Handler = (state, thread, context, view) => {
  const res = i64(view, 0, -1);
  if (res < 0) return;
  const tid = view.tid;
  const flags = P_FLAGS.int(view);
  const isThread = (flags & CLONE_THREAD) !== 0;
  const vtid = P_VTID.int(view, tid);
  const inContainer = (flags & CLONE_CHILD_IN_PIDNS) !== 0 || vtid !== tid;
  // The call's maker is the child's sibling, not its parent; what other readers of captures show of it stays.
  const isSibling = (flags & CLONE_PARENT) !== 0 && !isThread && view.nr !== NO_CALL, sinceNs = context.tsNs - STALE_NS, parent = P_PTID.int(view, -1);
  if (isSibling && res > 0 && thread !== undefined && !thread.placeholder && adopt(state, thread, res, parent, sinceNs)) return;
  let childTid = res, callerTid = tid, inverted = false;
  if (res === 0) {
    let known = thread;
    if (known !== undefined && known.info.cloneNs !== -1 && context.tsNs - known.info.cloneNs > STALE_NS) { state.removeThread(tid); known = undefined; }
    if (known !== undefined && known.placeholder && !context.pairs) { state.removeThread(tid); known = undefined; }
    if (known !== undefined) {
      known.begun = known.read;
      if (inContainer) state.changeThread(known, { vtid, vpid: P_VPID.int(view, context.pairs ? -1 : known.info.vpid) });
      return;
    }
    inverted = true;
    childTid = tid;
    callerTid = (isThread ? P_PID : P_PTID).int(view, -1);
  } else if (inContainer) {
    // The child's own event makes it. Until that comes the parent may well have closed what the child got: servers that fork do.
    // Only for the probe's own records: of captures, other readers are to see the same as this one.
    if (isSibling && thread !== undefined && !thread.placeholder) state.siblings.expect({ number: res, parent, atNs: context.tsNs, info: thread.info, fds: thread.fds.copy() });
    else if (view.nr !== NO_CALL && !isThread && thread !== undefined && !thread.placeholder) (state.mainOf(thread) ?? thread).expect({ vtid: res, atNs: context.tsNs, fds: thread.fds.copy() });
    return;
  }
  let caller = state.thread(callerTid) ?? (callerTid >= 0 ? state.placeholder(callerTid) : undefined);
  const existing = state.thread(childTid);
  if (existing !== undefined && (existing.info.flags & CLONE_INVERTED) !== 0) {
    // The child was seen first; a later clone of the same number finds a stale entry instead.
    if (existing.info.cloneNs !== -1 && context.tsNs - existing.info.cloneNs <= STALE_NS) return;
    if (context.pairs) return;
  }
  if (existing?.begun === true && existing.info.cloneNs !== -1 && context.tsNs - existing.info.cloneNs <= STALE_NS) return;
  // Read of /proc after its birth, which is told only now: what nobody else knows of it is as it was read.
  const asRead = existing?.read === true && existing.info.cloneNs !== -1 && Math.abs(context.tsNs - existing.info.cloneNs) <= STALE_NS ? existing : undefined;
  const exe = text(view, 1);
  const comm = P_COMM.in(view) ? P_COMM.text(view) : exe;
  const pid = isThread ? P_PID.int(view, childTid) : childTid;
  const made = isSibling && res === 0 ? state.siblings.madeOf(tid, vtid, parent, sinceNs) : undefined;
  const from = made?.info ?? (caller !== undefined && !caller.placeholder ? caller.info : asRead?.info);
  const fields: Change & { tid: number } = {
    tid: childTid, pid, ptid: isSibling ? parent : callerTid, flags: (flags | (inverted ? CLONE_INVERTED : 0)) >>> 0, exe, comm, args: list(view, 2), fdlimit: P_FDLIMIT.whole(view, -1),
    uid: P_UID.int(view, NONE_ID), gid: P_GID.int(view, NONE_ID), cloneNs: context.tsNs, vtid: inContainer ? vtid : childTid, vpid: inContainer ? P_VPID.int(view, context.pairs ? -1 : pid) : pid,
    more: moreOfClone(view, from?.more, state.machine.bootNs), exepath: (from?.exepath ?? '') || (asRead?.info.exepath ?? ''), root: (from?.root ?? '') || (asRead?.info.root ?? ''), sid: from?.sid ?? -1, vpgid: from?.vpgid ?? -1, tty: from?.tty ?? 0, loginuid: from?.loginuid ?? NONE_ID,
    // A child of nobody: readers of captures with enter events know no directory of it.
    // Where no folder of a live caller is known, e.g. as it ended while it was read of /proc, the record says where it was.
    cwd: made !== undefined ? made.info.cwd : caller !== undefined && !(view.nr !== NO_CALL && cwdOf(state, caller) === '') ? cwdOf(state, caller) : context.pairs || view.size(6) <= 1 ? '' : asDirectory(text(view, 6)), env: from?.env ?? [],
  };
  if (P_CGROUPS.in(view)) setCgroups(state, fields, blob(view, P_CGROUPS.at(view)), undefined, from);
  else if (from !== undefined && !context.pairs) { fields.cgroups = from.cgroups; fields.containerId = from.containerId; }
  // A caller of whom nothing is known: readers of captures with enter events forget what it did, and take it for the program that its child is a copy of.
  if (context.pairs && caller?.placeholder === true && callerTid !== childTid) {
    state.removeThread(callerTid);
    caller = state.placeholder(callerTid);
    if (caller !== undefined) { state.changeThread(caller, { comm, exe, args: list(view, 2) }); caller.placeholder = false; }
    if (callerTid === tid) context.latencyNs = 0;
  }
  const child = state.makeThread(fields);
  if (child === undefined) return;
  setFigures(child, view);
  if (isThread) {
    const main = state.mainOf(child);
    if (main !== undefined && main !== child) main.childCount++;
  } else if (made !== undefined) {
    state.setTable(child, made.fds);
    countKid(state, parent);
  } else if (isSibling && inverted) {
    // Names of the parent's files would be wrong ones: until the maker tells, what the child has of it is not known.
    const fds = new LateTable();
    state.setTable(child, fds);
    state.siblings.lay({ tid, vtid, parent, atNs: context.tsNs, thread: child, guess: child.info, fds });
    countKid(state, parent);
  } else if (caller !== undefined) {
    state.setTable(child, (inContainer ? caller.takeBirth(vtid, tid, sinceNs) : undefined) ?? caller.fds.copy());
    if (isSibling) countKid(state, parent); else caller.kids++;
  }
  // What it has and did not open is what it began with. Its parent may have ended before it was read, and may have copied descriptors that nobody knew.
  if (asRead !== undefined && !isThread) for (const [fd, info] of asRead.fds) state.place(child, fd, info);
  context.thread = state.thread(tid);
  context.info = context.thread?.info;
};

const onExec: Handler = (state, thread, context, view) => {
  if (thread === undefined || i64(view, 0, -1) < 0) return;
  const old = thread.info;
  const enter = context.enter;
  const exe = text(view, 1);
  const change: Change = { exe, comm: P_COMM.in(view) ? P_COMM.text(view) : exe, args: list(view, 2), pid: P_PID.int(view, old.pid), fdlimit: P_FDLIMIT.whole(view, old.fdlimit) };
  if (old.ptid === -1) change.ptid = P_PTID.int(view, -1);
  if (thread.placeholder && old.cwd === '' && !context.pairs) change.cwd = asDirectory(P_CWD.text(view));
  if (P_ENV.in(view)) change.env = list(view, P_ENV.at(view));
  if (P_CGROUPS.in(view)) setCgroups(state, change, blob(view, P_CGROUPS.at(view)), old, old.parent);
  if (P_TTY.in(view)) change.tty = P_TTY.int(view);
  const path = exePath(state, thread, enter, view);
  if (path !== undefined) change.exepath = path;
  if (P_VPGID.in(view)) change.vpgid = P_VPGID.int(view);
  if (P_LOGINUID.in(view)) change.loginuid = P_LOGINUID.int(view);
  change.more = moreOfExec(view, old.more);
  if (P_UID.size(view) === 4) change.uid = P_UID.int(view);
  if (P_GID.size(view) === 4) change.gid = P_GID.int(view);
  change.flags = ((old.flags & KEPT_FLAGS) | NAME_CHANGED) >>> 0;
  setFigures(thread, view);
  if (!context.pairs) {
    // The other threads of the process are gone, and the new program has the main thread's number.
    for (const other of [...state.members(old.pid)]) if (other !== thread) state.removeThread(other.info.tid);
    thread.fds.runsProgram();
    if (thread.placeholder) { change.vtid = change.vtid ?? old.tid; change.vpid = change.vpid ?? change.pid ?? old.pid; }
  }
  thread.placeholder = false;
  if (context.pairs && !thread.isMain) {
    // Readers of the time leave a thread to the main thread that it had, and its descriptors with that.
    thread.main ??= state.thread(old.pid);
    state.setTable(thread, new FdTable());
  }
  state.changeThread(thread, change);
  if (context.pairs && !thread.isMain) thread.main ??= state.thread(thread.info.pid) ?? state.placeholder(thread.info.pid);
};

/** Path of the program; undefined where the events do not say. */
function exePath(state: SystemState, thread: LiveThread, enter: EventView | undefined, view: EventView): string | undefined {
  const trusted = P_TRUSTED_EXEPATH.text(view);
  if (trusted !== '' && trusted !== '<NA>' && !state.pairs) return trusted;
  const source = enter ?? view;
  if (view.def?.name === 'execveat') {
    if (!P_PATHNAME.in(source)) return undefined;
    const path = P_PATHNAME.text(source);
    const dirfd = P_DIRFD.int(source, AT_FDCWD);
    if (path === '<NA>') return path;
    if (path === '' && (P_FLAGS.int(source) & AT_EMPTY_PATH) !== 0) return thread.fds.get(dirfd)?.name ?? '<NA>';
    return joinPath(baseOf(state, thread, dirfd, path), path);
  }
  const i = P_FILENAME.at(source);
  if (i < 0) return undefined;
  const path = text(source, i);
  return path === '<NA>' || path === '' ? path : joinPath(cwdOf(state, thread), path);
}

const onProcexit: Handler = (state, thread, context, view) => {
  if (thread === undefined) return;
  const reaper = P_REAPER_TID.int(view, 0);
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
function idOf(enter: EventView | undefined, view: EventView, id: Param): number {
  const i = id.at(view);
  if (i >= 0) return u32(view, i, NONE_ID);
  return enter === undefined ? NONE_ID : id.int(enter, NONE_ID) >>> 0;
}

function credential(field: 'uid' | 'gid', name: string): Handler {
  const param = new Param(name);
  return (state, thread, context, view) => {
    if (thread === undefined || !ok(view)) return;
    const id = idOf(context.enter, view, param);
    if (id !== NONE_ID) state.changeThread(thread, field === 'uid' ? { uid: id } : { gid: id });
  };
}

const onSetsid: Handler = (state, thread, _context, view) => { if (thread !== undefined && ok(view)) state.changeThread(thread, { sid: i64(view, 0, -1) }); };

const onPrctl: Handler = (state, thread, _context, view) => {
  if (thread === undefined || !ok(view) || P_OPTION.int(view) !== PR_SET_NAME) return;
  const name = P_ARG2_STR.text(view);
  if (name !== '' && name !== '<NA>') state.changeThread(thread, { comm: name.slice(0, 15) });
};

/** A value of eight bytes with a sign; -1 where the event does not hold it. */
const wholeAt = (view: EventView, i: number): number | bigint => { const value = i64(view, i, -1); return Number.isSafeInteger(value) ? value : view.data.getBigInt64(view.start(i), true); };
/** The same without. */
const countAt = (view: EventView, i: number): number | bigint => { const value = i64(view, i); return value >= 0 && Number.isSafeInteger(value) ? value : view.data.getBigUint64(view.start(i), true); };

const onLimit: Handler = (state, thread, context, view) => {
  if (thread === undefined || !ok(view)) return;
  const source = P_RESOURCE.in(view) ? view : context.enter;
  const cur = wholeAt(view, 1);
  if (source === undefined || P_RESOURCE.int(source, -1) !== RLIMIT_NOFILE || cur === -1) return;
  const main = state.mainOf(thread);
  if (main !== undefined) state.changeThread(main, { fdlimit: cur });
};

const onPrlimit: Handler = (state, thread, context, view) => {
  if (thread === undefined || !ok(view)) return;
  const source = P_RESOURCE.in(view) ? view : context.enter;
  const cur = wholeAt(view, 1);
  if (source === undefined || P_RESOURCE.int(source, -1) !== RLIMIT_NOFILE || cur === -1) return;
  const pid = P_PID.int(source);
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
  thread.pfmajor = countAt(view, 1);
  thread.pfminor = countAt(view, 2);
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
