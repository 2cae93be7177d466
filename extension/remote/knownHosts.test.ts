// known_hosts against files that ssh-keygen wrote, and against the cases of sshd(8).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { KnownHostsFiles, fingerprint, hostToken, judgeHostKey, keyTypeOf, knownHostLine, knownKeyTypes, parseKnownHosts } from './knownHosts.ts';

let folder = '';
const keys: Record<string, Buffer> = {};
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-known-'));
  for (const [name, type] of [['a', 'ed25519'], ['b', 'ed25519'], ['r', 'rsa']] as const) {
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', join(folder, name)]);
    keys[name] = Buffer.from(readFileSync(join(folder, `${name}.pub`), 'utf8').split(' ')[1] ?? '', 'base64');
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));
const key = (name: string): Buffer => { const found = keys[name]; assert.ok(found); return found; };

test('the fingerprint is the one that ssh-keygen prints', () => {
  const printed = execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'a.pub')], { encoding: 'utf8' });
  assert.equal(fingerprint(key('a')), printed.split(' ')[1]);
  assert.equal(keyTypeOf(key('a')), 'ssh-ed25519');
  assert.equal(keyTypeOf(key('r')), 'ssh-rsa');
  assert.equal(keyTypeOf(Buffer.from([0, 0])), '');
});

test('names, ports, patterns and negation', () => {
  const entries = parseKnownHosts([
    '# comment', '', 'broken line', `web,10.0.0.1 ssh-ed25519 ${key('a').toString('base64')} me@here`,
    `[web]:2222 ssh-ed25519 ${key('b').toString('base64')}`, `*.example.org,!bad.example.org ssh-ed25519 ${key('a').toString('base64')}`,
  ].join('\n'), 'f');
  assert.equal(entries.length, 3);
  assert.equal(judgeHostKey(entries, 'WEB', 22, key('a')).verdict, 'known');
  assert.equal(judgeHostKey(entries, '10.0.0.1', 22, key('a')).verdict, 'known');
  const changed = judgeHostKey(entries, 'web', 22, key('b'));
  assert.ok(changed.verdict === 'changed' && changed.known.line === 4);
  assert.equal(judgeHostKey(entries, 'web', 2222, key('b')).verdict, 'known');
  assert.equal(judgeHostKey(entries, 'web', 2222, key('a')).verdict, 'changed');
  assert.equal(judgeHostKey(entries, 'web', 2200, key('a')).verdict, 'unknown');
  assert.equal(judgeHostKey(entries, 'x.example.org', 22, key('a')).verdict, 'known');
  assert.equal(judgeHostKey(entries, 'bad.example.org', 22, key('a')).verdict, 'unknown');
  assert.equal(hostToken('Web', 22), 'web');
});

test('a host known under another kind of key is unknown, and says so', () => {
  const entries = parseKnownHosts(knownHostLine('web', 22, key('a')), 'f');
  assert.deepEqual(judgeHostKey(entries, 'web', 22, key('r')), { verdict: 'unknown', otherKeyTypes: ['ssh-ed25519'] });
  assert.deepEqual(knownKeyTypes(entries, 'web', 22), ['ssh-ed25519']);
});

test('a revoked key is refused', () => {
  const entries = parseKnownHosts(`@revoked * ssh-ed25519 ${key('a').toString('base64')}\nweb ssh-ed25519 ${key('a').toString('base64')}`, 'f');
  assert.equal(judgeHostKey(entries, 'web', 22, key('a')).verdict, 'revoked');
});

test('hashed names: ours are found by ssh-keygen, and its by us', () => {
  const file = join(folder, 'known');
  writeFileSync(file, `web ssh-ed25519 ${key('a').toString('base64')}\n[web]:2222 ssh-ed25519 ${key('b').toString('base64')}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
  const text = readFileSync(file, 'utf8');
  assert.ok(!text.includes('web') && text.startsWith('|1|'));
  const entries = parseKnownHosts(text, file);
  assert.equal(judgeHostKey(entries, 'web', 22, key('a')).verdict, 'known');
  assert.equal(judgeHostKey(entries, 'web', 2222, key('b')).verdict, 'known');
  assert.equal(judgeHostKey(entries, 'web2', 22, key('a')).verdict, 'unknown');
  const ours = join(folder, 'ours');
  writeFileSync(ours, knownHostLine('other', 2022, key('a'), true));
  assert.match(execFileSync('ssh-keygen', ['-F', '[other]:2022', '-f', ours], { encoding: 'utf8' }), /found/);
});

test('adding makes the folder and the file private, and does not glue lines together', () => {
  const file = join(folder, 'new', 'known_hosts');
  const files = new KnownHostsFiles([file, join(folder, 'missing')], false);
  assert.deepEqual(files.entries(), []);
  files.add('web', 22, key('a'));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'new')).mode & 0o777, 0o700);
  writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
  files.add('web', 2222, key('b'));
  assert.equal(files.entries().length, 2);
  assert.equal(judgeHostKey(files.entries(), 'web', 2222, key('b')).verdict, 'known');
});
