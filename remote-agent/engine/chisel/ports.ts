// What passes between a run of a chisel (where the events are) and the machine that executes its Lua (another process, a worker, or in place).
import type { ChiselProfile } from './profile.ts';
import type { BufferForm, FieldOptions } from '../fields/index.ts';

/** One argument of a chisel as its head declares it. */
export interface ChiselArgument { readonly name: string; readonly description: string; readonly type: string; readonly optional: boolean }

/** What a chisel may ask about where it runs (`sysdig.*`). */
export interface ChiselEnvironment {
  readonly live: boolean;
  /** The output is a terminal of this size; -1 where it is none. */
  readonly tty: boolean; readonly columns: number; readonly rows: number;
  /** The filter that selects the events, ''. */
  readonly filter: string;
  readonly cpus: number; readonly memoryBytes: number; readonly maxPid: number; readonly hostname: string;
  /** Name of the capture; '' live. */
  readonly source: string;
  /** `json` or `normal`. */
  readonly outputFormat: string;
  readonly containerData: boolean;
  /** How `evt.outputtime` prints, and how buffers do unless the chisel says otherwise: what the command line asks for. Left out: as without options. */
  readonly timeForm?: FieldOptions['timeForm'];
  readonly zoneSeconds?: number;
  readonly bufferForm?: BufferForm;
}

/** What is known of the source once it is open. */
export interface ChiselFacts { readonly cpus: number; readonly memoryBytes: number; readonly maxPid: number; readonly hostname: string; /** Time of the first event, epoch ns in decimal; '0' where there is none. */ readonly firstTs: string }

/** What Lua waits for in the middle of a callback: something that only whoever has the events knows. */
export interface ChiselRequest {
  readonly what: 'threads' | 'containers' | 'progress';
  /** '' none. */
  readonly filter: string;
  readonly fds: boolean;
  readonly barebone: boolean;
}

export interface ChiselProgram {
  /** Name for messages. */
  readonly name: string;
  readonly source: string;
  /** Values in the order of the head's arguments, by name. */
  readonly args: readonly { readonly name: string; readonly value: string }[];
  /** Modules that `require` may load: Lua text by name. */
  readonly modules: Readonly<Record<string, string>>;
  readonly environment: ChiselEnvironment;
  /** What takes its time is measured. */
  readonly profile?: boolean;
}

/** An error of a run: of the script, of a limit, or of the machine. */
export interface ChiselFault {
  readonly kind: 'script' | 'time' | 'memory' | 'arguments' | 'machine';
  readonly message: string;
  /** 1-based line of the chisel; 0 where not known. */
  readonly line: number;
  readonly traceback: string;
}

/** What a crossing into the machine brings back. */
export interface ChiselReply {
  readonly output: string;
  readonly fault?: ChiselFault;
  /** The chisel asked for the end (`sysdig.end_capture`, or `on_interval` that did not return true). */
  readonly ended: boolean;
  /** Set where the chisel changed what it wants to be handed. */
  readonly wants?: ChiselWants;
  /** The call has not ended: Lua waits for the answer. */
  readonly request?: ChiselRequest;
  /** What the tool is to be started again with after the capture (`sysdig.run_app`). */
  readonly apps?: readonly string[];
  /** What took its time so far, some times a second where that was asked for. */
  readonly profile?: ChiselProfile;
}

/** What the events must bring along, as of now. */
export interface ChiselWants {
  /** Names of requested fields, in the order of their columns. */
  readonly fields: readonly string[];
  readonly filter: string;
  /** Filter of the whole capture that the chisel set; ''. */
  readonly captureFilter: string;
  /** Format of event lines; undefined: none printed. '' the standard line. */
  readonly formatter?: string;
  /** ns; 0: none. */
  readonly intervalNs: number;
  readonly precise: boolean;
  /** Run this chisel in place of this one. */
  readonly exec?: { readonly name: string; readonly args: readonly string[] };
  readonly snaplen: number;
  /** How buffers are rendered: a name of `OUTPUT_FORMATS`. */
  readonly outputFormat: string;
}

/** Executes one chisel. Calls are made one after another. */
export interface ChiselMachine {
  load(program: ChiselProgram): Promise<ChiselReply>;
  captureStart(facts?: ChiselFacts): Promise<ChiselReply>;
  batch(bytes: Uint8Array): Promise<ChiselReply>;
  /** Answers the request of the last reply (`encodeLua`); what comes back is the rest of that call's. */
  answer(bytes: Uint8Array): Promise<ChiselReply>;
  /** Times as Lua gets them: seconds, ns of the second, ns from first to last event. */
  captureEnd(seconds: number, ns: number, deltaNs: number): Promise<ChiselReply>;
  close(): void;
}
