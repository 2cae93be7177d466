// A container's log, a shell in it, and what its engine knows of it, each in a terminal of the editor.
import * as vscode from 'vscode';
import type { ContainerNode } from '../../../remote-agent/protocol/messages.ts';
import { GetTree } from '../../../remote-agent/protocol/messages.ts';
import { UserError, oneLine } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { asNode } from '../hosts/model.ts';
import { followCommand, inspectCommand, shellCommand } from './commands.ts';
import { RemoteTerminal } from './remoteTerminal.ts';

export function registerContainers(ctx: Ctx): void {
  const open = async (value: unknown, what: string, icon: string, make: (container: ContainerNode) => string): Promise<void> => {
    const target = await containerFor(ctx, value, what);
    if (target === undefined) return;
    const { session, container } = target;
    const command = make(container);
    const name = `${what}: ${oneLine(container.name, 40)}`;
    const ssh = ctx.hosts.sshOf(session);
    const iconPath = new vscode.ThemeIcon(icon);
    const terminal = ssh === undefined
      ? vscode.window.createTerminal({ name, iconPath, shellPath: '/bin/sh', shellArgs: ['-c', command], isTransient: true })
      : vscode.window.createTerminal({ name, iconPath, pty: new RemoteTerminal(ssh, command), isTransient: true });
    terminal.show();
  };
  ctx.command('porthole.followLog', async value => { await open(value, 'Log', 'output', followCommand); });
  ctx.command('porthole.openShell', async value => { await open(value, 'Shell', 'terminal', shellCommand); });
  ctx.command('porthole.inspectContainer', async value => { await open(value, 'Inspect', 'info', inspectCommand); });
}

/** The container that is meant: the node, or one that is picked. */
async function containerFor(ctx: Ctx, value: unknown, what: string): Promise<{ session: CaptureSession; container: ContainerNode } | undefined> {
  const node = asNode(value);
  if (node?.kind === 'container') return { session: node.session, container: node.container };
  const session = ctx.sessions.active?.live === true ? ctx.sessions.active : ctx.sessions.all.find(each => each.live);
  if (session === undefined) throw new UserError('No host is connected.', 'Connect to a host first.');
  const containers = (await session.request(GetTree)).containers.filter(container => container.id !== '' && container.status === 'running');
  if (containers.length === 0) throw new UserError(`No container runs on ${session.title}.`, 'Start one, then try again.');
  const choice = await vscode.window.showQuickPick(containers.map(container => ({ label: oneLine(container.name), description: oneLine(container.image), container })), { title: `Porthole: ${what} of which container?` });
  return choice === undefined ? undefined : { session, container: choice.container };
}
