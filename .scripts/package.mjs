// npm run package: the .vsix, with the agent's executable inside, installable with `code --install-extension`.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at, DIST, main, manifest, quietly, say, UserError } from './lib.mjs';
import { build } from './build.mjs';
import { setup } from './setup.mjs';

/** Packs what `npm run build` has made into porthole-VERSION.vsix and returns its path. */
export async function packageExtension() {
  if (!existsSync(join(DIST, 'extension.cjs'))) throw new UserError('dist/extension.cjs is not there. Run: npm run build');
  const { createVSIX } = await import('@vscode/vsce');
  const packagePath = at(`porthole-${manifest().version}.vsix`);
  // What goes in is listed in .vscodeignore, and all of it is made here: nothing to search for secrets.
  const options = { cwd: at(), packagePath, dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false, allowPackageAllSecrets: true };
  await quietly(() => createVSIX(options));
  say(`packed   ${packagePath.slice(at().length + 1)} (${(statSync(packagePath).size / 1e6).toFixed(0)} MB)`);
  return packagePath;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    setup('build');
    await build();
    await packageExtension();
  });
}
