// For kernel tests: the probe, what it delivered in readable form, and the helper program that makes calls.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type * as Addon from '../../remote-agent/addon/porthole.d.ts';
import { EventView } from '../../remote-agent/engine/event/eventView.ts';
import type { Place } from './callsScript.ts';
import { MOST_ARGS, RECORD, RING_BUSY, RING_DISCARDED, RING_HEADER_BYTES, type EventDef, type ParamDef } from '../schema/index.ts';

export type Value = bigint | number | string | readonly (readonly [fd: number, flags: number])[];

/** One event as it came out of the ring. Times: ns since the epoch. */
export interface Recorded {
  readonly def: EventDef;
  readonly tid: number;
  readonly start: bigint;
  readonly ts: bigint;
  readonly cgroup: bigint;
  readonly flags: number;
  readonly nr: number;
  readonly params: Readonly<Record<string, Value>>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const ADDON = join(root, 'dist/agent/porthole.node');

/** Why the kernel tests cannot run here; undefined where they can. */
export function cannotRun(): string | undefined {
  if (process.platform !== 'linux') return 'KERNEL TEST SKIPPED: not Linux';
  if (process.getuid?.() !== 0) return 'KERNEL TEST SKIPPED: needs root';
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'KERNEL TEST SKIPPED: this kernel has no BTF';
  if (!existsSync(ADDON)) return `KERNEL TEST SKIPPED: ${ADDON} is not built (node remote-agent/addon/build.mjs)`;
  return undefined;
}

/** Of larger batches, which come when the machine is busy, only those parameters are decoded that somebody looks at. */
const BUSY_BYTES = 1 << 16;
/** How often something is done again because records were lost. */
const ATTEMPTS = 30;

export function openProbe(options: Addon.ProbeOptions): Addon.Probe {
  return (createRequire(import.meta.url)(ADDON) as typeof Addon).openProbe(options);
}

function text(bytes: Uint8Array): string { return Buffer.from(bytes).toString('latin1'); }

function terminated(bytes: Uint8Array, what: string): string {
  if (bytes.length === 0) return '';
  if (bytes.at(-1) !== 0) throw new Error(`${what} has no NUL`);
  return text(bytes.subarray(0, -1));
}

function inet6(bytes: Uint8Array): string { return Buffer.from(bytes).toString('hex'); }

/** `inet 127.0.0.1:80`, `unix /path`; of two ends `... -> ...`. Kernel addresses of unix sockets are left out. */
function address(bytes: Uint8Array, both: boolean): string {
  if (bytes.length === 0) return '';
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = data.getUint8(0);
  if (family === 1) return `unix ${terminated(bytes.subarray(both ? 17 : 1), 'unix address')}`;
  const size = family === 2 ? 4 : 16;
  const end = (at: number): string => `${size === 4 ? bytes.subarray(at, at + 4).join('.') : inet6(bytes.subarray(at, at + 16))}:${String(data.getUint16(at + size, true))}`;
  if (bytes.length !== 1 + (size + 2) * (both ? 2 : 1)) throw new Error(`address of ${String(bytes.length)} bytes`);
  return `${family === 2 ? 'inet' : 'inet6'} ${end(1)}${both ? ` -> ${end(3 + size)}` : ''}`;
}

function valueOf(param: ParamDef, bytes: Uint8Array): Value {
  if (param.size >= 0 && bytes.length !== param.size) throw new Error(`${param.name}:${param.type} is ${String(bytes.length)} bytes long, not ${String(param.size)}`);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (param.type) {
    case 'CHARBUF': case 'FSPATH': case 'FSRELPATH': return terminated(bytes, param.name);
    case 'BYTEBUF': return text(bytes);
    case 'SOCKADDR': return address(bytes, false);
    case 'SOCKTUPLE': return address(bytes, true);
    case 'DYN': return bytes.length === 0 ? '' : `${String(bytes[0])}:${bytes.length === 9 ? String(data.getBigInt64(1, true)) : bytes.length === 5 ? String(data.getUint32(1, true)) : text(bytes.subarray(1))}`;
    case 'FDLIST': {
      const list: [number, number][] = [];
      for (let i = 0; i < data.getUint16(0, true); i++) list.push([Number(data.getBigInt64(2 + i * 10, true)), data.getUint16(10 + i * 10, true)]);
      return list;
    }
    case 'UINT64': case 'RELTIME': case 'ABSTIME': return data.getBigUint64(0, true);
    case 'INT16': return data.getInt16(0, true);
    case 'INT32': case 'FD32': case 'PID32': return data.getInt32(0, true);
    default: return param.size === 8 ? Number(data.getBigInt64(0, true)) : param.size === 4 ? data.getUint32(0, true) : param.size === 2 ? data.getUint16(0, true) : data.getUint8(0);
  }
}

/** An event of any call has as many raw arguments as the call takes. */
function hasRawArguments(def: EventDef, nparams: number): boolean { return def.symbol === 'GENERIC_X' && nparams >= def.params.length - MOST_ARGS && nparams < def.params.length; }

/** Runs the probe and keeps what it delivers. */
export class Recorder {
  readonly events: Recorded[] = [];
  readonly probe: Addon.Probe;
  readonly folder = mkdtempSync(join(tmpdir(), 'porthole-kernel-'));
  readonly helper = join(this.folder, 'calls');
  readonly #view = new EventView();
  /** What was wrong with records as such; must stay empty. */
  readonly faults: string[] = [];
  delivered = 0;
  /** When the last record that was delivered was made, ns since the epoch; records come in this order. */
  #latest = 0n;
  /** The control group in which calls are made, and of which alone events are then taken. */
  place: Place | undefined;

  constructor(options: Addon.ProbeOptions = {}) {
    process.once('exit', () => { rmSync(this.folder, { recursive: true, force: true }); });
    execFileSync('cc', ['-O1', '-static', '-pthread', '-o', this.helper, fileURLToPath(new URL('calls.c', import.meta.url))]);
    this.probe = openProbe({ ringBytes: 64 << 20, ...options });
    this.probe.start((batch) => { this.#take(batch); });
  }

  #take(batch: Uint8Array): void {
    const data = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
    for (let at = 0; at < batch.length;) {
      const head = data.getUint32(at, true);
      const length = head & ~(RING_BUSY | RING_DISCARDED);
      const record = at + RING_HEADER_BYTES;
      if (head !== length) this.faults.push(`header ${head.toString(16)}`);
      else if (record + length > batch.length) this.faults.push('a record goes beyond its batch');
      else this.#record(batch, data, record, length);
      at = record + Math.ceil(length / 8) * 8;
    }
  }

  #record(batch: Uint8Array, data: DataView, at: number, length: number): void {
    this.delivered++;
    this.#latest = data.getBigUint64(at + RECORD.event, true);
    const view = this.#view;
    const nr = data.getUint16(at + RECORD.nr, true);
    if (!view.reset(batch, data, at + RECORD.event, data.getUint16(at + RECORD.cpu, true), nr, length - RECORD.event)) { this.faults.push(`no event in a record of ${String(length)} bytes`); return; }
    const def = view.def;
    if (def === undefined) { this.faults.push(`event ${String(view.type)} is not in the table`); return; }
    if (view.length !== length - RECORD.event) this.faults.push(`${def.symbol}: ${String(view.length)} bytes in a record of ${String(length)}`);
    if (view.nparams !== def.params.length && !hasRawArguments(def, view.nparams)) this.faults.push(`${def.symbol}: ${String(view.nparams)} parameters`);
    const held = def.params.slice(0, view.nparams).map((param, i) => [param, view.start(i) - at, view.end(i) - at] as const);
    const copy = batch.slice(at, at + length), decode = (): Record<string, Value> => this.#decode(def, held, copy);
    let params = batch.length <= BUSY_BYTES ? decode() : undefined;
    this.events.push({ def, tid: view.tid, start: data.getBigUint64(at + RECORD.start, true), ts: data.getBigUint64(at + RECORD.event, true), cgroup: data.getBigUint64(at + RECORD.cgroup, true), flags: data.getUint32(at + RECORD.flags, true), nr, get params() { return params ??= decode(); } });
  }

  #decode(def: EventDef, held: readonly (readonly [param: ParamDef, start: number, end: number])[], record: Uint8Array): Record<string, Value> {
    const params: Record<string, Value> = {};
    try {
      for (const [param, start, end] of held) params[param.name] = valueOf(param, record.subarray(start, end));
    } catch (error) {
      this.faults.push(`${def.symbol}: ${String(error)}`);
    }
    return params;
  }

  /** Waits until `find` finds something; throws after half a minute: a busy machine may have no time for it sooner. */
  async until<T>(what: string, find: () => T | undefined): Promise<T> {
    for (const end = performance.now() + 30_000; performance.now() < end;) {
      const found = find();
      if (found !== undefined) return found;
      await delay(10);
    }
    throw new Error(`waited in vain for ${what}`);
  }

  /**
   * Waits until everything that the kernel side has put down so far has been delivered: until nothing is on its way, or, as others of the host may never leave it at that, until what was made
   * later has come.
   */
  async drained(): Promise<void> {
    const later = BigInt(Date.now() + 100) * 1_000_000n;  // by more than the host's clock may be set meanwhile, in small steps
    await this.until('an empty ring', () => { const { waitingBytes, queued } = this.probe.stats(); return (waitingBytes === 0 && queued === 0) || this.#latest > later ? true : undefined; });
  }

  /** Records lost so far, of whatever cause. */
  lost(): number { return this.probe.stats().losses.reduce((sum, count) => sum + count, 0); }

  /** As `until`, but gives up as soon as records have been lost since `before`. */
  async untilOrLost<T>(what: string, before: number, find: () => T | undefined): Promise<void> {
    await this.until(what, () => (find() !== undefined || this.lost() !== before ? true : undefined));
  }

  /** Does something again where records were lost meanwhile: what others do on a busy machine fills the ring. */
  async again<T>(action: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const before = this.lost();
      let result: { readonly value: T } | undefined, failed: unknown;
      try { result = { value: await action() }; } catch (error) { failed = error; }
      if (this.lost() !== before && attempt < ATTEMPTS) { await delay(200); continue; }
      if (result === undefined) throw failed;
      return result.value;
    }
  }

  /** Has the helper make a call in a fresh directory; gives its facts, the directory and the events of its thread, once it has ended. */
  async make(call: string, command: readonly string[] = [this.helper]): ReturnType<Recorder['makeOnce']> {
    const { place } = this;
    if (place === undefined) return await this.again(() => this.makeOnce(call, command));
    this.probe.setCgroups([place.id]);
    try { return await this.again(() => this.makeOnce(call, ['/bin/sh', '-c', `echo $$ > ${place.path}/cgroup.procs; exec "$0" "$@"`, ...command])); } finally { this.probe.setCgroups(null); }
  }

  async makeOnce(call: string, command: readonly string[] = [this.helper]): Promise<{ facts: Readonly<Record<string, bigint>>; dir: string; events: readonly Recorded[] }> {
    const dir = join(this.folder, `${call}.d`);
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    this.events.length = 0;
    const before = this.lost();
    const [program = '', ...args] = command;
    const output = await new Promise<string>((resolve, reject) => {
      execFile(program, [...args, call, dir], (error, stdout, stderr) => { if (error) reject(new Error(`${call}: ${stderr}${error.message}`)); else resolve(stdout); });
    });
    const facts = Object.fromEntries(output.trim().split('\n').map((line) => line.split('=')).map(([key = '', value = '']) => [key, BigInt(value)]));
    const pid = Number(facts['pid']);
    await this.untilOrLost(`the end of process ${String(pid)}`, before, () => this.events.find((e) => e.def.name === 'procexit' && e.tid === pid));
    return { facts, dir, events: this.events.filter((e) => e.tid === pid) };
  }

  close(): void {
    this.probe.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
