// The questions of connecting, asked by the editor.
import * as vscode from 'vscode';
import { plainMessage } from '../../base/text.ts';
import type { Prompts } from '../../remote/prompts.ts';

export function editorPrompts(): Prompts {
  return {
    askSecret: async question => await vscode.window.showInputBox({ title: question.title, prompt: plainMessage(question.prompt), password: question.visible !== true, ignoreFocusOut: true }),
    confirmHostKey: async question => {
      const connect = 'Connect and Remember';
      const isNew = question.otherKeyTypes.length === 0;
      const other = isNew ? '' : `\n\nUntil now this host was known under a key of another kind (${question.otherKeyTypes.join(', ')}), and it does not show that one. Somebody may be listening in between.`;
      const answer = await vscode.window.showWarningMessage(isNew ? `The host ${question.host} is not known yet. Connect to it?` : `The host ${question.host} shows another key than the one it is known by. Connect to it?`, {
        modal: true, detail: `It shows a key of type ${question.keyType} with the fingerprint\n${question.fingerprint}${other}\n\nCompare it with what the administrator of the host tells you. It will be added to your known_hosts file.`,
      }, connect);
      return answer === connect;
    },
  };
}
