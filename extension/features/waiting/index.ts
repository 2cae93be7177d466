// The view "Calls Under Way" and its commands: what everybody is blocked on, of the host or the capture that was looked at last.
import * as vscode from 'vscode';
import { UserError, oneLine } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { FILTER_ASSIST } from '../timeline/assist.ts';
import { asNode, containerId, sessionOfNode } from '../hosts/model.ts';
import { asCallsNode, copyText, filterOf, laneOf, ORDERS, orderOf, type CallsNode, type Order } from './model.ts';
import { CallsTree } from './tree.ts';
import { CallsWatch } from './watch.ts';

const VIEW = 'porthole.calls';
/** Which waits are shown, ms: most are over before anybody has read of them. Remembered for all windows. */
const LONGER_KEY = 'porthole.calls.longerMs', LONGER_MS = 1000;
/** In what order; remembered for all windows. */
const ORDER_KEY = 'porthole.calls.order';
const CHOICES: readonly (readonly [ms: number, label: string])[] = [[0, 'All'], [100, 'Longer than 100 ms'], [1000, 'Longer than 1 s'], [10_000, 'Longer than 10 s'], [60_000, 'Longer than 1 min'], [600_000, 'Longer than 10 min']];
const MAX_CALLS = 300;

export function registerWaiting(ctx: Ctx): void {
  let container: { readonly session: CaptureSession; readonly id: string; readonly name: string } | undefined;
  let filter = '';
  const longerMs = (): number => ctx.extension.globalState.get<number>(LONGER_KEY, LONGER_MS);
  const order = (): Order => orderOf(ctx.extension.globalState.get(ORDER_KEY));
  const ofContainer = (): typeof container => container?.session === ctx.sessions.active ? container : undefined;
  let drawing: NodeJS.Timeout | undefined;

  const watch: CallsWatch = new CallsWatch({
    session: () => ctx.sessions.active,
    question: () => { const only = ofContainer(); return { ...(only === undefined ? {} : { containerId: only.id }), filter, longerNs: watch.session?.live === true ? longerMs() * 1e6 : 0, count: MAX_CALLS }; },
    onChange: () => { drawing ??= setTimeout(() => { drawing = undefined; draw(); }, 0); },
  });
  const tree = new CallsTree(() => watch, order);
  const view = vscode.window.createTreeView(VIEW, { treeDataProvider: tree, showCollapseAll: true });
  const draw = (): void => {
    const { session, result } = watch;
    tree.update();
    view.message = tree.note();
    view.description = session === undefined ? '' : [oneLine(session.title, 40), ofContainer() === undefined ? '' : oneLine(ofContainer()?.name ?? '', 40), oneLine(filter, 60), session.live && longerMs() > 0 ? (CHOICES.find(([ms]) => ms === longerMs())?.[1] ?? '').toLowerCase() : '', order() === 'container' ? '' : (ORDERS.find(([id]) => id === order())?.[1] ?? '').toLowerCase()].filter(text => text !== '').join(' · ');
    const empty = session === undefined || result === undefined || result.total > 0 ? '' : session.live ? longerMs() > 0 || filter !== '' || ofContainer() !== undefined ? 'short' : 'nothing' : result.onlyReturned ? 'onlyReturned' : 'returned';
    void vscode.commands.executeCommand('setContext', 'porthole.callsEmpty', empty);
    void vscode.commands.executeCommand('setContext', 'porthole.callsNarrowed', ofContainer() !== undefined || filter !== '');
  };
  ctx.subscriptions.push(
    tree, view, watch, { dispose: () => { clearTimeout(drawing); } },
    view.onDidChangeVisibility(() => { watch.setVisible(view.visible); }),
    ctx.sessions.onDidChange(() => { watch.follow(); }),
  );
  watch.setVisible(view.visible);
  watch.follow();

  const chosen = (value: unknown): CallsNode => {
    const node = asCallsNode(value) ?? view.selection[0];
    if (node === undefined || node.kind === 'calls-message') throw new UserError('No call is chosen.', 'Select one in the view "Calls Under Way" first.');
    return node;
  };
  const sessionNow = (): CaptureSession => {
    if (watch.session === undefined) throw new UserError('Nothing is open to look at.', 'Connect to a host, or open a .scap file.');
    return watch.session;
  };
  const only = (next: typeof container): void => { container = next; watch.askAnew(); draw(); };

  ctx.command('porthole.showCalls', async value => {
    const node = asNode(value), session = sessionOfNode(value);
    if (session !== undefined) ctx.sessions.setActive(session);
    if (node?.kind === 'container') { const id = containerId(node.container); only(id === undefined ? undefined : { session: node.session, id, name: id === '' ? 'host' : node.container.name }); } else if (container !== undefined) only(undefined);
    await vscode.commands.executeCommand(`${VIEW}.focus`);
  });
  ctx.command('porthole.callsOfAll', () => { filter = ''; only(undefined); });
  ctx.command('porthole.callsWhere', async () => {
    const text = await vscode.window.showInputBox({
      title: 'Porthole: Filter Calls Under Way', value: filter, placeHolder: 'container.name=web and fd.port=5432', prompt: 'Each call is seen as its enter event: its name, its descriptor, its thread. Empty: all.',
      validateInput: value => FILTER_ASSIST.diagnose(value)[0]?.message,
    });
    if (text === undefined) return;
    filter = text.trim();
    watch.askAnew();
    draw();
  });
  ctx.command('porthole.callsLonger', async () => {
    const choice = await vscode.window.showQuickPick(CHOICES.map(([ms, label]) => ({ label, ms, ...(ms === longerMs() ? { description: 'now' } : {}) })), { title: 'Porthole: Show which calls under way?' });
    if (choice === undefined) return;
    await ctx.extension.globalState.update(LONGER_KEY, choice.ms);
    watch.askAnew();
    draw();
  });
  ctx.command('porthole.callsOrder', async () => {
    const choice = await vscode.window.showQuickPick(ORDERS.map(([id, label]) => ({ label, id, ...(id === order() ? { description: 'now' } : {}) })), { title: 'Porthole: Show calls under way in what order?' });
    if (choice === undefined) return;
    await ctx.extension.globalState.update(ORDER_KEY, choice.id);
    draw();
  });
  ctx.command('porthole.callFilter', value => {
    const node = chosen(value);
    if (filterOf(node) === '') throw new UserError('There is no filter for this.', 'Choose a process or a thread.');
    ctx.showTimeline(sessionNow(), { filter: filterOf(node), lane: laneOf(node) });
  });
  ctx.command('porthole.callLane', value => {
    const node = chosen(value);
    if (laneOf(node) === '') throw new UserError('This has no lane of its own.', 'Choose a container, a process or a thread.');
    const row = node.kind === 'calls-call' ? node.call.row : -1;
    ctx.showTimeline(sessionNow(), { lane: laneOf(node), ...(row < 0 ? {} : { row }) });
  });
  ctx.command('porthole.callCopy', async value => {
    const text = copyText(chosen(value));
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(text.includes('\n') ? `Copied ${text.split('\n').length} lines` : `Copied: ${oneLine(text, 80)}`, 3000);
    return text;
  });
}
