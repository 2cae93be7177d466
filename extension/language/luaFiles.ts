// The files beside a chisel, for the language server: what is open in the editor first, else what lies on the disk.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { LuaProject } from './luaText.ts';

const MAX_BYTES = 1 << 20;
/** Files of a folder that are looked at. */
const MAX_FILES = 300;
/** For so long a folder is not read again, ms. */
const FRESH_MS = 2000;

/** `opened` gives the text of a document that is open; `folders` are searched as the engine does, behind the chisel's own. */
export function luaFiles(opened: (uri: string) => string | undefined, folders: readonly string[]): LuaProject {
  const texts = new Map<string, { readonly stamp: string; readonly text: string }>();
  const lists = new Map<string, { readonly at: number; readonly names: readonly string[] }>();
  const stampOf = (path: string): string | undefined => {
    try { const s = statSync(path); return s.isFile() && s.size <= MAX_BYTES ? `${s.mtimeMs}:${s.size}` : undefined; } catch { return undefined; }
  };
  const pathOf = (uri: string): string | undefined => {
    if (!uri.startsWith('file:')) return undefined;
    try { return fileURLToPath(uri); } catch { return undefined; }
  };
  const text = (uri: string): string | undefined => {
    const open = opened(uri);
    if (open !== undefined) return open;
    const path = pathOf(uri);
    const stamp = path === undefined ? undefined : stampOf(path);
    if (path === undefined || stamp === undefined) return undefined;
    const before = texts.get(uri);
    if (before?.stamp === stamp) return before.text;
    try {
      const found = readFileSync(path, 'utf8');
      texts.set(uri, { stamp, text: found });
      return found;
    } catch { return undefined; }
  };
  /** Names of the Lua files of a folder. */
  const list = (folder: string): readonly string[] => {
    const before = lists.get(folder);
    if (before !== undefined && Date.now() - before.at <= FRESH_MS) return before.names;
    let names: string[] = [];
    try { names = readdirSync(folder).filter((n) => n.endsWith('.lua')).slice(0, MAX_FILES); } catch { /* It may be gone. */ }
    lists.set(folder, { at: Date.now(), names });
    return names;
  };
  return {
    text,
    resolve: (name, from) => {
      // A name, not a path: it must not lead out of the folders.
      if (!/^[\w-]+(\.[\w-]+)*$/.test(name)) return undefined;
      const path = pathOf(from);
      for (const folder of [...path === undefined ? [] : [dirname(path)], ...folders]) {
        const uri = pathToFileURL(join(folder, `${name.replaceAll('.', '/')}.lua`)).href;
        if (text(uri) !== undefined) return uri;
      }
      return undefined;
    },
    near: (uri) => {
      const path = pathOf(uri);
      return path === undefined ? [] : list(dirname(path)).map((n) => pathToFileURL(join(dirname(path), n)).href);
    },
    modules: (from) => {
      const path = pathOf(from);
      const names = [...path === undefined ? [] : [dirname(path)], ...folders].flatMap((folder) => list(folder)).map((n) => n.replace(/\.lua$/, '')).filter((n) => /^[\w-]+$/.test(n));
      return [...new Set(names)].sort();
    },
  };
}
