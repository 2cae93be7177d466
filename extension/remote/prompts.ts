// The questions that connecting may have to ask somebody; the editor answers them, and tests do.

export interface SecretQuestion { readonly title: string; readonly prompt: string; /** What is typed may be seen. */ readonly visible?: boolean }

/** A host whose key nobody has vouched for yet. */
export interface HostKeyQuestion {
  /** As known_hosts names it. */
  readonly host: string;
  /** `ssh-ed25519` and so on. */
  readonly keyType: string;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** Kinds of keys under which the host is known already. */
  readonly otherKeyTypes: readonly string[];
}

export interface Prompts {
  /** Undefined: closed without an answer. */
  askSecret(question: SecretQuestion): Promise<string | undefined>;
  confirmHostKey(question: HostKeyQuestion): Promise<boolean>;
}

/** Passwords and passphrases of one connection, kept in memory until it is disconnected, so that a reconnect need not ask again. */
export class SecretCache {
  readonly #secrets = new Map<string, string>();
  get(key: string): string | undefined { return this.#secrets.get(key); }
  set(key: string, secret: string): void { this.#secrets.set(key, secret); }
  forget(key: string): void { this.#secrets.delete(key); }
  clear(): void { this.#secrets.clear(); }
}
