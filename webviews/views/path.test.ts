// Drilling down adds what csysdig adds, goes where it goes, and comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../remote-agent/engine/filter/index.ts';
import { VIEWS } from '../../remote-agent/engine/view/index.ts';
import type { ViewEntry } from '../protocol/views.ts';
import { applicable, backTo, depthOf, drilled, filterOf, rowFilter, type Path } from './path.ts';

const catalogue: readonly ViewEntry[] = VIEWS.map(({ id, name, description, kind, appliesTo, drillDown = '', deeper = false, propagate = true }) => ({ id, name, description, category: '', kind, appliesTo, drillDown, deeper, propagate, actions: [], hasContainers: false }));
const opened = (ownFilter: string, keyField: string, childOnly = false): { ownFilter: string; keyField: string; childOnly: boolean } => ({ ownFilter, keyField, childOnly });

test('containers lead to processes, these to threads, these to files; the filters come along', () => {
  const start: Path = { view: 'containers', filter: 'evt.failed=true or evt.count>0', crumbs: [] };
  const procs = drilled(catalogue, start, opened('container.name != host', 'container.id'), { key: 'abc', filter: 'container.id=abc', label: 'web' });
  assert.equal(procs?.view, 'procs');
  assert.equal(filterOf(procs), '(evt.failed=true or evt.count>0) and container.name != host and container.id=abc');
  const threads = drilled(catalogue, procs, opened('evt.type!=switch', 'proc.pid'), { key: '12', filter: 'proc.pid=12', label: 'nginx' });
  assert.equal(threads?.view, 'threads');
  const files = drilled(catalogue, threads, opened('evt.type!=switch', 'thread.tid'), { key: '13', filter: 'thread.tid=13', label: 'nginx' });
  assert.equal(files?.view, 'files');
  assert.ok(compileFilter(filterOf(files)).ok);
  assert.ok(applicable(catalogue, files).some(({ id }) => id === 'connections'));
  assert.ok(!applicable(catalogue, files).some(({ id }) => id === 'containers'));
  assert.deepEqual(backTo(files, 1), { ...procs, crumbs: procs.crumbs });
  assert.deepEqual(backTo(files, 0), start);
  assert.equal(rowFilter(procs, opened('evt.type!=switch', ''), 'proc.pid=12').endsWith('and evt.type!=switch and proc.pid=12'), true);
});

test('what narrows the next view alone is gone below it; spans go deeper; nothing leads on from a list', () => {
  const one = drilled(catalogue, { view: 'errors', filter: '', crumbs: [] }, opened('', 'evt.res', true), { key: 'ENOENT', filter: 'evt.res=ENOENT', label: 'ENOENT' });
  assert.equal(filterOf(one ?? { view: '', filter: '', crumbs: [] }), 'evt.res=ENOENT');
  const two = drilled(catalogue, one as Path, opened('', 'proc.pid'), { key: '1', filter: 'proc.pid=1', label: 'x' });
  assert.equal(filterOf(two as Path), 'proc.pid=1');
  const spans = drilled(catalogue, { view: 'traces_summary', filter: '', crumbs: [] }, opened('', 'span.tag[0]'), { key: 'a', filter: 'span.tag[0]=a', label: 'a' });
  assert.equal(depthOf(spans as Path), VIEWS.find(({ id }) => id === 'traces_summary')?.deeper === true ? 1 : 0);
  assert.equal(drilled(catalogue, { view: 'file_opens', filter: '', crumbs: [] }, opened('', ''), { key: '1', filter: '', label: '' }), undefined);
  assert.ok(applicable(catalogue, { view: 'procs', filter: '', crumbs: [] }).some(({ id }) => id === 'containers'));
});
