// Containers for tests, made of the machine's static busybox: no registry, gone when the test is.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, copyFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IMAGE = 'porthole-test-busybox';
const BUSYBOX = '/usr/bin/busybox';

/** Why containers cannot be used here, or undefined. */
export function whyNoDocker(): string | undefined {
  const answer = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { encoding: 'utf8', timeout: 20_000 });
  if (answer.status === 0) return undefined;
  return answer.error ? 'the docker command is not installed' : `no Docker engine answers: ${answer.stderr.trim().split('\n').pop()}`;
}

function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Makes the image of the test containers unless it is there. */
export function makeImage(): string {
  if (spawnSync('docker', ['image', 'inspect', IMAGE], { stdio: 'ignore' }).status === 0) return IMAGE;
  const tree = mkdtempSync(join(tmpdir(), 'porthole-image-'));
  try {
    for (const name of ['bin', 'tmp', 'etc']) mkdirSync(join(tree, name));
    copyFileSync(BUSYBOX, join(tree, 'bin/busybox'));
    for (const applet of execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
      if (applet !== 'busybox') symlinkSync('busybox', join(tree, 'bin', applet));
    }
    const tar = execFileSync('tar', ['-C', tree, '--numeric-owner', '--owner=0', '--group=0', '-cf', '-', '.'], { maxBuffer: 1 << 26 });
    execFileSync('docker', ['import', '--change', 'ENV PATH=/bin', '-', `${IMAGE}:latest`], { input: tar, stdio: ['pipe', 'ignore', 'pipe'] });
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  return IMAGE;
}

/** One running container; `remove` it in the test's end. */
export interface TestContainer {
  readonly name: string;
  /** 64 hex digits. */
  readonly id: string;
  /** Runs a command inside and returns what it printed. */
  exec(...command: string[]): string;
  remove(): void;
}

export interface ContainerOptions { readonly name: string; readonly project?: string; readonly service?: string; readonly command?: readonly string[] }

/** Starts a container without a network, with the labels that compose would give it. */
export function runContainer({ name, project, service, command = ['sleep', '3600'] }: ContainerOptions): TestContainer {
  const image = makeImage();
  const remove = (): void => { spawnSync('docker', ['rm', '-f', '-v', name], { stdio: 'ignore' }); };
  remove();
  const labels = project === undefined ? [] : [
    `com.docker.compose.project=${project}`, `com.docker.compose.service=${service ?? name}`,
    'com.docker.compose.container-number=1', 'com.docker.compose.oneoff=False',
  ];
  const id = docker('run', '-d', '--init', '--network', 'none', '--name', name, ...labels.flatMap((label) => ['--label', label]), image, ...command);
  return { name, id, exec: (...inside) => docker('exec', name, ...inside), remove };
}
