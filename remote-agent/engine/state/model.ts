// What is known of threads, descriptors and containers. The infos are immutable: a change makes a new one, so that an event of the past
// can keep a reference to what was true when it happened. `Thread` is the part that moves.

import type { Cluster } from './cluster.ts';
import type { Mesos } from './mesos.ts';

/** What a descriptor stands for; `unknown`: a socket of a family without tables. `ipv4server` and `ipv6server` are listening (or bound, unconnected) sockets. */
export type FdKind = 'file' | 'directory' | 'ipv4' | 'ipv6' | 'ipv4server' | 'ipv6server' | 'unix' | 'pipe' | 'event' | 'signalfd' | 'eventpoll' | 'inotify' | 'timerfd' | 'netlink' | 'bpf' | 'userfaultfd' | 'io_uring' | 'memfd' | 'pidfd' | 'unsupported' | 'unknown';

/** One open descriptor as last seen. A socket is replaced by a new info when it binds or connects. */
export interface FdInfo {
  /** Unique within one SystemState; what histories store. */
  readonly ref: number;
  readonly kind: FdKind;
  /** Path, or the text of the tuple (`10.0.0.1:4000->10.0.0.2:80`, `0.0.0.0:80`), '' where there is none. Raw: may hold any character. */
  readonly name: string;
  readonly openFlags: number;
  readonly dev: number;
  readonly ino: number;
  /** 0 unknown, 1 n/a, 2 TCP, 3 UDP, 4 ICMP, 5 RAW (scap's numbers). */
  readonly l4: number;
  /** Addresses as text, '' where not known; ports 0. Source is the client's end, destination the server's; a listening socket has only `dip`, `dport`. */
  readonly sip: string;
  readonly dip: string;
  readonly sport: number;
  readonly dport: number;
  readonly role: 'none' | 'client' | 'server';
  readonly connected: boolean;
}

/** What only newer sources tell of a thread. What is not known is left out. */
export interface ThreadMore {
  /** Whether the user may write the program's file; whether it is in a layer of an overlay, or in memory alone. */
  readonly exeWritable?: boolean | undefined;
  readonly exeUpperLayer?: boolean | undefined;
  readonly exeLowerLayer?: boolean | undefined;
  readonly exeFromMemfd?: boolean | undefined;
  readonly exeIno?: bigint | undefined;
  /** Epoch ns. */
  readonly exeCtimeNs?: bigint | undefined;
  readonly exeMtimeNs?: bigint | undefined;
  /** Bits of capabilities. */
  readonly capInheritable?: bigint | undefined;
  readonly capPermitted?: bigint | undefined;
  readonly capEffective?: bigint | undefined;
  /** Epoch ns. */
  readonly pidnsStartNs?: bigint | undefined;
  readonly pgid?: number | undefined;
}

/** What a thread is, as it was at some moment. */
export interface ThreadInfo {
  /** Unique within one SystemState; what histories store. */
  readonly ref: number;
  readonly tid: number;
  readonly pid: number;
  readonly ptid: number;
  readonly vtid: number;
  readonly vpid: number;
  readonly sid: number;
  readonly vpgid: number;
  readonly comm: string;
  readonly exe: string;
  readonly exepath: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly root: string;
  /** `subsys=path` entries joined by NUL, as in captures. */
  readonly cgroups: string;
  readonly uid: number;
  readonly gid: number;
  readonly loginuid: number;
  readonly tty: number;
  readonly flags: number;
  /** Start of the thread, ns since the state's time base; -1 where not known. */
  readonly cloneNs: number;
  /** -1 where not known. */
  readonly fdlimit: number | bigint;
  /** Twelve hex digits (or the engine's own form); '' on the host itself. */
  readonly containerId: string;
  readonly more?: ThreadMore | undefined;
  /** The parent as it was when this info was made. */
  readonly parent: ThreadInfo | undefined;
}

/** A live thread. Only `state/` changes it. */
export interface Thread {
  info: ThreadInfo;
  /** Shared with the main thread where the threads share their descriptors. */
  readonly fds: ReadonlyMap<number, FdInfo>;
  isMain: boolean;
  pfmajor: number | bigint;
  pfminor: number | bigint;
  vmSizeKb: number;
  vmRssKb: number;
  vmSwapKb: number;
  /** Threads of the process beside the main one. */
  childCount: number;
}

export interface ContainerMount { readonly source: string; readonly destination: string; readonly mode: string; readonly rw: boolean; readonly propagation: string }

/** One container as an engine describes it, or as a capture's container events do. */
export interface ContainerInfo {
  readonly id: string;
  readonly fullId: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly imageRepo: string;
  readonly imageTag: string;
  readonly imageDigest: string;
  /** docker, podman, cri, ... (sysdig's words). */
  readonly type: string;
  readonly privileged: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
  readonly ip: string;
  /** running, exited, ...; 'unknown' in captures. */
  readonly status: string;
  /** Seconds since the epoch; 0 where not known. */
  readonly createdSeconds: number;
  /** Id of the task that Mesos runs in it. */
  readonly mesosTaskId?: string | undefined;
  /** Commands that look after its health, the program first; left out where there are none. */
  readonly healthcheck?: readonly string[] | undefined;
  readonly livenessProbe?: readonly string[] | undefined;
  readonly readinessProbe?: readonly string[] | undefined;
  /** Id of the pod's sandbox that it belongs to, and what the network's plug-in said of it. */
  readonly sandboxId?: string | undefined;
  /** Name of the pod, and of the namespace: Kubernetes', or the engine's own. */
  readonly pod?: string | undefined;
  readonly namespace?: string | undefined;
  readonly sandboxLabels?: Readonly<Record<string, string>> | undefined;
  readonly cniJson?: string | undefined;
  readonly hostPid?: boolean | undefined;
  readonly hostNetwork?: boolean | undefined;
  readonly hostIpc?: boolean | undefined;
}

export interface UserInfo { readonly uid: number; readonly gid: number; readonly name: string; readonly home: string; readonly shell: string }
export interface GroupInfo { readonly gid: number; readonly name: string }
export interface MachineInfo { readonly cpus: number; readonly memoryBytes: number; readonly maxPid: number; readonly hostname: string; readonly bootNs: bigint }
export interface InterfaceInfo { readonly name: string; readonly ip: string; readonly netmask: string; readonly broadcast: string; readonly isV6: boolean; readonly speed: bigint }

/** What tells of a thread where it is. */
export interface Placed { readonly tid?: number | undefined; readonly vtid?: number | undefined; readonly cgroups?: string | undefined; readonly exepath?: string | undefined; readonly containerId?: string | undefined }

/** Reads of the state; what fields, filters and pages see. */
export interface StateView {
  thread(tid: number): Thread | undefined;
  container(id: string): ContainerInfo | undefined;
  /** A user or group by the host's number. Of a container that has users of its own, these; else the host's. */
  user(uid: number, containerId?: string): UserInfo | undefined;
  group(gid: number, containerId?: string): GroupInfo | undefined;
  threads(): IterableIterator<Thread>;
  containers(): IterableIterator<ContainerInfo>;
  /** Epoch ns of time 0: event times are numbers of ns since then (exact for 104 days). */
  readonly baseNs: bigint;
  readonly machine: MachineInfo;
  /** Time of the source's first event (container descriptions aside), ns since the base; what relative times count from. */
  readonly firstNs?: number;
  /** Whether an address is one of this host's own. */
  isLocalAddress?(ip: string): boolean;
  /** The Kubernetes cluster, as far as the source tells of it. */
  readonly cluster?: Cluster | undefined;
  /** What runs by Mesos, as far as the source tells of it. */
  readonly mesos?: Mesos | undefined;
  /** Which container a thread is in, where its control groups do not tell by themselves: for sources that know more. */
  containerElsewhere?: ((thread: Placed, parent: ThreadInfo | undefined) => { readonly id: string; readonly type: string } | undefined) | undefined;
  /** Name of an address in DNS, where whoever runs the engine looks it up: the engine does no I/O. */
  addressName?: ((ip: string) => string | undefined) | undefined;
}
