// What a field needs to know of the system, so that a scan works out no more than its filter and its format ask for.
import { ALL, DEMAND } from '../state/demand.ts';
import type { FieldOptions, FieldRef } from './field.ts';

const { threads, descriptors, calls } = DEMAND;
/** Its forms but one show times alone. */
const OUTPUT_TIME = 'evt.outputtime', LATENCY_FORM = 'd';

/** By name, where it is not what the group says. */
const BY_NAME: ReadonlyMap<string, number> = new Map<string, number>([
  // The event's own bytes say it.
  ...['evt.num', 'evt.time', 'evt.time.s', 'evt.time.iso8601', 'evt.datetime', 'evt.datetime.s', 'evt.rawtime', 'evt.rawtime.s', 'evt.rawtime.ns', 'evt.reltime', 'evt.reltime.s', 'evt.reltime.ns', 'evt.deltatime', 'evt.deltatime.s', 'evt.deltatime.ns',
    'evt.dir', 'evt.type', 'evt.type.is', 'syscall.type', 'evt.cpu', 'evt.buffer', 'evt.res', 'evt.rawres', 'evt.failed', 'evt.is_io', 'evt.is_io_read', 'evt.is_io_write', 'evt.io_dir', 'evt.is_wait', 'evt.count', 'evt.count.error', 'evt.count.exit', 'evt.around',
    'evt.is_open_read', 'evt.is_open_write', 'evt.is_open_exec', 'thread.tid',
  ].map((name): [string, number] => [name, 0]),
  // Latency hangs on the thread's enter event.
  ...['evt.latency', 'evt.latency.s', 'evt.latency.ns', 'evt.latency.quantized', 'evt.latency.human', 'evt.wait_latency', 'evt.outputtime'].map((name): [string, number] => [name, threads | calls]),
  // Parameters show names of descriptors, paths and threads.
  ...['evt.args', 'evt.info', 'evt.arg', 'evt.rawarg', 'evt.category', 'evt.kind', 'evt.buflen', 'evt.is_syslog', 'evt.count.error.file', 'evt.count.error.net', 'evt.count.error.memory', 'evt.count.error.other'].map((name): [string, number] => [name, threads | descriptors]),
  // Paths hang on descriptors, and the begin of execve on its enter event; figures come with calls.
  ['proc.cwd', threads | descriptors], ['proc.exepath', ALL], ['proc.fdopencount', threads | descriptors], ['proc.fdusage', threads | descriptors],
  ...['stdin', 'stdout', 'stderr'].flatMap((name) => [`proc.${name}.name`, `proc.${name}.type`]).map((name): [string, number] => [name, threads | descriptors]),
  ...['proc.vmsize', 'proc.vmrss', 'proc.vmswap', 'thread.vmsize', 'thread.vmrss', 'thread.vmsize.b', 'thread.vmrss.b', 'thread.pfmajor', 'thread.pfminor'].map((name): [string, number] => [name, ALL]),
]);

/** Whole groups, where all that is not named above needs the same. What is in neither needs everything. */
const BY_GROUP: ReadonlyMap<string, number> = new Map([['process', threads], ['proc', threads], ['user', threads], ['group', threads], ['container', threads], ['fd', threads | descriptors]]);
/** Of the group that counts time between events of a thread and tells threads from processes. */
const THREAD_NAMES: ReadonlySet<string> = new Set(['thread.ismain', 'thread.vtid', 'thread.vpid', 'thread.cgroups', 'thread.cgroup', 'thread.exectime', 'thread.totexectime', 'thread.cpu', 'thread.cpu.user', 'thread.cpu.system', 'thread.nametid']);

/** Bits of `DEMAND` that a field's value needs, shown by these options if any are given; `ALL` where nothing better is known. */
export function demandOf(ref: FieldRef, options?: FieldOptions): number {
  const { name, group } = ref.field;
  if (name === OUTPUT_TIME && options !== undefined && options.timeForm !== LATENCY_FORM) return 0;
  const known = BY_NAME.get(name) ?? BY_GROUP.get(group);
  if (known !== undefined) return known;
  return THREAD_NAMES.has(name) ? threads : ALL;
}
