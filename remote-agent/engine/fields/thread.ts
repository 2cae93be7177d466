// Fields of class process that speak of one thread.
import type { EventContext } from '../event/context.ts';
import { group, type Extract, type Field, type FieldArgument } from './field.ts';
import { mark } from './raw.ts';
import { unsigned64 } from './values.ts';

const field = group('process');
const SWITCHES = mark((e) => e.name === 'switch');
const PROCINFO = mark((e) => e.symbol === 'PROCINFO_E');
/** Id inside of containers of what stands for the description of one. */
const STANDS_IN = -2;
/** Threads whose sums are remembered at most; the sums start again beyond. */
const MAX_THREADS = 131072;

const SUBSYSTEMS: Readonly<Record<string, string>> = { perf: 'perf_event', mem: 'memory', io: 'blkio' };

/** The thread's control groups as [subsystem, path], by the names that the subsystems had first. */
function entries(ctx: EventContext): (readonly [subsystem: string, path: string])[] | undefined {
  const all = ctx.info?.cgroups;
  if (all === undefined || all === '') return undefined;
  return all.split('\0').filter((e) => e !== '').map((entry) => {
    const equals = entry.lastIndexOf('=');
    const subsystem = entry.slice(0, Math.max(0, equals)).replace('_cgroup', '');
    return [SUBSYSTEMS[subsystem] ?? subsystem, entry.slice(equals + 1)];
  });
}

function cgroup(ctx: EventContext, arg: FieldArgument): string | undefined { return entries(ctx)?.find(([subsystem]) => subsystem === arg)?.[1]; }
function cgroups(ctx: EventContext): string | undefined { return entries(ctx)?.map(([subsystem, path]) => `${subsystem}=${path}`).join(' '); }

/** The slice of CPU time that ends with a switch: time since the switch before on the same CPU. */
function slices(): (ctx: EventContext) => number {
  const last: number[] = [];
  return (ctx) => {
    if (SWITCHES[ctx.view.type] !== 1) return 0;
    const before = last[ctx.view.cpu];
    last[ctx.view.cpu] = ctx.tsNs;
    return before === undefined ? 0 : ctx.tsNs - before;
  };
}

function sums(): Extract {
  const slice = slices();
  const total = new Map<number, number>();
  return (ctx) => {
    const ns = slice(ctx);
    const tid = ctx.info?.tid;
    if (tid === undefined) return undefined;
    const sum = (total.get(tid) ?? 0) + ns;
    if (ns > 0) {
      if (total.size >= MAX_THREADS) total.clear();
      total.set(tid, sum);
    }
    return sum;
  };
}

/** CPU percent from the totals that procinfo events carry (user: parameter 0, system: 1). */
function cpu(parts: readonly number[]): () => Extract {
  return () => {
    const last = new Map<number, number>();
    return (ctx) => {
      if (PROCINFO[ctx.view.type] !== 1 || ctx.info === undefined) return undefined;
      let sum = 0;
      for (const i of parts) if (ctx.view.size(i) === 8) sum += ctx.view.data.getUint32(ctx.view.start(i) + 4, true) * 4294967296 + ctx.view.data.getUint32(ctx.view.start(i), true);
      const before = last.get(ctx.info.tid);
      if (last.size >= MAX_THREADS) last.clear();
      last.set(ctx.info.tid, sum);
      // A total of nothing counts as not known yet: so sysdig has it.
      return before === undefined || before === 0 ? 0 : Math.min(100, Math.max(0, sum - before));
    };
  };
}

/** Memory of the process, for its main thread; 0 for the others. */
function memory(ctx: EventContext, value: 'vmSizeKb' | 'vmRssKb'): number | undefined {
  if (ctx.thread === undefined) return undefined;
  return ctx.thread.isMain ? ctx.thread[value] : 0;
}

/** Counts have no sign, whatever an event says. */
function faults(count: number | bigint | undefined): number | bigint | undefined { return typeof count === 'number' ? unsigned64(count) : count; }

const none: Extract = () => undefined;

export const THREAD_FIELDS: readonly Field[] = [
  field('thread.pfmajor', 'UINT64', 'Major page faults since the thread began.', (ctx) => faults(ctx.thread?.pfmajor), { format: 'DEC' }),
  field('thread.pfminor', 'UINT64', 'Minor page faults since the thread began.', (ctx) => faults(ctx.thread?.pfminor), { format: 'DEC' }),
  field('thread.tid', 'INT64', 'Id of the thread.', (ctx) => ctx.info?.tid ?? ctx.view.tid, { format: 'ID' }),
  field('thread.ismain', 'BOOL', 'Whether it is its process\'s main thread.', (ctx) => ctx.info === undefined ? undefined : ctx.info.tid === ctx.info.pid || ctx.info.vtid === STANDS_IN),
  field('thread.exectime', 'RELTIME', 'CPU time of the slice that a switch event ends, in ns.', () => 0, { format: 'DEC', memory: slices }),
  field('thread.totexectime', 'RELTIME', 'CPU time of the thread since the first event, in ns; summed at switch events.', none, { format: 'DEC', memory: sums }),
  field('thread.cgroups', 'CHARBUF', 'All control groups of the thread, as subsystem=path.', cgroups),
  field('thread.cgroup', 'CHARBUF', 'Control group of one subsystem, e.g. thread.cgroup.cpuacct.', cgroup, { argument: 'required', checkArgument: (arg) => arg === undefined || arg === '' ? 'a subsystem is expected, e.g. thread.cgroup.cpu' : undefined }),
  field('thread.vtid', 'INT64', 'Id of the thread inside its container.', (ctx) => ctx.info === undefined || ctx.info.vtid === -1 ? undefined : ctx.info.vtid, { format: 'ID' }),
  field('thread.cpu', 'DOUBLE', 'CPU of the thread in the last second, percent (on procinfo events).', none, { memory: cpu([0, 1]) }),
  field('thread.cpu.user', 'DOUBLE', 'The same, of user code.', none, { memory: cpu([0]) }),
  field('thread.cpu.system', 'DOUBLE', 'The same, of the kernel.', none, { memory: cpu([1]) }),
  field('thread.vmsize', 'UINT64', 'Virtual memory of the process, kB, on its main thread; 0 on others.', (ctx) => memory(ctx, 'vmSizeKb'), { format: 'DEC' }),
  field('thread.vmrss', 'UINT64', 'Resident memory of the process, kB, on its main thread; 0 on others.', (ctx) => memory(ctx, 'vmRssKb'), { format: 'DEC' }),
  field('thread.vmsize.b', 'UINT64', 'The same as thread.vmsize in bytes.', (ctx) => { const kb = memory(ctx, 'vmSizeKb'); return kb === undefined ? undefined : kb * 1024; }, { format: 'DEC', use: 'table' }),
  field('thread.vmrss.b', 'UINT64', 'The same as thread.vmrss in bytes.', (ctx) => { const kb = memory(ctx, 'vmRssKb'); return kb === undefined ? undefined : kb * 1024; }, { format: 'DEC', use: 'table' }),
  field('thread.nametid', 'CHARBUF', 'Name and id of the thread in one.', (ctx) => ctx.info === undefined ? undefined : `${ctx.info.comm}${ctx.info.tid}`, { use: 'table' }),
];
