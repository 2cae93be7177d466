// Makes the C header of the probe from the event table: ids, record layout, causes of loss, and which handler serves which call.
import { CALL_BITS, CALLS_32, COUNTER_BUCKETS, ENUMS, EVENT_HEADER, eventBySymbol, GROUP_BITS, HIERARCHIES, HOST_FIELDS, HOST_HISTOGRAMS, HOST_KINDS, IPCCALLS, KERNEL_LOSSES, MOST_ARGS, PROFILE_RULES, RECORD, RECORD_FLAGS, RING_HEADER_BYTES, SNAP_KINDS, SNAPSHOT_FILE, SNAPSHOT_SOCKET, SNAPSHOT_TASK, SOCKETCALLS, SYSCALL_BY_NAME, SYSCALLS } from '../schema/index.ts';

/** Tables of named bits that the probe translates the kernel's own encodings into. */
const ENUM_TABLES = ['file_flags', 'clone_flags', 'mmap_flags', 'fcntl_commands', 'openat2_flags', 'execve_flags', 'execveat_flags', 'creat_flags', 'fchownat_flags', 'epoll_create1_flags', 'poll_flags', 'semop_flags', 'semget_flags', 'semctl_commands', 'io_uring_setup_flags', 'ptrace_requests', 'quotactl_cmds', 'quotactl_quota_fmts', 'quotactl_dqi_flags', 'quotactl_types', 'delete_module_flags', 'pf_flags'] as const;

/** Native numbers that the probe's tables cover; calls beyond are captured as generic ones without a code. */
export const LIMIT_NR = 512;

/** Stands for all calls of 32-bit programs that 64-bit programs have not; the last number, which no architecture uses. */
export const NR_OTHER = LIMIT_NR - 1;

/** One file of the probe's sources. */
export interface Source { readonly name: string; readonly text: string }

/** The calls with a handler of their own: each `CALL(name)` at the start of a line. Their family is the name of the file. */
export function handledCalls(sources: readonly Source[]): { name: string; family: string }[] {
  return sources.flatMap(({ name: file, text }) => [...text.matchAll(/^CALL\((\w+)\)/gm)].map((match) => ({ name: match[1] ?? '', family: file.replace(/\.h$/, '') })));
}

function snake(name: string): string { return name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase(); }
function constant(name: string): string { return name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll(' ', '_').toUpperCase(); }

/** A table by native number, 16 to a line. */
function table(type: string, name: string, values: readonly number[]): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += 16) lines.push(`  ${values.slice(i, i + 16).join(', ')},`);
  return `static const volatile ${type} ${name}[${String(values.length)}] = {\n${lines.join('\n')}\n};`;
}

function byNumber(missing: number, entries: Iterable<readonly [nr: number, value: number]>): number[] {
  const values = new Array<number>(LIMIT_NR).fill(missing);
  for (const [nr, value] of entries) if (nr >= 0 && nr < LIMIT_NR) values[nr] = value;
  return values;
}

/** What is known of a call by its number: its code in captures, and how many arguments it takes. */
function tablesOf(arch: 'x64' | 'arm64'): string[] {
  return [
    table('__u16', 'code_of_call', byNumber(0, SYSCALLS.map((call) => [call[arch], call.code]))),
    table('__u8', 'args_of_call', byNumber(MOST_ARGS, SYSCALLS.map((call) => [call[arch], call.args]))),
  ];
}

/** The same for calls of 32-bit programs, and which call of 64-bit programs they are. */
function tablesOf32(): string[] {
  const calls = [...CALLS_32];
  const numbers = (names: readonly string[]): number[] => [...names, ...new Array<string>(32 - names.length).fill('')].map((name) => (name === '' ? NR_OTHER : SYSCALL_BY_NAME.get(name)?.x64 ?? NR_OTHER));
  return [
    table('__u16', 'code_of_call_ia32', byNumber(0, calls.map(([nr, call]) => [nr, call.code]))),
    table('__u8', 'args_of_call_ia32', byNumber(MOST_ARGS, calls.map(([nr, call]) => [nr, call.args]))),
    table('__u16', 'call_of_ia32', byNumber(NR_OTHER, calls.map(([nr, call]) => [nr, call.x64 >= 0 ? call.x64 : NR_OTHER]))),
    table('__u16', 'call_of_socketcall', numbers(SOCKETCALLS)),
    table('__u16', 'call_of_ipc', numbers(IPCCALLS)),
  ];
}

/** The whole header. `sources`: the text of driver/bpf/*.h and *.c. Throws where a handler names a call that the table does not hold. */
export function makeHeader(sources: readonly Source[]): string {
  const out: string[] = ['// Generated from driver/schema by `npx tsx driver/codegen/generate.ts`. Do not edit.', '#pragma once', '', '// Record layout, bytes', `#define RING_HEADER_BYTES ${String(RING_HEADER_BYTES)}`];
  for (const [name, offset] of Object.entries(RECORD)) out.push(`#define RECORD_${constant(name)} ${String(offset)}`);
  for (const [name, offset] of Object.entries(EVENT_HEADER)) if (typeof offset === 'number') out.push(`#define EVENT_${constant(name)} ${String(offset)}`);
  for (const [name, bit] of Object.entries(RECORD_FLAGS)) out.push(`#define FLAG_${constant(name)} ${String(bit)}`);
  out.push('', '// The capture profile, and counters');
  for (const [prefix, values] of [['CALL', CALL_BITS], ['RULE', PROFILE_RULES], ['GROUP', GROUP_BITS], ['HIERARCHY', HIERARCHIES], ['SNAP', SNAP_KINDS]] as const) for (const [name, value] of Object.entries(values)) out.push(`#define ${prefix}_${constant(name)} ${String(value)}`);
  out.push(`#define COUNTER_BUCKETS ${String(COUNTER_BUCKETS.count)}`, `#define COUNTER_FIRST_BIT ${String(COUNTER_BUCKETS.firstBit)}`);
  out.push('', '// Counters beside those of calls: index of each number, of each histogram’s first, and how many there are');
  for (const kind of HOST_KINDS) {
    const prefix = `HOST_${constant(kind)}`, fields = HOST_FIELDS[kind], histograms = HOST_HISTOGRAMS[kind];
    fields.forEach((name, i) => out.push(`#define ${prefix}_${constant(name)} ${String(i)}`));
    histograms.forEach((name, i) => out.push(`#define ${prefix}_${constant(`${name}Lengths`)} ${String(fields.length + i * COUNTER_BUCKETS.count)}`));
    out.push(`#define ${prefix}_NUMBERS ${String(fields.length + histograms.length * COUNTER_BUCKETS.count)}`);
  }
  out.push('', '// What iterators write of what is there at the start', '#if defined(__bpf__)');
  for (const [name, fields] of Object.entries({ task: SNAPSHOT_TASK, file: SNAPSHOT_FILE, socket: SNAPSHOT_SOCKET })) out.push(`struct snapshot_${name} { ${Object.entries(fields).map(([field, type]) => type === 'bytes16' ? `__u8 ${snake(field)}[16];` : `__${type} ${snake(field)};`).join(' ')} };`);
  out.push('#endif', '', '// Causes of loss');
  KERNEL_LOSSES.forEach((cause, i) => out.push(`#define LOSS_${constant(cause)} ${String(i)}`));
  out.push(`#define LOSS_CAUSES ${String(KERNEL_LOSSES.length)}`, '', '// Event and number of parameters');
  const handled = handledCalls(sources);
  const rows = handled.map(({ name, family }) => {
    const call = SYSCALLS.find((s) => s.name === name && (s.x64 >= 0 || s.arm64 >= 0));
    if (call === undefined) throw new Error(`driver/bpf: CALL(${name}) is no system call of driver/schema/syscalls.ts`);
    const event = eventBySymbol(`${call.event}_X`);
    out.push(`#define EVENT_${name} ${String(event.id)}`, `#define PARAMS_${name} ${String(event.params.length)}`);
    return { call, family };
  });
  for (const [name, symbol] of [['generic', 'GENERIC_X'], ['execve_enter', 'SYSCALL_EXECVE_19_E'], ['execveat_enter', 'SYSCALL_EXECVEAT_E'], ['procexit', 'PROCEXIT_1_E'], ['signaldeliver', 'SIGNALDELIVER_E'], ['switch', 'SCHEDSWITCH_6_E'], ['page_fault', 'PAGE_FAULT_E'], ['notification', 'NOTIFICATION_E']] as const) {
    const event = eventBySymbol(symbol);
    out.push(`#define EVENT_${name} ${String(event.id)}`, `#define PARAMS_${name} ${String(event.params.length)}`);
  }
  out.push('', '// Captures’ encodings of flags');
  for (const table of ENUM_TABLES) for (const [name, value] of ENUMS[table] ?? []) out.push(`#define SCAP_${table}_${name} ${String(value)}`);
  const families = [...new Set(rows.map((row) => row.family))];
  for (const arch of ['x64', 'arm64'] as const) {
    const here = rows.filter(({ call }) => call[arch] >= 0);
    out.push('', arch === 'x64' ? '#if defined(__TARGET_ARCH_x86) || defined(__x86_64__)' : '#elif defined(__TARGET_ARCH_arm64) || defined(__aarch64__)');
    for (const { call } of here) out.push(`#define NR_${call.name} ${String(call[arch])}`);
    out.push('// The calls that each family of handlers serves');
    for (const family of families) out.push(`#define CALLS_${family}(CALL) ${here.filter((row) => row.family === family).map(({ call }) => `CALL(${call.name})`).join(' ')}`);
  }
  out.push('#endif', `#define FAMILIES(FAMILY) ${families.map((family) => `FAMILY(${family})`).join(' ')}`);
  out.push('', `#define NR_OTHER ${String(NR_OTHER)}`, '#if defined(__bpf__)', '// By native number: code of a call in captures (0: none), number of its arguments', '#if defined(__TARGET_ARCH_x86)', ...tablesOf('x64'), '// the same for 32-bit programs, and the numbers that 64-bit programs use', ...tablesOf32(), '#else', ...tablesOf('arm64'), '#endif', '#endif', '');
  return out.join('\n');
}
