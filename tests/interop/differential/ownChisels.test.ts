// Porthole's own chisels beside sysdig's of the same names, each with the same arguments on the same captures: the same output to the byte where the order is
// defined, the same set of lines where it is not. What sysdig's do wrong is mended before; what is another thing on purpose is in `APART`, with the reason.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runChiselInProcess } from '../../../remote-agent/engine/chisel/inProcess.ts';
import { readHead } from '../../../remote-agent/engine/chisel/loader.ts';
import { BUNDLED } from '../../../remote-agent/host/chiselAssets.ts';
import { ScapReader } from '../../../remote-agent/engine/scap/reader.ts';
import { captures, type Capture } from './captures.ts';
import { missingSysdig, runPorthole, runSysdig, type Run } from './harness.ts';
import { forChisels, talk } from './ownChiselsCapture.ts';
import { APART, OWN_CASES, type OwnCase } from './ownChiselsCases.ts';
import { libraryFile, libraryPage } from './ownChiselsDoc.ts';

const ROOT = new URL('../../../', import.meta.url);
const FOLDER = new URL('remote-agent/chisels/', ROOT);
const source = (name: string): string => readFileSync(new URL(`${name}.lua`, FOLDER), 'utf8');
/** What each is compared on where its case says nothing else; real ones only where they are there. */
const USUAL = ['chisels', 'talk', 'shop', 'life', 'demo', 'wordpress-small', 'curl_google'];
const REAL_ONES = ['wordpress-small', 'curl_google'];
/** Captures that a chisel prints something on, at least, if all are there. */
const ENOUGH = 3;

/** A JSON text with its members in one order, rows of `data` sorted; the text itself where it is none. */
function sortedJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as { data: unknown[] };
    return { ...value, data: value.data.map((row) => JSON.stringify(row)).sort() };
  } catch { return text; }
}

/** Fails where the two outputs differ in what is defined of them. */
function same(one: OwnCase, ours: string, theirs: string, title: string): void {
  if (ours === theirs) return;
  const [a, b] = [ours.split('\n'), theirs.split('\n')];
  switch (one.order) {
    case 'defined': assert.deepEqual(a, b, title); break;
    case 'open': assert.deepEqual(a.sort(), b.sort(), title); break;
    case 'json': assert.deepEqual(sortedJson(ours), sortedJson(theirs), title); break;
    case 'more': {
      const bare = a.map((line) => line.trimStart());
      assert.deepEqual(b.filter((line) => !a.includes(line) && !(line !== '' && !line.startsWith(' ') && bare.includes(line))), [], title);
      break;
    }
    case 'ties': {
      // Which of the rows with the lowest value shown are left out is open; values, and all rows above it, are not.
      const values = (list: string[]): string[] => list.map((line) => line.split(/ {2,}/)[0] ?? '');
      assert.deepEqual(values(a), values(b), title);
      const last = values(b).filter((v) => v !== '').at(-1);
      const above = (list: string[]): string[] => list.filter((line) => line.split(/ {2,}/)[0] !== last).sort();
      assert.deepEqual(above(a), above(b), title);
      break;
    }
  }
}

const mended = (one: OwnCase, run: Run, side: 'porthole' | 'sysdig'): string => (one.faults ?? []).reduce((now, fault) => fault.mend(now, side), run.stdout.toString('latin1'));

/** The capture that a chisel wrote reads the same: numbers of events aside, as each counts in its own way what tells of containers. */
async function sameCapture(folders: readonly string[], title: string): Promise<void> {
  const files = folders.map((folder) => join(folder, 'out.scap'));
  assert.deepEqual(files.map((file) => existsSync(file)), [true, true], title);
  const words = ['-p', '*%evt.rawtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info'];
  const [ours, theirs] = await Promise.all(files.map((file) => runSysdig(['-r', file, ...words])));
  assert.ok(theirs !== undefined && theirs.stdout.length > 0, title);
  assert.equal(ours?.stdout.toString('latin1'), theirs.stdout.toString('latin1'), title);
}

let folder: string | undefined;
function used(names: readonly string[]): Capture[] {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'porthole-own-chisels-'));
    writeFileSync(join(folder, 'chisels.scap'), forChisels());
    writeFileSync(join(folder, 'talk.scap'), talk());
  }
  const made = folder;
  return [...['chisels', 'talk'].map((name) => ({ name, path: join(made, `${name}.scap`) })), ...captures()].filter((c) => names.includes(c.name));
}
after(() => { if (folder !== undefined) rmSync(folder, { recursive: true, force: true }); });

/** Names of chisels with commas between, to look at a few. */
const chosen = process.env['PORTHOLE_CHISEL_ONLY']?.split(',');
for (const [name, cases] of Object.entries(OWN_CASES)) {
  if (chosen !== undefined && !chosen.includes(name)) continue;
  test(`${name} prints what sysdig's prints`, { skip: missingSysdig ?? false }, async () => {
    const printed = new Set<string>();
    for (const one of cases) {
      for (const capture of used(one.on ?? USUAL)) {
        const words = ['-r', capture.path, ...one.words], title = `${capture.name}: ${one.words.join(' ')}`;
        const [ours, theirs] = await Promise.all([runPorthole(words), runSysdig(words)]);
        try {
          assert.equal(ours.code, theirs.code, `${title}: ${ours.stderr}${theirs.stderr}`);
          same(one, mended(one, ours, 'porthole'), mended(one, theirs, 'sysdig'), title);
          if (theirs.stdout.length > 0) printed.add(capture.name);
          if (one.words.some((word) => word.startsWith('out.scap')) && theirs.stdout.length > 0) await sameCapture([ours.folder, theirs.folder], title);
        } finally { for (const run of [ours, theirs]) rmSync(run.folder, { recursive: true, force: true }); }
      }
    }
    const enough = used(REAL_ONES).length === REAL_ONES.length ? ENOUGH : ENOUGH - 1;
    assert.ok(printed.size >= enough, `printed something on ${[...printed].join(', ')} only`);
  });
}

test('every chisel that comes with Porthole is compared, or named with the reason', () => {
  const names = readdirSync(FOLDER).map((file) => file.replace(/\.lua$/, '')).filter((name) => !name.startsWith('porthole_'));
  // What sysdig has no namesake of is tested elsewhere.
  assert.deepEqual(names.filter((name) => !(name in OWN_CASES) && !(name in APART) && existsSync(`/usr/share/sysdig/chisels/${name}.lua`)), []);
  assert.deepEqual(Object.keys({ ...OWN_CASES, ...APART }).filter((name) => !names.includes(name)), []);
  for (const name of names) assert.ok(readHead(source(name))?.hasArgs, name);
});

test('docs/library.md says what the chisels say of themselves', () => { assert.equal(libraryFile(), libraryPage(), 'write it anew: npx tsx tests/interop/differential/ownChiselsDoc.ts'); });

// ---- without sysdig

async function printed(words: readonly string[]): Promise<string[]> {
  const run = await runPorthole(words);
  rmSync(run.folder, { recursive: true, force: true });
  assert.equal(run.code, 0, run.stderr);
  return run.stdout.toString().trimEnd().split('\n');
}

test('shellshock_detect finds functions in the environment of shells, and nothing else', async () => {
  const [capture] = used(['chisels']);
  const lines = (await printed(['-r', capture?.path ?? '', '-c', 'shellshock_detect'])).slice(1).map((line) => line.slice(19));
  assert.deepEqual(lines, [
    'bash(1040)       web(200)         HTTP_USER_AGENT=() { :;}; echo vulnerable', 'sh(1041)         web(200)         HTTP_USER_AGENT=() { :; }; /bin/sh -i',
    'bash(1042)       web(200)         HTTP_USER_AGENT=(){ :;}; x', 'sh(1045)         web(200)         HTTP_USER_AGENT=() {',
  ]);
});

test('flame adds up spans, less what is inside them', async () => {
  const [capture] = used(['life']);
  const lines = await printed(['-r', capture?.path ?? '', '-c', 'flame']);
  assert.deepEqual(lines.filter((line) => /^(?:root|thread|proc)/.test(line)), ['proc 251000', 'root 502000', 'root;child 251000', 'thread 251000']);
});

// ---- the demonstration that comes with Porthole

interface WasmApi { Module: new (b: Uint8Array) => object; Instance: new (m: object, i: object) => { exports: Record<string, unknown> } }

async function onDemo(name: string, args: readonly string[] = [], outputFormat = 'normal'): Promise<string[]> {
  const path = captures().find((c) => c.name === 'shop')?.path ?? '';
  assert.ok(existsSync(path));
  const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  let output = '';
  const run = await runChiselInProcess({
    name, source: source(name), args, wasm: readFileSync(new URL('node_modules/wasmoon/dist/glue.wasm', ROOT)), print: (text) => { output += text; },
    host: { instantiate: (bytes, imports) => new api.Instance(new api.Module(bytes), imports).exports, monotonicMs: () => performance.now(), nowMs: () => Date.now() },
    modules: Object.fromEntries(BUNDLED.filter((n) => n.startsWith('porthole_')).map((n) => [n, source(n)])),
    environment: { live: false, tty: false, columns: -1, rows: -1, filter: '', cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', source: 'x.scap', outputFormat, containerData: false },
  });
  const reader = new ScapReader();
  reader.push(readFileSync(path));
  reader.finish();
  for (let more = true; more && !run.ended;) {
    let waiting: Promise<void> | undefined;
    reader.read((ctx) => { waiting = run.push(ctx); return waiting === undefined && !run.ended; });
    more = waiting !== undefined;
    await waiting;
  }
  const result = await run.finish();
  assert.equal(result.fault, undefined, result.fault?.message);
  return output.split('\n');
}
test('on the demonstration: processes by bytes over the network', async () => {
  assert.deepEqual(await onDemo('topprocs_net'), [
    'Bytes               Process             PID                 ', '-'.repeat(80),
    '11.83KB             web                 1001', '7.37KB              db                  2001', '4.46KB              client              3001', '',
  ]);
});

test('on the demonstration: bytes by an argument, and a table as JSON', async () => {
  assert.deepEqual((await onDemo('fdbytes_by', ['fd.type'])).slice(2), ['31.36KB             file', '23.66KB             ipv4', '']);
  const table = JSON.parse((await onDemo('topports_server', [], 'json')).join('\n')) as unknown;
  assert.deepEqual(table, {
    ts: '1700000002000000000', data: [['5432', 15100], ['8080', 9132]],
    info: [{ name: 'fd.sport', desc: 'Srv Port', is_key: true }, null, { name: 'evt.rawarg.res', desc: 'Bytes', is_key: false }],
  });
});
