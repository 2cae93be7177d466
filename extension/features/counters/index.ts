// The view "Kernel Counters" and its commands: what each container does, counted in the kernel while somebody looks.
import * as vscode from 'vscode';
import { GetCounters, type CountersResult } from '../../../remote-agent/protocol/messages.ts';
import { UserError, errorText, oneLine } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import { SessionWatch } from '../waiting/watch.ts';
import { COLUMNS, columnOf, counterNodes, csvOf, noteOf, textOf, timeText, type CounterContainer, type CounterNode } from './model.ts';

const VIEW = 'porthole.counters';
/** What rows are ordered by; remembered for all windows. */
const ORDER_KEY = 'porthole.counters.order';
const EVERY_MS = 2000;

export function registerCounters(ctx: Ctx): void {
  const order = (): string => columnOf(ctx.extension.globalState.get<string>(ORDER_KEY, 'calls')).id;
  let anew = false;
  const changed = new vscode.EventEmitter<undefined>();
  const watch: SessionWatch<CountersResult> = new SessionWatch<CountersResult>({
    session: () => ctx.sessions.active?.live === true ? ctx.sessions.active : ctx.sessions.all.find(each => each.live),
    ask: async (session, token) => { const first = anew; anew = false; return await session.request(GetCounters, first ? { anew: true } : {}, token); },
    onChange: () => { draw(); }, everyMs: EVERY_MS,
  });
  const roots = (): CounterContainer[] => watch.session === undefined || watch.result === undefined ? [] : counterNodes(`counters:${watch.session.id}`, watch.result, order());
  const provider: vscode.TreeDataProvider<CounterNode> = {
    onDidChangeTreeData: changed.event,
    getChildren: node => node === undefined ? roots() : node.kind === 'counter-container' ? [...node.calls] : [],
    getTreeItem: node => {
      const text = textOf(node), item = new vscode.TreeItem(text.label, text.children === 'none' ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed);
      // The id keeps what is unfolded and chosen over each new drawing.
      Object.assign(item, { id: node.id, description: text.description, tooltip: text.tooltip, contextValue: text.context, accessibilityInformation: { label: text.spoken, role: 'treeitem' } });
      item.iconPath = text.color === undefined ? new vscode.ThemeIcon(text.icon) : new vscode.ThemeIcon(text.icon, new vscode.ThemeColor(text.color));
      return item;
    },
  };
  const view = vscode.window.createTreeView(VIEW, { treeDataProvider: provider, showCollapseAll: true });
  function draw(): void {
    const { session, result, error } = watch;
    changed.fire(undefined);
    view.description = session === undefined ? '' : [oneLine(session.title, 40), result === undefined ? '' : `${timeText(result.elapsedNs)} counted`, `by ${columnOf(order()).label.toLowerCase()}`].filter(text => text !== '').join(' · ');
    view.message = session === undefined ? '' : session.link.state !== 'connected' ? session.link.message : error !== undefined ? `What is counted on ${oneLine(session.title)} could not be asked for: ${errorText(error)}` : result === undefined ? '' : noteOf(result);
  }
  ctx.subscriptions.push(view, watch, changed, view.onDidChangeVisibility(() => { watch.setVisible(view.visible); }), ctx.sessions.onDidChange(() => { watch.follow(); }));
  watch.setVisible(view.visible);
  watch.follow();

  ctx.command('porthole.showCounters', async () => { await vscode.commands.executeCommand(`${VIEW}.focus`); });
  ctx.command('porthole.countersOrder', async () => {
    const choice = await vscode.window.showQuickPick(COLUMNS.map(({ id, label }) => ({ label, id, ...(id === order() ? { description: 'now' } : {}) })), { title: 'Porthole: Sort kernel counters by what?' });
    if (choice === undefined) return;
    await ctx.extension.globalState.update(ORDER_KEY, choice.id);
    draw();
  });
  ctx.command('porthole.countersAnew', () => { anew = true; watch.askAnew(); });
  ctx.command('porthole.countersCopy', async () => {
    const nodes = roots();
    if (nodes.length === 0) throw new UserError('Nothing has been counted yet.', 'Open the view "Kernel Counters" and wait a moment.');
    const text = csvOf(nodes);
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(`Copied ${text.split('\r\n').length - 2} rows`, 3000);
    return text;
  });
}
