// Makes the C header of the probe from the event table: ids, record layout, causes of loss, and which handler serves which call.
import { ENUMS, EVENT_HEADER, eventBySymbol, KERNEL_LOSSES, RECORD, RECORD_FLAGS, SYSCALLS } from '../schema/index.ts';

/** Tables of named bits that the probe translates the kernel's own encodings into. */
const ENUM_TABLES = ['file_flags', 'clone_flags', 'mmap_flags', 'fcntl_commands', 'openat2_flags', 'execve_flags', 'execveat_flags', 'fchownat_flags', 'epoll_create1_flags', 'poll_flags'] as const;

/** Native numbers that the probe's tables cover; calls beyond are captured as generic ones without a code. */
export const LIMIT_NR = 512;

/** One file of the probe's sources. */
export interface Source { readonly name: string; readonly text: string }

/** The calls with a handler of their own: each `CALL(name)` at the start of a line. Their family is the name of the file. */
export function handledCalls(sources: readonly Source[]): { name: string; family: string }[] {
  return sources.flatMap(({ name: file, text }) => [...text.matchAll(/^CALL\((\w+)\)/gm)].map((match) => ({ name: match[1] ?? '', family: file.replace(/\.h$/, '') })));
}

function constant(name: string): string { return name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll(' ', '_').toUpperCase(); }

/** Codes by native number, 16 to a line. */
function codes(name: string, numberOf: (call: (typeof SYSCALLS)[number]) => number): string {
  const table = new Array<number>(LIMIT_NR).fill(0);
  for (const call of SYSCALLS) { const nr = numberOf(call); if (nr >= 0 && nr < LIMIT_NR) table[nr] = call.code; }
  const lines: string[] = [];
  for (let i = 0; i < LIMIT_NR; i += 16) lines.push(`  ${table.slice(i, i + 16).join(', ')},`);
  return `static const volatile __u16 ${name}[${String(LIMIT_NR)}] = {\n${lines.join('\n')}\n};`;
}

/** The whole header. `sources`: the text of driver/bpf/*.h and *.c. Throws where a handler names a call that the table does not hold. */
export function makeHeader(sources: readonly Source[]): string {
  const out: string[] = ['// Generated from driver/schema by `npx tsx driver/codegen/generate.ts`. Do not edit.', '#pragma once', '', '// Record layout, bytes'];
  for (const [name, offset] of Object.entries(RECORD)) out.push(`#define RECORD_${constant(name)} ${String(offset)}`);
  for (const [name, offset] of Object.entries(EVENT_HEADER)) if (typeof offset === 'number') out.push(`#define EVENT_${constant(name)} ${String(offset)}`);
  for (const [name, bit] of Object.entries(RECORD_FLAGS)) out.push(`#define FLAG_${constant(name)} ${String(bit)}`);
  out.push('', '// Causes of loss');
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
  for (const [name, symbol] of [['generic', 'GENERIC_X'], ['execve_enter', 'SYSCALL_EXECVE_19_E'], ['execveat_enter', 'SYSCALL_EXECVEAT_E'], ['procexit', 'PROCEXIT_1_E'], ['signaldeliver', 'SIGNALDELIVER_E']] as const) {
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
  out.push('', '#if defined(__bpf__)', '// Code of a call in captures, by its native number; 0 where it has none', '#if defined(__TARGET_ARCH_x86)', codes('code_of_call', (c) => c.x64), '// the same for 32-bit programs', codes('code_of_call_ia32', (c) => c.ia32), '#else', codes('code_of_call', (c) => c.arm64), '#endif', '#endif', '');
  return out.join('\n');
}
