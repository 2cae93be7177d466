// Read-only helpers on `window.__portholeTest` for tests in a browser: where things are on the canvas, and when the page has nothing left to do.
import type { Gap } from '../../remote-agent/protocol/messages.ts';
import type { TimelinePage } from './page.ts';

/** Positions are CSS pixels from the canvas's top left corner, times ns since the session's base. */
export interface PortholeTest {
  xOfNs(ns: number): number;
  nsAtX(xCss: number): number;
  /** Where the marks of a visible lane lie; undefined for one that is folded away. */
  laneRect(id: string): { x: number; y: number; width: number; height: number } | undefined;
  /** How a lane is drawn at the moment. */
  laneMode(id: string): 'density' | 'spans' | undefined;
  /** Losses in view as they are drawn. */
  gaps(): readonly Gap[];
  range(): { startNs: number; endNs: number };
  /** The time that is marked. */
  chosen(): { startNs: number; endNs: number } | undefined;
  following(): boolean;
  selectedRow(): number | undefined;
  /** The filter in force. */
  filter(): string;
  idle(): boolean;
}
declare global { interface Window { __portholeTest?: PortholeTest } }

export function installTestHooks(page: TimelinePage): void {
  const { stage } = page;
  window.__portholeTest = {
    xOfNs: (ns) => stage.xOfNs(ns), nsAtX: (xCss) => stage.nsAtX(xCss), laneRect: (id) => stage.laneRect(id), laneMode: (id) => stage.data(id)?.mode,
    gaps: () => stage.gaps, range: () => ({ ...page.model.range }), chosen: () => page.model.chosen && { ...page.model.chosen }, following: () => page.model.following, selectedRow: () => page.model.selection?.row, filter: () => page.filter.applied, idle: () => page.idle,
  };
}
