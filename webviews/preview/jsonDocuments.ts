// Documents of JSON in a text that comes in pieces: one behind another, over several lines or one a line. Text between them is passed over.
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Documents that are kept; older ones go. */
const MAX_DOCUMENTS = 100_000;
/** A document of more characters is none. */
const MAX_DOCUMENT = 16 << 20;

export class JsonDocuments {
  readonly documents: Json[] = [];
  /** Older ones that are gone. */
  dropped = 0;
  #pending = '';
  #depth = 0;
  #inString = false;
  #escaped = false;

  push(text: string): void {
    let from = this.#depth === 0 ? -1 : 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (c === 92) this.#escaped = true;
        else if (c === 34) this.#inString = false;
        continue;
      }
      if (this.#depth > 0 && c === 34) this.#inString = true;
      else if (c === 123 || c === 91) { if (this.#depth++ === 0) { from = i; this.#pending = ''; } }
      else if ((c === 125 || c === 93) && this.#depth > 0 && --this.#depth === 0) { this.#take(this.#pending + text.slice(from, i + 1)); this.#pending = ''; from = -1; }
    }
    if (this.#depth > 0 && from >= 0) this.#pending += text.slice(from);
    if (this.#pending.length > MAX_DOCUMENT) { this.#pending = ''; this.#depth = 0; this.#inString = this.#escaped = false; }
  }
  clear(): void { this.documents.length = 0; this.dropped = 0; this.#pending = ''; this.#depth = 0; this.#inString = this.#escaped = false; }

  #take(text: string): void {
    let value: Json;
    try { value = JSON.parse(text) as Json; } catch { return; }
    if (this.documents.length >= MAX_DOCUMENTS) { this.documents.splice(0, MAX_DOCUMENTS / 10); this.dropped += MAX_DOCUMENTS / 10; }
    this.documents.push(value);
  }
}

/** A line of a folded tree. */
export interface TreeRow { readonly path: string; readonly depth: number; readonly name: string; readonly value: Json; /** How many it holds; -1: a plain value. */ readonly size: number; readonly open: boolean; /** Place among its siblings, from 1, and how many these are. */ readonly place: number; readonly of: number }

/** The rows of a tree that are to be seen. `isOpen` says whether what holds others is unfolded. */
export function treeRows(documents: readonly Json[], isOpen: (path: string, depth: number) => boolean, dropped = 0): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (path: string, depth: number, name: string, value: Json, place: number, of: number): void => {
    const entries = typeof value === 'object' && value !== null;
    const open = entries && isOpen(path, depth);
    const children = entries ? (Array.isArray(value) ? (value as readonly Json[]).map((each, i): readonly [string, Json] => [String(i), each]) : Object.entries(value as Readonly<Record<string, Json>>)) : [];
    rows.push({ path, depth, name, value, size: entries ? children.length : -1, open, place, of });
    if (open) children.forEach(([key, child], i) => add(`${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1, key, child, i + 1, children.length));
  };
  documents.forEach((document, i) => add(`/${i + dropped}`, 0, documents.length > 1 || dropped > 0 ? String(i + dropped) : '', document, i + 1, documents.length));
  return rows;
}
/** What a folded value says of itself. */
export function summaryOf(value: Json, limit = 80): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  let text = isList ? '[' : '{';
  const entries = isList ? (value as readonly Json[]).map((each): readonly [string, Json] => ['', each]) : Object.entries(value as Readonly<Record<string, Json>>);
  for (const [i, [name, each]] of entries.entries()) {
    const inner = typeof each === 'object' && each !== null ? (Array.isArray(each) ? '[…]' : '{…}') : JSON.stringify(each);
    text += `${i === 0 ? '' : ', '}${isList ? '' : `${name}: `}${inner}`;
    if (text.length > limit) { text = `${text.slice(0, limit)}…`; break; }
  }
  return text + (isList ? ']' : '}');
}
