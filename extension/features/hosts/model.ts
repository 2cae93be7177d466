// The hosts tree as data: nodes, their texts, ids, filters and lanes. No editor in it. All names are of the host and hostile: shown on one line, never
// part of a command or a filter.
import type { ContainerNode, DescriptorNode, ProcessNode, Problem } from '../../../remote-agent/protocol/messages.ts';
import { oneLine, shortBytes } from '../../base/text.ts';
import type { Host } from '../../remote/hostManager.ts';
import type { CaptureSession } from '../../session/captureSession.ts';

export interface HostNode { readonly kind: 'host'; readonly id: string; readonly host: Host }
export interface ProjectNode { readonly kind: 'project'; readonly id: string; readonly hostName: string; readonly session: CaptureSession; readonly project: string; readonly containers: readonly ContainerNode[] }
export interface NamespaceNode { readonly kind: 'namespace'; readonly id: string; readonly hostName: string; readonly session: CaptureSession; readonly namespace: string; readonly containers: readonly ContainerNode[] }
/** `namespace`: '' for pods of engines that have none. */
export interface PodNode { readonly kind: 'pod'; readonly id: string; readonly hostName: string; readonly session: CaptureSession; readonly namespace: string; readonly pod: string; readonly containers: readonly ContainerNode[] }
export interface ContainerTreeNode { readonly kind: 'container'; readonly id: string; readonly hostName: string; readonly session: CaptureSession; readonly container: ContainerNode }
export interface ProcessTreeNode { readonly kind: 'process'; readonly id: string; readonly hostName: string; readonly session: CaptureSession; readonly process: ProcessNode; readonly children: readonly ProcessTreeNode[] }
export interface GroupNode { readonly kind: 'group'; readonly id: string; readonly hostName: string; readonly session: CaptureSession; readonly which: 'files' | 'connections'; readonly pid: number; readonly descriptors: readonly DescriptorNode[] }
export interface DescriptorTreeNode { readonly kind: 'descriptor'; readonly id: string; readonly hostName: string; readonly session: CaptureSession; readonly pid: number; readonly descriptor: DescriptorNode }
/** Something to be said where children would be. */
export interface MessageNode { readonly kind: 'message'; readonly id: string; readonly hostName: string; readonly severity: 'error' | 'warning' | 'info' | 'busy'; readonly message: string; readonly remedy: string }
export type Node = HostNode | NamespaceNode | PodNode | ProjectNode | ContainerTreeNode | ProcessTreeNode | GroupNode | DescriptorTreeNode | MessageNode;

/** What the editor shows of a node. */
export interface NodeText {
  readonly label: string; readonly description: string; readonly tooltip: string;
  /** For screen readers. */
  readonly spoken: string;
  readonly icon: string; readonly color?: string;
  readonly context: string;
  readonly children: 'none' | 'collapsed' | 'expanded';
}

export function hostNode(host: Host): HostNode { return { kind: 'host', id: `host:${host.name}`, host }; }

/** Name of the host that a command's argument stands for, when it is a node of this tree. */
export function hostOfNode(value: unknown): string | undefined {
  const node = asNode(value);
  return node === undefined ? undefined : node.kind === 'host' ? node.host.name : node.hostName;
}
export function sessionOfNode(value: unknown): CaptureSession | undefined {
  const node = asNode(value);
  if (node === undefined || node.kind === 'message') return undefined;
  return node.kind === 'host' ? node.host.session : node.session;
}
export function asNode(value: unknown): Node | undefined {
  return typeof value === 'object' && value !== null && 'kind' in value && 'id' in value && typeof value.id === 'string' && value.id.startsWith('host:') ? value as Node : undefined;
}

/** The container id as filters and lanes know it; undefined when it is none, whatever an agent says. */
export function containerId(container: ContainerNode): string | undefined { return container.id === '' || /^[0-9a-f]{12,64}$/.test(container.id) ? container.id : undefined; }

/** The filter that passes what belongs to a node; '' when everything does. */
export function filterOf(node: Node): string {
  switch (node.kind) {
    case 'container': { const id = containerId(node.container); return id === undefined ? '' : id === '' ? 'container.id=host' : `container.id=${id}`; }
    case 'process': return `proc.pid=${Math.trunc(node.process.pid)}`;
    case 'group': return `proc.pid=${Math.trunc(node.pid)}`;
    case 'descriptor': return `proc.pid=${Math.trunc(node.pid)} and fd.num=${Math.trunc(node.descriptor.fd)}`;
    default: return '';
  }
}
/** The lane of a node in the timeline; '' for what has none. */
export function laneOf(node: Node): string {
  switch (node.kind) {
    case 'host': return 'h';
    case 'container': return `c:${containerId(node.container) ?? ''}`;
    case 'process': return `p:${Math.trunc(node.process.pid)}`;
    case 'group': case 'descriptor': return `p:${Math.trunc(node.pid)}`;
    default: return '';
  }
}

/** Namespaces with pods first, then pods of none, compose projects, containers of neither, and what runs on the host itself; each by name. */
export function topNodes(session: CaptureSession, hostName: string, containers: readonly ContainerNode[]): Node[] {
  const own = containers.filter(({ id }) => id === ''), others = containers.filter(({ id }) => id !== '');
  const inPods = others.filter(({ pod = '' }) => pod !== ''), free = others.filter(({ pod = '' }) => pod === '');
  const namespaces = [...groupedBy(inPods.filter(({ namespace = '' }) => namespace !== ''), ({ namespace = '' }) => namespace)].map(([namespace, list]): Node => ({ kind: 'namespace', id: `host:${hostName}/namespace:${encodeURIComponent(namespace)}`, hostName, session, namespace, containers: list }));
  const projects = [...groupedBy(free.filter(({ project }) => project !== ''), ({ project }) => project)].map(([project, list]): Node => ({ kind: 'project', id: `host:${hostName}/project:${project}`, hostName, session, project, containers: list }));
  return [...namespaces, ...podNodes(session, hostName, '', inPods.filter(({ namespace = '' }) => namespace === '')), ...projects, ...containerNodes(session, hostName, free.filter(({ project }) => project === '')), ...containerNodes(session, hostName, own)];
}
/** Containers of one namespace by their pods. */
export function podNodes(session: CaptureSession, hostName: string, namespace: string, containers: readonly ContainerNode[]): PodNode[] {
  return [...groupedBy(containers, ({ pod = '' }) => pod)].map(([pod, list]) => ({ kind: 'pod', id: `host:${hostName}/namespace:${encodeURIComponent(namespace)}/pod:${encodeURIComponent(pod)}`, hostName, session, namespace, pod, containers: list }));
}
/** Lists by key, in the order of the keys. */
function groupedBy(containers: readonly ContainerNode[], keyOf: (container: ContainerNode) => string): Map<string, ContainerNode[]> {
  const groups = new Map<string, ContainerNode[]>();
  for (const container of [...containers].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))) { const group = groups.get(keyOf(container)); if (group === undefined) groups.set(keyOf(container), [container]); else group.push(container); }
  return groups;
}
export function containerNodes(session: CaptureSession, hostName: string, containers: readonly ContainerNode[]): ContainerTreeNode[] {
  return [...containers].sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id)).map(container => ({ kind: 'container', id: `host:${hostName}/container:${container.id}`, hostName, session, container }));
}

/** Processes of a container as a tree: those whose parent is outside are the roots. A loop of parents, which only a damaged capture has, is cut. */
export function processNodes(session: CaptureSession, hostName: string, container: string, processes: readonly ProcessNode[]): ProcessTreeNode[] {
  const byPid = new Map(processes.map(process => [process.pid, process]));
  const children = new Map<number, ProcessNode[]>();
  const roots: ProcessNode[] = [];
  for (const process of processes) {
    if (process.ppid === process.pid || !byPid.has(process.ppid)) { roots.push(process); continue; }
    const siblings = children.get(process.ppid);
    if (siblings === undefined) children.set(process.ppid, [process]); else siblings.push(process);
  }
  const seen = new Set<number>();
  const make = (list: readonly ProcessNode[]): ProcessTreeNode[] => {
    const made: ProcessTreeNode[] = [];
    for (const process of [...list].sort((a, b) => a.pid - b.pid)) {
      if (seen.has(process.pid)) continue;
      seen.add(process.pid);
      made.push({ kind: 'process', id: `host:${hostName}/container:${container}/process:${process.pid}`, hostName, session, process, children: make(children.get(process.pid) ?? []) });
    }
    return made;
  };
  const nodes = make(roots);
  return [...nodes, ...make(processes.filter(process => !seen.has(process.pid)))];
}

const CONNECTION_KINDS = /^(ipv4|ipv6|ipv4server|ipv6server|unix|netlink)$/;
/** Open files and connections of a process, as two groups; empty ones are left out. */
export function groupNodes(process: ProcessTreeNode, descriptors: readonly DescriptorNode[]): GroupNode[] {
  const group = (which: GroupNode['which'], list: readonly DescriptorNode[]): GroupNode => ({ kind: 'group', id: `${process.id}/${which}`, hostName: process.hostName, session: process.session, which, pid: process.process.pid, descriptors: list });
  return [group('connections', descriptors.filter(d => CONNECTION_KINDS.test(d.kind))), group('files', descriptors.filter(d => !CONNECTION_KINDS.test(d.kind)))].filter(node => node.descriptors.length > 0);
}
export function descriptorNodes(group: GroupNode): DescriptorTreeNode[] {
  return [...group.descriptors].sort((a, b) => a.fd - b.fd).map(descriptor => ({ kind: 'descriptor', id: `${group.id}/fd:${descriptor.fd}`, hostName: group.hostName, session: group.session, pid: group.pid, descriptor }));
}

export function messageNode(hostName: string, key: string, severity: MessageNode['severity'], message: string, remedy: string): MessageNode {
  return { kind: 'message', id: `host:${hostName}/message:${key}`, hostName, severity, message, remedy };
}
export function problemNodes(hostName: string, problems: readonly Problem[]): MessageNode[] {
  return problems.map((problem, index) => messageNode(hostName, `${problem.code}:${index}`, 'warning', problem.message, problem.remedy));
}

export function textOf(node: Node): NodeText {
  switch (node.kind) {
    case 'host': return hostText(node.host);
    case 'namespace': {
      const pods = new Set(node.containers.map(({ pod }) => pod)).size, count = `${pods} ${pods === 1 ? 'pod' : 'pods'}, ${runningText(node.containers)}`, label = oneLine(node.namespace);
      return { label, description: count, tooltip: `Namespace ${label}\n${count}`, spoken: `Namespace ${label}, ${count}`, icon: 'symbol-namespace', context: 'namespace', children: 'expanded' };
    }
    case 'pod': {
      const count = runningText(node.containers), label = oneLine(node.pod), where = node.namespace === '' ? '' : `\nNamespace ${oneLine(node.namespace)}`;
      return { label, description: count, tooltip: `Pod ${label}${where}\n${count}`, spoken: `Pod ${label}, ${count}`, icon: 'symbol-class', context: 'pod', children: 'expanded' };
    }
    case 'project': {
      const count = runningText(node.containers);
      return { label: oneLine(node.project), description: count, tooltip: `Compose project ${oneLine(node.project)}\n${count}`, spoken: `Compose project ${oneLine(node.project)}, ${count}`, icon: 'layers', context: 'project', children: 'expanded' };
    }
    case 'container': return containerText(node.container);
    case 'process': return processText(node);
    case 'group': {
      const label = node.which === 'files' ? 'Files' : 'Connections';
      return { label, description: String(node.descriptors.length), tooltip: `${label} that process ${node.pid} has open`, spoken: `${label}, ${node.descriptors.length}`, icon: node.which === 'files' ? 'files' : 'plug', context: 'group', children: 'collapsed' };
    }
    case 'descriptor': {
      const { fd, kind, name } = node.descriptor;
      const label = oneLine(name) || `(${kind})`;
      return { label, description: `fd ${fd} · ${kind}`, tooltip: `Descriptor ${fd} of process ${node.pid}\n${kind}\n${oneLine(name, 4096)}`, spoken: `${label}, descriptor ${fd}, ${kind}`, icon: descriptorIcon(kind), context: 'descriptor', children: 'none' };
    }
    case 'message': return {
      label: oneLine(node.message, 400), description: oneLine(node.remedy, 300), tooltip: `${node.message}\n\n${node.remedy}`, spoken: `${node.message} ${node.remedy}`,
      icon: { error: 'error', warning: 'warning', info: 'info', busy: 'sync~spin' }[node.severity], ...(node.severity === 'error' ? { color: 'list.errorForeground' } : node.severity === 'warning' ? { color: 'list.warningForeground' } : {}), context: 'message', children: 'none',
    };
  }
}

function runningText(containers: readonly ContainerNode[]): string { return `${containers.filter(({ status }) => status === 'running').length} of ${containers.length} running`; }

/** Labels that say what the tree itself says. */
const TOLD_LABELS = /^(com\.docker\.compose\.|io\.kubernetes\.(pod|container)\.)/;
const SHOWN_LABELS = 8;
function labelLines(labels: Readonly<Record<string, string>>): string[] {
  const own = Object.entries(labels).filter(([name]) => !TOLD_LABELS.test(name)), shown = own.slice(0, SHOWN_LABELS).map(([name, value]) => `  ${oneLine(name, 80)}=${oneLine(value, 120)}`);
  return own.length === 0 ? [] : ['Labels:', ...shown, ...(own.length > SHOWN_LABELS ? [`  and ${own.length - SHOWN_LABELS} more`] : [])];
}

function hostText(host: Host): NodeText {
  const states: Record<Host['state'], readonly [icon: string, word: string, context: string]> = {
    idle: ['vm', 'not connected', 'host.idle'], connecting: ['sync~spin', 'connecting', 'host.busy'], connected: ['vm-active', 'connected', 'host.connected'],
    reconnecting: ['sync~spin', 'reconnecting', 'host.busy'], lost: ['vm-outline', 'connection lost', 'host.lost'], failed: ['vm-outline', 'could not connect', 'host.failed'],
  };
  const [icon, word, context] = states[host.state];
  const session = host.session;
  const name = session === undefined ? host.detail : [host.detail, session.hello.hostname === host.name ? '' : session.hello.hostname].filter(text => text !== '').join(' · ');
  const description = host.state === 'idle' || host.state === 'connected' ? oneLine(name) : [word, oneLine(name)].filter(text => text !== '').join(' · ');
  const facts = session === undefined ? '' : `\nKernel ${oneLine(session.hello.kernel)}, ${session.hello.cpus} CPUs, agent ${oneLine(session.hello.agentVersion)}`;
  const trouble = host.error === undefined ? '' : `\n${host.error.message}\n${host.error.remedy}`;
  return {
    label: host.label, description, tooltip: `${host.label} ${host.detail}\n${word}${facts}${trouble}`, spoken: `Host ${host.label}, ${word}`, icon, context,
    ...(host.state === 'connected' ? { color: 'charts.green' } : host.state === 'failed' || host.state === 'lost' ? { color: 'list.errorForeground' } : {}),
    children: session === undefined && host.error === undefined ? 'none' : 'expanded',
  };
}

function containerText(container: ContainerNode): NodeText {
  const own = container.id === '';
  const label = own ? 'Processes of the host' : oneLine(container.name) || container.id;
  const running = own || container.status === 'running';
  const cpu = container.cpuPercent >= 0 ? `${container.cpuPercent.toFixed(container.cpuPercent < 10 ? 1 : 0)} %` : '';
  const memory = container.memoryBytes > 0 ? shortBytes(container.memoryBytes) : '';
  const errors = container.recentErrors > 0 ? `${container.recentErrors} failed calls` : '';
  const state = running ? '' : container.status;
  const limit = container.memoryLimitBytes > 0 ? ` of ${shortBytes(container.memoryLimitBytes)}` : '';
  const tooltip = [
    own ? 'What runs outside of any container' : label, own ? '' : `Engine: ${oneLine(container.type, 40)}`, own ? '' : `Image: ${oneLine(container.image)}`, own ? '' : `Id: ${container.id}`, container.project === '' ? '' : `Compose: ${oneLine(container.project)} / ${oneLine(container.service)}`,
    container.pod === undefined ? '' : `Pod: ${oneLine(container.pod)}`, container.namespace === undefined ? '' : `Namespace: ${oneLine(container.namespace)}`,
    own ? '' : `Status: ${container.status}`, cpu === '' ? '' : `CPU: ${cpu} of one CPU`, memory === '' ? '' : `Memory: ${memory}${limit}`, `Processes: ${container.processes}`, errors === '' ? '' : `${errors} in the last ten seconds`, ...labelLines(container.labels ?? {}),
  ].filter(line => line !== '').join('\n');
  const color = !running ? 'disabledForeground' : container.recentErrors > 0 ? 'charts.orange' : 'charts.green';
  return {
    // The image last: it mostly repeats the name, and a narrow sidebar cuts it off.
    label, description: [state, cpu, memory, own ? '' : oneLine(container.image, 60)].filter(text => text !== '').join(' · '), tooltip,
    spoken: [own ? label : `Container ${label}, image ${oneLine(container.image, 60)}, ${container.status}`, cpu === '' ? '' : `CPU ${cpu}`, memory === '' ? '' : `memory ${memory}`, errors].filter(text => text !== '').join(', '),
    icon: own ? 'server-process' : container.status === 'paused' ? 'debug-pause' : running ? 'circle-filled' : 'circle-outline', color,
    context: own ? 'container.host' : running ? 'container.running' : 'container.stopped', children: running || container.processes > 0 ? 'collapsed' : 'none',
  };
}

function processText({ process }: ProcessTreeNode): NodeText {
  const label = oneLine(process.comm) || String(process.pid);
  const inner = process.vpid > 0 && process.vpid !== process.pid ? `\nPid in the container: ${process.vpid}` : '';
  return {
    label, description: `${process.pid} · ${oneLine(process.cmdline, 120)}`, tooltip: `${oneLine(process.cmdline, 2000)}\nPid: ${process.pid}${inner}\nUser: ${oneLine(process.user)}\nThreads: ${process.threads}\nOpen descriptors: ${process.openFds}`,
    spoken: `Process ${label}, pid ${process.pid}, user ${oneLine(process.user)}`, icon: process.threads > 1 ? 'list-tree' : 'gear', context: 'process', children: 'collapsed',
  };
}

function descriptorIcon(kind: string): string {
  if (kind === 'directory') return 'folder';
  if (kind.startsWith('ipv')) return 'globe';
  if (kind === 'unix' || kind === 'netlink') return 'plug';
  if (kind === 'pipe') return 'arrow-swap';
  return kind === 'file' ? 'file' : 'symbol-event';
}
