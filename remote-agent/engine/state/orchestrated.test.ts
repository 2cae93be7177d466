// Containers of Mesos and rkt, and what Mesos and Marathon say of tasks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orchestrated } from '../../../tests/interop/differential/capturesOrchestrated.ts';
import { fieldText, findField } from '../fields/index.ts';
import { ScapReader } from '../scap/reader.ts';
import { Mesos } from './mesos.ts';

const POD = '12345678-1234-1234-1234-123456789012';

/** The texts of fields at the last event of a thread. */
function last(tid: number, names: readonly string[]): string {
  const fields = names.map((name) => { const ref = findField(name); assert.ok(ref !== undefined, name); return ref; });
  const reader = new ScapReader();
  let found = '';
  reader.push(orchestrated());
  reader.read((ctx) => { if (ctx.info?.tid === tid) found = fields.map((ref) => fieldText(ref, ctx) ?? '-').join(' '); });
  return found;
}

test('containers are told from what threads and their parents were started with', () => {
  for (const [tid, wanted] of [[200, '11111111-2222-3333-4444-111111111111'], [201, '11111111-2222-3333-4444-111111111111'], [212, '11111111-2222-3333-4444-111111111111'], [202, '22222222-2222-3333-4444-222222222222'], [204, 'host'], [205, 'host'], [206, 'host'], [209, 'host'], [502, 'cccccccc-2222-3333-4444-cccccccccccc'],
    [300, `${POD}:app`], [301, `${POD}:app`], [302, 'host'], [303, `${POD}:redis`], [304, 'host'], [305, 'host'], [501, `${POD}:etcd`]] as const) assert.equal(last(tid, ['container.id']), wanted, String(tid));
  assert.equal(last(200, ['container.type', 'container.name']), 'mesos 11111111-2222-3333-4444-111111111111');
  assert.equal(last(501, ['container.type', 'container.name']), 'rkt etcd');
});

test('tasks, their framework, and the application that they belong to', () => {
  assert.equal(last(200, ['mesos.task.name', 'mesos.task.id', 'mesos.framework.name', 'mesos.framework.id', 'marathon.app.id', 'marathon.group.id']), 'renamed web.aaa marathon fw-1 /root /');
  assert.equal(last(210, ['container.type', 'mesos.task.name']), 'docker -');
  const mesos = new Mesos();
  mesos.apply('{"mesos_state":{"frameworks":[{"active":true,"id":"f","name":"n","tasks":[{"id":"a.b","state":"TASK_RUNNING","labels":[{"key":"k","value":"v"}]},{"id":"c.d","state":"TASK_LOST"}]}]}}');
  const task = mesos.taskOf('a.b');
  assert.ok(task !== undefined);
  assert.deepEqual([task.name, task.labels, mesos.frameworkOf(task)?.name, mesos.taskOf('c.d'), mesos.appOf(task)], ['a', [['k', 'v']], 'n', undefined, undefined]);
});

test('what is no description is left out', () => {
  const mesos = new Mesos();
  const deep = `${'{"id":"x","groups":['.repeat(3000)}${']}'.repeat(3000)}`;
  for (const text of ['', '[', '3', 'null', '[]', '{"mesos_state":3}', '{"mesos_state":{"frameworks":3}}', '{"mesos_state":{"frameworks":[3,null,{"id":"a"},{"id":"a","name":"b","active":true,"tasks":[3,{}]}]}}', '{"marathon_apps":{"frameworkId":"f","apps":[3,{"id":"a"},{"id":"/a","labels":{"x":{}},"tasks":["t"]}]}}', '{"marathon_groups":{"id":"/"}}', `{"marathon_groups":{"frameworkId":"f",${deep.slice(1)}}`]) mesos.apply(text);
  assert.equal(mesos.taskOf('t'), undefined);
});
