// The hosts view: asks sessions for what is unfolded, keeps the last answer while the link is down, and redraws only what has changed: each redraw
// makes the editor forget its items for a moment, and a click in that moment has no target.
import * as vscode from 'vscode';
import { GetDescriptors, GetProcesses, GetTree, TreeChanged } from '../../../remote-agent/protocol/messages.ts';
import { UserError, errorText } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { containerNodes, descriptorNodes, groupNodes, hostNode, messageNode, podNodes, problemNodes, processNodes, textOf, topNodes, type Node } from './model.ts';

/** How often what is unfolded is asked for again, ms; and the pause after a change that was told. */
const LOOK_MS = 2000;
const CHANGE_MS = 300;

/** What is known of an unfolded node. */
interface Branch { readonly node: Node; children: Node[]; /** Fetched a moment ago by a look: the next question needs no other. */ fresh: boolean }

export class HostsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #ctx: Ctx;
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #owned: vscode.Disposable[] = [];
  readonly #watched = new Map<string, vscode.Disposable>();
  /** One object for each id, renewed in place: what the editor holds stays valid. */
  readonly #nodes = new Map<string, Node>();
  readonly #branches = new Map<string, Branch>();
  /** Texts as last drawn, by id. */
  readonly #drawn = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #visible: () => boolean = () => true;

  constructor(ctx: Ctx) {
    this.#ctx = ctx;
    this.#owned.push(ctx.hosts.onDidChange(() => { this.#watchSessions(); this.refresh(); }));
    const looks = setInterval(() => { void this.#look(); }, LOOK_MS);
    this.#owned.push({ dispose: () => clearInterval(looks) });
    this.#watchSessions();
  }

  attach(view: vscode.TreeView<Node>): void {
    this.#visible = () => view.visible;
    const states = new Map<string, string>();
    this.#owned.push(
      // Where many hosts are, the one that was just connected to, or could not be, is brought into view.
      this.#ctx.hosts.onDidChange(() => {
        for (const { name, state } of this.#ctx.hosts.list()) {
          const before = states.get(name);
          states.set(name, state);
          if (before === 'connecting' && (state === 'connected' || state === 'failed')) setTimeout(() => { void this.#show(view, name); }, 2 * CHANGE_MS);
        }
      }),
      view.onDidChangeVisibility(() => { if (view.visible) void this.#look(); }),
      // What is folded is not asked for any more; unfolding it asks anew.
      view.onDidCollapseElement(event => { for (const id of [...this.#branches.keys()]) if (id === event.element.id || id.startsWith(`${event.element.id}/`)) this.#branches.delete(id); }),
    );
  }

  /** Only hosts and what is said of them have to be shown by their names. */
  getParent(node: Node): Node | undefined { return node.kind === 'message' ? this.#nodes.get(`host:${node.hostName}`) : undefined; }

  /** Brings a host into view, with what is said of it when it could not be connected to. */
  async #show(view: vscode.TreeView<Node>, name: string): Promise<void> {
    const host = this.#nodes.get(`host:${name}`);
    if (host === undefined || !view.visible) return;
    try {
      await view.reveal(host, { select: false, focus: false, expand: true });
      const failure = this.#branches.get(host.id)?.children.find(node => node.kind === 'message');
      if (failure !== undefined) await view.reveal(failure, { select: false, focus: false });
    } catch (error) {
      // The tree was redrawn meanwhile: there is nothing to scroll to any more.
      this.#ctx.log.debug(`hosts view: ${errorText(error)}`);
    }
  }

  /** Redraws everything soon; several calls make one. */
  refresh(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => { this.#timer = undefined; this.#changed.fire(undefined); }, CHANGE_MS);
  }

  #watchSessions(): void {
    const open = new Map<string, CaptureSession>(this.#ctx.hosts.list().flatMap(host => host.session === undefined ? [] : [[`host:${host.name}`, host.session] as const]));
    for (const [id, session] of open) {
      if (this.#watched.has(id)) continue;
      const parts = [session.onNotification(TreeChanged, change => { if (change.containersChanged) setTimeout(() => { void this.#look(); }, CHANGE_MS); }), session.onLink(() => this.refresh()), session.onReset(() => this.refresh())];
      this.#watched.set(id, { dispose: () => { for (const part of parts) part.dispose(); } });
    }
    for (const [id, watch] of this.#watched) {
      if (open.has(id)) continue;
      watch.dispose();
      this.#watched.delete(id);
      this.#branches.delete(id);
      this.#forget([...this.#nodes.keys()].filter(key => key.startsWith(`${id}/`)));
    }
  }

  /** Asks again for all that is unfolded, and redraws what differs. */
  async #look(): Promise<void> {
    if (this.#looking || !this.#visible()) return;
    this.#looking = true;
    try {
      for (const branch of [...this.#branches.values()]) {
        if (sessionOf(branch.node)?.link.state !== 'connected') continue;
        const before = branch.children.map(node => node.id).join('\n');
        const texts = new Map(branch.children.map(node => [node.id, this.#drawn.get(node.id)]));
        const children = this.#renew(await this.#load(branch.node));
        if (this.#branches.get(branch.node.id) !== branch) continue;
        branch.children = children;
        if (children.map(node => node.id).join('\n') !== before) {
          branch.fresh = true;
          this.#forget(before.split('\n').filter(id => !children.some(child => child.id === id)));
          this.#changed.fire(branch.node);
        } else {
          for (const child of children) if (texts.get(child.id) !== signature(child)) this.#changed.fire(child);
        }
      }
    } finally { this.#looking = false; }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const text = textOf(node);
    this.#drawn.set(node.id, signature(node));
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
    if (node === undefined) return this.#renew(this.#roots());
    const known = this.#branches.get(node.id);
    if (known?.fresh === true) { known.fresh = false; return known.children; }
    const session = sessionOf(node);
    // While the link is down, what was there before stays.
    if (session !== undefined && session.link.state !== 'connected' && known !== undefined && node.kind !== 'host') return known.children;
    const children = this.#renew(await this.#load(node));
    this.#branches.set(node.id, { node, children, fresh: false });
    return children;
  }

  /** The objects that the editor knows already, with what is new in them. */
  #renew(nodes: readonly Node[]): Node[] {
    return nodes.map(node => {
      const known = this.#nodes.get(node.id);
      if (known === undefined || known.kind !== node.kind) { this.#nodes.set(node.id, node); return node; }
      return Object.assign(known, node);
    });
  }

  /** Nodes that are gone, with all below them. */
  #forget(ids: readonly string[]): void {
    if (ids.length === 0) return;
    for (const map of [this.#branches, this.#nodes, this.#drawn]) for (const key of [...map.keys()]) if (ids.some(id => id !== '' && (key === id || key.startsWith(`${id}/`)))) map.delete(key);
  }

  #roots(): Node[] {
    const problem = this.#ctx.hosts.configProblem;
    return [...(problem === '' ? [] : [messageNode('', 'config', 'warning', problem, '')]), ...this.#ctx.hosts.list().map(hostNode)];
  }

  async #load(node: Node): Promise<Node[]> {
    switch (node.kind) {
      case 'host': return await this.#hostChildren(node.host.name);
      case 'namespace': return podNodes(node.session, node.hostName, node.namespace, node.containers);
      case 'pod': case 'project': return containerNodes(node.session, node.hostName, node.containers);
      case 'container': {
        const { session, hostName, container } = node;
        return await this.#ask(node.id, hostName, session, async () => {
          const nodes = processNodes(session, hostName, container.id, await session.request(GetProcesses, { containerId: container.id }));
          return nodes.length > 0 ? nodes : [messageNode(hostName, `${node.id}:empty`, 'info', 'No process runs in this container.', '')];
        });
      }
      case 'process': {
        const { session, process, hostName, children } = node;
        return await this.#ask(node.id, hostName, session, async () => [...children, ...groupNodes(node, await session.request(GetDescriptors, { pid: process.pid }))]);
      }
      case 'group': return descriptorNodes(node);
      default: return [];
    }
  }

  async #hostChildren(name: string): Promise<Node[]> {
    const host = this.#ctx.hosts.find(name);
    const session = host?.session;
    if (host === undefined || session === undefined) return host?.error === undefined ? [] : [messageNode(name, 'error', 'error', host.error.message, host.error.remedy)];
    if (session.link.state !== 'connected') {
      const kept = (this.#branches.get(`host:${name}`)?.children ?? []).filter(node => node.kind !== 'message');
      return [messageNode(name, 'link', session.link.state === 'reconnecting' ? 'busy' : 'error', session.link.message, host.error?.remedy ?? ''), ...kept];
    }
    const problems = session.status.problems.length > 0 ? session.status.problems : session.hello.problems;
    return [...problemNodes(name, problems), ...await this.#ask(`host:${name}`, name, session, async () => {
      const nodes = topNodes(session, name, (await session.request(GetTree)).containers);
      return nodes.length > 0 ? nodes : [messageNode(name, 'empty', 'info', 'No process has been seen yet.', 'Wait a moment, or refresh.')];
    })];
  }

  /** The answer; or what was there before when the link broke meanwhile; or what went wrong. */
  async #ask(id: string, hostName: string, session: CaptureSession, request: () => Promise<Node[]>): Promise<Node[]> {
    try { return await request(); } catch (error) {
      if (session.link.state !== 'connected') return this.#branches.get(id)?.children ?? [];
      return [messageNode(hostName, `${id}:failed`, 'error', errorText(error), error instanceof UserError ? error.remedy : 'It may have ended. Refresh to ask again; the log says more.')];
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const item of [...this.#owned, ...this.#watched.values()]) item.dispose();
    this.#changed.dispose();
  }
}

function sessionOf(node: Node): CaptureSession | undefined { return node.kind === 'host' ? node.host.session : node.kind === 'message' ? undefined : node.session; }

/** All that can be seen of a node, to tell whether it has to be drawn again. */
function signature(node: Node): string {
  const { label, description, tooltip, icon, color, context, children } = textOf(node);
  return [label, description, tooltip, icon, color, context, children].join('\u0001');
}
