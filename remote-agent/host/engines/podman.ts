// Podman, through its own API (libpod) on the socket of its service: pods are in it, and what Docker's dialect leaves out.
// Facts: https://docs.podman.io/en/latest/_static/api.html
import { request, type IncomingMessage } from 'node:http';
import type { ContainerInfo } from '../../engine/state/model.ts';
import { firstIp, mountsOf } from './docker.ts';
import { container, labelsOf, secondsOf, shortImageId, type Change, type Described, type EngineClient } from './engine.ts';
import { lines, list, number, object, text, type Json } from './json.ts';

const CALL_MS = 10_000;
const MAX_ANSWER = 64 << 20;
const PODS_LIMIT = 1000;
/** `cleanup` and `sync` come after a container's end; `exec` and the like change nothing of it. */
const ACTIONS = new Set(['create', 'init', 'start', 'died', 'die', 'stop', 'kill', 'pause', 'unpause', 'rename', 'restart', 'update', 'cleanup', 'sync']);
const REMOVED = new Set(['remove', 'destroy']);
const STATUS: Readonly<Record<string, string>> = { create: 'created', init: 'initialized', start: 'running', restart: 'running', unpause: 'running', pause: 'paused', died: 'exited', die: 'exited', stop: 'exited' };

class StatusError extends Error {
  readonly status: number;
  constructor(status: number, message: string) { super(message); this.status = status; }
}

export class PodmanClient implements EngineClient {
  readonly kind = 'podman';
  readonly socket: string;
  #version = '';
  readonly #podNames = new Map<string, string>();

  constructor(socket: string) { this.socket = socket; }

  async follow(onChange: (change: Change) => void, onEnd: (why: string) => void): Promise<() => void> {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }));
    let ended = false;
    const end = (why: string): void => { if (!ended) { ended = true; onEnd(why); } };
    const path = await this.#path(`events?stream=true&filters=${filters}`);
    return await new Promise((resolve, reject) => {
      const call = request({ socketPath: this.socket, path }, (response) => {
        if (response.statusCode !== 200) { ended = true; response.resume(); reject(new StatusError(response.statusCode ?? 0, `events: status ${response.statusCode ?? 0}`)); return; }
        response.on('data', lines((line) => { const change = changeOf(parseLine(line)); if (change !== undefined && !ended) onChange(change); }));
        response.on('close', () => { end('the engine ended the connection'); });
        response.on('error', (error) => { end(error.message); });
      });
      call.on('error', (error) => { end(error.message); reject(error); });
      call.end();
      // The answer's head may come with the first event only: the request counts as taken when the next one is answered.
      this.#get('info').then(() => { resolve(() => { ended = true; call.destroy(); }); }, reject);
    });
  }

  async list(): Promise<readonly Described[]> {
    return list(await this.#get('containers/json?all=true')).map((value) => {
      const c = object(value), pod = text(c['Pod']);
      if (pod !== '' && text(c['PodName']) !== '') this.#keepPod(pod, text(c['PodName']));
      return { info: inPod(container('podman', text(c['Id']), text(c['Image']), { name: text(list(c['Names'])[0]), imageId: shortImageId(text(c['ImageID'])), labels: labelsOf(c['Labels']), status: text(c['State']) || 'unknown', createdSeconds: secondsOf(text(c['Created'])) }), pod, text(c['PodName'])), pid: number(c['Pid']) };
    });
  }

  async describe(id: string): Promise<Described | undefined> {
    let c: Json;
    try { c = object(await this.#get(`containers/${encodeURIComponent(id)}/json`)); } catch (error) { if (error instanceof StatusError && error.status === 404) return undefined; throw error; }
    const pod = text(c['Pod']), state = object(c['State']);
    const podName = pod === '' ? '' : await this.#podName(pod);
    const networks = object(c['NetworkSettings']);
    const info = container('podman', text(c['Id']), text(c['ImageName']), {
      name: text(c['Name']), imageId: shortImageId(text(c['Image'])), imageDigest: text(c['ImageDigest']), labels: labelsOf(object(c['Config'])['Labels']), mounts: mountsOf(list(c['Mounts']).map(object)), privileged: object(c['HostConfig'])['Privileged'] === true,
      ip: text(networks['IPAddress']) || firstIp(object(networks['Networks']) as Record<string, { IPAddress?: string }>), status: text(state['Status']) || 'unknown', createdSeconds: secondsOf(text(c['Created'])),
    });
    return { info: inPod(info, pod, podName), cgroup: text(state['CgroupPath']) || undefined, pid: number(state['Pid']) };
  }

  close(): void { /* each request has a connection of its own */ }

  /** A pod keeps its name. */
  async #podName(id: string): Promise<string> {
    const known = this.#podNames.get(id);
    if (known !== undefined) return known;
    try { this.#keepPod(id, text(object(await this.#get(`pods/${encodeURIComponent(id)}/json`))['Name'])); } catch { return ''; }
    return this.#podNames.get(id) ?? '';
  }
  #keepPod(id: string, name: string): void { if (this.#podNames.size >= PODS_LIMIT) this.#podNames.clear(); this.#podNames.set(id, name); }

  /** The API answers under the version that the engine itself names alone. */
  async #path(rest: string): Promise<string> {
    if (this.#version === '') {
      const { headers } = await this.#fetch('/libpod/_ping');
      this.#version = /^\d+\.\d+\.\d+$/.exec(String(headers['libpod-api-version'] ?? ''))?.[0] ?? '';
      if (this.#version === '') throw new Error('what answers is not Podman');
    }
    return `/v${this.#version}/libpod/${rest}`;
  }
  async #get(rest: string): Promise<unknown> {
    const path = await this.#path(rest);
    return JSON.parse((await this.#fetch(path)).body) as unknown;
  }

  #fetch(path: string): Promise<{ headers: IncomingMessage['headers']; body: string }> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.socket, path, timeout: CALL_MS }, (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => { size += chunk.length; if (size > MAX_ANSWER) call.destroy(new Error('an answer that does not end')); else parts.push(chunk); });
        response.on('end', () => {
          const body = Buffer.concat(parts).toString('utf8'), status = response.statusCode ?? 0;
          if (status === 200) resolve({ headers: response.headers, body }); else reject(new StatusError(status, `status ${status}`));
        });
        response.on('error', reject);
      });
      call.on('timeout', () => { call.destroy(new Error(`no answer within ${CALL_MS / 1000} s`)); });
      call.on('error', reject);
      call.end();
    });
  }
}

function parseLine(line: string): Json { try { return object(JSON.parse(line)); } catch { return {}; } }

function inPod(info: ContainerInfo, pod: string, name: string): ContainerInfo { return pod === '' ? info : { ...info, sandboxId: pod, ...(name === '' ? {} : { pod: name }) }; }

/** What one message says; undefined where it is of no interest. */
export function changeOf(event: Json): Change | undefined {
  const actor = object(event['Actor']);
  const id = text(actor['ID']) || text(event['ID']), action = text(event['Action']) || text(event['Status']);
  if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
  if (REMOVED.has(action)) return { type: 'removed', id };
  if (!ACTIONS.has(action)) return undefined;
  const { name = '', image = '', containerExitCode: _, podId = '', ...labels } = labelsOf(actor['Attributes']);
  return { type: 'changed', id, ...(name === '' ? {} : { told: { info: inPod(container('podman', id, image, { name, labels, status: STATUS[action] ?? 'unknown' }), podId, '') } }) };
}
