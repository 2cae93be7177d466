// Where the files that come with the agent are: beside the bundle, in the source tree, or inside the single executable.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Sea { isSea(): boolean; getRawAsset(name: string): ArrayBuffer }

/** Names of the chisels of remote-agent/chisels, and of the Lua files they share (porthole_*): the executable cannot list what is inside it. */
export const BUNDLED: readonly string[] = [
  'around', 'bottlenecks', 'container_writes', 'conversations', 'crashes', 'dnslog', 'echo_fds', 'fdbytes_by', 'fdcount_by', 'fdtime_by', 'fileslower', 'flame', 'httplog', 'httptop', 'iobytes', 'iobytes_file',
  'iobytes_net', 'list_login_shells', 'lscontainers', 'lsof', 'memcachelog', 'mysqllog', 'netlower', 'netstat', 'pgsqllog', 'porthole_cpu', 'porthole_heat', 'porthole_io', 'porthole_requests',
  'porthole_save', 'porthole_service', 'porthole_state', 'porthole_table', 'porthole_text', 'proc_exec_time', 'ps', 'redislog', 'scallslower', 'shared_files', 'shellshock_detect', 'slowwaits', 'spectrogram', 'spy_file', 'spy_ip',
  'spy_logs', 'spy_port', 'spy_syslog', 'spy_users', 'stderr', 'stdin', 'stdout', 'subsecoffset', 'table_generator', 'topconns', 'topcontainers_cpu',
  'topcontainers_error', 'topcontainers_file', 'topcontainers_net', 'topfiles_bytes', 'topfiles_errors', 'topfiles_rw', 'topfiles_time', 'topports_server',
  'topprocs_cpu', 'topprocs_cpu_estimate', 'topprocs_errors', 'topprocs_file', 'topprocs_net', 'topscalls', 'topscalls_time', 'typed_commands',
];

/** Folder of the running code: dist/agent, or remote-agent/host in the source tree. */
export function agentFolder(): string {
  if (typeof __dirname === 'string') return __dirname;
  return dirname(fileURLToPath(import.meta.url));
}

function sea(): Sea | undefined {
  try { return createRequire(join(agentFolder(), 'x.js'))('node:sea') as Sea; } catch { return undefined; }
}

export function isSingleExecutable(): boolean { return sea()?.isSea() === true; }

/** The chisels that are inside the single executable, by name; none outside of it. */
export function chiselsInside(): ReadonlyMap<string, string> {
  const single = sea();
  const found = new Map<string, string>();
  if (single?.isSea() !== true) return found;
  for (const name of BUNDLED) {
    try { found.set(name, new TextDecoder().decode(single.getRawAsset(`chisels/${name}.lua`))); } catch { /* packaged without it */ }
  }
  return found;
}

/** Bytes of a file that comes with the agent. */
export function agentAsset(name: 'glue.wasm'): Uint8Array {
  const single = sea();
  if (single?.isSea() === true) return new Uint8Array(single.getRawAsset(name));
  const path = [join(agentFolder(), name), join(agentFolder(), '..', '..', 'node_modules', 'wasmoon', 'dist', name)].find((p) => existsSync(p));
  if (path === undefined) throw new Error(`${name} is missing: build or install the agent again`);
  return readFileSync(path);
}
