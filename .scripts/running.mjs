// What `npm start` has running, written down in .cache/run so that `npm stop` can take it away from another shell or after a crash.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, CACHE, endProcess, folder, IS_ROOT, run, say, startTimeOf, until, which } from './lib.mjs';
import { demoDown } from './demo.mjs';

const RUN = join(CACHE, 'run');
const file = (name) => join(folder(RUN), `${name}.json`);

/** Writes down a process, or any other thing that has to be taken away. */
export function remember(name, { pid, ...rest }) {
  writeFileSync(file(name), JSON.stringify({ ...(pid ? { pid, startTime: startTimeOf(pid) } : {}), ...rest }));
}

/** What was written down, or undefined; also where its process is gone or its id now names another one. */
export function recall(name) {
  if (!existsSync(file(name))) return undefined;
  const entry = JSON.parse(readFileSync(file(name), 'utf8'));
  if (entry.pid && startTimeOf(entry.pid) !== entry.startTime) {
    forget(name);
    return undefined;
  }
  return entry;
}

export const forget = (name) => rmSync(file(name), { force: true });

/** Whether a Docker engine answers. */
export const dockerAnswers = () => which('docker') !== undefined && attempt('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 20_000 }).ok;

/** Uses the Docker engine that answers, or starts one. Returns why there is none, or undefined. */
export async function ensureDocker() {
  if (dockerAnswers()) {
    say("docker   using the engine that runs");
    return undefined;
  }
  const dockerd = which('dockerd');
  if (!dockerd) return 'Docker is not installed';
  if (!IS_ROOT) return "no Docker engine answers, and only root may start one (start it yourself, or see that you are in its group)";
  const log = join(folder(RUN), 'dockerd.log');
  const pidFile = join(RUN, 'dockerd.pid');
  rmSync(pidFile, { force: true });
  // A shell between: the engine is to outlive a script that is killed, and `npm stop` finds it by its pid file.
  run('sh', ['-c', 'setsid "$1" --pidfile "$2" >"$3" 2>&1 </dev/null &', 'sh', dockerd, pidFile, log]);
  try {
    await until(dockerAnswers, 'the Docker engine answered', 180_000, 300);
  } catch {
    if (existsSync(pidFile)) await endProcess(Number(readFileSync(pidFile, 'utf8')));
    return `the Docker engine did not start; its last words (${log}):\n${readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n')}`;
  }
  remember('dockerd', { pid: Number(readFileSync(pidFile, 'utf8')) });
  say('docker   started an engine of our own');
  return undefined;
}

/** Ends the Docker engine when it is ours. */
export async function releaseDocker() {
  const dockerd = recall('dockerd');
  if (!dockerd) return;
  await endProcess(dockerd.pid, 20_000);
  forget('dockerd');
  say('stopped  the Docker engine that was started');
}

/** Takes away everything that `npm start` has brought up: editor, containers, images, engine. */
export async function stopAll() {
  const editor = recall('editor');
  if (editor) {
    await endProcess(editor.pid);
    rmSync(join(RUN, 'vscode'), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    forget('editor');
    say('stopped  VS Code');
  }
  const demo = recall('demo');
  if (demo) {
    if (dockerAnswers()) demoDown({ keepImages: demo.keepImages });
    forget('demo');
    say('removed  the demonstration');
  }
  await releaseDocker();
}
