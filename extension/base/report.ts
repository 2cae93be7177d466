// How the user hears of what went wrong.
import * as vscode from 'vscode';
import { CancelledError, UserError, errorText, plainMessage } from './text.ts';

/** Says what went wrong and what to do; nothing when somebody only changed his mind. */
export function report(log: vscode.LogOutputChannel, id: string, error: unknown): void {
  if (error instanceof CancelledError) { log.info(`${id}: ${error.message}`); return; }
  log.error(`${id}: ${error instanceof UserError ? `${error.message} ${error.remedy}` : error instanceof Error ? error.stack ?? error.message : String(error)}`);
  const text = error instanceof UserError ? `${error.message} ${error.remedy}` : errorText(error);
  void vscode.window.showErrorMessage(plainMessage(text), 'Show Log').then(choice => { if (choice !== undefined) log.show(true); });
}
