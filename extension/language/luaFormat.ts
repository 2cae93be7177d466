// Formatting by StyLua, which is loaded when it is first wanted: it is a module of WebAssembly of its own, beside the bundle or among the dependencies.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Span } from './luaTree.ts';

export interface FormatStyle { readonly tabs: boolean; readonly width: number }
/** A piece of a text and what it becomes. */
export interface FormatChange extends Span { readonly text: string }

/** The part of StyLua that is used. A configuration is good for one call. */
interface StyLua {
  readonly Config: { readonly new: () => StyLuaConfig };
  readonly Range: { from_values(start?: number, end?: number): object };
  readonly IndentType: { readonly Tabs: number; readonly Spaces: number };
  readonly LineEndings: { readonly Unix: number; readonly Windows: number };
  readonly LuaVersion: { readonly LuaJIT: number };
  readonly CallParenType: { readonly Input: number };
  readonly OutputVerification: { readonly Full: number };
  formatCode(code: string, config: StyLuaConfig, range: object | undefined, verify: number): string;
}
interface StyLuaConfig { indent_type: number; indent_width: number; column_width: number; line_endings: number; call_parentheses: number; syntax: number }

/** Widest line that is left in one, columns. */
const COLUMNS = 120;
/** How often a text is formatted until nothing changes any more. */
const MOST_TURNS = 4;
let loaded: StyLua | undefined;

/** Where it lies: copied beside the bundle of the language server, or installed. */
function load(): StyLua {
  if (loaded !== undefined) return loaded;
  const require = createRequire(import.meta.url);
  const beside = join(dirname(fileURLToPath(import.meta.url)), 'stylua', 'stylua_lib_node.cjs');
  loaded = require(existsSync(beside) ? beside : '@johnnymorganz/stylua') as StyLua;
  return loaded;
}

/** Why there is no formatting; undefined: there is. */
export function whyNoFormatter(): string | undefined {
  try { load(); return undefined; } catch (error) { return `StyLua is not there (${error instanceof Error ? error.message.split('\n')[0] ?? '' : String(error)}): run npm install`; }
}

/**
 * What to change so that a text, or the statements within a part of it, are formatted; undefined where nothing is to change. The outcome is parsed and compared with
 * what was given by StyLua itself, so that formatting never changes what a chisel does. Throws where the text is no Lua.
 */
export function formatLua(text: string, style: FormatStyle, part?: Span): FormatChange | undefined {
  const stylua = load();
  // Places are counted in bytes there.
  const bytes = (offset: number): number => Buffer.byteLength(text.slice(0, offset));
  if (part !== undefined) return changeOf(text, stylua.formatCode(text, configOf(stylua, text, style), stylua.Range.from_values(bytes(part.start), bytes(part.end)), stylua.OutputVerification.Full));
  // What it breaks into lines it may then lay out in another way: the outcome is what stays as it is when it is formatted again.
  let after = text;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const next = stylua.formatCode(after, configOf(stylua, text, style), undefined, stylua.OutputVerification.Full);
    if (next === after) break;
    after = next;
  }
  return changeOf(text, after);
}

function configOf(stylua: StyLua, text: string, style: FormatStyle): StyLuaConfig {
  const config = stylua.Config.new();
  config.syntax = stylua.LuaVersion.LuaJIT;
  config.indent_type = style.tabs ? stylua.IndentType.Tabs : stylua.IndentType.Spaces;
  config.indent_width = style.width;
  config.column_width = COLUMNS;
  config.line_endings = text.includes('\r\n') ? stylua.LineEndings.Windows : stylua.LineEndings.Unix;
  // require "common" stays as people write it.
  config.call_parentheses = stylua.CallParenType.Input;
  return config;
}

/** The least piece in which two texts differ. */
export function changeOf(before: string, after: string): FormatChange | undefined {
  if (before === after) return undefined;
  const least = Math.min(before.length, after.length);
  let start = 0, tail = 0;
  while (start < least && before[start] === after[start]) start++;
  while (tail < least - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  // Not between the halves of one character.
  const half = (text: string, at: number): boolean => { const code = text.charCodeAt(at); return code >= 0xdc00 && code <= 0xdfff; };
  while (start > 0 && (half(before, start) || half(after, start))) start--;
  while (tail > 0 && (half(before, before.length - tail) || half(after, after.length - tail))) tail--;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
