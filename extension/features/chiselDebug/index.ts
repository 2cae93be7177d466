// Debugging chisels: launch configurations, F5 in a chisel, "Debug" over its head.
import * as vscode from 'vscode';
import { readHead } from '../../../remote-agent/engine/chisel/loader.ts';
import { CancelledError, UserError } from '../../base/text.ts';
import type { Ctx } from '../../context.ts';
import { CHISEL_LANGUAGE } from '../../language/client.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { chiselName } from '../chisels/tree.ts';
import { helpersOf } from '../preview/helpers.ts';
import { ChiselDebugSession, type DebugTarget } from './session.ts';

/** Type of the launch configurations. */
export const DEBUG_TYPE = 'porthole-chisel';

interface Launch extends vscode.DebugConfiguration { readonly program?: string; readonly args?: readonly string[]; readonly on?: string; readonly filter?: string; readonly stopOnEntry?: boolean; readonly maxEvents?: number }

export function registerChiselDebug(ctx: Ctx): void {
  ctx.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, {
      // F5 without a launch.json, or a configuration that leaves things open.
      resolveDebugConfiguration: (_folder, config) => {
        const active = vscode.window.activeTextEditor?.document;
        if (typeof config['program'] === 'string' && config['program'] !== '') return config;
        if (active?.languageId !== CHISEL_LANGUAGE) { void vscode.window.showErrorMessage('Open the chisel that is to be debugged, or name it as "program" in launch.json.'); return undefined; }
        return { ...config, type: DEBUG_TYPE, request: 'launch', name: config.name === undefined || config.name === '' ? `Debug ${chiselName(active.uri)}` : config.name, program: active.uri.fsPath };
      },
      provideDebugConfigurations: () => [{ type: DEBUG_TYPE, request: 'launch', name: 'Debug Chisel', program: '${file}', args: [] }],
    }),
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
      createDebugAdapterDescriptor: async ({ configuration }) => new vscode.DebugAdapterInlineImplementation(new ChiselDebugSession(await targetOf(ctx, configuration))),
    }),
  );
  ctx.command('porthole.debugChisel', async (value) => {
    const uri = value instanceof vscode.Uri ? value : typeof value === 'object' && value !== null && 'uri' in value && value.uri instanceof vscode.Uri ? value.uri : vscode.window.activeTextEditor?.document.uri;
    if (uri === undefined) throw new UserError('There is no chisel to debug.', 'Open one, or choose it in the Chisels view.');
    // The editor keeps to itself why a session could not begin: what is missing is asked for first.
    await sessionFor(ctx, undefined);
    await vscode.window.showTextDocument(uri, { preserveFocus: false });
    await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), { type: DEBUG_TYPE, request: 'launch', name: `Debug ${chiselName(uri)}`, program: uri.fsPath });
  });
}

async function targetOf(ctx: Ctx, config: Launch): Promise<DebugTarget> {
  if (!vscode.workspace.isTrusted) throw new Error('Chisels are not run in a workspace that is not trusted. Look at its scripts, then trust the workspace.');
  const uri = vscode.Uri.file(config.program ?? '');
  let document: vscode.TextDocument;
  try { document = await vscode.workspace.openTextDocument(uri); } catch { throw new Error(`The chisel ${uri.fsPath} cannot be read: check "program" in launch.json.`); }
  if (document.isDirty) await document.save();
  const source = document.getText(), { modules, files } = await helpersOf(uri, source);
  const session = await sessionFor(ctx, config.on);
  if (session.live) throw new Error(`${session.title} is live. A chisel can be debugged on a capture, where time stands still: record some seconds, open the recording, and debug it there.`);
  return {
    session, name: chiselName(uri), uri, source, modules, files, args: await argumentsFor(source, config.args), filter: config.filter ?? ctx.currentFilter(session), stopOnEntry: config.stopOnEntry === true, noDebug: config.noDebug === true,
    ...(typeof config.maxEvents === 'number' ? { maxEvents: config.maxEvents } : {}),
  };
}

/** The capture that is named, the one that is looked at, or the only one; else it is asked for. */
async function sessionFor(ctx: Ctx, named: string | undefined): Promise<CaptureSession> {
  const { active, all } = ctx.sessions;
  if (named !== undefined && named !== '') {
    const found = all.find((session) => session.title === named || session.id === named || session.id === `file:${named}`);
    if (found === undefined) throw new Error(`"${named}" is not open: open the capture first, or leave "on" out of launch.json to debug on what is open.`);
    return found;
  }
  if (active !== undefined && !active.live) return active;
  const captures = all.filter((session) => !session.live), [only] = captures;
  if (only === undefined) throw new UserError('There is no capture to debug a chisel on.', 'Open a .scap file, then debug again.');
  if (captures.length === 1) return only;
  const picked = await vscode.window.showQuickPick(captures.map((session) => ({ label: session.title, session })), { title: 'Debug the chisel on' });
  if (picked === undefined) throw new CancelledError();
  return picked.session;
}

async function argumentsFor(source: string, given: readonly string[] | undefined): Promise<string[]> {
  const values = [...given ?? []].map(String);
  for (const argument of (readHead(source)?.args ?? []).slice(values.length)) {
    if (argument.optional) break;
    const value = await vscode.window.showInputBox({ title: `Argument ${argument.name}`, prompt: argument.description, ignoreFocusOut: true });
    if (value === undefined) throw new CancelledError();
    values.push(value);
  }
  return values;
}
