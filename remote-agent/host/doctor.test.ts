// The doctor's checks, each on made-up hosts: folders with the files that it looks at.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createSocketServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { look } from './doctor.ts';
import { ask, checkEngines } from './doctorEngines.ts';
import { checkCommands, checkHome, checkSudo } from './doctorHome.ts';
import { hostAt, size, type Facts, type Finding, type Host } from './doctorHost.ts';
import { checkEbpf, checkKernel, checkLockdown, checkMemoryLock, checkSystem, checkTypes } from './doctorKernel.ts';
import { checkCgroups, checkProc, checkTracefs } from './doctorMounts.ts';
import { page, wrap } from './doctorPrint.ts';
import { checkRing } from './doctorProbe.ts';
import { checkNamespaces, checkRights, checkSeccomp } from './doctorRights.ts';

const folder = mkdtempSync(join(tmpdir(), 'porthole-doctor-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });
let made = 0;

const FACTS: Facts = { platform: 'linux', arch: 'x64', release: '6.1.0-13-amd64', uid: 0, home: '/root', env: { PATH: '/bin' }, memoryBytes: 8 * 2 ** 30, cpus: 4 };

/** A host whose files are these; a value `-> x` makes a link. */
function host(files: Readonly<Record<string, string | Uint8Array>>, facts: Partial<Facts> = {}, free = 10 * 2 ** 30): Host {
  const root = join(folder, String(made++));
  mkdirSync(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), join(root, path)); else writeFileSync(join(root, path), content);
  }
  return hostAt(root, { ...FACTS, ...facts }, () => free);
}

/** A finding's state; it must say something, and tell a remedy exactly where something is wrong. */
function state({ name, state: found, detail, remedy }: Finding): string {
  assert.ok(name !== '' && detail !== '', `${name}: ${detail}`);
  assert.equal(remedy === '', found === 'ok' || found === 'none', `${name} (${found}): ${remedy}`);
  return found;
}

const ALL = '000001ffffffffff', NO_RESOURCE = '000001fffeffffff';
const status = (capabilities: string, more = ''): Record<string, string> => ({ 'proc/self/status': `Name:\tx\nCapEff:\t${capabilities}\n${more}` });
const bits = (...which: number[]): string => which.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n).toString(16).padStart(16, '0');
const mount = (...lines: string[]): Record<string, string> => ({ 'proc/self/mountinfo': lines.map((line, i) => `${i + 20} 1 0:${i} / ${line}`).join('\n') });

describe('kernel', () => {
  test('system', () => {
    assert.equal(state(checkSystem(host({}))), 'ok');
    assert.equal(state(checkSystem(host({}, { arch: 'arm64' }))), 'ok');
    assert.equal(state(checkSystem(host({}, { arch: 'ia32' }))), 'missing');
    assert.deepEqual(look(host({}, { platform: 'darwin' })).map((f) => [f.name, state(f)]), [['system', 'missing']]);
  });
  for (const [release, wanted] of [['5.17.0', 'ok'], ['6.18.44-x', 'ok'], ['10.0', 'ok'], ['5.16.99', 'ok'], ['5.8.0', 'ok'], ['5.7.19', 'missing'], ['4.19.0-26-cloud', 'missing'], ['nonsense', 'missing']] as const) {
    test(`release ${release}: ${wanted}`, () => { assert.equal(state(checkKernel(host({}, { release }))), wanted); });
  }
  test('which object of the probe a kernel gets, and what is asked for instead', () => {
    const told = (release: string, asked?: string): string => { const found = checkKernel(host({}, { release, env: asked === undefined ? {} : { PORTHOLE_PROBE_OBJECT: asked } })); return `${state(found)}: ${found.detail}`; };
    assert.equal(told('5.17.1'), 'ok: 5.17.1');
    assert.match(told('5.10.0-30-amd64'), /^ok: 5\.10\.0-30-amd64: .*fallback/);
    assert.match(told('6.1.0', '5.8'), /^ok: 6\.1\.0; .*5\.8.*PORTHOLE_PROBE_OBJECT/);
    assert.match(told('5.7.0', '5.8'), /^missing: /);
    assert.match(told('6.1.0', '4.19'), /^missing: /);
    assert.equal(told('6.1.0', ''), 'ok: 6.1.0');
  });
  test('eBPF: there, switched off, built without', () => {
    const there = { 'proc/sys/kernel/unprivileged_bpf_disabled': '2\n' };
    const config = (without = ''): Uint8Array => gzipSync(['CONFIG_BPF_SYSCALL', 'CONFIG_BPF_JIT', 'CONFIG_BPF_EVENTS', 'CONFIG_HAVE_SYSCALL_TRACEPOINTS'].map((option) => option === without ? `# ${option} is not set` : `${option}=y`).join('\n'));
    assert.equal(state(checkEbpf(host(there))), 'ok');
    assert.match(checkEbpf(host(there)).detail, /privileged users alone/);
    assert.match(checkEbpf(host({ 'proc/sys/kernel/unprivileged_bpf_disabled': '0\n' })).detail, /anybody/);
    assert.equal(state(checkEbpf(host({}))), 'missing');
    assert.equal(state(checkEbpf(host({ ...there, 'proc/config.gz': config() }))), 'ok');
    for (const option of ['CONFIG_BPF_SYSCALL', 'CONFIG_BPF_EVENTS', 'CONFIG_HAVE_SYSCALL_TRACEPOINTS']) {
      const found = checkEbpf(host({ ...there, 'proc/config.gz': config(option) }));
      assert.equal(state(found), 'missing');
      assert.match(found.detail, new RegExp(option));
    }
    assert.equal(state(checkEbpf(host({ ...there, [`boot/config-${FACTS.release}`]: 'CONFIG_BPF_SYSCALL=y\n' }))), 'missing');
    assert.equal(state(checkEbpf(host({ ...there, 'proc/config.gz': 'not packed' }))), 'ok');
    const off = checkEbpf(host({ ...there, 'proc/sys/net/core/bpf_jit_enable': '0\n' }));
    assert.equal(state(off), 'missing');
    assert.match(off.remedy, /sysctl net\.core\.bpf_jit_enable=1/);
    assert.equal(state(checkEbpf(host({ ...there, 'proc/sys/net/core/bpf_jit_enable': '1\n' }))), 'ok');
  });
  test('types, where the environment says too', () => {
    assert.equal(state(checkTypes(host({ 'sys/kernel/btf/vmlinux': 'x' }))), 'ok');
    assert.equal(state(checkTypes(host({}))), 'missing');
    assert.equal(state(checkTypes(host({ 'sys/kernel/btf/vmlinux': 'x' }, { env: { PORTHOLE_BTF_PATH: '/nowhere' } }))), 'missing');
    assert.equal(state(checkTypes(host({ 'own/btf': 'x' }, { env: { PORTHOLE_BTF_PATH: '/own/btf' } }))), 'ok');
  });
  for (const [text, wanted] of [['[none] integrity confidentiality\n', 'ok'], ['none [integrity] confidentiality\n', 'ok'], ['none integrity [confidentiality]\n', 'missing']] as const) {
    test(`lockdown ${text.trim()}: ${wanted}`, () => { assert.equal(state(checkLockdown(host({ 'sys/kernel/security/lockdown': text }))), wanted); });
  }
  test('lockdown that only the command line tells of', () => {
    assert.equal(state(checkLockdown(host({}))), 'none');
    assert.equal(state(checkLockdown(host({ 'proc/cmdline': 'quiet lockdown=confidentiality\n' }))), 'missing');
    assert.equal(state(checkLockdown(host({ 'proc/cmdline': 'quiet lockdown=integrity\n' }))), 'ok');
  });
  test('locked memory counts on old kernels alone', () => {
    const limits = (soft: string): Record<string, string> => ({ 'proc/self/limits': `Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         ${soft}              ${soft}              bytes     \n` });
    assert.equal(state(checkMemoryLock(host(limits('65536')), 8 << 20)), 'ok');
    assert.equal(state(checkMemoryLock(host(limits('65536'), { release: '5.10.0' }), 8 << 20)), 'limited');
    assert.equal(state(checkMemoryLock(host(limits('unlimited'), { release: '5.10.0' }), 8 << 20)), 'ok');
    assert.equal(state(checkMemoryLock(host(limits(String(16 << 20)), { release: '5.10.0' }), 8 << 20)), 'ok');
  });
});

describe('rights', () => {
  const own = { 'proc/self/ns/user': '-> user:[4026531837]', 'proc/self/ns/pid': '-> pid:[4026531836]', 'proc/self/ns/cgroup': '-> cgroup:[4026531835]' };
  test('root with and without', () => {
    assert.equal(state(checkRights(host({ ...own, ...status(ALL) }))), 'ok');
    assert.match(checkRights(host({ ...own, ...status(NO_RESOURCE) })).detail, /without CAP_SYS_RESOURCE, which is not needed/);
    const container = checkRights(host({ ...own, ...status('00000000a80425fb') }));  // what Docker gives
    assert.equal(state(container), 'missing');
    assert.match(container.detail, /root without CAP_BPF and CAP_PERFMON/);
    assert.match(container.remedy, /on the host itself/);
    assert.equal(state(checkRights(host({}))), 'missing');
  });
  test('what is enough to load', () => {
    const may = (...which: number[]): string => state(checkRights(host(status(bits(...which)), { uid: 1000 })));
    assert.equal(may(), 'missing');
    assert.equal(may(39), 'missing');  // CAP_BPF alone
    assert.equal(may(38), 'missing');  // CAP_PERFMON alone
    assert.equal(may(38, 39), 'limited');
    assert.equal(may(21), 'limited');  // CAP_SYS_ADMIN
    assert.equal(may(38, 39, 19), 'limited');
    assert.equal(may(38, 39, 19, 2), 'ok');
    assert.match(checkRights(host(status(bits()), { uid: 1000 })).remedy, /sudo/);
    assert.match(checkRights(host(status(bits(38, 39)), { uid: 1000 })).detail, /CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH/);
  });
  test('root of a user namespace has no rights in the kernel', () => {
    assert.equal(state(checkRights(host({ ...status(ALL), 'proc/self/ns/user': '-> user:[4026532201]' }))), 'missing');
  });
  test('seccomp', () => {
    assert.equal(state(checkSeccomp(host(status(ALL)))), 'none');
    assert.equal(state(checkSeccomp(host(status(ALL, 'Seccomp:\t0\nSeccomp_filters:\t0\n')))), 'ok');
    assert.equal(state(checkSeccomp(host(status(ALL, 'Seccomp:\t2\nSeccomp_filters:\t1\n')))), 'limited');
    assert.match(checkSeccomp(host(status(ALL, 'Seccomp:\t2\nSeccomp_filters:\t3\n'))).detail, /3 filters/);
  });
  test('namespaces', () => {
    assert.equal(state(checkNamespaces(host(own))), 'ok');
    assert.equal(state(checkNamespaces(host({}))), 'none');
    assert.match(checkNamespaces(host({ ...own, 'proc/self/ns/pid': '-> pid:[4026532300]' })).remedy, /--pid=host/);
    assert.match(checkNamespaces(host({ 'proc/self/ns/pid': own['proc/self/ns/pid'], 'proc/self/ns/cgroup': '-> cgroup:[4026532301]' })).remedy, /--cgroupns=host/);
  });
});

describe('mounts', () => {
  const V1 = '/sys/fs/cgroup/memory rw - cgroup cgroup rw,memory', SYSTEMD = '/sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd';
  test('control groups', () => {
    const mode = (...lines: string[]): Finding => checkCgroups(host(mount(...lines)));
    assert.match(mode('/sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate').detail, /^v2 at \/sys\/fs\/cgroup$/);
    assert.match(mode(V1, SYSTEMD, '/sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw').detail, /^hybrid: v1, and v2 at \/sys\/fs\/cgroup\/unified$/);
    assert.equal(state(mode(V1, SYSTEMD, '/sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw')), 'ok');
    assert.equal(state(mode(V1, SYSTEMD)), 'limited');
    assert.equal(state(mode()), 'limited');
    assert.match(mode('/a\\040b rw - cgroup2 none rw').detail, /\/a b/);
  });
  test('/proc', () => {
    const proc = (options: string, uid = 1000): string => state(checkProc(host(mount(`/proc rw,nosuid - proc proc ${options}`), { uid })));
    assert.equal(proc('rw'), 'ok');
    assert.equal(proc('rw,hidepid=0'), 'ok');
    assert.equal(proc('rw,hidepid=off'), 'ok');
    for (const how of ['hidepid=1', 'hidepid=2', 'hidepid=invisible', 'hidepid=ptraceable']) { assert.equal(proc(`rw,${how}`), 'limited'); assert.equal(proc(`rw,${how}`, 0), 'ok'); }
    assert.equal(proc('rw,subset=pid', 0), 'limited');
    assert.equal(state(checkProc(host(mount('/other rw - proc proc rw')))), 'missing');
  });
  test('tracefs is not needed', () => {
    assert.equal(state(checkTracefs(host(mount('/sys/kernel/tracing rw - tracefs none rw')))), 'ok');
    assert.equal(state(checkTracefs(host({}))), 'none');
  });
});

describe('home, commands, memory', () => {
  test('home folder', () => {
    const at = (files: Readonly<Record<string, string>>, free?: number): Finding => checkHome(host({ 'root/.profile': '', ...files }, {}, free));
    assert.equal(state(at({})), 'ok');
    assert.match(at({}).detail, /^\/root, 10 GiB free/);
    assert.match(at({ 'root/.porthole/x': '' }).detail, /^\/root\/\.porthole, /);
    assert.equal(state(at({}, 50 * 2 ** 20)), 'limited');
    assert.match(at({}, 50 * 2 ** 20).detail, /50 MiB free/);
    assert.equal(state(checkHome(host({}))), 'limited');
    assert.equal(state(checkHome(host({}, { home: '' }))), 'limited');
    const noexec = at(mount('/ rw - ext4 /dev/sda rw', '/root rw,noexec,nosuid - tmpfs none rw'));
    assert.equal(state(noexec), 'limited');
    assert.match(noexec.remedy, /remount,exec \/root/);
    assert.equal(state(at(mount('/ rw - ext4 /dev/sda rw', '/roo rw,noexec - tmpfs none rw'))), 'ok');
  });
  test('a home that may not be written to', () => {
    const closed: Host = { ...host({ 'root/.profile': '' }), writable: () => false };
    assert.equal(state(checkHome(closed)), 'limited');
    assert.match(checkHome(closed).detail, /^\/root cannot be written to/);
    assert.equal(state(checkHome({ ...closed, closed: () => true })), 'limited');
  });
  test('commands of the installation', () => {
    const tools = (...names: string[]): Host => { const made = host(Object.fromEntries(names.map((name) => [`bin/${name}`, '']))); for (const name of names) chmodSync(made.at(`/bin/${name}`), 0o755); return made; };
    assert.equal(state(checkCommands(tools('sh', 'gzip', 'sha256sum', 'find'))), 'ok');
    const less = checkCommands(tools('sh', 'find'));
    assert.equal(state(less), 'limited');
    assert.match(less.detail, /^gzip, sha256sum not found/);
    assert.equal(state(checkSudo(host({}))), 'none');
    assert.equal(state(checkSudo(host({}, { uid: 1000 }))), 'limited');
  });
  test('ring buffer and free memory', () => {
    const free = (kb: number): Finding => checkRing(host({ 'proc/meminfo': `MemTotal: 8388608 kB\nMemAvailable:   ${kb} kB\n` }));
    assert.equal(state(free(4 << 20)), 'ok');
    assert.match(free(4 << 20).detail, /^16 MiB for 4 CPUs and 8 GiB, 4 GiB of it free$/);
    assert.equal(state(free(20 << 10)), 'limited');
    assert.equal(state(checkRing(host({}))), 'ok');
  });
  test('sizes for people', () => { assert.deepEqual([size(0), size(1023), size(1024), size(1536), size(8 * 2 ** 20), size(15.4 * 2 ** 30)], ['0 bytes', '1023 bytes', '1 KiB', '1.5 KiB', '8 MiB', '15 GiB']); });
});

describe('engines', () => {
  const servers: { close(done?: () => void): unknown }[] = [];
  after(() => { for (const server of servers) server.close(); });
  const listen = async (server: Pick<Server, 'listen' | 'close'>, path: string): Promise<void> => { servers.push(server); mkdirSync(dirname(path), { recursive: true }); await new Promise<void>((done) => { server.listen(path, done); }); };
  const of = (findings: readonly Finding[], name: string): Finding => findings.find((f) => f.name === name) ?? assert.fail(`nothing about ${name}`);

  test('none at all', async () => {
    const findings = await checkEngines(host({}));
    assert.deepEqual(findings.map((f) => [f.name, state(f)]), [['Docker', 'none'], ['Podman', 'none'], ['containerd', 'none'], ['CRI-O', 'none'], ['engines', 'limited']]);
  });
  test('Docker and containerd answer, Podman says no, CRI-O is no socket', async () => {
    const made = host({ 'run/crio/crio.sock': '' });
    const pings: string[] = [];
    await listen(createServer((asked, answer) => { pings.push(asked.url ?? ''); answer.end('OK'); }), made.at('/var/run/docker.sock'));
    await listen(createServer((_, answer) => { answer.statusCode = 500; answer.end('broken'); }), made.at('/run/user/1000/podman/podman.sock'));
    const grpc = createHttp2Server();
    grpc.on('stream', (stream) => { stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true }); stream.on('wantTrailers', () => { stream.sendTrailers({ 'grpc-status': '0' }); }); stream.end(Buffer.alloc(5)); });
    await listen(grpc, made.at('/run/containerd/containerd.sock'));
    const findings = await checkEngines(made);
    assert.deepEqual(findings.map((f) => [f.name, state(f)]), [['Docker', 'ok'], ['Podman', 'limited'], ['containerd', 'ok'], ['CRI-O', 'limited']]);
    assert.deepEqual(pings, ['/_ping']);
    assert.equal(of(findings, 'Docker').detail, '/var/run/docker.sock');
    assert.match(of(findings, 'Podman').detail, /status 500/);
  });
  test('a socket that nobody listens on, and one that does not speak as it should', async () => {
    const made = host({});
    const gone = join(folder, 'gone.sock');
    const dumb = createSocketServer((socket) => { socket.on('error', () => undefined); socket.end('hello\r\n\r\n'); });
    await listen(dumb, made.at('/run/containerd/containerd.sock'));
    assert.equal(state(of(await checkEngines(made), 'containerd')), 'limited');
    assert.deepEqual(await ask(gone, { http: '/_ping' }).then(({ well }) => well), false);
    assert.deepEqual(await ask(gone, { grpc: '/x' }).then(({ well }) => well), false);
  });
  test('a socket of others', async () => {
    const made = { ...host({}), closed: (path: string) => path.startsWith('/run/containerd/') };
    const found = of(await checkEngines(made), 'containerd');
    assert.deepEqual([state(found), found.detail], ['none', 'not to be seen by this user: /run/containerd is closed']);
  });
  test('the socket that DOCKER_HOST names', async () => {
    const made = host({}, { env: { DOCKER_HOST: 'unix:///own/docker.sock' } });
    assert.match(of(await checkEngines(made), 'Docker').remedy, /DOCKER_HOST names this socket/);
    await listen(createServer((_, answer) => { answer.end('OK'); }), made.at('/own/docker.sock'));
    assert.equal(of(await checkEngines(made), 'Docker').detail, '/own/docker.sock');
  });
});

describe('the page', () => {
  const findings: Finding[] = [{ name: 'kernel', state: 'ok', detail: '6.1', remedy: '' }, { name: 'rights', state: 'missing', detail: `what \x1b[31m is${' long'.repeat(30)}`, remedy: `do ${'something '.repeat(20)}now` }];
  test('no line is longer than the terminal, columns are aligned, control characters are harmless', () => {
    const lines = page(findings, false).split('\n');
    assert.ok(lines.every((line) => line.length <= 80), JSON.stringify(lines));
    assert.equal(lines[0], 'ok       kernel          6.1');
    assert.match(lines[1] ?? '', /^MISSING {2}rights {10}what \?\[31m is/);
    assert.ok(lines.slice(2, 5).every((line) => line.startsWith(' '.repeat(25))), JSON.stringify(lines));
    assert.ok(!page(findings, false).includes('\x1b'));
    assert.match(page(findings, true), /can capture live: porthole\n$/);
  });
  test('colour only when asked for', () => { assert.match(page(findings, true, 80, true), /^\x1b\[32mok {7}\x1b\[0mkernel/); });
  test('long words stay whole', () => { assert.deepEqual(wrap('a /very/long/path/that/does/not/fit b', 10), ['a', '/very/long/path/that/does/not/fit', 'b']); });
});
