// Private folders of this process, named with its number: whoever makes the next one removes those of processes that were killed before they could.
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a private folder, `PREFIX` + number of this process + `-` and more, in `parent`, and removes what dead processes left of that kind. Throws where none can be made. */
export function makeOwnFolder(parent: string, prefix: string): string {
  sweep(parent, prefix);
  return mkdtempSync(join(parent, `${prefix}${process.pid}-`));
}

function sweep(parent: string, prefix: string): void {
  let names: string[] = [];
  try { names = readdirSync(parent).filter((name) => name.startsWith(prefix)); } catch { /* nothing to sweep */ }
  for (const name of names) {
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    if (!Number.isInteger(pid) || pid <= 0 || isAlive(pid)) continue;
    // Somebody else may be removing it, too.
    try { if (isOurs(join(parent, name))) rmSync(join(parent, name), { recursive: true, force: true }); } catch { /* the next one tries again */ }
  }
}

/** A folder that somebody else put there may be turned into a link while it is being emptied. */
function isOurs(path: string): boolean {
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0;
}

function isAlive(pid: number): boolean { try { process.kill(pid, 0); return true; } catch (error) { return (error as { code?: unknown }).code === 'EPERM'; } }
