// What the page of views and the extension say to each other. Tables are the agent's: the page asks for the rows that are seen.
import type { ViewAction } from '../../remote-agent/engine/view/index.ts';
import type { FlameMeasure, FlameResult, OpenedView, SpectrogramResult, ViewRowsResult, ViewSample } from '../../remote-agent/protocol/viewMessages.ts';

/** A view as the page lists it. */
export interface ViewEntry {
  readonly id: string; readonly name: string; readonly description: string;
  /** Heading that it is listed under. */
  readonly category: string;
  readonly kind: 'table' | 'list' | 'spectrogram' | 'flame';
  /** Fields of a selection that it can be narrowed to; '' stands for none. */
  readonly appliesTo: readonly string[];
  /** The view that a row opens; ''. */
  readonly drillDown: string;
  readonly deeper: boolean; readonly propagate: boolean;
  readonly actions: readonly ViewAction[];
  /** It has columns that are there with containers only. */
  readonly hasContainers: boolean;
}
export type ExtentChoice = 'all' | 'range' | 'live';
/** Something to begin with. */
export interface ViewStart { readonly view: string; readonly filter: string }
export interface ViewsInit {
  /** Id and name of the session. */
  readonly session: string; readonly title: string;
  readonly live: boolean;
  readonly catalogue: readonly ViewEntry[];
  /** View files that are none: what is wrong, for people. */
  readonly problems: readonly string[];
  /** Missing where the page is to go on as it was left. */
  readonly start?: ViewStart;
  readonly range?: MarkedRange;
}
/** The time that is marked in the timeline, for people. */
export interface MarkedRange { readonly startNs: number; readonly endNs: number; readonly text: string }
export interface OpenRequest { readonly view: string; readonly filter: string; readonly containers: boolean; readonly depth: number; readonly extent: ExtentChoice }
export interface RowsRequest { readonly handle: string; readonly sort: number; readonly ascending: boolean; readonly search: string; readonly from: number; readonly count: number }
export interface SpectrogramRequest { readonly view: string; readonly filter: string; readonly extent: ExtentChoice; readonly columns: number }
export interface FlameRequest { readonly filter: string; readonly extent: ExtentChoice; readonly measure: FlameMeasure; readonly path: readonly string[] }
export type RowsOrder = Omit<RowsRequest, 'from' | 'count'>;

export interface ViewsRequests {
  'views/ready': { params: Record<never, never>; result: ViewsInit };
  /** The one before is let go. */
  'views/open': { params: OpenRequest; result: OpenedView & { readonly handle: string } };
  'views/rows': { params: RowsRequest; result: ViewRowsResult };
  'views/spectrogram': { params: SpectrogramRequest; result: SpectrogramResult };
  'views/flame': { params: FlameRequest; result: FlameResult };
  'views/range': { params: Record<never, never>; result: MarkedRange | null };
  'views/pause': { params: { readonly handle: string; readonly paused: boolean }; result: null };
}
export type ViewsEvent =
  | { readonly event: 'progress'; readonly handle: string; readonly fraction: number; readonly events: number }
  | { readonly event: 'sampled'; readonly handle: string; readonly sample: ViewSample }
  /** Something else is to be shown. */
  | { readonly event: 'show'; readonly start: ViewStart }
  /** Another agent answers: tables of before are void. */
  | { readonly event: 'again'; readonly init: ViewsInit }
  /** The way to the host; '' while it is there. */
  | { readonly event: 'link'; readonly message: string };
export type ViewsIntent =
  | { readonly intent: 'copy'; readonly text: string }
  | { readonly intent: 'copyTable'; readonly order: RowsOrder }
  | { readonly intent: 'export'; readonly order: RowsOrder; readonly form: 'csv' | 'json'; readonly name: string }
  /** The timeline is to show the events of this, of the extent or of a time of their own. */
  | { readonly intent: 'timeline'; readonly filter: string; readonly extent: ExtentChoice; readonly startNs?: number; readonly endNs?: number }
  /** A line for a shell is to be offered: the view's action with this number, for a row. */
  | { readonly intent: 'action'; readonly view: string; readonly action: number; readonly handle: string; readonly key: string }
  | { readonly intent: 'error'; readonly message: string };
