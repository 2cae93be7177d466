// The open sessions, and which of them is meant by a command that names none.
import { Emitter, type Disposable } from '../base/emitter.ts';
import type { CaptureSession } from './captureSession.ts';

export class SessionRegistry implements Disposable {
  readonly #sessions: CaptureSession[] = [];
  #active: CaptureSession | undefined;
  readonly #changed = new Emitter<void>();
  /** A session was added, removed or became the active one. */
  readonly onDidChange = this.#changed.event;

  get all(): readonly CaptureSession[] { return this.#sessions; }
  /** The session that the user looked at last. */
  get active(): CaptureSession | undefined { return this.#active; }

  find(id: string): CaptureSession | undefined { return this.#sessions.find(session => session.id === id); }

  /** Takes in a session and makes it the active one; it leaves by itself when it closes. */
  add(session: CaptureSession): void {
    if (this.#sessions.includes(session)) return;
    this.#sessions.push(session);
    this.#active = session;
    const closed = session.onClosed(() => { closed.dispose(); this.remove(session); });
    this.#changed.fire();
  }

  remove(session: CaptureSession): void {
    const index = this.#sessions.indexOf(session);
    if (index < 0) return;
    this.#sessions.splice(index, 1);
    if (this.#active === session) this.#active = this.#sessions.at(-1);
    this.#changed.fire();
  }

  setActive(session: CaptureSession): void {
    if (this.#active === session || !this.#sessions.includes(session)) return;
    this.#active = session;
    this.#changed.fire();
  }

  dispose(): void { this.#changed.dispose(); }
}
