// Writes `contributes` and `activationEvents` of package.json from contributions.ts: `tsx extension/manifest.ts`; with --check it only compares.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ACTIVATION_EVENTS, CONTRIBUTIONS, type Contributions } from './contributions.ts';

/** The manifest's `contributes` in the form that VS Code reads. */
export function manifestContributes(parts: Contributions): Record<string, unknown> {
  const { settings, ...rest } = parts;
  return { ...rest, ...(settings === undefined ? {} : { configuration: { title: 'Porthole', properties: settings } }) };
}

/** The text of package.json with its `contributes` and `activationEvents` replaced; everything else stays. */
export function withManifest(packageText: string): string {
  const manifest = JSON.parse(packageText) as Record<string, unknown>;
  const tail: Record<string, unknown> = {};
  for (const key of ['scripts', 'dependencies', 'devDependencies', 'optionalDependencies']) {
    if (key in manifest) { tail[key] = manifest[key]; delete manifest[key]; }
  }
  delete manifest['activationEvents'];
  delete manifest['contributes'];
  return `${JSON.stringify({ ...manifest, activationEvents: ACTIVATION_EVENTS, contributes: manifestContributes(CONTRIBUTIONS), ...tail }, undefined, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../package.json', import.meta.url));
  const text = readFileSync(path, 'utf8');
  const wanted = withManifest(text);
  if (text === wanted) console.log('package.json is up to date.');
  else if (process.argv.includes('--check')) { console.error('package.json differs from extension/contributions.ts: run `npx tsx extension/manifest.ts`.'); process.exitCode = 1; }
  else { writeFileSync(`${path}.new`, wanted); renameSync(`${path}.new`, path); console.log('package.json written.'); }
}
