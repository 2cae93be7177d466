// A capture that is open as in the editor, with its worker and the chisels' threads, in a process of plain node: what runs the benchmarks' TypeScript would be in every thread, too.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { requiredModules } from '../../extension/features/preview/choice.ts';
import { execNames } from '../../remote-agent/engine/chisel/loader.ts';
import { root } from './tools.ts';

interface EditorRun { readonly kind: 'run'; readonly name: string; readonly source: string; readonly modules: Readonly<Record<string, string>>; readonly args: readonly string[]; readonly maxEvents?: number; readonly profile: boolean }
export type EditorJob = EditorRun | { readonly kind: 'loaded' } | { readonly kind: 'prepare' };
/** Milliseconds until the first output (-1: there was none) and until the end; characters that were printed. */
export interface EditorAnswer { readonly firstMs: number; readonly tookMs: number; readonly events: number; readonly bytes: number; readonly error?: string }

export class Editor {
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: EditorAnswer | undefined) => void)[] = [];

  private constructor(child: ChildProcess) { this.#child = child; }

  /** Opens a capture; resolves when the editor would show it. `folder` takes the process's bundle. */
  static async open(capture: string, folder: string): Promise<Editor> {
    const bundle = join(folder, 'editorProcess.mjs');
    if (!existsSync(bundle)) {
      const { build } = await import('esbuild');
      await build({
        bundle: true, platform: 'node', target: 'node20', format: 'esm', external: ['vscode'], logLevel: 'warning', entryPoints: [join(root, 'tests/bench/editorProcess.ts')], outfile: bundle,
        banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      });
    }
    const child = spawn(process.execPath, [bundle, capture, join(root, 'dist/captureWorker.cjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const editor = new Editor(child), opened = editor.#answer();
    createInterface({ input: child.stdout }).on('line', (line) => { editor.#waiting.shift()?.(JSON.parse(line) as EditorAnswer); });
    child.once('close', () => { for (const each of editor.#waiting.splice(0)) each(undefined); });
    await opened;
    return editor;
  }

  #answer(): Promise<EditorAnswer> {
    return new Promise((resolve, reject) => { this.#waiting.push((answer) => { if (answer === undefined) reject(new Error('the process that has the capture open ended')); else resolve(answer); }); });
  }
  #ask(job: EditorJob): Promise<EditorAnswer> {
    const answer = this.#answer();
    this.#child.stdin?.write(`${JSON.stringify(job)}\n`);
    return answer;
  }

  /** Makes ready what the first chisel needs, as when the preview's pane opens. */
  prepare(): Promise<EditorAnswer> { return this.#ask({ kind: 'prepare' }); }
  /** Resolves when the whole capture is read. */
  loaded(): Promise<EditorAnswer> { return this.#ask({ kind: 'loaded' }); }
  run(chisel: Pick<EditorRun, 'name' | 'source' | 'modules'>, args: readonly string[], { maxEvents, profile = false }: { readonly maxEvents?: number; readonly profile?: boolean } = {}): Promise<EditorAnswer> {
    return this.#ask({ kind: 'run', ...chisel, args, ...(maxEvents === undefined ? {} : { maxEvents }), profile });
  }
  async close(): Promise<void> {
    const closed = new Promise((resolve) => { this.#child.once('close', resolve); });
    this.#child.stdin?.end();
    await closed;
  }
}

/** A chisel of a folder with the files beside it that it names, as the preview sends it. */
export function chiselOf(path: string, name: string): Pick<EditorRun, 'name' | 'source' | 'modules'> {
  const source = readFileSync(path, 'utf8'), modules: Record<string, string> = {};
  const wanted = [...requiredModules(source), ...execNames(source)];
  for (let each = wanted.shift(); each !== undefined; each = wanted.shift()) {
    const beside = join(dirname(path), `${each}.lua`);
    if (Object.hasOwn(modules, each) || !existsSync(beside)) continue;
    const text = modules[each] = readFileSync(beside, 'utf8');
    wanted.push(...requiredModules(text));
  }
  return { name, source, modules };
}
