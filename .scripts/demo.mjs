// The demonstration: a small shop in five containers on a network of its own, with a few faults to find. Its images are made here, from busybox and .scripts/demo/*.c.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at, attempt, CACHE, folder, main, run, say, UserError, which } from './lib.mjs';

export const PROJECT = 'porthole-demo';
const NETWORK = `${PROJECT}_default`;
const PROJECT_LABEL = `com.docker.compose.project=${PROJECT}`;

/** The services in the order in which they start. `program` is a C source of .scripts/demo. */
const SERVICES = [
  { name: 'cache', program: 'cache', command: ['cache'], memory: '32m' },
  { name: 'app', program: 'app', command: ['app'], memory: '64m' },
  { name: 'web', command: ['httpd', '-f', '-p', '80', '-h', '/www'], memory: '64m' },
  { name: 'worker', program: 'job', command: ['/bin/schedule'], memory: '32m' },
  { name: 'client', command: ['/bin/visit'], memory: '32m' },
];

const image = (service) => `${PROJECT}-${service.name}`;
const container = (service) => `${PROJECT}-${service.name}-1`;

/** Makes the images that are not there. */
function makeImages() {
  const busybox = which('busybox');
  if (!busybox) throw new UserError('The demonstration needs a static busybox (Debian: apt-get install busybox-static).');
  const applets = run(busybox, ['--list']).trim().split('\n').filter((applet) => applet !== 'busybox');
  for (const service of SERVICES) {
    if (attempt('docker', ['image', 'inspect', image(service)]).ok) continue;
    const tree = join(CACHE, 'demo', service.name);
    rmSync(tree, { recursive: true, force: true });
    for (const name of ['bin', 'etc', 'tmp', 'data', 'var/log']) mkdirSync(join(tree, name), { recursive: true });
    chmodSync(join(tree, 'tmp'), 0o1777);
    copyFileSync(busybox, join(tree, 'bin/busybox'));
    for (const applet of applets) symlinkSync('busybox', join(tree, 'bin', applet));
    writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
    writeFileSync(join(tree, 'etc/group'), 'root:x:0:\n');
    if (service.program) compile(service.program, join(tree, 'bin', service.program));
    const files = at('.scripts/demo/image', service.name);
    if (existsSync(files)) cpSync(files, tree, { recursive: true });
    importImage(tree, service);
    rmSync(tree, { recursive: true, force: true });
  }
}

function compile(program, target) {
  const compiler = which('cc') ?? which('gcc') ?? which('clang');
  if (!compiler) throw new UserError('The demonstration needs a C compiler (Debian: apt-get install gcc libc6-dev).');
  run(compiler, ['-O2', '-static', '-pthread', '-o', target, at(`.scripts/demo/${program}.c`)]);
}

function importImage(tree, service) {
  const tar = spawnSync('tar', ['-C', tree, '--numeric-owner', '--owner=0', '--group=0', '-cf', '-', '.'], { maxBuffer: 1 << 28 });
  if (tar.status !== 0) throw new Error(`tar of ${tree} ended with ${tar.status}: ${tar.stderr}`);
  const changes = [`CMD ${JSON.stringify(service.command)}`, 'ENV PATH=/bin'];
  run('docker', ['import', ...changes.flatMap((change) => ['--change', change]), '-', `${image(service)}:latest`], { input: tar.stdout, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Starts the demonstration anew. */
export function demoUp() {
  removeContainers();
  folder(join(CACHE, 'demo'));
  makeImages();
  run('docker', ['network', 'create', '--internal', '--label', PROJECT_LABEL, '--label', 'com.docker.compose.network=default', NETWORK]);
  for (const service of SERVICES) {
    const labels = [PROJECT_LABEL, `com.docker.compose.service=${service.name}`, 'com.docker.compose.container-number=1', 'com.docker.compose.oneoff=False'];
    run('docker', ['run', '-d', '--init', '--name', container(service), '--network', NETWORK, '--network-alias', service.name, '--memory', service.memory,
      '--ulimit', 'core=0', ...labels.flatMap((label) => ['--label', label]), image(service)]);
  }
  say(`demo     ${SERVICES.length} containers of the project ${PROJECT} are up`);
}

function ours(kind, ...options) {
  return attempt('docker', [kind, 'ls', '-q', ...options, '--filter', `label=${PROJECT_LABEL}`]).stdout.split('\n').filter(Boolean);
}

function removeContainers() {
  const containers = ours('container', '-a');
  if (containers.length > 0) run('docker', ['rm', '-f', '-v', ...containers]);
  const networks = ours('network');
  if (networks.length > 0) run('docker', ['network', 'rm', ...networks]);
}

/** Takes containers, network and, unless they are to be kept, images away. */
export function demoDown({ keepImages = false } = {}) {
  removeContainers();
  if (keepImages) return;
  for (const service of SERVICES) attempt('docker', ['image', 'rm', image(service)]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(() => {
    const verb = process.argv[2];
    if (verb === 'up') demoUp();
    else if (verb === 'down') demoDown({ keepImages: process.argv.includes('--keep') });
    else throw new UserError('demo.mjs takes: up | down [--keep]');
  });
}
