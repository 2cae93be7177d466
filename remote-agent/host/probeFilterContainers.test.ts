// Which control groups are left out for a filter on containers: only what is certainly of others.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ContainerScope, type ContainerWish } from './probeFilterContainers.ts';

const mount = mkdtempSync(join(tmpdir(), 'porthole-scope-'));
after(() => { rmSync(mount, { recursive: true, force: true }); });
const id = (digit: string): string => digit.repeat(64);
const wish = (ids: readonly string[], names: readonly string[]): ContainerWish => ({ ids: new Set(ids), names: new Set(names) });
let changes = 0;
/** The kernel says in this file how many groups there are. */
const changed = (): void => { writeFileSync(join(mount, 'cgroup.stat'), `nr_descendants ${String(changes++)}\n`); };
const make = (path: string): bigint => { mkdirSync(join(mount, path), { recursive: true }); changed(); return statSync(join(mount, path), { bigint: true }).ino; };
const unwanted = (scope: ContainerScope): ReadonlySet<bigint> => {
  const { groups } = scope.profile;
  for (const group of groups ?? []) assert.deepEqual([group.wanted, group.below], [false, false]);
  return new Set(groups?.map((group) => group.id));
};

test('by id: other containers are left out, and the host as soon as the container is there; what is new comes until it has been looked at', () => {
  const root = statSync(mount, { bigint: true }).ino, docker = make('docker'), other = make(`docker/${id('b')}`);
  const scope = new ContainerScope(wish(['a'.repeat(12)], []), () => undefined, mount);
  assert.equal(scope.refresh(), true);
  assert.deepEqual(unwanted(scope), new Set([other]), 'it may be one without a group of its own');
  assert.equal(scope.profile.otherGroups, true);
  const wanted = make(`docker/${id('a')}`), inner = make(`docker/${id('a')}/inner`);
  assert.equal(scope.refresh(), true);
  assert.deepEqual(unwanted(scope), new Set([root, docker, other]));
  assert.equal(unwanted(scope).has(wanted) || unwanted(scope).has(inner), false);
  assert.equal(scope.refresh(), false, 'nothing is new');
  rmdirSync(join(mount, `docker/${id('a')}/inner`));
  rmdirSync(join(mount, `docker/${id('a')}`));
  changed();
  assert.equal(scope.refresh(), true);
  assert.deepEqual(unwanted(scope), new Set([other]));
});

test('by name: as long as a container has no name, it may be the one', () => {
  const names = new Map<string, string>(), web = make(`docker/${id('c')}`), db = make(`docker/${id('d')}`);
  const scope = new ContainerScope(wish([], ['web']), (container) => names.get(container), mount);
  scope.refresh();
  assert.equal(unwanted(scope).size, 0);
  names.set('d'.repeat(12), 'db');
  assert.equal(scope.refresh(), true);
  assert.deepEqual(unwanted(scope), new Set([db]));
  names.set('c'.repeat(12), 'web').set('b'.repeat(12), 'cache');
  scope.refresh();
  assert.ok(!unwanted(scope).has(web) && unwanted(scope).has(db) && unwanted(scope).size > 3);
  names.set('c'.repeat(12), 'web-old').set('d'.repeat(12), 'web');
  assert.equal(scope.refresh(), true, 'renamed');
  assert.ok(unwanted(scope).has(web) && !unwanted(scope).has(db));
});

test('nothing is left out where there is no hierarchy of version 2', () => {
  const scope = new ContainerScope(wish(['a'.repeat(12)], []), () => undefined, '');
  assert.equal(scope.refresh(), false);
  assert.deepEqual(scope.profile, {});
});
