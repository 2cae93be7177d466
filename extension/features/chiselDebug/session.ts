// One debug session: VS Code's debug protocol on one side, a run of a chisel on the other. In place: the editor calls `handleMessage`, and hears by `onDidSendMessage`.
//
// A chisel has one thread. Variables have numbers while it stands: frames and their scopes by arithmetic, tables by what Lua gave them, groups of the event's fields by their order.
import * as vscode from 'vscode';
import type { DebugCommand, DebugEvent, DebugFrame, DebugQuestion, DebugValue, StepKind } from '../../../remote-agent/engine/chisel/debug/debugger.ts';
import { ChiselDebugged, ChiselPrinted, DebugChisel, GetDebuggedEvent, RunChisel } from '../../../remote-agent/protocol/messages.ts';
import { errorText, shortCount } from '../../base/text.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { Sources } from './sources.ts';

/** What the session is about. */
export interface DebugTarget {
  readonly session: CaptureSession;
  readonly name: string; readonly uri: vscode.Uri; readonly source: string;
  readonly modules: Readonly<Record<string, string>>; readonly files: ReadonlyMap<string, vscode.Uri>;
  readonly args: readonly string[];
  readonly filter: string;
  readonly stopOnEntry: boolean;
  readonly noDebug: boolean;
  readonly maxEvents?: number;
}

interface Request { readonly seq: number; readonly type: string; readonly command: string; readonly arguments?: Readonly<Record<string, unknown>> }
interface Answer { readonly values: readonly DebugValue[]; readonly problem?: string }
interface Variable { readonly name: string; readonly value: string; readonly type?: string; readonly variablesReference: number; readonly evaluateName?: string; readonly presentationHint?: unknown }

const THREAD = 1;
/** Numbers of variables: scopes of frames, the event's groups, then Lua's tables. */
const SCOPES_PER_FRAME = 4, LOCALS = 0, UPVALUES = 1, GLOBALS = 2, EVENT = 3;
const GROUPS_AT = 100_000, TABLES_AT = 200_000;
const STEPS: Readonly<Record<string, StepKind>> = { continue: 'go', next: 'over', stepIn: 'in', stepOut: 'out' };
const REASONS: Readonly<Record<string, string>> = { error: 'exception' };
let runs = 0;

export class ChiselDebugSession implements vscode.DebugAdapter {
  readonly #sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.#sent.event;
  readonly #target: DebugTarget;
  readonly #sources: Sources;
  readonly #id = `debug-${++runs}`;
  readonly #cancel = new vscode.CancellationTokenSource();
  readonly #listening: { dispose(): unknown }[] = [];
  /** What was set before the run began. */
  readonly #commands: DebugCommand[] = [];
  #running = false;
  #ended = false;
  #seq = 1;
  #asked = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #frames: readonly DebugFrame[] = [];
  #message = '';
  #groups: string[] = [];

  constructor(target: DebugTarget) {
    this.#target = target;
    this.#sources = new Sources(target);
    this.#listening.push(
      target.session.onNotification(ChiselDebugged, ({ id, event }) => { if (id === this.#id) this.#heard(event); }),
      target.session.onNotification(ChiselPrinted, ({ id, text }) => { if (id === this.#id) this.#output('stdout', text); }),
      target.session.onClosed(() => { this.#end(`${target.session.title} was closed.\n`); }),
    );
  }

  dispose(): void { this.#cancel.cancel(); this.#finish(); this.#sent.dispose(); }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    const request = message as unknown as Request;
    if (request.type !== 'request') return;
    void this.#answer(request).then(
      (body) => { this.#send({ type: 'response', request_seq: request.seq, success: true, command: request.command, ...(body === undefined ? {} : { body }) }); this.#after(request); },
      (error: unknown) => { const text = errorText(error); this.#send({ type: 'response', request_seq: request.seq, success: false, command: request.command, message: text, body: { error: { id: 1, format: text.replace(/[{}]/g, '($&)'), showUser: false } } }); });
  }

  async #answer({ command, arguments: args = {} }: Request): Promise<unknown> {
    switch (command) {
      case 'initialize': return {
        supportsConfigurationDoneRequest: true, supportsConditionalBreakpoints: true, supportsHitConditionalBreakpoints: true, supportsLogPoints: true, supportsEvaluateForHovers: true, supportsSetVariable: true, supportsTerminateRequest: true, supportsExceptionInfoRequest: true,
        exceptionBreakpointFilters: [{ filter: 'uncaught', label: 'Uncaught Errors', default: true, description: 'Stops where an error is raised that ends the chisel.' }, { filter: 'caught', label: 'Caught Errors', default: false, description: 'Stops also at errors that pcall catches.' }],
      };
      case 'launch': case 'attach': return undefined;
      case 'setBreakpoints': return this.#setBreakpoints(args);
      case 'setExceptionBreakpoints': { const filters = list(args['filters']).map(String); this.#tell({ do: 'errors', uncaught: filters.includes('uncaught'), caught: filters.includes('caught') }); return undefined; }
      case 'configurationDone': return undefined;
      case 'threads': return { threads: [{ id: THREAD, name: this.#target.name }] };
      case 'stackTrace': return { stackFrames: this.#frames.map((frame, i) => ({ id: i + 1, name: frame.name, line: frame.line, column: 1, ...this.#sources.sourceOf(frame.chunk) })), totalFrames: this.#frames.length };
      case 'scopes': return this.#scopes(Number(args['frameId']));
      case 'variables': return { variables: await this.#variables(Number(args['variablesReference'])) };
      case 'evaluate': { const [value] = await this.#ask('evaluate', Math.max(1, Number(args['frameId'] ?? 1)), String(args['expression'])); return { result: value?.text ?? 'nil', type: value?.type ?? 'nil', variablesReference: refOf(value) }; }
      case 'setVariable': return this.#setVariable(Number(args['variablesReference']), String(args['name']), String(args['value']));
      case 'exceptionInfo': return { exceptionId: 'Error', description: this.#message, breakMode: 'unhandled' };
      case 'continue': case 'next': case 'stepIn': case 'stepOut': this.#tell({ do: STEPS[command] ?? 'go' }); return command === 'continue' ? { allThreadsContinued: true } : undefined;
      case 'pause': this.#tell({ do: 'pause' }); return undefined;
      case 'terminate': case 'disconnect': this.#cancel.cancel(); return undefined;
      default: throw new Error(`The debugger of chisels does not know ${command}.`);
    }
  }
  /** What may only begin once an answer has been given. */
  #after({ command }: Request): void {
    if (command === 'initialize') this.#event('initialized');
    else if (command === 'configurationDone') void this.#run();
    else if (command === 'disconnect') this.#finish();
  }

  // ---- the run

  async #run(): Promise<void> {
    const { session, name, source, modules, args, filter, stopOnEntry, noDebug, maxEvents } = this.#target;
    this.#running = true;
    try {
      const result = await session.request(RunChisel, {
        id: this.#id, name, source, modules, args, filter, follow: session.live, startNs: -Number.MAX_SAFE_INTEGER, endNs: Number.MAX_SAFE_INTEGER, ...(maxEvents === undefined ? {} : { maxEvents }),
        ...(noDebug ? {} : { debug: { stopOnEntry, commands: this.#commands } }),
      }, this.#cancel.token);
      const stopped = this.#cancel.token.isCancellationRequested;
      if (result.error !== undefined && !stopped) this.#output('stderr', `${result.error.message}\n${result.error.traceback === '' ? '' : `${result.error.traceback}\n`}`);
      this.#end(stopped ? '' : `${shortCount(result.events)} events.\n`);
    } catch (error) { this.#end(this.#cancel.token.isCancellationRequested ? '' : `${errorText(error)}\n`); }
  }
  #end(text: string): void {
    if (this.#ended) return;
    if (text !== '') this.#output('console', text);
    this.#finish();
    this.#event('terminated');
  }
  #finish(): void {
    this.#ended = true;
    this.#running = false;
    for (const each of this.#listening.splice(0)) each.dispose();
    for (const resolve of this.#waiting.values()) resolve({ values: [], problem: 'the chisel has ended' });
    this.#waiting.clear();
  }

  #tell(command: DebugCommand): void {
    if (this.#ended) return;
    if (this.#running) void this.#target.session.request(DebugChisel, { id: this.#id, command }).catch((error: unknown) => { this.#output('stderr', `${errorText(error)}\n`); });
    else this.#commands.push(command);
  }

  #heard(event: DebugEvent): void {
    switch (event.tell) {
      case 'stopped':
        this.#frames = event.frames;
        this.#message = event.message;
        this.#groups = [];
        this.#event('stopped', { reason: REASONS[event.reason] ?? event.reason, threadId: THREAD, allThreadsStopped: true, ...(event.message === '' ? {} : { text: event.message, description: event.reason === 'error' ? 'Paused on error' : event.message }) });
        break;
      case 'goesOn': this.#event('continued', { threadId: THREAD, allThreadsContinued: true }); break;
      case 'log': this.#output('console', `${event.text}\n`, event.chunk, event.line); break;
      case 'answer': { const resolve = this.#waiting.get(event.id); this.#waiting.delete(event.id); resolve?.(event); break; }
    }
  }

  async #ask(what: DebugQuestion['what'], ...args: readonly (string | number)[]): Promise<readonly DebugValue[]> {
    if (this.#ended) throw new Error('The chisel has ended.');
    const id = ++this.#asked;
    const answer = await new Promise<Answer>((resolve) => { this.#waiting.set(id, resolve); this.#tell({ do: 'ask', id, what, args }); });
    if (answer.problem !== undefined) throw new Error(answer.problem);
    return answer.values;
  }

  // ---- breakpoints, scopes, variables

  #setBreakpoints(args: Readonly<Record<string, unknown>>): unknown {
    const path = String((args['source'] as { path?: string } | undefined)?.path ?? ''), asked = list(args['breakpoints']) as readonly { line: number; condition?: string; hitCondition?: string; logMessage?: string }[];
    const file = this.#sources.fileOf(path);
    if (file === undefined) return { breakpoints: asked.map(({ line }) => ({ verified: false, line, message: 'This chisel does not load the file.' })) };
    const lines = asked.map((each) => ({ each, line: file.lines.at(each.line) }));
    this.#tell({ do: 'breakpoints', chunk: file.chunk, lines: lines.flatMap(({ each, line }) => line === undefined ? [] : [{ line, ...(each.condition === undefined ? {} : { condition: each.condition }), ...(each.hitCondition === undefined ? {} : { hits: each.hitCondition }), ...(each.logMessage === undefined ? {} : { log: each.logMessage }) }]) });
    return { breakpoints: lines.map(({ each, line }) => line === undefined ? { verified: false, line: each.line, message: 'No code stands here or below.' } : { verified: true, line }) };
  }

  #scopes(frame: number): unknown {
    const at = frame * SCOPES_PER_FRAME;
    return { scopes: [
      { name: 'Locals', presentationHint: 'locals', variablesReference: at + LOCALS, expensive: false }, { name: 'Event', variablesReference: at + EVENT, expensive: false },
      { name: 'Upvalues', variablesReference: at + UPVALUES, expensive: false }, { name: 'Globals', variablesReference: at + GLOBALS, expensive: true },
    ] };
  }

  async #variables(reference: number): Promise<Variable[]> {
    if (reference >= TABLES_AT) return (await this.#ask('table', reference - TABLES_AT)).map((value) => variable(value));
    if (reference >= GROUPS_AT) return this.#eventFields(this.#groups[reference - GROUPS_AT] ?? '');
    const frame = Math.floor(reference / SCOPES_PER_FRAME);
    switch (reference % SCOPES_PER_FRAME) {
      case LOCALS: return (await this.#ask('locals', frame)).map((value) => variable(value, value.name));
      case UPVALUES: return (await this.#ask('upvalues', frame)).map((value) => variable(value, value.name));
      case GLOBALS: return (await this.#ask('globals')).map((value) => variable(value, value.name));
      default: return this.#eventGroups();
    }
  }
  /** The event's fields by their groups. */
  async #eventGroups(): Promise<Variable[]> {
    const groups = await this.#target.session.request(GetDebuggedEvent, { id: this.#id, group: '' });
    if (groups.length === 0) return [{ name: 'no event', value: 'The chisel has not been given one yet.', variablesReference: 0 }];
    this.#groups = groups.map(({ name }) => name);
    return groups.map(({ name, text }, i) => ({ name, value: text, variablesReference: GROUPS_AT + i }));
  }
  async #eventFields(group: string): Promise<Variable[]> {
    const fields = await this.#target.session.request(GetDebuggedEvent, { id: this.#id, group });
    return fields.map(({ name, text }) => ({ name, value: text, variablesReference: 0, presentationHint: { attributes: ['readOnly'] } }));
  }

  async #setVariable(reference: number, name: string, value: string): Promise<unknown> {
    if (reference >= GROUPS_AT && reference < TABLES_AT || reference < GROUPS_AT && reference % SCOPES_PER_FRAME === EVENT) throw new Error('What happened cannot be changed: the event is as it was recorded.');
    const frame = Math.max(1, Math.floor(reference / SCOPES_PER_FRAME));
    const [set] = reference >= TABLES_AT ? await this.#ask('setEntry', reference - TABLES_AT, name, value, 1) : await this.#ask('set', frame, name, value);
    return { value: set?.text ?? 'nil', type: set?.type ?? 'nil', variablesReference: refOf(set) };
  }

  // ---- messages

  #output(category: 'stdout' | 'stderr' | 'console', output: string, chunk?: string, line?: number): void { this.#event('output', { category, output, ...(chunk === undefined ? {} : { ...this.#sources.sourceOf(chunk), line }) }); }
  #event(event: string, body?: unknown): void { this.#send({ type: 'event', event, ...(body === undefined ? {} : { body }) }); }
  #send(message: object): void { this.#sent.fire({ seq: this.#seq++, ...message } as vscode.DebugProtocolMessage); }
}

function list(value: unknown): readonly unknown[] { return Array.isArray(value) ? value : []; }
function refOf(value: DebugValue | undefined): number { return value === undefined || value.ref === 0 ? 0 : TABLES_AT + value.ref; }
function variable(value: DebugValue, evaluateName?: string): Variable { return { name: value.name, value: value.text, type: value.type, variablesReference: refOf(value), ...(evaluateName === undefined ? {} : { evaluateName }) }; }
