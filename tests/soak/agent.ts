// The agent under the load of the soak, with a client that asks it as the editor does.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CountEvents, DeleteRecording, GetCounters, GetEvents, GetLeftOut, GetProcesses, GetStatus, GetTree, GetViewport, ListCalls, ReadRecording, SetCaptureWish, StartRecording, StopRecording, type CaptureWish } from '../../remote-agent/protocol/messages.ts';
import { startBuilt, type BuiltAgent } from '../builtAgent.ts';
import { idsOf, type Ids } from '../faults/probeFiles.ts';
import type { Chance } from '../seed.ts';
import { fdCount } from './host.ts';

const HISTORY_MIB = 32;
/** Its memory is looked at once in so many looks: collecting all garbage takes its time. */
const LOOKS = 8;
const FILTERS = ['', 'evt.failed=true', 'evt.type=read', 'proc.name=load and evt.type in (openat, close)', 'fd.name contains passwd', 'container.id != host'];

const ALL: CaptureWish = { containers: [], calls: [], failedOnly: false, slowerThanNs: 0, snaplen: -1, switches: false, pageFaults: false };
const WISHES: readonly CaptureWish[] = [
  ALL, ALL, { ...ALL, calls: ['openat', 'read', 'close'] }, { ...ALL, failedOnly: true }, { ...ALL, slowerThanNs: 10_000 }, { ...ALL, snaplen: 0 }, { ...ALL, switches: true, pageFaults: true }, { ...ALL, containers: ['000000000000'] },
];
/** Looks that a recording lasts, and bytes that are asked for at once. */
const RECORDED_LOOKS = 3, CHUNK = 1 << 20;

/** An agent that is busy answers late; one that hangs, never. */
const PATIENCE_MS = 60_000;
async function answered<T>(what: string, answer: Promise<T>): Promise<T> {
  let clock: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => { clock = setTimeout(() => { reject(new Error(`the agent was asked for ${what} and has not answered for ${PATIENCE_MS / 1000} s`)); }, PATIENCE_MS); });
  try { return await Promise.race([answer, late]); } finally { clearTimeout(clock); }
}

export class Watched {
  /** What is in use after the garbage has been collected, bytes; of one look a while. */
  readonly memory: number[] = [];
  #looks = 0;
  events = 0;
  lost = 0;
  recordings = 0;
  #recording: { readonly id: string; readonly since: number } | undefined;
  readonly #agent: BuiltAgent;
  readonly #random: Chance;
  readonly #file: string;
  #descriptors = 0;
  #ended: string | undefined;

  constructor(agent: BuiltAgent, random: Chance, file: string) {
    this.#agent = agent;
    this.#file = file;
    this.#random = random;
    void agent.ended.then((how) => { this.#ended = how; });
  }

  static async start(folder: string, random: Chance): Promise<Watched> {
    const file = join(folder, 'memory.json');
    const agent = startBuilt(folder, ['--history', String(HISTORY_MIB)], ['--expose-gc', '--require', fileURLToPath(new URL('memory.cjs', import.meta.url))], { PORTHOLE_SOAK_MEMORY: file });
    const { problems } = await agent.hello;
    const [problem] = problems.filter(({ code }) => code !== 'docker' && code !== 'engine');
    if (problem !== undefined) { agent.child.kill('SIGKILL'); throw new Error(problem.message); }
    const watched = new Watched(agent, random, file);
    // What is held at the most is held from the start: counters stay as long as they are asked for.
    await watched.#count();
    await watched.#wish({ ...ALL, switches: true, pageFaults: true });
    watched.#descriptors = fdCount(watched.pid);
    return watched;
  }

  async #count(): Promise<void> { await answered('counters', this.#agent.connection.sendRequest(GetCounters, { anew: this.#random.next() < 0.2 })); }
  async #wish(wish: CaptureWish): Promise<void> { await answered('other events', this.#agent.connection.sendRequest(SetCaptureWish, wish)); }

  /** Begins a recording, or ends the one there is and reads it to its end. */
  async #record(): Promise<void> {
    const { connection } = this.#agent, running = this.#recording;
    if (running === undefined) { this.#recording = { id: (await answered('a recording', connection.sendRequest(StartRecording, { filter: this.#random.pick(FILTERS) }))).id, since: this.#looks }; return; }
    if (this.#looks - running.since < RECORDED_LOOKS) return;
    this.#recording = undefined;
    const { id, bytes, error } = await answered('the end of a recording', connection.sendRequest(StopRecording, { id: running.id }));
    if (error !== undefined) throw new Error(`a recording failed: ${error}`);
    let read = 0;
    for (;;) {
      const { data } = await answered('a recording\'s bytes', connection.sendRequest(ReadRecording, { id, offset: read, length: CHUNK }));
      read += data.length;
      if (data.length === 0) break;
    }
    if (read !== bytes) throw new Error(`a recording of ${bytes} bytes was read as ${read}`);
    await answered('a recording to go', connection.sendRequest(DeleteRecording, { id }));
    this.recordings++;
  }

  get pid(): number { return this.#agent.pid; }
  held(): Ids { return idsOf(this.pid); }

  /** A page is looked at: some of its questions. */
  async look(): Promise<void> {
    if (this.#ended !== undefined) throw new Error(`the agent ended with ${this.#ended}`);
    const { connection } = this.#agent, random = this.#random;
    const status = await answered('its status', connection.sendRequest(GetStatus));
    this.events = status.events;
    this.lost = status.losses.reduce((sum, { count }) => sum + count, 0);
    const range = { startNs: Math.max(0, status.endNs - 5e9), endNs: status.endNs }, filter = random.pick(FILTERS);
    await this.#record();
    switch (random.below(7)) {
      case 0: await answered(`a picture of ${filter}`, connection.sendRequest(GetViewport, { ...range, filter, widthPx: 800, lanes: ['h'] })); break;
      case 1: await answered(`events of ${filter}`, connection.sendRequest(GetEvents, { ...range, filter, fromRow: -1, direction: 'backward', count: 100 })); break;
      case 2: await answered(`a count of ${filter}`, connection.sendRequest(CountEvents, { ...range, filter })); break;
      case 3: await this.#wish(random.pick(WISHES)); break;
      case 4: await this.#count(); await answered('what is left out', connection.sendRequest(GetLeftOut)); break;
      case 5: await answered('calls under way', connection.sendRequest(ListCalls, { filter: '', longerNs: 0, count: 100 })); break;
      default: await answered('the tree', connection.sendRequest(GetTree)); await answered('processes', connection.sendRequest(GetProcesses, { containerId: '' }));
    }
    if (++this.#looks === 5) this.#descriptors = Math.max(this.#descriptors, fdCount(this.pid));
    if (this.#looks % LOOKS === 0) this.memory.push(await this.#inUse());
  }

  /** Bytes of objects and buffers that are still needed. */
  async #inUse(): Promise<number> {
    rmSync(this.#file, { force: true });
    this.#agent.child.kill('SIGUSR2');
    const read = async (): Promise<number> => {
      while (!existsSync(this.#file)) { if (this.#ended !== undefined) throw new Error(`the agent ended with ${this.#ended}`); await delay(10); }
      const { heapUsed, external } = JSON.parse(readFileSync(this.#file, 'utf8')) as NodeJS.MemoryUsage;
      return heapUsed + external;
    };
    return answered('its memory', read());
  }

  /** Ends it as the editor does; what was wrong with it. */
  async end(): Promise<string[]> {
    const wrong: string[] = [], now = fdCount(this.pid);
    if (this.#descriptors !== 0 && now > this.#descriptors + 8) wrong.push(`the agent's descriptors grew from ${this.#descriptors} to ${now}`);
    if (this.events === 0) wrong.push('the agent saw no event');
    this.#agent.child.stdin?.end();
    const how = await this.#agent.ended;
    if (how !== '0') wrong.push(`the agent ended with ${how}`);
    return wrong;
  }

  async kill(): Promise<void> { if (this.#ended === undefined) { this.#agent.child.kill('SIGKILL'); await this.#agent.ended; } }
}
