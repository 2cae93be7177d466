// What only newer sources tell of a thread: its program's file, its rights, its namespaces.
import { eventBySymbol } from '../../../driver/schema/index.ts';
import type { EventView } from '../event/eventView.ts';
import type { ThreadMore } from './model.ts';

const CLONES = ['SYSCALL_CLONE_20_X', 'SYSCALL_FORK_20_X', 'SYSCALL_VFORK_20_X', 'SYSCALL_CLONE3_X'].map((symbol) => eventBySymbol(symbol));
const EXECS = ['SYSCALL_EXECVE_19_X', 'SYSCALL_EXECVEAT_X'].map((symbol) => eventBySymbol(symbol));
/** Index of the namespace's start, by event type. */
const START: ReadonlyMap<number, number> = new Map(CLONES.map((def) => [def.id, def.index.get('pidns_init_start_ts') ?? -1]));
/** Index of the flags that say what kind of file was executed, by event type; what belongs to it follows in the same order everywhere. */
const FLAGS: ReadonlyMap<number, number> = new Map(EXECS.map((def) => [def.id, def.index.get('flags') ?? -1]));
const PGID: ReadonlyMap<number, number> = new Map(EXECS.map((def) => [def.id, def.index.get('pgid') ?? -1]));
const WRITABLE = 1, UPPER_LAYER = 2, FROM_MEMFD = 4, LOWER_LAYER = 8;
const WHOLE = 8;

function whole(view: EventView, i: number): bigint | undefined {
  if (view.size(i) !== WHOLE) return undefined;
  const at = view.start(i);
  return (BigInt(view.data.getUint32(at + 4, true)) << 32n) | BigInt(view.data.getUint32(at, true));
}

/** What a clone says, beside what the child has from its parent. `bootNs`: when the host began, epoch ns; namespaces start so long after it. */
export function moreOfClone(view: EventView, from: ThreadMore | undefined, bootNs: bigint): ThreadMore | undefined {
  const start = whole(view, START.get(view.type) ?? -1);
  return start === undefined ? from : { ...from, pidnsStartNs: bootNs + start };
}

/** What an exec says. */
export function moreOfExec(view: EventView, old: ThreadMore | undefined): ThreadMore | undefined {
  const i = FLAGS.get(view.type) ?? -1;
  if (view.size(i) !== 4) return old;
  const flags = view.data.getUint32(view.start(i), true);
  const pgid = whole(view, PGID.get(view.type) ?? -1);
  return {
    exeWritable: (flags & WRITABLE) !== 0, exeUpperLayer: (flags & UPPER_LAYER) !== 0, exeFromMemfd: (flags & FROM_MEMFD) !== 0, exeLowerLayer: (flags & LOWER_LAYER) !== 0,
    capInheritable: whole(view, i + 1), capPermitted: whole(view, i + 2), capEffective: whole(view, i + 3), exeIno: whole(view, i + 4), exeCtimeNs: whole(view, i + 5), exeMtimeNs: whole(view, i + 6),
    pidnsStartNs: old?.pidnsStartNs, pgid: pgid === undefined ? old?.pgid : Number(BigInt.asIntN(64, pgid)),
  };
}
