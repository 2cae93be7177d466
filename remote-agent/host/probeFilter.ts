// What a filter says of itself that the kernel can know: the profile that leaves out only what certainly does not pass and changes nothing that is asked for.
import { CALL_BITS, eventBySymbol } from '../../driver/schema/index.ts';
import type { CaptureProfile } from '../addon/porthole.d.ts';
import type { Check, Node } from '../engine/filter/ast.ts';
import { parseFilter, type UsableFilter } from '../engine/filter/index.ts';
import { callBits, changesState, exitEventOf } from './probeCalls.ts';
import type { ContainerWish } from './probeFilterContainers.ts';

/** Fields that hang on how many events there were or when the one before was: with these nothing can be left out. */
const BY_OTHERS = /^evt\.(num|deltatime|latency\.fd|wait_latency|cpu_deltatime|around|count)/;
/** Fields out of the time between switches of the scheduler. */
const BY_SWITCHES = /^thread\.(exectime|totexectime)$/;
const MOST_PROCESSES = 4096;

/** What is asked of the probe, and of which containers alone: these come and go, so their control groups are found while it runs. */
export type LiveProfile = CaptureProfile & { readonly containers?: ContainerWish };

/**
 * The profile for a filter; undefined where all that comes without asking has to come. `demand`: bits of DEMAND that anybody who gets the events reads. Calls
 * that change what they read come of all processes, whatever the filter says. Switches of the scheduler and page faults come where the filter names them.
 */
export function profileOf(text: string, filter: UsableFilter, demand: number): LiveProfile | undefined {
  const { node, checks } = parseFilter(text);
  const switches = names(checks, 'switch') || checks.some((one) => one.left.kind === 'field' && BY_SWITCHES.test(one.left.ref.field.name)), pageFaults = names(checks, 'page_fault');
  const asked: CaptureProfile = { ...(switches ? { switches } : {}), ...(pageFaults ? { pageFaults } : {}) };
  if (node === undefined || checks.some((check) => check.left.kind !== 'field' || BY_OTHERS.test(check.left.ref.field.name) || check.right !== undefined)) return switches || pageFaults ? asked : undefined;
  const all = node.kind === 'and' ? node.terms : [node];
  const wants = (type: number): boolean => (filter.types?.[type] ?? 1) !== 0;
  const generic = wants(eventBySymbol('GENERIC_X').id);
  const read = demand | filter.demand;
  const calls = callBits((call) => {
    // What makes processes tells who they are, also where nobody asks for more.
    if (changesState(call, read) || STARTS.has(call.name)) return CALL_BITS.event | CALL_BITS.always;
    return wants(exitEventOf(call)) ? CALL_BITS.event : 0;
  }, generic ? CALL_BITS.event : 0);
  const processes = all.map(processesOf).find((list) => list !== undefined), containers = all.map(containersOf).find((wish) => wish !== undefined);
  // A switch has the latency of the call before it.
  const slowest = switches ? 0 : Math.max(0, ...all.map(slowerThan));
  return {
    calls, endsOfAll: true, signals: wants(eventBySymbol('SIGNALDELIVER_E').id), oomKills: wants(eventBySymbol('NOTIFICATION_E').id), ...asked,
    ...(all.some(isFailed) ? { failedOnly: true } : {}), ...(slowest > 0 ? { slowerThanNs: slowest } : {}), ...(processes === undefined ? {} : { processes }), ...(containers === undefined ? {} : { containers }),
  };
}

/** Whether a filter names a type of events as one that it wants. */
function names(checks: readonly Check[], type: string): boolean { return checks.some((one) => one.left.kind === 'field' && one.left.ref.field.name === 'evt.type' && (one.operator === '=' || one.operator === 'in') && one.values.some(({ text }) => text === type)); }

/** What calls take at least, ns; 0 where the term does not say. */
function slowerThan(node: Node): number {
  const found = check(node, 'evt.latency'), value = found?.values[0]?.text ?? '';
  return (found?.operator === '>' || found?.operator === '>=') && /^\d{1,15}$/.test(value) ? Number(value) : 0;
}

/** The containers of which alone an event can be; outside of containers is none. */
function containersOf(node: Node): ContainerWish | undefined {
  for (const [field, kind] of [['container.id', 'ids'], ['container.name', 'names']] as const) {
    const found = check(node, field);
    if (found === undefined || (found.operator !== '=' && found.operator !== 'in') || found.values.length === 0) continue;
    const values = new Set(found.values.map(({ text }) => text));
    if (!values.has('host')) return { ids: new Set(), names: new Set(), [kind]: values };
  }
  return undefined;
}

const STARTS = new Set(['clone', 'clone3', 'fork', 'vfork', 'execve', 'execveat']);

function check(node: Node, field: string): Check | undefined { return node.kind === 'check' && node.left.kind === 'field' && node.left.ref.field.name === field && node.modifier === undefined ? node : undefined; }

function isFailed(node: Node): boolean { const found = check(node, 'evt.failed'); return found?.operator === '=' && found.values[0]?.text === 'true'; }

function processesOf(node: Node): number[] | undefined {
  const found = check(node, 'proc.pid');
  if (found === undefined || (found.operator !== '=' && found.operator !== 'in') || found.values.length > MOST_PROCESSES) return undefined;
  const ids = found.values.map(({ text }) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : NaN));
  return ids.some(Number.isNaN) ? undefined : ids;
}
