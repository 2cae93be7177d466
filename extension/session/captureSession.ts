// What every feature uses: somebody who answers the agent protocol, be it on a far host, on this one, or a worker that reads a file.
// No feature knows which.
import type { CancellationToken, NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { Hello, Status } from '../../remote-agent/protocol/messages.ts';
import type { Disposable, Event } from '../base/emitter.ts';

/** The way to the agent. What is shown is stale in every state but `connected`. */
export interface LinkState {
  readonly state: 'connecting' | 'connected' | 'reconnecting' | 'lost' | 'closed';
  /** For people: what happened, since when, what comes next. '' when connected. */
  readonly message: string;
  /** Since when what is shown is stale, ms since the epoch; 0 when it is not. */
  readonly staleSinceMs: number;
}

export interface CaptureSession {
  /** Unique while the editor runs: `host:<name>`, `file:<path>`. */
  readonly id: string;
  /** Name of the host or the file. */
  readonly title: string;
  /** Events keep coming. */
  readonly live: boolean;
  /** Of the agent that answers now; it is another after each `onReset`. */
  readonly hello: Hello;
  readonly status: Status;
  readonly link: LinkState;
  readonly onStatus: Event<Status>;
  readonly onLink: Event<LinkState>;
  /** A new agent answers from now on: rows and times of before are void. */
  readonly onReset: Event<Hello>;
  readonly onClosed: Event<void>;

  /** Rejects with a `ResponseError` of the agent, or at once when there is no link. */
  request<R>(type: RequestType0<R, void>, params?: undefined, token?: CancellationToken): Promise<R>;
  request<P, R>(type: RequestType<P, R, void>, params: P, token?: CancellationToken): Promise<R>;
  /** Goes on over reconnects. */
  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): Disposable;
  /** Ends the agent; nothing of it is left running. */
  dispose(): Promise<void>;
}

/** A status before the first one came. */
export const NO_STATUS: Status = { events: 0, eventsPerSecond: 0, losses: [], lostPerSecond: 0, startNs: 0, endNs: 0, firstRow: 0, rowCount: 0, historyBytes: 0, progress: 0, problems: [] };
export const CONNECTED: LinkState = { state: 'connected', message: '', staleSinceMs: 0 };
