// Calls under way as a tree: container, process, thread. Ids, texts, filters and lanes, without the editor. All names are of the host and hostile: shown on
// one line, never part of a filter.
import type { CallUnderWay, CallsResult, Kind } from '../../../remote-agent/protocol/messages.ts';
import { oneLine } from '../../base/text.ts';
import type { NodeText } from '../hosts/model.ts';

/** Calls of one container. */
export interface CallsContainer { readonly kind: 'calls-container'; readonly id: string; readonly containerId: string; readonly name: string; readonly processes: readonly CallsProcess[]; readonly count: number; readonly longest: CallUnderWay }
/** A process of which several threads wait. */
export interface CallsProcess { readonly kind: 'calls-process'; readonly id: string; readonly pid: number; readonly comm: string; readonly cmdline: string; readonly calls: readonly CallNode[]; readonly longest: CallUnderWay }
/** All that wait in the same call, of whatever container. */
export interface CallsName { readonly kind: 'calls-name'; readonly id: string; readonly name: string; readonly calls: readonly CallNode[]; readonly longest: CallUnderWay }
/** One thread's call; `alone`: the only one of its process, which it stands for. `placed`: its container is said with it, for it does not stand below that. */
export interface CallNode { readonly kind: 'calls-call'; readonly id: string; readonly call: CallUnderWay; readonly alone: boolean; readonly placed?: boolean }
export interface CallsMessage { readonly kind: 'calls-message'; readonly id: string; readonly severity: 'error' | 'info'; readonly message: string; readonly remedy: string }
export type CallsNode = CallsContainer | CallsProcess | CallsName | CallNode | CallsMessage;

export function asCallsNode(value: unknown): CallsNode | undefined {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string' && value.kind.startsWith('calls-') ? value as CallsNode : undefined;
}

/** In what order calls under way are shown. */
export const ORDERS = [['container', 'By container and process'], ['longest', 'The longest first'], ['call', 'By call']] as const;
export type Order = (typeof ORDERS)[number][0];
export function orderOf(text: unknown): Order { return ORDERS.find(([id]) => id === text)?.[0] ?? 'container'; }

/** What stands at the top of the list. `calls`: the longest first. */
export function rootNodes(root: string, calls: readonly CallUnderWay[], order: Order): CallsNode[] {
  if (order === 'container') return containerNodes(root, calls);
  const threads = new Map<number, number>();
  for (const { pid } of calls) threads.set(pid, (threads.get(pid) ?? 0) + 1);
  const nodes = (parent: string, own: readonly CallUnderWay[]): CallNode[] => own.map(call => ({ kind: 'calls-call', id: `${parent}/t:${call.tid}`, call, alone: threads.get(call.pid) === 1, placed: true }));
  if (order === 'longest') return nodes(`${root}/longest`, calls);
  const names = new Map<string, CallUnderWay[]>();
  for (const call of calls) { const list = names.get(call.name); if (list === undefined) names.set(call.name, [call]); else list.push(call); }
  return [...names].sort(([a], [b]) => a.localeCompare(b)).map(([name, own]): CallsName => { const id = `${root}/n:${name}`; return { kind: 'calls-name', id, name, calls: nodes(id, own), longest: own[0] as CallUnderWay }; });
}

/** Containers by name, what runs on the host itself last; in each the process first whose call waits longest. `root`: what the ids begin with. */
export function containerNodes(root: string, calls: readonly CallUnderWay[]): CallsContainer[] {
  const containers = new Map<string, CallUnderWay[]>();
  for (const call of calls) { const list = containers.get(call.containerId); if (list === undefined) containers.set(call.containerId, [call]); else list.push(call); }
  return [...containers].map(([containerId, own]): CallsContainer => {
    const id = `${root}/c:${containerId}`, longest = own[0] as CallUnderWay;
    return { kind: 'calls-container', id, containerId, name: containerId === '' ? 'Processes of the host' : longest.container, processes: processNodes(id, own), count: own.length, longest };
  }).sort((a, b) => Number(a.containerId === '') - Number(b.containerId === '') || a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

function processNodes(parent: string, calls: readonly CallUnderWay[]): CallsProcess[] {
  const processes = new Map<number, CallUnderWay[]>();
  for (const call of calls) { const list = processes.get(call.pid); if (list === undefined) processes.set(call.pid, [call]); else list.push(call); }
  return [...processes].map(([pid, own]): CallsProcess => {
    const id = `${parent}/p:${pid}`, longest = own[0] as CallUnderWay, main = own.find(call => call.tid === pid) ?? longest;
    return { kind: 'calls-process', id, pid, comm: main.comm, cmdline: main.cmdline, longest, calls: own.map(call => ({ kind: 'calls-call', id: `${id}/t:${call.tid}`, call, alone: own.length === 1 })) };
  });
}

/** What is shown below a node. A process whose only call it is stands for that call. */
export function childrenOf(node: CallsNode): readonly CallsNode[] {
  switch (node.kind) {
    case 'calls-container': return node.processes.map(process => process.calls.length === 1 ? process.calls[0] as CallNode : process);
    case 'calls-process': case 'calls-name': return node.calls;
    default: return [];
  }
}

const ID = /^[0-9a-f]{12,64}$/;
/** The filter that passes what belongs to a node; '' where there is none. */
export function filterOf(node: CallsNode): string {
  switch (node.kind) {
    case 'calls-container': return node.containerId === '' ? 'container.id=host' : ID.test(node.containerId) ? `container.id=${node.containerId}` : '';
    case 'calls-process': return `proc.pid=${Math.trunc(node.pid)}`;
    case 'calls-name': return /^\w+$/.test(node.name) ? `evt.type=${node.name}` : '';
    case 'calls-call': return `thread.tid=${Math.trunc(node.call.tid)}`;
    default: return '';
  }
}
export function laneOf(node: CallsNode): string {
  switch (node.kind) {
    case 'calls-container': return `c:${ID.test(node.containerId) ? node.containerId : ''}`;
    case 'calls-process': return `p:${Math.trunc(node.pid)}`;
    case 'calls-call': return `t:${Math.trunc(node.call.tid)}`;
    default: return '';
  }
}

/** `12 s`, `5 min`, `3 h 20 min`: coarser the longer it is, so that what hardly changes is not drawn anew all the time. */
export function spanText(ns: number): string {
  const seconds = Math.floor(ns / 1e9), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (seconds < 1) return 'under 1 s';
  if (seconds < 60) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min`;
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
export function waitText({ since, waitingNs }: CallUnderWay): string { return since === 'unknown' ? 'since before Porthole watched' : `${since === 'atLeast' ? '> ' : ''}${spanText(waitingNs)}`; }
function spokenWait({ since, waitingNs }: CallUnderWay): string { return since === 'unknown' ? 'waiting since before Porthole watched' : `waiting for ${since === 'atLeast' ? 'more than ' : ''}${spanText(waitingNs)}`; }

/** `read socket 10.0.0.1:4000->10.0.0.2:80`. */
export function callText({ name, on }: CallUnderWay): string { return oneLine(on === '' ? name : on.startsWith(name) ? on : `${name} ${on}`, 160); }

export function textOf(node: CallsNode): NodeText {
  switch (node.kind) {
    case 'calls-container': {
      const label = oneLine(node.name) || node.containerId, count = `${node.count} waiting`;
      return { label, description: `${count} · longest ${waitText(node.longest)}`, tooltip: `${label}\n${count}`, spoken: `Container ${label}, ${count}, the longest ${spokenWait(node.longest)}`, icon: node.containerId === '' ? 'server-process' : 'package', context: 'calls.container', children: 'expanded' };
    }
    case 'calls-process': {
      const label = oneLine(node.comm) || String(node.pid), count = `${node.calls.length} threads`;
      return { label, description: `${node.pid} · ${count} · longest ${waitText(node.longest)}`, tooltip: `${oneLine(node.cmdline, 2000)}\nPid: ${node.pid}\n${count} wait`, spoken: `Process ${label}, pid ${node.pid}, ${count} wait, the longest ${spokenWait(node.longest)}`, icon: 'list-tree', context: 'calls.process', children: 'collapsed' };
    }
    case 'calls-name': {
      const label = oneLine(node.name, 60), count = `${node.calls.length} waiting`;
      return { label, description: `${count} · longest ${waitText(node.longest)}`, tooltip: `${label}\n${count}`, spoken: `Call ${label}, ${count}, the longest ${spokenWait(node.longest)}`, icon: iconOf(node.longest), context: 'calls.name', children: 'expanded' };
    }
    // The time first: a narrow sidebar cuts off the rest.
    case 'calls-call': {
      const { call, alone } = node, label = oneLine(call.comm) || String(call.tid), what = callText(call), where = node.placed !== true ? '' : call.containerId === '' ? 'host' : oneLine(call.container, 40);
      return { label: alone ? label : `${label} · ${call.tid}`, description: [waitText(call), where, what].filter(text => text !== '').join(' · '), tooltip: tooltipOf(call), spoken: `${alone ? `Process ${label}, pid ${call.pid}` : `Thread ${label}, ${call.tid}`}, ${spokenWait(call)} in ${what}${where === '' ? '' : `, ${where === 'host' ? 'on the host' : `container ${where}`}`}`, icon: iconOf(call), context: 'calls.call', children: 'none' };
    }
    case 'calls-message': return { label: oneLine(node.message, 400), description: oneLine(node.remedy, 300), tooltip: `${node.message}\n\n${node.remedy}`, spoken: `${node.message} ${node.remedy}`, icon: node.severity, ...(node.severity === 'error' ? { color: 'list.errorForeground' } : {}), context: 'calls.message', children: 'none' };
  }
}

const ICONS: Readonly<Record<Kind, string>> = { file: 'file', network: 'globe', process: 'gear', memory: 'circuit-board', signal: 'bell', wait: 'watch', other: 'symbol-event' };
function iconOf(call: CallUnderWay): string { return call.name.startsWith('futex') ? 'lock' : call.descriptors[0]?.kind === 'pipe' && call.kind === 'other' ? 'arrow-swap' : ICONS[call.kind] ?? 'symbol-event'; }

const SHOWN_DESCRIPTORS = 12;
function tooltipOf(call: CallUnderWay): string {
  const { descriptors, descriptorCount } = call;
  const since = call.since === 'exact' ? '' : call.since === 'atLeast' ? 'It began before Porthole watched; the thread has not run for so long.' : 'It began before Porthole watched.';
  return [
    `${callText(call)}`, spokenWait(call).replace(/^w/, 'W'), since, ...descriptors.slice(0, SHOWN_DESCRIPTORS).map(({ fd, kind, name }) => `  descriptor ${fd}: ${oneLine(name === '' ? kind : `${kind} ${name}`, 300)}`),
    descriptorCount > Math.min(descriptors.length, SHOWN_DESCRIPTORS) ? `  and ${descriptorCount - Math.min(descriptors.length, SHOWN_DESCRIPTORS)} more` : '',
    `Process ${oneLine(call.cmdline, 300)} (${call.pid}), thread ${call.tid}`, call.containerId === '' ? '' : `Container ${oneLine(call.container)}`, call.args.length === 0 ? '' : `Arguments: ${oneLine(call.args.join(' '), 300)}`,
  ].filter(line => line !== '').join('\n');
}

/** A node for the clipboard: a line for each of its calls, the fields apart by tabs. */
export function copyText(node: CallsNode): string {
  switch (node.kind) {
    case 'calls-container': return node.processes.map(copyText).join('\n');
    case 'calls-process': case 'calls-name': return node.calls.map(copyText).join('\n');
    case 'calls-call': { const { call } = node; return [waitText(call), call.containerId === '' ? 'host' : call.container, `${call.comm} (${call.pid})`, String(call.tid), call.name, call.on].map(text => oneLine(text, 1000)).join('\t'); }
    default: return node.message;
  }
}

/** Threads that may not be looked at are told of where they are more than one in so many: a few are out of reach on most hosts. */
const MANY = 10;
/** What is said above the list: what it does not hold. */
export function noteOf(result: CallsResult): string {
  const more = result.total - result.calls.length;
  return [more > 0 ? `${more} more are not shown: the longest ${result.calls.length} are.` : '', result.hidden * MANY > result.threads ? `${result.hidden} of ${result.threads} threads may not be looked at.` : ''].filter(text => text !== '').join(' ');
}

/** All that can be seen of a node, to tell whether it has to be drawn again. */
export function signature(node: CallsNode): string { const { label, description, tooltip, icon, context, children } = textOf(node); return [label, description, tooltip, icon, context, children].join('\u0001'); }
