// A user of this machine for one test: may log in, may not become root, gone afterwards.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ENV = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** Why no user can be made here, or undefined. */
export function whyNoUser(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may add a user';
  for (const tool of ['useradd', 'userdel', 'chpasswd']) {
    if (spawnSync(tool, ['--help'], { env: ENV }).error !== undefined) return `${tool} is not installed (Debian: passwd)`;
  }
  return undefined;
}

export interface ThrowAwayUser {
  readonly name: string;
  readonly password: string;
  readonly home: string;
  remove(): void;
}

export function addUser(): ThrowAwayUser {
  const name = `porthole-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'porthole-user-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  execFileSync('useradd', ['--create-home', '--home-dir', home, '--shell', '/bin/sh', name], { env: ENV, stdio: 'pipe' });
  execFileSync('chpasswd', { env: ENV, input: `${name}:${password}\n` });
  return {
    name, password, home,
    remove() {
      spawnSync('userdel', ['--force', name], { env: ENV });
      rmSync(folder, { recursive: true, force: true });
      // Where sudo notes to whom it has explained itself.
      for (const place of ['/var/lib/sudo/lectured', '/run/sudo/ts']) rmSync(join(place, name), { force: true });
    },
  };
}

/** Whether this machine has sudo at all. */
export const hasSudo = (): boolean => ['/usr/bin/sudo', '/bin/sudo'].some((path) => existsSync(path));
