// Makes the agent as one executable that runs on a host without Node: a copy of Node with the bundle and its assets inside.
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at, attempt, DIST, folder, main, manifest, quietly, run, say, which } from './lib.mjs';

/** Node looks for these in its own binary; see its manual, "Single executable applications". */
const RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The executable's name says which hosts it is for. */
export const SEA = join(DIST, `porthole-linux-${process.arch}`);

/** What is inside beside the bundle, by the name under which `sea.getAsset` finds it. */
function assets() {
  const agent = join(DIST, 'agent');
  const chisels = join(DIST, 'chisels');
  const own = ['porthole.node', 'glue.wasm', 'chiselProcess.cjs', 'printWorker.cjs', 'scribe.cjs'].map((name) => [name, join(agent, name)]);
  const lua = existsSync(chisels) ? readdirSync(chisels).map((name) => [`chisels/${name}`, join(chisels, name)]) : [];
  return Object.fromEntries([...own, ...lua].filter(([, path]) => existsSync(path)));
}

/** Builds dist/porthole-linux-ARCH, unless it is made of the same parts already. Returns whether it is there. */
export async function buildSea() {
  const bundle = join(DIST, 'agent/main.cjs');
  if (process.platform !== 'linux' || !existsSync(bundle)) {
    say('skip     the executable for hosts: it is made on Linux, of dist/agent/main.cjs');
    return false;
  }
  const node = realpathSync(process.execPath);
  const inside = assets();
  const hash = hashOf([node, bundle, ...Object.values(inside)]);
  const stamp = at('.build/sea.hash');
  if (existsSync(SEA) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    say('built    the executable for hosts is up to date');
    return true;
  }
  if (!readFileSync(node).includes(FUSE)) {
    say(`WARNING  ${node} is not a whole Node in one file, so no executable for hosts without Node can be made of it (use Node as nodejs.org builds it)`);
    return false;
  }
  await inject(node, bundle, inside);
  writeFileSync(stamp, hash);
  say(`built    ${SEA.slice(at().length + 1)} (${(statSync(SEA).size / 1e6).toFixed(0)} MB)`);
  return true;
}

function hashOf(paths) {
  const hash = createHash('sha256').update(manifest().version);
  for (const path of paths) {
    // Node itself is big and changes with its version: its size and time tell it apart.
    if (path === realpathSync(process.execPath)) hash.update(`${path} ${statSync(path).size} ${process.version}`);
    else hash.update(path).update(readFileSync(path));
  }
  return hash.digest('hex');
}

async function inject(node, bundle, inside) {
  const work = folder(at('.build/sea'));
  const blob = join(work, 'blob');
  const config = join(work, 'config.json');
  const binary = join(work, `node-${process.pid}`);
  writeFileSync(config, JSON.stringify({ main: bundle, output: blob, disableExperimentalSEAWarning: true, assets: inside }));
  run(node, ['--experimental-sea-config', config]);
  copyFileSync(node, binary);
  chmodSync(binary, 0o755);
  // Before the injection: afterwards strip would move what was injected.
  const strip = which('strip');
  if (strip) run(strip, [binary]);
  const { inject: postject } = await import('postject');
  // It warns of sections that it does not know; nobody can do anything about them.
  await quietly(() => postject(binary, RESOURCE, readFileSync(blob), { sentinelFuse: FUSE }));
  const tried = attempt(binary, ['--version'], { env: { ...process.env, NODE_OPTIONS: '' } });
  if (!tried.ok) throw new Error(`The executable was made but does not run:\n${tried.stderr}`);
  renameSync(binary, SEA);
  rmSync(blob, { force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(buildSea);
