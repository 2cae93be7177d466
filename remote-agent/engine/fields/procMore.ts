// Fields of class process that newer readers have: more of ancestors, groups, the program's file, standard descriptors and rights.
import { printable } from '../base/text.ts';
import type { EventContext } from '../event/context.ts';
import type { ContainerInfo, FdInfo, ThreadInfo, ThreadMore } from '../state/model.ts';
import { KIND_WORDS } from './fd.ts';
import { group, type Extract, type Field, type FieldArgument, type FieldType } from './field.ts';
import { ancestor, commandLine, mainInfo, parentOf, someAncestor } from './threads.ts';
import { sinceBase } from './times.ts';
import { narrow } from './values.ts';

const field = group('process');
const SECOND = 1_000_000_000n;
const DEC = { format: 'DEC' } as const, ID = { format: 'ID' } as const;

const needsIndex = (arg: FieldArgument): string | undefined => arg === undefined || typeof arg === 'number' ? undefined : 'a number is expected in the brackets, e.g. proc.aexe[1] for the parent';

/** A field of ancestors: of the one that the index picks, in filters without index of any. */
function ofAncestors(name: string, doc: string, value: (info: ThreadInfo) => string | undefined, since: string): Field {
  return field(name, 'CHARBUF', `${doc} of an ancestor: [0] the process, [1] its parent, ...; in filters, without index, of any ancestor.`, (ctx, arg) => { const one = ancestor(ctx, arg === undefined ? 1 : Number(arg)); return one === undefined ? undefined : value(one); }, {
    argument: 'optional', checkArgument: needsIndex, anyOf: (ctx, test) => someAncestor(ctx, (info) => test(value(info))), since,
  });
}

/** Environment of the nearest ancestor that has the variable; without name that of the parent, whole. */
function ancestorEnvironment(ctx: EventContext, arg: FieldArgument): string | undefined {
  if (arg === undefined || typeof arg === 'number') return ancestor(ctx, arg ?? 1)?.env.join(' ');
  const start = `${arg}=`;
  let found: string | undefined;
  someAncestor(ctx, (info) => { const entry = info.env.find((one) => one.startsWith(start)); if (entry === undefined) return false; found = entry.slice(start.length); return true; });
  return found;
}

function parent(ctx: EventContext): ThreadInfo | undefined { return ctx.info === undefined ? undefined : parentOf(ctx, ctx.info); }
const ofParent = (value: (info: ThreadInfo) => string | number | undefined): Extract => (ctx) => { const one = parent(ctx); return one === undefined ? undefined : value(one); };

/** The leader of a group: the thread with that id, or, where ids are those of a namespace, the eldest ancestor in the same group. */
function leader(ctx: EventContext, id: number | undefined, same: (info: ThreadInfo) => boolean): ThreadInfo | undefined {
  if (id === undefined || id < 0) return undefined;
  const known = ctx.thread === undefined ? undefined : ctx.state.thread(id)?.info;
  if (known !== undefined) return known;
  let eldest = mainInfo(ctx);
  if (eldest === undefined || !same(eldest)) return undefined;
  someAncestor(ctx, (info) => { if (!same(info)) return true; eldest = info; return false; });
  return eldest;
}
function session(ctx: EventContext): ThreadInfo | undefined { const sid = mainInfo(ctx)?.sid; return leader(ctx, sid, (info) => info.sid === sid); }
function processGroup(ctx: EventContext): ThreadInfo | undefined { const pgid = mainInfo(ctx)?.more?.pgid; return leader(ctx, pgid, (info) => info.more?.pgid === pgid); }
function virtualGroup(ctx: EventContext): ThreadInfo | undefined {
  const vpgid = mainInfo(ctx)?.vpgid;
  if (vpgid === undefined || vpgid < 0) return undefined;
  let eldest = mainInfo(ctx);
  someAncestor(ctx, (info) => { if (info.vpgid !== vpgid) return true; eldest = info; return false; });
  return eldest;
}

/** A moment of the capture as epoch ns. */
function epoch(ctx: EventContext, ns: number): number | bigint { return narrow(ctx.state.baseNs + BigInt(Math.round(ns))); }
function began(ctx: EventContext, info: ThreadInfo | undefined): number | bigint | undefined { return info === undefined || info.cloneNs < 0 ? undefined : epoch(ctx, info.cloneNs); }

function more<K extends keyof ThreadMore>(key: K): (ctx: EventContext) => ThreadMore[K] | undefined { return (ctx) => ctx.info?.more?.[key]; }
function whole(key: 'exeIno' | 'exeCtimeNs' | 'exeMtimeNs' | 'pidnsStartNs'): Extract { return (ctx) => { const value = ctx.info?.more?.[key]; return value === undefined ? undefined : narrow(value); }; }

/** ns from one moment to another, where both are known and in that order. */
function between(from: bigint | undefined, to: bigint | undefined): number | bigint | undefined { return from === undefined || to === undefined || to < from ? undefined : narrow(to - from); }
function started(ctx: EventContext): bigint | undefined { const ns = began(ctx, ctx.info); return ns === undefined ? undefined : BigInt(ns); }

const CAPABILITIES = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT',
  'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF', 'CHECKPOINT_RESTORE',
] as const;
function capabilities(key: 'capInheritable' | 'capPermitted' | 'capEffective'): Extract {
  return (ctx) => { const bits = ctx.info?.more?.[key]; return bits === undefined ? undefined : CAPABILITIES.filter((_, bit) => ((bits >> BigInt(bit)) & 1n) !== 0n).map((name) => `CAP_${name}`).join(' '); };
}

function standard(fd: number): (ctx: EventContext) => FdInfo | undefined { return (ctx) => ctx.thread?.fds.get(fd); }

/** What a process in a container is there for. */
type Purpose = 'container' | 'healthcheck' | 'livenessProbe' | 'readinessProbe';
const MAX_PARENTS = 64;

function probeOf(container: ContainerInfo | undefined, info: ThreadInfo): Purpose | undefined {
  for (const kind of ['healthcheck', 'livenessProbe', 'readinessProbe'] as const) {
    const command = container?.[kind];
    if (command?.[0] === info.exe && command.length === info.args.length + 1 && info.args.every((arg, i) => arg === command[i + 1])) return kind;
  }
  return undefined;
}

/** A process belongs to the container's own from its first one down; what was put beside it, and has a probe's command line, is that probe with all that it starts. */
function purpose(ctx: EventContext): Purpose | undefined {
  let info = mainInfo(ctx);
  if (info === undefined || info.containerId === '') return undefined;
  const container = ctx.state.container(info.containerId);
  let found: Purpose | undefined;
  for (let i = 0; i < MAX_PARENTS && info !== undefined && info.containerId !== ''; i++) {
    if (info.vpid === 1) return 'container';
    found = probeOf(container, info) ?? found;
    info = parentOf(ctx, info);
  }
  return found;
}
const serves = (wanted: Purpose): Extract => (ctx) => ctx.info === undefined ? undefined : purpose(ctx) === wanted;

const lengthOf = (args: readonly string[]): number => args.reduce((sum, arg) => sum + arg.length, 0);
const text = (name: string, doc: string, extract: Extract, since: string): Field => field(name, 'CHARBUF', doc, extract, { since });
const number = (name: string, type: FieldType, doc: string, extract: Extract, since: string): Field => field(name, type, doc, extract, { ...DEC, since });
const flag = (name: string, doc: string, extract: Extract, since?: string): Field => field(name, 'BOOL', doc, extract, { since });

export const PROC_MORE_FIELDS: readonly Field[] = [
  flag('proc.is_container_healthcheck', 'Whether the process is part of its container\'s health check.', serves('healthcheck')),
  flag('proc.is_container_liveness_probe', 'Whether the process is part of its container\'s liveness probe.', serves('livenessProbe')),
  flag('proc.is_container_readiness_probe', 'Whether the process is part of its container\'s readiness probe.', serves('readinessProbe')),
  flag('proc.is_exe_writable', 'Whether the user who started the program may write its file.', (ctx) => ctx.info === undefined ? undefined : ctx.info.more?.exeWritable ?? false),
  flag('proc.is_exe_upper_layer', 'Whether the program\'s file is in the upper layer of an overlay: written since the container began.', more('exeUpperLayer'), '0.10'),
  flag('proc.is_exe_lower_layer', 'Whether the program\'s file is in a lower layer of an overlay: part of the image.', more('exeLowerLayer'), '0.18'),
  flag('proc.is_exe_from_memfd', 'Whether the program was run from memory, without a file.', more('exeFromMemfd'), '0.12'),
  flag('proc.is_sid_leader', 'Whether the process leads its session.', (ctx) => { const i = mainInfo(ctx); return i === undefined ? undefined : i.sid === i.vpid; }, '0.12'),
  flag('proc.is_pgid_leader', 'Whether the process leads its group.', (ctx) => { const i = mainInfo(ctx); return i?.more?.pgid === undefined ? undefined : i.more.pgid === i.pid; }, '0.19'),
  flag('proc.is_vpgid_leader', 'Whether the process leads its group, by its numbers inside the container.', (ctx) => { const i = mainInfo(ctx); return i === undefined ? undefined : i.vpgid === i.vpid; }, '0.12'),
  ofAncestors('proc.aargs', 'Arguments', (info) => info.args.join(' '), '0.21'),
  ofAncestors('proc.acmdline', 'Command line', commandLine, '0.11'),
  ofAncestors('proc.aexe', 'First word of the command line', (info) => info.exe, '0.11'),
  ofAncestors('proc.aexepath', 'Path of the executable', (info) => info.exepath, '0.11'),
  field('proc.aenv', 'CHARBUF', 'Environment of an ancestor: [1] the parent\'s; proc.aenv[NAME] the value that the nearest ancestor has of a variable.', ancestorEnvironment, { argument: 'optional', since: '0.14' }),
  text('proc.pexe', 'First word of the parent\'s command line.', ofParent((info) => info.exe), '0.11'),
  text('proc.pexepath', 'Path of the parent\'s executable.', ofParent((info) => info.exepath), '0.11'),
  field('proc.pvpid', 'INT64', 'Id of the parent inside its container.', ofParent((info) => info.vpid), { ...ID, since: '0.9' }),
  text('proc.sid.exe', 'First word of the command line of the session\'s leader.', (ctx) => session(ctx)?.exe, '0.11'),
  text('proc.sid.exepath', 'Path of the executable of the session\'s leader.', (ctx) => session(ctx)?.exepath, '0.11'),
  field('proc.pgid', 'INT64', 'Id of the process group.', more('pgid'), { ...ID, since: '0.19' }),
  text('proc.pgid.name', 'Name of the leader of the process group.', (ctx) => processGroup(ctx)?.comm, '0.19'),
  text('proc.pgid.exe', 'First word of the command line of the process group\'s leader.', (ctx) => processGroup(ctx)?.exe, '0.19'),
  text('proc.pgid.exepath', 'Path of the executable of the process group\'s leader.', (ctx) => processGroup(ctx)?.exepath, '0.19'),
  text('proc.vpgid.name', 'Name of the leader of the process group inside the container.', (ctx) => virtualGroup(ctx)?.comm, '0.12'),
  text('proc.vpgid.exe', 'First word of the command line of that leader.', (ctx) => virtualGroup(ctx)?.exe, '0.12'),
  text('proc.vpgid.exepath', 'Path of the executable of that leader.', (ctx) => virtualGroup(ctx)?.exepath, '0.12'),
  number('proc.cmdnargs', 'UINT64', 'How many arguments the command line has.', (ctx) => ctx.info?.args.length, '0.9'),
  number('proc.cmdlenargs', 'UINT64', 'How many characters the arguments of the command line have.', (ctx) => ctx.info === undefined ? undefined : lengthOf(ctx.info.args), '0.9'),
  number('proc.pid.ts', 'RELTIME', 'When the process started, ns since the epoch.', (ctx) => began(ctx, ctx.info), '0.11'),
  number('proc.ppid.ts', 'RELTIME', 'When the parent started, ns since the epoch.', (ctx) => began(ctx, parent(ctx)), '0.11'),
  number('proc.ppid.duration', 'RELTIME', 'How long ago the parent started, in ns.', (ctx) => { const i = parent(ctx); return i === undefined || i.cloneNs < 0 ? undefined : Number(sinceBase(ctx)) - i.cloneNs; }, '0.11'),
  number('proc.exe_ino', 'INT64', 'Number of the inode of the program\'s file.', whole('exeIno'), '0.10'),
  number('proc.exe_ino.ctime', 'ABSTIME', 'When the program\'s file was last changed, its name and rights included; ns since the epoch.', whole('exeCtimeNs'), '0.10'),
  number('proc.exe_ino.mtime', 'ABSTIME', 'When the content of the program\'s file was last changed; ns since the epoch.', whole('exeMtimeNs'), '0.10'),
  number('proc.exe_ino.ctime_duration_proc_start', 'ABSTIME', 'How long the program\'s file had been as it is when the process started, ns.', (ctx) => between(ctx.info?.more?.exeCtimeNs, started(ctx)), '0.10'),
  number('proc.exe_ino.ctime_duration_pidns_start', 'ABSTIME', 'How long after the start of its container the program\'s file was changed, ns.', (ctx) => between(ctx.info?.more?.pidnsStartNs, ctx.info?.more?.exeCtimeNs), '0.10'),
  number('proc.pidns_init_start_ts', 'UINT64', 'When the first process of the container started, ns since the epoch.', whole('pidnsStartNs'), '0.10'),
  ...(['stdin', 'stdout', 'stderr'] as const).flatMap((name, fd) => [
    text(`proc.${name}.type`, `What the process has open as its ${name}: file, pipe, ...`, (ctx) => { const i = standard(fd)(ctx); return i === undefined ? undefined : KIND_WORDS[i.kind]; }, '0.18'),
    text(`proc.${name}.name`, `Name of what the process has open as its ${name}.`, (ctx) => { const i = standard(fd)(ctx); return i === undefined ? undefined : printable(i.name); }, '0.18'),
  ]),
  text('thread.cap_permitted', 'Rights (capabilities) that the thread may use.', capabilities('capPermitted'), '0.7'),
  text('thread.cap_inheritable', 'Rights that programs which the thread runs may inherit.', capabilities('capInheritable'), '0.7'),
  text('thread.cap_effective', 'Rights that the thread uses.', capabilities('capEffective'), '0.7'),
];

/** Seconds as ns. */
export const secondsToNs = (seconds: number): number | bigint => narrow(BigInt(Math.trunc(seconds)) * SECOND);
