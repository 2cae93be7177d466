// `porthole doctor`: what this host can do, and what to do about what it cannot.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { release } from 'node:os';
import { join } from 'node:path';
import { agentFolder, isSingleExecutable } from './chiselAssets.ts';
import { dockerSocket } from './docker.ts';

export interface Finding { readonly name: string; readonly state: 'ok' | 'missing' | 'limited'; readonly detail: string; readonly remedy: string }

const KERNEL_NEEDED = [5, 17] as const;
/** Where the kernel describes its types; the probe takes another file by the same variable. */
const BTF = process.env['PORTHOLE_BTF_PATH'] ?? '/sys/kernel/btf/vmlinux';
/** Capabilities by bit that loading the probe and reading other processes' state take. */
const CAPABILITIES: readonly (readonly [bit: number, name: string])[] = [[19, 'CAP_SYS_PTRACE'], [21, 'CAP_SYS_ADMIN'], [38, 'CAP_PERFMON'], [39, 'CAP_BPF'], [2, 'CAP_DAC_READ_SEARCH']];
const PING_MS = 2000;

/** Looks at everything that live capture needs; changes nothing. */
export async function examine(): Promise<Finding[]> {
  return [system(), kernel(), btf(), rights(), probe(), await docker()];
}

/** Whether events can be captured live here. */
export function canCapture(findings: readonly Finding[]): boolean { return findings.every((f) => f.state !== 'missing'); }

function system(): Finding {
  const fine = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
  return { name: 'system', state: fine ? 'ok' : 'missing', detail: `${process.platform} ${process.arch}, Node ${process.versions.node}`, remedy: fine ? '' : 'Live capture needs Linux on x86-64 or arm64. Capture files can be read here: porthole -r FILE' };
}

function kernel(): Finding {
  const [major = 0, minor = 0] = release().split('.').map((n) => parseInt(n, 10));
  const fine = major > KERNEL_NEEDED[0] || (major === KERNEL_NEEDED[0] && minor >= KERNEL_NEEDED[1]);
  return { name: 'kernel', state: fine ? 'ok' : 'missing', detail: release(), remedy: fine ? '' : `The probe needs Linux ${KERNEL_NEEDED.join('.')} or newer: update the kernel.` };
}

function btf(): Finding {
  const fine = existsSync(BTF);
  return { name: 'kernel types', state: fine ? 'ok' : 'missing', detail: fine ? BTF : `${BTF} is not there`, remedy: fine ? '' : 'The probe adapts itself to the kernel by its BTF types. Use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of current distributions are.' };
}

function rights(): Finding {
  const status = read('/proc/self/status');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const lacking = CAPABILITIES.filter(([bit]) => ((effective >> BigInt(bit)) & 1n) === 0n).map(([, name]) => name);
  const root = process.getuid?.() === 0;
  if (lacking.length === 0) return { name: 'rights', state: 'ok', detail: root ? 'root' : 'all capabilities that are needed', remedy: '' };
  return { name: 'rights', state: 'missing', detail: `${root ? 'root' : 'not root'}, without ${lacking.join(', ')}`, remedy: root ? 'Root lacks capabilities here, as it does inside containers: run Porthole on the host itself, or give the container these capabilities.' : 'Loading the probe takes root: run it with sudo. Capture files can be read without: porthole -r FILE' };
}

function probe(): Finding {
  const places = [join(agentFolder(), 'porthole.node'), join(agentFolder(), '..', 'addon', 'build', 'Release', 'porthole.node'), join(agentFolder(), '..', '..', 'build', 'Release', 'porthole.node'), join(agentFolder(), '..', '..', 'dist', 'agent', 'porthole.node')];
  const found = isSingleExecutable() ? process.execPath : places.find((path) => existsSync(path));
  return { name: 'probe', state: found === undefined ? 'missing' : 'ok', detail: found ?? 'porthole.node is not there', remedy: found === undefined ? 'This build holds no probe: npm run build on Linux makes it.' : '' };
}

async function docker(): Promise<Finding> {
  const name = 'Docker';
  const path = dockerSocket();
  const without = 'Without it containers show by their ids alone, without name and image.';
  if (!existsSync(path)) return { name, state: 'limited', detail: `${path} is not there`, remedy: `${without} Start Docker's engine, or set DOCKER_HOST=unix:///path/to/socket.` };
  try { accessSync(path, constants.R_OK | constants.W_OK); } catch { return { name, state: 'limited', detail: `${path} may not be used by this user`, remedy: `${without} Run with sudo, or add the user to the group docker.` }; }
  const answer = await ping(path);
  return answer.startsWith('OK') ? { name, state: 'ok', detail: path, remedy: '' } : { name, state: 'limited', detail: `${path} does not answer: ${answer}`, remedy: `${without} See whether the engine runs: docker info` };
}

function ping(socketPath: string): Promise<string> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping', timeout: PING_MS }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => { if (text.length < 100) text += chunk.toString(); });
      response.on('end', () => { resolve(response.statusCode === 200 ? 'OK' : `status ${response.statusCode ?? 0} ${text}`); });
    });
    call.on('timeout', () => { call.destroy(new Error(`no answer within ${PING_MS / 1000} s`)); });
    call.on('error', (error) => { resolve(error.message); });
    call.end();
  });
}

function read(path: string): string { try { return readFileSync(path, 'utf8'); } catch { return ''; } }

const MARKS = { ok: 'ok      ', missing: 'MISSING ', limited: 'limited ' } as const;

/** Prints the findings; 0 where live capture is possible, 1 where it is not. */
export async function doctor(argv: readonly string[]): Promise<number> {
  const findings = await examine();
  const able = canCapture(findings);
  if (argv.includes('-j') || argv.includes('--json')) { process.stdout.write(`${JSON.stringify({ canCapture: able, findings })}\n`); return able ? 0 : 1; }
  for (const f of findings) process.stdout.write(`${MARKS[f.state]}${f.name.padEnd(14)}${f.detail}\n${f.remedy === '' ? '' : `        ${f.remedy}\n`}`);
  process.stdout.write(able ? '\nThis host can capture live: porthole\n' : '\nThis host cannot capture live. Captures of other hosts can be read: porthole -r FILE\n');
  return able ? 0 : 1;
}
