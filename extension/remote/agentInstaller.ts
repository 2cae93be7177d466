// Puts the agent's executable on a host: ~/.porthole/<version-hash>/porthole, copied only when it is missing, checked by SHA-256, made visible by
// one rename, and the only version that stays.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Transform, type Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { CancelledError, UserError } from '../base/text.ts';
import { SftpSink } from './sftpSink.ts';
import type { SshConnection } from './sshConnection.ts';
import { shellQuote } from './sudo.ts';

export interface AgentFile { readonly path: string; readonly version: string; readonly bytes: number; /** Hex. */ readonly sha256: string }

/** Six takes twice the time of three for a tenth less. */
const GZIP_LEVEL = 3;

/** Told how far the copy is: 0 to 1. */
export type InstallProgress = (message: string, fraction: number) => void;

const hashes = new Map<string, { mtimeMs: number; sha256: string }>();

/** Looks at the executable that this extension carries. */
export async function describeAgent(path: string, version: string): Promise<AgentFile> {
  let info;
  try { info = await stat(path); } catch {
    throw new UserError(`The agent for Linux hosts is missing from this installation (${path}).`, 'Reinstall the extension; when it was built from source, build the agent with `npm run package`.', true);
  }
  let known = hashes.get(path);
  if (known === undefined || known.mtimeMs !== info.mtimeMs) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    known = { mtimeMs: info.mtimeMs, sha256: hash.digest('hex') };
    hashes.set(path, known);
  }
  return { path, version, bytes: info.size, sha256: known.sha256 };
}

/** Name of the folder of a version: only letters, digits, dots and dashes. */
export function versionFolder(agent: AgentFile): string { return `${agent.version.replace(/[^A-Za-z0-9.-]/g, '-')}-${agent.sha256.slice(0, 16)}`; }

/** What the first question to a host finds out. */
interface HostFacts { readonly system: string; readonly machine: string; readonly home: string; readonly uid: number; readonly present: boolean; readonly folders: readonly string[] }

export interface InstalledAgent { readonly path: string; /** The user is root: no sudo needed. */ readonly isRoot: boolean; readonly copied: boolean }

/** Makes sure that the host has this agent. */
export async function installAgent(connection: SshConnection, agent: AgentFile, progress: InstallProgress, signal: AbortSignal): Promise<InstalledAgent> {
  const folder = versionFolder(agent);
  const facts = await lookAt(connection, folder, agent.sha256);
  const host = connection.target.name;
  if (facts.system !== 'Linux') throw new UserError(`${host} runs ${facts.system || 'an unknown system'}; Porthole looks into Linux hosts.`, 'Connect to a Linux host.', true);
  if (facts.machine !== 'x86_64') throw new UserError(`${host} is a ${facts.machine || 'machine of unknown kind'}; this version of the agent is for x86_64.`, 'Connect to an x86_64 host.', true);
  if (!facts.home.startsWith('/')) throw new UserError(`${connection.target.user} has no home folder on ${host}.`, 'Give the user a home folder, or connect as another.', true);
  const base = `${facts.home}/.porthole`;
  const path = `${base}/${folder}/porthole`;
  const isRoot = facts.uid === 0;
  if (facts.present) return { path, isRoot, copied: false };

  const temporary = `${base}/.new-${randomBytes(6).toString('hex')}`;
  try {
    // With it goes what copies left that broke off an hour ago or earlier.
    await must(connection, `umask 077; find ${shellQuote(base)} -maxdepth 1 -name '.new-*' -type f -mmin +60 -exec rm -f {} + 2>/dev/null; mkdir -p ${shellQuote(`${base}/${folder}`)} && chmod 700 ${shellQuote(base)} ${shellQuote(`${base}/${folder}`)}`, 'make the folder for the agent');
    await copy(connection, agent, `${temporary}.gz`, progress, signal);
    if (signal.aborted) throw new CancelledError();
    progress('Unpacking and checking', 1);
    await must(connection, `umask 077; gzip -dc ${shellQuote(`${temporary}.gz`)} > ${shellQuote(temporary)} && rm -f ${shellQuote(`${temporary}.gz`)}`, 'unpack the agent');
    // A login script may have printed something in front of it.
    const sum = /([0-9a-f]{64})\s*-?\s*$/.exec(await must(connection, `sha256sum < ${shellQuote(temporary)}`, 'check the agent'))?.[1] ?? '';
    if (sum !== agent.sha256) throw new UserError(`The agent arrived damaged on ${host}: its SHA-256 is ${sum || 'unknown'}, not ${agent.sha256}.`, 'Connect again; when it happens again, check the disk of the host.');
    await must(connection, `chmod 700 ${shellQuote(temporary)} && mv -f ${shellQuote(temporary)} ${shellQuote(path)}`, 'put the agent in its place');
  } catch (error) {
    if (connection.open) await connection.run(`rm -f ${shellQuote(temporary)} ${shellQuote(`${temporary}.gz`)}`).catch(() => undefined);
    throw error;
  }
  const old = facts.folders.filter(name => name !== folder && /^[A-Za-z0-9.-]+-[0-9a-f]{16}$/.test(name));
  if (old.length > 0) await connection.run(`cd ${shellQuote(base)} && rm -rf -- ${old.map(shellQuote).join(' ')}`);
  return { path, isRoot, copied: true };
}

async function lookAt(connection: SshConnection, folder: string, sha256: string): Promise<HostFacts> {
  // One round trip. Whatever shell the user has, sh does the work; a marker tells the answer from what a login script prints.
  const script = [
    'echo "@@porthole"; uname -s; uname -m; printf "%s\\n" "$HOME"; id -u', `f="$HOME/.porthole/${folder}/porthole"`,
    `if [ -x "$f" ] && [ "$(sha256sum < "$f" | cut -c1-64)" = ${sha256} ]; then echo present; else echo missing; fi`, 'ls -1 "$HOME/.porthole" 2>/dev/null; true',
  ].join('; ');
  const result = await connection.run(`sh -c ${shellQuote(script)}`);
  const lines = result.stdout.split('\n');
  const at = lines.indexOf('@@porthole');
  if (at < 0) {
    throw new UserError(`${connection.target.name} did not run a shell command${result.stderr.trim() === '' ? '' : `: ${result.stderr.trim().slice(0, 300)}`}`, 'Porthole needs a user that may run commands over SSH, not only copy files.', true);
  }
  const [system = '', machine = '', home = '', uid = '', present = '', ...folders] = lines.slice(at + 1);
  return { system, machine, home, uid: Number(uid), present: present === 'present', folders: folders.filter(name => name !== '') };
}

async function must(connection: SshConnection, command: string, what: string): Promise<string> {
  const result = await connection.run(`sh -c ${shellQuote(command)}`);
  if (result.code === 0) return result.stdout;
  const said = result.stderr.trim().slice(0, 300);
  const full = /No space left|quota/i.test(said);
  throw new UserError(`${connection.target.name} could not ${what}: ${said || `exit ${String(result.code)}`}`, full ? 'Make room in the home folder (about 150 MB), then connect again.' : 'Check that the home folder may be written to, then connect again.', true);
}

async function copy(connection: SshConnection, agent: AgentFile, target: string, progress: InstallProgress, signal: AbortSignal): Promise<void> {
  let sent = 0;
  let shown = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      const fraction = sent / agent.bytes;
      if (fraction - shown >= 0.01) { shown = fraction; progress(`Copying the agent (${Math.round(fraction * 100)} %)`, fraction); }
      done(undefined, chunk);
    },
  });
  progress('Copying the agent', 0);
  const { sink, finished, close } = await openTarget(connection, target);
  try {
    await pipeline(createReadStream(agent.path, { highWaterMark: 256 * 1024 }), count, createGzip({ level: GZIP_LEVEL, chunkSize: 64 * 1024 }), sink, { signal });
    await finished;
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    throw error;
  } finally { close(); }
}

/** A file on the host to write to: over SFTP, or through a shell where the server offers none. */
async function openTarget(connection: SshConnection, target: string): Promise<{ sink: Writable; finished: Promise<void>; close: () => void }> {
  try {
    const sftp = await connection.sftp();
    return { sink: await SftpSink.open(sftp, target), finished: Promise.resolve(), close: () => sftp.end() };
  } catch {
    const command = await connection.exec(`sh -c ${shellQuote(`umask 077; cat > ${shellQuote(target)}`)}`);
    command.stdout.resume();
    command.stderr.resume();
    const finished = command.exit.then(code => { if (code !== 0) throw new UserError(`The agent could not be written on ${connection.target.name} (exit ${String(code)}).`, 'Check that there is room in the home folder.', true); });
    finished.catch(() => { /* awaited after the pipeline */ });
    return { sink: command.stdin, finished, close: () => command.close() };
  }
}
