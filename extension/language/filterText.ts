// Filter files: one filter, over as many lines as it takes; lines that begin with # are comments.
import { completeFilter, diagnoseFilter, hoverFilter } from '../../remote-agent/engine/filter/index.ts';
import type { HoverText, Problem, Proposal } from './chiselTypes.ts';

/** The filter of a file: comments and line ends become blanks, so that places stay what they are. */
export function filterOf(text: string): string { return text.replace(/^[ \t]*#[^\n]*/gm, (c) => ' '.repeat(c.length)).replace(/[\r\n]/g, ' '); }

export function diagnoseFilterFile(text: string): Problem[] {
  const filter = filterOf(text);
  if (filter.trim() === '') return [];
  return diagnoseFilter(filter).map((p) => ({ start: p.start, end: Math.max(p.end, p.start + 1), message: p.message, severity: p.warning === true ? 'warning' : 'error', code: 'wrong-filter' }));
}
export function completeFilterFile(text: string, offset: number): Proposal[] {
  if (/^[ \t]*#/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset))) return [];
  return completeFilter(filterOf(text), offset).map((c) => ({ label: c.label, kind: c.kind, detail: c.detail, insert: c.insert, start: c.start, end: c.end }));
}
export function hoverFilterFile(text: string, offset: number): HoverText | undefined {
  const found = hoverFilter(filterOf(text), offset);
  return found === undefined ? undefined : { start: found.start, end: found.end, markdown: found.text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&') };
}
