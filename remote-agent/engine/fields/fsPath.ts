// Fields of class fs.path: the files that a call names, whatever the call is.
import { AT_FDCWD, joinPath } from '../base/paths.ts';
import type { EventContext } from '../event/context.ts';
import { i64, param, text } from '../event/params.ts';
import { group, type Extract, type Field } from './field.ts';
import { mainInfo } from './threads.ts';

const field = group('fs.path');

/** Parameters of an exit that hold a path, and the directory that it is relative to; the first that the event has counts. */
interface Place { readonly path: string; readonly dirfd?: string }
const NAME: Readonly<Record<string, Place>> = {
  open: { path: 'name' }, creat: { path: 'name' }, openat: { path: 'name', dirfd: 'dirfd' }, openat2: { path: 'name', dirfd: 'dirfd' }, open_by_handle_at: { path: 'path' }, unlink: { path: 'path' }, unlinkat: { path: 'name', dirfd: 'dirfd' }, mkdir: { path: 'path' }, mkdirat: { path: 'path', dirfd: 'dirfd' },
  rmdir: { path: 'path' }, chmod: { path: 'filename' }, fchmodat: { path: 'filename', dirfd: 'dirfd' }, chown: { path: 'path' }, lchown: { path: 'path' }, fchownat: { path: 'pathname', dirfd: 'dirfd' }, quotactl: { path: 'special' }, umount: { path: 'name' }, umount2: { path: 'name' },
  mknod: { path: 'path' }, mknodat: { path: 'path', dirfd: 'dirfd' }, newfstatat: { path: 'path', dirfd: 'dirfd' },
};
const SOURCE: Readonly<Record<string, Place>> = { rename: { path: 'oldpath' }, renameat: { path: 'oldpath', dirfd: 'olddirfd' }, renameat2: { path: 'oldpath', dirfd: 'olddirfd' }, link: { path: 'oldpath' }, linkat: { path: 'oldpath', dirfd: 'olddir' }, symlink: { path: 'target' }, symlinkat: { path: 'target' }, mount: { path: 'dev' } };
const TARGET: Readonly<Record<string, Place>> = { rename: { path: 'newpath' }, renameat: { path: 'newpath', dirfd: 'newdirfd' }, renameat2: { path: 'newpath', dirfd: 'newdirfd' }, link: { path: 'newpath' }, linkat: { path: 'newpath', dirfd: 'newdir' }, symlink: { path: 'linkpath' }, symlinkat: { path: 'linkpath', dirfd: 'linkdirfd' }, mount: { path: 'dir' } };

const MISSING = new Set(['', '<NA>', '(NULL)']);

/** The path as the call named it; undefined for other events, and where it named none. */
function raw(ctx: EventContext, places: Readonly<Record<string, Place>>): { readonly path: string; readonly place: Place } | undefined {
  const { view } = ctx;
  const def = view.def;
  if (def === undefined || !def.isExit || !Object.hasOwn(places, def.name)) return undefined;
  const place = places[def.name];
  const i = place === undefined ? -1 : param(view, place.path);
  if (place === undefined || i < 0) return undefined;
  const path = text(view, i);
  return MISSING.has(path) ? undefined : { path, place };
}

function absolute(ctx: EventContext, places: Readonly<Record<string, Place>>): string | undefined {
  const found = raw(ctx, places);
  if (found === undefined) return undefined;
  const { path, place } = found;
  if (path.startsWith('/')) return joinPath('', path);
  const i = place.dirfd === undefined ? -1 : param(ctx.view, place.dirfd);
  const fd = i < 0 ? AT_FDCWD : i64(ctx.view, i, AT_FDCWD);
  if (fd === AT_FDCWD) return joinPath(mainInfo(ctx)?.cwd ?? './', path);
  const directory = ctx.thread?.fds.get(fd)?.name;
  return directory === undefined ? `<UNKNOWN>${joinPath('', path)}` : joinPath(directory.endsWith('/') ? directory : `${directory}/`, path);
}

const whole = (places: Readonly<Record<string, Place>>): Extract => (ctx) => absolute(ctx, places);
const asNamed = (places: Readonly<Record<string, Place>>): Extract => (ctx) => raw(ctx, places)?.path;
const SINCE = { since: '0.12' } as const;

export const PATH_FIELDS: readonly Field[] = [
  field('fs.path.name', 'CHARBUF', 'Path of the file that a call works on (open, unlink, mkdir, chmod, ...), made absolute.', whole(NAME), SINCE),
  field('fs.path.nameraw', 'CHARBUF', 'The same as the call named it.', asNamed(NAME), SINCE),
  field('fs.path.source', 'CHARBUF', 'Path of the source of a call with two (rename, link, symlink, mount), made absolute.', whole(SOURCE), SINCE),
  field('fs.path.sourceraw', 'CHARBUF', 'The same as the call named it.', asNamed(SOURCE), SINCE),
  field('fs.path.target', 'CHARBUF', 'Path of the target of a call with two, made absolute.', whole(TARGET), SINCE),
  field('fs.path.targetraw', 'CHARBUF', 'The same as the call named it.', asNamed(TARGET), SINCE),
];
