// What a filter says of itself that the kernel can know: the profile that leaves out only what certainly does not pass and changes nothing that is asked for.
import { CALL_BITS, eventBySymbol } from '../../driver/schema/index.ts';
import type { CaptureProfile } from '../addon/porthole.d.ts';
import type { Check, Node } from '../engine/filter/ast.ts';
import { parseFilter, type UsableFilter } from '../engine/filter/index.ts';
import { callBits, changesState, exitEventOf } from './probeCalls.ts';

/** Fields that hang on how many events there were or when the one before was: with these nothing can be left out. */
const BY_OTHERS = /^evt\.(num|deltatime|latency\.fd|wait_latency|cpu_deltatime|around|count)/;
const MOST_PROCESSES = 4096;

/**
 * The profile for a filter; undefined where everything has to come. `demand`: bits of DEMAND that anybody who gets the events reads. Calls that change
 * what they read come of all processes, whatever the filter says.
 */
export function profileOf(text: string, filter: UsableFilter, demand: number): CaptureProfile | undefined {
  const { node, checks } = parseFilter(text);
  if (node === undefined || checks.some((check) => check.left.kind !== 'field' || BY_OTHERS.test(check.left.ref.field.name) || check.right !== undefined)) return undefined;
  const all = node.kind === 'and' ? node.terms : [node];
  const wants = (type: number): boolean => (filter.types?.[type] ?? 1) !== 0;
  const generic = wants(eventBySymbol('GENERIC_X').id);
  const read = demand | filter.demand;
  const calls = callBits((call) => {
    // What makes processes tells who they are, also where nobody asks for more.
    if (changesState(call, read) || STARTS.has(call.name)) return CALL_BITS.event | CALL_BITS.always;
    return wants(exitEventOf(call)) ? CALL_BITS.event : 0;
  }, generic ? CALL_BITS.event : 0);
  const processes = all.map(processesOf).find((list) => list !== undefined);
  return {
    calls, endsOfAll: true, signals: wants(eventBySymbol('SIGNALDELIVER_E').id),
    ...(all.some(isFailed) ? { failedOnly: true } : {}), ...(processes === undefined ? {} : { processes }),
  };
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
