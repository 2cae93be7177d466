// What the state engine needs to know of each event type, as flat arrays that a type indexes.
import { EVENTS, EVENT_LIMIT, type EventDef } from '../../../driver/schema/index.ts';

export enum TRAIT { exit = 1, usesFd = 2, legacyUsesFd = 4, skip = 8, keepEnter = 16, noPlaceholder = 32, oldEnter = 64, containerJson = 128 }

/** Flags (TRAIT) by event type. */
export const TRAITS = new Uint8Array(65536);
/** Index of the parameter of an exit that names the descriptor it worked on; -1 where there is none. */
export const EXIT_FD = new Int8Array(65536).fill(-1);

// Events whose exit got "uses a descriptor" only after readers up to sysdig 0.29: with those the descriptor comes from the enter event alone.
const LATE_USERS = new Set([51, 55, 160, 161, 162, 163, 181, 303, 305, 313, 317]);
const EARLY_USERS = new Set([77]);
// Enter events whose parameters the exit needs (open, openat, socket, connect, sendto, chdir, set*id, limits, execve, fcntl, dup, ...).
const KEPT = new Set(['open', 'creat', 'openat', 'openat2', 'socket', 'eventfd', 'chdir', 'fchdir', 'shutdown', 'getrlimit', 'setrlimit', 'prlimit', 'sendto', 'sendmsg', 'sendfile', 'setresuid', 'setresgid', 'setuid', 'setgid', 'execve', 'execveat', 'setpgid', 'fcntl', 'dup', 'dup2', 'dup3', 'connect', 'timerfd_create', 'signalfd', 'inotify_init']);
const FD_NAMES = ['fd', 'oldfd', 'out_fd', 'fd_in', 'dirfd', 'linkdirfd'];
// Enter events that sources with exits only hold as well.
const LIVE_ENTERS = new Set(['execve', 'execveat', 'open', 'openat', 'openat2', 'creat', 'connect']);
const CREATORS = new Set(['clone', 'fork', 'vfork', 'clone3']);

function exitFd(def: EventDef): number {
  if (def.name === 'copy_file_range') return def.index.get('fdout') ?? -1;
  for (const name of FD_NAMES) {
    const index = def.index.get(name);
    if (index !== undefined) return index;
  }
  return -1;
}

for (const def of EVENTS) {
  let traits = 0;
  const uses = def.flags.has('USES_FD');
  if (def.isExit) traits |= TRAIT.exit;
  if (uses) traits |= TRAIT.usesFd;
  if ((uses && !LATE_USERS.has(def.id)) || EARLY_USERS.has(def.id)) traits |= TRAIT.legacyUsesFd;
  if (def.flags.has('SKIPPARSERESET')) traits |= TRAIT.skip;
  if (!def.isExit && KEPT.has(def.name)) traits |= TRAIT.keepEnter;
  if ((def.isExit && CREATORS.has(def.name)) || def.name === 'switch') traits |= TRAIT.noPlaceholder;
  if (!def.isExit && def.flags.has('OLD_VERSION') && def.name !== 'switch' && !def.flags.has('SKIPPARSERESET') && !LIVE_ENTERS.has(def.name)) traits |= TRAIT.oldEnter;
  if (def.name === 'container' || def.name === 'asyncevent' || def.name === 'pluginevent') traits |= TRAIT.containerJson;
  if (def.id < EVENT_LIMIT) TRAITS[def.id] = traits;
  if (def.isExit && uses) EXIT_FD[def.id] = exitFd(def);
}

/** Types of exits that carry the parameters of their enter events as well: seeing one tells that a source has exits only. */
export const CARRIES_ENTER = new Uint8Array(65536);
for (const def of EVENTS) {
  const enter = EVENTS.find((other) => other.id === def.id - 1);
  if (!def.isExit || enter === undefined || enter.isExit || enter.params.length === 0 || !def.flags.has('CONVERTER_MANAGED') || def.flags.has('OLD_VERSION')) continue;
  if (enter.flags.has('OLD_VERSION') && def.known >= 0 && def.params.length > def.known && enter.params.every((p) => def.index.has(p.name))) CARRIES_ENTER[def.id] = def.params.length;
}

/** Tells sources with enter events (true) from those with exits only, by an event that can be in only one of them; undefined for others. */
export function layoutOf(type: number, nparams: number): boolean | undefined {
  if (((TRAITS[type] ?? 0) & TRAIT.oldEnter) !== 0) return true;
  const all = CARRIES_ENTER[type] ?? 0;
  return all > 0 ? nparams < all : undefined;
}
