// Calls under way on this host: those that the probe saw begin, and those that began before it, by /proc.
import { closeSync, openSync, readSync, readlinkSync } from 'node:fs';
import type { InflightCall, Probe } from '../addon/porthole.d.ts';
import type { Arch, WaitKind } from '../engine/session/callTable.ts';
import type { CallSource, Look } from '../engine/session/inflight.ts';
import type { DescriptorRow } from '../engine/session/tree.ts';
import type { RawCall } from '../engine/session/underway.ts';
import type { StateView } from '../engine/state/model.ts';
import { lookInside } from './inflightLook.ts';
import { ProcessMemory } from './processMemory.ts';
import { readSmall } from './procScan.ts';
import { parseFdLink } from './procText.ts';

export const OWN_ARCH: Arch = process.arch === 'arm64' ? 'arm64' : 'x64';
/** e_ident[EI_CLASS] of elf(5). */
const ELF_CLASS = 4, ELF_32 = 1;
const MAX_ARCHS = 20_000;
/** What reading /proc may take before others get their turn, ms. */
const SLICE_MS = 8;

export interface HostCallsOptions {
  readonly state: StateView;
  readonly probe: () => Probe | undefined;
  /** Lets everybody else have a turn. */
  readonly pause: () => Promise<void>;
  readonly root?: string;
  /** Process that is left out: nobody wants to know what the agent itself waits for. */
  readonly ownPid?: number;
}

/** /proc/PID/syscall (fs/proc/base.c): number and registers of the call that a thread is blocked in. `none`: it runs, or is blocked outside of any call. */
export function parseSyscall(text: string): { readonly nr: number; readonly args: readonly bigint[] } | 'none' {
  const words = text.trim().split(' ');
  const nr = Number(words[0]);
  // A thread of the kernel's own has neither stack nor place in a program.
  if (words.length < 9 || !Number.isInteger(nr) || nr < 0 || (words[7] === '0x0' && words[8] === '0x0')) return 'none';
  return { nr, args: words.slice(1, 7).map((word) => BigInt(word)) };
}

/** /proc/PID/sched (kernel/sched/debug.c): when the thread ran last by the scheduler's clock, ms; NaN where the kernel does not say: of one that has not run yet it says 0. */
export function parseSched(text: string): { readonly ranMs: number } { return { ranMs: Number(/^se\.exec_start\s*:\s*([\d.]+)/m.exec(text)?.[1]) || Number.NaN }; }
/** How long a thread has not run, ns; -1 where that is not known. */
function idle(clockMs: number, ranMs: number): number { const ns = (clockMs - ranMs) * 1e6; return ns >= 0 ? ns : Number.isNaN(ns) ? -1 : 0; }

/** A thread that was found in a call; `mark` changes whenever it runs. */
interface Found { readonly mark: string; readonly ranMs: number; readonly call: { readonly nr: number; readonly args: readonly bigint[] } }

export class HostCalls implements CallSource {
  readonly #options: HostCallsOptions;
  readonly #root: string;
  readonly #memory: ProcessMemory;
  /** One look at the host answers all who ask meanwhile. */
  #running: ReturnType<HostCalls['list']> | undefined;
  /** Threads that were found in a call that the probe has not seen begin, for as long as they do not run. */
  #found = new Map<number, Found>();
  /** Threads whose calls the probe told of last. */
  #seen: ReadonlySet<number> = new Set();
  /** How the programs of processes number their calls, by process and program. */
  readonly #archs = new Map<string, Arch>();

  constructor(options: HostCallsOptions) {
    this.#options = options;
    this.#root = options.root ?? '/proc';
    this.#memory = new ProcessMemory(this.#root);
  }

  /** What the probe saw begin; empty without one. */
  seen(): RawCall[] {
    const calls = (this.#options.probe()?.inflight() ?? []).map((call) => this.#raw(call));
    this.#seen = new Set(calls.map((call) => call.tid));
    return calls;
  }

  #raw({ tid, nr, startNs, args }: InflightCall): RawCall { return { tid, arch: OWN_ARCH, nr, startNs: Number(startNs - this.#options.state.baseNs), idleNs: -1, args }; }

  async list(): ReturnType<CallSource['list']> {
    this.#running ??= this.#list().finally(() => { this.#running = undefined; });
    return await this.#running;
  }

  /**
   * A thread that the probe knows nothing of, and that has not run between the look at its call and the look after the probe was asked, was in that call
   * before the probe watched. One that has run may be in another call by now: it is left out, rather than told of wrongly.
   */
  async #list(): ReturnType<CallSource['list']> {
    const { state, pause } = this.#options, own = this.#options.ownPid ?? process.pid;
    const threads = [...state.threads()].map(({ info }) => ({ tid: info.tid, pid: info.pid })).filter(({ pid }) => pid !== own);
    const found = new Map<number, Found & { readonly pid: number; /** Found before, so that it need not be looked at again. */ readonly known: boolean }>();
    let hidden = 0, sliceEnd = performance.now() + SLICE_MS;
    const breathe = async (): Promise<void> => { if (performance.now() > sliceEnd) { await pause(); sliceEnd = performance.now() + SLICE_MS; } };
    for (const { pid, tid } of threads) {
      if (this.#seen.has(tid)) continue;
      const mark = this.#mark(pid, tid), before = this.#found.get(tid);
      if (before !== undefined && mark !== '' && before.mark === mark) found.set(tid, { ...before, pid, known: true });
      else {
        const line = this.#line(pid, tid);
        if (line === undefined) hidden += mark === '' ? 0 : 1;
        const call = parseSyscall(line ?? '');
        if (call !== 'none') found.set(tid, { pid, mark, call, ranMs: this.#sched(pid, tid).ranMs, known: false });
      }
      await breathe();
    }
    const calls = new Map(this.seen().map((call) => [call.tid, call]));
    const clock = this.#clock();
    this.#found = new Map();
    for (const [tid, { pid, mark, call, ranMs, known }] of found) {
      if (calls.has(tid) || (!known && this.#mark(pid, tid) !== mark)) continue;
      this.#found.set(tid, { mark, call, ranMs });
      calls.set(tid, { tid, arch: this.#arch(pid, tid), nr: call.nr, startNs: Number.NaN, idleNs: idle(clock, ranMs), args: call.args });
      await breathe();
    }
    calls.forEach((_, tid) => { if (state.thread(tid)?.info.pid === own) calls.delete(tid); });
    return { calls: [...calls.values()], threads: threads.length, hidden };
  }

  /** By the class of the program's file: /proc/PID/syscall gives numbers as the program does. The probe makes those of 64-bit programs of them. */
  #arch(pid: number, tid: number): Arch {
    if (OWN_ARCH !== 'x64') return OWN_ARCH;
    const key = `${pid} ${this.#options.state.thread(tid)?.info.exepath ?? ''}`;
    let arch = this.#archs.get(key);
    if (arch === undefined) {
      if (this.#archs.size >= MAX_ARCHS) this.#archs.clear();
      this.#archs.set(key, arch = readBytes(`${this.#root}/${pid}/exe`, ELF_CLASS + 1)?.[ELF_CLASS] === ELF_32 ? 'ia32' : 'x64');
    }
    return arch;
  }

  now(pid: number, tid: number): RawCall | undefined {
    const call = parseSyscall(this.#line(pid, tid) ?? '');
    if (call === 'none') return undefined;
    return { tid, arch: this.#arch(pid, tid), nr: call.nr, startNs: Number.NaN, idleNs: idle(this.#clock(), this.#sched(pid, tid).ranMs), args: call.args };
  }

  /**
   * What changes whenever the thread runs: /proc/PID/schedstat (Documentation/scheduler/sched-stats.rst) has its time on a CPU, its time in a queue and how often
   * it ran; kernels that keep none say 0 0 0, and count its switches elsewhere. '' where it is gone.
   */
  #mark(pid: number, tid: number): string {
    const mark = readSmall(`${this.#root}/${pid}/task/${tid}/schedstat`);
    return mark !== undefined && !mark.startsWith('0 0 0') ? mark : [...(readSmall(`${this.#root}/${pid}/task/${tid}/status`) ?? '').matchAll(/^\w*voluntary_ctxt_switches:\s*(\d+)/gm)].map((match) => match[1]).join(' ');
  }
  #sched(pid: number, tid: number): { readonly ranMs: number } { return parseSched(readSmall(`${this.#root}/${pid}/task/${tid}/sched`) ?? ''); }
  #line(pid: number, tid: number): string | undefined { return readSmall(`${this.#root}/${pid}/task/${tid}/syscall`); }

  /** The scheduler's clock now, ms: what it says of whoever runs, and this thread does. That of another CPU may lag by the time that a hypervisor took from it. */
  #clock(): number { return parseSched(readSmall(`${this.#root}/thread-self/sched`) ?? '').ranMs; }

  async look(pid: number, call: RawCall, kind: WaitKind): Promise<Look | undefined> { return await lookInside(this.#root, this.#memory, pid, call, kind); }

  descriptor(pid: number, fd: number): DescriptorRow | undefined {
    let text: string;
    try { text = readlinkSync(`${this.#root}/${pid}/fd/${fd}`); } catch { return undefined; }
    const link = parseFdLink(text);
    return link.kind === 'socket' ? { fd, kind: 'unknown', name: text } : { fd, kind: link.kind, name: link.name ?? '' };
  }
}

function readBytes(path: string, length: number): Uint8Array | undefined {
  let fd: number;
  try { fd = openSync(path, 'r'); } catch { return undefined; }
  try { const bytes = new Uint8Array(length); return readSync(fd, bytes, 0, length, 0) === length ? bytes : undefined; } catch { return undefined; } finally { closeSync(fd); }
}
