// Completion, errors, colours and meanings of filters in the page's filter box, out of the engine: here, so that no key waits for a far host.
import { completeFilter, diagnoseFilter, filterColours, hoverFilter, meantInstead } from '../../../remote-agent/engine/filter/index.ts';
import type { FilterAssist } from '../../webviewHost/router.ts';

/** Longer texts are not looked at: nobody types them. */
const MAX_LENGTH = 20_000;

export const FILTER_ASSIST: FilterAssist = {
  complete: (text, offset) => text.length > MAX_LENGTH ? [] : completeFilter(text, offset),
  diagnose: text => text.length > MAX_LENGTH ? [{ start: 0, end: text.length, message: 'The filter is too long.' }] : diagnoseFilter(text).map(problem => ({ ...problem, fixes: meantInstead(problem) })),
  colours: text => text.length > MAX_LENGTH ? [] : filterColours(text),
  hover: (text, offset) => text.length > MAX_LENGTH ? undefined : hoverFilter(text, offset),
};
