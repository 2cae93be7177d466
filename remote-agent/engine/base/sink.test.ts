// The sink of bytes beside what strings would give, value by value and at random.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ByteSink, hasZeroByte, isPrintableWord } from './sink.ts';
import { PASSING, PieceStore, RefCache, ValueCache } from './sinkPieces.ts';
import { decodeBytes, encodeText, printable } from './text.ts';

const made = (write: (sink: ByteSink) => void): string => { const sink = new ByteSink(1); sink.byte(124); write(sink); sink.byte(124); return sink.text(); };
const bytesOf = (value: bigint): DataView => { const data = new DataView(new ArrayBuffer(8)); data.setBigUint64(0, BigInt.asUintN(64, value), true); return data; };
const anyInt = fc.oneof(fc.integer(), fc.maxSafeInteger(), ...[999, 1000, 999999, 1000000, 999999999, 1e9, 2 ** 32, 2 ** 53].map((n) => fc.constant(n)));
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.array(fc.integer({ min: 0x1e, max: 0x81 }), { maxLength: 60 }).map((a) => Uint8Array.from(a)));
const any64 = fc.oneof(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.nat().map(BigInt), fc.nat({ max: 1e6 }).map((n) => (1n << 64n) - BigInt(n) - 1n));

describe('numbers', () => {
  test('decimal', () => { fc.assert(fc.property(anyInt, (n) => { assert.equal(made((s) => { s.decimal(n); }), `|${n}|`); })); });
  test('decimal of what is no exact number ends', () => { for (const n of [NaN, Infinity, 1e21, 1.5e300]) assert.equal(made((s) => { s.decimal(n); }), `|${n}|`); });
  test('padded', () => {
    fc.assert(fc.property(anyInt, fc.integer({ min: 1, max: 12 }), (n, width) => { assert.equal(made((s) => { s.padded(n, width); }), `|${n < 0 ? `-${String(-n).padStart(width - 1, '0')}` : String(n).padStart(width, '0')}|`); }));
    fc.assert(fc.property(fc.nat({ max: 999999999 }), (n) => { assert.equal(made((s) => { s.padded9(n); }), `|${String(n).padStart(9, '0')}|`); }));
  });
  test('hexadecimal and octal', () => {
    fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (n) => {
      assert.equal(made((s) => { s.hex(n); }), `|${n.toString(16)}|`);
      assert.equal(made((s) => { s.hex(n, true); }), `|${n.toString(16).toUpperCase()}|`);
      assert.equal(made((s) => { s.octal(n); }), `|${n === 0 ? '' : '0'}${n.toString(8)}|`);
    }));
  });
  test('64 bits', () => {
    fc.assert(fc.property(any64, (n) => {
      assert.equal(made((s) => { s.decimal64(bytesOf(n), 0, false); }), `|${n}|`);
      assert.equal(made((s) => { s.decimal64(bytesOf(n), 0, true); }), `|${BigInt.asIntN(64, n)}|`);
      assert.equal(made((s) => { s.hex64(bytesOf(n), 0); }), `|${n.toString(16)}|`);
      assert.equal(made((s) => { s.hex64(bytesOf(n), 0, true); }), `|${n.toString(16).toUpperCase()}|`);
    }), { numRuns: 1000 });
  });
});

describe('texts', () => {
  test('any text', () => { fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => { assert.equal(made((s) => { s.utf8(text); }), `|${text}|`); })); });
  test('any bytes come back as they were', () => {
    fc.assert(fc.property(anyBytes, (bytes) => {
      const text = decodeBytes(bytes, 0, bytes.length);
      const sink = new ByteSink(1);
      sink.utf8(text);
      assert.deepEqual([...sink.view()], [...bytes]);
      assert.deepEqual([...encodeText(text)], [...bytes]);
    }), { numRuns: 2000 });
  });
  test('invalid bytes beside valid characters', () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0x80, 0xc3, 0xa9, 0xc3, 0xef, 0xbf, 0xbd, 0xe2, 0x82);
    assert.equal(decodeBytes(bytes, 0, bytes.length), 'a\udcff\u{1f600}\udced\udca0\udc80é\udcc3\ufffd\udce2\udc82');
    assert.deepEqual([...encodeText(decodeBytes(bytes, 0, bytes.length))], [...bytes]);
  });
  test('up to a NUL, whole and what prints of it', () => {
    fc.assert(fc.property(anyBytes, fc.nat({ max: 9 }), (bytes, skip) => {
      const start = Math.min(skip, bytes.length), data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const nul = bytes.indexOf(0, start), raw = bytes.subarray(start, nul < 0 ? bytes.length : nul);
      const sink = new ByteSink(1);
      sink.toNul(bytes, data, start, bytes.length);
      assert.deepEqual([...sink.view()], [...raw]);
      sink.clear();
      sink.printableToNul(bytes, data, start, bytes.length);
      assert.equal(sink.text(), printable(decodeBytes(raw, 0, raw.length)));
    }), { numRuns: 2000 });
  });
  test('words of four bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (b) => {
      const word = new DataView(b.buffer, b.byteOffset).getInt32(0, true);
      assert.equal(isPrintableWord(word), b.every((x) => x >= 0x20 && x <= 0x7e));
      assert.equal(hasZeroByte(word), b.includes(0));
    }), { numRuns: 5000 });
  });
});

describe('pieces', () => {
  test('come back byte for byte, also those that look like signalling numbers', () => {
    const store = new PieceStore(Infinity);
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.array(fc.constantFrom(0xff, 0x7f, 0xf0, 0xf4, 1), { maxLength: 24 }).map((a) => Uint8Array.from(a))), fc.nat({ max: 20 }), (bytes, before) => {
      const from = new ByteSink(1), to = new ByteSink(1);
      from.copy(bytes);
      const handle = store.keep(from);
      for (let i = 0; i < before; i++) to.byte(120);
      to.piece(store, handle);
      assert.deepEqual([...to.view(before)], [...bytes]);
    }), { numRuns: 1000 });
  });
  test('are forgotten together when the store begins anew', () => {
    const things = new RefCache(), numbers = new ValueCache(), sink = new ByteSink();
    const owner = { ref: 7 }, generation = PASSING.generation;
    const show = (handle: number): string => { const out = new ByteSink(); out.piece(PASSING, handle); return out.text(); };
    sink.ascii('of the owner');
    things.keep(owner, sink, 0, 3);
    numbers.keep(-5, sink, 7);
    assert.equal(show(things.get(owner, 3)), 'of the owner');
    assert.equal(show(numbers.get(-5)), 'owner');
    assert.equal(things.get({ ref: 7 }, 3), 0);
    assert.equal(things.get(owner, 4), 0);
    const big = new ByteSink();
    big.copy(new Uint8Array(1 << 20));
    for (let i = 0; i < 9; i++) PASSING.keep(big);
    assert.notEqual(PASSING.generation, generation);
    assert.equal(things.get(owner, 3), 0);
    assert.equal(numbers.get(-5), 0);
  });
});
