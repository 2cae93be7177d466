// VS Code's server for a test: fresh user data, the packaged extension installed, gone at the end with all that it started.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCodeServer, type CodeServer } from '../../.scripts/codeServer.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The project's top folder. */
export const projectPath = (...parts: string[]): string => join(ROOT, ...parts);

/** Path of the packaged extension; `npm run package` makes it. */
export function vsixPath(): string {
  const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string };
  return projectPath(`porthole-${version}.vsix`);
}

/** Why VS Code cannot be tested here, or undefined. */
export function whyNoVscode(): string | undefined {
  const main = join(process.env['PORTHOLE_VSCODE_DIR'] ?? projectPath('.cache/vscode'), 'node_modules/code-server/lib/vscode/out/server-main.js');
  if (!existsSync(main)) return "VS Code's server is not installed (npm test does it)";
  if (!existsSync(CHROMIUM)) return 'Chromium is not installed (Debian: chromium)';
  return existsSync(vsixPath()) ? undefined : 'the extension is not packaged (npm run package)';
}

export const CHROMIUM = '/usr/bin/chromium';

/** Starts it with the extension, these settings and these variables in its environment. */
export async function startVscode(settings: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}): Promise<CodeServer> {
  const root = mkdtempSync(join(tmpdir(), 'porthole-e2e-'));
  const server = await startCodeServer({ root, vsix: [vsixPath()], settings, env });
  return {
    ...server,
    async stop() {
      await server.stop();
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
