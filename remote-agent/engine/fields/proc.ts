// Fields of class process that speak of the process as a whole.
import type { EventContext } from '../event/context.ts';
import { isPairs } from '../event/show.ts';
import type { Thread, ThreadInfo } from '../state/model.ts';
import { group, type Field, type FieldArgument } from './field.ts';
import { ancestor, commandLine, mainInfo, mainThread, parentOf, someAncestor, walkUp } from './threads.ts';

const field = group('process');


function parent(ctx: EventContext): ThreadInfo | undefined { return ctx.info === undefined ? undefined : parentOf(ctx, ctx.info); }

/** Id of the farthest ancestor, or the process itself, that looks like a shell. */
function loginShell(ctx: EventContext): number | undefined {
  let found: number | undefined;
  walkUp(ctx, (info) => { if (info.comm.endsWith('sh')) found = info.pid; return true; });
  return found;
}

/** Name of the session's leader, or of the eldest ancestor in the same session. */
function sessionName(ctx: EventContext): string | undefined {
  const info = ctx.info;
  if (info === undefined) return undefined;
  const leader = ctx.thread === undefined ? undefined : ctx.state.thread(info.sid)?.info;
  if (leader !== undefined) return leader.comm;
  const sid = mainInfo(ctx)?.sid;
  let eldest: string | undefined;
  walkUp(ctx, (one) => { if (one.sid !== sid) return false; eldest = one.comm; return true; });
  return eldest;
}

function environment(ctx: EventContext, arg: FieldArgument): string | undefined {
  const env = mainInfo(ctx)?.env;
  if (env === undefined) return undefined;
  if (arg === undefined) return env.join(' ');
  const start = `${arg}=`;
  return env.find((entry) => entry.startsWith(start))?.slice(start.length);
}

function argument(ctx: EventContext, arg: FieldArgument): string | undefined {
  const args = ctx.info?.args;
  return typeof arg === 'number' ? args?.[arg] : args?.join(' ');
}

function index(arg: FieldArgument): string | undefined { return arg === undefined || typeof arg === 'number' ? undefined : 'a number is expected in the brackets, e.g. proc.aname[1] for the parent'; }

function usage(ctx: EventContext): number | undefined {
  const main = mainThread(ctx);
  if (main === undefined) return undefined;
  const limit = Number(main.info.fdlimit);
  return limit <= 0 ? 0 : (100 * main.fds.size) / limit;
}

/** Where the memory of the event's process is noted: captures with enter events note it for each thread. */
function memoryOf(ctx: EventContext): Thread | undefined { return isPairs(ctx.state) ? ctx.thread : mainThread(ctx); }

export const PROC_FIELDS: readonly Field[] = [
  field('proc.pid', 'INT64', 'Id of the process.', (ctx) => ctx.info?.pid, { format: 'ID' }),
  field('proc.exe', 'CHARBUF', 'First word of the command line, as the process was called (argv[0]).', (ctx) => ctx.info?.exe),
  field('proc.name', 'CHARBUF', 'Name of the executable, without its path.', (ctx) => ctx.info?.comm),
  field('proc.args', 'CHARBUF', 'Arguments of the command line.', argument, { argument: 'optional' }),
  field('proc.env', 'CHARBUF', 'Environment variables; proc.env[NAME] gives the value of one.', environment, { argument: 'optional' }),
  field('proc.cmdline', 'CHARBUF', 'Command line: proc.name and proc.args.', (ctx) => ctx.info === undefined ? undefined : commandLine(ctx.info)),
  field('proc.exeline', 'CHARBUF', 'Command line: proc.exe and proc.args.', (ctx) => { const i = ctx.info; return i === undefined ? undefined : `${i.exe} ${i.args.join(' ')}`; }),
  field('proc.cwd', 'CHARBUF', 'Working directory.', (ctx) => mainInfo(ctx)?.cwd),
  field('proc.nthreads', 'UINT32', 'How many threads the process has.', (ctx) => { const m = mainThread(ctx); return m === undefined ? undefined : m.childCount + 1; }, { format: 'DEC' }),
  field('proc.nchilds', 'UINT32', 'How many threads the process has beside its main one.', (ctx) => ctx.thread?.childCount, { format: 'DEC' }),
  field('proc.ppid', 'INT64', 'Id of the parent process.', (ctx) => mainInfo(ctx)?.ptid, { format: 'ID' }),
  field('proc.pname', 'CHARBUF', 'Name of the parent process.', (ctx) => parent(ctx)?.comm),
  field('proc.pcmdline', 'CHARBUF', 'Command line of the parent process.', (ctx) => { const i = parent(ctx); return i === undefined ? undefined : commandLine(i); }),
  field('proc.apid', 'INT64', 'Id of an ancestor: [0] the process, [1] its parent, ...; in filters, without index, of any ancestor.', (ctx, arg) => ancestor(ctx, arg === undefined ? 1 : Number(arg))?.pid, { format: 'ID', argument: 'optional', checkArgument: index, anyOf: (ctx, test) => someAncestor(ctx, (info) => test(info.pid)) }),
  field('proc.aname', 'CHARBUF', 'Name of an ancestor: [0] the process, [1] its parent, ...; in filters, without index, of any ancestor.', (ctx, arg) => ancestor(ctx, arg === undefined ? 1 : Number(arg))?.comm, { argument: 'optional', checkArgument: index, anyOf: (ctx, test) => someAncestor(ctx, (info) => test(info.comm)) }),
  field('proc.loginshellid', 'INT64', 'Id of the oldest shell among the ancestors: tells one user\'s sitting from another\'s.', loginShell, { format: 'ID' }),
  field('proc.duration', 'RELTIME', 'How long ago the process started, in ns.', (ctx) => ctx.info === undefined || ctx.info.cloneNs < 0 ? undefined : ctx.tsNs - ctx.info.cloneNs, { format: 'DEC' }),
  field('proc.fdopencount', 'UINT64', 'How many descriptors the process has open.', (ctx) => mainThread(ctx)?.fds.size, { format: 'DEC' }),
  field('proc.fdlimit', 'INT64', 'How many descriptors the process may open.', (ctx) => mainInfo(ctx)?.fdlimit, { format: 'DEC' }),
  field('proc.fdusage', 'DOUBLE', 'Open descriptors in percent of the limit.', usage),
  field('proc.vmsize', 'UINT64', 'Virtual memory of the process, kB.', (ctx) => memoryOf(ctx)?.vmSizeKb, { format: 'DEC' }),
  field('proc.vmrss', 'UINT64', 'Resident memory of the process, kB.', (ctx) => memoryOf(ctx)?.vmRssKb, { format: 'DEC' }),
  field('proc.vmswap', 'UINT64', 'Swapped memory of the process, kB.', (ctx) => memoryOf(ctx)?.vmSwapKb, { format: 'DEC' }),
  field('proc.vpid', 'INT64', 'Id of the process inside its container.', (ctx) => ctx.info === undefined || ctx.info.vpid === -1 ? undefined : ctx.info.vpid, { format: 'ID' }),
  field('proc.sid', 'INT64', 'Id of the session.', (ctx) => ctx.info?.sid, { format: 'ID' }),
  field('proc.sname', 'CHARBUF', 'Name of the process that leads the session.', sessionName),
  field('proc.tty', 'INT32', 'Number of the controlling terminal; 0 for none.', (ctx) => ctx.info === undefined ? undefined : ctx.info.tty | 0, { format: 'ID' }),
  field('proc.exepath', 'CHARBUF', 'Path of the executable.', (ctx) => ctx.info?.exepath),
  field('proc.vpgid', 'INT64', 'Id of the process group inside the container.', (ctx) => ctx.info?.vpgid, { format: 'ID' }),
];
