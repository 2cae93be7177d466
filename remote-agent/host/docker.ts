// What Docker's engine knows of containers: listed at the start, kept true by its events, looked up at once when an unknown one shows up.
import Docker from 'dockerode';
import type { ContainerInfo } from '../engine/state/model.ts';

export interface DockerOptions {
  readonly socketPath?: string;
  onContainer(info: ContainerInfo): void;
  onRemoved(id: string): void;
  /** The engine answers, or why it does not. */
  onState(error: string | undefined): void;
}

const SHORT_ID = 12;
const FIRST_RETRY_MS = 500, LAST_RETRY_MS = 15_000;
/** How long an id that the engine does not know is not asked for again. */
const UNKNOWN_MS = 5_000;
const LOOKUPS_AT_ONCE = 8;
const ACTIONS = new Set(['create', 'start', 'die', 'stop', 'kill', 'pause', 'unpause', 'rename', 'restart', 'update', 'oom']);

/** Path of the engine's socket: DOCKER_HOST where it names one, else the usual place. */
export function dockerSocket(env: NodeJS.ProcessEnv = process.env): string {
  const host = env['DOCKER_HOST'] ?? '';
  return host.startsWith('unix://') ? host.slice('unix://'.length) : '/var/run/docker.sock';
}

export class DockerWatcher {
  readonly #docker: Docker;
  readonly #options: DockerOptions;
  readonly #pending = new Map<string, Promise<void>>();
  readonly #unknown = new Map<string, number>();
  readonly #queue: string[] = [];
  /** Containers that were told of and not yet removed, by short id. */
  readonly #told = new Set<string>();
  /** Lookups under way of what has been removed meanwhile: their answers would bring it back. */
  readonly #gone = new Set<string>();
  #stream: NodeJS.ReadableStream & { destroy?: () => void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  #stopped = false;

  constructor(options: DockerOptions) {
    this.#options = options;
    this.#docker = new Docker({ socketPath: options.socketPath ?? dockerSocket() });
  }

  /** Lists what there is and begins to watch. Never rejects: an engine that does not answer is asked again later. */
  async start(): Promise<void> {
    if (this.#stopped) return;
    try {
      // First the events, then the list: what comes between the two is not missed.
      const stream = await this.#docker.getEvents({ filters: { type: ['container'] } }) as NodeJS.ReadableStream & { destroy?: () => void };
      if (this.#stopped) { stream.destroy?.(); return; }
      this.#stream = stream;
      this.#read(stream);
      const before = [...this.#told];
      const list = await this.#docker.listContainers({ all: true });
      if (this.#stopped) return;
      for (const container of list) this.#tell(fromList(container));
      // What was removed while nobody listened.
      const listed = new Set(list.map((container) => container.Id.slice(0, SHORT_ID)));
      for (const id of before) if (!listed.has(id)) this.#forget(id);
      this.#retryMs = FIRST_RETRY_MS;
      this.#options.onState(undefined);
      for (const container of list) if (container.State === 'running') void this.lookup(container.Id);
    } catch (error) { this.#fail(error instanceof Error ? error.message : String(error)); }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#stream?.destroy?.();
  }

  /** Asks the engine for one container. The answer comes through `onContainer`. */
  lookup(id: string): Promise<void> {
    const known = this.#pending.get(id);
    if (known !== undefined) return known;
    if (this.#stopped || (this.#unknown.get(id) ?? 0) > Date.now()) return Promise.resolve();
    if (this.#pending.size >= LOOKUPS_AT_ONCE) { if (!this.#queue.includes(id) && this.#queue.length < 1000) this.#queue.push(id); return Promise.resolve(); }
    const asked = this.#inspect(id).finally(() => {
      this.#pending.delete(id);
      this.#gone.delete(id);
      const next = this.#queue.shift();
      if (next !== undefined) void this.lookup(next);
    });
    this.#pending.set(id, asked);
    return asked;
  }

  #tell(info: ContainerInfo): void {
    this.#told.add(info.id);
    this.#options.onContainer(info);
  }
  #forget(id: string): void {
    this.#told.delete(id);
    for (const asked of this.#pending.keys()) if (asked.startsWith(id)) this.#gone.add(asked);
    this.#options.onRemoved(id);
  }

  async #inspect(id: string): Promise<void> {
    try {
      const info = await this.#docker.getContainer(id).inspect();
      if (!this.#stopped && !this.#gone.has(id)) this.#tell(fromInspect(info));
    } catch { if (this.#unknown.size > 10_000) this.#unknown.clear(); this.#unknown.set(id, Date.now() + UNKNOWN_MS); }
  }

  #read(stream: NodeJS.ReadableStream): void {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const lines = text.split('\n');
      text = (lines.pop() ?? '').slice(0, 1 << 20);
      for (const line of lines) if (line.trim() !== '') this.#onEvent(line);
    });
    let ended = false;
    const end = (why: string): void => { if (!ended) { ended = true; if (this.#stream === stream) this.#fail(why); } };
    stream.on('end', () => { end('the engine ended the connection'); });
    stream.on('close', () => { end('the engine ended the connection'); });
    stream.on('error', (error: Error) => { end(error.message); });
  }

  #onEvent(line: string): void {
    let event: { Action?: unknown; id?: unknown; Actor?: { ID?: unknown } };
    try { event = JSON.parse(line) as typeof event; } catch { return; }
    const id = String(event.Actor?.ID ?? event.id ?? '');
    if (!/^[0-9a-f]{12,64}$/.test(id)) return;
    if (event.Action === 'destroy') { this.#forget(id.slice(0, SHORT_ID)); return; }
    if (typeof event.Action !== 'string' || !ACTIONS.has(event.Action.split(':')[0] ?? '')) return;
    this.#unknown.delete(id.slice(0, SHORT_ID));
    // An inspection under way may have read the state before this event: ask again behind it.
    const pending = this.#pending.get(id);
    void (pending === undefined ? this.lookup(id) : pending.then(() => this.lookup(id)));
  }

  #fail(message: string): void {
    if (this.#stopped) return;
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.destroy?.();
    this.#options.onState(message);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { void this.start(); }, this.#retryMs);
    this.#timer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }
}

/** Repository and tag of an image's name; a registry may have a port. */
export function splitImage(image: string): { repo: string; tag: string; digest: string } {
  const [name = '', digest = ''] = image.split('@');
  if (/^(sha256:)?[0-9a-f]{64}$/.test(image)) return { repo: '', tag: '', digest: '' };
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? { repo: name.slice(0, colon), tag: name.slice(colon + 1), digest } : { repo: name, tag: digest === '' ? 'latest' : '', digest };
}

interface MountLike { Source?: string; Destination?: string; Mode?: string; RW?: boolean; Propagation?: string }

function common(fullId: string, name: string, image: string, imageId: string, labels: Record<string, string> | null | undefined, mounts: readonly MountLike[] | undefined): Omit<ContainerInfo, 'privileged' | 'ip' | 'status' | 'createdSeconds'> {
  const { repo, tag, digest } = splitImage(image);
  return {
    id: fullId.slice(0, SHORT_ID), fullId, name: name.replace(/^\//, ''), image, imageId: imageId.replace(/^sha256:/, '').slice(0, SHORT_ID), imageRepo: repo, imageTag: tag, imageDigest: digest, type: 'docker', labels: labels ?? {},
    mounts: (mounts ?? []).map((m) => ({ source: m.Source ?? '', destination: m.Destination ?? '', mode: m.Mode ?? '', rw: m.RW === true, propagation: m.Propagation ?? '' })),
  };
}

function firstIp(networks: Record<string, { IPAddress?: string } | undefined> | null | undefined): string {
  for (const network of Object.values(networks ?? {})) if (network?.IPAddress !== undefined && network.IPAddress !== '') return network.IPAddress;
  return '';
}

export function fromList(c: Docker.ContainerInfo): ContainerInfo {
  return { ...common(c.Id, c.Names?.[0] ?? '', c.Image, c.ImageID, c.Labels, c.Mounts), privileged: false, ip: firstIp(c.NetworkSettings?.Networks), status: c.State, createdSeconds: c.Created };
}

export function fromInspect(c: Docker.ContainerInspectInfo): ContainerInfo {
  return {
    ...common(c.Id, c.Name, c.Config.Image, c.Image, c.Config.Labels, c.Mounts),
    privileged: c.HostConfig?.Privileged === true, ip: firstIp(c.NetworkSettings?.Networks), status: c.State.Status, createdSeconds: Math.floor(Date.parse(c.Created) / 1000) || 0,
  };
}
