// What is added to a switch of the scheduler and to a page fault by counting them and by delivering them as events.
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadAddon } from '../../remote-agent/host/addon.ts';
import type { CaptureProfile } from '../../remote-agent/addon/porthole.d.ts';
import { figure, median } from './report.ts';
import { root, scratch } from './tools.ts';

const ROUNDS = 7;
const WORK = { switch: ['turns', '200000'], fault: ['faults', '1000', '200'], connection: ['talk', '1000', '100'] } as const;
type Work = keyof typeof WORK;
const execute = promisify(execFile);
const noCalls: CaptureProfile = { calls: new Uint8Array(512), threadEnds: false, signals: false, oomKills: false };

/** Has something in the kernel while `work` runs. */
type Mode = (work: () => Promise<number>) => Promise<number>;
const counting = (kinds: readonly ('cpu' | 'tcp')[]): Mode => async (work) => { const counters = loadAddon().openHostCounters({ kinds }); try { return await work(); } finally { counters.close(); } };
const delivering = (profile: CaptureProfile): Mode => async (work) => {
  const probe = loadAddon().openProbe({});
  try { probe.setProfile({ ...noCalls, ...profile }); probe.start(() => undefined); return await work(); } finally { probe.close(); }
};
const nothing: Mode = (work) => work();

const MODES: Readonly<Record<Work, Readonly<Record<string, Mode>>>> = {
  switch: { counted: counting(['cpu']), 'as events': delivering({ switches: true }), 'as events, another group asked for': delivering({ switches: true, groups: [{ id: 1n << 40n, wanted: true, below: true }] }) },
  fault: { counted: counting(['cpu']), 'as events': delivering({ pageFaults: true }), 'as events, another group asked for': delivering({ pageFaults: true, groups: [{ id: 1n << 40n, wanted: true, below: true }] }) },
  connection: { counted: counting(['tcp']) },
};

export async function run(): Promise<void> {
  const helper = join(scratch(), 'hostWork');
  execFileSync('cc', ['-O2', '-pthread', '-o', helper, join(root, 'driver/test/hostWork.c')]);
  for (const kind of Object.keys(MODES) as Work[]) {
    const once = async (): Promise<number> => { const { stdout } = await execute(helper, [...WORK[kind]]); return Number(/^ns=(\d+)$/m.exec(stdout)?.[1] ?? Number(/^cpu=(\d+)$/m.exec(stdout)?.[1]) / Number(WORK[kind][1])); };
    const plain: number[] = [], added = new Map<string, number[]>();
    for (let round = 0; round < ROUNDS; round++) {
      const without = await nothing(once);
      plain.push(without);
      for (const [name, mode] of Object.entries(MODES[kind])) added.set(name, [...added.get(name) ?? [], await mode(once) - without]);
    }
    figure({ name: `host.${kind}`, value: median(plain), unit: 'ns', note: 'processor time of the program that does it' });
    for (const [name, list] of added) figure({ name: `host.${kind}.${name.replaceAll(/[ ,]+/g, '-')}`, value: median(list), unit: 'ns added', note: 'median of the differences within each round' });
  }
}
