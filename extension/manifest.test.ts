// package.json says what contributions.ts says, and every command that a menu names exists and is registered.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CONTRIBUTIONS, OWN_CONTRIBUTIONS, mergeContributions } from './contributions.ts';
import { manifestContributes } from './manifest.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;

test('package.json holds what contributions.ts declares', () => {
  assert.deepEqual(manifest['contributes'], JSON.parse(JSON.stringify(manifestContributes(CONTRIBUTIONS))), 'run `npx tsx extension/manifest.ts`');
});

test('menus and keys name declared commands only', () => {
  const declared = new Set((CONTRIBUTIONS.commands ?? []).map(entry => entry.command));
  for (const [menu, entries] of Object.entries(CONTRIBUTIONS.menus ?? {})) {
    for (const entry of entries) assert.ok(declared.has(entry.command), `${menu} names ${entry.command}`);
  }
  for (const key of CONTRIBUTIONS.keybindings ?? []) assert.ok(declared.has(key.command) || !key.command.startsWith('porthole.'), key.command);
});

test('every declared command is registered somewhere in the extension', () => {
  const sources = readdirSync(join(ROOT, 'extension'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('contributions')).map(name => readFileSync(join(ROOT, 'extension', name), 'utf8')).join('\n');
  for (const entry of OWN_CONTRIBUTIONS.commands ?? []) assert.ok(sources.includes(`command('${entry.command}'`), `${entry.command} is not registered`);
});

test('every setting has a description and a default', () => {
  for (const [name, setting] of Object.entries(CONTRIBUTIONS.settings ?? {})) {
    assert.ok((setting.markdownDescription ?? setting.description ?? '').length > 20, name);
    assert.notEqual(setting.default, undefined, name);
  }
});

test('merging appends lists and joins tables', () => {
  const merged = mergeContributions([{ menus: { a: [{ command: 'x' }] } }, { menus: { a: [{ command: 'y' }], b: [] } }]);
  assert.deepEqual(merged, { menus: { a: [{ command: 'x' }, { command: 'y' }], b: [] } });
});
