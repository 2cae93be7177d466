// Hosts and their options out of SSH configurations, settings and what somebody types.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HostConfig, parseHostText, type SshTarget } from './hostConfig.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-config-'));
  mkdirSync(join(folder, 'conf.d'));
  writeFileSync(join(folder, 'conf.d', 'more.conf'), 'Host extra\n  HostName 10.9.9.9\n  IdentityAgent none\n');
  writeFileSync(join(folder, 'config'), `
Include conf.d/*.conf
Host web db-?? !db-99
  HostName %h.example.org
  Port 2222
  User deploy
  IdentityFile ~/keys/%r-%h
  IdentityFile ${folder}/second
  IdentitiesOnly yes
  ProxyJump admin@jump:2200,inner
  StrictHostKeyChecking yes
  HashKnownHosts yes
Host brief-*
  UserKnownHostsFile none
Host cmd
  ProxyCommand nc %h %p
Host *
  User fallback
  ConnectTimeout 7
`);
});
after(() => rmSync(folder, { recursive: true, force: true }));
const config = (hosts: string[] = []): HostConfig => new HostConfig({ configPath: join(folder, 'config'), hosts, local: true });
const ssh = (name: string): SshTarget => { const target = config().target(name); assert.equal(target.kind, 'ssh'); return target as SshTarget; };

test('names: this machine, hosts without patterns, included files, the setting', () => {
  assert.deepEqual(config(['root@10.0.0.1:22', 'web', 'not a host']).names(), ['local', 'extra', 'web', 'cmd', 'root@10.0.0.1:22']);
  assert.deepEqual(new HostConfig({ configPath: join(folder, 'missing'), hosts: [], local: false }).names(), []);
});

test('options of a host, tokens and defaults', () => {
  const web = ssh('web');
  assert.equal(web.hostName, 'web.example.org');
  assert.equal(web.port, 2222);
  assert.equal(web.user, 'deploy');
  assert.deepEqual(web.identityFiles, [join(homedir(), 'keys/deploy-web.example.org'), join(folder, 'second')]);
  assert.ok(web.identitiesOnly && web.strict && web.hashKnownHosts);
  assert.deepEqual(web.jumps, ['admin@jump:2200', 'inner']);
  assert.equal(web.connectTimeoutMs, 7000);
  assert.equal(ssh('extra').hostName, '10.9.9.9');
  assert.equal(ssh('extra').agentSocket, '');
  assert.equal(ssh('other').user, 'fallback');
  assert.equal(ssh('me@web:99').port, 99);
  assert.equal(ssh('me@web:99').user, 'me');
  assert.ok(ssh('other').identityFiles.some(file => file.endsWith('id_ed25519')));
});

test('what cannot be done is said', () => {
  assert.throws(() => config().target('cmd'), /ProxyCommand/);
  assert.throws(() => config().target('a b'), /does not name a host/);
  assert.throws(() => new HostConfig({ configPath: '', hosts: [], local: false }).target('local'), /does not run Linux/);
});

test('typed hosts', () => {
  assert.deepEqual(parseHostText('web'), { user: '', host: 'web', port: 0 });
  assert.deepEqual(parseHostText('me@web:2222'), { user: 'me', host: 'web', port: 2222 });
  assert.deepEqual(parseHostText('me@[::1]:22'), { user: 'me', host: '::1', port: 22 });
  assert.deepEqual(parseHostText('fe80::1'), { user: '', host: 'fe80::1', port: 0 });
  for (const bad of ['', 'a b', '@web', 'web:', 'web:99999', 'web:0', '-oProxyCommand=x', 'me@-x']) assert.equal(parseHostText(bad), undefined, bad);
});

test('a host whose key is not to be remembered has no known_hosts file, and none called "none" is made', () => {
  assert.deepEqual(ssh('brief-1').knownHostsFiles, []);
  assert.ok(ssh('web').knownHostsFiles.length > 0);
});
