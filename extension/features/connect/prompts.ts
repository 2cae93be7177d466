// The questions of connecting, asked by the editor.
import * as vscode from 'vscode';
import type { Prompts } from '../../remote/prompts.ts';

export function editorPrompts(): Prompts {
  return {
    askSecret: async question => await vscode.window.showInputBox({ title: question.title, prompt: question.prompt, password: question.visible !== true, ignoreFocusOut: true }),
    confirmHostKey: async question => {
      const connect = 'Connect and Remember';
      const other = question.otherKeyTypes.length === 0 ? '' : `\n\nThis host is known already under a key of another kind (${question.otherKeyTypes.join(', ')}).`;
      const answer = await vscode.window.showWarningMessage(`The host ${question.host} is not known yet. Connect to it?`, {
        modal: true, detail: `It shows a key of type ${question.keyType} with the fingerprint\n${question.fingerprint}${other}\n\nCompare it with what the administrator of the host tells you. It will be added to your known_hosts file.`,
      }, connect);
      return answer === connect;
    },
  };
}
