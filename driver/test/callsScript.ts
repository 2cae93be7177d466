// Scripts of system calls for kernel tests: written as tables, made by callsScript.c in a process of their own, each call checked against its event.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CALLS_32, ENUMS, ERRNO, eventBySymbol, SYSCALLS, type Syscall } from '../schema/index.ts';
import { Recorder, type Recorded, type Value } from './recorder.ts';

/** An argument as callsScript.c reads it. */
export interface Token { readonly token: string }
export type Arg = number | bigint | Token;

const encode = (bytes: Uint8Array): string => [...bytes].map((byte) => ((byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122) || byte === 47 || byte === 46 ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`)).join('');
const written = (arg: Arg): string => (typeof arg === 'object' ? arg.token : String(arg));
const DIR = '<dir>';

/** A pointer to text with a NUL; bytes where it is no UTF-8. */
export const text = (value: string | Uint8Array): Token => ({ token: `"${encode(typeof value === 'string' ? Buffer.from(value) : value)}` });
/** A pointer to the path of a file in the script's own directory. */
export const path = (name: string | Uint8Array = ''): Token => ({ token: `"${DIR}${name.length > 0 ? '/' : ''}${text(name).token.slice(1)}` });
/** A pointer to so many zeros, under a name where one is given. */
export const zeros = (size: number, name?: string): Token => ({ token: `+${String(size)}${name === undefined ? '' : `:${name}`}` });
/** A pointer to bytes, under a name where one is given. */
export const bytes = (value: Uint8Array, name?: string): Token => ({ token: `#${Buffer.from(value).toString('hex')}${name === undefined ? '' : `:${name}`}` });
/** A pointer to words of the program's own size; to 32-bit words. */
export const words = (...args: readonly Arg[]): Token => ({ token: `[${args.map(written).join(',')}]` });
export const ints = (...args: readonly Arg[]): Token => ({ token: `{${args.map(written).join(',')}}` });
/** The address of named zeros, and the 32-bit or 64-bit word that calls have since written there. */
export const at = (name: string): Token => ({ token: `&${name}` });
export const int = (name: string, index = 0): Token => ({ token: `@${name}.${String(index)}` });
export const word = (name: string, index = 0): Token => ({ token: `@@${name}.${String(index)}` });
/** What an earlier call of the script returned, by its label. */
export const ret = (label: string): Token => ({ token: `=<${label}>` });
/** An address that nobody can read. */
export const NOWHERE = 0x1000;
export const AT_FDCWD = -100;

/** What a check may look at: results, arguments and memory as the helper saw them. */
export interface Made {
  readonly dir: string;
  readonly pid: number;
  /** What the call returned, or an earlier one by its label. */
  ret(label?: string): bigint;
  /** An argument of the call, as a number without a sign. */
  arg(index: number): bigint;
  int(name: string, index?: number): number;
}
type Params = Readonly<Record<string, Value | ((value: Value) => boolean)>>;

/**
 * One call: name and label (`pipe2:p`), arguments, result (`ok`: none of an error; errors by their names, several joined by `|`), and the
 * parameters of its event but the first, which is the result. Calls without an event of their own have none: code, number, result and
 * arguments are always checked. `flags`: of the record; `waitsNs`: the call takes at least so long. `also`: calls that the
 * process makes within, as signals are handled. `unbegun`: the kernel tells of the call's end alone.
 */
export type Row = readonly [call: string, args: readonly Arg[], result: number | string, params?: Params | ((made: Made) => Params) | undefined, more?: { readonly flags?: number; readonly waitsNs?: bigint; readonly also?: readonly string[]; readonly unbegun?: true }];
export interface Script { readonly what: string; readonly rows: readonly Row[]; readonly as?: 'nobody'; readonly narrow?: true }

/** The value of named flags. */
export function flags(table: string, ...names: readonly string[]): number {
  return names.reduce((sum, name) => sum | (ENUMS[table]?.find(([of]) => of === name)?.[1] ?? assert.fail(`no flag ${name}`)), 0);
}

const arch = process.arch === 'x64' ? 'x64' : 'arm64';
const NUMBERS_32: Readonly<Record<string, number>> = { mmap2: 192, stat64: 195, fstat64: 197, socketcall: 102, ipc: 117, chown32: 212, setuid32: 213, getuid32: 199, getgid16: 47, fcntl64: 221, umount: 22, clock_gettime64: 403, ppoll_time64: 414, statfs64: 268, waitpid: 7, getresuid16: 165, truncate64: 193, setresuid16: 164 };

/** Name and label of a row. */
function named(row: Row): { name: string; label: string } { const [name = '', label = ''] = row[0].split(':'); return { name, label }; }
export function nameOf(row: Row): string { return named(row).name; }

/** Numbers that no table knows are written as `nr500`. */
function syscall(name: string): Syscall {
  const unknown = /^nr(\d+)$/.exec(name)?.[1];
  if (unknown !== undefined) return { code: 0, name, x64: Number(unknown), arm64: Number(unknown), ia32: -1, args: 6, event: 'GENERIC', oldEvent: '', category: 'OTHER' };
  return SYSCALLS.find((s) => s.name === name) ?? assert.fail(`no call ${name}`);
}
function numberOf(script: Script, name: string): number {
  if (script.narrow !== true) return syscall(name)[arch];
  return NUMBERS_32[name] ?? syscall(name).ia32;
}

interface Line { readonly nr: number; readonly t0: bigint; readonly t1: bigint; readonly ret: bigint; readonly args: readonly bigint[] }

/** A control group of the test's own: whatever else the machine does stays out of the ring when the probe is asked for it alone. */
export interface Place { readonly where: string; readonly path: string; readonly id: bigint; remove(): Promise<void> }

/** Removes a control group, which is busy until the last of its processes is gone. */
async function removeGroup(dir: string): Promise<void> {
  for (let i = 0; ; i++) try { rmdirSync(dir); return; } catch (error) {
    if (i === 500) throw error;
    await delay(20);
  }
}

/**
 * Where calls are made: in a plain control group, and in one that looks like a container's. Undefined where there is no v2 hierarchy to make one
 * in: calls are then made where the test runs.
 */
export function places(): readonly (Place | undefined)[] {
  const mount = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((dir) => existsSync(join(dir, 'cgroup.subtree_control')));
  if (mount === undefined) return [undefined];
  const id = createHash('sha256').update(`porthole ${String(process.pid)}`).digest('hex');
  const make = (where: string, ...names: readonly string[]): Place => {
    const dirs = names.map((_, i) => join(mount, ...names.slice(0, i + 1))), path = dirs.at(-1) ?? mount;
    mkdirSync(path, { recursive: true });
    return { where, path, id: statSync(path, { bigint: true }).ino, remove: async () => { for (const dir of dirs.toReversed()) await removeGroup(dir); } };
  };
  try { return [make('outside', `porthole-calls-${String(process.pid)}`), make('in a container’s control group', `porthole-docker-${String(process.pid)}`, id)]; } catch { return [undefined]; }
}

/** Makes scripts and checks what the probe says of them. */
export class Scripts {
  readonly folder = mkdtempSync(join(tmpdir(), 'porthole-calls-'));
  readonly #recorder: Recorder;
  readonly #helper = join(this.folder, 'callsScript');

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
    execFileSync('cc', ['-O1', '-static', ...(arch === 'x64' ? ['-mno-red-zone'] : []), '-o', this.#helper, fileURLToPath(new URL('callsScript.c', import.meta.url))]);
    execFileSync('chmod', ['755', this.folder]);
  }

  close(): void { rmSync(this.folder, { recursive: true, force: true }); }

  /** Runs a script, in a control group where one is given; fails where an event is not what its row says. */
  async check(script: Script, cgroup?: Place): Promise<void> {
    const { probe } = this.#recorder;
    // Whatever else the machine does shall not fill the ring: the probe leaves out other calls, and other control groups.
    if (script.narrow !== true) {
      const own = new Set(script.rows.flatMap((row) => [nameOf(row), ...(row[4]?.also ?? [])].map((name) => syscall(name)[arch])));
      probe.setUnwantedCalls(SYSCALLS.map((call) => call[arch]).filter((nr) => nr >= 0 && !own.has(nr)));
    }
    if (cgroup !== undefined) probe.setCgroups([cgroup.id]);
    try { await this.#recorder.again(() => this.#checkOnce(script, cgroup)); } finally {
      probe.setUnwantedCalls([]);
      probe.setCgroups(null);
    }
  }

  async #checkOnce(script: Script, cgroup?: Place): Promise<void> {
    const before = this.#recorder.lost();
    const dir = mkdtempSync(join(this.folder, 'd'));
    execFileSync('chmod', ['777', dir]);
    const labels = new Map(script.rows.map((row, i) => [named(row).label, i]));
    const resolved = (arg: Arg): string => written(arg).replaceAll(DIR, encode(Buffer.from(dir))).replace(/=<(\w+)>/g, (_, label: string) => `=${String(labels.get(label) ?? assert.fail(`no label ${label}`))}`);
    const lines = script.rows.map((row) => [numberOf(script, nameOf(row)), ...row[1].map(resolved)].join(' '));
    const options = [...(script.as === 'nobody' ? ['-n'] : []), ...(script.narrow === true ? ['-3'] : []), ...(cgroup === undefined ? [] : ['-g', join(cgroup.path, 'cgroup.procs')])];
    this.#recorder.events.length = 0;
    const output = await new Promise<string>((resolve, reject) => {
      execFile(this.#helper, [...options, ...lines], { cwd: dir }, (error, stdout, stderr) => { if (error) reject(new Error(`${script.what}: ${stderr}${error.message}`)); else resolve(stdout); });
    });
    const pid = Number(/^pid (\d+)$/m.exec(output)?.[1]);
    await this.#recorder.untilOrLost(`the end of process ${String(pid)}`, before, () => this.#recorder.events.find((e) => e.def.name === 'procexit' && e.tid === pid));
    const made: Line[] = [...output.matchAll(/^call (.*)$/gm)].map(([, line = '']) => { const [nr = '', t0 = '', t1 = '', result = '', ...args] = line.split(' '); return { nr: Number(nr), t0: BigInt(t0), t1: BigInt(t1), ret: BigInt(result), args: args.map(BigInt) }; });
    const memory = new Map([...output.matchAll(/^bytes (\w+) (\w*)$/gm)].map(([, name = '', hex = '']) => [name, Buffer.from(hex, 'hex')]));
    assert.equal(made.length, script.rows.length, output);
    const events = this.#recorder.events.filter((e) => e.tid === pid);
    script.rows.forEach((row, i) => {
      const line = made[i] ?? assert.fail();
      const about: Made = {
        dir, pid,
        ret: (label) => (label === undefined ? line : made[labels.get(label) ?? assert.fail(label)] ?? assert.fail()).ret,
        arg: (index) => line.args[index] ?? assert.fail(),
        int: (name, index = 0) => memory.get(name)?.readInt32LE(index * 4) ?? assert.fail(name),
      };
      try { checkCall(script, row, line, about, events, cgroup?.id); } catch (error) { throw new Error(`${script.what}, call ${String(i)}, ${row[0]}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }); }
    });
  }
}

function checkResult(expected: number | string, result: bigint): void {
  if (typeof expected === 'number') assert.equal(result, BigInt(expected), 'result');
  else if (expected === 'ok') assert.ok(result >= 0n || result < -4095n, `failed with ${ERRNO.get(Number(-result)) ?? String(result)}`);
  else if (expected !== 'any') assert.ok(expected.split('|').includes(result >= 0n ? 'ok' : ERRNO.get(Number(-result)) ?? ''), `result is ${result < 0n ? ERRNO.get(Number(-result)) ?? String(result) : String(result)}, not ${expected}`);
}

function checkCall(script: Script, row: Row, line: Line, made: Made, events: readonly Recorded[], cgroup: bigint | undefined): void {
  const [, , result, params, more] = row;
  checkResult(result, line.ret);
  const all = events.filter((e) => e.def.isExit && (more?.unbegun === true ? e.start === 0n && e.ts >= line.t0 : e.start >= line.t0) && e.ts <= line.t1), also = (more?.also ?? []).map((name) => syscall(name)[arch]);
  for (const nr of also) assert.ok(all.some((e) => e.nr === nr), `no event of call ${String(nr)}, which is made within`);
  const within = all.filter((e) => !also.includes(e.nr));
  assert.equal(within.length, 1, `${String(within.length)} events between its beginning and its end: ${within.map((e) => e.def.name).join(' ')}`);
  const event = within[0] ?? assert.fail();
  assert.ok(event.ts >= event.start, 'it ends before it begins');
  if (more?.waitsNs !== undefined) assert.ok(event.ts - event.start >= more.waitsNs, `it took ${String(event.ts - event.start)} ns`);
  if (cgroup !== undefined) assert.equal(event.cgroup, cgroup, 'control group');
  assert.equal(event.flags, more?.flags ?? 0, 'flags of the record');
  if (event.def.symbol === 'GENERIC_X') checkGeneric(script, row, line, event);
  else checkOwn(script, row, line, event, typeof params === 'function' ? params(made) : params ?? {});
}

/** What a program sees as EINTR leaves the call as an order to restart it, which a handler of a signal then overrides (kernel: include/linux/errno.h, ERESTARTSYS and its kin). */
const RESTARTS = new Set([-512, -513, -514, -516]), EINTR = -4;

function checkGeneric(script: Script, row: Row, line: Line, event: Recorded): void {
  const { name } = named(row);
  assert.equal(row[3], undefined, `${name} has no event of its own here`);
  const call = script.narrow === true ? CALLS_32.get(line.nr) ?? assert.fail(`no call ${String(line.nr)}`) : syscall(name);
  const args = Object.fromEntries(line.args.slice(0, call.args).map((value, i) => [`a${String(i)}`, script.narrow === true ? BigInt.asUintN(32, value) : value]));
  const restarts = line.ret === BigInt(EINTR) && RESTARTS.has(Number(event.params['res']));
  assert.deepEqual(event.params, { ID: call.code, nativeID: line.nr, res: restarts ? event.params['res'] : Number(line.ret), ...args });
  if (script.narrow !== true) assert.equal(event.nr, line.nr);
}

function checkOwn(script: Script, row: Row, line: Line, event: Recorded, params: Params): void {
  const { name } = named(row);
  if (script.narrow !== true) {
    assert.equal(event.def, eventBySymbol(`${syscall(name).event}_X`), 'event');
    assert.equal(event.nr, line.nr);
  }
  const [first] = event.def.params;
  if (first !== undefined && params[first.name] === undefined) assert.equal(BigInt.asIntN(first.size * 8, BigInt(event.params[first.name] as number | bigint)), BigInt.asIntN(first.size * 8, line.ret), first.name);
  const rest = Object.keys(event.params).filter((key) => key !== first?.name || params[key] !== undefined);
  assert.deepEqual(rest, Object.keys(params), 'names and order of the parameters');
  for (const key of rest) {
    const want = params[key], value = event.params[key] ?? assert.fail();
    if (typeof want === 'function') assert.ok(want(value), `${key} is ${String(value)}`);
    else if (typeof want === 'bigint' || typeof want === 'number') assert.equal(typeof value === 'bigint' || typeof value === 'number' ? BigInt(value) : value, BigInt(want), key);
    else assert.deepEqual(value, want, key);
  }
}
