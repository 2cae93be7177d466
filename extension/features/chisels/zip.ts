// Reads the chisels out of a .zip, whose contents nobody vouches for: names, sizes and sums are checked before anything is written.
import { crc32, inflateRawSync } from './inflate.ts';

export interface Unpacked { /** Path below the folder of chisels, with `/`. */ readonly path: string; readonly bytes: Uint8Array }
/** What is wrong with an archive, in words for people. */
export class ZipError extends Error {}

const END = 0x06054b50, ENTRY = 0x02014b50, LOCAL = 0x04034b50;
/** Of one file and of all, bytes. */
export const MAX_FILE = 1 << 20, MAX_ALL = 16 << 20;
export const MAX_ENTRIES = 2000;

/** The Lua files of an archive, a folder that holds all of them left out. Throws ZipError. */
export function unzipLua(bytes: Uint8Array): Unpacked[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > MAX_ENTRIES) throw new ZipError(`It holds ${count} files; at most ${MAX_ENTRIES} are looked at.`);
  const found: Unpacked[] = [];
  let at = view.getUint32(end + 16, true), all = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) throw new ZipError('Its list of files is damaged.');
    const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true);
    const sum = view.getUint32(at + 16, true), packed = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true), local = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)).replaceAll('\\', '/');
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (!name.endsWith('.lua') || isHidden(name)) continue;
    if (!isSafe(name)) throw new ZipError(`It holds "${name.slice(0, 80)}", which is no name for a file of a folder.`);
    if ((flags & 1) !== 0) throw new ZipError(`"${name}" is encrypted.`);
    all += size;
    if (size > MAX_FILE || all > MAX_ALL) throw new ZipError(`"${name}" is too large: chisels are at most ${MAX_FILE >> 20} MiB each, ${MAX_ALL >> 20} MiB together.`);
    found.push({ path: name, bytes: content(bytes, view, { name, method, sum, packed, size, local }) });
  }
  return withoutFolder(found);
}

function findEnd(view: DataView): number {
  // A comment of up to 64 KiB may follow it.
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 22 - 0xffff; at--) if (view.getUint32(at, true) === END) return at;
  throw new ZipError('It is no .zip file, or it is cut off.');
}

interface Entry { readonly name: string; readonly method: number; readonly sum: number; readonly packed: number; readonly size: number; readonly local: number }
function content(bytes: Uint8Array, view: DataView, { name, method, sum, packed, size, local }: Entry): Uint8Array {
  if (local + 30 > bytes.length || view.getUint32(local, true) !== LOCAL) throw new ZipError(`"${name}" is not where the list says.`);
  const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (from + packed > bytes.length) throw new ZipError(`"${name}" is cut off.`);
  const part = bytes.subarray(from, from + packed);
  if (method !== 0 && method !== 8) throw new ZipError(`"${name}" is packed in a way that is not known (${method}).`);
  const out = method === 0 ? part : inflateRawSync(part, size);
  if (out === undefined || out.length !== size || crc32(out) !== sum) throw new ZipError(`"${name}" is damaged.`);
  return out;
}

/** What archivers of other systems add, and what begins with a point. */
function isHidden(path: string): boolean { return path.split('/').some((part) => part.startsWith('.') && part !== '.' && part !== '..' || part === '__MACOSX'); }
/** A path that stays below its folder. */
export function isSafe(path: string): boolean {
  const parts = path.split('/');
  return !path.startsWith('/') && parts.length <= 4 && parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9_. +-]*$/.test(part) && part.length <= 100);
}

/** A single folder around everything is the archive's, not part of the names by which chisels require each other. */
export function withoutFolder(all: readonly Unpacked[]): Unpacked[] {
  const first = all[0]?.path.split('/')[0] ?? '';
  if (all.length === 0 || !all.every((u) => u.path.startsWith(`${first}/`))) return [...all];
  return withoutFolder(all.map((u) => ({ ...u, path: u.path.slice(first.length + 1) })));
}
