// Users of a container out of its own files: real processes with roots of their own, and files that are none, lead elsewhere, or do not end.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { until } from './agentSupport.test.ts';
import { fileSystemOf, parseIdMap, readResidents } from './residents.ts';

const BUSYBOX = '/usr/bin/busybox';
const skip = process.platform !== 'linux' || process.getuid?.() !== 0 ? 'SKIPPED: needs root on Linux' : existsSync(BUSYBOX) ? false : 'SKIPPED: busybox is not installed (Debian: busybox-static)';

test('a process with a root of its own has the users of its own, and hostile files give none', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-residents-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  const tree = join(folder, 'tree'), etc = join(tree, 'etc');
  for (const name of ['bin', 'etc']) mkdirSync(join(tree, name), { recursive: true });
  execFileSync('cp', [BUSYBOX, join(tree, 'bin/busybox')]);
  writeFileSync(join(etc, 'passwd'), 'captain:x:0:0::/:/bin/sh\nsailor:x:7:8::/home:/bin/sh\nnonsense\n:::\n');
  writeFileSync(join(etc, 'group'), 'crew:x:0:\ndeck:x:8:captain\n');
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', 'mount --bind "$0" "$0" && exec chroot "$0" /bin/busybox sleep 600', tree], { stdio: 'ignore' });
  t.after(() => { child.kill('SIGKILL'); });
  const pid = child.pid ?? 0;
  const read = (): ReturnType<typeof readResidents> => readResidents(pid);
  await until(read, (residents) => residents !== undefined, 20);
  assert.deepEqual(read()?.users.map((u) => [u.uid, u.gid, u.name]), [[0, 0, 'captain'], [7, 8, 'sailor']]);
  assert.deepEqual(read()?.groups, [{ gid: 0, name: 'crew' }, { gid: 8, name: 'deck' }]);

  const passwd = join(etc, 'passwd'), users = (): number => read()?.users.length ?? 0;
  const instead = (make: () => void): void => { rmSync(passwd, { recursive: true, force: true }); make(); };
  instead(() => { symlinkSync('/etc/passwd', passwd); });
  assert.equal(users(), 0, 'a link into the host\'s files is not followed');
  instead(() => { execFileSync('mkfifo', [passwd]); });
  assert.equal(users(), 0, 'nobody waits for a pipe');
  instead(() => { execFileSync('mknod', [passwd, 'c', '1', '5']); });
  assert.equal(users(), 0, 'a device is not opened');
  instead(() => { mkdirSync(passwd); });
  assert.equal(users(), 0);
  instead(() => { writeFileSync(passwd, 'x:x:1:1::/:/\n'.repeat(200_000)); });
  assert.equal(users(), 0, 'what is too large is not read');
  instead(() => { writeFileSync(passwd, Array.from({ length: 20_000 }, (_, i) => `${'n'.repeat(i === 0 ? 1000 : 1)}:x:${i}:1::/:/`).join('\n')); });
  assert.deepEqual([users(), read()?.users[0]?.name.length], [10_000, 256], 'their number and the length of names are bounded');
  // A folder that leads elsewhere.
  rmSync(etc, { recursive: true });
  symlinkSync('/etc', etc);
  assert.equal(read(), undefined);
  unlinkSync(etc);
  assert.equal(read(), undefined);
});

test('a process of the host, and one that is gone, have no users of their own', { skip }, () => {
  assert.equal(readResidents(process.pid), undefined);
  assert.equal(readResidents(2 ** 22 + 1), undefined);
});

test('numbers of a user namespace, and the file system of a path', () => {
  const host = parseIdMap('         0       1001          1\n         1     100000      65536\n');
  assert.deepEqual([host(0), host(1), host(65536), host(65537)], [1001, 100000, 165535, undefined]);
  assert.equal(parseIdMap('')(0), undefined);
  const mounts = ['1 0 0:1 / / rw - overlay overlay rw', '2 1 0:2 / /etc rw - ext4 /dev/sda rw', '3 2 0:3 / /etc/passwd rw - fuse.sshfs x rw', '4 1 0:4 / /etcetera rw - tmpfs x rw'].join('\n');
  assert.deepEqual(['/etc/passwd', '/etc/group', '/etc', '/bin', '/etcetera/x'].map((path) => fileSystemOf(mounts, path)), ['fuse.sshfs', 'ext4', 'ext4', 'overlay', 'tmpfs']);
  assert.equal(fileSystemOf('', '/etc'), '');
});
