// The agent under the load of the soak, with a client that asks it as the editor does.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CountEvents, GetEvents, GetProcesses, GetStatus, GetTree, GetViewport } from '../../remote-agent/protocol/messages.ts';
import { startBuilt, type BuiltAgent } from '../builtAgent.ts';
import { idsOf, type Ids } from '../faults/probeFiles.ts';
import type { Chance } from '../seed.ts';
import { fdCount } from './host.ts';

const HISTORY_MIB = 32;
/** Its memory is looked at once in so many looks: collecting all garbage takes its time. */
const LOOKS = 8;
const FILTERS = ['', 'evt.failed=true', 'evt.type=read', 'proc.name=load and evt.type in (openat, close)', 'fd.name contains passwd', 'container.id != host'];

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
    return new Watched(agent, random, file);
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
    switch (random.below(4)) {
      case 0: await answered(`a picture of ${filter}`, connection.sendRequest(GetViewport, { ...range, filter, widthPx: 800, lanes: ['h'] })); break;
      case 1: await answered(`events of ${filter}`, connection.sendRequest(GetEvents, { ...range, filter, fromRow: -1, direction: 'backward', count: 100 })); break;
      case 2: await answered(`a count of ${filter}`, connection.sendRequest(CountEvents, { ...range, filter })); break;
      default: await answered('the tree', connection.sendRequest(GetTree)); await answered('processes', connection.sendRequest(GetProcesses, { containerId: '' }));
    }
    if (++this.#looks === 5) this.#descriptors = fdCount(this.pid);
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
