// A second Docker engine beside whatever runs: in mount and network namespaces of its own, where /sys/fs/cgroup is as hosts have it that are not like this one.
import { existsSync, rmSync } from 'node:fs';
import { run, type Daemon, type Stage } from './stage.ts';

/** Cgroup v2 and nothing else, as hosts of today have it; or v1 alone, as those of yesterday. */
export type Hierarchies = 'v1' | 'v2';

const SHOW: Readonly<Record<Hierarchies, string>> = {
  v2: 'umount -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup',
  v1: 'umount -l /sys/fs/cgroup/unified',
};
/** In its own namespaces: no network but lo, private runtime folders. */
const INSIDE = `
ip link set lo up
mount --make-rprivate /
HIERARCHIES
for folder in docker containerd; do mkdir -p /run/$folder; mount -t tmpfs none /run/$folder; done
exec dockerd --host "unix://$1/docker.sock" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/docker.pid" --storage-driver overlay2 --cgroup-parent "/$2" --iptables=false --bridge=none
`;

export interface DockerBeside { /** For DOCKER_HOST. */ readonly host: string; readonly daemon: Daemon; /** Starts it again. */ again(): Promise<Daemon> }

/** Starts it; gone with the stage. */
export async function dockerBeside(stage: Stage, hierarchies: Hierarchies): Promise<DockerBeside> {
  const folder = stage.path(`docker-${hierarchies}`, true), group = `porthole-${hierarchies}-${process.pid}`, socket = `${folder}/docker.sock`, host = `unix://${socket}`;
  stage.ownCgroups(group);
  const again = (): Promise<Daemon> => {
    for (const name of ['docker.sock', 'docker.pid']) rmSync(`${folder}/${name}`, { force: true });
    return stage.daemon(`dockerd-${hierarchies}`, 'unshare', ['--mount', '--net', 'sh', '-euc', INSIDE.replace('HIERARCHIES', SHOW[hierarchies]), 'sh', folder, group], () => existsSync(socket) && answers(host), { graceMs: 20_000 });
  };
  return { host, daemon: await again(), again };
}

function answers(host: string): boolean { try { run('docker', ['-H', host, 'version']); return true; } catch { return false; } }
