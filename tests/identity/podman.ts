// Podman with storage, configuration and a service of the test's own: root's, and a user's who is made for it.
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { run, type Daemon, type Stage } from './stage.ts';

export interface Podman {
  readonly socket: string;
  readonly service: Daemon;
  /** Starts the service again. */
  again(): Promise<Daemon>;
  /** Runs the command line, beside the service. */
  podman(...args: string[]): string;
}

// Ulimits: root without CAP_SYS_RESOURCE may not raise them to Podman's own defaults.
const CONTAINERS = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
`;

export async function startPodman(stage: Stage): Promise<Podman> {
  const socket = stage.path('podman.sock');
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, CONTAINERS_CONF: stage.write('containers.conf', CONTAINERS), CONTAINERS_STORAGE_CONF: stage.write('storage.conf', `[storage]\ndriver = "overlay"\ngraphroot = "${stage.path('graph')}"\nrunroot = "${stage.path('run')}"\n`) };
  const flags = ['--tmpdir', stage.path('tmp')];
  stage.ownCgroups('libpod_parent');
  const podman = (...args: string[]): string => run('podman', [...flags, ...args], { env });
  const again = (): Promise<Daemon> => { rmSync(socket, { force: true }); return stage.daemon('podman', 'podman', [...flags, 'system', 'service', '--time', '0', `unix://${socket}`], () => existsSync(socket), { env }); };
  const service = await again();
  stage.defer(() => { podman('pod', 'rm', '-f', '-a'); podman('rm', '-f', '-t', '0', '-a'); });
  podman('load', '-q', '-i', stage.archive());
  return { socket, service, again, podman };
}

/** Of a user without rights, whose containers have no control groups of their own on a host like that of most tests. */
export async function startRootlessPodman(stage: Stage): Promise<Podman> {
  const user = `porthole-${process.pid}`;
  chmodSync(stage.folder, 0o755);
  run('useradd', ['--create-home', '--home-dir', stage.path('home'), '--shell', '/bin/sh', user]);
  stage.defer(() => { run('userdel', ['--force', user]); });
  const uid = Number(run('id', ['-u', user])), runtime = `/run/user/${uid}`, socket = `${runtime}/podman/podman.sock`;
  mkdirSync(`${runtime}/podman`, { recursive: true, mode: 0o700 });
  for (const path of [runtime, `${runtime}/podman`]) chownSync(path, uid, uid);
  stage.defer(() => { rmSync(runtime, { recursive: true, force: true }); });
  const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, HOME: stage.path('home'), XDG_RUNTIME_DIR: runtime, CONTAINERS_CONF: stage.write('user-containers.conf', CONTAINERS), CONTAINERS_STORAGE_CONF: stage.write('user-storage.conf', '[storage]\ndriver = "vfs"\n') };
  const as = ['--reuid', String(uid), '--regid', String(uid), '--init-groups', '--', 'podman'];
  const podman = (...args: string[]): string => run('setpriv', [...as, ...args], { env });
  // Ends what keeps the user's namespace, and files that only that namespace may remove.
  stage.defer(() => { podman('rm', '-f', '-t', '0', '-a'); podman('rmi', '-f', '-a'); try { podman('system', 'migrate'); } catch { /* it is gone already */ } });
  const again = (): Promise<Daemon> => { rmSync(socket, { force: true }); return stage.daemon('podman-rootless', 'setpriv', [...as, 'system', 'service', '--time', '0', `unix://${socket}`], () => existsSync(socket), { env }); };
  const service = await again();
  podman('load', '-q', '-i', stage.archive());
  return { socket, service, again, podman };
}
