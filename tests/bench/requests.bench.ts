// What being watched costs a site in containers at full load: requests a second without, with counters alone, and with everything captured by the agent, in alternating rounds.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { GetStatus } from '../../remote-agent/protocol/messages.ts';
import { BUILT_AGENT, startBuilt } from '../builtAgent.ts';
import { figure, median, say, skipped } from './report.ts';
import { root, scratch, sleep } from './tools.ts';
import { COUNTERS, watching } from './watch.ts';

const start = promisify(execFile);
const ROUNDS = Number(process.env['PORTHOLE_BENCH_ROUNDS'] ?? 5), SECONDS = Number(process.env['PORTHOLE_BENCH_SECONDS'] ?? 6), THREADS = 8;
/** After the agent or the counters are there: what they do at the start is no part of it. */
const SETTLE_MS = 1000;
const MOST = { counters: 0.01, captured: 0.05 };

/** A site: the container that answers, its port, the name that it goes by, and what it is asked for. */
interface Site { readonly container: string; readonly port: string; readonly host: string; readonly paths: readonly string[]; readonly what: string }
const DEMO: Site = { container: 'porthole-demo-app-1', port: '8000', host: 'app', paths: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `/api/product/${n}`), what: 'the demonstration' };

export async function run(): Promise<void> {
  if (process.getuid?.() !== 0) { skipped('requests', 'the probe takes root'); return; }
  if (!existsSync(BUILT_AGENT)) { skipped('requests', 'dist/agent is not built; npm run build'); return; }
  if (spawnSync('docker', ['version'], { stdio: 'ignore' }).status !== 0) { skipped('requests', 'no Docker engine answers'); return; }
  const folder = scratch(), program = join(folder, 'http');
  execFileSync('cc', ['-O2', '-pthread', '-o', program, join(root, 'tests/bench/http.c')]);
  const [container = '', port = '80', host = '', ...paths] = (process.env['PORTHOLE_BENCH_SITE'] ?? '').split(' ').filter((word) => word !== '');
  const ours = container === '' && addressOf(DEMO.container) === '';
  if (ours) demo('demoUp');
  try {
    await measure(folder, program, container === '' ? DEMO : { container, port, host: host === '' ? container : host, paths: paths.length === 0 ? ['/'] : paths, what: `the site of ${container}` });
  } finally { if (ours) demo('demoDown'); }
}

/** Has the demonstration come or go; what it says is not for who reads the figures. */
function demo(name: 'demoUp' | 'demoDown'): void {
  execFileSync(process.execPath, ['--input-type=module', '-e', `import { ${name} } from ${JSON.stringify(pathToFileURL(join(root, '.scripts/demo.mjs')).href)}; ${name}();`], { stdio: ['ignore', process.stderr.fd, 'inherit'] });
}

/** In its first network; '' where there is none such that runs. */
function addressOf(container: string): string {
  const { stdout } = spawnSync('docker', ['inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', container], { encoding: 'utf8' });
  return stdout.trim().split(' ')[0] ?? '';
}

async function measure(folder: string, program: string, { container, port, host, paths, what }: Site): Promise<void> {
  const address = addressOf(container);
  if (address === '') { skipped('requests', `the container ${container} does not run`); return; }
  let failures = 0;
  const rate = async (): Promise<number> => {
    const [answers = 0, failed = 0, wallNs = 1] = (await start(program, [String(SECONDS), String(THREADS), host, address, port, ...paths])).stdout.trim().split(' ').map(Number);
    failures += failed;
    return answers / (wallNs / 1e9);
  };
  say(`${what}: ${(await rate()).toFixed(0)} requests a second, not counted`);
  const bare: number[] = [], counted: number[] = [], captured: number[] = [];
  let events = 0, lost = 0;
  const turns = [
    async () => { bare.push(await rate()); },
    async () => { counted.push((await watching(COUNTERS, async () => { await sleep(SETTLE_MS); return await rate(); })).result); },
    async () => {
      const agent = startBuilt(folder, []);
      try {
        await agent.hello;
        await sleep(SETTLE_MS);
        const before = await agent.connection.sendRequest(GetStatus);
        captured.push(await rate());
        const after = await agent.connection.sendRequest(GetStatus), all = ({ losses }: typeof after): number => losses.reduce((sum, { count }) => sum + count, 0);
        events += after.events - before.events;
        lost += all(after) - all(before);
      } finally { agent.connection.dispose(); agent.child.stdin?.end(); await agent.ended; }
    },
  ];
  for (let round = 0; round < ROUNDS; round++) {
    // Who comes first changes, so that what changes over a round falls on each in turn.
    for (let i = 0; i < turns.length; i++) await turns[(i + round) % turns.length]?.();
    say(`round ${round + 1}: ${[bare, counted, captured].map((rates) => (rates.at(-1) ?? 0).toFixed(0)).join(', ')} requests a second`);
  }
  const loss = (rates: readonly number[]): readonly number[] => rates.map((one, i) => (1 - one / (bare[i] ?? Number.NaN)) * 100);
  const spread = (values: readonly number[], digits: number): string => `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)} in ${values.length} rounds`;
  const note = (kept: boolean, most: number, values: readonly number[]): string => `at most ${most * 100}: ${kept ? 'kept' : 'NOT KEPT'}; ${spread(values, 1)}`;
  figure({ name: 'requests.bare', value: median(bare), unit: 'requests/s', note: `${what}, ${THREADS} at once; ${spread(bare, 0)}; ${failures} failed in all` });
  for (const [name, rates, more] of [['counters', counted, ''], ['captured', captured, `; ${Math.round(events / ROUNDS)} events a round came, ${lost} were lost in all`]] as const) {
    const values = loss(rates), value = median(values);
    figure({ name: `requests.${name}`, value, unit: '% fewer', note: `${note(value <= MOST[name] * 100, MOST[name], values)}${more}` });
  }
}
