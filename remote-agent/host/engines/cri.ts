// Kubernetes' interface to container engines (CRI), as CRI-O and containerd offer it: containers with their pods and namespaces.
// Facts: the field numbers are those of runtime.v1 (https://github.com/kubernetes/cri-api, pkg/apis/runtime/v1).
import type { ContainerInfo } from '../../engine/state/model.ts';
import { container, labelsOf, type Change, type Described, type EngineClient } from './engine.ts';
import { GrpcChannel, GrpcError } from './grpc.ts';
import { number, object, parse } from './json.ts';
import type { Message } from './protobuf.ts';

const RUNTIME = '/runtime.v1.RuntimeService';
const STATUS = ['created', 'running', 'exited', 'unknown'] as const;
const PROPAGATION = ['', 'rslave', 'rshared'] as const;
const DELETED = 3;
/** How often engines without a stream of events are asked what there is. */
const LOOK_MS = 2000;
const HEX_ID = /^[0-9a-f]{12,64}$/;

interface Pod { readonly name: string; readonly namespace: string; readonly uid: string; readonly labels: Readonly<Record<string, string>>; readonly ip: string; readonly createdSeconds: number; readonly status: string; readonly pid: number }

export class CriClient implements EngineClient {
  readonly kind = 'cri';
  readonly socket: string;
  readonly #channel: GrpcChannel;
  /** As sysdig calls them: containerd, cri-o. */
  #runtime = 'cri';

  constructor(socket: string) {
    this.socket = socket;
    this.#channel = new GrpcChannel(socket);
  }

  async follow(onChange: (change: Change) => void, onEnd: (why: string) => void): Promise<() => void> {
    this.#runtime = (await this.#call('Version', {})).text(2) || 'cri';
    let polling: NodeJS.Timeout | undefined, stopped = false;
    const stop = this.#channel.stream(`${RUNTIME}/GetContainerEvents`, {}, {}, (event) => {
      const id = event.text(1);
      if (HEX_ID.test(id)) onChange({ type: event.number(2) === DELETED ? 'removed' : 'changed', id });
    }, (error) => {
      if (stopped) return;
      // Engines before 2023 have no events, and some have them switched off.
      if (error instanceof GrpcError) polling = this.#poll(onChange, (why) => { clearInterval(polling); onEnd(why); });
      else onEnd(error?.message ?? 'the engine ended the connection');
    });
    return () => { stopped = true; clearInterval(polling); stop(); };
  }

  #poll(onChange: (change: Change) => void, onEnd: (why: string) => void): NodeJS.Timeout {
    let before = new Map<string, string>(), busy = false, ended = false;
    const look = async (): Promise<void> => {
      if (busy || ended) return;
      busy = true;
      try {
        const now = await this.#states();
        for (const [id, state] of now) if (before.get(id) !== state) onChange({ type: 'changed', id });
        for (const id of before.keys()) if (!now.has(id)) onChange({ type: 'removed', id });
        before = now;
      } catch (error) { if (!ended) { ended = true; onEnd(error instanceof Error ? error.message : String(error)); } } finally { busy = false; }
    };
    const timer = setInterval(() => { void look(); }, LOOK_MS);
    timer.unref();
    return timer;
  }

  /** Ids of containers and sandboxes with their states. */
  async #states(): Promise<Map<string, string>> {
    const states = new Map<string, string>();
    for (const one of (await this.#call('ListPodSandbox', {})).messages(1)) states.set(one.text(1), `pod ${one.number(3)}`);
    for (const one of (await this.#call('ListContainers', {})).messages(1)) states.set(one.text(1), `${one.number(6)}`);
    return states;
  }

  async list(): Promise<readonly Described[]> {
    const pods = new Map((await this.#call('ListPodSandbox', {})).messages(1).map((one) => [one.text(1), podOf(one.message(2), one.map(5), '', one.number(4), one.number(3), 0)]));
    const sandboxes = [...pods].map(([id, pod]) => this.#sandbox(id, pod));
    const containers = (await this.#call('ListContainers', {})).messages(1).map((one) => ({ info: inPod(container(this.#runtime, one.text(1), one.message(4).text(1) || one.text(5), {
      name: one.message(3).text(1), labels: labelsOf(one.map(8)), status: STATUS[one.number(6)] ?? 'unknown', createdSeconds: Math.floor(one.number(7) / 1e9), imageDigest: digestOf(one.text(5)),
    }), one.text(2), pods.get(one.text(2))) }));
    return [...sandboxes, ...containers];
  }

  async describe(id: string): Promise<Described | undefined> {
    if (!HEX_ID.test(id)) return undefined;
    // Both lists take the first digits of an id; the detailed questions do not.
    const [one] = (await this.#call('ListContainers', { 1: { 1: id } })).messages(1);
    if (one !== undefined) return await this.#container(one);
    const [sandbox] = (await this.#call('ListPodSandbox', { 1: { 1: id } })).messages(1);
    return sandbox === undefined ? undefined : this.#sandbox(sandbox.text(1), await this.#pod(sandbox));
  }

  close(): void { this.#channel.close(); }

  #call(method: string, request: Parameters<GrpcChannel['call']>[1]): Promise<Message> { return this.#channel.call(`${RUNTIME}/${method}`, request); }

  async #container(one: Message): Promise<Described> {
    const id = one.text(1), podId = one.text(2);
    const [sandbox] = (await this.#call('ListPodSandbox', { 1: { 1: podId } })).messages(1);
    const pod = sandbox === undefined ? undefined : await this.#pod(sandbox);
    const answer = await this.#call('ContainerStatus', { 1: id, 2: true });
    const status = answer.message(1), details = parse(answer.map(2)['info'] ?? '');
    const image = status.message(8).text(1) || one.message(4).text(1);
    const security = object(object(object(object(details['config'])['linux'])['security_context']));
    const info = container(this.#runtime, id, image, {
      name: status.message(2).text(1), labels: labelsOf(status.map(12)), status: STATUS[status.number(3)] ?? 'unknown', createdSeconds: Math.floor(status.number(4) / 1e9), imageDigest: digestOf(status.text(9)), privileged: security['privileged'] === true, ip: pod?.ip ?? '',
      mounts: status.messages(14).map((m) => ({ source: m.text(2), destination: m.text(1), mode: '', rw: m.number(3) === 0, propagation: PROPAGATION[m.number(5)] ?? '' })),
    });
    return { info: inPod(info, podId, pod), pid: number(details['pid']) };
  }

  async #pod(one: Message): Promise<Pod> {
    const answer = await this.#call('PodSandboxStatus', { 1: one.text(1), 2: true });
    const status = answer.message(1);
    return podOf(status.message(2), status.map(7), status.message(5).text(1), status.number(4), status.number(3), number(parse(answer.map(2)['info'] ?? '')['pid']));
  }

  /** The sandbox is a container too, whose process holds the pod's namespaces. */
  #sandbox(id: string, pod: Pod): Described {
    return { info: inPod(container(this.#runtime, id, '', { name: `${pod.name} (pod)`, labels: pod.labels, status: pod.status, createdSeconds: pod.createdSeconds, ip: pod.ip }), id, pod), pid: pod.pid };
  }
}

function podOf(metadata: Message, labels: Record<string, string>, ip: string, createdNs: number, state: number, pid: number): Pod {
  return { name: metadata.text(1), uid: metadata.text(2), namespace: metadata.text(3), labels: labelsOf(labels), ip, createdSeconds: Math.floor(createdNs / 1e9), status: state === 0 ? 'running' : 'exited', pid };
}

/** With its pod; the labels that a kubelet gives to containers are there even where somebody else has started them. */
function inPod(info: ContainerInfo, sandboxId: string, pod: Pod | undefined): ContainerInfo {
  if (pod === undefined) return { ...info, sandboxId };
  return { ...info, sandboxId, sandboxLabels: pod.labels, pod: pod.name, namespace: pod.namespace, labels: { 'io.kubernetes.pod.name': pod.name, 'io.kubernetes.pod.namespace': pod.namespace, 'io.kubernetes.pod.uid': pod.uid, ...info.labels } };
}

function digestOf(reference: string): string { return /sha256:[0-9a-f]{64}$/.exec(reference)?.[0] ?? ''; }
