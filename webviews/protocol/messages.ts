// What a page and the extension say to each other. A page asks (each request has an id and gets one reply), and is told of events.
// Results are the agent protocol's own message types: the extension only forwards them to the session that the page belongs to.
import type { CountParams, EventDetails, FindParams, FindResult, Hello, LanesParams, LanesResult, OverviewParams, OverviewResult, PageParams, PageResult, Status, ViewportParams, ViewportResult } from '../../remote-agent/protocol/messages.ts';

/** Codes of problems with which no event ever comes from a live host. */
export const NO_EVENTS: ReadonlySet<string> = new Set(['platform', 'addon', 'btf', 'permission', 'kernel', 'probe']);

/** Requests that a page may make: parameters and result by name. */
export interface PageRequests {
  /** First thing a page asks: what it looks at, and how it was left. */
  'page/ready': { params: Record<never, never>; result: PageInit };
  'timeline/lanes': { params: LanesParams; result: LanesResult };
  'timeline/viewport': { params: ViewportParams; result: ViewportResult };
  'events/page': { params: PageParams; result: PageResult };
  'events/details': { params: { readonly row: number }; result: EventDetails };
  'events/count': { params: CountParams; result: { readonly count: number } };
  'events/find': { params: FindParams; result: FindResult };
  'events/seek': { params: { readonly filter: string; readonly ns: number }; result: { readonly row: number; readonly index: number } };
  'events/rowAt': { params: { readonly filter: string; readonly index: number }; result: { readonly row: number } };
  'overview/get': { params: OverviewParams; result: OverviewResult };
  'capture/stop': { params: Record<never, never>; result: Status };
  'capture/resume': { params: Record<never, never>; result: Status };
  'filter/complete': { params: { readonly text: string; readonly offset: number }; result: readonly FilterCompletion[] };
  'filter/diagnose': { params: { readonly text: string }; result: readonly FilterProblem[] };
  'filter/colours': { params: { readonly text: string }; result: readonly FilterColour[] };
  /** What stands at a place of the text, in plain words; undefined where nothing can be said. */
  'filter/hover': { params: { readonly text: string; readonly offset: number }; result: FilterHoverText | undefined };
}
export type PageRequestName = keyof PageRequests;

export interface PageInit {
  readonly title: string;
  /** Id of the session, as the editor knows it. */
  readonly session: string;
  readonly hello: Hello;
  readonly status: Status;
  /** Filter to start with, and a lane to unfold and show; both may be ''. */
  readonly filter: string;
  readonly lane: string;
  /** Filters that were used before, in whatever capture; the latest first. */
  readonly filterHistory: readonly string[];
  /** Of this capture or host. */
  readonly bookmarks: readonly Bookmark[];
  /** Parts of it can be written to captures of their own. */
  readonly canSaveRange: boolean;
}

/** A stretch of time with a name. Times are epoch ns as text, so that they mean the same in every session. */
export interface Bookmark { readonly name: string; readonly startNs: string; readonly endNs: string }

export interface FilterCompletion { readonly label: string; readonly kind: 'field' | 'operator' | 'value' | 'keyword'; readonly detail: string; readonly insert: string; /** Range of the text that it replaces. */ readonly start: number; readonly end: number }
/** `fixes`: what may be meant instead, the likeliest first. */
export interface FilterProblem { readonly start: number; readonly end: number; readonly message: string; readonly fixes?: readonly FilterFix[] }
export interface FilterFix { readonly title: string; readonly start: number; readonly end: number; readonly text: string }
/** In the order of the text, none over another; `type`: of the editor's semantic tokens. */
export interface FilterColour { readonly start: number; readonly end: number; readonly type: 'function' | 'property' | 'operator' | 'keyword' | 'string' | 'number' | 'enumMember' }
export interface FilterHoverText { readonly start: number; readonly end: number; readonly text: string }

/** What a page is told without asking. */
export type PageEvent =
  | { readonly event: 'status'; readonly status: Status }
  /** The link to the agent: what the page shows is stale while it is not `connected`. */
  | { readonly event: 'link'; readonly state: 'connected' | 'reconnecting' | 'lost'; readonly message: string }
  /** A command of the editor: show this filter, this lane, this event, this range. */
  | { readonly event: 'show'; readonly filter?: string; readonly lane?: string; readonly row?: number; readonly startNs?: number; readonly endNs?: number }
  /** How far a count with this id is. */
  | { readonly event: 'counting'; readonly progressId: string; readonly count: number; readonly fraction: number }
  /** A command of the editor, to be done as if its key had been pressed in the page. */
  | { readonly event: 'do'; readonly what: PageCommand }
  /** A new session answers from now on (after a reconnect): rows and times of before are void. */
  | { readonly event: 'reset'; readonly init: PageInit };

/** What commands of the editor have a page do. */
export type PageCommand = 'find' | 'nextMatch' | 'previousMatch' | 'goTo' | 'previousFilter' | 'saveRange' | 'bookmark' | 'copyLink' | 'savePng' | 'saveSvg';

/** What a page tells without wanting an answer. */
export type PageIntent =
  | { readonly intent: 'filterHistory'; readonly filters: readonly string[] }
  | { readonly intent: 'filterChanged'; readonly filter: string }
  /** The timeline of the same session is to show this; all optional. */
  | { readonly intent: 'showTimeline'; readonly filter?: string; readonly row?: number; readonly startNs?: number; readonly endNs?: number }
  | { readonly intent: 'copy'; readonly text: string }
  /** The user marked a stretch of time, ns since the base; without times: none. */
  | { readonly intent: 'rangeChosen'; readonly startNs?: number; readonly endNs?: number }
  | { readonly intent: 'bookmarks'; readonly bookmarks: readonly Bookmark[] }
  /** A link to this place is wanted; epoch ns. */
  | { readonly intent: 'copyLink'; readonly startNs: string; readonly endNs: string; readonly filter: string; readonly row?: number }
  /** A capture of this time is wanted, of what passes the filter. */
  | { readonly intent: 'saveRange'; readonly startNs: number; readonly endNs: number; readonly filter: string }
  /** A picture of the timeline is to be saved: PNG as bytes, SVG as text. */
  | { readonly intent: 'savePicture'; readonly format: 'png' | 'svg'; readonly data: Uint8Array | string }
  | { readonly intent: 'error'; readonly message: string };

export type ToPage = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: { readonly message: string; readonly code?: number; readonly data?: unknown } } | PageEvent;
export type FromPage = { [K in PageRequestName]: { readonly id: number; readonly method: K; readonly params: PageRequests[K]['params'] } }[PageRequestName] | { readonly cancel: number } | PageIntent;
