// The host as the doctor's checks see it: files below a root folder, and what no file tells. Tests hand in a made-up one.
import { accessSync, constants, readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs';
import { homedir, release } from 'node:os';
import { dirname, join } from 'node:path';

/** ok: fine. limited: live events come, something else is wanting. missing: there are no live events. none: nothing to judge (not there and not needed, or not tried). */
export type State = 'ok' | 'limited' | 'missing' | 'none';

/** What one check found. `remedy` says in plain words what to do; empty where there is nothing to do. */
export interface Finding { readonly name: string; readonly state: State; readonly detail: string; readonly remedy: string }

export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** The kernel's release, as uname -r. */
  readonly release: string;
  readonly uid: number;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Bytes of memory, and where a control group sets less, that. */
  readonly memoryBytes: number;
  readonly cpus: number;
  /** The path of a file of the host for this process. */
  at(path: string): string;
  /** Text of a file; undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** Bytes of a file; undefined where it cannot be read. */
  bytes(path: string): Uint8Array | undefined;
  /** Where a symbolic link leads; undefined where there is none. */
  link(path: string): string | undefined;
  exists(path: string): boolean;
  /** A folder on the way to it may not be entered: it may be there or not. */
  closed(path: string): boolean;
  runnable(path: string): boolean;
  writable(path: string): boolean;
  /** Bytes that this user may still write to the file system of a path; undefined where that is not told. */
  freeBytes(path: string): number | undefined;
}

export type Facts = Pick<Host, 'platform' | 'arch' | 'release' | 'uid' | 'home' | 'env' | 'memoryBytes' | 'cpus'>;

/** This host; `root` stands before every path, `facts` instead of the real ones. */
export function hostAt(root: string, facts: Facts, freeBytes: (path: string) => number | undefined = free): Host {
  const at = (path: string): string => root === '' ? path : join(root, path);
  const allowed = (path: string, mode: number): boolean => { try { accessSync(at(path), mode); return true; } catch { return false; } };
  return {
    ...facts, at,
    read: (path) => { try { return readFileSync(at(path), 'utf8'); } catch { return undefined; } },
    bytes: (path) => { try { return readFileSync(at(path)); } catch { return undefined; } },
    link: (path) => { try { return readlinkSync(at(path)); } catch { return undefined; } },
    exists: (path) => { try { statSync(at(path)); return true; } catch { return false; } },
    closed: (path) => { try { statSync(at(path)); return false; } catch (error) { return (error as NodeJS.ErrnoException).code === 'EACCES'; } },
    runnable: (path) => allowed(path, constants.X_OK),
    writable: (path) => allowed(path, constants.W_OK | constants.X_OK),
    freeBytes: (path) => freeBytes(at(path)),
  };
}

/** The host that this process runs on. */
export function thisHost(memory: { readonly memoryBytes: number; readonly cpus: number }): Host {
  return hostAt('', { platform: process.platform, arch: process.arch, release: release(), uid: process.getuid?.() ?? -1, home: homedir(), env: process.env, ...memory });
}

/** Of the path, or of the nearest folder above it that exists. */
function free(path: string): number | undefined {
  for (let at = path; ; at = dirname(at)) {
    try { const { bavail, bsize } = statfsSync(at); return bavail * bsize; } catch { if (at === dirname(at)) return undefined; }
  }
}

export const ok = (name: string, detail: string): Finding => ({ name, state: 'ok', detail, remedy: '' });
export const none = (name: string, detail: string): Finding => ({ name, state: 'none', detail, remedy: '' });
export const limited = (name: string, detail: string, remedy: string): Finding => ({ name, state: 'limited', detail, remedy });
export const missing = (name: string, detail: string, remedy: string): Finding => ({ name, state: 'missing', detail, remedy });

/** `8 MiB`, `1.5 GiB`. */
export function size(bytes: number): string {
  let value = bytes, unit = 0;
  while (value >= 1024 && unit < 4) { value /= 1024; unit++; }
  return `${value >= 10 || Number.isInteger(value) ? Math.floor(value) : value.toFixed(1)} ${['bytes', 'KiB', 'MiB', 'GiB', 'TiB'][unit] ?? ''}`;
}

/** Mounts as /proc/self/mountinfo tells them (proc(5)), the last over a place last. */
export interface Mount { readonly at: string; readonly type: string; readonly options: readonly string[] }
export function mountsOf(host: Host): Mount[] {
  return (host.read('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => {
    const [before = '', behind] = line.split(' - ');
    const fields = before.split(' ');
    const [type = '', , superOptions = ''] = (behind ?? '').split(' ');
    return behind === undefined ? [] : [{ at: unescape(fields[4] ?? ''), type, options: [...(fields[5] ?? '').split(','), ...superOptions.split(',')] }];
  });
}

/** Blanks and their like in paths of mountinfo are octal escapes. */
function unescape(path: string): string { return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))); }
