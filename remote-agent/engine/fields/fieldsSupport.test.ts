// For the tests of fields, filters and formats: a small system with two processes in a container, and events that happen in it.
import { TimeBase } from '../base/nanos.ts';
import type { EventContext } from '../event/context.ts';
import { encodeEvent, type ParamValue } from '../event/encode.ts';
import { EventView } from '../event/eventView.ts';
import type { ContainerInfo } from '../state/model.ts';
import { SystemState } from '../state/systemState.ts';

export const BASE = 1_700_000_000_000_000_000n;
export const CONTAINER = '0123456789ab';
export const FULL_ID = `${CONTAINER}${'c'.repeat(52)}`;

const WEB: ContainerInfo = {
  id: CONTAINER, fullId: FULL_ID, name: 'web', image: 'shop:1.2', imageId: 'sha', imageRepo: 'shop', imageTag: '1.2', imageDigest: '', type: 'docker', privileged: false, labels: {},
  mounts: [{ source: '/srv/data', destination: '/data', mode: 'z', rw: true, propagation: 'rprivate' }, { source: '/etc/hosts', destination: '/etc/hosts', mode: '', rw: false, propagation: '' }], ip: '172.17.0.2', status: 'running', createdSeconds: 0,
};

/** A system: init (1) with a shell (100) with a server (200, thread 201) in the container `web`. */
export class Scene {
  readonly state = new SystemState(new TimeBase(BASE), { cpus: 2, memoryBytes: 1 << 30, maxPid: 32768, hostname: 'box', bootNs: 0n });
  readonly #view = new EventView();

  constructor() {
    const { state } = this;
    state.setContainer(WEB);
    state.setUsers([{ uid: 0, gid: 0, name: 'root', home: '/root', shell: '/bin/sh' }, { uid: 33, gid: 33, name: 'www', home: '/var/www', shell: '/bin/false' }]);
    state.setGroups([{ gid: 33, name: 'www' }]);
    state.setInterfaces([{ name: 'eth0', ip: '10.0.0.5', netmask: '255.0.0.0', broadcast: '10.255.255.255', isV6: false, speed: 0n }]);
    state.addThread({ tid: 1, pid: 1, ptid: 0, comm: 'init', exe: '/sbin/init', args: [], cwd: '/', uid: 0, gid: 0, sid: 1 });
    state.addThread({ tid: 100, pid: 100, ptid: 1, comm: 'bash', exe: 'bash', args: ['-i'], cwd: '/root/', uid: 0, gid: 0, sid: 100, loginuid: 0 });
    state.addThread({ tid: 200, pid: 200, ptid: 100, comm: 'server', exe: '/usr/bin/server', exepath: '/usr/bin/server', args: ['--port', '80'], env: ['HOME=/var/www', 'LANG=C'], cwd: '/srv/', uid: 33, gid: 33, sid: 100, vtid: 7, vpid: 7, containerId: CONTAINER, cgroups: `cpu=/docker/${FULL_ID}\0memory_cgroup=/docker/${FULL_ID}\0io=/docker/y\0`, fdlimit: 1024 });
    state.addThread({ tid: 201, pid: 200, ptid: 100, comm: 'worker', exe: '/usr/bin/server', args: [], uid: 33, gid: 33, sid: 100, containerId: CONTAINER, flags: 1 | (1 << 13) });
    state.addFd(200, 3, { kind: 'file', name: '/srv/www/index.html', dev: 0xfe00, ino: 42 });
    state.addFd(200, 4, { kind: 'ipv4', name: '10.0.0.9:4000->10.0.0.5:80', sip: '10.0.0.9', sport: 4000, dip: '10.0.0.5', dport: 80, l4: 2, role: 'server', connected: true });
    state.addFd(200, 5, { kind: 'ipv6', name: 'fd00::9:4001->fd00::5:443', sip: 'fd00::9', sport: 4001, dip: 'fd00::5', dport: 443, l4: 2, role: 'client', connected: true });
    state.addFd(200, 6, { kind: 'ipv4server', name: '0.0.0.0:80', dip: '0.0.0.0', dport: 80, l4: 2, role: 'server' });
    state.addFd(200, 7, { kind: 'directory', name: '/srv/www' });
    state.settle();
  }

  /** One event; the context is the state's own, valid until the next. `tookNs`: how long the call took; `at`: when it was, ns since the base, where a number would not be exact. */
  event(symbol: string, params: Readonly<Record<string, ParamValue>> = {}, { tid = 200, atNs = 1_500_000_000, at = BigInt(atNs), tookNs = 1000, cpu = 1 } = {}): EventContext {
    const bytes = encodeEvent(symbol, { ts: BASE + at, tid, params });
    if (!this.#view.reset(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, cpu, 0xffff, bytes.length)) throw new Error(`the test made an event that is none: ${symbol}`);
    return this.state.process(this.#view, atNs - tookNs);
  }

  /** read() of 5 bytes from descriptor `fd`. */
  read(fd = 3, data = 'hello'): EventContext { return this.event('SYSCALL_READ_X', { res: data.length, data: new TextEncoder().encode(data), fd, size: 100 }); }
}
