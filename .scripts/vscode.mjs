// npm run vscode [-- FOLDER]: VS Code in the browser with the built extension; prints its address and stays until Ctrl-C.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from './build.mjs';
import { startCodeServer } from './codeServer.mjs';
import { main, ROOT, say } from './lib.mjs';
import { packageExtension } from './package.mjs';
import { setup, setupVscode } from './setup.mjs';

await main(async () => {
  setup('vscode');
  setupVscode();
  await build();
  const root = mkdtempSync(join(tmpdir(), 'porthole-vscode-'));
  const server = await startCodeServer({ root, vsix: [await packageExtension()] });
  say(`vscode   ${server.address(resolve(process.argv[2] ?? ROOT))}`);
  const code = await new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => done(0));
    server.onExit(() => done(1));
  });
  await server.stop();
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  process.exit(code);
});
