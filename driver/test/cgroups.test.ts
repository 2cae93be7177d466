// Kernel test: the path of a control group is known by its id even when the group is gone before anybody asks.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cannotRun, openProbe } from './recorder.ts';

const skip = cannotRun() ?? false;

test('a control group that was made and removed is known by its path', { skip }, (t) => {
  const mount = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.subtree_control')));
  if (mount === undefined) { t.skip('KERNEL TEST SKIPPED: no cgroup v2 in which to make a group'); return; }
  const probe = openProbe({});
  t.after(() => { probe.close(); });
  const top = `porthole-names-${String(process.pid)}`;
  const make = (name: string): number => { const path = join(mount, name); mkdirSync(path); return statSync(path).ino; };
  const long = 'x'.repeat(200), outer = make(top), inner = make(`${top}/${long}`);
  // Together longer than what is kept: a part of a path would be that of another group.
  const deep = [`${top}/${long}`, long, long].map((_, i, parts) => parts.slice(0, i + 1).join('/')).slice(1).map(make);
  for (const parts of [[long, long, long], [long, long], [long], []]) rmdirSync(join(mount, top, ...parts));
  assert.equal(probe.cgroupPath(outer), `/${top}`);
  assert.equal(probe.cgroupPath(inner), `/${top}/${long}`);
  assert.deepEqual(deep.map((id) => probe.cgroupPath(id)), [`/${top}/${long}/${long}`, undefined]);
  assert.equal(probe.cgroupPath(statSync(mount).ino), undefined, 'was there before the probe');
});
