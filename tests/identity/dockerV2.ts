// A second Docker engine beside whatever runs: in mount and network namespaces of its own, where /sys/fs/cgroup is cgroup v2 and nothing else.
import { existsSync } from 'node:fs';
import { run, type Stage, type Daemon } from './stage.ts';

/** In its own namespaces: no network but lo, private runtime folders, and the unified hierarchy where a host of today has it. */
const INSIDE = `
ip link set lo up
mount --make-rprivate /
umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
for folder in docker containerd; do mkdir -p /run/$folder; mount -t tmpfs none /run/$folder; done
exec dockerd --host "unix://$1/docker.sock" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/docker.pid" --storage-driver overlay2 --cgroup-parent "/$2" --iptables=false --bridge=none
`;

/** Starts it; its address for DOCKER_HOST. Gone with the stage. */
export async function startDockerV2(stage: Stage): Promise<string> { return (await dockerV2(stage)).host; }

export async function dockerV2(stage: Stage): Promise<{ readonly host: string; readonly daemon: Daemon; again(): Promise<Daemon> }> {
  const folder = stage.path('docker-v2', true), group = `porthole-v2-${process.pid}`, host = `unix://${folder}/docker.sock`;
  stage.ownCgroups(group);
  const start = (): Promise<Daemon> => stage.daemon('dockerd-v2', 'unshare', ['--mount', '--net', 'sh', '-euc', INSIDE, 'sh', folder, group], () => existsSync(`${folder}/docker.sock`) && answers(host), { graceMs: 20_000 });
  return { host, daemon: await start(), again: start };
}

function answers(host: string): boolean { try { run('docker', ['-H', host, 'version']); return true; } catch { return false; } }
