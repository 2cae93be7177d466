// Makes dist/agent/main.cjs.cache: the bundle as V8 has compiled it after some usual runs. Run by the build: node codeCache.mjs LAUNCHER BUNDLE CAPTURE.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [launcher, bundle, capture] = process.argv.slice(2).map((path) => resolve(path));
const { compile, stamp, start } = createRequire(import.meta.url)(launcher);

/** What is run, so that what most runs need is compiled. Standard output goes nowhere. */
const RUNS = [
  ['--version'], ['--help'], ['-l'],
  ['-r', capture], ['-r', capture, '-pc', 'evt.type in (open, openat, read) and proc.name!=x and fd.name contains /'], ['-r', capture, '-q', 'proc.name=nosuch or evt.failed=true'],
  ['-r', capture, '-j', '-p', '*%evt.num %evt.time %proc.name %fd.name', 'evt.dir=<'], ['-r', capture, '-q', '-S'],
];

const script = compile(bundle, undefined);
const { exit } = process;
for (const words of RUNS) {
  process.argv = [process.execPath, launcher, ...words];
  await new Promise((done) => {
    process.exit = done;
    start(script, bundle);
  });
}
process.exit = exit;
writeFileSync(`${bundle}.cache`, Buffer.concat([stamp(bundle), script.createCachedData()]));
