// Entry point on desktop and in remote extension hosts: makes the context, starts the features, ends all agents at the end.
import * as vscode from 'vscode';
import { startFeatures } from './activate.ts';
import { report } from './base/report.ts';
import type { Ctx } from './context.ts';
import { editorPrompts } from './features/connect/prompts.ts';
import { HostManager } from './remote/hostManager.ts';
import { SessionRegistry } from './session/registry.ts';
import { agentSettings, hostSources } from './settings.ts';

let hosts: HostManager | undefined;

export async function activate(extension: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Porthole', { log: true });
  const sessions = new SessionRegistry();
  const dist = (...path: string[]): string => vscode.Uri.joinPath(extension.extensionUri, 'dist', ...path).fsPath;
  const version = String((extension.extension.packageJSON as { version?: unknown }).version ?? '0');
  hosts = new HostManager({
    prompts: editorPrompts(), sessions, sources: hostSources, settings: agentSettings, version,
    places: { script: dist('agent', 'main.cjs'), executable: dist('porthole-linux-x64'), runtime: process.execPath },
    log: message => log.info(message), agentLog: (host, line) => logAgent(log, host, line),
  });
  const ctx: Ctx = {
    extension, extensionUri: extension.extensionUri, log, sessions, hosts, subscriptions: extension.subscriptions,
    showTimeline: () => undefined, currentFilter: () => '', chosen: () => undefined, chosenRange: () => undefined,
    command: (id, run) => {
      extension.subscriptions.push(vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try { return await run(...args); } catch (error) { report(log, id, error); return undefined; }
      }));
    },
  };
  extension.subscriptions.push(log, sessions, hosts);
  await startFeatures(ctx);
}

/** A line of the agent's stderr: a JSON record, or whatever a library or the shell printed. */
function logAgent(log: vscode.LogOutputChannel, host: string, line: string): void {
  let record: { level?: unknown; message?: unknown } | undefined;
  try { record = JSON.parse(line) as { level?: unknown; message?: unknown }; } catch { /* plain text */ }
  if (typeof record?.message !== 'string') { log.info(`[agent ${host}] ${line}`); return; }
  const { level, message, time: _, ...rest } = record as { level?: unknown; message: string; time?: unknown };
  const text = `[agent ${host}] ${message}${Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`}`;
  if (level === 'error') log.error(text); else log.info(text);
}

/** Waits until the agents have ended, so that nothing is left running. */
export async function deactivate(): Promise<void> { await hosts?.disconnectAll(); }
