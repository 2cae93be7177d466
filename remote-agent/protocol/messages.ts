// Every message between a client (the extension, a page behind it, a test) and an agent, live or file, declared once.
//
// Times are numbers: ns since `Hello.baseNs` (epoch ns, as text because JSON-like encodings have no 64-bit integers).
// `row` numbers name events of the history: they grow by one an event, never change, and are gone once the history has dropped the event.
// What pictures are made of travels packed (see packing.ts).
import { NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { DebugCommand, DebugEvent } from '../engine/chisel/debug/debugger.ts';
import type { ChiselProfile } from '../engine/chisel/profile.ts';

/** Raised when a message changes in a way that an older peer would misread. */
export const PROTOCOL_VERSION = 1;

// ---- greeting and status

export interface HelloParams { readonly protocolVersion: number; readonly client: string }
export interface Hello {
  readonly protocolVersion: number;
  readonly agentVersion: string;
  readonly hostname: string;
  readonly kernel: string;
  readonly cpus: number;
  /** Events keep coming. */
  readonly live: boolean;
  /** Path of the capture, for an agent that reads one. */
  readonly file?: string;
  readonly baseNs: string;
  /** What cannot be done here and why, for people: no probe, no Docker socket, a cut file. */
  readonly problems: readonly Problem[];
}
/** Something that is not as it should be: what, and what to do about it. */
export interface Problem { readonly code: string; readonly message: string; readonly remedy: string }

export interface Loss { readonly cause: string; readonly count: number }
export interface Status {
  /** Events since the start, and in the last second. */
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly losses: readonly Loss[];
  readonly lostPerSecond: number;
  /** What the history holds. `endNs` of a live agent is now. */
  readonly startNs: number;
  readonly endNs: number;
  readonly firstRow: number;
  readonly rowCount: number;
  /** Bytes of memory that the history takes. */
  readonly historyBytes: number;
  /** Reading a file: 0 to 1; 1 when done, and always for live agents. */
  readonly progress: number;
  /** How far a capture file is read; missing for live agents. */
  readonly reading?: Reading;
  readonly problems: readonly Problem[];
  /** What is asked of the probe; missing where there is none. */
  readonly asked?: Asked;
}
/** What is asked of the probe, and what is left out of that under overload. */
export interface Asked {
  /** Under overload less is asked for by itself. */
  readonly spare: boolean;
  /** What is left out now to spare the host, for people, in the order in which it was given up; empty where nothing is. */
  readonly leftOut: readonly string[];
  /** Since when something is left out; -1 where nothing is. */
  readonly sinceNs: number;
  readonly wish: CaptureWish;
  /** Names of the wish's containers, in its order; the id of one that is not known. */
  readonly containerNames: readonly string[];
}
/** Which events are wanted of a live host. Calls that say who processes are and what their descriptors are called come in any case. */
export interface CaptureWish {
  /** Ids as in `ContainerNode`; empty: all, and the host's own processes. */
  readonly containers: readonly string[];
  /** Names of calls; empty: all. */
  readonly calls: readonly string[];
  readonly failedOnly: boolean;
  /** Only calls that took at least so long; 0: all. */
  readonly slowerThanNs: number;
  /** Bytes kept of each buffer, 0 to 4,096; -1: as many as at the start. */
  readonly snaplen: number;
  readonly switches: boolean;
  readonly pageFaults: boolean;
}
/** The reading of a capture file. Whatever the state, all that is read can be asked for. */
export interface Reading {
  /** `stopped`: by `StopReading`. `complete`: to the end of the file as it was then. `damaged`: to where it broke, or could not be read further; `message` says where and why. */
  readonly state: 'reading' | 'stopped' | 'complete' | 'damaged';
  /** 0 to 1, by bytes; 1 only when complete. */
  readonly fraction: number;
  readonly events: number;
  /** Of the file as it lies on the disk (gzip: packed). `bytesTotal` grows with a file that is still being written. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** The file was longer when looked at last than what is read, or may still be written: `ResumeReading` reads what was added. */
  readonly more: boolean;
  /** For people, '' where there is nothing to say: where a file was cut or damaged (byte and event), that reading was stopped and how far it came. */
  readonly message: string;
}

export const Initialize = new RequestType<HelloParams, Hello, void>('initialize');
/** Sent once a second by live agents, and while a file is read. */
export const StatusChanged = new NotificationType<Status>('status/changed');
export const GetStatus = new RequestType0<Status, void>('status/get');
/** Stops reading a capture: what was read stays. Answers when reading has stopped; harmless where nothing is read any more. Fails with `ERRORS.notFile` for live agents. */
export const StopReading = new RequestType0<Status, void>('capture/stop');
/** Goes on where `StopReading` stopped, or at the former end of a file that has grown. Answers at once. Fails with `ERRORS.notFile`, or `ERRORS.fileChanged` where the file is no longer the one that was read. */
export const ResumeReading = new RequestType0<Status, void>('capture/resume');

// ---- the tree

export interface ContainerNode {
  /** Twelve hex digits; '' for the processes of the host itself. */
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** docker, podman, ...; 'host'. */
  readonly type: string;
  /** running, exited, ... */
  readonly status: string;
  /** Compose project and service, '' where there are none. */
  readonly project: string;
  readonly service: string;
  /** The pod that it belongs to, and the pod's namespace; missing where there is none. Of an engine with namespaces of its own, `namespace` comes without a pod. */
  readonly pod?: string;
  readonly namespace?: string;
  /** As its engine calls it; missing where that is not known. */
  readonly fullId?: string;
  /** Some of its labels, cut. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Percent of one CPU; -1 not known. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly processes: number;
  /** Failed calls of the last ten seconds. */
  readonly recentErrors: number;
}
export interface TreeResult { readonly hostname: string; readonly containers: readonly ContainerNode[] }
export interface ProcessNode {
  readonly pid: number; readonly ppid: number; readonly vpid: number;
  readonly comm: string; readonly cmdline: string; readonly user: string;
  readonly threads: number; readonly openFds: number;
}
export interface DescriptorNode { readonly fd: number; readonly kind: string; readonly name: string }

export const GetTree = new RequestType0<TreeResult, void>('tree/get');
/** The set of containers, their state or figures changed; at most twice a second. */
export const TreeChanged = new NotificationType<{ readonly containersChanged: boolean }>('tree/changed');
export const GetProcesses = new RequestType<{ readonly containerId: string }, readonly ProcessNode[], void>('tree/processes');
export const GetDescriptors = new RequestType<{ readonly pid: number }, readonly DescriptorNode[], void>('tree/descriptors');

// ---- calls under way

/** What everybody is blocked on: calls that have begun and not returned. Of a capture, those that never returned in it, as far as it is read. */
export interface CallsParams {
  /** '': the host's own processes. Missing: all containers. */
  readonly containerId?: string;
  /** Seen as the enter event of the call: its thread, its descriptor, its name. Fails with `ERRORS.filter`. */
  readonly filter: string;
  /** Only those that have been waiting at least so long; leaves out calls of which that is not known. 0: all. */
  readonly longerNs: number;
  /** At most 1,000; the longest first. */
  readonly count: number;
}
export interface CallUnderWay {
  readonly tid: number; readonly pid: number; readonly comm: string; readonly cmdline: string;
  readonly container: string; readonly containerId: string;
  readonly name: string; readonly kind: Kind;
  /** Native number; -1 in captures. */
  readonly nr: number;
  /** Of its enter event, in captures; else -1. */
  readonly row: number;
  /** -1 where it began before the agent watched. */
  readonly startNs: number;
  /** How long it has been waiting; -1 where that is not known. */
  readonly waitingNs: number;
  /** `atLeast`: it began before the agent watched, and since then, or for so long by the scheduler's word, the thread has not run. */
  readonly since: 'exact' | 'atLeast' | 'unknown';
  /** What it waits on, at most 64: first the descriptors that it was called with, then those of its set (poll, select, epoll). */
  readonly descriptors: readonly DescriptorNode[];
  readonly descriptorCount: number;
  /** What it waits for, for people: a socket with its addresses, a path, a futex, a child; '' where its arguments do not say. */
  readonly on: string;
  /** Registers in hexadecimal; of captures, the arguments as they print. */
  readonly args: readonly string[];
}
export interface CallsResult {
  readonly nowNs: number;
  readonly calls: readonly CallUnderWay[];
  /** How many there are that pass; `calls` may be fewer. */
  readonly total: number;
  /** Threads that were looked at, and those among them that may not be: without root, of other users. */
  readonly threads: number;
  readonly hidden: number;
  /** The capture tells of calls only when they return: what never returned is not in it. */
  readonly onlyReturned: boolean;
}
export const ListCalls = new RequestType<CallsParams, CallsResult, void>('inflight/list');

// ---- what is asked of the probe. Each request fails with `ERRORS.notLive` for captures, and where there is no probe.

/** Events of a container and a call that were left out under overload, since the agent began. */
export interface LeftOutRow { readonly containerId: string; readonly container: string; readonly call: string; readonly count: number }
/** The most first; at most 2,000. */
export const GetLeftOut = new RequestType0<readonly LeftOutRow[], void>('probe/leftOut');
/** `spare`: the rule for overload on or off, which widens. `widen`: all that is left out is asked for again now; the rule may narrow again. */
export const SetOverload = new RequestType<{ readonly spare?: boolean; readonly widen?: boolean }, Status, void>('probe/overload');
/** Asks for other events from now on. Fails with `ERRORS.profile`. */
export const SetCaptureWish = new RequestType<CaptureWish, Status, void>('probe/profile');

/** A call as the kernel counted it, by container. Quantiles of lengths are -1 where none is known. */
export interface CallCounterRow {
  readonly containerId: string; readonly container: string; readonly call: string;
  readonly calls: number; readonly errors: number; readonly bytes: number;
  /** Time in these calls, all together. */
  readonly ns: number; readonly p50Ns: number; readonly p99Ns: number;
}
/** What no call tells of, by container: time on processors, waiting for one, faults, block devices, TCP. */
export interface ContainerCounterRow {
  readonly containerId: string; readonly container: string;
  readonly runNs: number; readonly waitNs: number; readonly waitP50Ns: number; readonly waitP99Ns: number; readonly switches: number;
  readonly minorFaults: number; readonly majorFaults: number;
  readonly diskReads: number; readonly diskReadBytes: number; readonly diskWrites: number; readonly diskWriteBytes: number;
  readonly tcpConnects: number; readonly tcpFailed: number; readonly tcpAccepts: number; readonly tcpRetransmits: number; readonly tcpSentBytes: number; readonly tcpReceivedBytes: number;
  readonly oomKills: number;
}
export interface CountersResult {
  /** How long has been counted. */
  readonly elapsedNs: number;
  readonly containers: readonly ContainerCounterRow[];
  /** The most calls first, at most 2,000 of `totalCalls`. */
  readonly calls: readonly CallCounterRow[];
  readonly totalCalls: number;
  /** Things that were not counted for want of room. */
  readonly lost: number;
  /** What is not counted and why, for people. */
  readonly problems: readonly string[];
}
/** Counts in the kernel from the first such request on, until none has come for 15 s. `anew`: from now on. */
export const GetCounters = new RequestType<{ readonly anew?: boolean }, CountersResult, void>('probe/counters');

// ---- the timeline

/** Colour classes of calls; an event's kind is its index here. */
export const KINDS = ['file', 'network', 'process', 'memory', 'signal', 'wait', 'other'] as const;
export type Kind = (typeof KINDS)[number];

export type LaneLevel = 'host' | 'container' | 'process' | 'thread';
/** Lane ids: `h`, `c:<container id>`, `p:<pid>`, `t:<tid>`. The host's own processes are in `c:`. */
export interface Lane {
  readonly id: string; readonly parent: string; readonly level: LaneLevel;
  readonly label: string;
  /** Second line: image, command line. */
  readonly detail: string;
  readonly events: number; readonly errors: number;
}
export interface LanesParams {
  readonly startNs: number; readonly endNs: number; readonly filter: string;
  /** At most 16 lanes of threads that are wanted though they have done nothing since the agent watches: with the call that they have been in since before. */
  readonly also?: readonly string[];
}
/** Sorted so that children follow their parent. Only lanes with an event in the range, and their parents. */
export interface LanesResult { readonly lanes: readonly Lane[] }

export interface ViewportParams {
  readonly startNs: number; readonly endNs: number;
  /** Width in CSS pixels: the number of buckets. */
  readonly widthPx: number;
  readonly lanes: readonly string[];
  readonly filter: string;
}
/** Density of a lane: for each bucket `KINDS.length + 1` numbers, the calls under way or recorded in it by kind, and the failed ones among them. */
export interface DensityLane { readonly id: string; readonly mode: 'density'; /** Packed, see density.ts */ readonly counts: Uint8Array }
/** Single calls of a lane, sorted by start; sent where there are few enough to draw. Columns of equal length. */
export interface SpanLane {
  readonly id: string; readonly mode: 'spans';
  readonly count: number;
  /** Packed numbers (packing.ts) each; a call that has not returned lasts until now. */
  readonly startNs: Uint8Array; readonly durationNs: Uint8Array;
  /** Packed numbers: row of the event; 0xffffffff for a call that has not returned and so is no event yet. */
  readonly rows: Uint8Array;
  /** A byte each: index into KINDS, +128 where the call failed. */
  readonly kinds: Uint8Array;
  /** Packed numbers: index into `ViewportResult.names`. */
  readonly names: Uint8Array;
  /** Row in the lane, for lanes of several threads whose calls overlap: a byte each. */
  readonly depths: Uint8Array;
  /** Packed numbers: indexes of the calls that have not returned, and of those among them that began before the start that is given, nobody knows when. Missing where there are none. */
  readonly open?: Uint8Array; readonly before?: Uint8Array;
}
/** Stretch of time in which events were lost. */
export interface Gap { readonly startNs: number; readonly endNs: number; readonly count: number; readonly cause: string }
export interface ViewportResult {
  readonly startNs: number; readonly endNs: number;
  readonly lanes: readonly (DensityLane | SpanLane)[];
  /** Names of calls that `SpanLane.names` point to. */
  readonly names: readonly string[];
  readonly gaps: readonly Gap[];
  /** To be added to all `SpanLane.rows` but 0xffffffff, which have 32 bits; 0 where it is missing. */
  readonly rowBase?: number;
}
export const GetLanes = new RequestType<LanesParams, LanesResult, void>('timeline/lanes');
export const GetViewport = new RequestType<ViewportParams, ViewportResult, void>('timeline/viewport');

// ---- the overview

export { GetOverview, type OverviewFinding, type OverviewParams, type OverviewResult, type OverviewSeries } from './overviewMessages.ts';

// ---- events

export interface EventRowMessage {
  readonly row: number; readonly num: number;
  readonly startNs: number; readonly durationNs: number;
  readonly cpu: number; readonly tid: number; readonly pid: number;
  readonly comm: string; readonly container: string; readonly containerId: string;
  readonly name: string; readonly kind: Kind; readonly failed: boolean;
  /** Arguments as `evt.args` prints them. */
  readonly info: string;
  /** Return value or error name; '' for what returns nothing. */
  readonly result: string;
}
export interface PageParams {
  readonly filter: string;
  readonly startNs: number; readonly endNs: number;
  /** First row to look at: going on forward or back from here. -1: the first (forward) or last (backward) of the range. */
  readonly fromRow: number;
  readonly direction: 'forward' | 'backward';
  readonly count: number;
}
export interface PageResult {
  /** In the order of the history, whatever the direction. */
  readonly rows: readonly EventRowMessage[];
  /** Row to go on from in the same direction; -1 at the end. */
  readonly nextRow: number;
}
export interface EventParameter { readonly name: string; readonly type: string; readonly value: string }
export interface EventDetails extends EventRowMessage {
  readonly epochNs: string;
  readonly category: string; readonly nr: number;
  readonly parameters: readonly EventParameter[];
  /** The buffer that the call read or wrote, as far as it was captured. */
  readonly data?: Uint8Array;
  readonly fd?: DescriptorNode;
  /** From the process up: pid, comm, command line. */
  readonly ancestors: readonly { readonly pid: number; readonly comm: string; readonly cmdline: string }[];
  readonly image: string; readonly user: string; readonly cwd: string; readonly exepath: string;
}
export const GetEvents = new RequestType<PageParams, PageResult, void>('events/page');
export const GetEvent = new RequestType<{ readonly row: number }, EventDetails, void>('events/details');
export interface CountParams {
  readonly filter: string; readonly startNs: number; readonly endNs: number;
  /** Chosen by the client: `CountProgress` tells of the count under this name while it goes on. */
  readonly progressId?: string;
}
/** How many events of the range pass. Cancel the request to end a long one. */
export const CountEvents = new RequestType<CountParams, { readonly count: number }, void>('events/count');
/** Counted so far, and the part of the range that was looked at (0 to 1); about five times a second. */
export const CountProgress = new NotificationType<{ readonly progressId: string; readonly count: number; readonly fraction: number }>('events/counting');

export interface FindParams {
  /** What is looked for: a filter. An empty one finds every event of the list. */
  readonly find: string;
  /** The list's filter: only its events are looked at. */
  readonly filter: string;
  /** The list's range; the whole history where they are missing. */
  readonly startNs?: number; readonly endNs?: number;
  /** The search begins behind (forward) or before (backward) this row; -1: with the first or last one. */
  readonly fromRow: number;
  readonly direction: 'forward' | 'backward';
  /** Go on at the other end when nothing more is found. */
  readonly wrap: boolean;
}
/** `row` -1: nothing found. `index`: position among all matches, from 1, `total`: of the matches among what is read; 0 and -1 where finding that out takes longer than a moment. */
export interface FindResult { readonly row: number; readonly wrapped: boolean; readonly index: number; readonly total: number }
/** The next or previous event of a list that matches. A filter that does not compile fails with `ERRORS.filter`; `FilterErrorData.which` says which of the two. Cancellable. */
export const FindEvent = new RequestType<FindParams, FindResult, void>('events/find');
/** First event of the list that was recorded at or after a time; -1: none. `index`: how many events of the list lie before it. Cancellable. */
export const SeekTime = new RequestType<{ readonly filter: string; readonly ns: number }, { readonly row: number; readonly index: number }, void>('events/seek');
/** Row of the list's event number `index`, from 0; -1: the list is shorter. What a scroll bar needs. Cancellable. */
export const RowAtIndex = new RequestType<{ readonly filter: string; readonly index: number }, { readonly row: number }, void>('events/rowAt');

// ---- chisels

export interface RunChiselParams {
  /** Chosen by the client; names the run in what follows. */
  readonly id: string;
  readonly name: string; readonly source: string;
  readonly args: readonly string[];
  readonly filter: string;
  /** A live agent: go on with events as they come until cancelled; else over the history's range. */
  readonly follow: boolean;
  readonly startNs: number; readonly endNs: number;
  /** Events of the range, or that pass the filter where there is one, after which the run ends as at the capture's end; left out: all. */
  readonly maxEvents?: number;
  /** `json`: as the command line's -j. */
  readonly outputFormat?: 'normal' | 'json';
  /** What the chisel is told of the terminal that its output goes to; left out: to none. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  /** Lua files that lie beside the chisel, by name, which it may `require`. */
  readonly modules?: Readonly<Record<string, string>>;
  /** Measure what takes the chisel's time; it runs a little slower for it. */
  readonly profile?: boolean;
  /** Tell how far the run is, some times a second. */
  readonly progress?: boolean;
  /** Debug it: it stops where it is told, and has no limit of time. */
  readonly debug?: { readonly stopOnEntry: boolean; readonly commands: readonly DebugCommand[] };
}
/** How far a run is. */
export interface ChiselProgressMessage {
  readonly id: string;
  /** Events that the chisel's run has taken. */
  readonly events: number;
  /** Share of the range that is behind it, 0 to 1; live: -1. */
  readonly fraction: number;
  /** Live: how old the last event that was handed over is, ms; else 0. */
  readonly lagMs: number;
  /** Live: events that were left out since the chisel did not keep up. */
  readonly missed: number;
  readonly profile?: ChiselProfile;
}
export interface ChiselResultMessage { readonly events: number; readonly missed?: number; readonly profile?: ChiselProfile; readonly error?: ChiselError }
export interface ChiselOutput { readonly id: string; readonly text: string }
export interface ChiselError { readonly message: string; /** 1-based; 0 where not known. */ readonly line: number; readonly traceback: string }
/** Answers when the run has ended; cancel the request to end it. */
export const RunChisel = new RequestType<RunChiselParams, ChiselResultMessage, void>('chisel/run');
/** A chisel will be run soon: what takes time to be there may be made ready. */
export const PrepareChisel = new RequestType0<void, void>('chisel/prepare');
export const ChiselProgress = new NotificationType<ChiselProgressMessage>('chisel/progress');
export const ChiselPrinted = new NotificationType<ChiselOutput>('chisel/output');
/** For a run that is debugged, also while it stands still. */
export const DebugChisel = new RequestType<{ readonly id: string; readonly command: DebugCommand }, void, void>('chisel/debug');
export const ChiselDebugged = new NotificationType<{ readonly id: string; readonly event: DebugEvent }>('chisel/debugged');
/** Fields of the event that such a run is at, those that have a value; of one group, or with '' the names of the groups that have any. */
export const GetDebuggedEvent = new RequestType<{ readonly id: string; readonly group: string }, readonly DebuggedField[], void>('chisel/debuggedEvent');
export interface DebuggedField { readonly name: string; readonly text: string }

// ---- recordings

export interface Recording { readonly id: string; readonly path: string; readonly events: number; readonly bytes: number; readonly active: boolean; readonly error?: string }
export const StartRecording = new RequestType<{ readonly filter: string }, Recording, void>('record/start');
export const StopRecording = new RequestType<{ readonly id: string }, Recording, void>('record/stop');
export const ListRecordings = new RequestType0<readonly Recording[], void>('record/list');
export const RecordingChanged = new NotificationType<Recording>('record/changed');
/** Reads a stopped recording, at most 1 MiB a call; empty at its end. */
export const ReadRecording = new RequestType<{ readonly id: string; readonly offset: number; readonly length: number }, { readonly data: Uint8Array }, void>('record/read');
export const DeleteRecording = new RequestType<{ readonly id: string }, void, void>('record/delete');

/**
 * Codes of errors that a client may want to act on; the message is for people. `gone`: the event or process is no longer there. `notFile`: only a capture file is read.
 * `fileChanged`: the capture's file was changed, cut or removed since it was read, so that its events cannot be read again; the index stays: counts and positions go on being right for what was read.
 */
export const ERRORS = { filter: 1001, gone: 1002, notLive: 1003, protocol: 1004, io: 1005, chisel: 1006, notFile: 1007, fileChanged: 1008, profile: 1009, view: 1010 } as const;
/** `data` of an error with code `ERRORS.filter`. */
export interface FilterErrorData { readonly start: number; readonly end: number; readonly message: string; /** Of `FindEvent`: the parameter that is wrong. */ readonly which?: 'find' | 'filter' }
