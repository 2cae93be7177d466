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
/** Of these a part asks for descriptors. */
const PARTS = ['evt.is_io=true and fd.type=file', 'evt.is_io = true and evt.buflen > 0 and (fd.sockfamily = ip or fd.sockfamily = unix)', 'evt.dir=< and (not fd.type=file and proc.name!=sh) and evt.rawres>0', '(fd.type=pipe or fd.type=unix) and fd.num>2', 'evt.type=read and not fd.name startswith /etc'];

function passing(bytes: Uint8Array, filter: string, remembered: boolean): number[] {
  const made = compileFilter(filter);
  assert.ok(made.ok && made.byDescriptor !== undefined, filter);
  const reader = new ScapReader(), numbers: number[] = [];
  reader.select({ types: made.types, demand: ALL, test: made.test, byDescriptor: remembered ? made.byDescriptor : undefined });
  for (let at = 0; at < bytes.length; at += 65536) { reader.push(bytes.subarray(at, at + 65536)); reader.read((ctx) => { numbers.push(ctx.num); }); }
  reader.finish();
  reader.read((ctx) => { numbers.push(ctx.num); });
  return numbers;
}

for (const { name, path } of captures()) {
  test(`${name}: what a descriptor was told once holds for its other events`, () => {
    const file = readFileSync(path), bytes = file[0] === 0x1f ? gunzipSync(file) : file;
    for (const filter of [...FILTERS, ...PARTS]) assert.deepEqual(passing(bytes, filter, true), passing(bytes, filter, false), filter);
  });
}

test('which part of a filter asks for descriptors', () => {
  const part = (text: string): 'all' | 'some' | 'none' => { const made = compileFilter(text); assert.ok(made.ok, text); return made.byDescriptor === undefined ? 'none' : made.byDescriptor === made.test ? 'all' : 'some'; };
  for (const filter of FILTERS) assert.equal(part(filter), 'all', filter);
  for (const filter of PARTS) assert.equal(part(filter), 'some', filter);
  // What remembers events must see those that a descriptor turns down.
  for (const filter of ['fd.type=file or evt.is_io=true', 'evt.is_io=true', 'not (fd.type=file and evt.is_io=true)', 'evt.deltatime>5 and fd.type=file', '']) assert.equal(part(filter), 'none', filter);
});
