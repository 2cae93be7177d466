// Compiles lines.as.ts and writes engine/format/quickCode.gen.ts: node --import tsx remote-agent/lines/generate.ts [--check]
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EVENT_HEADER } from '../../driver/schema/index.ts';
import { AT, BATCH, MEMORY_PAGES } from '../engine/format/quickLayout.ts';
import { OP, VALUES } from '../engine/format/quickOps.ts';

const SOURCE = fileURLToPath(new URL('lines.as.ts', import.meta.url));
const TARGET = fileURLToPath(new URL('../engine/format/quickCode.gen.ts', import.meta.url));
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory', '--initialMemory', String(MEMORY_PAGES), '--maximumMemory', String(MEMORY_PAGES), '--enable', 'simd', '--enable', 'threads'];

/** What the code has to know that is declared elsewhere. */
const FACTS = Object.entries({
  ...Object.fromEntries(Object.entries(OP).filter(([, value]) => typeof value === 'number').map(([name, value]) => [name.toUpperCase(), value])),
  VALUES, ITEM: BATCH.item, LINES_END: AT.linesEnd, NPARAMS: EVENT_HEADER.nparams, LENGTHS: EVENT_HEADER.lengths,
}).map(([name, value]) => `export const ${name}: u32 = ${String(value)};\n`).join('');

/** The code of the source, compiled. Throws with what the compiler says. */
async function compile(source: string): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  let code: Uint8Array | undefined, said = '';
  const { error } = await asc.main(['lines.as.ts', '--outFile', 'lines.wasm', ...OPTIONS], {
    readFile: (name: string) => name === 'lines.as.ts' ? source : name === 'facts.ts' ? FACTS : null,
    writeFile: (_name: string, contents: Uint8Array | string) => { if (typeof contents !== 'string') code = contents; },
    listFiles: () => [],
    stdout: { write: () => undefined },
    stderr: { write: (text: Uint8Array | string) => { said += String(text); } },
  });
  if (error !== null || code === undefined) throw new Error(`lines.as.ts does not compile: ${said}${error?.message ?? ''}`);
  return code;
}

const source = readFileSync(SOURCE, 'utf8'), mark = createHash('sha256').update(source).update(FACTS).update(OPTIONS.join(' ')).digest('hex').slice(0, 16);
const before = existsSync(TARGET) ? readFileSync(TARGET, 'utf8') : '', check = process.argv.includes('--check');
// To build need not compile what has not changed; a check does.
if (check || !before.includes(mark)) {
  const text = `// Generated from remote-agent/lines/lines.as.ts (${mark}) by npm run gen. Do not edit.\nexport const LINES_CODE = '${Buffer.from(await compile(source)).toString('base64')}';\n`;
  if (!check) writeFileSync(TARGET, text);
  else if (text !== before) {
    process.stderr.write('remote-agent/engine/format/quickCode.gen.ts is not what remote-agent/lines/lines.as.ts makes.\n');
    process.exitCode = 1;
  }
}
