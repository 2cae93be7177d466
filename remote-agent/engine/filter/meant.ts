// What may be meant where a name is wrong, as the problem's own words say it: "did you mean x or y?".
import type { Place } from './ast.ts';

/** Another spelling for what stands at a place. */
export interface Meant extends Place { readonly title: string; readonly text: string }

/** The likeliest first; none where the words name nothing that could stand there as it is. */
export function meantInstead(problem: Place & { readonly message: string }): Meant[] {
  const near = /did you mean ([^?]+)\?/.exec(problem.message)?.[1]?.split(/, | or /).map((word) => word.replace(/^"|"$/g, '')) ?? [];
  return near.filter((word) => /^[\w.[\]]+$/.test(word)).map((word) => ({ title: `Change to ${word}`, start: problem.start, end: problem.end, text: word }));
}
