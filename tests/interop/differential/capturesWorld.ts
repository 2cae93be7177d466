// The made-up host that the project's own captures take place on: its addresses, users, containers, and the front of a file with them.
import { CaptureBuilder, RAW, type FdEntry, type GroupEntry, type InterfaceEntry, type ThreadEntry, type UserEntry } from './capturesBuild.ts';

export const WEB = 'a1b2c3d4e5f6'.repeat(6).slice(0, 64), DATABASE = 'b7'.repeat(32), BARE = '0c'.repeat(32);
/** A thread's flags that say that it is one of several of its process: shares descriptors, memory, is a thread. */
export const THREAD_FLAGS = 0x1 | 0x800 | 0x2000 | 0x8000;
export const dockerCgroups = (id: string): string[] => [`cpuset=/docker/${id}`, `cpu=/docker/${id}`, `memory=/docker/${id}`];

export const INTERFACES: readonly InterfaceEntry[] = [
  { name: 'lo', ip: '127.0.0.1', netmask: '255.0.0.0', broadcast: '0.0.0.0' }, { name: 'eth0', ip: '192.0.2.10', netmask: '255.255.255.0', broadcast: '192.0.2.255' }, { name: 'docker0', ip: '172.17.0.1', netmask: '255.255.0.0', broadcast: '172.17.255.255' },
  { name: 'lo', ip: '::1', netmask: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', broadcast: '::' }, { name: 'eth0', ip: '2001:db8::10', netmask: 'ffff:ffff:ffff:ffff::', broadcast: '::' },
];
export const USERS: readonly UserEntry[] = [
  { uid: 0, gid: 0, name: 'root', home: '/root', shell: '/bin/bash' }, { uid: 33, gid: 33, name: 'www-data', home: '/var/www', shell: '/usr/sbin/nologin' }, { uid: 1000, gid: 1000, name: 'häns', home: '/home/häns', shell: '/bin/zsh' },
  { uid: 1001, gid: 1001, name: RAW, home: '', shell: '' }, { uid: 65534, gid: 65534, name: 'nobody', home: '/nonexistent', shell: '/usr/sbin/nologin' },
];
export const GROUPS: readonly GroupEntry[] = [{ gid: 0, name: 'root' }, { gid: 33, name: 'www-data' }, { gid: 1000, name: 'häns' }, { gid: 1001, name: RAW }];

/** One descriptor of each type up to 16, at the number of its type + 2. */
export const ALL_FDS: readonly FdEntry[] = [
  { fd: 0, type: 16, name: '/dev/pts/0', openFlags: 3, ino: 3, dev: 0x18 }, { fd: 1, type: 16, name: '/dev/pts/0', openFlags: 3, ino: 3, dev: 0x18 }, { fd: 2, type: 16, name: '/dev/null', openFlags: 2, ino: 4, dev: 5 },
  { fd: 3, type: 1, name: '/var/lib/old form.txt', ino: 11 }, { fd: 4, type: 2, name: '/etc', ino: 12 },
  { fd: 5, type: 3, sip: '192.0.2.10', sport: 40001, dip: '198.51.100.7', dport: 443, l4: 2 }, { fd: 6, type: 4, sip: '2001:db8::10', sport: 40002, dip: '2001:db8::99', dport: 53, l4: 3 },
  { fd: 7, type: 5, sip: '0.0.0.0', sport: 8080, l4: 2 }, { fd: 8, type: 6, sip: '::', sport: 9090, l4: 2 },
  { fd: 9, type: 7, name: 'pipe:[1234]', ino: 1234 }, { fd: 10, type: 8, source: 0xffff888012345678n, peer: 0xffff888087654321n, name: '/run/app.sock' },
  { fd: 11, type: 9, name: '[eventfd]' }, { fd: 12, type: 10, name: 'anon_inode:[fanotify]' }, { fd: 13, type: 11, name: '[signalfd]' }, { fd: 14, type: 12, name: '[eventpoll]' }, { fd: 15, type: 13, name: 'inotify' },
  { fd: 16, type: 14, name: '[timerfd]' }, { fd: 17, type: 15, name: 'NETLINK' }, { fd: 18, type: 16, name: '/srv/wörk/data.bin', openFlags: 1, ino: 18, dev: 0x801 },
];

/** Further descriptors: what turns round by a listening port, mapped and zero addresses, no names, bytes that are no text. */
export const ODD_FDS: readonly FdEntry[] = [
  { fd: 20, type: 3, sip: '192.0.2.10', sport: 8080, dip: '203.0.113.5', dport: 51000, l4: 2 }, { fd: 21, type: 3, sip: '192.0.2.10', sport: 40003, dip: '192.0.2.53', dport: 53, l4: 3 },
  { fd: 22, type: 3, sip: '127.0.0.1', sport: 0, dip: '127.0.0.1', dport: 0, l4: 4 }, { fd: 23, type: 3, sip: '192.0.2.10', sport: 1, dip: '192.0.2.11', dport: 2, l4: 5 },
  { fd: 24, type: 4, sip: '192.0.2.10', sport: 8080, dip: '203.0.113.9', dport: 52000, l4: 2 }, { fd: 25, type: 4, sip: '::1', sport: 9090, dip: '::1', dport: 40100, l4: 2 },
  { fd: 26, type: 3, sip: '0.0.0.0', sport: 5000, dip: '192.0.2.77', dport: 5001, l4: 3 }, { fd: 27, type: 8, source: 0n, peer: 0n, name: '' }, { fd: 28, type: 8, source: 1n, peer: 0xffffffffffffffffn, name: RAW },
  { fd: 29, type: 16, name: RAW, openFlags: 0x1fff }, { fd: 30, type: 16, name: `/${'long-name/'.repeat(99)}`, openFlags: 1 }, { fd: 31, type: 16, name: '' }, { fd: 32, type: 16, name: '/proc/\t\n\u0001x' }, { fd: 33, type: 2, name: '/' }, { fd: 1000, type: 16, name: '/high' },
];

export const containerJson = (id: string, name: string, more: Readonly<Record<string, unknown>> = {}): string => `${JSON.stringify({ container: {
  id: id.slice(0, 12), full_id: id, type: 0, name, image: `shop/${name}:1.4`, imageid: `${id.slice(0, 8)}aa`, imagerepo: `shop/${name}`, imagetag: '1.4', imagedigest: 'sha256:77', privileged: false, is_pod_sandbox: false, lookup_state: 1, created_time: 1699990000,
  Mounts: [], ip: '172.17.0.2', port_mappings: [], labels: {}, env: [], memory_limit: 0, swap_limit: 0, cpu_shares: 1024, cpu_quota: 0, cpu_period: 100000, cpuset_cpu_count: 0, metadata_deadline: 0, ...more,
} })}\n`;

const k8s = (kind: string, type: string, item: Readonly<Record<string, unknown>>): string => JSON.stringify({ apiVersion: 'v1', kind, type, items: [{ timestamp: '2023-11-14T22:13:20Z', ...item }] });
/** What a recording in a cluster says of a pod. sysdig ends where a field that it wants is missing. */
export const pod = (type: string): string => k8s('Pod', type, {
  namespace: 'shop', name: 'front-1', uid: '0001-aa', labels: { app: 'front', tier: 'web' }, podIP: '172.17.0.2', hostIP: '192.0.2.10', nodeName: 'node-1',
  containers: [{ name: 'web', ports: [{ containerPort: 80, protocol: 'TCP' }] }], containerStatuses: [{ containerID: `docker://${WEB}`, name: 'web', restartCount: 2 }], initContainerStatuses: null,
});
/** The rest of the cluster: what the pod belongs to. */
export const CLUSTER: readonly string[] = [
  k8s('Namespace', 'ADDED', { name: 'shop', uid: '0002-bb', labels: { team: 'blue' } }), k8s('Node', 'ADDED', { name: 'node-1', uid: '0003-cc', labels: null, addresses: ['192.0.2.10'] }),
  k8s('ReplicationController', 'ADDED', { namespace: 'shop', name: 'front-rc', uid: '0004-dd', labels: { rc: 'yes' }, specReplicas: 2, statReplicas: 1, selector: { app: 'front' } }),
  k8s('Service', 'ADDED', { namespace: 'shop', name: 'front-svc', uid: '0005-ee', labels: { svc: 'yes' }, clusterIP: '10.0.0.7', ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }], selector: { app: 'front' } }),
  k8s('ReplicaSet', 'ADDED', { namespace: 'shop', name: 'front-rs', uid: '0006-ff', labels: { rs: 'yes' }, specReplicas: 2, statReplicas: 2, selector: { matchLabels: { app: 'front' } } }),
  k8s('Deployment', 'ADDED', { namespace: 'shop', name: 'front', uid: '0007-aa', labels: { dep: 'yes' }, specReplicas: 2, statReplicas: 2, selector: { matchLabels: { app: 'front' } } }),
];

/** Container events as a recording begins with them. */
export function containers(b: CaptureBuilder): CaptureBuilder {
  const full = containerJson(WEB, 'web', {
    privileged: true, Mounts: [{ Source: '/srv/data', Destination: '/data', Mode: 'rw', RW: true, Propagation: 'rprivate' }, { Source: '/etc/app', Destination: '/etc/app', Mode: 'ro', RW: false, Propagation: '' }],
    Healthcheck: { exe: '/bin/check', args: ['-q', 'http://localhost'] }, LivenessProbe: { exe: '/bin/live', args: null }, port_mappings: [{ HostIp: 0, HostPort: 8080, ContainerPort: 80 }], labels: { tier: 'front', 'com.example/ünï': 'wert' }, memory_limit: 268435456, cpu_quota: 50000,
  });
  b.event('CONTAINER_JSON_2_E', { tid: -1, params: { json: full } });
  return b.event('CONTAINER_JSON_2_E', { tid: -1, params: { json: containerJson(DATABASE, 'db', { ip: '172.17.0.3', type: 11 }) } });
}

export const INIT: ThreadEntry = { tid: 1, ptid: 0, comm: 'systemd', exe: '/sbin/init', args: ['splash'], sid: 1, cgroups: ['cpu=/init.scope'] };
/** A shell with a terminal and what it started; a server of three threads in one container, a database in another, a process of a container nobody described. */
export const THREADS: readonly ThreadEntry[] = [
  INIT, { tid: 100, comm: 'login', exe: '/bin/login', ptid: 1, sid: 100 },
  { tid: 101, ptid: 100, comm: 'bash', exe: '-bash', sid: 101, cwd: '/home/häns/', uid: 1000, gid: 1000, loginuid: 1000, env: ['HOME=/home/häns', 'PATH=/usr/bin:/bin', 'EMPTY=', 'RAW=é'] },
  { tid: 200, ptid: 1, comm: 'web', exe: '/usr/bin/web', args: ['--port', '8080', '', 'ärg'], cwd: '/srv/', uid: 33, gid: 33, vtid: 1, vpid: 1, cgroups: dockerCgroups(WEB), env: ['PATH=/usr/bin'], faults: [3, 9007199254740993n] },
  { tid: 201, pid: 200, ptid: 1, comm: 'web-io', exe: '/usr/bin/web', flags: THREAD_FLAGS, uid: 33, gid: 33, vtid: 7, vpid: 1, cgroups: dockerCgroups(WEB) },
  { tid: 202, pid: 200, ptid: 1, comm: 'web-log', exe: '/usr/bin/web', flags: THREAD_FLAGS, uid: 33, gid: 33, vtid: 8, vpid: 1, cgroups: dockerCgroups(WEB) },
  { tid: 300, ptid: 1, comm: 'db', exe: 'db', cwd: '/var/lib/db/', uid: 999, gid: 999, vtid: 1, vpid: 1, cgroups: [`cpu=/system.slice/docker-${DATABASE}.scope`] },
  { tid: 400, ptid: 1, comm: 'ghost', exe: 'ghost', vtid: 1, vpid: 1, cgroups: dockerCgroups(BARE) },
];

/** The front of a file of the present form: machine, addresses, users, threads and their descriptors. */
export function front(threads: readonly ThreadEntry[] = THREADS, fds: ReadonlyMap<number, readonly FdEntry[]> = new Map([[101, ALL_FDS], [200, [...ALL_FDS, ...ODD_FDS]]])): CaptureBuilder {
  const b = new CaptureBuilder().section().machine().interfaces(INTERFACES).users(USERS, GROUPS).processes(threads);
  for (const { tid } of threads) b.fds(tid, fds.get(tid) ?? []);
  return b;
}
