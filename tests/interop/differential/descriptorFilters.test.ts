// Filters that ask for descriptors alone are asked once for each: the events that pass are those that pass when each is asked.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { compileFilter } from '../../../remote-agent/engine/filter/index.ts';
import { ScapReader } from '../../../remote-agent/engine/scap/reader.ts';
import { ALL } from '../../../remote-agent/engine/state/demand.ts';
import { captures } from './captures.ts';

const FILTERS = ['fd.name contains log', 'fd.name contains nosuchfile', 'not fd.name contains lib', 'fd.name=""', 'fd.type=file', 'fd.type!=file', 'fd.typechar=o', 'fd.directory=/etc', 'fd.filename exists', 'fd.sport=80 or fd.name startswith /etc', 'fd.port>1000', 'fd.ip=172.17.0.2', 'fd.cip!=10.0.0.1', 'fd.l4proto=tcp and not fd.sport=443', 'fd.sockfamily=unix'];

function passing(bytes: Uint8Array, filter: string, remembered: boolean): number[] {
  const made = compileFilter(filter);
  assert.ok(made.ok && made.byDescriptor, filter);
  const reader = new ScapReader(), numbers: number[] = [];
  reader.select({ types: made.types, demand: ALL, test: made.test, byDescriptor: remembered });
  for (let at = 0; at < bytes.length; at += 65536) { reader.push(bytes.subarray(at, at + 65536)); reader.read((ctx) => { numbers.push(ctx.num); }); }
  reader.finish();
  reader.read((ctx) => { numbers.push(ctx.num); });
  return numbers;
}

for (const { name, path } of captures()) {
  test(`${name}: what a descriptor was told once holds for its other events`, () => {
    const file = readFileSync(path), bytes = file[0] === 0x1f ? gunzipSync(file) : file;
    for (const filter of FILTERS) assert.deepEqual(passing(bytes, filter, true), passing(bytes, filter, false), filter);
  });
}
