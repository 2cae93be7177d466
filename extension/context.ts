// What features share: made once at activation and passed on; there is no other global state.
import type * as vscode from 'vscode';
import type { HostManager } from './remote/hostManager.ts';
import type { SessionRegistry } from './session/registry.ts';
import type { CaptureSession } from './session/captureSession.ts';

/** What the timeline is asked to show; all optional. */
export interface ShowRequest { readonly filter?: string; readonly lane?: string; readonly row?: number; readonly startNs?: number; readonly endNs?: number }

/** A container, process or descriptor. */
export interface Chosen { readonly session: CaptureSession; readonly filter: string; readonly label: string }

export interface Ctx {
  readonly extension: vscode.ExtensionContext;
  readonly extensionUri: vscode.Uri;
  /** The output channel "Porthole". */
  readonly log: vscode.LogOutputChannel;
  readonly sessions: SessionRegistry;
  readonly hosts: HostManager;
  /** Disposed of at deactivation. */
  readonly subscriptions: vscode.Disposable[];
  /** Opens or reveals the timeline of a session. Set by the timeline feature. */
  showTimeline(session: CaptureSession, show?: ShowRequest): void;
  /** The filter that the timeline of a session shows now; ''. Set by the timeline feature. */
  currentFilter(session: CaptureSession): string;
  /** The stretch of time that is marked in the timeline of a session, ns since its base; undefined: none. Set by the timeline feature. */
  chosenRange(session: CaptureSession): { readonly startNs: number; readonly endNs: number } | undefined;
  /** What is chosen in the hosts view and has a filter that means it; undefined: nothing. Set by the hosts feature. */
  chosen(): Chosen | undefined;
  /** Registers a command that reports what it throws: message, remedy, log. */
  command(id: string, run: (...args: unknown[]) => unknown): void;
}
