// Scopes that the grammars give, on one line of text each.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import { API_CALLBACKS, API_FUNCTIONS, API_GLOBALS } from '../remote-agent/engine/chisel/api.ts';
import { FIELDS } from '../remote-agent/engine/fields/index.ts';

const require = createRequire(import.meta.url);
const files: Readonly<Record<string, string>> = { 'source.lua.chisel': 'chisel.tmLanguage.json', 'source.porthole-filter': 'filter.tmLanguage.json' };
const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
const onigLib = oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length)).then(() => ({
  createOnigScanner: (patterns: string[]) => new oniguruma.OnigScanner(patterns), createOnigString: (text: string) => new oniguruma.OnigString(text),
}));
const registry = new textmate.Registry({ onigLib, loadGrammar: async (scope) => {
  const file = files[scope];
  return file === undefined ? null : textmate.parseRawGrammar(readFileSync(new URL(file, import.meta.url), 'utf8'), file);
} });

interface Scoped { readonly text: string; readonly scopes: readonly string[] }
async function scopesOf(scope: string, text: string): Promise<Scoped[]> {
  const grammar = await registry.loadGrammar(scope);
  assert.ok(grammar !== null);
  const found: Scoped[] = [];
  let state = textmate.INITIAL;
  for (const line of text.split('\n')) {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const t of result.tokens) found.push({ text: line.slice(t.startIndex, t.endIndex), scopes: t.scopes });
  }
  return found;
}
/** Checks that `word` has a scope that begins with `scope`. */
async function has(grammar: string, text: string, word: string, scope: string): Promise<void> {
  const all = await scopesOf(grammar, text);
  const token = all.find((t) => t.text === word);
  assert.ok(token !== undefined, `${word} is a token of its own in: ${all.map((t) => t.text).join('|')}`);
  assert.ok(token.scopes.some((s) => s.startsWith(scope)), `${word}: ${token.scopes.join(' ')} has no ${scope}`);
}
const CHISEL = 'source.lua.chisel', FILTER = 'source.porthole-filter';

test('Lua itself', async () => {
  await has(CHISEL, 'local x = 12 -- note', 'local', 'storage.modifier');
  await has(CHISEL, 'local x = 12 -- note', '12', 'constant.numeric');
  await has(CHISEL, 'local x = 12 -- note', ' note', 'comment.line');
  await has(CHISEL, '--[[ a\nend ]] if x then end', 'if', 'keyword.control');
  await has(CHISEL, '--[[ a\nend ]] x', 'end ', 'comment.block');
  await has(CHISEL, 'x = "a\\n"', '\\n', 'constant.character.escape');
  await has(CHISEL, 'x = [==[ ]] ]==] y = nil', 'nil', 'constant.language');
  await has(CHISEL, 'print(string.format("%d", 1))', 'format', 'support.function.library');
});

test('the API, callbacks and head', async () => {
  await has(CHISEL, 'function on_event()', 'on_event', 'entity.name.function.callback.chisel');
  await has(CHISEL, 'description = "x"', 'description', 'variable.language.head.chisel');
  await has(CHISEL, 'local s, ns = evt.get_ts()', 'get_ts', 'support.function.api.chisel');
  await has(CHISEL, 'sysdig.no_such()', 'no_such', 'invalid.illegal');
  await has(CHISEL, 'my.evt.get_ts()', 'get_ts', 'entity.name.function.call');
});

test('field names and filters in strings', async () => {
  await has(CHISEL, 'f = chisel.request_field("evt.arg[0]")', 'evt.arg[0]', 'variable.other.field.chisel');
  await has(CHISEL, "f = chisel.request_field 'fd.name'", 'fd.name', 'variable.other.field.chisel');
  const line = 'chisel.set_filter("evt.type=open and fd.name contains /etc") x = 1';
  await has(CHISEL, line, 'fd.name', 'variable.other.field.porthole-filter');
  await has(CHISEL, line, 'and', 'keyword.control.logical.porthole-filter');
  await has(CHISEL, line, 'contains', 'keyword.other.word.porthole-filter');
  await has(CHISEL, line, 'contains', 'meta.embedded.filter.chisel');
  await has(CHISEL, line, '1', 'constant.numeric.lua');
  await has(CHISEL, 'chisel.set_filter([[evt.type=open\n or proc.name=cat]]) y = nil', 'or', 'keyword.control.logical.porthole-filter');
  await has(CHISEL, 'chisel.set_filter([[evt.type=open\n or proc.name=cat]]) y = nil', 'nil', 'constant.language.lua');
  await has(CHISEL, 'chisel.set_event_formatter("%evt.num %20proc.name")', 'proc.name', 'variable.other.field.chisel');
});

test('a string that is not closed ends with its line', async () => {
  await has(CHISEL, 'chisel.set_filter("evt.type=\nlocal x', 'local', 'storage.modifier');
});

test('filter files', async () => {
  const text = '# what root opens\nevt.type in (open, openat) and user.uid = 0 and proc.name != "a b"';
  await has(FILTER, text, ' what root opens', 'comment.line');
  await has(FILTER, text, 'in', 'keyword.other.word');
  await has(FILTER, text, '0', 'constant.numeric');
  await has(FILTER, text, 'a b', 'string.quoted.double');
});

test('every function, callback and global of the API, and every field, is picked out', async () => {
  for (const f of API_FUNCTIONS) await has(CHISEL, `x = ${f.name}(y)`, f.name.split('.')[1] ?? '', 'support.function.api.chisel');
  for (const c of API_CALLBACKS) await has(CHISEL, `function ${c.name}()`, c.name, 'entity.name.function.callback.chisel');
  for (const g of API_GLOBALS) await has(CHISEL, `${g.name} = x`, g.name, 'variable.language.head.chisel');
  for (const f of FIELDS) await has(FILTER, `${f.name} = x`, f.name, 'variable.other.field');
});
