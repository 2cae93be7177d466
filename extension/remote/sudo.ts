// Starting a command as root over three pipes: `sudo -S` asks on stderr with a prompt of ours, is answered on stdin, and when the command
// itself begins it says so, so that the protocol's first byte is not taken for a password. Works the same with NOPASSWD and as root.
import { randomBytes } from 'node:crypto';
import { CancelledError, UserError } from '../base/text.ts';

/** Wrong passwords after which sudo itself gives up. */
const ATTEMPTS = 3;
/** Characters without an end of line that are kept to look for a mark in. */
const PENDING_MAX = 8192;

/** A word for the shell. Everything between single quotes is literal in every Bourne-like shell. */
export function shellQuote(word: string): string { return /^[A-Za-z0-9_/.:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`; }
/** A command line of literal words. */
export function shellJoin(words: readonly string[]): string { return words.map(shellQuote).join(' '); }

/** Marks that nothing else prints: random for each start. */
export interface SudoMarks { readonly prompt: string; readonly ready: string }
export function makeMarks(): SudoMarks {
  const nonce = randomBytes(12).toString('hex');
  return { prompt: `[porthole-password-${nonce}]`, ready: `[porthole-ready-${nonce}]` };
}

/** The words that run `command` as root: directly when `isRoot`. */
export function rootWords(command: readonly string[], isRoot: boolean, marks: SudoMarks): string[] {
  const inner = ['sh', '-c', `printf '%s\\n' '${marks.ready}' >&2; exec "$0" "$@"`, ...command];
  return isRoot ? inner : ['sudo', '-S', '-p', marks.prompt, '--', ...inner];
}

export interface SudoDialogOptions {
  readonly marks: SudoMarks;
  /** As the user knows it. */
  readonly host: string;
  readonly user: string;
  /** The password; `attempt` 1 is the first. Undefined: nobody answers. */
  readonly ask: (attempt: number) => Promise<string | undefined>;
  /** To the command's stdin. */
  readonly write: (text: string) => void;
  /** What is printed beside the marks, for the log. */
  readonly print: (text: string) => void;
}

/** Follows what is printed on stderr until the command has begun. */
export class SudoDialog {
  /** The command has begun as root. Rejects with what to do when it does not. */
  readonly ready: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: Error) => void;
  #pending = '';
  #said = '';
  #attempts = 0;
  #begun = false;
  #over = false;
  readonly #options: SudoDialogOptions;

  constructor(options: SudoDialogOptions) {
    this.#options = options;
    this.ready = new Promise((resolve, reject) => { this.#resolve = resolve; this.#reject = reject; });
    this.ready.catch(() => { /* whoever waits for it sees it */ });
  }

  /** Takes in what came on stderr, in any pieces. */
  feed(chunk: string): void {
    if (this.#begun) { this.#options.print(chunk); return; }
    this.#pending += chunk;
    for (;;) {
      const { prompt, ready } = this.#options.marks;
      const promptAt = this.#pending.indexOf(prompt);
      const readyAt = this.#pending.indexOf(ready);
      if (readyAt >= 0 && (promptAt < 0 || readyAt < promptAt)) {
        this.#print(this.#pending.slice(0, readyAt));
        const rest = this.#pending.slice(readyAt + ready.length).replace(/^\r?\n/, '');
        this.#pending = '';
        this.#begun = this.#over = true;
        if (rest !== '') this.#options.print(rest);
        this.#resolve();
        return;
      }
      if (promptAt < 0) break;
      this.#print(this.#pending.slice(0, promptAt));
      this.#pending = this.#pending.slice(promptAt + prompt.length);
      void this.#answer();
    }
    // Whole lines can hold no part of a mark any more.
    const lineEnd = this.#pending.lastIndexOf('\n');
    const whole = Math.max(lineEnd + 1, this.#pending.length - PENDING_MAX);
    if (whole > 0) { this.#print(this.#pending.slice(0, whole)); this.#pending = this.#pending.slice(whole); }
  }

  async #answer(): Promise<void> {
    this.#attempts++;
    if (this.#attempts > ATTEMPTS) return;
    try {
      const password = await this.#options.ask(this.#attempts);
      if (this.#over) return;
      if (password === undefined) { this.#fail(new CancelledError()); return; }
      this.#options.write(`${password}\n`);
    } catch (error) { this.#fail(error instanceof Error ? error : new Error(String(error))); }
  }

  /** The command ended: if it had not begun, says why. */
  ended(code: number | null): void {
    if (this.#over) return;
    this.#print(this.#pending);
    this.#fail(sudoProblem(this.#said, code, this.#options.host, this.#options.user));
  }

  #print(text: string): void {
    if (text.trim() === '') return;
    this.#said = (this.#said + text).slice(-4000);
    this.#options.print(text);
  }

  #fail(error: Error): void { if (!this.#over) { this.#over = true; this.#reject(error); } }
}

/** What it means when root could not be had, and what to do. */
export function sudoProblem(said: string, code: number | null, host: string, user: string): UserError {
  const asRoot = `connect as root (root@${host})`;
  if (/incorrect password attempt|Authentication failure|Maximum .* attempts/i.test(said)) {
    return new UserError(`sudo on ${host} did not accept the password of ${user}.`, `Connect again with the right password, or ${asRoot}.`, true);
  }
  if (/not in the sudoers file|may not run sudo|not allowed to (execute|run)/i.test(said)) {
    return new UserError(`${user} may not use sudo on ${host}; the agent needs root to load its probe.`, `Have an administrator allow it (visudo), or ${asRoot}.`, true);
  }
  if (/must have a tty|no tty present|terminal is required/i.test(said)) {
    return new UserError(`sudo on ${host} wants a terminal.`, `Have an administrator add "Defaults:${user} !requiretty" with visudo, or ${asRoot}.`, true);
  }
  if (code === 127 || /sudo: (command )?not found|sudo.*No such file|unknown command.*sudo/i.test(said)) {
    return new UserError(`${host} has no sudo, and ${user} is not root; the agent needs root to load its probe.`, `Install sudo there, or ${asRoot}.`, true);
  }
  const last = said.trim().split('\n').slice(-3).join(' ');
  return new UserError(`The agent could not be started as root on ${host} (${code === null ? 'ended by a signal' : `exit ${code}`})${last === '' ? '.' : `: ${last}`}`, 'Look at the log for all that was said, then connect again.', true);
}
