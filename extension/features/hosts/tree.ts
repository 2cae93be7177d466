// The hosts view: asks sessions for what is unfolded, keeps the last answer while the link is down, and redraws as things change.
import * as vscode from 'vscode';
import { GetDescriptors, GetProcesses, GetTree, TreeChanged } from '../../../remote-agent/protocol/messages.ts';
import { UserError, errorText } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { Host } from '../../remote/hostManager.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { containerNodes, descriptorNodes, groupNodes, hostNode, messageNode, problemNodes, processNodes, textOf, topNodes, type ContainerTreeNode, type HostNode, type Node, type ProcessTreeNode } from './model.ts';

/** Pause between redraws, ms: of figures and processes, and when containers came or went. */
const FIGURES_MS = 2000;
const CHANGE_MS = 300;

export class HostsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #ctx: Ctx;
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #owned: vscode.Disposable[] = [];
  readonly #watched = new Map<string, vscode.Disposable>();
  /** The last good answer by node id: shown while the link is down. */
  readonly #last = new Map<string, Node[]>();
  #timer: NodeJS.Timeout | undefined;
  #visible: () => boolean = () => true;

  constructor(ctx: Ctx) {
    this.#ctx = ctx;
    this.#owned.push(ctx.hosts.onDidChange(() => { this.#watchSessions(); this.refresh(); }));
    const figures = setInterval(() => { if (this.#visible() && ctx.hosts.list().some(host => host.state === 'connected')) this.#changed.fire(undefined); }, FIGURES_MS);
    this.#owned.push({ dispose: () => clearInterval(figures) });
    this.#watchSessions();
  }

  attach(view: vscode.TreeView<Node>): void {
    this.#visible = () => view.visible;
    this.#owned.push(view.onDidChangeVisibility(() => { if (view.visible) this.refresh(); }));
  }

  /** Redraws soon; several calls make one. */
  refresh(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => { this.#timer = undefined; this.#changed.fire(undefined); }, CHANGE_MS);
  }

  #watchSessions(): void {
    const open = new Map(this.#ctx.hosts.list().flatMap(host => host.session === undefined ? [] : [[host.session.id, host.session] as const]));
    for (const [id, session] of open) {
      if (this.#watched.has(id)) continue;
      const parts = [session.onNotification(TreeChanged, change => { if (change.containersChanged && this.#visible()) this.refresh(); }), session.onLink(() => this.refresh()), session.onReset(() => this.refresh())];
      this.#watched.set(id, { dispose: () => { for (const part of parts) part.dispose(); } });
    }
    for (const [id, watch] of this.#watched) {
      if (open.has(id)) continue;
      watch.dispose();
      this.#watched.delete(id);
      for (const key of [...this.#last.keys()]) if (key === id || key.startsWith(`${id}/`)) this.#last.delete(key);
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const text = textOf(node);
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(text.label, { none: None, collapsed: Collapsed, expanded: Expanded }[text.children]);
    // An idle host and a connected one unfold differently by default, and VS Code remembers by id.
    item.id = node.kind === 'host' ? `${node.id}${text.children === 'none' ? '' : '/open'}` : node.id;
    item.description = text.description;
    item.tooltip = text.tooltip;
    item.contextValue = text.context;
    item.iconPath = text.color === undefined ? new vscode.ThemeIcon(text.icon) : new vscode.ThemeIcon(text.icon, new vscode.ThemeColor(text.color));
    item.accessibilityInformation = { label: text.spoken, role: 'treeitem' };
    return item;
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) return this.#roots();
    switch (node.kind) {
      case 'host': return await this.#hostChildren(node);
      case 'project': return containerNodes(node.session, node.hostName, node.containers);
      case 'container': return await this.#containerChildren(node);
      case 'process': return await this.#processChildren(node);
      case 'group': return descriptorNodes(node);
      default: return [];
    }
  }

  #roots(): Node[] {
    const problem = this.#ctx.hosts.configProblem;
    return [...(problem === '' ? [] : [messageNode('', 'config', 'warning', problem, '')]), ...this.#ctx.hosts.list().map(hostNode)];
  }

  async #hostChildren({ id, host }: HostNode): Promise<Node[]> {
    const { session } = host;
    if (session === undefined) return host.error === undefined ? [] : [errorNode(host)];
    const lead: Node[] = [];
    if (session.link.state !== 'connected') lead.push(messageNode(host.name, 'link', session.link.state === 'reconnecting' ? 'busy' : 'error', session.link.message, host.error?.remedy ?? ''));
    const problems = session.status.problems.length > 0 ? session.status.problems : session.hello.problems;
    return [...lead, ...problemNodes(host.name, problems), ...await this.#ask(id, host.name, session, async () => {
      const tree = await session.request(GetTree);
      const nodes = topNodes(session, host.name, tree.containers);
      return nodes.length > 0 ? nodes : [messageNode(host.name, 'empty', 'info', 'No process has been seen yet.', 'Wait a moment, or refresh.')];
    })];
  }

  async #containerChildren(node: ContainerTreeNode): Promise<Node[]> {
    return await this.#ask(node.id, node.hostName, node.session, async () => {
      const processes = await node.session.request(GetProcesses, { containerId: node.container.id });
      const nodes = processNodes(node.session, node.hostName, node.container.id, processes);
      return nodes.length > 0 ? nodes : [messageNode(node.hostName, `${node.id}:empty`, 'info', 'No process runs in this container.', '')];
    });
  }

  async #processChildren(node: ProcessTreeNode): Promise<Node[]> {
    return await this.#ask(node.id, node.hostName, node.session, async () => [...node.children, ...groupNodes(node, await node.session.request(GetDescriptors, { pid: node.process.pid }))]);
  }

  /** The answer, or the last one while there is no link, or what went wrong. */
  async #ask(id: string, hostName: string, session: CaptureSession, request: () => Promise<Node[]>): Promise<Node[]> {
    if (session.link.state !== 'connected') return this.#last.get(id) ?? [];
    try {
      const nodes = await request();
      this.#last.set(id, nodes);
      return nodes;
    } catch (error) {
      if (session.link.state !== 'connected') return this.#last.get(id) ?? [];
      return [messageNode(hostName, `${id}:failed`, 'error', errorText(error), error instanceof UserError ? error.remedy : 'Refresh to ask again; the log says more.')];
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const item of [...this.#owned, ...this.#watched.values()]) item.dispose();
    this.#changed.dispose();
  }
}

function errorNode(host: Host): Node { return messageNode(host.name, 'error', 'error', host.error?.message ?? '', host.error?.remedy ?? ''); }
