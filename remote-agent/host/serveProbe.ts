// What a client asks of the probe while it runs: which events it wants, that they are counted, and what becomes of the rule for overload.
import { CALL_BITS, HOST_KINDS, SYSCALLS, type Syscall } from '../../driver/schema/index.ts';
import type { CallCounter, CaptureProfile, HostCounters, Probe } from '../addon/porthole.d.ts';
import type { Session } from '../engine/session/session.ts';
import { ALL } from '../engine/state/demand.ts';
import { ERRORS, type CaptureWish, type CountersResult, type LeftOutRow } from '../protocol/messages.ts';
import { ServiceError, type ControlService } from '../protocol/server.ts';
import { loadAddon } from './addon.ts';
import { callBits, callOf, changesState } from './probeCalls.ts';
import { addCounters, countersSince } from './probeCounters.ts';
import { ContainerScope } from './probeFilterContainers.ts';
import { STEPS, type OverloadRule } from './probeOverload.ts';
import { callRows, ContainersOfCgroups, hostRows } from './serveCounters.ts';

/** Counters are kept up for so long after they were asked for last, ms: nobody looks any more. */
const LINGER_MS = 15_000;
const MOST_CONTAINERS = 256, MOST_CALLS = 512, MOST_ROWS = 2000;
/** Characters of an id: of containerd, `namespace/name`. */
const MOST_ID = 300;
const MAX_SNAPLEN = 4096;

/** Everything, as it comes without asking. */
export const NO_WISH: CaptureWish = { containers: [], calls: [], failedOnly: false, slowerThanNs: 0, snaplen: -1, switches: false, pageFaults: false };

export interface ControlledProbe {
  readonly session: Session;
  readonly rule: OverloadRule;
  /** Whether less is asked for by itself under overload, at the beginning. */
  readonly spare: boolean;
  probe(): Probe | undefined;
  /** Has the probe told what is wanted now. */
  apply(): void;
}

/** Reads and writes can tell more of a descriptor, but they are left out where nobody asks for them. */
const IO = new Set(['read', 'write', 'pread64', 'pwrite64', 'readv', 'writev', 'preadv', 'pwritev', 'recvfrom', 'sendto', 'recvmsg', 'sendmsg']);
const STARTS = new Set(['clone', 'clone3', 'fork', 'vfork', 'execve', 'execveat']);
/** Whether a call comes whatever is asked for: without it processes and descriptors would have wrong names. */
const comesAlways = (call: Syscall): boolean => STARTS.has(call.name) || (changesState(call, ALL) && !IO.has(call.name));

/** Checks what came over the wire; throws a ServiceError. */
export function checkedWish(wish: CaptureWish): CaptureWish {
  const bad = (what: string): ServiceError => new ServiceError(ERRORS.profile, `This cannot be asked of the probe: ${what}.`);
  const { containers, calls, failedOnly, slowerThanNs, snaplen, switches, pageFaults } = wish;
  const texts = (list: unknown, most: number): list is readonly string[] => Array.isArray(list) && list.length <= most && list.every((one) => typeof one === 'string');
  if (!texts(containers, MOST_CONTAINERS) || containers.some((id) => id === '' || id.length > MOST_ID)) throw bad(`at most ${MOST_CONTAINERS} containers, each by its id`);
  if (!texts(calls, MOST_CALLS)) throw bad(`at most ${MOST_CALLS} calls by name`);
  const unknown = calls.find((name) => !SYSCALLS.some((call) => call.name === name));
  if (unknown !== undefined) throw bad(`there is no call ${JSON.stringify(unknown.slice(0, 40))}`);
  if (!(slowerThanNs >= 0 && slowerThanNs <= 3600e9)) throw bad('a length of calls is from 0 to an hour');
  if (!Number.isInteger(snaplen) || snaplen < -1 || snaplen > MAX_SNAPLEN) throw bad(`the bytes of a buffer are from 0 to ${MAX_SNAPLEN}`);
  return { containers: [...new Set(containers)], calls: [...new Set(calls)], failedOnly: failedOnly === true, slowerThanNs, snaplen, switches: switches === true, pageFaults: pageFaults === true };
}

/** The profile for a wish, but for its containers. */
export function wishedProfile(wish: CaptureWish): CaptureProfile {
  const { calls, failedOnly, slowerThanNs, snaplen, switches, pageFaults } = wish, names = new Set(calls);
  const narrow = names.size > 0 || failedOnly || slowerThanNs > 0 || wish.containers.length > 0;
  return {
    ...(narrow ? { calls: callBits((call) => (comesAlways(call) ? CALL_BITS.event | CALL_BITS.always : names.size === 0 || names.has(call.name) ? CALL_BITS.event : 0), names.size === 0 ? CALL_BITS.event : 0), endsOfAll: true } : {}),
    ...(failedOnly ? { failedOnly } : {}), ...(slowerThanNs > 0 ? { slowerThanNs } : {}), ...(snaplen >= 0 ? { snaplen } : {}), ...(switches ? { switches } : {}), ...(pageFaults ? { pageFaults } : {}),
  };
}

/** The profile with every call counted, of everybody. */
export function counted(profile: CaptureProfile): CaptureProfile {
  const calls = callBits(() => CALL_BITS.count, CALL_BITS.count);
  for (let nr = 0; nr < calls.length; nr++) calls[nr] = (calls[nr] ?? 0) | (profile.calls === undefined ? CALL_BITS.event : profile.calls[nr] ?? 0);
  return { ...profile, calls, countAll: true };
}

/** Since when is counted, when that was asked for last, what stood in the counters before, and what could not be begun. */
interface Counting { readonly startMs: number; askedMs: number; readonly before: readonly CallCounter[]; readonly host: HostCounters | undefined; readonly problems: readonly string[] }

export class ProbeControl implements ControlService {
  spare: boolean;
  readonly #of: ControlledProbe;
  readonly #containers: ContainersOfCgroups;
  #wish = NO_WISH;
  #scope: ContainerScope | undefined;
  /** Something was asked for at least once: from then on the probe is always told all. */
  #used = false;
  #sinceNs = -1;
  #counting: Counting | undefined;

  constructor(of: ControlledProbe) {
    this.#of = of;
    this.spare = of.spare;
    this.#containers = new ContainersOfCgroups(of.session, of.probe);
  }

  /** What goes into the probe's profile beside what was asked for at the start; undefined where nothing ever did. */
  profileWith(base: CaptureProfile): CaptureProfile | undefined {
    if (!this.#used) return undefined;
    const profile = { ...base, ...wishedProfile(this.#wish), ...this.#scope?.profile };
    return this.#counting === undefined ? profile : counted(profile);
  }

  /** Once a second: true where the probe has to be told anew, since control groups came or nobody looks at counters any more. */
  second(): boolean {
    const stale = this.#counting !== undefined && performance.now() - this.#counting.askedMs > LINGER_MS;
    if (stale) this.#stop();
    return this.#scope?.refresh() === true || stale;
  }

  /** Says in the session's status what is asked for now. */
  tell(): void {
    const { rule, session } = this.#of;
    this.#sinceNs = rule.step === 0 ? -1 : this.#sinceNs >= 0 ? this.#sinceNs : session.nowNs;
    session.asked = { spare: this.spare, leftOut: STEPS.slice(1, rule.step + 1).map(({ what }) => what), sinceNs: this.#sinceNs, wish: this.#wish, containerNames: this.#wish.containers.map((id) => session.container(id)?.name || id) };
  }

  #probe(): Probe {
    const probe = this.#of.probe();
    if (probe === undefined) throw new ServiceError(ERRORS.notLive, `There is no probe on this host. ${this.#of.session.problems.map(({ message, remedy }) => `${message} ${remedy}`).join(' ')}`.trim());
    return probe;
  }

  setOverload({ spare, widen }: { readonly spare?: boolean; readonly widen?: boolean }): void {
    this.#probe();
    if (spare !== undefined) this.spare = spare;
    if (widen === true || !this.spare) this.#of.rule.step = 0;
    this.#of.apply();
  }

  leftOut(): readonly LeftOutRow[] {
    const rows = new Map<string, LeftOutRow>();
    for (const { cgroup, nr, narrow, leftOut } of this.#probe().counters()) {
      if (leftOut === 0) continue;
      const { id, name } = this.#containers.of(cgroup), call = nameOfCall(nr, narrow), key = `${id} ${call}`;
      rows.set(key, { containerId: id, container: name, call, count: leftOut + (rows.get(key)?.count ?? 0) });
    }
    return [...rows.values()].sort((a, b) => b.count - a.count).slice(0, MOST_ROWS);
  }

  setWish(wish: CaptureWish): void {
    this.#probe();
    this.#wish = checkedWish(wish);
    this.#used = true;
    const { containers } = this.#wish;
    this.#scope = containers.length === 0 ? undefined : new ContainerScope({ ids: new Set(containers), names: new Set() }, (id) => this.#of.session.container(id)?.name);
    this.#scope?.refresh();
    this.#of.apply();
  }

  /** Counts since it was asked for first, or anew; the first answer is empty. */
  counters(anew: boolean): CountersResult {
    const probe = this.#probe();
    if (anew) this.#stop();
    this.#counting ??= this.#begin(probe);
    this.#counting.askedMs = performance.now();
    const { startMs, before, host, problems } = this.#counting;
    const now = addCounters(probe.counters()), { counts, lost } = host?.counts() ?? { counts: [], lost: 0 };
    const rows = callRows(countersSince(now, before), this.#containers, nameOfCall);
    return {
      elapsedNs: (performance.now() - startMs) * 1e6, containers: hostRows(counts, this.#containers).slice(0, MOST_ROWS), calls: rows.slice(0, MOST_ROWS), totalCalls: rows.length, lost,
      problems: [...problems, ...(host?.missing() ?? []).map((name) => `This kernel has no tracepoint ${name}: what it would tell is not counted.`)],
    };
  }

  #begin(probe: Probe): Counting {
    let host: HostCounters | undefined;
    const problems: string[] = [];
    try { host = loadAddon().openHostCounters({ kinds: [...HOST_KINDS] }); } catch (error) { problems.push(`Processors, disks and TCP are not counted: ${error instanceof Error ? error.message : String(error)}`); }
    const counting = { startMs: performance.now(), askedMs: performance.now(), before: addCounters(probe.counters()), host, problems };
    this.#counting = counting;
    this.#used = true;
    this.#of.apply();
    return counting;
  }

  #stop(): void {
    this.#counting?.host?.close();
    this.#counting = undefined;
  }

  close(): void { this.#stop(); }
}

function nameOfCall(nr: number, narrow: boolean): string { return narrow ? `ia32:${nr}` : callOf(nr)?.name ?? String(nr); }
