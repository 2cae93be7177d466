// Installs what is missing: Debian packages, npm packages, VS Code's server. Every step looks first and is quick when there is nothing to do.
import { existsSync, readFileSync, realpathSync, symlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at, attempt, CACHE, folder, IS_ROOT, main, run, say, UserError, which } from './lib.mjs';

/** Debian packages by what they are for. A package is missing when its probe, a command or a file, is. */
const PACKAGES = {
  build: [
    { name: 'g++', probe: 'g++' }, { name: 'make', probe: 'make' }, { name: 'python3', probe: 'python3' },
    { name: 'clang', probe: 'clang' }, { name: 'llvm', probe: 'llvm-strip' }, { name: 'bpftool', probe: 'bpftool' },
    { name: 'libbpf-dev', probe: '/usr/include/bpf/bpf_helpers.h' }, { name: 'libelf-dev', probe: '/usr/include/libelf.h' }, { name: 'zlib1g-dev', probe: '/usr/include/zlib.h' }, { name: 'linux-libc-dev', probe: '/usr/include/linux/bpf.h' },
  ],
  containers: [
    // Where Docker's command is a package of its own.
    { name: 'docker.io', probe: 'dockerd' }, { name: 'docker-cli', probe: 'docker' }, { name: 'iptables', probe: 'iptables' }, { name: 'busybox-static', probe: 'busybox' },
  ],
  vscode: [{ name: 'ripgrep', probe: 'rg' }],
  browser: [{ name: 'chromium', probe: 'chromium' }, { name: 'fonts-dejavu-core', probe: '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf' }],
  test: [
    { name: 'openssh-server', probe: 'sshd' }, { name: 'openssh-client', probe: 'ssh-keygen' }, { name: 'sudo', probe: 'sudo' }, { name: 'sysdig', probe: 'sysdig' },
    { name: 'strace', probe: 'strace' },
    // Engines beside Docker, to know containers of each by name.
    { name: 'podman', probe: 'podman' }, { name: 'conmon', probe: 'conmon' }, { name: 'runc', probe: 'runc' }, { name: 'uidmap', probe: 'newuidmap' }, { name: 'containerd', probe: 'containerd' },
  ],
};

/** What each command of package.json needs. */
const NEEDS = {
  build: ['build'],
  start: ['build', 'containers'],
  vscode: ['build', 'vscode'],
  test: ['build', 'containers', 'vscode', 'browser', 'test'],
};

const isThere = ({ probe }) => (probe.startsWith('/') ? existsSync(probe) : which(probe) !== undefined);

/** Installs what `purpose` needs. Without the right to, says exactly what is missing and goes on: later steps tell what they cannot do. */
export function setup(purpose) {
  checkNode();
  installPackages(NEEDS[purpose]);
  installNpm();
}

function checkNode() {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20) throw new UserError(`Node ${process.versions.node} is too old: Porthole needs Node 20 or newer.`);
}

function installPackages(groups) {
  if (process.platform !== 'linux') return say('packages the probe and the demonstration are for Linux; captures work here');
  const missing = groups.flatMap((group) => PACKAGES[group]).filter((entry) => !isThere(entry)).map(({ name }) => name);
  if (missing.length === 0) return say('packages nothing is missing');
  if (!IS_ROOT || !which('apt-get')) {
    say(`packages MISSING: ${missing.join(' ')}`);
    console.log(which('apt-get')
      ? `         Install them with:\n           sudo apt-get install --no-install-recommends ${missing.join(' ')}`
      : `         Install what your distribution calls these Debian packages: ${missing.join(' ')}`);
    return undefined;
  }
  say(`packages apt-get install ${missing.join(' ')}`);
  // RUNLEVEL=1: services that come with a package are not started by its installation.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  run('apt-get', ['update', '-qq'], { env });
  const known = missing.filter((name) => attempt('apt-cache', ['show', name]).ok);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...known], { env });
  const still = groups.flatMap((group) => PACKAGES[group]).filter((entry) => !isThere(entry)).map(({ name }) => name);
  if (still.length > 0) say(`packages MISSING, as this distribution does not have them under these names: ${still.join(' ')}`);
  return undefined;
}

/** `npm ci`, where node_modules is not what the lock file says. */
function installNpm() {
  if (npmIsUpToDate()) return say('npm      packages are as the lock file says');
  say('npm      npm ci');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  return undefined;
}

function npmIsUpToDate() {
  const installed = at('node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const want = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(want).every(([path, entry]) =>
    path === '' || (have[path] ? have[path].version === entry.version : entry.optional === true));
}

// ---- VS Code in the browser

const CODE_SERVER = '4.100.3';
/** Modules of VS Code's server with native code: output channels, terminals, and the watchdog that ends orphans. */
const NATIVE_MODULES = ['@vscode/spdlog', 'node-pty', 'native-watchdog'];

/** Where VS Code's server is, or is going to be. */
export const vscodeDir = () => process.env.PORTHOLE_VSCODE_DIR ?? join(CACHE, 'vscode');

/** The file that Node runs to start VS Code's server. */
export const vscodeMain = () => join(vscodeDir(), 'node_modules/code-server/lib/vscode/out/server-main.js');

/** Installs VS Code's server from npm. The package's own install script downloads prebuilt parts; they are built here instead. */
export function setupVscode() {
  const dir = vscodeDir();
  const vscode = join(dir, 'node_modules/code-server/lib/vscode');
  const ready = join(vscode, '.ready');
  if (existsSync(ready)) return say('vscode   is there');
  if (!which('g++')) throw new UserError("VS Code's server needs a C++ compiler for its terminal and log modules. Install one (Debian: apt-get install g++ make).");
  say(`vscode   installing code-server ${CODE_SERVER} into ${dir} (a minute, once)`);
  folder(dir);
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, dependencies: { 'code-server': CODE_SERVER } }));
  run('npm', ['install', ...quiet], { cwd: dir });
  run('npm', ['install', '--omit=dev', ...quiet], { cwd: vscode });
  run('npm', ['install', '--omit=dev', ...quiet], { cwd: join(vscode, 'extensions') });
  link(which('rg'), join(folder(join(vscode, 'node_modules/@vscode/ripgrep/bin')), 'rg'));
  link('node_modules', join(vscode, 'node_modules.asar'));
  say('vscode   building its native modules');
  for (const module of NATIVE_MODULES) {
    run(process.execPath, [at('node_modules/node-gyp/bin/node-gyp.js'), 'rebuild', ...nodedir(), '--jobs=max'], { cwd: join(vscode, 'node_modules', module) });
  }
  writeFileSync(ready, '');
  return say('vscode   is there');
}

function link(target, path) {
  if (!target) return;
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

/** node-gyp's option for Node's headers where they are on this machine; without it node-gyp fetches them itself. */
export function nodedir() {
  const prefixes = [dirname(dirname(realpathSync(process.execPath))), '/usr', '/usr/local'];
  const prefix = prefixes.find((candidate) => existsSync(join(candidate, 'include/node/node_api.h')));
  return prefix ? [`--nodedir=${prefix}`] : [];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(() => {
    const purpose = process.argv[2] ?? 'test';
    if (!NEEDS[purpose]) throw new UserError(`setup.mjs takes one of: ${Object.keys(NEEDS).join(' ')}`);
    setup(purpose);
    if (NEEDS[purpose].includes('vscode')) setupVscode();
  });
}
