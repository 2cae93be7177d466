// The status-bar item: event rate and losses of the active session.
import * as vscode from 'vscode';
import type { Disposable } from '../../base/emitter.ts';
import type { Ctx } from '../../context.ts';
import { statusText } from './text.ts';

export function registerStatus(ctx: Ctx): void {
  const item = vscode.window.createStatusBarItem('porthole.status', vscode.StatusBarAlignment.Left, 50);
  item.name = 'Porthole: Event Rate and Losses';
  let watched: Disposable[] = [];
  const show = (): void => {
    const session = ctx.sessions.active;
    if (session === undefined) { item.hide(); return; }
    const { text, tooltip, spoken, warn, command } = statusText(session);
    item.text = text;
    item.command = command;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: spoken };
    item.backgroundColor = warn ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.show();
  };
  const follow = (): void => {
    for (const one of watched) one.dispose();
    const session = ctx.sessions.active;
    watched = session === undefined ? [] : [session.onStatus(show), session.onLink(show)];
    show();
  };
  ctx.subscriptions.push(item, ctx.sessions.onDidChange(follow), { dispose: () => { for (const one of watched) one.dispose(); } });
  follow();
}
