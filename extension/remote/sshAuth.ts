// How a user proves to be himself to an SSH server: agent, key files, keyboard-interactive, password, in OpenSSH's order; asks when it must.
import { readFileSync } from 'node:fs';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type Prompt } from 'ssh2';
import { CancelledError, errorText } from '../base/text.ts';
import type { SshTarget } from './hostConfig.ts';
import type { Prompts, SecretCache } from './prompts.ts';

/** How often a wrong password or passphrase is asked for again. */
const ATTEMPTS = 3;

export class Authenticator {
  readonly #target: SshTarget;
  readonly #prompts: Prompts;
  readonly #secrets: SecretCache;
  readonly #log: (message: string) => void;
  readonly #keyFiles: string[];
  #started = false;
  #agentTried = false;
  #interactive = 0;
  /** The server has asked something by keyboard-interactive. */
  #asked = false;
  #passwords = 0;
  /** Ways that were tried, for the message when none was accepted. */
  readonly tried: string[] = [];
  /** What the server accepts, as far as it said. */
  accepted: readonly string[] = [];
  /** Why there is no further way to try; undefined when the server's refusal is the reason. */
  error: Error | undefined;
  /** Somebody is being asked: time does not count. */
  asking = false;

  constructor(target: SshTarget, prompts: Prompts, secrets: SecretCache, log: (message: string) => void) {
    this.#target = target;
    this.#prompts = prompts;
    this.#secrets = secrets;
    this.#log = log;
    this.#keyFiles = [...target.identityFiles];
  }

  get #who(): string { return `${this.#target.user}@${this.#target.name}`; }

  /** The next way to try; false when there is none left. */
  async next(left: readonly AuthenticationType[] | null): Promise<AnyAuthMethod | false> {
    const username = this.#target.user;
    if (left !== null && left.length > 0) this.accepted = left;
    // 'none' learns what the server accepts.
    if (!this.#started) { this.#started = true; return { type: 'none', username }; }
    const may = (method: AuthenticationType): boolean => left === null || left.includes(method);
    try {
      if (may('publickey')) {
        if (!this.#agentTried && this.#target.agentSocket !== '' && !this.#target.identitiesOnly) {
          this.#agentTried = true;
          this.tried.push('the keys of the SSH agent');
          return { type: 'agent', username, agent: this.#target.agentSocket };
        }
        for (let file = this.#keyFiles.shift(); file !== undefined; file = this.#keyFiles.shift()) {
          const key = await this.#keyOf(file);
          if (key !== undefined) { this.tried.push(`the key ${file}`); return { type: 'publickey', username, key }; }
        }
      }
      // A server that refused without a question will not ask the next time either; trying would only use up the attempts that it allows.
      if (may('keyboard-interactive') && this.#interactive < (this.#interactive === 0 || this.#asked ? ATTEMPTS : 0)) {
        this.#interactive++;
        return { type: 'keyboard-interactive', username, prompt: (name, instructions, _language, prompts, finish) => { void this.#answer(name, instructions, prompts).then(finish, () => finish([])); } };
      }
      if (this.error === undefined && may('password') && this.#passwords < ATTEMPTS) {
        const password = await this.#password();
        return { type: 'password', username, password };
      }
    } catch (error) {
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    return false;
  }

  async #ask(title: string, prompt: string, visible = false): Promise<string> {
    this.asking = true;
    try {
      const answer = await this.#prompts.askSecret({ title, prompt, visible });
      if (answer === undefined) throw new CancelledError();
      return answer;
    } finally { this.asking = false; }
  }

  async #keyOf(file: string): Promise<Buffer | ReturnType<typeof parsed> | undefined> {
    let content: Buffer;
    try { content = readFileSync(file); } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#log(`key ${file}: ${errorText(error)}`);
      return undefined;
    }
    const secretName = `key:${file}`;
    for (let attempt = 0; attempt <= ATTEMPTS; attempt++) {
      const passphrase = this.#secrets.get(secretName);
      const key = ssh2.utils.parseKey(content, passphrase);
      if (!(key instanceof Error)) return parsed(key);
      if (!/encrypted|passphrase|decrypt|integrity|bad decrypt/i.test(key.message)) { this.#log(`key ${file}: ${key.message}`); return undefined; }
      this.#secrets.forget(secretName);
      if (attempt === ATTEMPTS) break;
      const answer = await this.#ask(`Porthole: ${this.#who}`, `${attempt === 0 ? '' : 'That was not it. '}Passphrase of the key ${file} (empty: go on without this key)`);
      if (answer === '') return undefined;
      this.#secrets.set(secretName, answer);
    }
    this.#log(`key ${file}: the passphrase was wrong ${ATTEMPTS} times; going on without it`);
    return undefined;
  }

  async #answer(name: string, instructions: string, prompts: readonly Prompt[]): Promise<string[]> {
    const answers: string[] = [];
    if (prompts.length > 0 && !this.#asked) { this.#asked = true; this.tried.push('keyboard-interactive'); }
    try {
      for (const question of prompts) {
        const secret = question.echo !== true;
        const cacheName = `password:${this.#who}`;
        const cached = this.#interactive === 1 && secret && prompts.length === 1 ? this.#secrets.get(cacheName) : undefined;
        if (cached !== undefined) { answers.push(cached); continue; }
        const text = [this.#interactive > 1 ? 'That was not accepted.' : '', name, instructions, question.prompt.trim() || 'Answer'].filter(part => part.trim() !== '').join(' ');
        const answer = await this.#ask(`Porthole: ${this.#who}`, text, !secret);
        if (secret && prompts.length === 1) this.#secrets.set(cacheName, answer);
        answers.push(answer);
      }
    } catch (error) {
      // The server is given no answer, and no other way is tried.
      this.error = error instanceof Error ? error : new Error(String(error));
      this.#interactive = this.#passwords = ATTEMPTS;
      return [];
    }
    return answers;
  }

  async #password(): Promise<string> {
    const cacheName = `password:${this.#who}`;
    if (this.#passwords++ === 0) {
      this.tried.push('the password');
      const cached = this.#secrets.get(cacheName);
      if (cached !== undefined) return cached;
    }
    const answer = await this.#ask(`Porthole: ${this.#who}`, `${this.#passwords > 1 ? 'That password was not accepted. ' : ''}Password of ${this.#target.user} on ${this.#target.name}`);
    this.#secrets.set(cacheName, answer);
    return answer;
  }

  /** Passwords that turned out wrong must not be tried by themselves again. */
  forget(): void { this.#secrets.forget(`password:${this.#who}`); }
}

type ParsedKeys = Exclude<ReturnType<typeof ssh2.utils.parseKey>, Error>;
/** Key files hold one key; older typings say there may be several. */
function parsed(key: ParsedKeys): Extract<ParsedKeys, { getPublicSSH(): Buffer }> {
  return (Array.isArray(key) ? key[0] : key) as Extract<ParsedKeys, { getPublicSSH(): Buffer }>;
}
