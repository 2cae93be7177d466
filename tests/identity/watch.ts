// This host watched live, for tests of who is who: every event with the container that it was taken for, as it came.
import { SYSCALLS } from '../../driver/schema/index.ts';
import { cannotRun } from '../../driver/test/recorder.ts';
import { Param } from '../../remote-agent/engine/event/params.ts';
import type { ContainerInfo } from '../../remote-agent/engine/state/model.ts';
import { until } from '../../remote-agent/host/agentSupport.test.ts';
import { openLive, type LiveSource } from '../../remote-agent/host/liveSource.ts';

/** An event in short. `container`: the id that it had when it came. */
export interface Seen { readonly tid: number; readonly ptid: number; readonly type: string; readonly comm: string; readonly container: string; readonly user: string; readonly group: string; /** Of a folder that is made. */ readonly path: string }

/** Why the host cannot be watched, or undefined. */
export function whyNoProbe(): string | undefined { return cannotRun(); }

const PATH = new Param('path');
/** What is captured: enough to follow threads, and a mark that tests make. Whatever else a busy host does is not to fill the ring while a test waits for its engine. */
const WANTED = new Set(['clone', 'clone3', 'fork', 'vfork', 'execve', 'execveat', 'mount', 'mkdir', 'mkdirat', 'setuid', 'setgid', 'setresuid', 'setresgid']);
/** Native numbers of all calls but these. */
export function allBut(wanted: ReadonlySet<string>): number[] { return SYSCALLS.filter((one) => !wanted.has(one.name)).map((one) => process.arch === 'arm64' ? one.arm64 : one.x64).filter((nr) => nr >= 0); }

const VARIABLES = ['DOCKER_HOST', 'CONTAINER_HOST', 'CONTAINERD_ADDRESS', 'CONTAINER_RUNTIME_ENDPOINT'];

export class Watch {
  readonly live: LiveSource;
  readonly #seen: Seen[];
  private constructor(live: LiveSource, seen: Seen[]) { this.live = live; this.#seen = seen; }

  /** Watches with the engines that these variables name, and no others that the environment does. */
  static async open(variables: Readonly<Record<string, string>>): Promise<Watch> {
    const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
    for (const name of VARIABLES) { const value = variables[name]; if (value === undefined) delete process.env[name]; else process.env[name] = value; }
    const seen: Seen[] = [];
    const live = await openLive({
      ringBytes: 64 << 20, unwantedCalls: allBut(WANTED),
      onEvent: (ctx) => {
        const { info } = ctx, containerId = info?.containerId ?? '';
        const type = ctx.view.def?.name ?? '';
        seen.push({ tid: info?.tid ?? -1, ptid: info?.ptid ?? -1, type, comm: info?.comm ?? '', container: containerId, user: ctx.state.user(info?.uid ?? -1, containerId)?.name ?? '', group: ctx.state.group(info?.gid ?? -1, containerId)?.name ?? '', path: type.startsWith('mkdir') ? PATH.text(ctx.view) : '' });
      },
    });
    const watch = new Watch(live, seen);
    // What the environment named is looked for again and again.
    watch.#restore = () => { for (const [name, value] of Object.entries(before)) if (value === undefined) delete process.env[name]; else process.env[name] = value; };
    return watch;
  }
  #restore: () => void = () => undefined;

  async close(): Promise<void> { this.#restore(); await this.live.close(); }

  container(name: string): ContainerInfo | undefined { return [...this.live.state.containers()].find((one) => one.name === name); }
  /** The container of this name, once it is known and fits. */
  async named(name: string, fits: (one: ContainerInfo) => boolean = () => true): Promise<ContainerInfo | undefined> {
    const found = await until(() => this.container(name), (one) => one !== undefined && fits(one), 20);
    return found !== undefined && fits(found) ? found : undefined;
  }

  /** What came so far of those that fit. */
  events(fits: (one: Seen) => boolean): readonly Seen[] { return this.#seen.filter(fits); }
  /** Waits until something that fits has come. */
  async until(fits: (one: Seen) => boolean): Promise<readonly Seen[]> { return await until(() => this.events(fits), (list) => list.length > 0, 20); }
  get losses(): readonly { readonly cause: string; readonly count: number }[] { return this.live.session.status().losses; }

  /**
   * Threads of a container that, having been in it, were taken for something else by a later event; and what the container's first process did before it
   * was known to be in it, from when it was put there on: it enters its root file system as the last thing before its program starts.
   */
  strays(containerId: string): readonly Seen[] {
    const inside = new Set<number>(), strays: Seen[] = [];
    for (const one of this.#seen) {
      if (one.container === containerId) inside.add(one.tid);
      else if (inside.has(one.tid)) strays.push(one);
      if (one.type === 'procexit') inside.delete(one.tid);
    }
    return strays;
  }
}
