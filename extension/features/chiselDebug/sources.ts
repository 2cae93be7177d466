// Files of a debugged chisel, by path and by the name that Lua has for them; and on which lines something can stop.
import type * as vscode from 'vscode';
import luaparse from 'luaparse';

/** Name of a chunk as Lua's messages print it. */
export function chunkOf(name: string): string { const base = name.slice(name.lastIndexOf('/') + 1); return base.endsWith('.lua') ? base : `${base}.lua`; }

/** Lines on which a statement begins: Lua tells of no others. */
export class CodeLines {
  readonly #lines: readonly number[];
  constructor(source: string) { this.#lines = codeLines(source); }
  /** The line itself, or the next one with code; undefined where there is none. */
  at(line: number): number | undefined { return this.#lines.find((each) => each >= line); }
}

function codeLines(source: string): number[] {
  const lines = new Set<number>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) { node.forEach(visit); return; }
    if (typeof node !== 'object' || node === null) return;
    const { type, loc } = node as { type?: string; loc?: { start: { line: number }; end: { line: number } } };
    if (type !== undefined && loc !== undefined && /Statement$|^FunctionDeclaration$/.test(type)) {
      lines.add(loc.start.line);
      // A function ends on a line of its own.
      if (type === 'FunctionDeclaration') lines.add(loc.end.line);
    }
    for (const value of Object.values(node)) visit(value);
  };
  try { visit(luaparse.parse(source.startsWith('#') ? `--${source}` : source, { luaVersion: 'LuaJIT', locations: true, comments: false })); } catch {
    // What does not parse does not run either: the chisel says so itself.
    source.split('\n').forEach((text, i) => { if (text.trim() !== '') lines.add(i + 1); });
  }
  return [...lines].sort((a, b) => a - b);
}

export interface SourceFile { readonly chunk: string; readonly lines: CodeLines }

export class Sources {
  readonly #byPath = new Map<string, SourceFile>();
  readonly #paths = new Map<string, string>();

  constructor({ name, uri, source, modules, files }: { readonly name: string; readonly uri: vscode.Uri; readonly source: string; readonly modules: Readonly<Record<string, string>>; readonly files: ReadonlyMap<string, vscode.Uri> }) {
    this.#add(chunkOf(name), uri, source);
    for (const [module, text] of Object.entries(modules)) { const file = files.get(chunkOf(module)); if (file !== undefined) this.#add(chunkOf(module), file, text); }
  }
  #add(chunk: string, uri: vscode.Uri, source: string): void {
    this.#byPath.set(uri.fsPath, { chunk, lines: new CodeLines(source) });
    this.#paths.set(chunk, uri.fsPath);
  }
  fileOf(path: string): SourceFile | undefined { return this.#byPath.get(path); }
  /** A `source` of the debug protocol; nothing where the file is not known. */
  sourceOf(chunk: string): { readonly source?: { readonly name: string; readonly path: string } } {
    const path = this.#paths.get(chunk);
    return path === undefined ? {} : { source: { name: chunk, path } };
  }
}
