// npm run build [-- --watch]: bundles the extension, its workers, the pages and the agent into dist/, and builds the native addon.
import { chmodSync, copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at, attempt, DIST, folder, main, manifest, say } from './lib.mjs';
import { buildSea } from './sea.mjs';

/** dockerode's image-build sessions need gRPC and its ssh transport ssh2; the agent uses neither, and its start-up would pay for both. */
const leaveOut = {
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: /^\.\/(session|ssh)$/ }, ({ path, importer }) =>
      /node_modules[\\/](dockerode|docker-modem)[\\/]/.test(importer) ? { path, namespace: 'left-out' } : undefined);
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) =>
      ({ contents: `module.exports = function () { throw new Error(${JSON.stringify(`dockerode${path.slice(1)} is not part of this bundle`)}); };` }));
  },
};

const { version } = manifest();
const shared = { bundle: true, sourcemap: true, logLevel: 'warning', legalComments: 'none', define: { PORTHOLE_VERSION: JSON.stringify(version) } };
const node = {
  // Numbers that are declared once stand wherever they are used: V8 takes no variable of a bundle for a constant.
  ...shared, minifySyntax: true, platform: 'node', target: 'node20', format: 'cjs', external: ['vscode', '*.node', 'cpu-features'], plugins: [leaveOut],
  // CommonJS has no import.meta; sources that ask where they are get the bundle's own place.
  define: { ...shared.define, 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
};
const page = { ...shared, platform: 'browser', target: 'es2022', format: 'iife', minify: true };

/** Every bundle: from which file, to which below dist/. */
const BUNDLES = [
  { entry: 'extension/extension.ts', out: 'extension.cjs', ...node },
  { entry: 'extension/session/worker.ts', out: 'captureWorker.cjs', ...node },
  { entry: 'extension/language/server.ts', out: 'languageServer.cjs', ...node },
  { entry: 'webviews/timeline/index.ts', out: 'webviews/timeline.js', ...page },
  { entry: 'webviews/preview/index.ts', out: 'webviews/preview.js', ...page },
  { entry: 'webviews/overview/index.ts', out: 'webviews/overview.js', ...page },
  { entry: 'webviews/views/index.ts', out: 'webviews/views.js', ...page },
  { entry: 'remote-agent/host/main.ts', out: 'agent/main.cjs', ...node },
  { entry: 'remote-agent/host/chiselProcess.ts', out: 'agent/chiselProcess.cjs', ...node },
  { entry: 'remote-agent/host/parallelWorker.ts', out: 'agent/printWorker.cjs', ...node },
  { entry: 'remote-agent/host/scribe.ts', out: 'agent/scribe.cjs', ...node },
];

/** Makes the command alone in `folder`, which is there: porthole, and its bundles in agent/. */
export async function buildCommand(folder_) {
  const esbuild = await import('esbuild');
  await Promise.all(BUNDLES.filter(({ out }) => out.startsWith('agent/')).map(({ entry, out, ...options }) =>
    esbuild.build({ ...options, sourcemap: false, entryPoints: [at(entry)], outfile: join(folder_, out), absWorkingDir: at() })));
  launcher(folder_);
  codeCache(folder_);
}

/** The command `porthole` of a folder: a script that finds its own place through symbolic links, so that it works from any folder and from ~/bin. */
function launcher(target) {
  const path = join(target, 'porthole');
  copyFileSync(at('.scripts/launcher.cjs'), path);
  chmodSync(path, 0o755);
  // Its name has no ending that says what kind of module it is.
  writeFileSync(join(target, 'package.json'), '{ "type": "commonjs" }\n');
}

/** What V8 makes of the command's bundle, so that it starts quickly. The command works without, so that a failure is only told. */
function codeCache(target) {
  const done = attempt(process.execPath, [at('.scripts/codeCache.mjs'), at('.scripts/launcher.cjs'), join(target, 'agent/main.cjs'), at('extension/media/demo.scap')], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (!done.ok) say(`WARNING  dist/porthole starts more slowly than it could: ${done.stderr.trim().split('\n').at(-1)}`);
}

/** Builds all of dist/. With `watch` the bundles are kept up to date until the process ends; without `sea` the executable for hosts is left as it is. */
export async function build({ watch = false, sea = !watch } = {}) {
  const esbuild = await import('esbuild');
  folder(join(DIST, 'agent'));
  await generate();
  copyAssets();
  const hasProbe = native();
  await bundle(esbuild, watch);
  if (!watch) codeCache(DIST);
  if (sea && hasProbe) await buildSea();
}

async function generate() {
  const { gen } = await import('./gen.mjs');
  await gen({ check: false });
}

async function bundle(esbuild, watch) {
  const present = BUNDLES.filter(({ entry }) => {
    const exists = existsSync(at(entry));
    if (!exists) say(`skip     ${entry}: not there`);
    return exists;
  });
  const results = await Promise.allSettled(present.map(async ({ entry, out, ...options }) => {
    const all = { ...options, entryPoints: [at(entry)], outfile: join(DIST, out), absWorkingDir: at() };
    if (!watch) return esbuild.build(all);
    const context = await esbuild.context(all);
    await context.rebuild().catch(() => { /* esbuild has printed why; the next save tries again */ });
    await context.watch();
  }));
  const failed = present.filter((_, i) => results[i].status === 'rejected').map(({ entry }) => entry);
  if (failed.length > 0) throw new Error(`These could not be bundled: ${failed.join(', ')}`);
  say(`bundled  ${present.map(({ out }) => out).join(' ')}`);
}

function copyAssets() {
  const glue = at('node_modules/wasmoon/dist/glue.wasm');
  for (const target of ['agent/glue.wasm', 'glue.wasm']) copyFileSync(glue, join(DIST, target));
  copyStylua();
  const from = at('remote-agent/chisels');
  const to = join(DIST, 'chisels');
  rmSync(to, { recursive: true, force: true });
  folder(to);
  const chisels = existsSync(from) ? readdirSync(from).filter((name) => name.endsWith('.lua')) : [];
  for (const name of chisels) copyFileSync(join(from, name), join(to, name));
  launcher(DIST);
  say(`copied   glue.wasm, ${chisels.length} chisels, the launcher dist/porthole`);
}

/** The formatter of Lua, a module of WebAssembly that finds itself by its file's place; without it nothing is formatted. */
function copyStylua() {
  const from = at('node_modules/@johnnymorganz/stylua');
  if (!existsSync(from)) { say('skip     StyLua: not installed, chisels are not formatted; run npm install'); return; }
  const to = folder(join(DIST, 'stylua'));
  // The bundles are CommonJS; the folder of the package says otherwise.
  for (const name of ['stylua_lib_node.cjs', 'stylua_lib_bg.wasm', 'LICENSE.md']) copyFileSync(join(from, name), join(to, name));
}

/** The addon with the probe inside; returns whether it is there. Captures can be read without it, so a machine that cannot build it is told, not stopped. */
function native() {
  const script = at('remote-agent/addon/build.mjs');
  if (!existsSync(script) || process.platform !== 'linux') {
    say('skip     the probe: it is built on Linux; captures can be read, nothing can be recorded');
    return false;
  }
  const done = attempt(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.ok && existsSync(join(DIST, 'agent/porthole.node'))) {
    say('built    agent/porthole.node');
    return true;
  }
  if (process.env.CI || process.env.PORTHOLE_REQUIRE_PROBE) throw new Error('The native addon could not be built; its output is above.');
  say('WARNING  the native addon could not be built (see above): captures can be read, nothing can be recorded');
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    const watch = process.argv.includes('--watch');
    await build({ watch });
    if (watch) say('watching for changes; Ctrl-C ends');
  });
}
