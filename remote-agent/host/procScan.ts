// What exists before the first event: processes, threads and descriptors out of /proc, sockets resolved in each network namespace.
import { closeSync, openSync, readFileSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { cpus, hostname, networkInterfaces, totalmem } from 'node:os';
import type { TimeBase } from '../engine/base/nanos.ts';
import type { InterfaceInfo, MachineInfo } from '../engine/state/model.ts';
import type { FdSeed, ThreadSeed } from '../engine/state/systemState.ts';
import { parseCgroups, parseFdInfo, parseFdLink, parseFdLimit, parseGroups, parseInetTable, parseStat, parseStatus, parseStrings, parseUnixTable, parseUsers, settleRoles, type InetTable, type SocketSeed } from './procText.ts';

/** Where what is found goes; a SystemState is one. */
export interface ScanSink { addThread(seed: ThreadSeed): unknown; addFd(tid: number, fd: number, seed: FdSeed): void }
/** The same, with what it knows already. */
export interface KnownThreads extends ScanSink { threads(): Iterable<{ readonly info: { readonly tid: number; readonly pid: number } }>; thread(tid: number): unknown; removeThread(tid: number): void }
export interface ScanOptions {
  readonly base: TimeBase;
  readonly root?: string;
  /** Processes that are left out: the agent's own threads are of no interest. */
  readonly skip?: (pid: number) => boolean;
  /** Lets others have their turn every so often. */
  readonly pause?: () => Promise<void>;
}
/** How an iterator's look at a process becomes a part of a scan: processes that need not be read any more, and when their descriptors were read, ns since the base. */
export interface Looked { readonly seen: Set<number>; readonly total: { processes: number; threads: number; fds: number } }
export interface ScanResult { readonly processes: number; readonly threads: number; readonly fds: number; /** Processes whose descriptors could not be read. */ readonly denied: number }

/** Of threads: CLONE_FILES, CLONE_THREAD. */
export const CLONE_FLAGS = 0x1 | 0x2000;
const MAX_FDS = 4096;
const MAX_STRINGS = 4096;
const TICK_NS = 1e7;
export const SLICE_MS = 30;
/** The wall clock is read in whole ms, and the probe's may lie a little beside it. */
const CLOCK_GRAIN_MS = 2;
/** How often processes are looked for that began while others were read: they have what those had, who may have ended unread. */
const ROUNDS = 4;
const TIMES_LIMIT = 100_000;
const buffer = Buffer.alloc(1 << 16);

/** Text of a small file; undefined where it cannot be read. Files of /proc say no size, so it is read in one go. */
export function readSmall(path: string): string | undefined {
  let fd: number;
  try { fd = openSync(path, 'r'); } catch { return undefined; }
  try {
    let used = 0;
    for (;;) {
      const n = readSync(fd, buffer, used, buffer.length - used, null);
      used += n;
      if (n === 0 || used === buffer.length) return buffer.toString('utf8', 0, used);
    }
  } catch { return undefined; } finally { closeSync(fd); }
}
/** What a process runs and where, as only /proc tells. Empty where it is gone, or a thread of the kernel. */
export function readProgram(at: string): { readonly argv: readonly string[]; readonly env: readonly string[]; readonly exepath: string; readonly cwd: string; readonly root: string } {
  const cwd = readLink(`${at}/cwd`) ?? '';
  return {
    argv: parseStrings(readSmall(`${at}/cmdline`) ?? '', MAX_STRINGS), env: parseStrings(readSmall(`${at}/environ`) ?? '', MAX_STRINGS), exepath: readLink(`${at}/exe`) ?? '',
    cwd: cwd === '' || cwd.endsWith('/') ? cwd : `${cwd}/`, root: readLink(`${at}/root`) ?? '',
  };
}
function readLink(path: string): string | undefined { try { return readlinkSync(path); } catch { return undefined; } }
function numbers(path: string): number[] | undefined {
  try { return readdirSync(path).filter((name) => name.charCodeAt(0) <= 57 && name.charCodeAt(0) >= 48).map(Number); } catch { return undefined; }
}

export class ProcScanner {
  readonly #root: string;
  readonly #base: TimeBase;
  readonly #bootNs: number;
  /** Sockets by inode, for each network namespace that has been seen. */
  readonly #sockets = new Map<string, ReadonlyMap<number, SocketSeed>>();
  /** When each process was read, ns since the base; since it was asked for last. */
  #readAt = new Map<number, number>();
  /** Threads of processes that were gone at the last sweep. */
  #gone: ReadonlySet<number> = new Set();

  constructor(options: ScanOptions) {
    this.#root = options.root ?? '/proc';
    this.#base = options.base;
    const uptime = Number((readSmall(`${this.#root}/uptime`) ?? '0').split(' ')[0]) * 1e9;
    this.#bootNs = Number(BigInt(Date.now()) * 1_000_000n - this.#base.epochNs) - uptime;
  }

  /** Forgets socket tables, so that they are read anew. */
  refresh(): void { this.#sockets.clear(); }

  /** When each process was read, ns since the base, later rather than sooner; once. */
  takeTimes(): Map<number, number> {
    const times = this.#readAt;
    this.#readAt = new Map();
    return times;
  }
  /** Notes when a process was read: by this clock, which may lie a little beside the probe's. */
  readAt(pid: number, ns: number): void { if (this.#readAt.size < TIMES_LIMIT) this.#readAt.set(pid, ns + CLOCK_GRAIN_MS * 1e6); }

  /** Reads all processes, but for those that somebody else has read. */
  async scan(sink: ScanSink, options: Pick<ScanOptions, 'skip' | 'pause'> = {}, looked?: Looked): Promise<ScanResult> {
    const total = { processes: 0, threads: 0, fds: 0, ...looked?.total, denied: 0 };
    let sliceEnd = performance.now() + SLICE_MS;
    const seen = looked?.seen ?? new Set<number>();
    for (let round = 0, before = -1; round < ROUNDS && before !== seen.size; round++) {
      before = seen.size;
      for (const pid of numbers(this.#root) ?? []) {
        if (seen.has(pid)) continue;
        seen.add(pid);
        if (options.skip?.(pid) === true) continue;
        const found = this.process(pid, sink);
        if (found !== undefined) { total.processes++; total.threads += found.threads; total.fds += found.fds; if (found.denied) total.denied++; }
        if (options.pause !== undefined && performance.now() > sliceEnd) { await options.pause(); sliceEnd = performance.now() + SLICE_MS; }
      }
    }
    return total;
  }

  /** Takes in one process with its threads and descriptors; undefined where it is gone. */
  process(pid: number, sink: ScanSink): { threads: number; fds: number; denied: boolean } | undefined {
    const at = `${this.#root}/${pid}`;
    const status = parseStatus(readSmall(`${at}/status`) ?? '');
    const stat = parseStat(readSmall(`${at}/stat`) ?? '');
    if (status === undefined || stat === undefined) return undefined;
    // Its end has been told already, or nobody will tell it; of its threads some may go on.
    if ((status.state === 'Z' || status.state === 'X') && (numbers(`${at}/task`)?.length ?? 0) <= 1) return undefined;
    const { argv, ...program } = readProgram(at);
    const common = {
      pid, ptid: status.ppid, vpid: status.vpid, vpgid: status.vpgid, sid: status.sid, exe: argv[0] ?? status.name, args: argv.slice(1), ...program, cgroups: parseCgroups(readSmall(`${at}/cgroup`) ?? ''),
      uid: status.uid, gid: status.gid, loginuid: Number(readSmall(`${at}/loginuid`) ?? 0xffffffff) >>> 0, tty: stat.tty, fdlimit: parseFdLimit(readSmall(`${at}/limits`) ?? ''),
    };
    sink.addThread({
      ...common, tid: pid, vtid: status.vtid, comm: status.name, flags: 0, cloneNs: this.#bootNs + stat.startTicks * TICK_NS,
      pfminor: stat.pfminor, pfmajor: stat.pfmajor, vmSizeKb: status.vmSizeKb, vmRssKb: status.vmRssKb, vmSwapKb: status.vmSwapKb,
    });
    let threads = 1;
    for (const tid of numbers(`${at}/task`) ?? []) {
      if (tid === pid) continue;
      const own = parseStatus(readSmall(`${at}/task/${tid}/status`) ?? '');
      if (own === undefined) continue;
      sink.addThread({ ...common, tid, vtid: own.vtid, comm: own.name, uid: own.uid, gid: own.gid, flags: CLONE_FLAGS, cloneNs: -1 });
      threads++;
    }
    const fds = numbers(`${at}/fd`);
    for (const fd of fds?.slice(0, MAX_FDS) ?? []) {
      const seed = this.#descriptor(at, fd);
      if (seed !== undefined) sink.addFd(pid, fd, seed);
    }
    this.readAt(pid, (Date.now() - Number(this.#base.epochNs / 1_000_000n)) * 1e6);
    return { threads, fds: fds?.length ?? 0, denied: fds === undefined };
  }

  /** Compares /proc with what is known, where no events tell of it: processes that have ended go, new ones come. Says whether there were any. */
  follow(known: KnownThreads): boolean {
    const now = new Set(numbers(this.#root) ?? []);
    const gone = [...known.threads()].filter(({ info }) => !now.has(info.pid));
    for (const { info } of gone) known.removeThread(info.tid);
    let changed = gone.length > 0;
    for (const pid of now) if (known.thread(pid) === undefined && this.process(pid, known) !== undefined) changed = true;
    return changed;
  }

  /**
   * Removes processes whose end was lost on the way: those that were gone at the last look already, so that no event that still waits can be
   * of them; and takes in those whose beginning was, and of which nothing has come since. Answers how many threads and processes these were.
   */
  sweep(known: KnownThreads): number {
    const now = new Set(numbers(this.#root) ?? []);
    if (now.size === 0) return 0;
    const gone = [...known.threads()].filter(({ info }) => info.pid > 0 && !now.has(info.pid));
    const before = this.#gone;
    this.#gone = new Set(gone.map(({ info }) => info.tid));
    const ended = gone.filter(({ info }) => before.has(info.tid));
    for (const { info } of ended) known.removeThread(info.tid);
    let found = 0;
    for (const pid of now) if (known.thread(pid) === undefined && this.process(pid, known) !== undefined) found++;
    return ended.length + found;
  }

  /** Takes in the process that a thread belongs to. False where the thread is gone. */
  processOfThread(tid: number, sink: ScanSink): boolean {
    const tgid = /^Tgid:\s*(\d+)/m.exec(readSmall(`${this.#root}/${tid}/status`) ?? '')?.[1];
    return tgid !== undefined && this.process(Number(tgid), sink) !== undefined;
  }

  #descriptor(at: string, fd: number): FdSeed | undefined {
    const text = readLink(`${at}/fd/${fd}`);
    if (text === undefined) return undefined;
    const link = parseFdLink(text);
    if (link.kind === 'socket') return this.#namespace(at).get(link.ino ?? 0) ?? { kind: 'unsupported', ino: link.ino ?? 0, name: '' };
    if (link.kind !== 'file') return link;
    const { openFlags, directory } = parseFdInfo(readSmall(`${at}/fdinfo/${fd}`) ?? '');
    return { ...link, kind: directory ? 'directory' : 'file', openFlags };
  }

  #namespace(at: string): ReadonlyMap<number, SocketSeed> {
    const name = readLink(`${at}/ns/net`) ?? at;
    const known = this.#sockets.get(name);
    if (known !== undefined) return known;
    const inet: SocketSeed[] = [];
    for (const table of ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'] satisfies InetTable[]) inet.push(...parseInetTable(readWhole(`${at}/net/${table}`), table));
    const sockets = new Map<number, SocketSeed>();
    for (const socket of settleRoles(inet)) sockets.set(socket.ino, socket);
    for (const socket of parseUnixTable(readWhole(`${at}/net/unix`))) sockets.set(socket.ino, socket);
    for (const line of readWhole(`${at}/net/netlink`).split('\n').slice(1)) { const ino = Number(line.trim().split(/\s+/).at(-1)); if (ino > 0) sockets.set(ino, { kind: 'netlink', ino, name: '' }); }
    this.#sockets.set(name, sockets);
    return sockets;
  }
}

function readWhole(path: string): string { try { return readFileSync(path, 'utf8'); } catch { return ''; } }

/** The machine that this runs on. */
export function readMachine(root = '/proc'): MachineInfo {
  const uptimeNs = BigInt(Math.round(Number((readSmall(`${root}/uptime`) ?? '0').split(' ')[0]) * 1e9));
  return { cpus: cpus().length || 1, memoryBytes: totalmem(), maxPid: Number(readSmall(`${root}/sys/kernel/pid_max`) ?? 32768), hostname: hostname(), bootNs: BigInt(Date.now()) * 1_000_000n - uptimeNs };
}

export function readInterfaces(): InterfaceInfo[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) => (addresses ?? []).map((a) => ({ name, ip: a.address, netmask: a.netmask, broadcast: '', isV6: a.family === 'IPv6', speed: 0n })));
}
export function readUsers(): ReturnType<typeof parseUsers> { return parseUsers(readSmall('/etc/passwd') ?? ''); }
export function readGroups(): ReturnType<typeof parseGroups> { return parseGroups(readSmall('/etc/group') ?? ''); }
