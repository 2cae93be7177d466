// Tests of what is known of a cluster: pods by their containers, and what they belong to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cluster } from './cluster.ts';

const ID = 'a1b2c3d4e5f6'.repeat(6).slice(0, 64), SHORT = ID.slice(0, 12);
const tell = (cluster: Cluster, kind: string, type: string, item: Readonly<Record<string, unknown>>): void => { cluster.apply(JSON.stringify({ kind, type, items: [item] })); };
const pod = { namespace: 'shop', name: 'front-1', uid: 'p', labels: { tier: 'web', app: 'front' }, containerStatuses: [{ containerID: `docker://${ID}` }], initContainerStatuses: null };
const service = (uid: string, selector: unknown, namespace = 'shop'): Readonly<Record<string, unknown>> => ({ namespace, name: uid, uid, labels: {}, selector });

test('finds the pod of a container, with its labels in order', () => {
  const cluster = new Cluster();
  tell(cluster, 'Pod', 'ADDED', pod);
  assert.deepEqual([...cluster.podOf(SHORT)?.labels ?? []], [['app', 'front'], ['tier', 'web']]);
  assert.equal(cluster.podOf('0'.repeat(12)), undefined);
  tell(cluster, 'Pod', 'DELETED', pod);
  assert.equal(cluster.podOf(SHORT), undefined);
});

test('services select pods of their namespace by all of their labels, once they are told of', () => {
  const cluster = new Cluster();
  tell(cluster, 'Service', 'ADDED', service('early', { app: 'front' }));
  tell(cluster, 'Pod', 'ADDED', pod);
  const found = cluster.podOf(SHORT);
  assert.ok(found !== undefined);
  assert.deepEqual(cluster.ownersOf(found, 'svc'), []);
  for (const one of [service('both', { app: 'front', tier: 'web' }), service('wrong', { app: 'front', tier: 'db' }), service('elsewhere', { app: 'front' }, 'other'), service('none', null)]) tell(cluster, 'Service', 'ADDED', one);
  assert.deepEqual(cluster.ownersOf(found, 'svc').map((one) => one.name), ['early', 'both']);
  tell(cluster, 'Service', 'DELETED', service('early', null));
  assert.deepEqual(cluster.ownersOf(found, 'svc').map((one) => one.name), ['both']);
});

test('what is no description changes nothing', () => {
  const cluster = new Cluster();
  tell(cluster, 'Pod', 'ADDED', pod);
  for (const text of ['', '{', '[]', '{"kind":"Pod"}', '{"kind":"Pod","items":[1,null,{"uid":5}]}', '{"kind":"__proto__","items":[{"uid":"x","labels":{"__proto__":"y"}}]}']) cluster.apply(text);
  assert.equal(cluster.podOf(SHORT)?.name, 'front-1');
});
