// Docker's engine, through dockerode.
import Docker from 'dockerode';
import type { ContainerInfo, ContainerMount } from '../../engine/state/model.ts';
import { container, labelsOf, secondsOf, shortImageId, type Change, type Described, type EngineClient } from './engine.ts';
import { lines, object, parse, text, type Json } from './json.ts';

const ACTIONS = new Set(['create', 'start', 'die', 'stop', 'kill', 'pause', 'unpause', 'rename', 'restart', 'update', 'oom']);
const STATUS_NOT_FOUND = 404;
type Stream = NodeJS.ReadableStream & { destroy?: () => void };

export class DockerClient implements EngineClient {
  readonly kind = 'docker';
  readonly socket: string;
  readonly #docker: Docker;

  constructor(socket: string) {
    this.socket = socket;
    this.#docker = new Docker({ socketPath: socket });
  }

  async follow(onChange: (change: Change) => void, onEnd: (why: string) => void): Promise<() => void> {
    const stream = await this.#docker.getEvents({ filters: { type: ['container'] } }) as Stream;
    let ended = false;
    const end = (why: string): void => { if (!ended) { ended = true; onEnd(why); } };
    stream.on('data', lines((line) => { const change = changeOf(parse(line)); if (change !== undefined && !ended) onChange(change); }));
    stream.on('end', () => { end('the engine ended the connection'); });
    stream.on('close', () => { end('the engine ended the connection'); });
    stream.on('error', (error: Error) => { end(error.message); });
    return () => { ended = true; stream.destroy?.(); };
  }

  async list(): Promise<readonly Described[]> { return (await this.#docker.listContainers({ all: true })).map((one) => ({ info: fromList(one) })); }

  async describe(id: string): Promise<Described | undefined> {
    try {
      const one = await this.#docker.getContainer(id).inspect();
      return { info: fromInspect(one), pid: one.State.Pid };
    } catch (error) {
      if ((error as { statusCode?: unknown }).statusCode === STATUS_NOT_FOUND) return undefined;
      throw error;
    }
  }

  close(): void { /* each request has a connection of its own */ }
}

/** What one message says; undefined where it is of no interest. Names, image and labels come with it, so a container is known that is gone before it can be asked about. */
export function changeOf(event: Json): Change | undefined {
  const actor = object(event['Actor']), attributes = labelsOf(actor['Attributes']);
  const id = text(actor['ID']) || text(event['id']);
  const action = (text(event['Action']) || text(event['status'])).split(':')[0] ?? '';
  if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
  if (action === 'destroy') return { type: 'removed', id };
  if (!ACTIONS.has(action)) return undefined;
  const { name = '', image = '', exitCode: _, execDuration: __, oldName: ___, signal: ____, ...labels } = attributes;
  return { type: 'changed', id, ...(name === '' ? {} : { told: { info: container('docker', id, image, { name, labels, status: STATUS[action] ?? 'unknown', createdSeconds: action === 'create' ? Number(event['time']) || 0 : 0 }) } }) };
}
const STATUS: Readonly<Record<string, string>> = { create: 'created', start: 'running', restart: 'running', unpause: 'running', pause: 'paused', die: 'exited', stop: 'exited' };

interface MountLike { Source?: string; Destination?: string; Mode?: string; RW?: boolean; Propagation?: string }
export function mountsOf(mounts: readonly MountLike[] | null | undefined): ContainerMount[] {
  return (mounts ?? []).map((m) => ({ source: m.Source ?? '', destination: m.Destination ?? '', mode: m.Mode ?? '', rw: m.RW === true, propagation: m.Propagation ?? '' }));
}

export function firstIp(networks: Record<string, { IPAddress?: string } | undefined> | null | undefined): string {
  for (const network of Object.values(networks ?? {})) if (network?.IPAddress !== undefined && network.IPAddress !== '') return network.IPAddress;
  return '';
}

export function fromList(c: Docker.ContainerInfo): ContainerInfo {
  return container('docker', c.Id, c.Image, { name: (c.Names?.[0] ?? '').replace(/^\//, ''), imageId: shortImageId(c.ImageID), labels: labelsOf(c.Labels), mounts: mountsOf(c.Mounts), ip: firstIp(c.NetworkSettings?.Networks), status: c.State, createdSeconds: c.Created });
}

export function fromInspect(c: Docker.ContainerInspectInfo): ContainerInfo {
  return container('docker', c.Id, c.Config.Image, {
    name: c.Name.replace(/^\//, ''), imageId: shortImageId(c.Image), labels: labelsOf(c.Config.Labels), mounts: mountsOf(c.Mounts),
    privileged: c.HostConfig?.Privileged === true, ip: firstIp(c.NetworkSettings?.Networks), status: c.State.Status, createdSeconds: secondsOf(c.Created),
  });
}
