// What the pane that previews a chisel and the extension say to each other. The extension runs the chisel and passes on what it prints; the pane makes text, tables and trees of it.
import type { ChiselArgument } from '../../remote-agent/engine/chisel/ports.ts';
import type { ChiselProfile } from '../../remote-agent/engine/chisel/profile.ts';

/** What of a session a chisel is run on. Times are seconds since the first event. */
export type Extent =
  | { readonly kind: 'all' }
  | { readonly kind: 'first'; readonly events: number }
  | { readonly kind: 'range'; readonly fromS: number; readonly toS: number }
  /** A live host: what comes from now on. */
  | { readonly kind: 'live' };

/** How a chisel is previewed; remembered for each. */
export interface PreviewChoice {
  /** Id of the session; '': the one that was looked at last. */
  readonly session: string;
  /** Left out: all of a capture, what comes of a live host. */
  readonly extent?: Extent;
  readonly filter: string;
  /** In the order of the head's arguments; '' none. */
  readonly values: readonly string[];
  /** As the command line's -j. */
  readonly json: boolean;
  /** What takes the time is measured. */
  readonly profile: boolean;
}

export interface PreviewSource { readonly id: string; readonly title: string; readonly live: boolean; /** Seconds from the first event to the last. */ readonly seconds: number }

/** What the pane shows beside the output. */
export interface PreviewState {
  /** Address of the chisel's file, for a page that begins anew. */
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  readonly args: readonly ChiselArgument[];
  readonly choice: PreviewChoice;
  readonly sources: readonly PreviewSource[];
  /** What the choice comes to: the session that is meant, '' where there is none, and the extent. */
  readonly source: string;
  readonly extent: Extent;
  /** Chisels of a workspace run where it is trusted only. */
  readonly trusted: boolean;
  /** Why the chisel as it stands is not run: it does not parse, an argument is missing; ''. */
  readonly hold: string;
}

export interface RunError { readonly message: string; /** Name of the file; '' where it is not known. */ readonly file: string; /** 1-based; 0 where it is not known. */ readonly line: number; readonly traceback: string }

export interface RunProgress {
  readonly events: number;
  /** 0 to 1; -1: nobody knows, as it is live. */
  readonly fraction: number;
  readonly elapsedMs: number;
  /** From the start to the first thing that it printed, ms; -1: nothing yet. */
  readonly firstMs: number;
  readonly lagMs: number;
  readonly missed: number;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly error?: RunError;
  readonly profile?: ChiselProfile;
}

export type ToPreview =
  | { readonly event: 'state'; readonly state: PreviewState }
  /** A run begins: what was shown of the one before stays until this one prints. `label`: what runs on what. */
  | { readonly event: 'begin'; readonly run: number; readonly label: string; readonly json: boolean; /** Nothing of before is to stay. */ readonly fresh: boolean }
  /** `quick`: events of the short run that shows something while the whole one is under way; 0: of the run itself. */
  | { readonly event: 'output'; readonly run: number; readonly text: string; readonly quick: number }
  | { readonly event: 'progress'; readonly run: number; readonly progress: RunProgress };

export type FromPreview =
  /** The pane is there, and has this many columns of text. */
  | { readonly intent: 'ready'; readonly columns: number }
  | { readonly intent: 'columns'; readonly columns: number }
  | { readonly intent: 'choose'; readonly choice: PreviewChoice }
  | { readonly intent: 'run' } | { readonly intent: 'stop' } | { readonly intent: 'diff' } | { readonly intent: 'trust' } | { readonly intent: 'open' } | { readonly intent: 'connect' }
  | { readonly intent: 'timelineFilter' }
  | { readonly intent: 'copy'; readonly text: string; readonly what: string }
  | { readonly intent: 'save'; readonly text: string; readonly ending: 'txt' | 'csv' | 'json' }
  | { readonly intent: 'goTo'; readonly file: string; readonly line: number }
  | { readonly intent: 'error'; readonly message: string };
