// What the grammars make of the samples, against what they made of them when somebody looked: `PORTHOLE_SNAPSHOT=write` before the test writes anew.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const require = createRequire(import.meta.url);
const GRAMMARS: Readonly<Record<string, string>> = { 'source.lua.chisel': 'chisel.tmLanguage.json', 'source.porthole-filter': 'filter.tmLanguage.json' };
const SAMPLES = new URL('samples/', import.meta.url);
const write = process.env['PORTHOLE_SNAPSHOT'] === 'write';

const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
const onigLib = oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length)).then(() => ({
  createOnigScanner: (patterns: string[]) => new oniguruma.OnigScanner(patterns), createOnigString: (text: string) => new oniguruma.OnigString(text),
}));
const registry = new textmate.Registry({ onigLib, loadGrammar: async (scope) => {
  const file = GRAMMARS[scope];
  return file === undefined ? null : textmate.parseRawGrammar(readFileSync(new URL(file, import.meta.url), 'utf8'), file);
} });

/** Each line behind `>`, below it a mark under each token with its scopes, the one of the grammar itself left out. */
async function snapshot(scope: string, text: string): Promise<string> {
  const grammar = await registry.loadGrammar(scope);
  assert.ok(grammar !== null);
  const out: string[] = [];
  let state = textmate.INITIAL;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    out.push(`>${line}`);
    for (const { startIndex, endIndex, scopes } of result.tokens) {
      const own = scopes.slice(1).join(' ');
      const end = Math.min(endIndex, line.length);
      if (own !== '' && end > startIndex) out.push(`#${line.slice(0, startIndex).replace(/[^\t]/g, ' ')}${'^'.repeat(end - startIndex)} ${own}`);
    }
  }
  return `${out.join('\n')}\n`;
}

const names = readdirSync(SAMPLES).filter((name) => !name.endsWith('.snap'));
test('there are samples', () => assert.ok(names.length >= 3));
for (const name of names) {
  test(name, async () => {
    const made = await snapshot(name.endsWith('.lua') ? 'source.lua.chisel' : 'source.porthole-filter', readFileSync(new URL(name, SAMPLES), 'utf8'));
    const file = new URL(`${name}.snap`, SAMPLES);
    if (write) writeFileSync(file, made);
    assert.ok(existsSync(file), `${name}.snap is not there: write it with PORTHOLE_SNAPSHOT=write, and look at it`);
    assert.equal(made, readFileSync(file, 'utf8'));
  });
}
