// A page of the editor in a plain browser, answered by what answers it in the editor: the message router over a session, a capture in a worker.
import { createServer, type Server } from 'node:http';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { FileSession } from '../../extension/session/fileSession.ts';
import type { CaptureSession } from '../../extension/session/captureSession.ts';
import { bundleForTest } from '../../extension/test/bundle.ts';
import { PageRouter } from '../../extension/webviewHost/router.ts';
import { FILTER_ASSIST } from '../../extension/features/timeline/assist.ts';
import type { FromPage, PageEvent, PageIntent } from '../protocol/messages.ts';

const CHROMIUM = process.env['PORTHOLE_CHROMIUM'] ?? '/usr/bin/chromium';
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const DEMO = at('../../extension/media/demo.scap');

/** In the browser: the editor's API, over a function of the test. Bytes go as lists of numbers, since what crosses is JSON. */
const SHIM = `
import { applyTheme } from '${at('../harness/themes.ts')}';
let state = JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined;
const revived = (value) => Array.isArray(value) ? value.map(revived) : value === null || typeof value !== 'object' ? value : '$bytes' in value ? new Uint8Array(value.$bytes) : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revived(inner)]));
const api = { postMessage: (message) => { void window.__toEditor(message); }, getState: () => state, setState: (value) => { state = value; sessionStorage.setItem('state', JSON.stringify(value)); } };
Object.assign(window, { acquireVsCodeApi: () => api, __theme: applyTheme, __state: () => state, __fromEditor: (message) => { window.postMessage(revived(message), '*'); } });
applyTheme(new URLSearchParams(location.search).get('theme') ?? 'dark');
`;
const plain = (value: unknown): unknown => value instanceof Uint8Array ? { $bytes: [...value] } : Array.isArray(value) ? value.map(plain) : typeof value !== 'object' || value === null ? value : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));

/** What answers a page. */
export interface Router { receive(message: unknown): void; tell(event: never): void; dispose(): void }
export type Route<I, R extends Router> = (session: CaptureSession, post: (message: unknown) => void, onIntent: (intent: I) => void) => R;
const PAGE_ROUTE: Route<PageIntent, PageRouter> = (session, post, onIntent) => new PageRouter({ session, post, assist: FILTER_ASSIST, initial: () => ({ filter: '', lane: '', filterHistory: [], bookmarks: [], canSaveRange: false }), onIntent });

export interface PageUse<I = PageIntent, E = PageEvent> {
  readonly page: Page;
  /** What the page has asked of the editor to do, in order. */
  readonly intents: I[];
  /** What the page has complained about on its console. */
  readonly problems: string[];
  tell(event: E): void;
  theme(kind: string): Promise<void>;
  close(): Promise<void>;
}
export interface PageOptions { readonly size?: { readonly width: number; readonly height: number }; readonly theme?: string; /** Another session in front of the real one. */ readonly wrap?: (session: CaptureSession) => CaptureSession; readonly path?: string; readonly reducedMotion?: boolean }

export class CapturePages<I = PageIntent, R extends Router = PageRouter> {
  readonly #route: Route<I, R>;
  readonly #page: string;
  readonly #ends: (() => Promise<void> | void)[] = [];
  readonly #sessions = new Map<string, Promise<FileSession>>();
  #browser: Browser | undefined;
  #url = '';
  #worker = '';

  /** `page`: the folder of the page's code. `route`: what answers it, where that is not what answers a timeline. */
  constructor(page: string, route: Route<I, R> = PAGE_ROUTE as unknown as Route<I, R>) { this.#page = page; this.#route = route; }

  async start(): Promise<void> {
    const options = { bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022', logLevel: 'error' } as const, name = this.#page;
    const worker = await bundleForTest('extension/session/worker.ts', 'captureWorker.cjs');
    this.#worker = worker.path;
    this.#ends.push(() => { rmSync(worker.folder, { recursive: true, force: true }); });
    const { outputFiles } = await build({ ...options, entryPoints: { [name]: at(`../${name}/index.ts`) }, outdir: '/' });
    const shim = await build({ ...options, stdin: { contents: SHIM, resolveDir: at('.'), loader: 'js' } });
    const files = new Map(outputFiles.map((file) => [file.path.replace(/^.*[\\/]/, '/'), file.text]));
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'"><link rel="stylesheet" href="${name}.css"></head><body><script src="shim.js"></script><script src="${name}.js"></script></body></html>`;
    files.set('/shim.js', shim.outputFiles[0]?.text ?? '').set('/', html);
    const server: Server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname, body = files.get(path);
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${path.endsWith('.js') ? 'text/javascript' : path.endsWith('.css') ? 'text/css' : 'text/html'}; charset=utf-8` });
      response.end(body);
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    this.#ends.push(() => { server.closeAllConnections(); server.close(); });
    const address = server.address();
    this.#url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
    const browser = this.#browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    this.#ends.push(() => browser.close());
  }
  async stop(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).dispose();
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  /** The session of a capture that has been read to its end. */
  async session(path = DEMO): Promise<FileSession> {
    let opened = this.#sessions.get(path);
    if (opened === undefined) {
      opened = FileSession.open({ path, title: basename(path), workerPath: this.#worker, client: 'test', historyMegabytes: 1024, log: (text) => { console.error(text); } });
      this.#sessions.set(path, opened);
    }
    const session = await opened;
    await session.loaded();
    return session;
  }

  async open({ size = { width: 1200, height: 900 }, theme = 'dark', wrap = (session) => session, path = DEMO, reducedMotion = false }: PageOptions = {}): Promise<PageUse<I, Parameters<R['tell']>[0]>> {
    if (this.#browser === undefined) throw new Error('start() comes first');
    const session = wrap(await this.session(path));
    const page = await this.#browser.newPage({ viewport: size, timezoneId: 'UTC', locale: 'en-US', ...(reducedMotion ? { reducedMotion: 'reduce' } : {}) });
    const intents: I[] = [], problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('404')) problems.push(message.text()); });
    const post = (message: unknown): void => { page.evaluate((each) => { (window as unknown as { __fromEditor(message: unknown): void }).__fromEditor(each); }, plain(message)).catch(() => undefined); };
    const router = this.#route(session, post, (intent) => { intents.push(intent); });
    await page.exposeFunction('__toEditor', (message: FromPage) => { router.receive(message); });
    // A named function that is run in the page needs a helper of the transpiler.
    await page.addInitScript('globalThis.__name = (f) => f');
    await page.goto(`${this.#url}?theme=${theme}`);
    return {
      page, intents, problems, tell: (event) => { router.tell(event as never); },
      theme: async (kind) => { await page.evaluate((each) => { (window as unknown as { __theme(kind: string): void }).__theme(each); }, kind); },
      async close() { router.dispose(); await page.close(); },
    };
  }
}
