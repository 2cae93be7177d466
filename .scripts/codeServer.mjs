// Starts VS Code's server with user data of its own and a packaged extension in it; used by `npm start`, `npm run vscode` and the end-to-end tests.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, folder, run } from './lib.mjs';
import { vscodeMain } from './setup.mjs';

/** Settings of a VS Code that shows itself and nothing else: no tips, no welcome, no trust prompt, nothing that looks for the network. */
const SETTINGS = {
  'workbench.startupEditor': 'none', 'workbench.tips.enabled': false, 'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.enableExperiments': false, 'workbench.colorTheme': 'Default Dark Modern', 'workbench.reduceMotion': 'on',
  'telemetry.telemetryLevel': 'off', 'security.workspace.trust.enabled': false, 'extensions.autoCheckUpdates': false, 'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true, 'git.enabled': false, 'files.simpleDialog.enable': true, 'chat.commandCenter.enabled': false,
  'editor.cursorBlinking': 'solid',
};

/**
 * Starts the server on a free port of 127.0.0.1, below `root`, with the extensions of `vsix` installed.
 * `onSpawn` is told its process id before anything can go wrong. Only who knows the token in its address gets in: the editor can run commands as the user who started it.
 */
export async function startCodeServer({ root, vsix = [], settings = {}, env = {}, onSpawn }) {
  const data = join(root, 'data');
  const extensions = folder(join(root, 'extensions'));
  folder(join(data, 'logs'));
  writeFileSync(join(folder(join(data, 'User')), 'settings.json'), JSON.stringify({ ...SETTINGS, ...settings }, null, 2));
  const token = randomBytes(16).toString('hex');
  const options = ['--server-data-dir', root, '--user-data-dir', data, '--extensions-dir', extensions, '--accept-server-license-terms'];
  // Its sockets go where the rest of it goes, unless that path is too long for a socket's (108 bytes, and VS Code's names have 52).
  const sockets = join(root, 'run');
  const runtime = sockets.length < 50 ? { XDG_RUNTIME_DIR: folder(sockets) } : {};
  const clean = cleanEnvironment({ ...process.env, EXTENSIONS_GALLERY: '{}', ...runtime, ...env });
  for (const file of vsix) run(process.execPath, [vscodeMain(), ...options, '--install-extension', file, '--force'], { env: clean });
  // Its own process group, so that Ctrl-C in the terminal leaves the order of ending to who started it.
  const server = spawn(process.execPath, [vscodeMain(), '--host', '127.0.0.1', '--port', '0', '--connection-token', token, '--telemetry-level', 'off', ...options],
    { env: clean, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  onSpawn?.(server.pid);
  const log = { text: '' };
  const port = await portOf(server, log);
  const url = `http://127.0.0.1:${port}`;
  return {
    url, root, pid: server.pid, log: () => log.text,
    /** The address that opens a folder, with VS Code's own extra settings where a test needs them. */
    address: (workspace, payload) => `${url}/?${new URLSearchParams({ tkn: token, folder: workspace, ...(payload ? { payload: JSON.stringify(payload) } : {}) })}`,
    onExit: (listener) => server.once('exit', listener),
    stop: () => endProcess(server.pid),
  };
}

/** Without what belongs to an editor, a test runner or npm that happens to be around us. */
function cleanEnvironment(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_TEST_CONTEXT$|npm_)/.test(name)));
}

function portOf(server, log) {
  return new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error(`VS Code's server said nothing for 60 s:\n${log.text}`)), 60_000);
    const read = (chunk) => {
      log.text = (log.text + chunk).slice(-100_000);
      const match = /agent listening on (\d+)/.exec(log.text);
      if (!match) return;
      clearTimeout(late);
      done(Number(match[1]));
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('error', failed);
    server.once('exit', (code) => {
      clearTimeout(late);
      failed(new Error(`VS Code's server ended with ${code}:\n${log.text}`));
    });
  });
}
