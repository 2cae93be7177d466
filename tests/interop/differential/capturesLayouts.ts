// Captures in every older layout: first tables, numbers of before the first release, events without counts, events of fewer parameters, several sections.
import { EVENTS } from '../../../driver/schema/index.ts';
import { fdList, inetTuple } from '../../../remote-agent/engine/event/encode.ts';
import { CaptureBuilder, RAW } from './capturesBuild.ts';
import { ALL_FDS, containerJson, containers, dockerCgroups, front, GROUPS, INTERFACES, ODD_FDS, THREADS, USERS, WEB } from './capturesWorld.ts';

const BASH = 101, WEB_PID = 200;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
/** Numbers of blocks before the first release; processes of version 1 to 3. */
const EARLY = { machine: 0x8002abcd, processes: [0x8000abcd, 0x8013abcd, 0x8014abcd], fds: 0x8001abcd, event: 0x8010abcd, interfaces: 0x8011abcd, users: 0x8012abcd } as const;
const EARLY_VERSIONS = EARLY.processes.length, VERSIONS = 9;

interface Layout { readonly minor: number; readonly processes: number; readonly early?: boolean; readonly tail?: 0 | 4 | 5; readonly slow?: boolean; readonly v1?: boolean }

/** A front in the given layout, and a few events that show what came out of the tables. */
function section(b: CaptureBuilder, layout: Layout): void {
  const early = layout.early === true, lists = layout.minor >= 2 ? 2 : 1;
  b.section(layout.minor).machine(`host-${layout.processes}`, layout.processes, early ? EARLY.machine : undefined);
  b.interfaces(INTERFACES, lists, early ? EARLY.interfaces : undefined, layout.slow).users(USERS, GROUPS, lists, early ? EARLY.users : undefined);
  b.processes(THREADS, layout.processes, early ? EARLY.processes[layout.processes - 1] : undefined, layout.tail);
  for (const { tid } of THREADS) b.fds(tid, tid === BASH ? ALL_FDS : tid === WEB_PID ? [...ALL_FDS, ...ODD_FDS] : [], lists, early ? EARLY.fds : undefined);
  const v1 = layout.v1 === true || layout.minor < 2;
  const block = early ? { block: EARLY.event } : {};
  b.event('CONTAINER_JSON_E', { tid: -1, params: { json: containerJson(WEB, 'web') }, v1, ...block });
  for (const tid of [BASH, WEB_PID, 201, 300]) for (const { fd } of [...ALL_FDS, ...ODD_FDS]) b.event('SYSCALL_READ_E', { tid, params: { fd, size: 7 }, v1, ...block }).event('SYSCALL_READ_X', { tid, params: { res: 3, data: text('abc') }, v1, ...block });
  b.event('SYSCALL_POLL_E', { tid: BASH, params: { fds: fdList([[5, 1], [6, 4], [55, 1]]), timeout: -1 }, v1, ...block }).event('SYSCALL_POLL_X', { tid: BASH, params: { res: 0, fds: fdList([]) }, v1, ...block });
  b.event('SYSCALL_CLONE_20_E', { tid: BASH, v1, ...block }).event('SYSCALL_CLONE_20_X', { tid: BASH, params: { res: 900, exe: 'bash', args: ['-c'], tid: BASH, pid: BASH, ptid: 100, comm: 'bash', cgroups: dockerCgroups(WEB), flags: 0, uid: 1000, gid: 1000, vtid: BASH, vpid: BASH }, v1, ...block });
  b.event('SYSCALL_CHDIR_E', { tid: 900, v1, ...block }).event('SYSCALL_CHDIR_X', { tid: 900, params: { res: 0, path: 'docs' }, v1, ...block }).event('SYSCALL_OPEN_E', { tid: 900, params: { name: 'a', flags: 1, mode: 0 }, v1, ...block }).event('SYSCALL_OPEN_X', { tid: 900, params: { fd: 3, name: 'a', flags: 1, mode: 0, dev: 2 }, v1, ...block });
  // State alone: this changes the directory and is not shown.
  b.event('SYSCALL_CHDIR_E', { tid: 900, v1, flags: 1 }).event('SYSCALL_CHDIR_X', { tid: 900, params: { res: 0, path: '/hidden' }, v1, flags: 1 }).event('SYSCALL_OPEN_X', { tid: 900, params: { fd: 4, name: 'b', flags: 1, mode: 0, dev: 2 }, v1, flags: 0 });
}

/** Every version of the list of threads with the other tables of its time, as sections of one file. */
export function olderTables(): Uint8Array {
  const b = new CaptureBuilder();
  for (let version = 1; version <= VERSIONS; version++) section(b, { minor: version < VERSIONS ? version % 2 : 2, processes: version, slow: version % 2 === 1 });
  section(b, { minor: 2, processes: 9, tail: 0 });
  section(b, { minor: 2, processes: 9, tail: 4, v1: true });
  return b.done();
}

/** The numbers of before the first release. */
export function earlyNumbers(): Uint8Array {
  const b = new CaptureBuilder();
  for (let version = 1; version <= EARLY_VERSIONS; version++) section(b, { minor: 0, processes: version, early: true, slow: true });
  return b.done();
}

/** One section of the first layout, as the oldest recordings have it. */
export function firstLayout(): Uint8Array {
  const b = new CaptureBuilder();
  section(b, { minor: 0, processes: 5 });
  return b.done();
}

/** Blocks that nobody knows stand between the tables; the lists are in several blocks. */
export function strangeBlocks(): Uint8Array {
  const b = new CaptureBuilder().section().block(0x7777, text('what is this?..')).machine().interfaces(INTERFACES.slice(0, 2)).block(0x300, new Uint8Array(0)).users(USERS, GROUPS);
  b.processes(THREADS.slice(0, 4)).block(0x12345678, new Uint8Array(70_000)).processes(THREADS.slice(4));
  for (const { tid } of THREADS) b.fds(tid, tid === BASH ? ALL_FDS : []);
  for (let i = 0; i < 30; i++) b.event('SYSCALL_READ_E', { tid: THREADS[i % THREADS.length]?.tid ?? 1, params: { fd: i % 20, size: i } }).event('SYSCALL_READ_X', { tid: THREADS[i % THREADS.length]?.tid ?? 1, params: { res: i, data: text('x'.repeat(i)) } });
  return b.done();
}

/** Two files one behind the other. */
export function twoSections(): Uint8Array {
  const whole = [front, front].map((make, i) => {
    const b = containers(make(THREADS, new Map([[BASH, i === 0 ? ALL_FDS : ODD_FDS], [WEB_PID, ALL_FDS]])));
    b.now += BigInt(i) * 3_600_000_000_000n;
    for (let fd = 0; fd < 34; fd++) b.call('SYSCALL_WRITE', BASH, { fd, size: 4 }, { res: 4, data: text(`s${i}f${fd}`) }).call('SYSCALL_CLOSE', BASH, { fd }, { res: 0 }).call('SYSCALL_WRITE', WEB_PID, { fd, size: 1 }, { res: -9, data: undefined });
    return b.done();
  });
  return new Uint8Array(Buffer.concat(whole));
}

/** Events that hold fewer parameters than the table has: what recorders sent before the parameter was added. */
export function fewerParameters(): Uint8Array {
  const b = containers(front());
  const open: readonly [string, number, readonly (string | number)[]][] = [
    ['SYSCALL_OPEN_X', 4, [3, '/a', 1, 0]], ['SYSCALL_CREAT_X', 3, [3, '/b', 0]], ['SYSCALL_OPENAT_2_X', 5, [3, -100, 'c', 1, 0]], ['SOCKET_ACCEPT4_5_X', 2, [-11, '']], ['SYSCALL_UNLINKAT_2_X', 3, [0, -100, 'gone']], ['SYSCALL_LINKAT_2_X', 5, [0, -100, 'x', -100, 'y']],
  ];
  for (const [symbol, count, values] of open) {
    const enter = symbol.replace(/_X$/, '_E');
    b.event(enter, { tid: BASH, values: enter === 'SYSCALL_OPEN_E' ? ['/a', 1, 0] : enter === 'SYSCALL_CREAT_E' ? ['/b', 0] : enter === 'SYSCALL_OPENAT_2_E' ? [-100, 'c', 1, 0] : enter.startsWith('SOCKET') ? [0] : [] });
    b.event(symbol, { tid: BASH, values: values.slice(0, count) });
    b.event('SYSCALL_READ_E', { tid: BASH, params: { fd: 3, size: 9 } }).event('SYSCALL_READ_X', { tid: BASH, params: { res: 0 } });
  }
  const executed = ['exe', ['a'], 600, 600, BASH, '', 1024, 1, 2, 3, 4, 5, 'short', ['cpu=/'], ['E=1'], 0, 600] as const;
  b.event('SYSCALL_CLONE_20_E', { tid: BASH }).event('SYSCALL_CLONE_20_X', { tid: BASH, params: { res: 600, exe: 'bash', tid: BASH, pid: BASH, ptid: 100, comm: 'bash', flags: 0, uid: 0, gid: 0, vtid: BASH, vpid: BASH } });
  for (const count of [18, 19]) b.event('SYSCALL_EXECVE_19_E', { tid: 600, values: ['/bin/short'] }).event('SYSCALL_EXECVE_19_X', { tid: 600, values: [0, ...executed, 1000].slice(0, count) });
  b.event('SYSCALL_SETSID_E', { tid: 600 }).event('SYSCALL_SETSID_X', { tid: 600, values: [600] });
  return b.done();
}

/** Numbers that a double does not hold: times, ids of nodes, offsets, sizes, addresses, pointers. */
export function bigNumbers(): Uint8Array {
  const b = containers(front([...THREADS, { tid: 800, comm: 'big', ptid: 1, fdlimit: 9007199254740993n, faults: [18446744073709551615n, 9007199254740995n], vm: [4294967295, 4294967295, 4294967295] }], new Map([[800, [{ fd: 3, type: 16, name: '/big', ino: 18446744073709551615n, dev: 0xffffffff, openFlags: 0xffffffff }, { fd: 4, type: 8, source: 9007199254740993n, peer: 18446744073709551615n, name: '/s' }]]])));
  const odd = [9007199254740991n, 9007199254740992n, 9007199254740993n, 4611686018427387905n, 9223372036854775807n, -9007199254740993n, -9223372036854775808n, 18446744073709551615n];
  for (const value of odd) {
    b.call('SYSCALL_PREAD', 800, { fd: 3, size: 0xffffffff, pos: value }, { res: BigInt.asIntN(64, value), data: RAW }).call('SYSCALL_MMAP', 800, { addr: value, length: value, prot: 0, flags: 0, fd: -1, offset: value }, { res: value, vm_size: 0xffffffff, vm_rss: 0, vm_swap: 0 });
    b.call('SYSCALL_LSEEK', 800, { fd: 3, offset: value, whence: 0 }, { res: BigInt.asIntN(64, value) }).call('SYSCALL_FUTEX', 800, { addr: value, op: 0, val: value }, { res: 0 }).call('SYSCALL_NANOSLEEP', 800, { interval: value }, { res: 0 }, { ns: 3_000_000_000_000_000n });
    b.call('SYSCALL_PIPE', 800, {}, { res: 0, fd1: 10, fd2: 11, ino: value }).call('SYSCALL_KILL', 800, { pid: value, sig: 0 }, { res: 0 }).call('SYSCALL_PRLIMIT', 800, { pid: 0, resource: 0 }, { res: 0, newcur: value, newmax: value, oldcur: value, oldmax: value });
    b.call('SYSCALL_COPY_FILE_RANGE', 800, { fdin: 3, offin: value, len: value }, { res: 1, fdout: 4, offout: value }).call('SOCKET_SOCKETPAIR', 800, { domain: 1, type: 1, proto: 0 }, { res: 0, fd1: 12, fd2: 13, source: value, peer: value }).call('SYSCALL_READ', 800, { fd: 12, size: 1 }, { res: 0 });
  }
  b.call('SYSCALL_READ', 800, { fd: 9007199254740993n, size: 1 }, { res: -9 }).call('SOCKET_SENDTO', 800, { fd: 4, size: 1, tuple: inetTuple('1.2.3.4', 65535, '255.255.255.255', 65535) }, { res: 1, data: text('x') });
  b.event('SYSCALL_READ_E', { tid: 4294967296 * 3 + 5, params: { fd: 0, size: 1 } }).event('SYSCALL_READ_X', { tid: 4294967296 * 3 + 5, params: { res: 0 } });
  // Before the epoch's first second was over, and in the year 2262.
  b.now = 9_223_372_036_854_000_000n;
  b.call('SYSCALL_READ', 800, { fd: 3, size: 1 }, { res: 0 });
  return b.done();
}

/** Events that no version of sysdig up to 0.29.3 knows, for readers that know better; sysdig does not read this. */
export function newerEvents(): Uint8Array {
  const b = containers(front());
  for (const def of EVENTS) if (def.id >= 336 && !def.flags.has('UNUSED')) b.event(def, { tid: BASH, values: def.params.map((param) => param.size > 0 ? 3 : def.flags.has('LARGE_PAYLOAD') && param.type === 'BYTEBUF' ? text('{}') : 'x') });
  return b.done();
}
