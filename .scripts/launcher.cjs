#!/usr/bin/env node
// Runs Porthole's command (it is copied to dist/porthole). What V8 made of the bundle when it was built is used again, which saves most of the start; where it does
// not fit (another Node, a newer bundle) the bundle is compiled as ever.
'use strict';
const { readFileSync, statSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** In front of V8's bytes: size and time of the bundle that they were made of. V8 itself compares nothing but the length. */
const HEAD_BYTES = 16;

/** The bundle as a function of what a CommonJS module has. It is ASCII, so that its characters can be taken as they are. */
function compile(file, cache) {
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  return new Script(text, { filename: file, cachedData: cache });
}

function stamp(file) {
  const { size, mtimeMs } = statSync(file);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeDoubleLE(size, 0);
  head.writeDoubleLE(mtimeMs, 8);
  return head;
}

function stored(file) {
  try {
    const bytes = readFileSync(`${file}.cache`);
    return bytes.subarray(0, HEAD_BYTES).equals(stamp(file)) ? bytes.subarray(HEAD_BYTES) : undefined;
  } catch { return undefined; }
}

function start(script, file) {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
}

if (require.main === module) {
  const file = join(__dirname, 'agent', 'main.cjs');
  start(compile(file, stored(file)), file);
} else module.exports = { compile, stamp, start, stored };
