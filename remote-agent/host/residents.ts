// Users and groups of a container, out of its own /etc/passwd and /etc/group. Whoever made the container wrote them, and may do anything with them meanwhile.
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { GroupInfo, UserInfo } from '../engine/state/model.ts';
import { readSmall } from './procScan.ts';
import { parseGroups, parseUsers } from './procText.ts';

export interface Residents { readonly users: readonly UserInfo[]; readonly groups: readonly GroupInfo[] }

/** Linux' number on x86-64 and arm64; Node has no name for it. Such a descriptor only names a file: nothing is opened, no device touched. */
const O_PATH = 0o10000000;
const MAX_BYTES = 1 << 20;
const MAX_ENTRIES = 10_000;
const MAX_NAME = 256;
/** File systems whose answers come from this host's kernel: one that a process of the container serves could keep the reader waiting for ever. */
const LOCAL = new Set(['overlay', 'ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'tmpfs', 'ramfs', 'rootfs', 'f2fs', 'zfs', 'bcachefs', 'squashfs', 'erofs', 'aufs']);

function open(path: string, flags: number): number | undefined { try { return openSync(path, flags); } catch { return undefined; } }
function short(name: string): string { return name.slice(0, MAX_NAME); }

/** Type of the file system that a path lies in, by a process's own table of mounts; '' where that does not say. */
export function fileSystemOf(mountinfo: string, path: string): string {
  let best = '', longest = -1;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4] ?? '';
    // Of several at one place the last hides the others.
    if ((point === '/' || path === point || path.startsWith(`${point}/`)) && point.length >= longest && point !== '') { longest = point.length; best = after.split(' ')[0] ?? ''; }
  }
  return best;
}

/** From numbers within a user namespace to the host's. */
export function parseIdMap(text: string): (id: number) => number | undefined {
  const ranges = text.split('\n').map((line) => line.trim().split(/\s+/).map(Number)).filter((numbers) => numbers.length === 3 && numbers.every(Number.isInteger));
  return (id) => { for (const [inside = 0, outside = 0, count = 0] of ranges) if (id >= inside && id < inside + count) return outside + id - inside; return undefined; };
}

/** Text of a plain file of a container's /etc; undefined where there is none that may be read. Symbolic links are not followed: they would lead into the host's files. */
function readEtc(root: string, name: string): string | undefined {
  const folder = open(`${root}/etc`, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  if (folder === undefined) return undefined;
  const file = open(`/proc/self/fd/${folder}/${name}`, O_PATH | constants.O_NOFOLLOW);
  closeSync(folder);
  if (file === undefined) return undefined;
  let content: number | undefined;
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_BYTES) return undefined;
    // The very file that was looked at, whatever lies under its name by now.
    content = open(`/proc/self/fd/${file}`, constants.O_RDONLY | constants.O_NONBLOCK);
    if (content === undefined) return undefined;
    const bytes = Buffer.alloc(stat.size);
    return bytes.toString('utf8', 0, readSync(content, bytes, 0, bytes.length, 0));
  } catch { return undefined; } finally {
    closeSync(file);
    if (content !== undefined) closeSync(content);
  }
}

/** Users and groups as the process sees them, with the host's numbers. Undefined where it is gone, has the host's root (as before a container's own is entered), or they may not be read. */
export function readResidents(pid: number): Residents | undefined {
  const at = `/proc/${pid}`, root = `${at}/root`;
  try {
    const own = statSync('/'), its = statSync(`${root}/`);
    if (own.dev === its.dev && own.ino === its.ino) return undefined;
  } catch { return undefined; }
  const mounts = readSmall(`${at}/mountinfo`) ?? '';
  if (!['/etc', '/etc/passwd', '/etc/group'].every((path) => LOCAL.has(fileSystemOf(mounts, path)))) return undefined;
  const passwd = readEtc(root, 'passwd'), group = readEtc(root, 'group');
  if (passwd === undefined && group === undefined) return undefined;
  const uid = parseIdMap(readSmall(`${at}/uid_map`) ?? ''), gid = parseIdMap(readSmall(`${at}/gid_map`) ?? '');
  return {
    users: parseUsers(passwd ?? '').slice(0, MAX_ENTRIES).flatMap((u) => { const host = uid(u.uid); return host === undefined ? [] : [{ uid: host, gid: gid(u.gid) ?? u.gid, name: short(u.name), home: short(u.home), shell: short(u.shell) }]; }),
    groups: parseGroups(group ?? '').slice(0, MAX_ENTRIES).flatMap((g) => { const host = gid(g.gid); return host === undefined ? [] : [{ gid: host, name: short(g.name) }]; }),
  };
}
