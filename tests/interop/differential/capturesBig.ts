// A large capture of a busy host, made quickly: a few moments are encoded once, then written again and again with other times and threads.
import { closeSync, openSync, writeSync } from 'node:fs';
import { inetAddress, inetTuple } from '../../../remote-agent/engine/event/encode.ts';
import { CaptureBuilder, START_NS, type FdEntry, type Params, type ThreadEntry } from './capturesBuild.ts';
import { containerJson, GROUPS, INIT, INTERFACES, THREAD_FLAGS, USERS } from './capturesWorld.ts';

const CONTAINERS = 6, PROCESSES = 5, THREADS = 8;
const FIRST_PID = 1000;
/** Ns between two calls of the host, and bytes that are written at once. */
const GAP_NS = 1500, BUFFER = 1 << 22;
const BLOCK_HEAD = 10, TS = BLOCK_HEAD, TID = BLOCK_HEAD + 8;
const NAMES = ['web', 'api', 'db', 'cache', 'queue', 'mail'];
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const idOf = (container: number): string => `${container}${'c0ffee5eed'.repeat(7)}`.slice(0, 64);
const pidOf = (container: number, process: number): number => FIRST_PID + (container * PROCESSES + process) * 100;

function threads(): ThreadEntry[] {
  const list: ThreadEntry[] = [INIT];
  for (let c = 0; c < CONTAINERS; c++) for (let p = 0; p < PROCESSES; p++) for (let t = 0; t < THREADS; t++) {
    const pid = pidOf(c, p), name = NAMES[c] ?? 'app';
    list.push({ tid: pid + t, pid, ptid: p === 0 ? 1 : pidOf(c, 0), comm: t === 0 ? `${name}-${p}` : `${name}-w${t}`, exe: `/usr/bin/${name}`, args: ['--worker', `${p}`], cwd: '/srv/', uid: c % 2 === 0 ? 33 : 0, gid: 33, flags: t === 0 ? 0 : THREAD_FLAGS, vtid: p * 10 + t + 1, vpid: p * 10 + 1, cgroups: [`cpu=/docker/${idOf(c)}`, `memory=/docker/${idOf(c)}`], env: ['PATH=/usr/bin:/bin'] });
  }
  return list;
}

function fdsOf(c: number): FdEntry[] {
  return [
    { fd: 0, type: 16, name: '/dev/null', openFlags: 3 }, { fd: 1, type: 7, name: 'pipe:[10]', ino: 10 }, { fd: 2, type: 7, name: 'pipe:[11]', ino: 11 }, { fd: 3, type: 5, sip: '0.0.0.0', sport: 8000 + c, l4: 2 },
    { fd: 4, type: 3, sip: `172.17.0.${c + 2}`, sport: 40000 + c, dip: `172.17.0.${(c + 1) % CONTAINERS + 2}`, dport: 8000 + (c + 1) % CONTAINERS, l4: 2 }, { fd: 5, type: 16, name: '/var/log/app.log', openFlags: 2 }, { fd: 6, type: 14, name: '[eventpoll]' }, { fd: 7, type: 9, name: '[eventfd]' },
  ];
}

/** What a thread does in one go: pairs of enter and exit, each with how long the call takes. */
type Moment = readonly (readonly [stem: string, enter: Params, exit: Params | undefined, ns: number])[];
function moments(c: number): readonly Moment[] {
  const body = text('GET /item/17?lang=de HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n\r\n'), row = text('id=17;name=Kaffee;price=4.20;stock=12;'.repeat(2)), peer = inetTuple(`172.17.0.${c + 2}`, 50000, '172.17.0.9', 5432);
  const wait: Moment = [['SYSCALL_EPOLLWAIT', { maxevents: 64 }, { res: 1 }, 90_000], ['SCHEDSWITCH_6', { next: pidOf((c + 1) % CONTAINERS, 1), pgft_maj: 1, pgft_min: 900, vm_size: 90_000, vm_rss: 20_000, vm_swap: 0 }, undefined, 0]];
  const file = (name: string, fd: number): Moment => [['SYSCALL_OPENAT_2', { dirfd: -100, name, flags: 4097, mode: 0 }, { fd, dirfd: -100, name, flags: 4097, mode: 0, dev: 0x801 }, 7000], ...(fd < 0 ? [] : [['SYSCALL_FSTAT', { fd }, { res: 0 }, 700], ['SYSCALL_READ', { fd, size: 4096 }, { res: row.length, data: row }, 2500], ['SYSCALL_READ', { fd, size: 4096 }, { res: 0, data: undefined }, 800], ['SYSCALL_CLOSE', { fd }, { res: 0 }, 600]] as const)];
  return [
    wait, [['SYSCALL_READ', { fd: 4, size: 8192 }, { res: body.length, data: body }, 3000], ['SYSCALL_WRITE', { fd: 5, size: 40 }, { res: 40, data: text('127.0.0.1 - - "GET /item/17" 200 512 0.01') }, 2000], ['SYSCALL_WRITE', { fd: 4, size: row.length }, { res: row.length, data: row }, 4000]],
    file(`/srv/templates/page-${c}.html`, 20), file('/etc/missing.conf', -2), [['SYSCALL_FUTEX', { addr: 0x7f00aa00, op: 128, val: 1 }, { res: -11 }, 900], ['SYSCALL_FUTEX', { addr: 0x7f00aa00, op: 129, val: 1 }, { res: 1 }, 900]], wait,
    [['SOCKET_SOCKET', { domain: 2, type: 1, proto: 0 }, { fd: 21 }, 4000], ['SOCKET_CONNECT', { fd: 21, addr: inetAddress('172.17.0.9', 5432) }, { res: 0, tuple: peer }, 45_000], ['SOCKET_SENDTO', { fd: 21, size: 30, tuple: undefined }, { res: 30, data: text('SELECT * FROM item WHERE id=17') }, 5000], ['SOCKET_RECVFROM', { fd: 21, size: 8192 }, { res: row.length, data: row, tuple: undefined }, 300_000], ['SYSCALL_CLOSE', { fd: 21 }, { res: 0 }, 3000]],
    [['SYSCALL_MMAP', { addr: 0, length: 65536, prot: 3, flags: 34, fd: -1, offset: 0 }, { res: 0x7f1200000000, vm_size: 91_000, vm_rss: 20_500, vm_swap: 0 }, 1800], ['SYSCALL_MUNMAP', { addr: 0x7f1200000000, length: 65536 }, { res: 0, vm_size: 90_000, vm_rss: 20_000, vm_swap: 0 }, 1500]],
    [['SOCKET_ACCEPT4_5', { flags: 2048 }, { fd: 22, tuple: inetTuple('203.0.113.7', 51_000, `172.17.0.${c + 2}`, 8000 + c), queuepct: 0, queuelen: 0, queuemax: 128 }, 9000], ['SOCKET_RECVFROM', { fd: 22, size: 4096 }, { res: body.length, data: body, tuple: undefined }, 3000], ['SOCKET_SENDTO', { fd: 22, size: row.length, tuple: undefined }, { res: row.length, data: row }, 6000], ['SYSCALL_CLOSE', { fd: 22 }, { res: 0 }, 3000]],
    [['SYSCALL_READ', { fd: 7, size: 8 }, { res: -11, data: undefined }, 500], ['SYSCALL_STAT', {}, { res: -2, path: '/srv/override' }, 1200]],
  ];
}

interface Piece { readonly block: Uint8Array; readonly afterNs: number }

/** Events of each moment as blocks, by container; their time and thread are put in as they are written. */
function pieces(): Piece[][] {
  const made: Piece[][] = [];
  for (let c = 0; c < CONTAINERS; c++) for (const moment of moments(c)) {
    made.push(moment.flatMap(([stem, enter, exit, ns]) => [
      { block: new CaptureBuilder().event(`${stem}_E`, { tid: 0, params: enter }).done(), afterNs: ns },
      ...(exit === undefined ? [] : [{ block: new CaptureBuilder().event(`${stem}_X`, { tid: 0, params: exit }).done(), afterNs: 300 }]),
    ]));
  }
  return made;
}

/** Writes a plain capture of exactly so many events (descriptions of containers among them) that sysdig reads. The same every time. About two million a second. */
export function bigCapture(events: number, path: string): void {
  const front = new CaptureBuilder().section().machine('busy', 8).interfaces(INTERFACES).users(USERS, GROUPS).processes(threads());
  front.fds(1);
  for (let c = 0; c < CONTAINERS; c++) for (let p = 0; p < PROCESSES; p++) for (let t = 0; t < THREADS; t++) front.fds(pidOf(c, p) + t, t === 0 ? fdsOf(c) : []);
  for (let c = 0; c < Math.min(CONTAINERS, events); c++) front.event('CONTAINER_JSON_2_E', { tid: -1, params: { json: containerJson(idOf(c), `shop-${NAMES[c] ?? 'app'}-1`, { ip: `172.17.0.${c + 2}` }) } });
  const fd = openSync(path, 'w');
  try {
    writeSync(fd, front.done());
    const bytes = new Uint8Array(BUFFER), data = new DataView(bytes.buffer);
    const all = pieces(), perContainer = all.length / CONTAINERS;
    let at = 0, random = 12345, ns = 1e6;
    for (let written = Math.min(CONTAINERS, events); written < events;) {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      const c = (random >>> 8) % CONTAINERS, moment = all[c * perContainer + (random >>> 12) % perContainer] ?? [];
      const tid = pidOf(c, (random >>> 17) % PROCESSES) + (random >>> 22) % THREADS, cpu = (random >>> 26) % 8;
      let then = ns;
      for (const { block, afterNs } of moment) {
        if (written >= events) break;
        if (at + block.length > BUFFER) { writeSync(fd, bytes, 0, at); at = 0; }
        bytes.set(block, at);
        const low = START_LO + then;
        data.setUint16(at + 8, cpu, true);
        data.setUint32(at + TS, low % TWO_32, true);
        data.setUint32(at + TS + 4, START_HI + Math.floor(low / TWO_32), true);
        data.setUint32(at + TID, tid, true);
        at += block.length;
        then += afterNs;
        written++;
      }
      ns = then + GAP_NS;
    }
    writeSync(fd, bytes, 0, at);
  } finally { closeSync(fd); }
}

const TWO_32 = 4294967296;
const START_HI = Number(START_NS >> 32n), START_LO = Number(START_NS & 0xffffffffn);
