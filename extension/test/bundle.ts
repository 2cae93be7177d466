// Bundles a TypeScript entry for a test, as the build does: workers and agents under test run what users run.
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles `entry` (relative to the project) into a fresh temporary folder; the caller removes the folder. */
export async function bundleForTest(entry: string, name: string): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'porthole-bundle-'));
  const path = join(folder, name);
  await build({
    entryPoints: [join(ROOT, entry)], outfile: path, absWorkingDir: ROOT, bundle: true, platform: 'node', target: 'node20', format: 'cjs', external: ['vscode', '*.node', 'cpu-features'], logLevel: 'silent',
    define: { PORTHOLE_VERSION: '"0.0.0-test"', 'import.meta.url': 'bundleUrl' }, banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  copyFileSync(join(ROOT, 'node_modules/wasmoon/dist/glue.wasm'), join(folder, 'glue.wasm'));
  return { folder, path };
}
