// What the page remembers over being closed: sizes, folding, how times are shown.
import type { TimeMode } from '../base/time.ts';

export interface PageState {
  readonly folding: readonly string[];
  /** As `Arrangement.kept`. */
  readonly arrangement: unknown;
  readonly timeMode: TimeMode;
  readonly lanesPx: number;
  readonly lowerPx: number;
  readonly detailsPx: number;
}

/** A state out of whatever was stored, with what it starts with for the rest. */
export function readState(stored: unknown): PageState {
  const state = typeof stored === 'object' && stored !== null ? stored as Record<string, unknown> : {};
  const size = (name: string, fallback: number): number => { const value = state[name]; return typeof value === 'number' && value > 0 ? value : fallback; };
  return {
    folding: Array.isArray(state['folding']) ? state['folding'].filter((id): id is string => typeof id === 'string').slice(0, 500) : [],
    arrangement: state['arrangement'],
    timeMode: state['timeMode'] === 'relative' ? 'relative' : 'clock',
    lanesPx: size('lanesPx', window.innerWidth < 640 ? 124 : window.innerWidth < 1000 ? 240 : 290), lowerPx: size('lowerPx', Math.round(window.innerHeight * 0.38)), detailsPx: size('detailsPx', Math.min(460, Math.round(window.innerWidth * 0.36))),
  };
}
