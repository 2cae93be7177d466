// Commands to connect and disconnect, and what happens by itself when the editor starts.
import * as vscode from 'vscode';
import { CancelledError, errorText, plainMessage } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import { LOCAL_NAME, parseHostText } from '../../remote/hostConfig.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { autoConnect, openOnStart } from '../../settings.ts';
import { hostOfNode } from '../hosts/model.ts';

export function registerConnect(ctx: Ctx): void {
  ctx.command('porthole.connect', async node => {
    const name = typeof node === 'string' ? node : hostOfNode(node) ?? await pickHost(ctx);
    if (name === undefined) return undefined;
    return (await connectTo(ctx, name)).id;
  });
  ctx.command('porthole.disconnect', async node => {
    const name = typeof node === 'string' ? node : hostOfNode(node) ?? await pickConnected(ctx);
    if (name !== undefined) await ctx.hosts.disconnect(name);
  });
  ctx.command('porthole.showLog', () => { ctx.log.show(); });
  ctx.command('porthole.refresh', () => { ctx.hosts.refresh(); });

  const update = (): void => {
    const connected = ctx.hosts.list().some(host => host.session !== undefined);
    void vscode.commands.executeCommand('setContext', 'porthole.connected', connected);
    void vscode.commands.executeCommand('setContext', 'porthole.hasSession', ctx.sessions.all.length > 0);
  };
  ctx.subscriptions.push(ctx.hosts.onDidChange(update), ctx.sessions.onDidChange(update), vscode.workspace.onDidChangeConfiguration(event => {
    if (event.affectsConfiguration('porthole.hosts') || event.affectsConfiguration('porthole.sshConfigPath')) ctx.hosts.refresh();
  }));
  update();
  void atStart(ctx);
}

/** Connects with a notification that shows how far it is and can be cancelled. */
export async function connectTo(ctx: Ctx, name: string): Promise<CaptureSession> {
  const label = name === LOCAL_NAME ? 'Local host' : name;
  return await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Porthole: ${label}`, cancellable: true }, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    let shown = 0;
    return await ctx.hosts.connect(name, (message, fraction) => {
      const percent = Math.max(shown, Math.min(100, Math.round(fraction * 100)));
      progress.report({ message, increment: percent - shown });
      shown = percent;
    }, abort.signal);
  });
}

async function pickHost(ctx: Ctx): Promise<string | undefined> {
  interface Choice extends vscode.QuickPickItem { readonly name: string }
  ctx.hosts.refresh();
  const hosts = ctx.hosts.list();
  const choices: Choice[] = hosts.map(host => ({ name: host.name, label: host.label, description: host.detail, iconPath: new vscode.ThemeIcon(host.name === LOCAL_NAME ? 'device-desktop' : 'server'), ...(host.session === undefined ? {} : { detail: 'connected' }) }));
  const pick = vscode.window.createQuickPick<Choice>();
  pick.title = 'Porthole: Connect to Host';
  pick.placeholder = 'Choose a host, or type user@host or user@host:port';
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  pick.items = choices;
  return await new Promise(resolve => {
    pick.onDidChangeValue(value => {
      const text = value.trim();
      const typed = text !== '' && parseHostText(text) !== undefined && !choices.some(choice => choice.name === text);
      pick.items = typed ? [...choices, { name: text, label: text, description: 'connect to this host', alwaysShow: true, iconPath: new vscode.ThemeIcon('add') }] : choices;
    });
    pick.onDidAccept(() => { resolve(pick.selectedItems[0]?.name); pick.hide(); });
    pick.onDidHide(() => { resolve(undefined); pick.dispose(); });
    pick.show();
  });
}

async function pickConnected(ctx: Ctx): Promise<string | undefined> {
  const hosts = ctx.hosts.list().filter(host => host.state !== 'idle');
  if (hosts.length <= 1) return hosts[0]?.name;
  const choice = await vscode.window.showQuickPick(hosts.map(host => ({ label: host.label, description: host.detail, name: host.name })), { title: 'Porthole: Disconnect from Host' });
  return choice?.name;
}

/** What the settings want done when the editor starts. */
async function atStart(ctx: Ctx): Promise<void> {
  const host = autoConnect();
  const capture = openOnStart();
  try {
    if (host !== '') {
      await vscode.commands.executeCommand('porthole.hosts.focus');
      ctx.showTimeline(await connectTo(ctx, host));
    }
    if (capture !== '') await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(capture), 'porthole.capture');
  } catch (error) {
    if (error instanceof CancelledError) return;
    ctx.log.error(`start: ${errorText(error)}`);
    const choice = await vscode.window.showErrorMessage(`Porthole could not start as the settings porthole.autoConnect and porthole.openOnStart want: ${plainMessage(errorText(error))}`, 'Show Log');
    if (choice !== undefined) ctx.log.show(true);
  }
}
