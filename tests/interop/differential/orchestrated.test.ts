// Containers of Mesos and rkt, tasks, frameworks and applications of Marathon, beside sysdig.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIELDS } from '../../../remote-agent/engine/fields/index.ts';
import { scratch } from './captures.ts';
import { orchestrated, twoFrameworks } from './capturesOrchestrated.ts';
import { differential, toldDifferences } from './harness.ts';
import { TWO_FRAMEWORKS } from './tracersKnown.ts';

mkdirSync(scratch(), { recursive: true });
const capture = join(scratch(), 'orchestrated.scap');
writeFileSync(capture, orchestrated());
const two = join(scratch(), 'orchestrated-two.scap');
writeFileSync(two, twoFrameworks());

const uses = FIELDS.filter((f) => f.group === 'mesos').flatMap((f) => f.argument === 'none' ? [f.name] : ['app', 'empty', 'alone', 'b', 'n', 'no'].map((name) => `${f.name}.${name}`));
const containers = ['container.id', 'container.name', 'container.type', 'container.image', 'container.privileged', 'container.mounts', 'container.healthcheck'];

for (const words of [[], ['-pm'], ['-pc'], ['-d'], ['-j'], ['-pm', '-j']]) differential(`lines, ${words.join(' ')}`, { capture, args: words });
differential('fields of tasks', { capture, args: ['-p', `*%evt.num %thread.tid${uses.map((f) => ` | %${f}`).join('')}`] });
differential('fields of tasks as JSON', { capture, args: ['-j', '-p', `*%evt.num %thread.tid ${uses.map((f) => `%${f}`).join(' ')}`] });
differential('fields of containers', { capture, args: ['-p', `*%evt.num %thread.tid${containers.map((f) => ` | %${f}`).join('')}`] });
for (const filter of ['mesos.task.name=web', 'mesos.task.name exists', 'mesos.task.id contains aaa', 'mesos.task.label.app=front', 'mesos.task.labels contains empty', 'mesos.framework.name=chronos', 'mesos.framework.id=fw-1', 'marathon.app.name=/prod/web', 'marathon.app.id startswith /prod', 'marathon.app.label.app=yes', 'marathon.app.labels contains b:2', 'marathon.group.name=/prod', 'marathon.group.id=/', 'not mesos.task.id exists', 'container.type=mesos', 'container.type=rkt', 'container.id contains :', 'container.name contains etcd']) {
  differential(filter, { capture, args: ['-p', '%evt.num %thread.tid', filter] });
}

differential('tasks of two frameworks', { capture: two, args: ['-p', '*%evt.num %mesos.task.name %mesos.task.labels'] });
differential('two frameworks', { capture: two, args: ['-p', '*%evt.num %mesos.framework.name'], differences: [TWO_FRAMEWORKS] });
toldDifferences(['two-frameworks']);
