// Mends that a problem's own words name: another spelling.
import { meantInstead } from '../../remote-agent/engine/filter/index.ts';
import type { Problem } from './chiselTypes.ts';

export interface TextChange { readonly start: number; readonly end: number; readonly text: string }
export interface Fix { readonly title: string; readonly changes: readonly TextChange[]; /** The one that is most likely meant. */ readonly preferred?: boolean }

export const replace = (p: { readonly start: number; readonly end: number }, text: string): TextChange => ({ start: p.start, end: p.end, text });

/** "did you mean x or y?": in chisels and in filters alike. */
export function nearFixes(problem: Problem, text: string): Fix[] {
  const written = text.slice(problem.start, problem.end);
  return meantInstead(problem).map(({ text: word }) => {
    const name = problem.code === 'unknown-function' && !written.includes('.') ? word.split('.').at(-1) ?? word : word;
    return { title: `Change to ${name}`, changes: [replace(problem, name)] };
  });
}
