// Builds the timeline page and its harness in memory and serves them on loopback. As a program it stays; tests import `startHarness`.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Serves on a free port (or `port`) of 127.0.0.1; resolves with the address and a function that ends it. */
export async function startHarness(port = 0) {
  const { outputFiles } = await build({
    entryPoints: { timeline: here('../timeline/index.ts'), harness: here('fakeHost.ts') }, outdir: '/', bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022', logLevel: 'error',
  });
  const files = new Map(outputFiles.map((file) => [file.path.replace(/^.*[\\/]/, '/'), file.contents]));
  files.set('/', await readFile(here('index.html')));
  const types = { js: 'text/javascript', css: 'text/css' };
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const contents = files.get(path);
    response.writeHead(contents ? 200 : 404, { 'content-type': `${types[path.split('.')[1]] ?? 'text/html'}; charset=utf-8` });
    response.end(contents);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startHarness(Number(process.argv[2] ?? 8123));
  console.log(`${url}?live=1`);
}
