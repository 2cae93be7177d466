// The hosts that are offered, and the connection to each: idle, connecting, open or failed. Knows no editor: questions and progress come from outside.
import { Emitter, type Disposable } from '../base/emitter.ts';
import { CancelledError, UserError, errorText } from '../base/text.ts';
import { LiveSession } from '../session/liveSession.ts';
import type { SessionRegistry } from '../session/registry.ts';
import type { AgentProcess } from '../session/agentLink.ts';
import type { InstallProgress } from './agentInstaller.ts';
import { startLocalAgent, startRemoteAgent, type AgentSettings, type LocalAgentPlaces, type RemoteAgent } from './agentStart.ts';
import { HostConfig, LOCAL_NAME, type HostSources, type HostTarget, type SshTarget } from './hostConfig.ts';
import { SecretCache, type Prompts } from './prompts.ts';
import type { SshConnection } from './sshConnection.ts';

export type HostState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'lost' | 'failed';

/** One host as the tree shows it. */
export interface Host {
  readonly name: string;
  /** For people. */
  readonly label: string;
  readonly detail: string;
  readonly state: HostState;
  readonly session: LiveSession | undefined;
  /** Why the last attempt failed, and what to do. */
  readonly error: { readonly message: string; readonly remedy: string } | undefined;
}

export interface HostManagerOptions {
  readonly prompts: Prompts;
  readonly sessions: SessionRegistry;
  readonly sources: () => HostSources;
  readonly settings: () => AgentSettings;
  readonly places: LocalAgentPlaces;
  readonly version: string;
  readonly log: (message: string) => void;
  readonly agentLog: (host: string, line: string) => void;
}

interface Connection {
  readonly secrets: SecretCache;
  session: LiveSession | undefined;
  state: HostState;
  error: Host['error'];
  abort: AbortController;
  /** Of an SSH host, while the agent runs over it. */
  ssh: SshConnection | undefined;
  opening: Promise<LiveSession> | undefined;
}

export class HostManager implements Disposable {
  readonly #options: HostManagerOptions;
  readonly #connections = new Map<string, Connection>();
  /** Typed in by hand, in this run of the editor. */
  readonly #typed = new Set<string>();
  readonly #changed = new Emitter<string>();
  #config: HostConfig;
  /** The list, or the state of the named host, changed. */
  readonly onDidChange = this.#changed.event;

  constructor(options: HostManagerOptions) { this.#options = options; this.#config = new HostConfig(options.sources()); }

  /** Reads the configuration anew. */
  refresh(): void {
    this.#config = new HostConfig(this.#options.sources());
    if (this.#config.problem !== '') this.#options.log(this.#config.problem);
    this.#changed.fire('');
  }

  /** Why the SSH configuration could not be read; ''. */
  get configProblem(): string { return this.#config.problem; }

  list(): Host[] {
    const names = [...new Set([...this.#config.names(), ...this.#typed, ...this.#connections.keys()])];
    return names.map(name => this.#describe(name));
  }
  find(name: string): Host | undefined { return this.list().find(host => host.name === name); }

  #describe(name: string): Host {
    const connection = this.#connections.get(name);
    return { name, label: name === LOCAL_NAME ? 'Local host' : name, detail: this.#detail(name), state: connection?.state ?? 'idle', session: connection?.session, error: connection?.error };
  }
  #detail(name: string): string {
    if (name === LOCAL_NAME) return 'this machine';
    try {
      const target = this.#config.target(name);
      if (target.kind === 'local') return 'this machine';
      const text = `${target.user}@${target.hostName}${target.port === 22 ? '' : `:${target.port}`}`;
      return text === name ? '' : text;
    } catch { return ''; }
  }

  /** The SSH connection of a connected host; undefined for the local one. */
  sshOf(session: { readonly id: string }): SshConnection | undefined {
    for (const connection of this.#connections.values()) if (connection.session?.id === session.id) return connection.ssh;
    return undefined;
  }

  /** Connects, or answers the session that is open already. Rejects with a UserError, or a CancelledError when somebody gave up. */
  async connect(name: string, progress: InstallProgress, signal?: AbortSignal): Promise<LiveSession> {
    const known = this.#connections.get(name);
    if (known?.opening !== undefined) return await known.opening;
    if (known?.session !== undefined && (known.state === 'connected' || known.state === 'reconnecting' || known.state === 'lost')) {
      if (known.state !== 'connected') await known.session.reconnectNow();
      return known.session;
    }
    const target = this.#config.target(name);
    if (!this.#config.names().includes(name)) this.#typed.add(name);
    const connection: Connection = { secrets: new SecretCache(), session: undefined, state: 'connecting', error: undefined, abort: new AbortController(), ssh: undefined, opening: undefined };
    this.#connections.set(name, connection);
    connection.opening = this.#open(name, target, connection, progress, signal);
    this.#changed.fire(name);
    try { return await connection.opening; } finally { connection.opening = undefined; this.#changed.fire(name); }
  }

  async #open(name: string, target: HostTarget, connection: Connection, progress: InstallProgress, signal: AbortSignal | undefined): Promise<LiveSession> {
    const giveUp = (): void => connection.abort.abort();
    signal?.addEventListener('abort', giveUp);
    const session = new LiveSession({
      id: `host:${name}`, title: name === LOCAL_NAME ? 'Local host' : name, client: `porthole-vscode ${this.#options.version}`, log: this.#options.log,
      start: (again, abort) => this.#start(target, connection, again ? () => undefined : progress, abort),
    });
    try {
      await session.open(connection.abort.signal);
    } catch (error) {
      connection.secrets.clear();
      connection.state = 'failed';
      const cancelled = error instanceof CancelledError || connection.abort.signal.aborted;
      if (cancelled && !(error instanceof UserError)) this.#connections.delete(name);
      else connection.error = { message: errorText(error), remedy: error instanceof UserError ? error.remedy : 'Look at the log for more, then connect again.' };
      this.#options.log(`${name}: ${errorText(error)}`);
      throw cancelled && !(error instanceof UserError) ? new CancelledError() : error;
    } finally { signal?.removeEventListener('abort', giveUp); }
    connection.session = session;
    connection.state = 'connected';
    session.onLink(link => {
      if (link.state === 'closed') return;
      connection.state = link.state === 'connecting' ? 'connecting' : link.state;
      connection.error = link.state === 'lost' ? { message: link.message, remedy: 'Connect again.' } : undefined;
      this.#changed.fire(name);
    });
    this.#options.sessions.add(session);
    this.#options.log(`${name}: connected to ${session.hello.hostname}, kernel ${session.hello.kernel}, agent ${session.hello.agentVersion}`);
    return session;
  }

  async #start(target: HostTarget, connection: Connection, progress: InstallProgress, signal: AbortSignal): Promise<AgentProcess> {
    const options = { prompts: this.#options.prompts, secrets: connection.secrets, settings: this.#options.settings(), log: this.#options.log, agentLog: (line: string) => this.#options.agentLog(target.name, line), signal };
    if (target.kind === 'local') {
      progress('Starting the agent', 0.5);
      return await startLocalAgent(this.#options.places, options);
    }
    const agent: RemoteAgent = await startRemoteAgent(target, this.#options.places.executable, this.#options.version, progress, jump => this.#jumpTarget(jump), options);
    connection.ssh = agent.connection;
    return agent;
  }

  #jumpTarget(name: string): SshTarget {
    const target = this.#config.target(name);
    if (target.kind === 'local') throw new UserError('ProxyJump names this machine.', 'Mend ProxyJump in the SSH configuration.', true);
    return target;
  }

  /** Ends the agent and the connection; nothing is left on either side but the agent's file. Gives up a connection that is being made. */
  async disconnect(name: string): Promise<void> {
    const connection = this.#connections.get(name);
    if (connection === undefined) return;
    this.#connections.delete(name);
    connection.abort.abort();
    connection.secrets.clear();
    this.#changed.fire(name);
    await connection.opening?.catch(() => undefined);
    await connection.session?.dispose();
    this.#options.log(`${name}: disconnected`);
    this.#changed.fire(name);
  }

  async disconnectAll(): Promise<void> { await Promise.allSettled([...this.#connections.keys()].map(name => this.disconnect(name))); }

  dispose(): void { void this.disconnectAll(); this.#changed.dispose(); }
}
