// Joins and normalises paths by the rules that capture files were made for, character by character.
import { ESCAPED_FROM, ESCAPED_TO } from './text.ts';

const LIMIT = 1024;
const TOO_LONG = '/PATH_TOO_LONG';
export const AT_FDCWD = -100;
const SLASH = 47, DOT = 46;
/** Stands for a byte that does not print until the dots that mean directories are dealt with. */
const STAND_IN = '\u0001';

/** `path` normalised onto `base`, which is taken as it stands (it should end in a slash). An absolute path ignores the base. */
export function joinPath(base: string, path: string): string {
  if (base.length + path.length + 2 > LIMIT) return TOO_LONG;
  if (path === '' || path.charCodeAt(0) === SLASH) return isPlain(path) ? path : normalise('', path);
  return normalise(base, path);
}

/** True for a path that normalising leaves as it is: the usual case, told without building anything. */
function isPlain(path: string): boolean {
  const end = path.length;
  for (let i = 0; i < end; i++) {
    const code = path.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
    if (code === SLASH && (i + 1 === end ? end > 1 : path.charCodeAt(i + 1) === SLASH || path.charCodeAt(i + 1) === DOT)) return false;
  }
  return true;
}

/** Bytes of a code unit beyond ASCII; a surrogate pair makes four, what stands for a byte that is no UTF-8 (see base/text.ts) one. */
function utf8Length(path: string, i: number): number {
  const code = path.charCodeAt(i);
  if (code >= ESCAPED_FROM && code <= ESCAPED_TO && !isHighSurrogate(path.charCodeAt(i - 1))) return 1;
  return code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
}
function isHighSurrogate(code: number): boolean { return code >= 0xd800 && code < 0xdc00; }

function normalise(base: string, path: string): string {
  let out = base;
  let clean = true;
  for (let i = 0; i < path.length; i++) { const code = path.charCodeAt(i); if (code < 0x20 || code > 0x7e) { clean = false; break; } }
  let text = path;
  if (!clean) {
    text = '';
    for (let i = 0; i < path.length; i++) {
      const code = path.charCodeAt(i);
      text += code < 0x20 || code === 0x7f ? STAND_IN : code > 0x7f ? STAND_IN.repeat(utf8Length(path, i)) : path[i];
    }
  }
  const end = text.length;
  let i = 0;
  while (i < end) {
    if (text.charCodeAt(i) === DOT && (i === 0 || text.charCodeAt(i - 1) === SLASH)) {
      const next = text.charCodeAt(i + 1);
      if (next === DOT && (i + 2 >= end || text.charCodeAt(i + 2) === SLASH)) {
        out = parentOf(out);
        i += 3;
        continue;
      }
      if (i + 1 >= end || next === SLASH) { i += 2; continue; }
    }
    if (text.charCodeAt(i) === SLASH) {
      if (!out.endsWith('/')) out += '/';
      i++;
      continue;
    }
    let stop = i;
    while (stop < end && text.charCodeAt(stop) !== SLASH) stop++;
    out += clean ? text.slice(i, stop) : text.slice(i, stop).replaceAll(STAND_IN, '.');
    i = stop;
  }
  return out.length > 1 && out.endsWith('/') ? out.slice(0, -1) : out;
}

/** The built path without its last part, with its trailing slash; '/' at the top. */
function parentOf(path: string): string {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  const slash = trimmed.lastIndexOf('/');
  return slash >= 0 ? trimmed.slice(0, slash + 1) : path.startsWith('/') ? '/' : '';
}

/** A working directory always ends in a slash. */
export function asDirectory(path: string): string { return path.endsWith('/') ? path : `${path}/`; }
