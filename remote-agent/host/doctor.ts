// `porthole doctor`: what this host can do, and what to do about what it cannot.
import { checkEngines } from './doctorEngines.ts';
import { checkCommands, checkHome, checkSudo } from './doctorHome.ts';
import { none, thisHost, type Finding, type Host } from './doctorHost.ts';
import { checkEbpf, checkKernel, checkLockdown, checkMemoryLock, checkSystem, checkTypes } from './doctorKernel.ts';
import { checkCgroups, checkProc, checkTracefs } from './doctorMounts.ts';
import { page } from './doctorPrint.ts';
import { checkBuild, checkEvents, checkRing, checkSnapshot, notTried } from './doctorProbe.ts';
import { checkNamespaces, checkRights, checkSeccomp } from './doctorRights.ts';
import { machineForRing, ringBytesFor } from './ringSize.ts';

export type { Finding } from './doctorHost.ts';

/** What can be told by looking, in the order in which it is printed. */
export function look(host: Host): Finding[] {
  const system = checkSystem(host);
  if (host.platform !== 'linux') return [system];
  return [
    system, checkKernel(host), checkEbpf(host), checkTypes(host), checkLockdown(host), checkRights(host), checkSeccomp(host), checkNamespaces(host),
    checkMemoryLock(host, ringBytesFor(host)), checkCgroups(host), checkProc(host), checkTracefs(host), checkRing(host),
  ];
}

/** Looks at everything that Porthole needs of this host. With `load` the probe is loaded for a moment where nothing speaks against it; else nothing is changed. */
export async function examine(load = true): Promise<Finding[]> {
  const host = thisHost(machineForRing());
  const looked = [...look(host), checkBuild()];
  if (host.platform !== 'linux') return looked;
  const against = looked.filter(({ state }) => state === 'missing').map(({ name }) => name);
  const events = against.length > 0 ? [notTried(`see ${against.join(', ')}`)] : load ? await checkEvents() : [notTried('--no-load')];
  if (events.length === 1) events.push(none('host events', 'not tried: see events'));
  const first = events[0]?.state === 'ok' ? checkSnapshot(host) : none('first look', 'not tried: see events');
  return [...looked, ...events, first, ...await checkEngines(host), checkHome(host), checkCommands(host), checkSudo(host)];
}

/** Whether events can be captured live here. */
export function canCapture(findings: readonly Finding[]): boolean { return findings.every((f) => f.state !== 'missing'); }

const HELP = `usage: porthole doctor [--json] [--no-load]

Says what this host can do and how to mend what it cannot. To see whether it really works, the probe is loaded for a moment, where that is allowed.
  -j, --json     for programs: one object, {"canCapture", "findings": [{"name", "state", "detail", "remedy"}]}; states: ok limited missing none
      --no-load  look only, load nothing
Ends with 0 where live capture is possible, 1 where something for it is missing, 2 for an unknown option.
`;

/** Prints the findings; 0 where live capture is possible, 1 where it is not. */
export async function doctor(argv: readonly string[]): Promise<number> {
  if (argv.includes('-h') || argv.includes('--help')) { process.stdout.write(HELP); return 0; }
  const unknown = argv.find((word) => !['-j', '--json', '--no-load'].includes(word));
  if (unknown !== undefined) { process.stderr.write(`porthole doctor: unknown option ${unknown}\n${HELP}`); return 2; }
  const findings = await examine(!argv.includes('--no-load'));
  const able = canCapture(findings);
  if (argv.includes('-j') || argv.includes('--json')) process.stdout.write(`${JSON.stringify({ canCapture: able, findings })}\n`);
  else {
    const terminal = process.stdout.isTTY === true;
    process.stdout.write(page(findings, able, terminal ? process.stdout.columns : undefined, terminal && (process.env['NO_COLOR'] ?? '') === ''));
  }
  return able ? 0 : 1;
}
