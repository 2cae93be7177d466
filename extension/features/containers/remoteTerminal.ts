// A terminal of the editor on a command that runs over SSH, with a pseudo terminal on the other side.
import * as vscode from 'vscode';
import { StringDecoder } from 'node:string_decoder';
import { errorText } from '../../base/text.ts';
import type { RemoteCommand, SshConnection } from '../../remote/sshConnection.ts';

export class RemoteTerminal implements vscode.Pseudoterminal {
  readonly #write = new vscode.EventEmitter<string>();
  readonly #close = new vscode.EventEmitter<number | void>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  readonly #connection: SshConnection;
  readonly #line: string;
  readonly #typed: string;
  #command: RemoteCommand | undefined;
  #closed = false;

  /** `typed`: what is typed into it at the beginning. */
  constructor(connection: SshConnection, commandLine: string, typed = '') { this.#connection = connection; this.#line = commandLine; this.#typed = typed; }

  open(size: vscode.TerminalDimensions | undefined): void {
    void this.#start(size).catch((error: unknown) => { this.#write.fire(`${errorText(error)}\r\n`); });
  }

  async #start(size: vscode.TerminalDimensions | undefined): Promise<void> {
    const command = await this.#connection.exec(this.#line, { columns: size?.columns ?? 80, rows: size?.rows ?? 24 });
    if (this.#closed) { command.close(); return; }
    this.#command = command;
    if (this.#typed !== '') command.stdin.write(this.#typed);
    const decoder = new StringDecoder('utf8');
    command.stdout.on('data', (chunk: Buffer) => this.#write.fire(decoder.write(chunk)));
    command.stderr.on('data', (chunk: Buffer) => this.#write.fire(chunk.toString('utf8').replace(/\r?\n/g, '\r\n')));
    const code = await command.exit;
    this.#command = undefined;
    if (this.#closed) return;
    // A terminal that ended well closes; one that did not stays open to be read.
    if (code === 0) this.#close.fire(0);
    else this.#write.fire(`\r\n[${code === null ? 'The connection is gone.' : `Ended with code ${code}.`}]\r\n`);
  }

  handleInput(data: string): void { this.#command?.stdin.write(data); }
  setDimensions(size: vscode.TerminalDimensions): void { this.#command?.resize(size.columns, size.rows); }
  close(): void { this.#closed = true; this.#command?.close(); }
}
