// Which container a thread is in, told from its cgroups; and what container events of captures say.
import type { ContainerInfo, Placed, StateView, ThreadInfo } from './model.ts';
import { containerOfPod, containerOfTask, type Started } from './orchestrated.ts';

/** `taskId`: of the task that Mesos runs there. */
export interface ContainerMatch { readonly id: string; readonly type: string; readonly taskId?: string }

const HEX = 64;
const ID = 12;
interface Rule { readonly prefix: string; readonly suffix: string; readonly type: string }

// In the order of the engines; within one path the last occurrence of the prefix counts.
const RULES: readonly Rule[] = [
  { prefix: '/libpod-', suffix: '.scope/container', type: 'podman' }, { prefix: '/libpod-', suffix: '.scope', type: 'podman' }, { prefix: '/libpod-', suffix: '', type: 'podman' },
  { prefix: '/cri-containerd-', suffix: '.scope', type: 'containerd' }, { prefix: '/crio-', suffix: '.scope', type: 'cri-o' }, { prefix: '/crio-', suffix: '', type: 'cri-o' }, { prefix: ':cri-containerd:', suffix: '', type: 'containerd' },
  { prefix: '/docker-', suffix: '.scope', type: 'docker' }, { prefix: '/', suffix: '', type: 'docker' },
];
const TYPES: Readonly<Record<number, string>> = { 0: 'docker', 1: 'lxc', 2: 'libvirt-lxc', 3: 'mesos', 4: 'rkt', 5: 'custom', 6: 'cri', 7: 'containerd', 8: 'cri-o', 9: 'bpm', 10: 'static', 11: 'podman' };
const CODES: ReadonlyMap<string, number> = new Map(Object.entries(TYPES).map(([code, name]) => [name, Number(code)]));

/** Scap's number of a container engine's name; 0xffff where it has none. */
export function containerTypeCode(type: string): number { return CODES.get(type) ?? 0xffff; }

function runcMatch(path: string, rule: Rule): string | undefined {
  const start = path.lastIndexOf(rule.prefix);
  if (start < 0) return undefined;
  const from = start + rule.prefix.length;
  const end = rule.suffix === '' ? path.length : path.lastIndexOf(rule.suffix);
  if (end - from !== HEX) return undefined;
  const id = path.slice(from, end);
  return /^[0-9a-fA-F]+$/.test(id) ? id.slice(0, ID) : undefined;
}

function between(path: string, prefix: string): string | undefined {
  const at = path.indexOf(prefix);
  if (at < 0) return undefined;
  const name = path.slice(at + prefix.length).split('/')[0] ?? '';
  return name === '' ? undefined : name;
}

function match(paths: readonly string[]): ContainerMatch | undefined {
  for (const path of paths) {
    for (const rule of RULES) {
      const id = runcMatch(path, rule);
      if (id !== undefined) return { id, type: rule.type };
    }
  }
  for (const path of paths) {
    const lxc = between(path, '/lxc/') ?? between(path, '/lxc.payload/') ?? between(path, '/lxc.payload.');
    if (lxc !== undefined) return { id: lxc, type: 'lxc' };
    const libvirt = path.endsWith('.libvirt-lxc') ? path.slice(path.lastIndexOf('/') + 1, -'.libvirt-lxc'.length) : between(path, '/libvirt/lxc/');
    if (libvirt !== undefined && libvirt !== '') return { id: libvirt, type: 'libvirt-lxc' };
    const bpm = /bpm-([A-Za-z0-9._-]+)\.scope/.exec(path);
    if (bpm?.[1] !== undefined) return { id: bpm[1], type: 'bpm' };
  }
  return undefined;
}

const cache = new Map<string, ContainerMatch | undefined>();
const CACHE_LIMIT = 4096;

/** As readers of captures with enter events take cgroups in: the first entry that names no subsystem ends the list. */
export function readCgroups(cgroups: string): string {
  const entries = cgroups.split('\0');
  const broken = entries.findIndex((entry) => entry !== '' && !entry.includes('='));
  return broken < 0 ? cgroups : entries.slice(0, broken).map((entry) => `${entry}\0`).join('');
}

/** The container of these cgroups (`subsys=path` entries, NUL between them; bare paths will do). Undefined on the host itself. */
export function containerOfCgroups(cgroups: string): ContainerMatch | undefined {
  if (cgroups === '') return undefined;
  if (cache.has(cgroups)) return cache.get(cgroups);
  const paths = cgroups.split('\0').filter(Boolean).map((entry) => entry.slice(entry.lastIndexOf('=') + 1));
  const found = match(paths);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(cgroups, found);
  return found;
}

/** The same for a thread, of which some engines look at more than its cgroups: what it was started with, and its parents. */
export function containerOfThread(cgroups: string, thread: Started & Placed & { readonly pid?: number | undefined }, parent: ThreadInfo | undefined, state: StateView): ContainerMatch | undefined {
  const found = containerOfCgroups(cgroups);
  if (found !== undefined && found.type !== 'bpm') return found;
  const elsewhere = state.containerElsewhere?.({ ...thread, cgroups }, parent);
  if (elsewhere !== undefined) return elsewhere;
  // Of threads the process's environment counts.
  const main = thread.pid === undefined || thread.pid === thread.tid ? undefined : state.thread(thread.pid)?.info;
  const started = main === undefined ? thread : { ...thread, env: main.env };
  return containerOfTask(cgroups, started, parent) ?? containerOfPod(cgroups, started, parent, state) ?? found;
}

/** A container of which only the id is known, and the task that Mesos runs in it. */
export function bareContainer(id: string, type: string, taskId?: string): ContainerInfo {
  return { id, fullId: id, name: taskId === undefined ? '' : id, ...(taskId === undefined ? {} : { mesosTaskId: taskId }), image: '', imageId: '', imageRepo: '', imageTag: '', imageDigest: '', type, privileged: false, labels: {}, mounts: [], ip: '', status: 'unknown', createdSeconds: 0 };
}

type Json = { readonly [key: string]: unknown };
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const str = (value: unknown): string => typeof value === 'string' ? value : '';
const num = (value: unknown): number => typeof value === 'number' ? value : 0;

const flag = (value: unknown): boolean | undefined => typeof value === 'boolean' ? value : undefined;
const texts = (value: Json): Record<string, string> => Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

/** A command as `{exe, args}`: the program, then its arguments. */
function command(value: unknown): readonly string[] | undefined {
  if (!isObject(value) || typeof value['exe'] !== 'string') return undefined;
  const args: unknown = value['args'];
  return [value['exe'], ...(Array.isArray(args) ? args.filter((one): one is string => typeof one === 'string') : [])];
}

/** Reads the text of a container event. Undefined where it is no container description. */
export function containerFromJson(text: string): ContainerInfo | undefined { return readContainer(text).info; }

/** How the look-up of a container stood when it was described: only begun, or failed. */
const STARTED = 0, FAILED = 2;

/** The same, and whether whoever described the container could not find out all of it. */
export function readContainer(text: string): { readonly info: ContainerInfo | undefined; readonly failed: boolean } {
  let root: unknown;
  try { root = JSON.parse(text); } catch { return { info: undefined, failed: false }; }
  if (!isObject(root)) return { info: undefined, failed: false };
  const c = isObject(root['container']) ? root['container'] : root;
  return { info: describe(c), failed: c['lookup_state'] === STARTED || c['lookup_state'] === FAILED };
}

function describe(c: Json): ContainerInfo | undefined {
  const id = str(c['id']);
  if (id === '') return undefined;
  const labels: Record<string, string> = {};
  if (isObject(c['labels'])) for (const [key, value] of Object.entries(c['labels'])) if (typeof value === 'string') labels[key] = value;
  const mounts = Array.isArray(c['Mounts']) ? c['Mounts'].filter(isObject) : [];
  return {
    id, fullId: str(c['full_id']) || id, name: str(c['name']), image: str(c['image']), imageId: str(c['imageid']), imageRepo: str(c['imagerepo']), imageTag: str(c['imagetag']), imageDigest: str(c['imagedigest']),
    type: TYPES[num(c['type'])] ?? 'unknown', privileged: c['privileged'] === true, labels,
    mounts: mounts.map((m) => ({ source: str(m['Source']), destination: str(m['Destination']), mode: str(m['Mode']), rw: m['RW'] === true, propagation: str(m['Propagation']) })),
    ip: str(c['ip']), status: 'unknown', createdSeconds: num(c['created_time']), mesosTaskId: str(c['mesos_task_id']) || undefined,
    healthcheck: command(c['Healthcheck']), livenessProbe: command(c['LivenessProbe']), readinessProbe: command(c['ReadinessProbe']),
    sandboxId: str(c['pod_sandbox_id']) || undefined, sandboxLabels: isObject(c['pod_sandbox_labels']) ? texts(c['pod_sandbox_labels']) : undefined, cniJson: str(c['cni_json']) || undefined, hostPid: flag(c['host_pid']), hostNetwork: flag(c['host_network']), hostIpc: flag(c['host_ipc']),
  };
}

/** Text of the event that tells capture readers of a container: one line and a NUL is left to the writer. */
export function containerToJson(c: ContainerInfo): string {
  return `${JSON.stringify({ container: {
    Mounts: c.mounts.map((m) => ({ Destination: m.destination, Mode: m.mode, Propagation: m.propagation, RW: m.rw, Source: m.source })),
    cpu_period: 100000, cpu_quota: 0, cpu_shares: 1024, cpuset_cpu_count: 0, created_time: c.createdSeconds, env: [], full_id: c.fullId, id: c.id,
    image: c.image, imagedigest: c.imageDigest, imageid: c.imageId, imagerepo: c.imageRepo, imagetag: c.imageTag, ip: c.ip === '' ? '0.0.0.0' : c.ip, is_pod_sandbox: false,
    labels: Object.keys(c.labels).length === 0 ? null : c.labels, lookup_state: 1, memory_limit: 0, metadata_deadline: 0, name: c.name, port_mappings: [], privileged: c.privileged, swap_limit: 0, type: containerTypeCode(c.type),
  } })}\n`;
}
