// Decides for a chisel that is debugged whether it stands still, and carries questions and answers while it does. It works in the thread of the chisel, which waits
// in `DebugLink.next`: whoever debugs is elsewhere. The Lua side is debugLua.ts.
import type { LuaValue } from '../luaVm.ts';

/** Where to stop. A line of a chunk as Lua's messages name it. */
export interface Breakpoint {
  readonly line: number;
  /** Lua: it is one only where this holds. */
  readonly condition?: string;
  /** `5` or `>=5`: from the fifth time on; `=5`, `>5`, `<5`, `%5`. */
  readonly hits?: string;
  /** A text that is told in place of stopping, with Lua in braces. */
  readonly log?: string;
}
export type StepKind = 'go' | 'in' | 'over' | 'out';
/** `args`: of `locals` and `upvalues` a frame (1: the innermost), of `table` a number that was shown, of `evaluate` frame and text, of `set` frame, name and text, of `setEntry` number, key, text and frame. */
export interface DebugQuestion { readonly do: 'ask'; readonly id: number; readonly what: 'locals' | 'upvalues' | 'globals' | 'table' | 'evaluate' | 'set' | 'setEntry'; readonly args: readonly (string | number)[] }
export type DebugCommand =
  | { readonly do: 'breakpoints'; readonly chunk: string; readonly lines: readonly Breakpoint[] }
  | { readonly do: 'errors'; readonly uncaught: boolean; readonly caught: boolean }
  | { readonly do: StepKind | 'pause' }
  | DebugQuestion;

/** `ref`: number to ask for what is in it, 0: nothing is. */
export interface DebugValue { readonly name: string; readonly type: string; readonly text: string; readonly ref: number }
export interface DebugFrame { readonly name: string; readonly chunk: string; readonly line: number }
export type StopReason = 'breakpoint' | 'step' | 'entry' | 'pause' | 'error';
export type DebugEvent =
  | { readonly tell: 'stopped'; readonly reason: StopReason; readonly message: string; readonly frames: readonly DebugFrame[] }
  | { readonly tell: 'goesOn' }
  | { readonly tell: 'log'; readonly text: string; readonly chunk: string; readonly line: number }
  | { readonly tell: 'answer'; readonly id: number; readonly values: readonly DebugValue[]; readonly problem?: string };

export interface DebugLink {
  /** Waits for the next command; undefined: nobody is there any more. */
  next(): DebugCommand | undefined;
  /** A command that has come, if there is one. */
  poll(): DebugCommand | undefined;
  tell(event: DebugEvent): void;
}

/** What is asked on behalf of a breakpoint, before anybody hears of it. */
interface Inquiry { readonly text: string; done(values: readonly DebugValue[], problem: string): void }

const STEPS: ReadonlySet<string> = new Set(['go', 'in', 'over', 'out']);

/** Whether a breakpoint counts at the time of this number. Throws where the text says nothing. */
export function hitsEnough(text: string, times: number): boolean {
  const [, operator = '', digits = ''] = /^\s*(>=|<=|==?|>|<|%)?\s*(\d+)\s*$/.exec(text) ?? [];
  const n = Number(digits);
  if (digits === '') throw new Error(`"${text}" is no number of hits: write 5, >5, =5 or %5`);
  switch (operator) {
    case '=': case '==': return times === n;
    case '>': return times > n;
    case '<': return times < n;
    case '<=': return times <= n;
    case '%': return n > 0 && times % n === 0;
    default: return times >= n;
  }
}

export class ChiselDebugger {
  readonly #link: DebugLink;
  readonly #entry: boolean;
  readonly #breakpoints = new Map<string, ReadonlyMap<number, Breakpoint>>();
  readonly #hits = new Map<Breakpoint, number>();
  #errors = { uncaught: true, caught: false };
  #linesChanged = false;
  #pause = false;
  #frames: DebugFrame[] = [];
  #values: DebugValue[] = [];
  #question: DebugQuestion | undefined;
  #arguments: readonly (string | number)[] = [];
  readonly #inquiries: Inquiry[] = [];
  #inquiry: Inquiry | undefined;
  /** What is told once the inquiries are done; undefined: the chisel goes on as it was. */
  #decide: () => DebugEvent | undefined = () => undefined;
  #told = false;
  #gone = false;

  constructor(link: DebugLink, options: { readonly stopOnEntry?: boolean } = {}) { this.#link = link; this.#entry = options.stopOnEntry === true; }

  /** Answers a call from Lua; only those whose names begin with `debug`. */
  answer(operation: string, args: readonly LuaValue[]): LuaValue {
    const text = (i: number): string => String(args[i] ?? ''), number = (i: number): number => Number(args[i] ?? 0);
    switch (operation) {
      case 'debugs': this.#drain(); return this.#entry ? 'in' : 'go';
      case 'debugPoll': return this.#poll();
      case 'debugLines': return [...new Set([...this.#breakpoints.values()].flatMap((lines) => [...lines.keys()]))].join(' ');
      case 'debugLine': return this.#breakpoints.get(text(0))?.has(number(1)) === true;
      case 'debugError': return this.#errors.uncaught || this.#errors.caught;
      case 'debugCaught': return this.#errors.caught;
      case 'debugFrame': this.#frames.push({ name: text(0), chunk: text(1), line: number(2) }); return undefined;
      case 'debugStopped': this.#stopped(text(0) as StopReason, text(1)); return undefined;
      case 'debugNext': return this.#next();
      case 'debugArgument': return this.#arguments[number(0) - 1];
      case 'debugValue': this.#values.push({ name: text(0), type: text(1), text: text(2), ref: number(3) }); return undefined;
      case 'debugDone': this.#done(text(0)); return undefined;
      default: return undefined;
    }
  }

  #poll(): string {
    this.#drain();
    const pause = this.#pause, changed = this.#linesChanged;
    this.#pause = this.#linesChanged = false;
    return pause ? 'pause' : changed ? 'lines' : '';
  }
  #drain(): void { for (let command = this.#link.poll(); command !== undefined; command = this.#link.poll()) this.#apply(command); }
  /** What can be done at any time. */
  #apply(command: DebugCommand): void {
    if (command.do === 'breakpoints') {
      this.#breakpoints.set(command.chunk, new Map(command.lines.map((each) => [each.line, each])));
      this.#linesChanged = true;
    } else if (command.do === 'errors') this.#errors = { uncaught: command.uncaught, caught: command.caught };
    else if (command.do === 'pause') this.#pause = true;
    else if (command.do === 'ask') this.#link.tell({ tell: 'answer', id: command.id, values: [], problem: 'the chisel does not stand still' });
  }

  #stopped(reason: StopReason, message: string): void {
    const frames = this.#frames, [top] = frames;
    this.#frames = [];
    this.#told = false;
    this.#inquiries.length = 0;
    const stop = (text = message, why = reason): DebugEvent => ({ tell: 'stopped', reason: why, message: text, frames });
    this.#decide = () => stop();
    const point = reason === 'breakpoint' && top !== undefined ? this.#breakpoints.get(top.chunk)?.get(top.line) : undefined;
    if (point === undefined || top === undefined) return;
    const passed = (): void => {
      const times = (this.#hits.get(point) ?? 0) + 1;
      this.#hits.set(point, times);
      if (point.hits !== undefined && point.hits.trim() !== '') {
        try { if (!hitsEnough(point.hits, times)) { this.#decide = () => undefined; return; } } catch (error) { this.#decide = () => stop(error instanceof Error ? error.message : String(error)); return; }
      }
      if (point.log !== undefined && point.log !== '') this.#logAt(point.log, top);
    };
    if (point.condition === undefined || point.condition.trim() === '') { passed(); return; }
    this.#inquiries.push({ text: point.condition, done: (values, problem) => {
      const [value] = values;
      if (problem !== '') this.#decide = () => stop(`The condition cannot be told: ${problem}`);
      else if (value === undefined || value.type === 'nil' || value.type === 'boolean' && value.text === 'false') this.#decide = () => undefined;
      else passed();
    } });
  }
  #logAt(text: string, { chunk, line }: DebugFrame): void {
    const parts = text.split(/\{([^{}]*)\}/);
    parts.forEach((part, i) => {
      if (i % 2 === 1) this.#inquiries.push({ text: part, done: (values, problem) => { parts[i] = problem !== '' ? `{${part}: ${problem}}` : values[0]?.type === 'string' ? unquoted(values[0].text) : values[0]?.text ?? 'nil'; } });
    });
    this.#decide = () => { this.#link.tell({ tell: 'log', text: parts.join(''), chunk, line }); return undefined; };
  }

  /** What Lua is to do next, while it stands. */
  #next(): string {
    this.#values = [];
    this.#inquiry = this.#inquiries.shift();
    if (this.#inquiry !== undefined) { this.#arguments = [1, this.#inquiry.text]; return 'evaluate'; }
    if (!this.#told) {
      const event = this.#decide();
      if (event === undefined) return 'resume';
      this.#link.tell(event);
      this.#told = true;
    }
    for (;;) {
      const command = this.#gone ? undefined : this.#link.next();
      if (command === undefined) { this.#gone = true; this.#breakpoints.clear(); this.#errors = { uncaught: false, caught: false }; return 'go'; }
      if (STEPS.has(command.do)) { this.#link.tell({ tell: 'goesOn' }); return command.do; }
      if (command.do === 'ask') { this.#question = command; this.#arguments = command.args; return command.what; }
      if (command.do !== 'pause') this.#apply(command);
    }
  }
  #done(problem: string): void {
    const values = this.#values, inquiry = this.#inquiry, question = this.#question;
    this.#values = [];
    if (inquiry !== undefined) { this.#inquiry = undefined; inquiry.done(values, plain(problem)); return; }
    this.#question = undefined;
    if (question !== undefined) this.#link.tell({ tell: 'answer', id: question.id, values, ...problem === '' ? {} : { problem: plain(problem) } });
  }
}

/** An error of what was asked, without where that stood. */
function plain(problem: string): string { return problem.replace(/^\[string "\(asked\)"\]:\d+: |^\(asked\):\d+: /, ''); }
function unquoted(text: string): string { return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text; }
