// `porthole doctor` on this machine: as root it loads the probe and sees an event; as an ordinary user it says what is missing; with its surroundings broken it says what is broken.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../remote-agent/host/doctor.ts';

const BUILT = fileURLToPath(new URL('../../dist/agent', import.meta.url));
const NOBODY = 65534;
const built = existsSync(join(BUILT, 'main.cjs')) && existsSync(join(BUILT, 'porthole.node')) ? false : 'SKIPPED: dist/agent is not built (npm run build)';
const root = process.getuid?.() === 0 ? false : 'SKIPPED: needs root';
const folder = mkdtempSync(join(tmpdir(), 'porthole-doctor-run-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** The bundle where everybody may read it: the project may lie in a folder that is closed to others. */
if (built === false) {
  for (const name of readdirSync(BUILT)) if (/\.(cjs|node)$/.test(name)) copyFileSync(join(BUILT, name), join(folder, name));
  chmodSync(folder, 0o755);
}

interface Run { readonly code: number | null; readonly out: string; readonly err: string }
function doctor(args: readonly string[], options: { readonly uid?: number; readonly env?: Readonly<Record<string, string>>; readonly prefix?: readonly string[] } = {}): Run {
  const [command = '', ...words] = [...options.prefix ?? [], process.execPath, join(folder, 'main.cjs'), 'doctor', ...args];
  const run = spawnSync(command, words, { encoding: 'utf8', cwd: '/', timeout: 60_000, env: { ...process.env, ...options.env }, ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }) });
  return { code: run.status, out: run.stdout, err: `${run.stderr}${run.error?.message ?? ''}` };
}
interface Told { readonly canCapture: boolean; readonly findings: readonly Finding[] }
function told({ code, out, err }: Run): Told {
  assert.equal(err, '');
  const answer = JSON.parse(out) as Told;
  assert.equal(code, answer.canCapture ? 0 : 1);
  for (const { name, state, detail, remedy } of answer.findings) assert.ok(detail !== '' && (remedy === '') === (state === 'ok' || state === 'none'), `${name}: ${state}, ${detail}, ${remedy}`);
  return answer;
}
const about = (answer: Told, name: string): Finding => answer.findings.find((finding) => finding.name === name) ?? assert.fail(`nothing about ${name}`);

/** Every check, in the order of the page. What engines there are may add one more. */
const NAMES = ['system', 'kernel', 'eBPF', 'kernel types', 'lockdown', 'rights', 'seccomp', 'namespaces', 'locked memory', 'control groups', '/proc', 'tracefs', 'ring buffer', 'probe', 'events', 'host events', 'first look', 'Docker', 'Podman', 'containerd', 'CRI-O', 'home folder', 'commands', 'sudo'];
const btf = existsSync('/sys/kernel/btf/vmlinux') ? false : 'SKIPPED: this kernel has no BTF';

describe('as root', { skip: built || root }, () => {
  test('the probe is loaded, and an event comes', { skip: btf }, () => {
    const answer = told(doctor(['--json']));
    assert.deepEqual(answer.findings.map(({ name }) => name).filter((name) => name !== 'engines'), NAMES);
    assert.equal(answer.canCapture, true, JSON.stringify(answer.findings.filter(({ state }) => state === 'missing')));
    const { state, detail } = about(answer, 'events');
    assert.equal(state, 'ok');
    const [, loaded, came] = /^probe loaded in (\d+) ms, (?:the object|the fallback) [^;]+; first event (\d+) ms later$/.exec(detail) ?? assert.fail(detail);
    assert.ok(Number(loaded) > 0 && Number(came) <= 5000, detail);
  });
  test('--no-load loads nothing', { skip: btf }, () => {
    const answer = told(doctor(['--json', '--no-load']));
    assert.deepEqual([about(answer, 'events').state, about(answer, 'events').detail], ['none', 'not tried: --no-load']);
    assert.equal(answer.canCapture, true);
  });
  test('for people: 80 columns, no colour in a file', () => {
    const { code, out, err } = doctor([]);
    assert.equal(err, '');
    assert.match(out, code === 0 ? /This host can capture live: porthole\n$/ : /cannot capture live/);
    const lines = out.split('\n');
    // Paths and commands that are longer than a line stay whole.
    assert.ok(lines.every((line) => line.length <= 80 || !line.slice(25).trim().includes(' ')), out);
    assert.ok(!out.includes('\x1b'));
    for (const name of NAMES) assert.ok(lines.some((line) => line.slice(9).startsWith(name)), `nothing about ${name}`);
  });
  test('on a terminal it is coloured', { skip: spawnSync('script', ['--version']).status === 0 ? false : 'SKIPPED: script is not installed (Debian: bsdutils)' }, () => {
    const run = spawnSync('script', ['-qec', `'${process.execPath}' '${join(folder, 'main.cjs')}' doctor --no-load`, '/dev/null'], { encoding: 'utf8', input: '', env: { ...process.env, NO_COLOR: '' } });
    assert.match(run.stdout, /\x1b\[32mok {7}\x1b\[0msystem/);
  });
  test('without type information: one thing is missing, and nothing is tried', () => {
    const answer = told(doctor(['--json'], { env: { PORTHOLE_BTF_PATH: '/nowhere/vmlinux' } }));
    assert.equal(about(answer, 'kernel types').state, 'missing');
    assert.match(about(answer, 'events').detail, /^not tried: see .*kernel types/);
    assert.equal(answer.canCapture, false);
  });
  const noUnshare = spawnSync('unshare', ['--user', '--map-root-user', 'true']).status === 0 ? false : 'SKIPPED: no user namespaces';
  test('root of a user namespace is told so', { skip: noUnshare }, () => {
    const answer = told(doctor(['--json'], { prefix: ['unshare', '--user', '--map-root-user'] }));
    assert.deepEqual([about(answer, 'rights').state, about(answer, 'rights').detail], ['missing', 'root of a user namespace']);
  });
  const noPrivileges = spawnSync('setpriv', ['--bounding-set', '-sys_admin', 'true']).status === 0 ? false : 'SKIPPED: setpriv is not installed, or may not drop capabilities';
  test('what the doctor says of capabilities is what the kernel does', { skip: noPrivileges || btf }, () => {
    for (const [dropped, able] of [['-sys_admin', true], ['-bpf', true], ['-perfmon', true], ['-sys_admin,-bpf', false], ['-sys_admin,-perfmon', false]] as const) {
      const answer = told(doctor(['--json'], { prefix: ['setpriv', '--bounding-set', dropped, '--inh-caps', dropped] }));
      assert.equal(about(answer, 'rights').state !== 'missing', able, dropped);
      assert.equal(about(answer, 'events').state, able ? 'ok' : 'none', dropped);
    }
  });
  test('an unknown option is an error of its own', () => {
    const { code, out, err } = doctor(['--what']);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^porthole doctor: unknown option --what\nusage: /);
  });
});

const mayRun = root === false && spawnSync(process.execPath, ['-e', ''], { uid: NOBODY, gid: NOBODY, cwd: '/' }).status !== 0 ? `SKIPPED: an ordinary user may not run ${process.execPath}` : false;
describe('as an ordinary user', { skip: built || root || mayRun }, () => {
  test('what is missing is told, with what to do, and nothing is tried', () => {
    const answer = told(doctor(['--json'], { uid: NOBODY, env: { HOME: '/nonexistent' } }));
    assert.equal(answer.canCapture, false);
    const rights = about(answer, 'rights');
    assert.deepEqual([rights.state, rights.detail], ['missing', `user ${NOBODY} without CAP_BPF and CAP_PERFMON`]);
    assert.match(rights.remedy, /sudo/);
    assert.match(about(answer, 'events').detail, /^not tried: see .*rights/);
    assert.deepEqual([about(answer, 'home folder').state, about(answer, 'home folder').detail], ['limited', '/nonexistent is not there']);
    assert.deepEqual(answer.findings.map(({ name }) => name).filter((name) => name !== 'engines'), NAMES);
  });
  test('with the two capabilities that are needed, an ordinary user sees events', { skip: btf || (spawnSync('setpriv', ['--ambient-caps', '+bpf', '--inh-caps', '+bpf', 'true']).status === 0 ? false : 'SKIPPED: setpriv is not installed') }, () => {
    const answer = told(doctor(['--json'], { prefix: ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', '--inh-caps', '+bpf,+perfmon', '--ambient-caps', '+bpf,+perfmon'] }));
    assert.equal(about(answer, 'rights').state, 'limited');
    assert.equal(about(answer, 'events').state, 'ok');
    assert.equal(answer.canCapture, true);
  });
});
