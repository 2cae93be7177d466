// Reading engines' JSON: what is missing or of another kind is empty.
export type Json = { readonly [key: string]: unknown };

export function object(value: unknown): Json { return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Json : {}; }
export function list(value: unknown): readonly unknown[] { return Array.isArray(value) ? value : []; }
export function text(value: unknown): string { return typeof value === 'string' ? value : ''; }
export function number(value: unknown): number { return typeof value === 'number' && Number.isFinite(value) ? value : 0; }
export function parse(source: string): Json { try { return object(JSON.parse(source)); } catch { return {}; } }

const MAX_LINE = 1 << 20;
/** Lines of a stream of text as its pieces come; one that does not end is cut off. */
export function lines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0) as Buffer;
  return (chunk) => {
    let from = 0;
    // Cut as bytes: a letter may lie on both sides of a piece's end.
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([rest, chunk.subarray(from, end)]).toString('utf8').trim();
      rest = Buffer.alloc(0);
      from = end + 1;
      if (line !== '') onLine(line);
    }
    rest = rest.length + chunk.length - from > MAX_LINE ? Buffer.alloc(0) : Buffer.concat([rest, chunk.subarray(from)]);
  };
}
