// Patterns of file names as fnmatch(3) with no flags knows them: * ? [a-z] [!a-z] and \ before a character to take as it is.

/** Part of a pattern: a literal character, any character, any run of characters, or a set. */
type Part = string | typeof ANY | typeof RUN | CharacterSet;
const ANY = 1, RUN = 2;
interface CharacterSet { readonly negated: boolean; readonly ranges: readonly (readonly [low: number, high: number])[] }

const CLASSES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  alpha: [[65, 90], [97, 122]], digit: [[48, 57]], alnum: [[48, 57], [65, 90], [97, 122]], upper: [[65, 90]], lower: [[97, 122]], space: [[9, 13], [32, 32]],
  xdigit: [[48, 57], [65, 70], [97, 102]], punct: [[33, 47], [58, 64], [91, 96], [123, 126]], print: [[32, 126]], graph: [[33, 126]], cntrl: [[0, 31], [127, 127]], blank: [[9, 9], [32, 32]],
};

const NOTHING: CharacterSet = { negated: false, ranges: [] };

/** One member of a set: a character, one behind a backslash, or one between [. .] or [= =]. */
function readMember(pattern: string, at: number): { readonly code: number; readonly next: number } {
  const single = /^\[(?:\.(.)\.|=(.)=)\]/s.exec(pattern.slice(at, at + 5));
  if (single !== null) return { code: (single[1] ?? single[2] ?? '').charCodeAt(0), next: at + 5 };
  const from = pattern[at] === '\\' && at + 1 < pattern.length ? at + 1 : at;
  return { code: pattern.charCodeAt(from), next: from + 1 };
}

/** Reads `[...]` from its opening bracket; undefined where it does not close: the bracket is then a character like others. */
function readSet(pattern: string, open: number): { readonly set: CharacterSet; readonly next: number } | undefined {
  let at = open + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  const ranges: (readonly [number, number])[] = [];
  for (let first = true; at < pattern.length; first = false) {
    if (pattern[at] === ']' && !first) return { set: { negated, ranges }, next: at + 1 };
    if (pattern.startsWith('[:', at)) {
      const name = /^\[:([a-z]*):\]/.exec(pattern.slice(at, at + 16))?.[1];
      if (name !== undefined) {
        const known = CLASSES[name];
        // A class that nobody knows holds nothing, and its pattern matches nothing.
        if (known === undefined) return { set: NOTHING, next: pattern.length };
        ranges.push(...known);
        at += name.length + 4;
        continue;
      }
    }
    const low = readMember(pattern, at);
    at = low.next;
    let high = low.code;
    if (pattern[at] === '-' && at + 1 < pattern.length && pattern[at + 1] !== ']') {
      const end = readMember(pattern, at + 1);
      at = end.next;
      high = end.code;
    }
    ranges.push([low.code, high]);
  }
  return undefined;
}

function parse(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length;) {
    const c = pattern[at] ?? '';
    if (c === '*') { if (parts.at(-1) !== RUN) parts.push(RUN); at++; continue; }
    if (c === '?') { parts.push(ANY); at++; continue; }
    if (c === '[') {
      const read = readSet(pattern, at);
      if (read !== undefined) { parts.push(read.set); at = read.next; continue; }
    }
    if (c === '\\') {
      // Nothing matches a backslash that stands before nothing.
      parts.push(at + 1 < pattern.length ? pattern[at + 1] ?? '' : NOTHING);
      at += 2;
      continue;
    }
    parts.push(c);
    at++;
  }
  return parts;
}

function matches(part: Part, text: string, at: number): boolean {
  if (part === ANY) return true;
  if (typeof part === 'string') return text[at] === part;
  if (part === RUN) return false;
  const code = text.charCodeAt(at);
  let inside = false;
  for (const [low, high] of part.ranges) if (code >= low && code <= high) { inside = true; break; }
  return inside !== part.negated;
}

/** A test for whole texts. Takes at most length of text times length of pattern steps, whatever the pattern. */
export function globMatcher(pattern: string): (text: string) => boolean {
  const parts = parse(pattern);
  return (text) => {
    let at = 0, p = 0, run = -1, mark = 0;
    while (at < text.length) {
      const part = parts[p];
      if (part === RUN) { run = p++; mark = at; continue; }
      if (part !== undefined && matches(part, text, at)) { p++; at++; continue; }
      if (run < 0) return false;
      p = run + 1;
      at = ++mark;
    }
    while (parts[p] === RUN) p++;
    return p === parts.length;
  };
}
