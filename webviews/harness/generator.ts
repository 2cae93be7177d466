// A made-up but lifelike hour of a Docker host, the same every time: what the harness and the page tests look at.
import type { Kind } from '../../remote-agent/protocol/messages.ts';

export interface FakeProcess { readonly pid: number; readonly comm: string; readonly cmdline: string; readonly containerId: string; readonly tids: readonly number[]; readonly calls: readonly string[]; /** Mean pause between calls of a thread. */ readonly pauseNs: number }
export interface FakeContainer { readonly id: string; readonly name: string; readonly image: string }
export interface FakeEvent {
  readonly row: number; readonly startNs: number; readonly durationNs: number; readonly process: FakeProcess; readonly tid: number;
  readonly name: string; readonly kind: Kind; readonly failed: boolean; readonly info: string; readonly result: string; readonly fd: string;
}

export const CONTAINERS: readonly FakeContainer[] = [
  { id: '3ad7a1c6e001', name: 'shop-web-1', image: 'shop/web:demo' }, { id: '7be0dd128a02', name: 'shop-app-1', image: 'shop/app:demo' },
  { id: '90c4fe55b103', name: 'shop-cache-1', image: 'shop/cache:demo' }, { id: 'd41f22aa9c04', name: 'shop-client-1', image: 'busybox:demo' }, { id: '', name: 'host', image: '' },
];
export const PROCESSES: readonly FakeProcess[] = [
  { pid: 1101, comm: 'nginx', cmdline: 'nginx: master process', containerId: '3ad7a1c6e001', tids: [1101], calls: ['rt_sigsuspend'], pauseNs: 4e9 },
  { pid: 1110, comm: 'nginx', cmdline: 'nginx: worker process', containerId: '3ad7a1c6e001', tids: [1110], calls: ['epoll_wait', 'accept4', 'recvfrom', 'openat', 'sendfile', 'writev', 'close', 'connect'], pauseNs: 9e6 },
  { pid: 1111, comm: 'nginx', cmdline: 'nginx: worker process', containerId: '3ad7a1c6e001', tids: [1111], calls: ['epoll_wait', 'accept4', 'recvfrom', 'writev', 'close'], pauseNs: 14e6 },
  { pid: 1201, comm: 'python3', cmdline: 'python3 /srv/app.py --workers 4', containerId: '7be0dd128a02', tids: [1201, 1205, 1206, 1207], calls: ['futex', 'recvfrom', 'sendto', 'connect', 'openat', 'read', 'stat', 'mmap', 'close'], pauseNs: 18e6 },
  { pid: 1301, comm: 'redis-server', cmdline: 'redis-server *:6379', containerId: '90c4fe55b103', tids: [1301, 1303, 1304], calls: ['epoll_wait', 'read', 'write', 'epoll_wait', 'futex'], pauseNs: 11e6 },
  { pid: 1401, comm: 'sh', cmdline: 'sh -c while :; do wget …', containerId: 'd41f22aa9c04', tids: [1401], calls: ['wait4', 'clone', 'kill', 'pipe2'], pauseNs: 300e6 },
  { pid: 4242, comm: '<b>evil</b>', cmdline: '<img src=x onerror=window.__pwned=1>', containerId: 'd41f22aa9c04', tids: [4242], calls: [], pauseNs: 0 },
  { pid: 812, comm: 'sshd', cmdline: 'sshd: user@pts/0', containerId: '', tids: [812], calls: ['ppoll', 'read', 'write'], pauseNs: 150e6 },
  { pid: 900, comm: 'dockerd', cmdline: '/usr/sbin/dockerd -H unix://', containerId: '', tids: [900, 905, 906], calls: ['futex', 'epoll_wait', 'openat', 'read', 'madvise'], pauseNs: 90e6 },
];

interface Call { readonly kind: Kind; readonly shortNs: number; readonly longNs: number; readonly info: string; readonly errors: readonly string[] }
const CALLS: Readonly<Record<string, Call>> = {
  openat: { kind: 'file', shortNs: 4e3, longNs: 9e4, info: 'fd=%F dirfd=AT_FDCWD name=/srv/data/%N.html flags=O_RDONLY mode=0', errors: ['ENOENT', 'EACCES'] },
  read: { kind: 'file', shortNs: 1e3, longNs: 2e5, info: 'fd=%F(<f>/srv/data/%N.html) size=4096 data=HTTP', errors: [] }, write: { kind: 'file', shortNs: 2e3, longNs: 9e4, info: 'fd=%F size=%N data=+OK', errors: [] },
  stat: { kind: 'file', shortNs: 2e3, longNs: 2e4, info: 'path=/srv/data/%N', errors: ['ENOENT'] }, close: { kind: 'file', shortNs: 8e2, longNs: 6e3, info: 'fd=%F', errors: [] }, sendfile: { kind: 'file', shortNs: 2e4, longNs: 9e5, info: 'out_fd=%F in_fd=9 size=%N', errors: [] },
  accept4: { kind: 'network', shortNs: 4e3, longNs: 4e4, info: 'fd=%F(<4t>172.18.0.5:%N->172.18.0.2:80)', errors: ['EAGAIN'] }, connect: { kind: 'network', shortNs: 2e4, longNs: 4e6, info: 'fd=%F addr=172.18.0.3:8000', errors: ['ECONNREFUSED', 'EINPROGRESS'] },
  recvfrom: { kind: 'network', shortNs: 4e3, longNs: 8e5, info: 'fd=%F size=1024 data=GET /item/%N HTTP/1.1', errors: ['EAGAIN'] }, sendto: { kind: 'network', shortNs: 6e3, longNs: 2e5, info: 'fd=%F size=%N', errors: ['EPIPE'] }, writev: { kind: 'network', shortNs: 9e3, longNs: 3e5, info: 'fd=%F size=%N', errors: [] },
  clone: { kind: 'process', shortNs: 9e4, longNs: 6e5, info: 'flags=CLONE_CHILD_SETTID uid=0', errors: [] }, wait4: { kind: 'wait', shortNs: 2e7, longNs: 4e8, info: 'pid=-1', errors: [] }, kill: { kind: 'signal', shortNs: 2e3, longNs: 9e3, info: 'pid=%N sig=SIGTERM', errors: ['ESRCH'] },
  mmap: { kind: 'memory', shortNs: 4e3, longNs: 5e4, info: 'addr=0 length=%N', errors: [] }, madvise: { kind: 'memory', shortNs: 2e3, longNs: 6e4, info: 'length=%N', errors: [] }, rt_sigsuspend: { kind: 'signal', shortNs: 1e9, longNs: 3e9, info: '', errors: [] }, pipe2: { kind: 'other', shortNs: 3e3, longNs: 9e3, info: 'fd1=3 fd2=4', errors: [] },
  futex: { kind: 'wait', shortNs: 2e4, longNs: 4e7, info: 'addr=7F11%N op=FUTEX_WAIT', errors: ['ETIMEDOUT'] }, epoll_wait: { kind: 'wait', shortNs: 5e4, longNs: 2e7, info: 'maxevents=512', errors: [] }, ppoll: { kind: 'wait', shortNs: 1e7, longNs: 3e8, info: 'fds=4:1', errors: [] }, getrandom: { kind: 'other', shortNs: 1e3, longNs: 4e3, info: '', errors: [] },
};

/** A call of each kind, 100 µs long, every 200 µs from this moment on, by thread 4242; then a failing one with a hostile name. */
export const MARKS_NS = 60e9;
export const MARKS: readonly (readonly [string, Kind])[] = [['openat', 'file'], ['connect', 'network'], ['clone', 'process'], ['mmap', 'memory'], ['kill', 'signal'], ['futex', 'wait'], ['getrandom', 'other']];
export const HOSTILE_NAME = '/tmp/<img src=x onerror=window.__pwned=1>\u202egnp.exe';
export const LOSS = { startNs: 80e9, endNs: 82e9, count: 3210, cause: 'ring buffer full' };

/** Events up to a moment, sorted by start; row = index. */
export function generate(untilNs: number): readonly FakeEvent[] {
  const events: Omit<FakeEvent, 'row'>[] = [];
  let seed = 12345;
  const random = (): number => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed / 4294967296; };
  for (const process of PROCESSES) {
    if (process.pauseNs === 0) continue;
    for (const tid of process.tids) {
      let at = random() * process.pauseNs;
      for (let i = 0; at < untilNs; i++) {
        const name = process.calls[Math.floor(random() * random() * process.calls.length * 1.3) % process.calls.length]!;
        const call = CALLS[name]!;
        const durationNs = Math.round(Math.exp(Math.log(call.shortNs) + random() ** 2 * Math.log(call.longNs / call.shortNs)));
        const failed = call.errors.length > 0 && random() < 0.06;
        const number = Math.floor(random() * 4000);
        const lost = at > LOSS.startNs && at < LOSS.endNs;
        const fd = name === 'openat' ? `/srv/data/${number}.html` : '';
        if (!lost) events.push({ startNs: Math.round(at), durationNs, process, tid, name, kind: call.kind, failed, fd, info: call.info.replace('%F', String(5 + number % 20)).replaceAll('%N', String(number)), result: failed ? call.errors[number % call.errors.length]! : String(number % 1000) });
        // Waves of load, so that density has a shape.
        const wave = 0.55 + 0.45 * Math.sin(at / 7e9 + process.pid) + (Math.sin(at / 31e9) > 0.9 ? -0.35 : 0);
        at += durationNs + -Math.log(1 - random()) * process.pauseNs * (0.25 + Math.max(0.05, wave) * 2);
      }
    }
  }
  const evil = PROCESSES.find((process) => process.pid === 4242)!;
  MARKS.forEach(([name, kind], i) => events.push({ startNs: MARKS_NS + i * 200e3, durationNs: 100e3, process: evil, tid: 4242, name, kind, failed: false, fd: '', info: `mark=${i}`, result: '0' }));
  events.push({ startNs: MARKS_NS + MARKS.length * 200e3, durationNs: 100e3, process: evil, tid: 4242, name: 'openat', kind: 'file', failed: true, fd: HOSTILE_NAME, info: `dirfd=AT_FDCWD name=${HOSTILE_NAME} flags=O_RDONLY`, result: 'ENOENT' });
  events.sort((a, b) => a.startNs - b.startNs);
  return events.map((event, row) => ({ row, ...event }));
}
