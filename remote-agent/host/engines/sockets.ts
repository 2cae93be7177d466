// Where container engines listen: the usual places, and where the environment says.
import { readdirSync, realpathSync, statSync } from 'node:fs';
import type { EngineKind } from './engine.ts';

export interface EngineSocket {
  readonly kind: EngineKind;
  readonly path: string;
  /** The environment names it: that it is not there is worth telling. */
  readonly named: boolean;
}

/** Variables by which engines' own tools find them. */
export const VARIABLES: readonly (readonly [name: string, kind: EngineKind])[] = [['DOCKER_HOST', 'docker'], ['CONTAINER_HOST', 'podman'], ['CONTAINERD_ADDRESS', 'containerd'], ['CONTAINER_RUNTIME_ENDPOINT', 'cri']];
export const PLACES: readonly (readonly [kind: EngineKind, path: string])[] = [
  ['docker', '/var/run/docker.sock'], ['podman', '/run/podman/podman.sock'], ['containerd', '/run/containerd/containerd.sock'], ['cri', '/run/containerd/containerd.sock'], ['cri', '/run/crio/crio.sock'],
];
/** Below each folder of RUNTIME: engines that users run without being root. */
export const RUNTIME = '/run/user';
export const ROOTLESS: readonly (readonly [kind: EngineKind, path: string])[] = [['docker', 'docker.sock'], ['podman', 'podman/podman.sock']];
const MAX_SOCKETS = 64;

/** The socket that a variable of the environment names; '' where it names none on this host. */
export function named(value: string | undefined): string {
  if (value === undefined) return '';
  if (value.startsWith('unix://')) return value.slice('unix://'.length);
  return value.startsWith('/') ? value : '';
}

/** Docker's socket: DOCKER_HOST where it names one, else the usual place. */
export function dockerSocket(env: NodeJS.ProcessEnv = process.env): string { return named(env['DOCKER_HOST']) || '/var/run/docker.sock'; }

function isSocket(path: string): boolean { try { return statSync(path).isSocket(); } catch { return false; } }
function folders(path: string): string[] { try { return readdirSync(path); } catch { return []; } }

/** Sockets that are there now, and those that the environment names. A variable stands for its engine: of that kind the usual place of root's engine is then not looked at. */
export function findSockets(env: NodeJS.ProcessEnv = process.env): EngineSocket[] {
  const sockets = new Map<string, EngineSocket>();
  const add = (kind: EngineKind, path: string, byName: boolean): void => {
    if (sockets.size >= MAX_SOCKETS || (!byName && !isSocket(path))) return;
    let real = path;
    try { real = realpathSync(path); } catch { /* not there yet */ }
    // Podman is often there under Docker's name too.
    if (kind === 'docker' && real.endsWith('/podman.sock')) kind = 'podman';
    const key = `${kind} ${real}`;
    if (!sockets.has(key)) sockets.set(key, { kind, path, named: byName });
  };
  const told = new Set<EngineKind>();
  for (const [variable, kind] of VARIABLES) {
    const path = named(env[variable]);
    if (path !== '') { told.add(kind); add(kind, path, true); }
  }
  for (const [kind, path] of PLACES) if (!told.has(kind)) add(kind, path, false);
  for (const user of folders(RUNTIME)) for (const [kind, path] of ROOTLESS) add(kind, `${RUNTIME}/${user}/${path}`, false);
  return [...sockets.values()];
}
