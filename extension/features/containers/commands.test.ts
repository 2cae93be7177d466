// Command lines about containers: ids and namespaces of a checked shape alone get into them; which engine's tool is asked; what is said where there is none.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UserError } from '../../base/text.ts';
import { followCommand, inspectCommand, shellCommand, type Target } from './commands.ts';

const ID = '0123456789ab', LONG = ID.padEnd(64, '0');
const folder = mkdtempSync(join(tmpdir(), 'porthole-commands-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** Runs a line where only these tools are installed; each prints its words, but for questions about a container, which succeed where `knows` says so. */
function run(line: string, tools: readonly string[], knows: readonly string[] = tools): { code: number | null; out: string } {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const name of ['sh', 'id']) symlinkSync(`/bin/${name}`, join(bin, name));
  for (const tool of tools) {
    const test = knows.includes(tool) ? 0 : 1;
    writeFileSync(join(bin, tool), `#!/bin/sh\ncase "$*" in *inspect*|*"containers info"*) [ -n "$asked_${tool}" ] || { export asked_${tool}=1; exit ${test}; } ;; esac\necho ${tool} "$@"\n`);
    chmodSync(join(bin, tool), 0o755);
  }
  const made = spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8', env: { PATH: bin } });
  return { code: made.status, out: made.stdout.trim() };
}

test('names, options and shell characters are refused', () => {
  for (const bad of ['', 'web', '-v', '0123456789AB', `${ID};reboot`, `${ID}\nreboot`, `${ID} x`, '$(reboot)', 'a'.repeat(65), 'ns/x;reboot', '-n/x', 'ns/-x', 'a/b/c', 'a/']) {
    for (const type of ['docker', 'podman', 'containerd', 'cri-o']) for (const make of [shellCommand, followCommand, inspectCommand]) assert.throws(() => make({ type, id: bad }), /not hexadecimal/, `${type} ${bad}`);
  }
  assert.throws(() => shellCommand({ type: 'docker; reboot', id: ID }), (error) => error instanceof UserError && !error.message.includes(';') && /timeline/.test(error.remedy));
  assert.throws(() => shellCommand({ type: 'containerd', id: ID, namespace: 'x; reboot' }), /namespace/);
  // A whole id that is none is not taken.
  assert.equal(run(shellCommand({ type: 'docker', id: ID, fullId: `${LONG};reboot` }), ['docker']).out, `docker exec -it ${ID} sh`);
});

test('each engine by its own tool', () => {
  const cases: readonly (readonly [Target, readonly string[], readonly string[]])[] = [
    [{ type: 'docker', id: ID, fullId: LONG }, ['docker', 'podman'], [`docker logs --follow --tail 500 ${LONG}`, `docker exec -it ${LONG} sh`]],
    [{ type: 'podman', id: ID }, ['docker', 'podman'], [`podman logs --follow --tail 500 ${ID}`, `podman exec -it ${ID} sh`]],
    [{ type: 'cri-o', id: ID, pod: 'p', namespace: 'web' }, ['docker', 'crictl'], [`crictl logs --follow --tail 500 ${ID}`, `crictl exec -it ${ID} sh`]],
    [{ type: 'containerd', id: ID, pod: 'p', namespace: 'web' }, ['crictl', 'nerdctl', 'ctr'], [`crictl logs --follow --tail 500 ${ID}`, `crictl exec -it ${ID} sh`]],
    [{ type: 'containerd', id: ID, pod: 'p', namespace: 'web' }, ['nerdctl'], [`nerdctl --namespace k8s.io logs --follow --tail 500 ${ID}`, `nerdctl --namespace k8s.io exec -it ${ID} sh`]],
    [{ type: 'containerd', id: 'default/web_1', namespace: 'default' }, ['nerdctl', 'crictl'], ['nerdctl --namespace default logs --follow --tail 500 web_1', 'nerdctl --namespace default exec -it web_1 sh']],
  ];
  for (const [target, tools, [log, shell]] of cases) {
    assert.deepEqual(run(followCommand(target), tools), { code: 0, out: log });
    assert.deepEqual(run(shellCommand(target), tools), { code: 0, out: shell });
  }
});

test('containerd\'s plain tool gives a shell where there is nothing better, and where the better one does not know the container', () => {
  const target: Target = { type: 'containerd', id: 'default/web', namespace: 'default' };
  for (const [tools, knows] of [[['ctr'], ['ctr']], [['nerdctl', 'ctr'], ['ctr']]] as const) assert.match(run(shellCommand(target), tools, knows).out, /^ctr --namespace default tasks exec -t --exec-id porthole-\d+ web sh$/);
});

test('where the engine has no tool on the host it is said which, and why', () => {
  const containerd = run(followCommand({ type: 'containerd', id: 'default/web' }), ['ctr', 'docker']);
  assert.equal(containerd.code, 1);
  assert.match(containerd.out, /nerdctl is not installed.*containerd itself keeps no logs.*Install nerdctl/);
  assert.match(run(shellCommand({ type: 'cri-o', id: ID }), ['docker']).out, /crictl is not installed.*CRI-O/);
  const unknown = run(shellCommand({ type: 'podman', id: ID }), ['podman'], []);
  assert.equal(unknown.code, 1);
  assert.match(unknown.out, /podman does not know the container 0123456789ab.*as the user who runs it/);
});
