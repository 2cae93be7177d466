// Counters of the kernel side as rows for a client: by container, whose control groups are added up.
import type { HostKind } from '../../driver/schema/index.ts';
import type { CallCounter, HostCount, Probe } from '../addon/porthole.d.ts';
import type { Session } from '../engine/session/session.ts';
import { containerOfCgroups } from '../engine/state/containers.ts';
import type { CallCounterRow, ContainerCounterRow } from '../protocol/messages.ts';
import { CgroupResolver } from './cgroups.ts';
import { addCounters, quantileNs } from './probeCounters.ts';
import { hostTotals, type HostNumbers } from './probeCountersHost.ts';

/** Control groups that are remembered at most. */
const MOST_KNOWN = 20_000;

/** Which container a control group is of: its own, or of one above it; '' for the host's. */
export class ContainersOfCgroups {
  readonly #session: Session;
  readonly #probe: () => Probe | undefined;
  readonly #cgroups = new CgroupResolver();
  readonly #ids = new Map<bigint, string>();

  constructor(session: Session, probe: () => Probe | undefined) { this.#session = session; this.#probe = probe; }

  of(cgroup: bigint): { readonly id: string; readonly name: string } {
    let id = this.#ids.get(cgroup);
    if (id === undefined) {
      const path = cgroup === 0n ? '' : this.#cgroups.pathOf(Number(cgroup), 0) ?? this.#probe()?.cgroupPath(Number(cgroup));
      id = path === undefined ? '' : containerOfPath(path);
      if (this.#ids.size >= MOST_KNOWN) this.#ids.clear();
      if (path !== undefined) this.#ids.set(cgroup, id);
    }
    return { id, name: id === '' ? 'host' : this.#session.container(id)?.name || id };
  }
}

/** What a container makes below its own group is its own, too. */
export function containerOfPath(path: string): string {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const id = containerOfCgroups(`unified=${at}`)?.id;
    if (id !== undefined) return id.slice(0, 12);
  }
  return '';
}

/** A row for each container and call, most calls first. Lengths that are not known are -1. */
export function callRows(counters: readonly CallCounter[], containers: Pick<ContainersOfCgroups, 'of'>, nameOf: (nr: number, narrow: boolean) => string): CallCounterRow[] {
  const lists = new Map<string, { readonly name: string; readonly list: CallCounter[] }>();
  for (const counter of counters) {
    const { id, name } = containers.of(counter.cgroup), one = { ...counter, cgroup: 0n }, known = lists.get(id);
    if (known === undefined) lists.set(id, { name, list: [one] }); else known.list.push(one);
  }
  return [...lists].flatMap(([containerId, { name, list }]) => addCounters(list).map((c): CallCounterRow => ({
    containerId, container: name, call: nameOf(c.nr, c.narrow), calls: c.calls, errors: c.errors, bytes: c.bytes, ns: c.ns, p50Ns: known(quantileNs(c.lengths, 0.5)), p99Ns: known(quantileNs(c.lengths, 0.99)),
  }))).sort((a, b) => b.calls - a.calls);
}
const known = (ns: number): number => (Number.isNaN(ns) ? -1 : ns);

/** A row for each container: what no call tells of. The most time on processors first. */
export function hostRows(counts: readonly HostCount[], containers: Pick<ContainersOfCgroups, 'of'>): ContainerCounterRow[] {
  const names = new Map<string, string>();
  const totals = hostTotals(counts, (cgroup) => { const { id, name } = containers.of(cgroup); names.set(id, name); return id; });
  return [...totals].map(([containerId, kinds]): ContainerCounterRow => {
    const of = (kind: HostKind, name: string): number => kinds[kind]?.fields[name] ?? 0;
    const at = (numbers: HostNumbers | undefined, name: string, q: number): number => known(quantileNs(numbers?.lengths[name] ?? [], q));
    return {
      containerId, container: names.get(containerId) ?? containerId,
      runNs: of('cpu', 'runNs'), waitNs: of('cpu', 'waitNs'), waitP50Ns: at(kinds.cpu, 'wait', 0.5), waitP99Ns: at(kinds.cpu, 'wait', 0.99), switches: of('cpu', 'voluntary') + of('cpu', 'involuntary'),
      minorFaults: of('cpu', 'minorFaults'), majorFaults: of('cpu', 'majorFaults'),
      diskReads: of('disk', 'reads'), diskReadBytes: of('disk', 'readBytes'), diskWrites: of('disk', 'writes'), diskWriteBytes: of('disk', 'writeBytes'),
      tcpConnects: of('tcp', 'began'), tcpFailed: of('tcp', 'failed'), tcpAccepts: of('tcp', 'accepted'), tcpRetransmits: of('tcp', 'retransmits'), tcpSentBytes: of('tcp', 'sentBytes'), tcpReceivedBytes: of('tcp', 'receivedBytes'),
      oomKills: of('memory', 'oomKills'),
    };
  }).sort((a, b) => b.runNs - a.runNs);
}
