// Starts `porthole serve` as root, on this machine or over SSH, and hands out its streams.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { UserError, errorText } from '../base/text.ts';
import type { AgentProcess } from '../session/agentLink.ts';
import { describeAgent, installAgent, type InstallProgress } from './agentInstaller.ts';
import type { SshTarget } from './hostConfig.ts';
import type { Prompts, SecretCache } from './prompts.ts';
import { SshConnection } from './sshConnection.ts';
import { SudoDialog, makeMarks, rootWords, shellJoin } from './sudo.ts';

/** How long an agent may take to end when its stdin closes, ms; then it is killed. */
const FAREWELL_MS = 3000;
const OUTPUT_GRACE_MS = 200;
/** A line that the agent prints is cut here. */
const LINE_MAX = 64 * 1024;

/** What the agent is told at its start. */
export interface AgentSettings { readonly historyMegabytes: number; readonly snapLength: number; readonly ringKilobytes: number }

export interface StartOptions {
  readonly prompts: Prompts;
  readonly secrets: SecretCache;
  readonly settings: AgentSettings;
  readonly log: (message: string) => void;
  /** Lines that the agent prints for people. */
  readonly agentLog: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Words after the agent's program. Numbers only: nothing of them can be taken for something else. */
export function serveWords(settings: AgentSettings): string[] {
  return ['serve', '--history', String(Math.trunc(settings.historyMegabytes)), '--snaplen', String(Math.trunc(settings.snapLength)), '--ring', String(Math.trunc(settings.ringKilobytes))];
}

interface Pipes { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable; readonly exit: Promise<number | null> }

/** Answers sudo on a started command until the agent runs. */
async function untilRoot(pipes: Pipes, host: string, user: string, marks: ReturnType<typeof makeMarks>, options: StartOptions): Promise<void> {
  const secretName = `sudo:${host}`;
  let line = '';
  const dialog = new SudoDialog({
    marks, host, user,
    ask: async attempt => {
      const cached = attempt === 1 ? options.secrets.get(secretName) : undefined;
      if (cached !== undefined) return cached;
      options.secrets.forget(secretName);
      const answer = await options.prompts.askSecret({ title: `Porthole: ${host}`, prompt: `${attempt === 1 ? '' : 'That password was not accepted. '}Password of ${user} on ${host} for sudo: the agent needs root to load its probe` });
      if (answer !== undefined) options.secrets.set(secretName, answer);
      return answer;
    },
    write: text => { pipes.stdin.write(text); },
    print: text => {
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      if (line.length > LINE_MAX) { lines.push(line); line = ''; }
      for (const complete of lines) if (complete.trim() !== '') options.agentLog(complete);
    },
  });
  const decoder = new StringDecoder('utf8');
  pipes.stderr.on('data', (chunk: Buffer) => dialog.feed(decoder.write(chunk)));
  void pipes.exit.then(code => { if (line.trim() !== '') options.agentLog(line); dialog.ended(code); });
  const aborted = (): void => dialog.ended(null);
  options.signal.addEventListener('abort', aborted);
  try { await dialog.ready; } catch (error) { options.secrets.forget(secretName); throw error; } finally { options.signal.removeEventListener('abort', aborted); }
}

/** How the agent ended, for people. */
function exitText(host: string, code: number | null): string { return code === null ? `The agent on ${host} was ended by a signal, or the way to it is gone.` : code === 0 ? `The agent on ${host} ended.` : `The agent on ${host} ended with code ${code}; the log says why.`; }

export interface LocalAgentPlaces {
  /** dist/agent/main.cjs: run by `runtime`. */
  readonly script: string;
  /** The self-contained executable: used where the script is missing. */
  readonly executable: string;
  /** Node, or an Electron that can be one. */
  readonly runtime: string;
}

/** Starts the agent on this machine as a child process. */
export async function startLocalAgent(places: LocalAgentPlaces, options: StartOptions): Promise<AgentProcess> {
  let command: string[];
  if (existsSync(places.script)) command = [places.runtime, places.script];
  else if (existsSync(places.executable)) command = [places.executable];
  else throw new UserError(`The agent is missing from this installation (${places.script}).`, 'Reinstall the extension; when it was built from source, run `npm run build`.', true);
  const isRoot = process.getuid?.() === 0;
  const marks = makeMarks();
  // sudo drops the environment, so it is set inside.
  const [program = '', ...words] = rootWords(['env', 'ELECTRON_RUN_AS_NODE=1', ...command, ...serveWords(options.settings)], isRoot, marks);
  const environment: NodeJS.ProcessEnv = {};
  for (const [key, value] of Object.entries(process.env)) if (!/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/.test(key)) environment[key] = value;
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], env: environment, cwd: '/' });
  let spawnError = '';
  const exit = new Promise<number | null>(resolve => {
    child.on('error', error => { spawnError = errorText(error); resolve((error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : null); });
    // 'close' would wait until its output has been read; what it printed last may come a moment after its end.
    child.on('exit', code => { setTimeout(() => resolve(code), OUTPUT_GRACE_MS); });
    child.on('close', code => resolve(code));
  });
  child.stdin.on('error', () => { /* the exit is reported */ });
  const ended = exit.then(code => spawnError === '' ? exitText('this machine', code) : spawnError);
  const dispose = async (): Promise<void> => {
    child.stdin.end();
    const force = [setTimeout(() => child.kill('SIGTERM'), FAREWELL_MS), setTimeout(() => child.kill('SIGKILL'), 2 * FAREWELL_MS)];
    await exit;
    for (const timer of force) clearTimeout(timer);
  };
  try {
    await untilRoot({ stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exit }, 'this machine', currentName(), marks, options);
  } catch (error) {
    void dispose();
    throw error;
  }
  return { reader: child.stdout, writer: child.stdin, ended, dispose };
}

function currentName(): string { return process.env['USER'] ?? process.env['LOGNAME'] ?? 'the user'; }

export interface RemoteAgent extends AgentProcess { readonly connection: SshConnection; readonly isRoot: boolean }

/** Connects, copies the agent where it is missing, starts it. */
export async function startRemoteAgent(target: SshTarget, executable: string, version: string, progress: InstallProgress, jumpTarget: (name: string) => SshTarget, options: StartOptions): Promise<RemoteAgent> {
  const agent = await describeAgent(executable, version);
  progress(`Connecting to ${target.name}`, 0);
  const connection = await SshConnection.connect(target, { prompts: options.prompts, secrets: options.secrets, log: options.log, signal: options.signal, jumpTarget });
  const onAbort = (): void => connection.dispose();
  options.signal.addEventListener('abort', onAbort);
  try {
    const installed = await installAgent(connection, agent, progress, options.signal);
    options.log(`${target.name}: agent ${installed.path} ${installed.copied ? 'copied' : 'was there'}`);
    progress('Starting the agent', 1);
    const marks = makeMarks();
    const command = await connection.exec(shellJoin(rootWords([installed.path, ...serveWords(options.settings)], installed.isRoot, marks)));
    command.stdin.on('error', () => { /* the exit is reported */ });
    // A broken connection ends the command as well, but only the connection knows why.
    const gone = new Promise<string>(resolve => connection.onClosed(reason => resolve(reason)));
    const ended = Promise.race([gone, command.exited.then(async code => code === null ? await Promise.race([gone, new Promise<string>(resolve => setTimeout(() => resolve(exitText(target.name, code)), 200))]) : exitText(target.name, code))]);
    await untilRoot({ ...command, exit: command.exited }, target.name, target.user, marks, options);
    const dispose = async (): Promise<void> => {
      options.signal.removeEventListener('abort', onAbort);
      if (connection.open) {
        command.stdin.end();
        let timer: NodeJS.Timeout | undefined;
        await Promise.race([command.exited, gone, new Promise<void>(resolve => { timer = setTimeout(resolve, FAREWELL_MS); })]);
        clearTimeout(timer);
      }
      connection.dispose();
    };
    options.signal.removeEventListener('abort', onAbort);
    return { reader: command.stdout, writer: command.stdin, ended, dispose, connection, isRoot: installed.isRoot };
  } catch (error) {
    connection.dispose();
    throw error;
  }
}
