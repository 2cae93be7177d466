// npm start: installs what is missing, builds, brings up the demonstration, and opens VS Code on it with live events. Ctrl-C takes all of it away.
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, attempt, CACHE, DIST, folder, IS_ROOT, main, say, UserError, which } from './lib.mjs';
import { build } from './build.mjs';
import { startCodeServer } from './codeServer.mjs';
import { demoUp, PROJECT } from './demo.mjs';
import { packageExtension } from './package.mjs';
import { ensureDocker, forget, recall, remember, stopAll } from './running.mjs';
import { setup, setupVscode } from './setup.mjs';

const KEEP = process.argv.includes('--keep');
const WORKSPACE = join(CACHE, 'demo-workspace');
const BUNDLED_CAPTURE = at('extension/media/demo.scap');

await main(async () => {
  if (process.argv.includes('--help')) {
    console.log('npm start [-- --keep]\n  --keep  leave the images of the demonstration for the next start');
    return;
  }
  if (recall('start')) throw new UserError('It is running already. End it with Ctrl-C where it runs, or with: npm stop');
  const ended = untilAskedToEnd();
  remember('start', { pid: process.pid });
  try {
    // Ctrl-C reaches the commands that are running as well; what they say of it is of no interest.
    await Promise.race([bringUp(ended).catch((error) => { if (process.exitCode !== 0) throw error; }), ended]);
  } finally {
    await stopAll();
    forget('start');
    say('done     nothing is left running');
  }
  process.exit(process.exitCode ?? 0);
});

async function bringUp(ended) {
  await stopAll(); // what a crashed start has left
  setup('start');
  const desktop = desktopCode();
  if (!desktop) setupVscode();
  await build();
  const vsix = desktop ? undefined : await packageExtension();
  const noContainers = await startDemo();
  const noProbe = whyNoProbe();
  if (noProbe) say(`probe    cannot be loaded here: ${noProbe}`);
  else say('probe    loads; events come from this host');
  makeWorkspace(noProbe);
  const gone = desktop ? openDesktop(desktop) : await openBrowserEditor(vsix);
  if (noProbe) console.log(`\n         It shows the bundled capture instead of live events, because ${noProbe}.`);
  else if (noContainers) console.log(`\n         It shows this host's processes, but no demonstration: ${noContainers}.`);
  console.log('\n         Ctrl-C (or npm stop) takes all of it away again.');
  await Promise.race([ended, gone.then(() => say('vscode   has ended'))]);
}

/** Resolves when the user or a supervisor wants an end. Further requests change nothing: npm hands on the Ctrl-C that the terminal has sent already. */
function untilAskedToEnd() {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        if (process.exitCode === undefined) say('ending   (if it takes too long: Ctrl-\\, and then npm stop)');
        process.exitCode ??= 0;
        done();
      });
    }
  });
}

/** Starts the containers; returns why there are none, or undefined. */
async function startDemo() {
  const noEngine = await ensureDocker();
  if (noEngine) {
    say(`demo     no containers: ${noEngine}`);
    return noEngine;
  }
  remember('demo', { keepImages: KEEP });
  demoUp();
  return undefined;
}

/** Why the probe cannot be loaded on this machine, found by loading it for one event; undefined when it can. */
function whyNoProbe() {
  if (process.platform !== 'linux') return 'the probe needs Linux';
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'this kernel has no BTF (/sys/kernel/btf/vmlinux)';
  if (!existsSync(join(DIST, 'agent/porthole.node'))) return 'the native addon could not be built (see above)';
  const porthole = join(DIST, 'porthole');
  const [command, ...args] = IS_ROOT ? [porthole, '-n', '1'] : ['sudo', '-n', porthole, '-n', '1'];
  const tried = attempt(command, args, { timeout: 20_000 });
  if (tried.ok) return undefined;
  return tried.stderr.trim().replace(/^porthole: /gm, '').replace(/\s*\n\s*/g, ' ') || 'the agent could not capture an event';
}

/** A folder to open: a chisel to play with, and settings that connect to this host or open the bundled capture. */
function makeWorkspace(noProbe) {
  rmSync(WORKSPACE, { recursive: true, force: true });
  cpSync(at('.scripts/demo/workspace'), WORKSPACE, { recursive: true });
  const capture = join(WORKSPACE, 'demo.scap');
  if (existsSync(BUNDLED_CAPTURE)) copyFileSync(BUNDLED_CAPTURE, capture);
  const settings = noProbe ? { 'porthole.openOnStart': capture } : { 'porthole.autoConnect': 'local' };
  writeFileSync(join(folder(join(WORKSPACE, '.vscode')), 'settings.json'), JSON.stringify(settings, null, 2));
}

/** VS Code's own command, where one is installed and there is a screen for it. */
function desktopCode() {
  const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return hasScreen ? which('code') : undefined;
}

/** Opens it; returns a promise of its end. */
function openDesktop(code) {
  const asRoot = IS_ROOT ? ['--no-sandbox', `--user-data-dir=${join(CACHE, 'code-data')}`] : [];
  const editor = spawn(code, ['--new-window', `--extensionDevelopmentPath=${at()}`, ...asRoot, '--wait', WORKSPACE], { stdio: 'ignore', detached: true });
  remember('editor', { pid: editor.pid });
  say(`vscode   opened with ${code}`);
  return new Promise((done) => editor.once('exit', done));
}

async function openBrowserEditor(vsix) {
  const root = join(CACHE, 'run/vscode');
  rmSync(root, { recursive: true, force: true });
  const server = await startCodeServer({ root, vsix: [vsix], onSpawn: (pid) => remember('editor', { pid }) });
  say(`vscode   with ${PROJECT}: ${server.address(WORKSPACE)}`);
  return new Promise((done) => server.onExit(done));
}
