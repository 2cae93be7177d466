// Which hosts there are to connect to, and how: the user's SSH configuration, the setting `porthole.hosts`, and this machine.
import { readFileSync, readdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { parse, type SSHConfig } from 'ssh-config';
import { UserError } from '../base/text.ts';

/** This machine, without SSH. */
export interface LocalTarget { readonly kind: 'local'; readonly name: string }
/** A host that is reached over SSH, all options worked out. */
export interface SshTarget {
  readonly kind: 'ssh';
  /** As the user calls it: the alias, or what was typed. */
  readonly name: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  /** Only these keys, not those of the agent. */
  readonly identitiesOnly: boolean;
  /** Socket of the SSH agent; '' for none. */
  readonly agentSocket: string;
  /** Hosts to go through, first first. */
  readonly jumps: readonly string[];
  /** The name under which the host key is known, '' for the host's own. */
  readonly hostKeyAlias: string;
  readonly knownHostsFiles: readonly string[];
  readonly hashKnownHosts: boolean;
  /** Unknown hosts are refused without a question. */
  readonly strict: boolean;
  readonly connectTimeoutMs: number;
}
export type HostTarget = LocalTarget | SshTarget;

export const LOCAL_NAME = 'local';
export const LOCAL_TARGET: LocalTarget = { kind: 'local', name: LOCAL_NAME };

/** `user@host:port` as typed or written into the setting. */
export function parseHostText(text: string): { user: string; host: string; port: number } | undefined {
  const match = /^(?:([^@\s]+)@)?(\[[0-9a-fA-F:.%]+\]|[^@\s:[\]]+|[0-9a-fA-F:]+:[0-9a-fA-F:]*)(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[2]?.replace(/^\[|\]$/g, '');
  if (match === null || host === undefined || host.startsWith('-')) return undefined;
  const port = match[3] === undefined ? 0 : Number(match[3]);
  if (port > 65535 || (match[3] !== undefined && port === 0)) return undefined;
  return { user: match[1] ?? '', host, port };
}

/** Text of the configuration with its `Include` lines replaced by what they name, as ssh_config(5) says. */
export function readSshConfig(path: string, depth = 0): string {
  let text: string;
  try { text = readFileSync(path, 'utf8'); } catch { return ''; }
  if (depth > 8) return text;
  return text.split('\n').map(line => {
    const match = /^\s*Include\s+(.+?)\s*$/i.exec(line);
    if (match?.[1] === undefined) return line;
    return match[1].split(/\s+/).flatMap(pattern => expandInclude(pattern.replace(/^"|"$/g, ''), dirname(path))).map(file => readSshConfig(file, depth + 1)).join('\n');
  }).join('\n');
}
function expandInclude(pattern: string, folder: string): string[] {
  const home = expandHome(pattern);
  const full = isAbsolute(home) ? home : join(folder, home);
  const name = full.slice(dirname(full).length + 1);
  if (!/[*?]/.test(name)) return [full];
  const wanted = new RegExp(`^${name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
  try { return readdirSync(dirname(full)).filter(entry => wanted.test(entry)).sort().map(entry => join(dirname(full), entry)); } catch { return []; }
}

function expandHome(path: string): string { return path === '~' || path.startsWith('~/') || path.startsWith('~\\') ? join(homedir(), path.slice(1)) : path; }

export interface HostSources {
  /** Setting `porthole.sshConfigPath`; '' for the usual place. */
  readonly configPath: string;
  /** Setting `porthole.hosts`. */
  readonly hosts: readonly string[];
  /** This machine can be looked into: it runs Linux. */
  readonly local: boolean;
}

export class HostConfig {
  readonly #config: SSHConfig;
  readonly #sources: HostSources;
  /** Why the configuration could not be read; ''. */
  readonly problem: string;

  constructor(sources: HostSources) {
    this.#sources = sources;
    let config: SSHConfig | undefined;
    let problem = '';
    try { config = parse(readSshConfig(this.path)); } catch (error) { problem = `${this.path} could not be understood: ${String(error)}. Its hosts are left out; mend the file and refresh.`; }
    this.#config = config ?? parse('');
    this.problem = problem;
  }

  get path(): string { return this.#sources.configPath === '' ? join(homedir(), '.ssh', 'config') : expandHome(this.#sources.configPath); }

  /** Names to offer: this machine, the configuration's hosts without patterns, the setting's. */
  names(): string[] {
    const names: string[] = this.#sources.local ? [LOCAL_NAME] : [];
    for (const line of this.#config) {
      if (!('param' in line) || line.param.toLowerCase() !== 'host') continue;
      const values = typeof line.value === 'string' ? line.value.split(/\s+/) : line.value.map(part => part.val);
      for (const value of values) if (value !== '' && !/[*?!]/.test(value)) names.push(value);
    }
    for (const text of this.#sources.hosts) if (parseHostText(text) !== undefined) names.push(text.trim());
    return [...new Set(names)];
  }

  /** Works out how to reach a host by its name in the configuration or `user@host:port`. */
  target(name: string): HostTarget {
    if (name === LOCAL_NAME || name === 'localhost (no SSH)') {
      if (!this.#sources.local) throw new UserError('This machine does not run Linux, so that there is nothing to look into without SSH.', 'Connect to a Linux host over SSH.', true);
      return LOCAL_TARGET;
    }
    const typed = parseHostText(name);
    if (typed === undefined) throw new UserError(`"${name}" does not name a host.`, 'Write it as host, user@host or user@host:port.', true);
    const options = this.#config.compute(typed.host, { ignoreCase: true, matchExec: false });
    const one = (key: string): string => { const value = options[key]; return typeof value === 'string' ? value : value?.[0] ?? ''; };
    const all = (key: string): string[] => { const value = options[key]; return typeof value === 'string' ? [value] : value ?? []; };
    const me = currentUser();
    const user = typed.user || one('user') || me;
    const hostName = (one('hostname') || typed.host).replaceAll('%h', typed.host).replaceAll('%%', '%');
    const port = typed.port || Number(one('port')) || 22;
    const expand = (path: string): string => expandHome(path.replace(/^"|"$/g, '')).replace(/%([%dhru])/g, (_, token: string) => ({ '%': '%', d: homedir(), h: hostName, r: user, u: me })[token] ?? '');
    const given = all('identityfile').map(expand).filter(path => path.toLowerCase() !== 'none');
    const namedFiles = all('userknownhostsfile').flatMap(value => value.split(/\s+/)).filter(path => path !== '');
    const files = namedFiles.filter(path => path.toLowerCase() !== 'none').map(expand);
    const jump = one('proxyjump');
    if (one('proxycommand') !== '' && one('proxycommand').toLowerCase() !== 'none' && jump === '') {
      throw new UserError(`The SSH configuration reaches ${name} through a ProxyCommand, which Porthole does not run.`, 'Use ProxyJump instead where that is possible.', true);
    }
    const agent = one('identityagent');
    return {
      kind: 'ssh', name: name.trim(), hostName, port, user,
      identityFiles: given.length > 0 ? given : ['id_ed25519', 'id_ecdsa', 'id_rsa'].map(file => join(homedir(), '.ssh', file)),
      identitiesOnly: one('identitiesonly').toLowerCase() === 'yes',
      agentSocket: agent.toLowerCase() === 'none' ? '' : agent === '' || agent === 'SSH_AUTH_SOCK' ? process.env['SSH_AUTH_SOCK'] ?? '' : expand(agent),
      jumps: jump === '' || jump.toLowerCase() === 'none' ? [] : jump.split(',').map(text => text.trim()),
      hostKeyAlias: one('hostkeyalias'),
      knownHostsFiles: namedFiles.length > 0 ? files : [join(homedir(), '.ssh', 'known_hosts'), join(homedir(), '.ssh', 'known_hosts2'), '/etc/ssh/ssh_known_hosts'],
      hashKnownHosts: one('hashknownhosts').toLowerCase() === 'yes',
      strict: one('stricthostkeychecking').toLowerCase() === 'yes',
      connectTimeoutMs: (Number(one('connecttimeout')) || 20) * 1000,
    };
  }
}

function currentUser(): string { try { return userInfo().username; } catch { return process.env['USER'] ?? process.env['USERNAME'] ?? 'root'; } }
