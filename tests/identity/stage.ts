// What the tests of engines stand on: folders, daemons and images of a test's own, and that nothing of it stays behind.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const IMAGE = 'localhost/porthole-identity:1';
const BUSYBOX = '/usr/bin/busybox';
const ENV = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** Why no engine can be started here, or undefined. `commands`: what it takes beside root, with the Debian package that has it. */
export function whyNot(commands: Readonly<Record<string, string>>): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  for (const [command, name] of Object.entries({ busybox: 'busybox-static', ...commands })) if (which(command) === undefined) return `${command} is not installed (Debian: ${name})`;
  return undefined;
}

export function which(command: string): string | undefined { return ENV.PATH.split(':').map((folder) => join(folder, command)).find((path) => existsSync(path)); }

/** Runs a command to its end; its output, or an Error with what it said. */
export function run(command: string, args: readonly string[], more: { readonly input?: Buffer; readonly env?: NodeJS.ProcessEnv } = {}): string {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120_000, env: more.env ?? ENV, ...(more.input === undefined ? {} : { input: more.input }) });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.error?.message ?? done.status ?? done.signal ?? ''}\n${done.stdout}${done.stderr}`);
  return done.stdout.trim();
}

export interface Daemon { readonly pid: number; end(): Promise<void> }

/** Holds what a test has begun; `close` ends all of it, the last first. */
export class Stage {
  #folder: string | undefined;
  /** The test's own; made when it is asked for, since tests that are skipped end nothing. */
  get folder(): string { return this.#folder ??= mkdtempSync(join(tmpdir(), 'porthole-identity-')); }
  readonly #ends: (() => void | Promise<void>)[] = [];
  readonly #groups: string[] = [];
  /** Whoever ends the test run in the middle ends what it has begun, too. */
  readonly #interrupted = (): void => { void this.close().finally(() => { process.exit(1); }); };

  constructor() { for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, this.#interrupted); }

  defer(end: () => void | Promise<void>): void { this.#ends.push(end); }

  async close(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, this.#interrupted);
    for (const end of this.#ends.splice(0).reverse()) try { await end(); } catch (error) { process.stderr.write(`identity tests: ${String(error)}\n`); }
    if (this.#folder === undefined) return;
    for (const pid of this.#left()) try { process.kill(pid, 'SIGKILL'); } catch { /* it has ended */ }
    // What an engine has mounted below the folder and not unmounted.
    for (let round = 0; round < 5; round++) {
      const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${this.folder}/`));
      if (mounts.length === 0) break;
      for (const path of mounts.reverse()) spawnSync('umount', ['-l', path], { env: ENV });
    }
    for (const name of this.#groups) for (const mount of ['/sys/fs/cgroup', ...list('/sys/fs/cgroup').map((one) => join('/sys/fs/cgroup', one))]) await removeGroups(join(mount, name));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Processes that an engine has started with this folder on their command line, as shims and conmon are, and their descendants. */
  #left(): Set<number> {
    const parents = new Map<number, number>(), left = new Set<number>();
    for (const name of list('/proc').filter((one) => /^\d+$/.test(one))) {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
        if (Number(name) !== process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(this.folder)) left.add(Number(name));
      } catch { /* it has ended */ }
    }
    for (let before = -1; before !== left.size;) { before = left.size; for (const [pid, parent] of parents) if (left.has(parent)) left.add(pid); }
    return left;
  }

  /** A path below the test's folder; as a folder it is made. */
  path(name: string, folder = false): string { const path = join(this.folder, name); if (folder) mkdirSync(path, { recursive: true }); return path; }
  write(name: string, text: string): string { const path = this.path(name); writeFileSync(path, text); return path; }

  /** Starts a daemon that lives as long as the test, and waits until it answers. */
  async daemon(name: string, command: string, args: readonly string[], answers: () => boolean, more: { readonly env?: NodeJS.ProcessEnv; /** How long it may take to end. */ readonly graceMs?: number } = {}): Promise<Daemon> {
    const logPath = this.path(`${name}.log`), log = openSync(logPath, 'w');
    const child = spawn(command, args, { stdio: ['ignore', log, log], env: more.env ?? ENV, detached: true });
    closeSync(log);
    let ended = false;
    const exit = new Promise<void>((resolve) => { child.once('exit', () => { ended = true; resolve(); }); child.once('error', () => { ended = true; resolve(); }); });
    const end = async (): Promise<void> => {
      child.kill('SIGTERM');
      await Promise.race([exit, delay(more.graceMs ?? 2000, undefined, { ref: false })]);
      // All that it has started and left: its process group is the test's own.
      try { process.kill(-(child.pid ?? 0), 'SIGKILL'); } catch { /* all gone */ }
      await exit;
    };
    this.defer(end);
    for (const end = Date.now() + 60_000; !answers(); await delay(50)) {
      if (ended || Date.now() > end) throw new Error(`${name} ${ended ? 'has ended' : 'does not answer'}: ${readFileSync(logPath, 'utf8').trim().split('\n').slice(-8).join('\n')}`);
    }
    return { pid: child.pid ?? 0, end };
  }

  /** An image of the machine's busybox as `docker save` writes it, which every engine takes. */
  archive(): string {
    const target = this.path('image.tar');
    if (existsSync(target)) return target;
    const tree = this.tree(), work = this.path('archive', true);
    const layer = execFileSync('tar', ['-C', tree, '--numeric-owner', '--owner=0', '--group=0', '-cf', '-', '.'], { maxBuffer: 1 << 26 });
    const sha = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
    const config = JSON.stringify({ architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux', config: { Env: ['PATH=/bin'], Cmd: ['sleep', '3600'] }, rootfs: { type: 'layers', diff_ids: [`sha256:${sha(layer)}`] }, history: [{ created_by: 'porthole' }] });
    writeFileSync(join(work, 'layer.tar'), layer);
    writeFileSync(join(work, `${sha(config)}.json`), config);
    writeFileSync(join(work, 'manifest.json'), JSON.stringify([{ Config: `${sha(config)}.json`, RepoTags: [IMAGE], Layers: ['layer.tar'] }]));
    run('tar', ['-C', work, '-cf', target, 'manifest.json', `${sha(config)}.json`, 'layer.tar']);
    return target;
  }

  /** Files of a small system with users of its own. */
  tree(): string {
    const tree = this.path('tree');
    if (existsSync(tree)) return tree;
    for (const name of ['bin', 'tmp', 'etc', 'proc', 'sys', 'dev']) mkdirSync(join(tree, name), { recursive: true });
    chmodSync(join(tree, 'tmp'), 0o1777);
    copyFileSync(BUSYBOX, join(tree, 'bin/busybox'));
    for (const applet of execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n')) if (applet !== 'busybox') symlinkSync('busybox', join(tree, 'bin', applet));
    writeFileSync(join(tree, 'etc/passwd'), 'captain:x:0:0:captain:/:/bin/sh\nsailor:x:4242:4343::/home:/bin/sh\n');
    writeFileSync(join(tree, 'etc/group'), 'crew:x:0:\ndeck:x:4343:\n');
    return tree;
  }

  /** Control groups below the mounts of this host that a test has made by its engine's configuration; removed with what is in them. */
  ownCgroups(name: string): void { this.#groups.push(name); }
}

function list(path: string): string[] { try { return readdirSync(path, { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => one.name); } catch { return []; } }
/** Removes what is empty, or will be in a moment: who was killed leaves when the kernel comes to it. */
async function removeGroups(path: string): Promise<void> {
  if (!existsSync(path)) return;
  for (const name of list(path)) await removeGroups(join(path, name));
  for (let round = 0; round < 20; round++) {
    try { rmdirSync(path); return; } catch { /* somebody is still in it */ }
    await delay(50);
  }
}
