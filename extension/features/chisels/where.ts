// On what of a host or capture a chisel runs: a container or process that is chosen in the Hosts view, or one that is asked for.
import * as vscode from 'vscode';
import { GetTree } from '../../../remote-agent/protocol/messages.ts';
import { CancelledError, UserError } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { containerNodes, filterOf, type ContainerTreeNode } from '../hosts/model.ts';

/** Asks for a container of a session, the running ones first. */
export async function pickContainer(ctx: Ctx, session: CaptureSession): Promise<ContainerTreeNode> {
  const { containers, hostname } = await session.request(GetTree);
  const nodes = containerNodes(session, hostname, containers).filter((n) => filterOf(n) !== '');
  if (nodes.length === 0) throw new UserError(`There is no container on ${session.title}.`, 'Start one, or run the chisel on everything.');
  const running = (n: ContainerTreeNode): number => n.container.status === 'running' ? 0 : 1;
  const chosen = ctx.chosen();
  const items = nodes.sort((a, b) => running(a) - running(b) || a.container.name.localeCompare(b.container.name))
    .map((node) => ({ label: node.container.id === '' ? 'The host itself' : node.container.name, description: node.container.image, detail: node.container.status, node }));
  items.sort((a, b) => Number(filterOf(b.node) === chosen?.filter) - Number(filterOf(a.node) === chosen?.filter));
  const picked = await vscode.window.showQuickPick(items, { title: `Run on which container of ${session.title}?`, matchOnDescription: true });
  if (picked === undefined) throw new CancelledError();
  return picked.node;
}
