// Paths that calls name relative to a directory descriptor, made absolute.
import type { EventContext } from '../event/context.ts';
import { i64, param, text } from '../event/params.ts';
import { asDirectory, AT_FDCWD, joinPath } from '../base/paths.ts';
import { ids } from './raw.ts';
import { mainInfo } from './threads.ts';

interface Names { readonly dirfd: string; readonly path: string }
/** Parameters that hold directory and path, by call; the two of calls with a source and a destination. */
const SINGLE: ReadonlyMap<string, Names> = new Map([['openat', { dirfd: 'dirfd', path: 'name' }], ['openat2', { dirfd: 'dirfd', path: 'name' }], ['unlinkat', { dirfd: 'dirfd', path: 'name' }], ['mkdirat', { dirfd: 'dirfd', path: 'path' }], ['fchmodat', { dirfd: 'dirfd', path: 'filename' }], ['symlinkat', { dirfd: 'linkdirfd', path: 'linkpath' }]]);
const SOURCE: ReadonlyMap<string, Names> = new Map([['renameat', { dirfd: 'olddirfd', path: 'oldpath' }], ['renameat2', { dirfd: 'olddirfd', path: 'oldpath' }], ['linkat', { dirfd: 'olddir', path: 'oldpath' }]]);
const DESTINATION: ReadonlyMap<string, Names> = new Map([['renameat', { dirfd: 'newdirfd', path: 'newpath' }], ['renameat2', { dirfd: 'newdirfd', path: 'newpath' }], ['linkat', { dirfd: 'newdir', path: 'newpath' }]]);

/** Enter events of the time when exits did not hold the path. */
const EARLY = ids('SYSCALL_OPENAT_E', 'SYSCALL_LINKAT_E', 'SYSCALL_UNLINKAT_E');

/** Text that stands for a directory whose descriptor is not known. */
const UNKNOWN = '<UNKNOWN>';

/** The absolute path that a call works on; of calls with two the source, unless the destination is asked for. Undefined for other events. */
export function absolutePath(ctx: EventContext, which: '' | 'src' | 'dst'): string | undefined {
  const def = ctx.view.def;
  if (def === undefined || ctx.info === undefined || !(def.isExit || EARLY.has(def.id))) return undefined;
  const names = SINGLE.get(def.name) ?? (which === 'dst' ? DESTINATION : SOURCE).get(def.name);
  if (names === undefined) return undefined;
  const path = param(ctx.view, names.path), directory = param(ctx.view, names.dirfd);
  if (path < 0) return undefined;
  const name = text(ctx.view, path);
  if (name.startsWith('/')) return joinPath('', name);
  const fd = directory < 0 ? AT_FDCWD : i64(ctx.view, directory, AT_FDCWD);
  const known = fd === AT_FDCWD ? undefined : ctx.thread?.fds.get(fd);
  const base = fd === AT_FDCWD ? mainInfo(ctx)?.cwd ?? './' : `${known?.name ?? UNKNOWN}/`;
  if (name !== '') return joinPath(base, name);
  return base.length > 1 && base.endsWith('/') ? base.slice(0, -1) : base;
}

/** The path that `path` names below the directory `dirfd` (names of parameters); undefined where the event does not hold them. */
export function joined(ctx: EventContext, names: Names): string | undefined {
  const path = param(ctx.view, names.path), directory = param(ctx.view, names.dirfd);
  if (path < 0) return undefined;
  const name = text(ctx.view, path);
  if (name.startsWith('/')) return joinPath('', name);
  const fd = directory < 0 ? AT_FDCWD : i64(ctx.view, directory, AT_FDCWD);
  const known = fd === AT_FDCWD ? undefined : ctx.thread?.fds.get(fd);
  const base = fd === AT_FDCWD ? mainInfo(ctx)?.cwd ?? './' : known === undefined ? UNKNOWN : asDirectory(known.name);
  if (name !== '' || ctx.view.size(path) === 0) return joinPath(base, name);
  return base.length > 1 && base.endsWith('/') ? base.slice(0, -1) : base;
}
