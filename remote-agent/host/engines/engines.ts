// All engines of this host: found by their sockets, followed while these are there, asked about containers that somebody has seen.
import { ContainerdClient } from './containerd.ts';
import { CriClient } from './cri.ts';
import { DockerClient } from './docker.ts';
import type { Described, EngineClient, EngineKind } from './engine.ts';
import { PodmanClient } from './podman.ts';
import { findSockets, type EngineSocket } from './sockets.ts';
import { EngineWatcher } from './watcher.ts';

export interface EnginesOptions {
  onContainer(described: Described): void;
  onRemoved(id: string): void;
  /** An engine answers, or why it does not; `error` undefined and `gone` where its socket went away. */
  onState(socket: EngineSocket, error: string | undefined, gone: boolean): void;
  /** Which sockets there are; for tests. */
  readonly find?: () => readonly EngineSocket[];
}

const CLIENTS: Readonly<Record<EngineKind, new (socket: string) => EngineClient>> = { docker: DockerClient, podman: PodmanClient, containerd: ContainerdClient, cri: CriClient };
/** Engines by the type that a control group's path suggests, most likely first. */
const LIKELY: Readonly<Record<string, readonly EngineKind[]>> = { podman: ['podman'], 'cri-o': ['cri'], containerd: ['cri', 'containerd'], docker: ['docker', 'cri', 'containerd', 'podman'] };
/** A named socket that is not there does not come by looking more often than its watcher does. */
const keyOf = (socket: EngineSocket): string => `${socket.kind} ${socket.path}`;

export class Engines {
  readonly #options: EnginesOptions;
  readonly #watchers = new Map<string, { readonly socket: EngineSocket; readonly watcher: EngineWatcher }>();
  #stopped = false;

  constructor(options: EnginesOptions) { this.#options = options; }

  /** Looks which sockets have come and gone. Settles when the new ones have been asked; never rejects. */
  async look(): Promise<void> {
    if (this.#stopped) return;
    const found = new Map((this.#options.find ?? findSockets)().map((socket) => [keyOf(socket), socket]));
    for (const [key, { socket, watcher }] of this.#watchers) {
      if (found.has(key)) continue;
      this.#watchers.delete(key);
      watcher.stop();
      this.#options.onState(socket, undefined, true);
    }
    const started: Promise<void>[] = [];
    for (const [key, socket] of found) {
      if (this.#watchers.has(key)) continue;
      const watcher = new EngineWatcher(new CLIENTS[socket.kind](socket.path), { onContainer: (one) => { this.#options.onContainer(one); }, onRemoved: (id) => { this.#options.onRemoved(id); }, onState: (error) => { this.#options.onState(socket, error, false); } });
      this.#watchers.set(key, { socket, watcher });
      started.push(watcher.start());
    }
    await Promise.all(started);
  }

  /** How many engines there are that answer. */
  get answering(): number { let n = 0; for (const { watcher } of this.#watchers.values()) if (watcher.answers) n++; return n; }

  /** Asks for a container: the engines that `type` suggests first, then the others. Says whether one knows it. */
  async lookup(id: string, type: string): Promise<boolean> {
    const likely = LIKELY[type] ?? [];
    const rank = (kind: EngineKind): number => { const at = likely.indexOf(kind); return at < 0 ? likely.length : at; };
    const watchers = [...this.#watchers.values()].filter(({ watcher }) => watcher.answers).sort((a, b) => rank(a.socket.kind) - rank(b.socket.kind));
    for (const { watcher } of watchers) if (await watcher.lookup(id)) return true;
    return false;
  }

  stop(): void {
    this.#stopped = true;
    for (const { watcher } of this.#watchers.values()) watcher.stop();
    this.#watchers.clear();
  }
}
