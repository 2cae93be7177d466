// Lines written from bytes beside those that are written in the ordinary way, event by event: of whole captures and of damaged ones, in many formats.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { OWN } from '../../../tests/interop/differential/captures.ts';
import { DEFAULT_OPTIONS, type FieldOptions } from '../fields/index.ts';
import { ScapReader, type LineTaker } from '../scap/reader.ts';
import { ByteSink } from '../base/sink.ts';
import { compileFormat, QUICK_CHUNK } from './index.ts';
import { CONTAINERS, PLAIN } from './lines.ts';

const DEMO = new Uint8Array(gunzipSync(readFileSync(fileURLToPath(new URL('../../../extension/media/demo.scap', import.meta.url)))));

interface Way { readonly format: string; readonly options?: FieldOptions; readonly json?: boolean }
const WAYS: Readonly<Record<string, Way>> = {
  'the lines of every day': { format: PLAIN }, 'with containers': { format: CONTAINERS }, 'JSON of four fields': { format: '%evt.num %proc.name %evt.type %fd.name', json: true },
  'JSON, missing ones as well': { format: '*%evt.num %proc.name %evt.type %fd.name %evt.args %evt.outputtime', json: true }, 'missing fields leave no line': { format: '%evt.num %fd.name %evt.type' },
  'fields of many kinds': { format: '*%evt.num %evt.rawtime %evt.latency %fd.num %thread.tid %proc.cmdline %evt.arg.res %evt.args|%evt.info' }, 'text between': { format: 'a%evt.numb%evt.typec%proc.named%evt.argse' },
  'buffers cut': { format: PLAIN, options: { ...DEFAULT_OPTIONS, bufferLimit: 5 } }, 'buffers cut short': { format: PLAIN, options: { ...DEFAULT_OPTIONS, bufferLimit: 2 } }, 'buffers as a dump': { format: PLAIN, options: { ...DEFAULT_OPTIONS, bufferForm: 'hexAscii' } },
  'another zone': { format: PLAIN, options: { ...DEFAULT_OPTIONS, zoneSeconds: -45_000 } }, 'relative times': { format: PLAIN, options: { ...DEFAULT_OPTIONS, timeForm: 'r' } }, 'columns': { format: '*%10evt.type %5evt.num %20proc.name' },
  'arguments four times': { format: '*%evt.args %evt.args %evt.info %evt.args' },
};

interface Read { readonly lines: readonly string[]; readonly problems: readonly string[]; readonly events: number; readonly taken: number }

/** The lines of a capture: written from bytes where that goes, or in the ordinary way; pushed in pieces of so many bytes. */
function read(bytes: Uint8Array, { format: text, options = DEFAULT_OPTIONS, json = false }: Way, quickly: boolean, piece = QUICK_CHUNK, forgetting = false): Read {
  const format = compileFormat(text, options);
  assert.ok(format.ok);
  const quick = quickly ? format.quick(json) : undefined;
  assert.equal(quick !== undefined, quickly);
  const lines: string[] = [], sink = new ByteSink(), print = json ? format.printJsonTo : format.printTo;
  let taken = 0, mark = 0;
  const take = (): void => { if (quick === undefined) return; lines.push(quick.memory.sink.text(mark)); quick.memory.clear(); if (forgetting && lines.length % 7 === 0) quick.memory.isTight = true; };
  const taker: LineTaker | undefined = quick === undefined ? undefined : {
    named: quick.isNamed,
    take: (...event) => { mark = quick.memory.sink.at; return quick.take(...event); },
    takeBack: () => { quick.memory.sink.at = mark; },
    done: () => { taken++; if (!quick.isSilent) take(); return true; },
  };
  const reader = new ScapReader();
  reader.select({ demand: format.demand, lines: taker });
  const visit = (ctx: Parameters<typeof print>[0]): void => {
    mark = 0;
    if (quick !== undefined) { if (quick.write(ctx)) take(); } else { sink.clear(); if (print(ctx, sink)) lines.push(sink.text()); }
  };
  for (let at = 0; at < bytes.length; at += piece) {
    const chunk = bytes.subarray(at, at + piece);
    reader.push(quick?.bring(chunk) ?? chunk);
    reader.read(visit);
  }
  reader.finish();
  reader.read(visit);
  return { lines, problems: reader.diagnostics.map(({ position, message }) => `${position}: ${message}`), events: reader.events, taken };
}

function same(bytes: Uint8Array, way: Way, what: string, piece?: number, forgetting?: boolean): Read {
  const one = read(bytes, way, false, piece), other = read(bytes, way, true, piece, forgetting);
  for (let i = 0; i < Math.max(one.lines.length, other.lines.length); i++) assert.equal(other.lines[i], one.lines[i], `${what}: line ${i}`);
  assert.deepEqual(other.problems, one.problems, what);
  assert.equal(other.events, one.events, what);
  return other;
}

describe('lines written from bytes', () => {
  for (const [title, way] of Object.entries(WAYS)) {
    test(title, () => { same(DEMO, way, title); });
  }
  // The first event of each thread and type needs one; this capture is short.
  test('many are written without a context', () => {
    const { taken, events } = same(DEMO, { format: PLAIN }, 'demo');
    assert.ok(taken > events / 5, `${taken} of ${events}`);
    assert.ok(same(DEMO, { format: '%evt.num %proc.name %evt.type %fd.name', json: true }, 'JSON').taken > events / 5);
  });
  test('in small pieces, and while what is kept is forgotten again and again', () => {
    for (const piece of [4096, 1000, 77]) same(DEMO, { format: PLAIN }, `pieces of ${piece}`, piece, true);
    same(DEMO, { format: '*%evt.num %proc.name %evt.type %fd.name', json: true }, 'JSON', 5000, true);
  });
  test('of captures of every kind', () => {
    for (const [name, make] of OWN) for (const format of [PLAIN, '*%evt.num %fd.name %evt.type %proc.name']) same(make(), { format }, `${name}, ${format}`);
  });
  test('of damaged captures', () => {
    let seed = 20261122;
    const random = (below: number): number => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return Math.floor(seed / 2 ** 32 * below); };
    const start = DEMO.subarray(0, 120_000);
    for (let round = 0; round < 60; round++) {
      const bytes = Uint8Array.from(start);
      for (let i = random(40) + 1; i > 0; i--) bytes[20_000 + random(bytes.length - 20_000)] = random(3) === 0 ? 0xff : random(256);
      same(bytes, { format: PLAIN }, `seed 20261122, round ${round}`);
    }
  });
  test('no room for lines of very many arguments: nobody writes them so', () => {
    const format = compileFormat('%evt.args'.repeat(40));
    assert.ok(format.ok && format.quick(false) === undefined);
  });
});
