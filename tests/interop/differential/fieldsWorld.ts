// Captures for the comparison of fields: what the others do not hold. Messages to the log, addresses of every family bound and connected, kinds of containers, probes, working directories.
import { fdList, inetAddress, inetTuple, unixAddress, unixTuple } from '../../../remote-agent/engine/event/encode.ts';
import type { CaptureBuilder, ThreadEntry } from './capturesBuild.ts';
import { ALL_FDS, CLUSTER, containerJson, containers, dockerCgroups, front, INIT, ODD_FDS, pod, THREADS, WEB } from './capturesWorld.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const SHELL = 101, SERVER = 200;

/** A call that does nothing but name a descriptor. */
function touch(b: CaptureBuilder, tid: number, fd: number): void { b.call('SYSCALL_FCNTL', tid, { fd, cmd: 4 }, { res: 0 }); }
function write(b: CaptureBuilder, call: string, tid: number, fd: number, text: string, res?: number): void {
  const data = utf8(text);
  b.call(call, tid, { fd, size: data.length }, { res: res ?? data.length, data });
}

/** Every descriptor of the tables, seen from the host, from a container, from a thread of one, and from threads that nobody knows. */
export function descriptors(): Uint8Array {
  const b = containers(front());
  for (const tid of [SHELL, SERVER, 201, 300, 4711]) for (const { fd } of [...ALL_FDS, ...ODD_FDS]) touch(b, tid, fd);
  for (const tid of [SHELL, SERVER]) b.event('SYSCALL_POLL_E', { tid, params: { fds: fdList([[5, 1], [6, 1], [7, 1], [10, 1], [55, 4]]), timeout: 100 } }).event('SYSCALL_POLL_X', { tid, params: { res: 1, fds: fdList([[6, 1]]) } });
  return b.done();
}

/** Sockets that are bound, connected and used, of every family. */
export function sockets(): Uint8Array {
  const b = containers(front());
  let fd = 50;
  for (const [domain, addr] of [[2, inetAddress('0.0.0.0', 80)], [2, inetAddress('192.0.2.10', 80)], [10, inetAddress('2001:db8::10', 80)], [2, inetAddress('192.0.2.10', 0)], [1, unixAddress('/run/bound')]] as const) {
    b.call('SOCKET_SOCKET', SHELL, { domain, type: 1, proto: domain === 1 ? 0 : 6 }, { fd });
    b.call('SOCKET_BIND', SHELL, { fd }, { res: 0, addr });
    b.call('SOCKET_LISTEN', SHELL, { fd: fd++, backlog: 1 }, { res: 0 });
  }
  for (const [domain, type, tuple] of [[2, 1, inetTuple('192.0.2.10', 5, '192.0.2.11', 6)], [10, 1, inetTuple('2001:db8::10', 5, '2001:db8::11', 6)], [1, 1, unixTuple(1n, 2n, '/run/x')]] as const) {
    b.call('SOCKET_SOCKET', SHELL, { domain, type, proto: 0 }, { fd });
    b.call('SOCKET_CONNECT', SHELL, { fd }, { res: 0, tuple });
    touch(b, SHELL, fd);
    b.call('SYSCALL_CLOSE', SHELL, { fd: fd++ }, { res: 0 });
  }
  b.call('SYSCALL_DUP', SHELL, { fd: 999 }, { res: 3 });
  b.event('SYSCALL_READ_X', { tid: 4712, params: { res: 2, data: utf8('ab') } });
  return b.done();
}

/** Messages to the system's log: well formed, without priority, with impossible ones, failed, copied with a descriptor. */
export function messages(): Uint8Array {
  const b = containers(front());
  const fd = 60;
  b.call('SOCKET_SOCKET', SHELL, { domain: 1, type: 2, proto: 0 }, { fd });
  b.call('SOCKET_CONNECT', SHELL, { fd }, { res: 0, tuple: unixTuple(1n, 2n, '/dev/log') });
  for (let facility = 0; facility < 25; facility++) write(b, 'SYSCALL_WRITE', SHELL, fd, `<${facility * 8 + (facility % 8)}>message ${facility}`);
  for (const text of ['<38>Nov 22 15:00:00 app[12]: hello', '<192>too', '<>empty', 'nothing', '<12', '<1a>z', '<30>a\0b', '<7>', '<-5>m', '<12345678>x', '<123456789012345678>x', '<4294967295>m', '<2147483648>q', '']) { write(b, 'SOCKET_SENDTO', SHELL, fd, text); write(b, 'SYSCALL_WRITE', SHELL, fd, text); }
  write(b, 'SOCKET_SEND', SHELL, fd, '<38>send');
  b.call('SOCKET_SENDMSG', SHELL, { fd, size: 8 }, { res: 8, data: utf8('<38>smsg') });
  write(b, 'SYSCALL_WRITEV', SHELL, fd, '<38>writev');
  write(b, 'SYSCALL_WRITE', SHELL, fd, '<38>failed', -11);
  b.call('SYSCALL_DUP', SHELL, { fd }, { res: 70 });
  write(b, 'SYSCALL_WRITE', SHELL, 70, '<38>copy');
  b.call('SYSCALL_READ', SHELL, { fd, size: 10 }, { res: 8, data: utf8('<38>read') });
  b.call('SYSCALL_OPEN', SHELL, { name: '/dev/log', flags: 1 }, { fd: 62, name: '/dev/log', flags: 1 });
  write(b, 'SYSCALL_WRITE', SHELL, 62, '<38>file');
  for (const other of [0, 10]) write(b, 'SYSCALL_WRITE', SHELL, other, '<38>elsewhere');
  return b.done();
}

/** Containers of every kind, what looks after their health, and labels of Kubernetes. */
export function kinds(): Uint8Array {
  const numbers = [0, 1, 2, 3, 4, 6, 7, 8, 9];
  const id = (i: number): string => (0xa0 + i).toString(16).repeat(32);
  const inside = (tid: number, more: Partial<ThreadEntry>): ThreadEntry => ({ tid, cgroups: dockerCgroups(WEB), vtid: tid - 570, vpid: tid - 570, ...more });
  const threads: readonly ThreadEntry[] = [
    ...numbers.map((_, i): ThreadEntry => ({ tid: 500 + i, comm: `c${i}`, cgroups: [`cpu=/docker/${id(i)}`], vtid: 1, vpid: 1 })),
    inside(600, { ptid: SERVER, comm: 'check', exe: '/bin/check', args: ['-q', 'http://localhost'] }), inside(601, { comm: 'check', exe: '/bin/check', args: ['-q', 'http://localhost'] }), inside(602, { ptid: 601, comm: 'sub', exe: 'sub' }), inside(603, { comm: 'live', exe: '/bin/live' }), inside(604, { comm: 'other', exe: '/bin/other' }),
  ];
  const b = containers(front([...THREADS, ...threads]));
  numbers.forEach((type, i) => {
    const labels = i === 0 ? { 'io.kubernetes.pod.name': 'pod', 'io.kubernetes.pod.namespace': 'space', 'io.kubernetes.pod.uid': 'uid' } : null;
    b.event('CONTAINER_JSON_2_E', { tid: -1, params: { json: containerJson(id(i), `n${i}`, { type, ip: `10.9.9.${i}`, labels }) } });
  });
  for (const { tid } of threads) touch(b, tid, 1);
  for (const usr of [10n, 30n, 90n]) b.event('PROCINFO_E', { tid: SHELL, params: { cpu_usr: usr, cpu_sys: 5n } });
  return b.done();
}

/** Working directories as tables hold them. */
export function directories(): Uint8Array {
  const threads = ['/', '', '/a', '/a/', '/a/../b/', 'rel', 'rel/', '/a//b/', '/x/./y', '//', '.', '..', '<NA>', '/ä\t/', '/a/b/..'].map((cwd, i): ThreadEntry => ({ tid: 700 + i, comm: `c${i}`, cwd }));
  const b = front([INIT, ...threads], new Map());
  for (const { tid } of threads) b.call('SYSCALL_OPENAT_2', tid, { dirfd: -100, name: 'x/../y', flags: 1 }, { fd: -2, dirfd: -100, name: 'x/../y', flags: 1 });
  return b.done();
}

/** What a cluster tells of its pods before and after what they belong to, changed, gone and told again. */
export function clusters(): Uint8Array {
  const b = containers(front());
  const tell = (json: string): void => { b.event('K8S_E', { tid: -1, params: { json } }); touch(b, SERVER, 1); touch(b, SHELL, 1); };
  const plain = CLUSTER.map((json) => json.replace('{"matchLabels":{"app":"front"}}', '{"app":"front"}'));
  const service = (uid: string, more: Readonly<Record<string, unknown>>): string => JSON.stringify({ apiVersion: 'v1', kind: 'Service', type: 'ADDED', items: [{ timestamp: '2023-11-14T22:13:20Z', namespace: 'shop', name: uid, uid, labels: { app: uid, a: '1' }, clusterIP: '10.0.0.7', ports: [], selector: { app: 'front', tier: 'web' }, ...more }] });
  for (const json of [...plain, pod('ADDED'), ...plain.map((one) => one.replace('ADDED', 'MODIFIED'))]) tell(json);
  for (const json of [service('both', {}), service('wrong', { selector: { app: 'front', tier: 'db' } }), service('elsewhere', { namespace: 'other' }), service('none', { selector: null }), service('bare', { labels: null })]) tell(json);
  for (const json of plain) tell(json.replaceAll('front-', 'second-').replace(/"uid":"/, '"uid":"9'));
  tell(service('both', {}).replace('ADDED', 'DELETED'));
  tell(pod('MODIFIED').replace('"tier":"web"', '"a":"b"'));
  for (const type of ['DELETED', 'ADDED']) tell(pod(type));
  for (const json of plain) tell(json.replace('ADDED', 'DELETED'));
  tell(pod('ADDED').replace('0001-aa', '0001-bb').replace('front-1', 'front-2'));
  return b.done();
}
