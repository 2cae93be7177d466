// Compares what Porthole reads out of real captures with what the tools print that made them. Skipped where those are missing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { test } from 'node:test';
import type { EventContext } from '../event/context.ts';
import { eventCategory, eventName } from '../event/names.ts';
import { isPairs, showArgs } from '../event/show.ts';
import { MutableContext } from '../state/systemState.ts';
import { ScapReader } from './reader.ts';

const CAPTURES = fileURLToPath(new URL('../../../../shared/captures/', import.meta.url));
const missing = existsSync(CAPTURES) ? undefined : `no captures at ${CAPTURES}`;
const noSysdig = spawnSync('sysdig', ['--version']).status === 0 ? undefined : 'sysdig is not installed';
const FORMAT = '*%evt.num %evt.rawtime %evt.cpu %thread.tid %proc.name %evt.dir %evt.type %evt.latency %evt.args';
const HIDDEN = new Set(['container', 'asyncevent', 'useradded', 'groupadded']);

function inflate(name: string): Uint8Array { const bytes = readFileSync(`${CAPTURES}${name}`); return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes; }

function read(name: string, line: (ctx: EventContext, epoch: bigint) => string): string[] {
  const reader = new ScapReader();
  const lines: string[] = [];
  reader.push(inflate(name));
  reader.finish();
  reader.read((ctx) => {
    if (eventCategory(ctx.view) === 'INTERNAL' || HIDDEN.has(ctx.view.def?.name ?? '')) return;
    lines.push(line(ctx, (BigInt(ctx.view.tsHi) << 32n) | BigInt(ctx.view.tsLo)));
  });
  assert.deepEqual(reader.diagnostics, []);
  return lines;
}

/** Where the two differ, a few lines each. */
function differences(own: readonly string[], theirs: readonly string[]): string[] {
  const found: string[] = [];
  for (let i = 0; i < Math.max(own.length, theirs.length) && found.length < 10; i++) if (own[i]?.trimEnd() !== theirs[i]?.trimEnd()) found.push(`theirs: ${theirs[i] ?? '(none)'}\nown:    ${own[i] ?? '(none)'}`);
  return found;
}

for (const name of ['wordpress-small.scap', 'curl_google.scap', 'single_ipv6_conn.scap', 'test_ipv6_client.scap']) {
  test(`reads ${name} as sysdig does, line by line`, { skip: missing ?? noSysdig ?? false }, () => {
    const theirs = spawnSync('sysdig', ['-r', `${CAPTURES}${name}`, '-p', FORMAT], { encoding: 'utf8', maxBuffer: 1 << 30 }).stdout.trimEnd().split('\n');
    const own = read(name, (ctx, epoch) => {
      assert.ok(isPairs(ctx.state));
      const latency = ctx.view.def?.name === 'switch' && ctx instanceof MutableContext ? ctx.lastLatencyNs : Math.max(0, ctx.latencyNs);
      return `${ctx.num} ${epoch} ${ctx.view.cpu} ${ctx.view.tid} ${ctx.info?.comm ?? '<NA>'} ${ctx.view.def?.isExit === true ? '<' : '>'} ${eventName(ctx.view, true)} ${latency} ${showArgs(ctx, { bufferLimit: 80 })}`;
    });
    assert.deepEqual(differences(own, theirs), []);
  });
}

test('reads a capture of exits only as the libraries that made it do', { skip: missing ?? false }, () => {
  // The descriptor's name is left to the tests of fields.
  const theirs = gunzipSync(readFileSync(`${CAPTURES}new-schema.expected.txt.gz`)).toString().trimEnd().split('\n').map((line) => line.split(' '));
  const own = read('new-schema.scap', (ctx, epoch) => `${epoch} ${ctx.view.cpu} ${ctx.view.tid} ${ctx.info?.comm ?? '<NA>'} ${ctx.view.def?.isExit === true ? '<' : '>'} ${eventName(ctx.view)} fd=${ctx.fd?.name ?? '?'} ${showArgs(ctx)}`).map((line) => line.split(' '));
  const withoutFd = (words: readonly string[]): string => {
    const args = words.findIndex((word, i) => i > 6 && /^\w+=/.test(word));
    return [...words.slice(0, 6), ...(args < 0 ? [] : words.slice(args))].join(' ');
  };
  assert.deepEqual(differences(own.map(withoutFd), theirs.map(withoutFd)), []);
});
