// Handlers of agent notifications that outlive the agent: attached anew to each link after a reconnect.
import type { NotificationType } from 'vscode-jsonrpc';
import type { Disposable } from '../base/emitter.ts';
import type { AgentLink } from './agentLink.ts';

export class Notifications {
  readonly #handlers = new Map<string, { readonly type: NotificationType<unknown>; readonly handlers: Set<(params: unknown) => void> }>();
  #link: AgentLink | undefined;

  add<P>(type: NotificationType<P>, handler: (params: P) => void): Disposable {
    let entry = this.#handlers.get(type.method);
    if (entry === undefined) {
      entry = { type: type as NotificationType<unknown>, handlers: new Set() };
      this.#handlers.set(type.method, entry);
      if (this.#link !== undefined) this.#attach(this.#link, type.method);
    }
    const own = (params: unknown): void => handler(params as P);
    const { handlers } = entry;
    handlers.add(own);
    return { dispose: () => { handlers.delete(own); } };
  }

  attach(link: AgentLink): void {
    this.#link = link;
    for (const method of this.#handlers.keys()) this.#attach(link, method);
  }

  #attach(link: AgentLink, method: string): void {
    const entry = this.#handlers.get(method);
    if (entry === undefined) return;
    link.onNotification(entry.type, params => { for (const handler of [...entry.handlers]) handler(params); });
  }
}
