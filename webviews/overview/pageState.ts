// What the page remembers over being closed: what is pinned, which stretch of time is looked at.

export interface OverviewState {
  /** Id of the session, so that the editor finds it again when its window is loaded anew. */
  readonly session: string;
  /** Ids of metrics, in the order in which they are drawn. */
  readonly pins: readonly string[];
  /** Live: the newest so many ns; 0: all that is there. */
  readonly windowNs: number;
  /** The stretch that was brushed; undefined: none. */
  readonly brush?: { readonly startNs: number; readonly endNs: number } | undefined;
  readonly zeros: boolean;
}

export const MAX_PINS = 6;
export const WINDOWS: readonly { readonly ns: number; readonly label: string }[] = [{ ns: 60e9, label: 'Last minute' }, { ns: 300e9, label: 'Last 5 minutes' }, { ns: 900e9, label: 'Last 15 minutes' }, { ns: 0, label: 'All that is kept' }];

/** A state out of whatever was stored, with what it starts with for the rest. */
export function readState(stored: unknown): OverviewState {
  const state = typeof stored === 'object' && stored !== null ? stored as Record<string, unknown> : {};
  const brush = typeof state['brush'] === 'object' && state['brush'] !== null ? state['brush'] as Record<string, unknown> : {};
  const { startNs, endNs } = brush;
  return {
    session: typeof state['session'] === 'string' ? state['session'] : '',
    pins: Array.isArray(state['pins']) ? [...new Set(state['pins'].filter((id): id is string => typeof id === 'string'))].slice(0, MAX_PINS) : ['calls', 'failed'],
    windowNs: WINDOWS.find(({ ns }) => ns === state['windowNs'])?.ns ?? 300e9,
    ...(typeof startNs === 'number' && typeof endNs === 'number' && endNs > startNs ? { brush: { startNs, endNs } } : {}),
    zeros: state['zeros'] === true,
  };
}
