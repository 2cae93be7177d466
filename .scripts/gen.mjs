// npm run gen: writes every generated file; npm run gen:check fails when one is not what its generator makes.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { at, main, say, show, UserError } from './lib.mjs';

/** The generators. Each writes its files, or with --check compares and exits 1 naming those that differ. */
const GENERATORS = ['driver/codegen/generate.ts', 'extension/manifest.ts', 'remote-agent/host/helpPage.ts', 'remote-agent/host/filterPage.ts', 'remote-agent/host/viewPage.ts', 'tests/interop/differential/harnessKnown.ts', 'remote-agent/lines/generate.ts'];

/** Runs all generators that are there. */
export async function gen({ check }) {
  for (const generator of GENERATORS) {
    if (!existsSync(at(generator))) continue;
    const code = await show(process.execPath, ['--import', import.meta.resolve('tsx'), at(generator), ...(check ? ['--check'] : [])]);
    if (code !== 0) throw new UserError(check ? `Generated files are out of date (see above). Run: npm run gen` : `${generator} ended with ${code}.`);
  }
  say(check ? 'checked  generated files' : 'generated');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(() => gen({ check: process.argv.includes('--check') }));
