// Every view beside csysdig's of the same id, on the same captures: the same rows with the same values, as csysdig prints them without a terminal, in text and as JSON.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { encodeText } from '../../../remote-agent/engine/base/text.ts';
import { readView, VIEW_FORMS, VIEWS, ViewTable, type ViewDef } from '../../../remote-agent/engine/view/index.ts';
import { openCapture } from '../../../remote-agent/host/captureInput.ts';
import { fillTable } from '../../../remote-agent/host/cliViewTable.ts';
import { captures } from './captures.ts';
import { runPorthole } from './harness.ts';

const CSYSDIG = 'csysdig', CHISELS = '/usr/share/sysdig/chisels';
const missing = spawnSync(CSYSDIG, ['--version'], { stdio: 'ignore' }).status === 0 ? false : 'SKIPPED: csysdig is not installed (apt-get install sysdig)';
/** Made here, always there; and real ones, where they are there. */
const USED = ['shop', 'cluster', 'demo', 'wordpress-small', 'curl_google'], WITH_CONTAINERS: ReadonlySet<string> = new Set(['cluster', 'wordpress-small']);
/** csysdig reads 16 bytes of an IPv4 address, those behind it too; and calls a container Docker's until an event says whose it is, though its tables do. */
const APART: ReadonlySet<string> = new Set(['fd.lip', 'fd.rip', 'container.type']);
const LONG_MS = 60_000;

interface Slices { readonly slices: readonly { readonly data?: readonly { readonly d: readonly (string | number)[]; readonly k: string }[]; readonly info?: { readonly sortingCol: number; readonly legend: readonly { readonly name: string; readonly size: number; readonly type: string }[] } }[] }

function runCsysdig(args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(CSYSDIG, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: LONG_MS });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('error', fail);
    child.on('close', () => { done(Buffer.concat(parts).toString('latin1')); });
  });
}

async function viewAsJson(view: ViewDef, path: string, containers: boolean): Promise<string> {
  const table = new ViewTable(view, { tag: containers ? 'containers' : 'default' });
  await fillTable(table, await openCapture(path));
  return Buffer.from(encodeText(VIEW_FORMS.json(table, table.rows(), view))).toString('latin1');
}

/** What is known to differ goes. */
function comparable(view: ViewDef, row: readonly (string | number)[], legend: readonly { readonly name: string }[]): string {
  return JSON.stringify(row.map((cell, i) => {
    const column = view.columns.filter(({ key }) => key === undefined).find(({ name }) => name === legend[i]?.name);
    if (column !== undefined && APART.has(column.field)) return 'apart';
    return typeof cell === 'number' ? Number(cell.toPrecision(12)) : cell;
  }));
}

/** What hangs on the order of a table without one: counts that were averaged within each thread, then summed; and the text of a process, which is that of one of its threads. */
const OF_ORDER: ReadonlySet<string> = new Set(['evt.count.procinfo', 'evt.count.threadinfo']), ANY_THREAD = 'proc.exeline';
/** A thread that no event says the number of. */
const NO_THREAD = '-1';

function rowsOf(text: string, view: ViewDef): string[] {
  const slice = (JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as Slices).slices.at(-1);
  const legend = slice?.info?.legend ?? [], byProcess = view.columns.some(({ key, field }) => key === 'group' || key === 'row' && field === 'proc.pid');
  const open = legend.map(({ name }) => view.columns.some((column) => column.name === name && (OF_ORDER.has(column.field) || byProcess && column.field === ANY_THREAD)));
  return (slice?.data ?? []).filter(({ k }) => k !== NO_THREAD).map(({ d, k }) => `${view.kind === 'list' ? '' : k} ${comparable(view, d.map((cell, i) => open[i] === true ? 'count' : cell), legend)}`).sort();
}

for (const view of VIEWS.filter(({ kind }) => kind !== 'spectrogram')) {
  test(`${view.id}: rows and values as csysdig has them`, { skip: missing }, async () => {
    const used = captures().filter(({ name }) => USED.includes(name));
      assert.ok(used.length >= 3, captures().map(({ name }) => name).join(' '));
    for (const { name, path } of used) {
      for (const tag of WITH_CONTAINERS.has(name) && view.columns.some(({ tags }) => tags !== undefined) ? [[], ['-pc']] : [[]]) {
        const words = ['-r', path, '-j', ...tag];
        const [ours, theirs] = await Promise.all([viewAsJson(view, path, tag.length > 0), runCsysdig(['-v', view.id, ...words])]);
        assert.deepEqual(rowsOf(ours, view), rowsOf(theirs, view), `${view.id} of ${name} ${tag.join(' ')}`);
      }
    }
  });
}

test('the text of a view is what csysdig prints with --raw', { skip: missing }, async () => {
  let printed = 0;
  for (const { name, path } of captures().filter(({ name: each }) => ['demo', 'curl_google', 'wordpress-small'].includes(each))) {
    for (const id of ['procs', 'files', 'errors', 'syscalls', 'io_by_type', 'directories', 'procs_errors', 'threads', 'containers_errors', 'slow_io']) {
      const words = ['-r', path, '--raw'];
      const [ours, theirs] = await Promise.all([runPorthole(['view', id, ...words]), runCsysdig(['-v', id, ...words])]);
      const lines = theirs.split('\n').sort();
      assert.deepEqual(ours.stdout.toString('latin1').split('\n').sort(), lines, `${id} of ${name}`);
      printed += lines.length;
    }
  }
  assert.ok(printed > 100);
});

test('the view files of the package say what the views here say', { skip: existsSync(CHISELS) ? false : 'SKIPPED: sysdig\'s chisels are not installed (apt-get install sysdig)' }, () => {
  const files = readdirSync(CHISELS).filter((file) => file.startsWith('v_')), seen = new Set<string>();
  for (const file of files) {
    const theirs = readView(readFileSync(`${CHISELS}/${file}`, 'latin1'));
    // One of them gives its table another name, and csysdig does not know it either.
    if (theirs === undefined) { assert.equal(file, 'v_cpus.lua'); continue; }
    seen.add(theirs.id);
    const plain = (view: ViewDef | undefined): unknown => view && {
      ...view, description: '', tips: [], filter: view.filter ?? '', defaults: view.defaults ?? false, root: view.root ?? false, drillDown: view.drillDown ?? '', deeper: view.deeper ?? false, propagate: view.propagate ?? true, spectrogram: view.spectrogram ?? '',
      columns: view.columns.map((column) => ({ aggregation: 'none', groupAggregation: 'none', sorting: false, childOnly: false, tags: [], ...column, description: '' })),
      actions: (view.actions ?? []).map((action) => ({ confirm: false, wait: true, ...action, description: '' })),
    };
    assert.deepEqual(plain(VIEWS.find(({ id }) => id === theirs.id)), plain(theirs), file);
  }
  assert.deepEqual([...seen].sort(), VIEWS.map(({ id }) => id).sort());
});
