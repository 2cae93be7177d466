// Texts of /proc as kernels write them, and as they should not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCgroupMounts } from './cgroups.ts';
import { splitImage } from './engines/engine.ts';
import { cgroupPaths, parseCgroups, parseFdInfo, parseFdLimit, parseFdLink, parseGroups, parseInetTable, parseStat, parseStatus, parseStrings, parseUnixTable, parseUsers, settleRoles } from './procText.ts';

const STATUS = `Name:\tweb\\012server\\\\x
Umask:\t0022
State:\tS (sleeping)
Tgid:\t4242
Ngid:\t0
Pid:\t4245
PPid:\t1
Uid:\t1000\t33\t33\t33
Gid:\t1000\t34\t34\t34
NStgid:\t4242\t17\t1
NSpid:\t4245\t20\t4
NSpgid:\t4240\t1\t1
NSsid:\t4240\t1\t1
VmSize:\t  123456 kB
VmRSS:\t    2048 kB
VmSwap:\t       8 kB
`;

test('status: ids of all namespaces, effective user, escaped names', () => {
  assert.deepEqual(parseStatus(STATUS), { state: 'S', name: 'web\nserver\\x', tgid: 4242, ppid: 1, uid: 33, gid: 34, vtid: 4, vpid: 1, vpgid: 1, sid: 4240, vmSizeKb: 123456, vmRssKb: 2048, vmSwapKb: 8 });
  assert.equal(parseStatus(''), undefined);
  assert.equal(parseStatus('garbage\n:\n\0'), undefined);
  const kthread = parseStatus('Name:\tkworker/0:1\nTgid:\t12\nPid:\t12\nPPid:\t2\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nNSpid:\t12\n');
  assert.deepEqual([kthread?.name, kthread?.vtid, kthread?.vpid, kthread?.vmSizeKb], ['kworker/0:1', 12, 12, 0]);
});

test('stat: names may hold parentheses and spaces', () => {
  const fields = Array.from({ length: 50 }, (_, i) => i + 4).join(' ');
  assert.deepEqual(parseStat(`77 (a) b (c)) S ${fields}`), { tty: 7, pfminor: 10, pfmajor: 12, startTicks: 22 });
  assert.equal(parseStat('nothing'), undefined);
});

test('strings, limits, cgroups', () => {
  assert.deepEqual(parseStrings('nginx\0-g\0\0daemon off;\0'), ['nginx', '-g', '', 'daemon off;']);
  assert.deepEqual(parseStrings(''), []);
  assert.deepEqual(parseStrings('worker process'), ['worker process']);
  assert.equal(parseFdLimit('Limit  Soft  Hard\nMax open files            1024                 4096                 files\n'), 1024);
  assert.equal(parseFdLimit('Max open files            unlimited            unlimited            files\n'), -1);
  const text = '5:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/docker/a:b\n';
  assert.equal(parseCgroups(text), 'cpu=/docker/abc\0cpuacct=/docker/abc\0name=systemd=/docker/abc\0unified=/docker/a:b');
  assert.equal(cgroupPaths(text).get('unified'), '/docker/a:b');
  assert.equal(parseCgroups(''), '');
});

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0000000000000000 100 0 0 10 0
   1: 0100007F:0050 0200007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 101 1 0000000000000000 20 4 30 10 -1
   2: 0200007F:9C40 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 102 1 0000000000000000 20 4 30 10 -1
   3: 0200007F:9C41 0100007F:0050 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 200 1
   1: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000200007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 201 1
   2: B80D0120000000000000000001000000:A001 B80D0120000000000000000002000000:01BB 01 00000000:00000000 00:00000000 00000000     0        0 202 1
`;

test('sockets: the server is who listens, whoever reads the table', () => {
  const v4 = settleRoles(parseInetTable(TCP, 'tcp'));
  assert.deepEqual(v4, [
    { kind: 'ipv4server', ino: 100, l4: 2, dip: '0.0.0.0', dport: 80, role: 'server' },
    { kind: 'ipv4', ino: 101, l4: 2, sip: '127.0.0.2', sport: 40000, dip: '127.0.0.1', dport: 80, connected: true, role: 'server' },
    { kind: 'ipv4', ino: 102, l4: 2, sip: '127.0.0.2', sport: 40000, dip: '127.0.0.1', dport: 80, connected: true, role: 'client' },
  ]);
  const v6 = settleRoles(parseInetTable(TCP6, 'tcp6'));
  assert.deepEqual(v6.map((s) => [s.kind, s.sip, s.sport, s.dip, s.dport, s.role]), [
    ['ipv6server', undefined, undefined, '::', 8080, 'server'],
    ['ipv4', '127.0.0.2', 40960, '127.0.0.1', 8080, 'server'],
    ['ipv6', '2001:db8::1', 40961, '2001:db8::2', 443, 'client'],
  ]);
  const udp = parseInetTable('head\n 5: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 300 2 0\n', 'udp');
  assert.deepEqual(udp, [{ kind: 'ipv4server', ino: 300, l4: 3, dip: '127.0.0.1', dport: 53, role: 'none' }]);
  for (const bad of ['', 'head\n', 'head\nx\n', 'head\n 0: zz:zz zz:zz 01 0 0 0 0 0 7 0\n']) assert.deepEqual(parseInetTable(bad, 'tcp'), []);
});

test('unix sockets with and without a path', () => {
  const sockets = parseUnixTable('Num       RefCount Protocol Flags    Type St Inode Path\n0000000000000000: 00000002 00000000 00010000 0001 01 11 /run/a socket.sock\n0000000000000000: 00000003 00000000 00000000 0001 03    12\n0000000000000000: 00000003 00000000 00000000 0001 03 13 @abstract\n');
  assert.deepEqual(sockets.map((s) => [s.ino, s.name]), [[11, '/run/a socket.sock'], [12, ''], [13, '@abstract']]);
});

test('links of descriptors', () => {
  const cases: [string, unknown][] = [
    ['socket:[77]', { kind: 'socket', ino: 77 }], ['pipe:[78]', { kind: 'pipe', ino: 78, name: '' }], ['anon_inode:[eventpoll]', { kind: 'eventpoll', name: '' }], ['anon_inode:inotify', { kind: 'inotify', name: '' }],
    ['anon_inode:[eventfd]', { kind: 'event', name: '' }], ['anon_inode:bpf-map', { kind: 'bpf', name: '' }], ['anon_inode:[something]', { kind: 'unsupported', name: 'anon_inode:[something]' }],
    ['/memfd:shared (deleted)', { kind: 'memfd', name: 'shared' }], ['/var/log/a b', { kind: 'file', name: '/var/log/a b' }], ['/tmp/socket:[1]', { kind: 'file', name: '/tmp/socket:[1]' }],
  ];
  for (const [link, expected] of cases) assert.deepEqual(parseFdLink(link), expected, link);
  assert.deepEqual(parseFdInfo('pos:\t0\nflags:\t02200000\nmnt_id:\t9\n'), { openFlags: 1 | 1 << 10 | 1 << 12, directory: true });
  assert.deepEqual(parseFdInfo('pos:\t0\nflags:\t0100002\n'), { openFlags: 3 | 1 << 11, directory: false });
  assert.deepEqual(parseFdInfo(''), { openFlags: 0, directory: false });
});

test('users, groups, cgroup mounts, images', () => {
  assert.deepEqual(parseUsers('root:x:0:0:root:/root:/bin/bash\n# no\n+nis\nwww:x:33:33::/var/www:/bin/false\n').map((u) => [u.uid, u.name]), [[0, 'root'], [33, 'www']]);
  assert.deepEqual(parseGroups('root:x:0:\nadm:x:4:syslog\n').map((g) => [g.gid, g.name]), [[0, 'root'], [4, 'adm']]);
  const mounts = parseCgroupMounts('30 25 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n32 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n');
  assert.equal(mounts.unified, '/sys/fs/cgroup/unified');
  assert.deepEqual([...mounts.v1], [['memory', '/sys/fs/cgroup/memory'], ['cpu', '/sys/fs/cgroup/cpu,cpuacct'], ['cpuacct', '/sys/fs/cgroup/cpu,cpuacct']]);
  assert.deepEqual(splitImage('registry:5000/a/b'), { repo: 'registry:5000/a/b', tag: 'latest', digest: '' });
  assert.deepEqual(splitImage('nginx:1.27@sha256:00'), { repo: 'nginx', tag: '1.27', digest: 'sha256:00' });
});
