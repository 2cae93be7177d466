// The view of calls under way: draws what the watch was answered, and anew only what has changed.
import * as vscode from 'vscode';
import { UserError, errorText, oneLine } from '../../base/text.ts';
import { childrenOf, noteOf, rootNodes, signature, textOf, type CallsNode, type Order } from './model.ts';
import type { CallsWatch } from './watch.ts';

const METHOD_NOT_FOUND = -32601;

export class CallsTree implements vscode.TreeDataProvider<CallsNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<CallsNode | CallsNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #watch: () => CallsWatch;
  readonly #order: () => Order;
  /** One object for each id, renewed in place: what the editor holds stays valid. */
  readonly #nodes = new Map<string, CallsNode>();
  /** Texts as last drawn, and ids of the children, by id. */
  readonly #drawn = new Map<string, string>();
  readonly #children = new Map<string, string>();
  /** Kept until the first answer, so that the view shows that it is coming. */
  #first: (() => void) | undefined;

  constructor(watch: () => CallsWatch, order: () => Order) { this.#watch = watch; this.#order = order; }

  /** Takes in what the watch knows now. */
  update(): void {
    const roots = this.#roots();
    if (this.#first !== undefined) { if (this.#answered()) { this.#first(); this.#first = undefined; } return; }
    const seen = new Set<string>(), anew: CallsNode[] = [];
    const all = this.#children.get('') !== ids(roots);
    const visit = (nodes: readonly CallsNode[]): void => {
      for (const node of nodes) {
        seen.add(node.id);
        const children = childrenOf(node), own = this.#renew(node);
        const other = this.#children.has(node.id) && this.#children.get(node.id) !== ids(children);
        if (other || (this.#drawn.has(node.id) && this.#drawn.get(node.id) !== signature(node))) anew.push(own);
        visit(children);
      }
    };
    visit(roots);
    for (const id of [...this.#nodes.keys()]) if (!seen.has(id)) for (const map of [this.#nodes, this.#drawn, this.#children]) map.delete(id);
    if (all) this.#changed.fire(undefined); else if (anew.length > 0) this.#changed.fire(anew);
  }

  #answered(): boolean { const { session, result, error } = this.#watch(); return session === undefined || result !== undefined || error !== undefined || session.link.state !== 'connected'; }

  #roots(): CallsNode[] {
    const { session, result, error } = this.#watch();
    if (session === undefined) return [];
    const calls = result === undefined ? [] : rootNodes(`calls:${session.id}`, result.calls, this.#order());
    if (error === undefined) return calls;
    const older = typeof error === 'object' && error !== null && 'code' in error && error.code === METHOD_NOT_FOUND;
    const message = older ? `The agent on ${oneLine(session.title)} is of an older version that cannot tell of calls under way.` : `What is under way on ${oneLine(session.title)} could not be asked for: ${errorText(error)}`;
    const remedy = error instanceof UserError ? error.remedy : older ? 'Disconnect and connect again, so that the agent of this version is copied.' : 'The log says more (command "Porthole: Show Log").';
    return [{ kind: 'calls-message', id: `calls:${session.id}/error`, severity: 'error', message, remedy }, ...calls];
  }

  /** The object that the editor knows already, with what is new in it. */
  #renew(node: CallsNode): CallsNode {
    const known = this.#nodes.get(node.id);
    if (known === undefined || known.kind !== node.kind) { this.#nodes.set(node.id, node); return node; }
    return Object.assign(known, node);
  }

  async getChildren(node?: CallsNode): Promise<CallsNode[]> {
    if (node === undefined && !this.#answered()) await new Promise<void>(resolve => { this.#first = resolve; });
    const children = node === undefined ? this.#roots() : [...childrenOf(node)];
    this.#children.set(node?.id ?? '', ids(children));
    return children.map(child => this.#renew(child));
  }

  getTreeItem(node: CallsNode): vscode.TreeItem {
    const text = textOf(node);
    this.#drawn.set(node.id, signature(node));
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(text.label, { none: None, collapsed: Collapsed, expanded: Expanded }[text.children]);
    item.id = node.id;
    item.description = text.description;
    item.tooltip = text.tooltip;
    item.contextValue = text.context;
    item.iconPath = text.color === undefined ? new vscode.ThemeIcon(text.icon) : new vscode.ThemeIcon(text.icon, new vscode.ThemeColor(text.color));
    item.accessibilityInformation = { label: text.spoken, role: 'treeitem' };
    return item;
  }

  /** What is said above the list: that it is stale, or what it does not hold. */
  note(): string {
    const { session, result } = this.#watch();
    if (session === undefined) return '';
    return session.link.state === 'connected' ? result === undefined ? '' : noteOf(result) : session.link.message;
  }

  dispose(): void { this.#first?.(); this.#changed.dispose(); }
}

function ids(nodes: readonly CallsNode[]): string { return nodes.map(node => node.id).join('\n'); }
