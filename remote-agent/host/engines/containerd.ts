// containerd, through its own API: containers of all its namespaces. Docker's own (namespace moby) are left to Docker's engine, Kubernetes' to CRI where that answers.
// Facts: the field numbers are those of containerd's services containers, tasks, namespaces, images and events, version 1 (https://github.com/containerd/containerd, api/services).
import { container, labelsOf, type Change, type Described, type EngineClient } from './engine.ts';
import { GrpcChannel, GrpcError } from './grpc.ts';
import { list as items, object, text } from './json.ts';
import type { Message } from './protobuf.ts';

const SERVICES = '/containerd.services';
const NAMESPACE = 'containerd-namespace';
const DOCKERS = 'moby', KUBERNETES = 'k8s.io';
const HEX_ID = /^[0-9a-f]{64}$/;
/** Task states by number. */
const STATUS = ['unknown', 'created', 'running', 'exited', 'paused', 'paused'] as const;
const DIGESTS_LIMIT = 1000;

export class ContainerdClient implements EngineClient {
  readonly kind = 'containerd';
  readonly socket: string;
  readonly #channel: GrpcChannel;
  readonly #digests = new Map<string, string>();
  /** CRI answers on the same socket, and tells more. */
  #criAnswers = false;

  constructor(socket: string) {
    this.socket = socket;
    this.#channel = new GrpcChannel(socket);
  }

  async follow(onChange: (change: Change) => void, onEnd: (why: string) => void): Promise<() => void> {
    try { await this.#channel.call('/runtime.v1.RuntimeService/Version', {}); this.#criAnswers = true; } catch (error) { if (!(error instanceof GrpcError)) throw error; this.#criAnswers = false; }
    const stop = this.#channel.stream(`${SERVICES}.events.v1.Events/Subscribe`, {}, {}, (envelope) => {
      const change = this.#changeOf(envelope);
      if (change !== undefined) onChange(change);
    }, (error) => { onEnd(error?.message ?? 'the engine ended the connection'); });
    // The subscription gets an answer with the first event only; what is asked behind it is answered behind it.
    try { await this.#namespaces(); } catch (error) { stop(); throw error; }
    return stop;
  }

  async list(): Promise<readonly Described[]> {
    const all: Described[] = [];
    for (const namespace of await this.#namespaces()) {
      const metadata = { [NAMESPACE]: namespace };
      const tasks = new Map((await this.#channel.call(`${SERVICES}.tasks.v1.Tasks/List`, {}, metadata)).messages(1).map((task) => [taskId(task), task]));
      for (const one of (await this.#channel.call(`${SERVICES}.containers.v1.Containers/List`, {}, metadata)).messages(1)) all.push(await this.#describe(namespace, one, tasks.get(one.text(1))));
    }
    return all;
  }

  async describe(id: string): Promise<Described | undefined> {
    for (const [namespace, name] of await this.#meant(id)) {
      const metadata = { [NAMESPACE]: namespace };
      try {
        const one = (await this.#channel.call(`${SERVICES}.containers.v1.Containers/Get`, { 1: name }, metadata)).message(1);
        let task: Message | undefined;
        try { task = (await this.#channel.call(`${SERVICES}.tasks.v1.Tasks/Get`, { 1: name }, metadata)).message(1); } catch (error) { if (!(error instanceof GrpcError)) throw error; }
        return await this.#describe(namespace, one, task);
      } catch (error) { if (!(error instanceof GrpcError)) throw error; }
    }
    return undefined;
  }

  close(): void { this.#channel.close(); }

  async #namespaces(): Promise<string[]> { return (await this.#channel.call(`${SERVICES}.namespaces.v1.Namespaces/List`, {})).messages(1).map((one) => one.text(1)).filter((name) => this.#ours(name)); }
  #ours(namespace: string): boolean { return namespace !== DOCKERS && !(this.#criAnswers && namespace === KUBERNETES); }

  /** Namespaces and names that an id may stand for. */
  async #meant(id: string): Promise<(readonly [string, string])[]> {
    const slash = id.indexOf('/');
    if (slash > 0) return this.#ours(id.slice(0, slash)) ? [[id.slice(0, slash), id.slice(slash + 1)]] : [];
    return HEX_ID.test(id) ? (await this.#namespaces()).map((namespace) => [namespace, id] as const) : [];
  }

  #changeOf(envelope: Message): Change | undefined {
    const namespace = envelope.text(2), topic = envelope.text(3), event = envelope.message(4).message(2);
    if (!this.#ours(namespace)) return undefined;
    const name = event.text(1);
    if (name === '') return undefined;
    if (topic === '/containers/delete') return { type: 'removed', id: idOf(namespace, name) };
    if (topic === '/containers/create') return { type: 'changed', id: idOf(namespace, name), told: { info: { ...container('containerd', idOf(namespace, name), event.text(2)), name, namespace, status: 'created' } } };
    if (topic.startsWith('/containers/')) return { type: 'changed', id: idOf(namespace, name) };
    // Of the processes that `exec` adds nobody asks.
    return /^\/tasks\/(create|start|exit|delete|oom|paused|resumed)$/.test(topic) ? { type: 'changed', id: idOf(namespace, name) } : undefined;
  }

  async #describe(namespace: string, one: Message, task: Message | undefined): Promise<Described> {
    const name = one.text(1), labels = labelsOf(one.map(2)), image = one.text(3);
    const spec = specOf(one), annotations = labelsOf(spec['annotations']), pid = task?.number(3) ?? 0;
    const capabilities = items(object(object(spec['process'])['capabilities'])['bounding']).length;
    const info = container('containerd', idOf(namespace, name), image, {
      name: labels['io.kubernetes.container.name'] ?? labels['nerdctl/name'] ?? name, labels: { ...annotations, ...labels }, status: task === undefined ? 'created' : STATUS[task.number(4)] ?? 'unknown', createdSeconds: one.message(8).number(1),
      imageDigest: image === '' ? '' : await this.#digest(namespace, image), privileged: capabilities > ALL_CAPABILITIES && items(object(spec['linux'])['maskedPaths']).length === 0,
      mounts: items(spec['mounts']).map(object).map((m) => ({ source: text(m['source']), destination: text(m['destination']), mode: '', rw: !items(m['options']).includes('ro'), propagation: '' })),
      namespace: labels['io.kubernetes.pod.namespace'] ?? namespace, ...(labels['io.kubernetes.pod.name'] === undefined ? {} : { pod: labels['io.kubernetes.pod.name'] }),
    });
    return { info, cgroup: cgroupOf(text(object(spec['linux'])['cgroupsPath'])), pid };
  }

  async #digest(namespace: string, image: string): Promise<string> {
    const key = `${namespace}\n${image}`, known = this.#digests.get(key);
    if (known !== undefined) return known;
    let digest = '';
    try { digest = (await this.#channel.call(`${SERVICES}.images.v1.Images/Get`, { 1: image }, { [NAMESPACE]: namespace })).message(1).message(3).text(2); } catch (error) { if (!(error instanceof GrpcError)) throw error; }
    if (this.#digests.size >= DIGESTS_LIMIT) this.#digests.clear();
    this.#digests.set(key, digest);
    return digest;
  }
}

/** A container with so many capabilities has all that there are. */
const ALL_CAPABILITIES = 36;

/** Names are unique within a namespace alone; ids of 64 digits everywhere. */
function idOf(namespace: string, name: string): string { return HEX_ID.test(name) ? name : `${namespace}/${name}`; }
/** Of old and of new engines. */
function taskId(task: Message): string { return task.text(1) || task.text(2); }
function specOf(one: Message): ReturnType<typeof object> { try { return object(JSON.parse(one.message(5).text(2))); } catch { return {}; } }

/** The control group of a runtime's `cgroupsPath`: a path, or systemd's `slice:prefix:name`, whose slice lies within those that its name is made of. */
export function cgroupOf(path: string): string | undefined {
  if (path.startsWith('/')) return path;
  const [slice = '', prefix = '', name = ''] = path.split(':');
  if (name === '') return undefined;
  const parts = slice.replace(/\.slice$/, '').split('-').filter(Boolean);
  return `${parts.map((_, i) => `/${parts.slice(0, i + 1).join('-')}.slice`).join('')}/${prefix === '' ? name : `${prefix}-${name}`}.scope`;
}
