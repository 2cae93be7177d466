// Every field that sysdig lists, printed for every event of the captures, as text and as JSON; every parameter by name; the lists themselves.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS } from '../../../driver/schema/index.ts';
import { FIELDS } from '../../../remote-agent/engine/fields/index.ts';
import { captures, scratch, type Capture } from './captures.ts';
import { BAR, columnDifferences, endsSysdig, FIELD_DIFFERENCES } from './fieldsKnown.ts';
import { clusters, descriptors, directories, kinds, messages, sockets } from './fieldsWorld.ts';
import { chanceDifferences, differential, missingSysdig, runSysdig, toldDifferences } from './harness.ts';

/** What sysdig prints only once it is told which: by field, the uses that are compared. */
const WITH_ARGUMENT: Readonly<Record<string, readonly string[]>> = {
  'evt.arg': [], 'evt.rawarg': [], 'evt.type.is': [], 'thread.cgroup': ['thread.cgroup.cpu', 'thread.cgroup.memory', 'thread.cgroup.cpuset'], 'proc.aname': ['proc.aname[0]', 'proc.aname[1]', 'proc.aname[2]', 'proc.aname[4]'], 'proc.apid': ['proc.apid[0]', 'proc.apid[1]', 'proc.apid[3]'],
  'container.mount': ['container.mount[0]', 'container.mount[/srv/*]'], 'container.mount.source': ['container.mount.source[0]', 'container.mount.source[/var/*]'], 'container.mount.dest': ['container.mount.dest[1]', 'container.mount.dest[/var/*]'], 'container.mount.mode': ['container.mount.mode[0]'],
  'container.mount.rdwr': ['container.mount.rdwr[0]', 'container.mount.rdwr[1]'], 'container.mount.propagation': ['container.mount.propagation[0]'], 'evt.abspath': ['evt.abspath', 'evt.abspath.src', 'evt.abspath.dst'],
  'k8s.pod.label': ['k8s.pod.label.app'], 'k8s.rc.label': ['k8s.rc.label.app'], 'k8s.svc.label': ['k8s.svc.label.app'], 'k8s.ns.label': ['k8s.ns.label.app'], 'k8s.rs.label': ['k8s.rs.label.app'], 'k8s.deployment.label': ['k8s.deployment.label.app'],
  'mesos.task.label': ['mesos.task.label.app'], 'marathon.app.label': ['marathon.app.label.app'],
};
/** Classes that speak of tracers: see tracers.test.ts. */
const TRACERS = new Set(['span', 'evtin']);
/** sysdig's JSON stops at the first number with a fraction: "wrong event type 33". */
const FRACTIONS = new Set(['thread.cpu', 'thread.cpu.user', 'thread.cpu.system', 'proc.fdusage']);

const uses: readonly string[] = FIELDS.filter((f) => f.since === undefined && (f.use === 'any' || f.use === 'print') && !TRACERS.has(f.group) && !f.name.startsWith('evt.abspath.')).flatMap((f) => WITH_ARGUMENT[f.name] ?? [f.name]);

/** Parameters that sysdig has under the same name. */
const parameters: readonly string[] = [...new Set(EVENTS.flatMap((e) => e.id < 336 && e.known > 0 ? e.params.slice(0, e.known).map((p) => p.name) : []))].filter((name) => /^[\w.]+$/.test(name) && name !== 'vpgid' && name !== 'plugin_id').sort();
const RAW = ['pid', 'ptid', 'name', 'exe', 'comm', 'data', 'size', 'vm_size', 'length', 'uid', 'pgft_maj'];

const OWN: Readonly<Record<string, () => Uint8Array>> = { descriptors, sockets, messages, kinds, directories, clusters };

function own(): Capture[] {
  mkdirSync(scratch(), { recursive: true });
  return Object.entries(OWN).map(([name, make]) => {
    const path = join(scratch(), `fields-${name}.scap`);
    writeFileSync(path, make());
    return { name, path };
  });
}

function chunks(list: readonly string[], size: number): string[][] {
  const out: string[][] = [];
  for (let i = 0; i < list.length; i += size) out.push(list.slice(i, i + size));
  return out;
}

const all = missingSysdig === undefined ? [...own(), ...captures()] : [];

for (const { name, path } of all) {
  const columns = (title: string, fields: readonly string[], size: number): void => {
    for (const some of chunks(fields.filter((f) => !endsSysdig(f, name)), size)) {
      differential(`${name}: ${title} ${some[0]} to ${some.at(-1)}`, { capture: path, args: ['-p', `*%evt.num${some.map((f) => `${BAR}%${f}`).join('')}`], differences: columnDifferences(some, name) });
    }
  };
  columns('text of', uses, 45);
  columns('parameters', parameters.map((p) => `evt.arg.${p}`), 60);
  columns('parameters by number', [0, 1, 2, 3, 4, 5, 12, 30].map((i) => `evt.arg[${i}]`), 8);
  columns('raw parameters', RAW.map((p) => `evt.rawarg.${p}`), 20);
  // Of lines of JSON nothing is excused: what may differ is left out.
  const excused = new Set(FIELD_DIFFERENCES.filter((d) => d.captures?.has(name) !== false).flatMap((d) => [...d.fields]));
  for (const some of chunks(uses.filter((f) => !FRACTIONS.has(f) && !excused.has(f)), 60)) {
    differential(`${name}: JSON of ${some[0]} to ${some.at(-1)}`, { capture: path, args: ['-j', '-p', `*${some.map((f) => `%${f}`).join(' ')}`] });
    if (some.length > 40) differential(`${name}: JSON without missing values, ${some[0]}`, { capture: path, args: ['-j', '-p', some.slice(0, 3).map((f) => `%${f}`).join(' ')] });
  }
}

differential('the list of events', { capture: '', args: ['-L'] });

test('every field that sysdig lists is there, of the same type', { skip: missingSysdig ?? false }, async () => {
  const { stdout } = await runSysdig(['--list-markdown']);
  const theirs = [...stdout.toString().matchAll(/^`([\w.]+)` \| (\w+) \|/gm)].map(([, name = '', type = '']) => ({ name, type }));
  assert.ok(theirs.length > 200, 'sysdig lists its fields');
  const ours = new Map(FIELDS.map((f) => [f.name, f]));
  const wrong = theirs.flatMap((f) => {
    const field = ours.get(f.name);
    if (field === undefined) return [`${f.name} is missing`];
    const type = field.type === 'DYN' ? 'DYNAMIC' : field.type;
    return type === f.type ? [] : [`${f.name} is ${type}, not ${f.type}`];
  });
  assert.deepEqual(wrong, []);
});

chanceDifferences(['newer-thread-tables', 'kinds-without-word', 'writable-never-set', 'time-of-a-description', 'result-of-bpf', 'protocol-never-set', 'directory-by-the-way', 'directory-never-set']);
toldDifferences(['device-of-nothing', 'wide-group', 'latency-of-another', 'raw-numbers-without-sign', 'thread-of-a-description', 'closed-and-opened']);
