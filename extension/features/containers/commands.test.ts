// Command lines about containers: only hexadecimal ids get into them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { followCommand, shellCommand } from './commands.ts';

const ID = '0123456789ab';

test('names, options and shell characters are refused', () => {
  for (const bad of ['', 'web', '-v', '0123456789AB', `${ID};reboot`, `${ID}\nreboot`, `${ID} x`, '$(reboot)', 'a'.repeat(65)]) {
    assert.throws(() => shellCommand('docker', bad), /not hexadecimal/, bad);
    assert.throws(() => followCommand('docker', bad), /not hexadecimal/, bad);
  }
});

test('the engine is one of two words, whatever the type says', () => {
  assert.match(shellCommand('podman', ID), /exec podman exec -it 0123456789ab sh/);
  assert.match(shellCommand('docker; reboot', ID), /exec docker exec -it/);
  assert.doesNotMatch(shellCommand('docker; reboot', ID), /reboot/);
});

test('the line is one that sh understands', () => {
  for (const line of [shellCommand('docker', ID), followCommand('podman', ID)]) assert.equal(spawnSync('sh', ['-n', '-c', line]).status, 0);
});
