// What exists before the first event, by the kernel's iterators over threads and descriptors: they tell at once what /proc tells a file at a time, and more of it. What an iterator cannot tell
// safely (arguments, environment, directories, the program's file, paths of control groups) and whom it does not show is read of /proc.
//
// The probe watches already: nothing is missed, as whoever begins or opens something later has an event that waits (catchUp.ts). Of each process the moment of its last descriptor is noted: what
// it opened after that comes with its event alone.
import type { TimeBase } from '../engine/base/nanos.ts';
import type { FdSeed } from '../engine/state/systemState.ts';
import type { Probe, Snapshot } from '../addon/porthole.d.ts';
import { loadAddon } from './addon.ts';
import { CLONE_FLAGS, readProgram, readSmall, SLICE_MS, type ProcScanner, type ScanOptions, type ScanResult, type ScanSink } from './procScan.ts';
import { captureFlags, L4_RAW, L4_TCP, L4_UDP, parseCgroups, parseFdLink, seedOfInet, settleRoles, type SocketSeed } from './procText.ts';
import { FileReader, TaskReader, type FileRecord, type SocketRecord, type TaskRecord } from './snapshotRecords.ts';

/** Which way was taken, and why where it was not the iterators. */
export type SnapshotWay = { readonly by: 'iterators' } | { readonly by: 'proc'; readonly why: string };
export type SnapshotResult = ScanResult & SnapshotWay;
/** In the agent's environment: `proc` has /proc read even where the kernel has iterators; anything else has no meaning. */
export const SNAPSHOT_VARIABLE = 'PORTHOLE_SNAPSHOT';

export interface SnapshotOptions {
  readonly scanner: ProcScanner;
  readonly base: TimeBase;
  /** Loads the iterators; throws where the kernel does not take them. Undefined with `why`: not to be tried. */
  readonly open: (() => Snapshot) | undefined;
  readonly why?: string;
  readonly root?: string;
  readonly pause?: ScanOptions['pause'];
}

/** How to look: by iterators beside a probe that is the one for kernels which have them, unless the environment asks for something else. */
export function waysFor(probe: { object(): Pick<ReturnType<Probe['object']>, 'since'> } | undefined, env: NodeJS.ProcessEnv = process.env): Pick<SnapshotOptions, 'open' | 'why'> {
  const asked = env[SNAPSHOT_VARIABLE] ?? '';
  if (asked === 'proc') return { open: undefined, why: `asked for by ${SNAPSHOT_VARIABLE}` };
  if (probe === undefined) return { open: undefined, why: 'no probe is loaded' };
  if (probe.object().since !== '5.17') return { open: undefined, why: 'the probe runs as its fallback for kernels without what the iterators need' };
  return { open: () => loadAddon().openSnapshot(), why: '' };
}

const S_IFMT = 0o170000, S_IFDIR = 0o040000;
const AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16;
const SOCK_RAW = 3;
const IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_MPTCP = 262;
const TCP_CLOSE = 7;
/** O_CLOEXEC as captures number it: an exec closes the descriptor. */
const CLOSED_BY_EXEC = 1 << 12;

/** Takes in all there is, by iterators where they are to be had, else of /proc. Never throws for want of iterators. */
export async function takeSnapshot(sink: ScanSink, options: SnapshotOptions): Promise<SnapshotResult> {
  const { scanner, pause } = options, paused = pause === undefined ? {} : { pause };
  let snapshot: Snapshot | undefined, why = options.why ?? '';
  try { snapshot = options.open?.(); } catch (error) { why = error instanceof Error ? error.message : String(error); }
  if (snapshot === undefined) return { ...await scanner.scan(sink, paused), by: 'proc', why };
  const pass = new Pass(sink, options, snapshot);
  try { await pass.run(); } catch (error) {
    // What came so far holds; /proc tells it once more, and the rest.
    return { ...await scanner.scan(sink, paused), by: 'proc', why: error instanceof Error ? error.message : String(error) };
  } finally { snapshot.close(); }
  return { ...await scanner.scan(sink, paused, pass), by: 'iterators' };
}

class Pass {
  /** Processes that are known now, or need not be. */
  readonly seen = new Set<number>();
  readonly total = { processes: 0, threads: 0, fds: 0 };
  readonly #sink: ScanSink;
  readonly #options: SnapshotOptions;
  readonly #snapshot: Snapshot;
  readonly #root: string;
  /** What is added to times since boot for times since the base, ns. */
  readonly #bootNs: number;
  /** When each thread began that was taken in, since boot. */
  readonly #starts = new Map<number, number>();
  readonly #readAtNs = new Map<number, number>();
  /** Descriptors of sockets, until it is known which ports are listened on; sockets by network namespace and inode. */
  readonly #waiting: { readonly tid: number; readonly fd: number; readonly netNs: number; readonly ino: number; readonly openFlags: number }[] = [];
  readonly #sockets = new Map<number, Map<number, SocketSeed>>();
  #sliceEnd = performance.now() + SLICE_MS;

  constructor(sink: ScanSink, options: SnapshotOptions, snapshot: Snapshot) {
    this.#sink = sink;
    this.#options = options;
    this.#snapshot = snapshot;
    this.#root = options.root ?? '/proc';
    this.#bootNs = Number(snapshot.bootEpoch() - options.base.epochNs);
  }

  async run(): Promise<void> {
    const processes = new Map<number, TaskRecord[]>(), tasks = new TaskReader(), files = new FileReader();
    for (let chunk = this.#snapshot.tasks(); chunk !== undefined; chunk = this.#snapshot.tasks()) {
      tasks.feed(chunk, (task) => { const others = processes.get(task.pid); if (others === undefined) processes.set(task.pid, [task]); else others.push(task); });
      await this.#breathe();
    }
    for (const [pid, threads] of processes) { this.#process(pid, threads); await this.#breathe(); }
    let lastNs = 0;
    for (let chunk = this.#snapshot.files(); chunk !== undefined; chunk = this.#snapshot.files()) {
      files.feed(chunk, (file) => { lastNs = file.atNs; this.#file(file); });
      await this.#breathe();
    }
    // Of whom nothing was open, nothing was read later than the last descriptor of all.
    for (const pid of processes.keys()) this.#options.scanner.readAt(pid, this.#bootNs + (this.#readAtNs.get(pid) ?? lastNs));
    this.#placeSockets();
  }

  /** Lets others have their turn every so often. */
  async #breathe(): Promise<void> {
    if (this.#options.pause === undefined || performance.now() < this.#sliceEnd) return;
    await this.#options.pause();
    this.#sliceEnd = performance.now() + SLICE_MS;
  }

  #process(pid: number, threads: readonly TaskRecord[]): void {
    const first = threads.find((task) => task.tid === pid);
    if (first === undefined) return;
    this.seen.add(pid);
    // The end of all has been told already, or nobody will tell it.
    if (threads.every((task) => task.ended)) return;
    // The first thread may have ended, and with it what it had: another one has it still.
    const live = threads.find((task) => !task.ended) ?? first, at = `${this.#root}/${pid}${live === first ? '' : `/task/${live.tid}`}`;
    // What a worker of the kernel works at is no part of the task's own name.
    const comm = (first.ofKernel ? readSmall(`${at}/comm`)?.replace(/\n$/, '') : undefined) ?? first.comm;
    const { argv, ...program } = first.ofKernel ? { argv: [], env: [], exepath: '', cwd: '/', root: '/' } : readProgram(at);
    const common = {
      pid, ptid: first.ppid, vpid: first.vpid || pid, vpgid: first.vpgid, sid: first.sid, exe: argv[0] ?? comm, args: argv.slice(1), ...program, cgroups: parseCgroups(readSmall(`${at}/cgroup`) ?? ''),
      loginuid: first.loginuid, tty: first.tty, fdlimit: first.fdLimit,
    };
    const sum = (of: (task: TaskRecord) => number): number => threads.reduce((all, task) => all + of(task), 0);
    this.#sink.addThread({
      ...common, tid: pid, vtid: first.vtid || pid, comm, uid: first.uid, gid: first.gid, flags: 0, cloneNs: this.#bootNs + first.startNs,
      pfminor: first.deadMinor + sum((task) => task.minor), pfmajor: first.deadMajor + sum((task) => task.major), vmSizeKb: live.vmSizeKb, vmRssKb: live.vmRssKb, vmSwapKb: live.vmSwapKb,
    });
    this.#starts.set(pid, first.startNs);
    this.total.processes++;
    this.total.threads++;
    for (const task of threads) {
      if (task === first || task.ended) continue;
      // Without these flags a thread has a table of its own.
      this.#sink.addThread({ ...common, tid: task.tid, vtid: task.vtid || task.tid, comm: task.comm, uid: task.uid, gid: task.gid, flags: task.ownFiles ? 0 : CLONE_FLAGS, cloneNs: -1 });
      this.#starts.set(task.tid, task.startNs);
      this.total.threads++;
    }
  }

  #file(file: FileRecord): void {
    // Another thread has the number by now, or it began after threads were read: then its process is read of /proc.
    if (this.#starts.get(file.tid) !== file.startNs) { if (file.tid === file.pid && this.#starts.has(file.tid)) this.seen.delete(file.pid); return; }
    this.#readAtNs.set(file.pid, file.atNs);
    this.total.fds++;
    if (file.socket !== undefined) this.#socket(file, file.socket); else this.#sink.addFd(file.tid, file.fd, seedOfFile(file));
  }

  #socket(file: FileRecord, socket: SocketRecord): void {
    const { ino } = file, { netNs } = socket;
    let known = this.#sockets.get(netNs);
    if (known === undefined) this.#sockets.set(netNs, known = new Map());
    if (!known.has(ino)) known.set(ino, seedOfSocket(ino, socket));
    this.#waiting.push({ tid: file.tid, fd: file.fd, netNs, ino, openFlags: captureFlags(file.flags) & CLOSED_BY_EXEC });
  }

  #placeSockets(): void {
    for (const known of this.#sockets.values()) for (const seed of settleRoles([...known.values()])) known.set(seed.ino, seed);
    for (const { tid, fd, netNs, ino, openFlags } of this.#waiting) {
      const seed = this.#sockets.get(netNs)?.get(ino);
      if (seed !== undefined) this.#sink.addFd(tid, fd, openFlags === 0 ? seed : { ...seed, openFlags });
    }
  }
}

/** A descriptor that is no socket, by what /proc would call it. */
export function seedOfFile(file: FileRecord): FdSeed {
  const link = file.text === undefined ? { kind: 'file' as const, name: '' } : parseFdLink(file.text);
  const openFlags = captureFlags(file.flags);
  if (link.kind === 'socket') return { kind: 'unsupported', ino: file.ino, name: '' };
  if (link.kind !== 'file') return { ...link, openFlags: openFlags & CLOSED_BY_EXEC };
  return { ...link, kind: (file.mode & S_IFMT) === S_IFDIR ? 'directory' : 'file', openFlags, dev: file.dev, ino: file.ino };
}

/** A socket by what it is itself; `unsupported` where it is of a family that has no kind. */
export function seedOfSocket(ino: number, socket: SocketRecord): SocketSeed {
  const { family, type, protocol } = socket;
  if (family === AF_UNIX) return { kind: 'unix', ino, name: unixName(socket.name) || unixName(socket.peerName) };
  if (family === AF_NETLINK) return { kind: 'netlink', ino, name: '' };
  const l4 = family !== AF_INET && family !== AF_INET6 ? 0 : type === SOCK_RAW ? L4_RAW : protocol === IPPROTO_TCP || protocol === IPPROTO_MPTCP ? L4_TCP : protocol === IPPROTO_UDP ? L4_UDP : 0;
  if (l4 === 0) return { kind: 'unsupported', ino, name: '' };
  // Neither bound nor connected: it has no ends yet.
  if (socket.state === TCP_CLOSE && socket.localPort === 0 && socket.remotePort === 0) return { kind: family === AF_INET ? 'ipv4' : 'ipv6', ino, l4, name: '' };
  // The port of a raw socket is its protocol; what it is connected to has none.
  return seedOfInet({ ino, l4, local: socket.local, remote: socket.remote, sport: socket.localPort, dport: l4 === L4_RAW ? 0 : socket.remotePort, state: socket.state });
}

/** As /proc/net/unix writes it: abstract names with an @ in front, and one for each NUL. */
function unixName(address: Uint8Array): string {
  if (address.length === 0) return '';
  const text = Buffer.from(address);
  if (text[0] !== 0) { const end = text.indexOf(0); return text.toString('utf8', 0, end < 0 ? text.length : end); }
  return Buffer.from(text.map((byte) => byte === 0 ? 0x40 : byte)).toString('utf8');
}
