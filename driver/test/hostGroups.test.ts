// Kernel test: control groups of version 1 as the scope of a profile, of counters and of events that are no calls.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CaptureProfile } from '../../remote-agent/addon/porthole.d.ts';
import { addCounters } from '../../remote-agent/host/probeCounters.ts';
import { CALL_BITS, SYSCALLS } from '../schema/index.ts';
import { openHostCounters } from './hostTools.ts';
import { cannotRun, Recorder } from './recorder.ts';

const skip = cannotRun() ?? false;
const nrOf = (name: string): number => SYSCALLS.find((s) => s.name === name)?.[process.arch === 'arm64' ? 'arm64' : 'x64'] ?? assert.fail(name);
const calls = (bits: Readonly<Record<string, number>>): Uint8Array => { const all = new Uint8Array(512); for (const [name, value] of Object.entries(bits)) all[nrOf(name)] = value; return all; };
const { event, count } = CALL_BITS;

interface Groups { readonly outer: string; readonly inner: string; idOf(path: string): bigint; remove(): Promise<void> }

/** Two groups, one in the other, in a hierarchy of version 1; undefined where it is not mounted. */
function groupsIn(controller: string): Groups | undefined {
  const mount = join('/sys/fs/cgroup', controller);
  if (!existsSync(join(mount, 'tasks'))) return undefined;
  const outer = join(mount, `porthole-v1-${String(process.pid)}`), inner = join(outer, 'inner');
  for (const [path, above] of [[outer, mount], [inner, outer]] as const) {
    mkdirSync(path);
    // Nobody may be in a cpuset without processors and memory.
    if (controller === 'cpuset') for (const file of ['cpuset.cpus', 'cpuset.mems']) writeFileSync(join(path, file), readFileSync(join(above, file)));
  }
  return {
    outer, inner, idOf: (path) => statSync(path, { bigint: true }).ino,
    // A process that has ended may take a moment to leave its group.
    remove: async () => { for (const path of [inner, outer]) for (let i = 0; ; i++) { try { rmdirSync(path); break; } catch (error) { if (i > 200) throw error; await delay(20); } } },
  };
}
const runIn = (group: string): void => { execFileSync('sh', ['-c', `echo $$ > ${group}/cgroup.procs; cd /tmp; exec sleep 0.01`]); };

for (const hierarchy of ['memory', 'cpuset'] as const) {
  test(`the ${hierarchy} hierarchy of version 1: one group, and those below it; records and counters have its ids`, { skip }, async (t) => {
    const groups = groupsIn(hierarchy);
    if (groups === undefined) { t.skip(`KERNEL TEST SKIPPED: the hierarchy of version 1 of the ${hierarchy} controller is not mounted on /sys/fs/cgroup/${hierarchy}`); return; }
    const { outer, inner, idOf } = groups, recorder = new Recorder(), host = openHostCounters({ kinds: ['cpu'], hierarchy });
    try {
      const seen = async (profile: CaptureProfile): Promise<readonly string[]> => await recorder.again(async () => {
        recorder.probe.setProfile({ calls: calls({ chdir: event }), threadEnds: false, signals: false, oomKills: false, hierarchy, ...profile });
        await recorder.drained();
        recorder.events.length = 0;
        runIn(outer);
        runIn(inner);
        await recorder.drained();
        return [...new Set(recorder.events.map((e) => `${e.def.name} ${e.cgroup === idOf(outer) ? 'outer' : e.cgroup === idOf(inner) ? 'inner' : 'else'}`))].filter((one) => !one.endsWith('else'));
      });
      assert.deepEqual(await seen({ groups: [{ id: idOf(outer), wanted: true, below: false }] }), ['chdir outer']);
      assert.deepEqual(await seen({ groups: [{ id: idOf(outer), wanted: true, below: true }] }), ['chdir outer', 'chdir inner']);
      assert.deepEqual(await seen({ groups: [{ id: idOf(outer), wanted: true, below: true }, { id: idOf(inner), wanted: false, below: false }] }), ['chdir outer']);
      assert.deepEqual(await seen({ groups: [{ id: idOf(outer), wanted: false, below: false }], otherGroups: true }), ['chdir inner']);
      assert.deepEqual(await seen({ calls: calls({}), switches: true, groups: [{ id: idOf(inner), wanted: true, below: false }] }), ['switch inner']);
      recorder.probe.setProfile({ calls: calls({ chdir: count }), threadEnds: false, signals: false, oomKills: false, hierarchy });
      runIn(inner);
      assert.equal(addCounters(recorder.probe.counters()).find((c) => c.cgroup === idOf(inner) && c.nr === nrOf('chdir'))?.calls, 1);
      const used = new Map(host.counts().counts.map((c) => [c.cgroup, c.numbers[0] ?? 0]));
      assert.ok((used.get(idOf(outer)) ?? 0) > 0 && (used.get(idOf(inner)) ?? 0) > 0);
      assert.deepEqual(recorder.faults, []);
    } finally { host.close(); recorder.close(); await groups.remove(); }
  });
}
