// The hosts view, and the commands on its nodes that are about the timeline.
import * as vscode from 'vscode';
import { UserError } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { asNode, filterOf, laneOf, sessionOfNode, textOf, type Node } from './model.ts';
import { HostsTree } from './tree.ts';

export function registerHosts(ctx: Ctx): void {
  const tree = new HostsTree(ctx);
  const view = vscode.window.createTreeView('porthole.hosts', { treeDataProvider: tree, showCollapseAll: true });
  tree.attach(view);
  ctx.subscriptions.push(tree, view, view.onDidChangeSelection(event => {
    const session = sessionOfNode(event.selection[0]);
    if (session !== undefined) ctx.sessions.setActive(session);
  }));

  ctx.chosen = () => {
    const node = view.selection[0], session = sessionOfNode(node);
    return node === undefined || session === undefined || filterOf(node) === '' ? undefined : { session, filter: filterOf(node), label: textOf(node).label };
  };
  const chosen = (value: unknown): Node | undefined => asNode(value) ?? view.selection[0];
  const sessionFor = (value: unknown): CaptureSession => {
    const session = sessionOfNode(value) ?? ctx.sessions.active;
    if (session === undefined) throw new UserError('Nothing is open to look at.', 'Connect to a host, or open a .scap file.');
    return session;
  };

  ctx.command('porthole.openTimeline', value => {
    const node = asNode(value);
    ctx.showTimeline(sessionFor(value), node === undefined ? {} : { lane: laneOf(node) });
  });
  ctx.command('porthole.filterTo', value => {
    const node = chosen(value);
    if (node === undefined || filterOf(node) === '') throw new UserError('Nothing is chosen to filter to.', 'Select a container, process or descriptor in the Hosts view first.');
    ctx.showTimeline(sessionFor(node), { filter: filterOf(node), lane: laneOf(node) });
  });
  ctx.command('porthole.copyFilter', async value => {
    const node = asNode(value) ?? view.selection[0];
    const filter = node !== undefined && filterOf(node) !== '' ? filterOf(node) : ctx.sessions.active === undefined ? '' : ctx.currentFilter(ctx.sessions.active);
    if (filter === '') throw new UserError('There is no filter to copy.', 'Select a container, process or descriptor in the Hosts view, or write a filter into the timeline.');
    await vscode.env.clipboard.writeText(filter);
    vscode.window.setStatusBarMessage(`Copied: ${filter}`, 3000);
    return filter;
  });
}
