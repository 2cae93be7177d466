// Help while a chisel is written: completion, hover, signatures.
import { API_CALLBACKS, API_FUNCTIONS, API_GLOBALS, API_MODULES, apiFunction, signature, type ApiCallback, type ApiFunction } from '../../remote-agent/engine/chisel/api.ts';
import { FIELDS, findField, type Field } from '../../remote-agent/engine/fields/index.ts';
import { completeFilter, hoverFilter } from '../../remote-agent/engine/filter/index.ts';
import { definedCallbacks } from './chiselAnalysis.ts';
import { findSites, type StringSite } from './chiselSites.ts';
import type { HoverText, Proposal, SignatureText } from './chiselTypes.ts';
import { scanLua, type LuaToken } from './luaTokens.ts';

const MODULE_DOCS: Readonly<Record<string, string>> = { chisel: 'What this chisel asks for: fields, filter, intervals.', evt: 'The event at hand.', sysdig: 'Where the chisel runs.' };

/** What may stand at `offset`. */
export function completeChisel(text: string, offset: number): Proposal[] {
  const tokens = scanLua(text);
  const site = siteAt(tokens, offset);
  if (site !== undefined) return completeString(site, offset);
  const inside = tokens.find((t) => t.start < offset && (offset < t.end || t.open === true && offset <= t.end || t.kind === 'comment' && !t.text.startsWith('--[') && offset <= t.end));
  if (inside !== undefined && (inside.kind === 'comment' || inside.kind === 'string' || inside.kind === 'number')) return [];
  const word = tokens.find((t) => t.kind === 'name' && t.start < offset && offset <= t.end);
  const start = word?.start ?? offset, end = word?.end ?? offset;
  const code = tokens.filter((t) => t.kind !== 'comment' && t.end <= start);
  const before = code.at(-1), module = code.at(-2);
  if (before?.text === '.' || before?.text === ':') {
    if (module === undefined || before.text === ':' || !API_MODULES.includes(module.text)) return [];
    return API_FUNCTIONS.filter((f) => f.name.startsWith(`${module.text}.`)).map((f) => functionProposal(f, module.text, start, end));
  }
  return topLevel(text, start, end, before);
}

function functionProposal(f: ApiFunction, module: string, start: number, end: number): Proposal {
  const name = f.name.slice(module.length + 1);
  const quoted = f.parameters[0]?.type === 'string' && f.parameters.length > 0;
  return { label: name, kind: 'function', detail: signature(f), documentation: documentation(f), insert: f.parameters.length === 0 ? `${name}()` : quoted ? `${name}("$1")$0` : `${name}($1)$0`, snippet: f.parameters.length > 0, start, end };
}

function topLevel(text: string, start: number, end: number, before: LuaToken | undefined): Proposal[] {
  const found: Proposal[] = API_MODULES.map((name) => ({ label: name, kind: 'module', detail: MODULE_DOCS[name] ?? '', insert: name, start, end }));
  const defined = definedCallbacks(text);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const blank = text.slice(lineStart, start).trim() === '';
  const afterFunction = before?.text === 'function';
  for (const c of API_CALLBACKS) {
    if (defined.has(c.name) || !blank && !afterFunction) continue;
    found.push({ label: c.name, kind: 'callback', detail: signature(c), documentation: documentation(c), insert: afterFunction ? c.snippet.replace(/^function /, '') : c.snippet, snippet: true, start, end });
  }
  if (blank) for (const g of API_GLOBALS) if (!new RegExp(`^${g.name}\\s*=`, 'm').test(text)) found.push({ label: g.name, kind: 'global', detail: `${g.type}: ${g.doc}`, insert: g.type === 'string' ? `${g.name} = "$1"$0` : g.type === 'table' ? `${g.name} = {$1}$0` : `${g.name} = `, snippet: g.type !== 'boolean', start, end });
  return found;
}

/** The meaningful string around `offset`. */
function siteAt(tokens: readonly LuaToken[], offset: number): StringSite | undefined {
  return findSites(tokens).strings.find(({ token }) => token.start < offset && (offset < token.end || token.open === true && offset <= token.end));
}

/** Index in the string's value of an offset in the text. */
function indexOf(site: StringSite, offset: number): number {
  const i = site.string.offsets.findIndex((o) => o >= offset);
  return i < 0 ? site.string.value.length : i;
}

function completeString(site: StringSite, offset: number): Proposal[] {
  const { value, offsets } = site.string;
  const at = indexOf(site, offset);
  const place = (i: number): number => offsets[Math.max(0, Math.min(i, offsets.length - 1))] ?? offset;
  if (site.kind === 'filter') {
    return completeFilter(value, at).map((c) => ({ label: c.label, kind: c.kind, detail: c.detail, insert: c.insert.replace(/[\\"]/g, '\\$&'), start: place(c.start), end: place(c.end), ...(c.kind === 'field' ? fieldDocumentation(c.label) : {}) }));
  }
  if (site.kind === 'format') {
    const percent = value.lastIndexOf('%', at - 1);
    if (percent < 0 || !/^%\d*[\w.]*$/.test(value.slice(percent, at))) return [];
    const from = percent + 1 + (/^\d*/.exec(value.slice(percent + 1))?.[0].length ?? 0);
    return fieldProposals(place(from), place(at), 'print');
  }
  return fieldProposals(place(0), place(value.length), 'print');
}

function fieldProposals(start: number, end: number, use: 'print'): Proposal[] {
  return FIELDS.filter((f) => f.use === 'any' || f.use === use).map((f) => ({
    label: f.name, kind: 'field', detail: `${f.type} ${f.doc}`, ...fieldDocumentation(f.name), insert: f.argument === 'required' ? `${f.name}${f.name === 'evt.arg' || f.name === 'evt.rawarg' ? '.' : '[0]'}` : f.name, start, end,
  }));
}

function fieldDocumentation(name: string): { documentation?: string } {
  const field = findField(name)?.field;
  return field === undefined ? {} : { documentation: fieldMarkdown(field) };
}

function fieldMarkdown(field: Field): string {
  const argument = field.argument === 'none' ? '' : `\n\nArgument: ${field.argument}.`;
  const values = field.values === undefined ? '' : `\n\nValues: ${field.values().slice(0, 12).map((v) => `\`${v}\``).join(', ')}${field.values().length > 12 ? ', …' : ''}`;
  return `**${field.name}** \`${field.type}\`\n\n${field.doc}${argument}${values}`;
}

function documentation(f: ApiFunction | ApiCallback): string {
  const list = f.parameters.filter((p) => p.doc !== '').map((p) => `\n- \`${p.name}\`: ${p.doc}`).join('');
  const unsupported = 'supported' in f && !f.supported ? '\n\n*Not supported by this version of Porthole.*' : '';
  return `${f.doc}${list === '' ? '' : `\n${list}`}${unsupported}`;
}

/** What the thing at `offset` means. */
export function hoverChisel(text: string, offset: number): HoverText | undefined {
  const tokens = scanLua(text);
  const site = siteAt(tokens, offset);
  if (site !== undefined) return hoverString(site, offset);
  const { uses } = findSites(tokens);
  const use = uses.find((u) => u.start <= offset && offset <= u.end);
  if (use !== undefined) {
    const f = apiFunction(`${use.module}.${use.name}`);
    if (f !== undefined && offset >= use.nameStart) return { start: use.start, end: use.end, markdown: `\`\`\`lua\n${signature(f)}\n\`\`\`\n${documentation(f)}` };
  }
  const token = tokens.find((t) => t.kind === 'name' && t.start <= offset && offset <= t.end);
  if (token === undefined) return undefined;
  const before = tokens.filter((t) => t.end <= token.start).at(-1);
  if (before?.text === '.' || before?.text === ':') return undefined;
  const callback = API_CALLBACKS.find((c) => c.name === token.text);
  if (callback !== undefined) return { start: token.start, end: token.end, markdown: `\`\`\`lua\nfunction ${signature(callback)}\n\`\`\`\n${documentation(callback)}` };
  const global = API_GLOBALS.find((g) => g.name === token.text && isTopLevel(text, token.start));
  if (global !== undefined) return { start: token.start, end: token.end, markdown: `**${global.name}** \`${global.type}\`\n\n${global.doc}` };
  const doc = MODULE_DOCS[token.text];
  return doc === undefined ? undefined : { start: token.start, end: token.end, markdown: `**${token.text}**: ${doc}` };
}

function isTopLevel(text: string, at: number): boolean { return at === 0 || text[at - 1] === '\n'; }

function hoverString(site: StringSite, offset: number): HoverText | undefined {
  const { value, offsets } = site.string;
  const at = indexOf(site, offset);
  const place = (i: number): number => offsets[Math.max(0, Math.min(i, offsets.length - 1))] ?? offset;
  if (site.kind === 'filter') {
    const found = hoverFilter(value, at);
    return found === undefined ? undefined : { start: place(found.start), end: place(found.end), markdown: escapeMarkdown(found.text) };
  }
  let from = 0;
  if (site.kind === 'format') {
    const percent = value.lastIndexOf('%', at);
    if (percent < 0) return undefined;
    from = percent + 1 + (/^\d*/.exec(value.slice(percent + 1))?.[0].length ?? 0);
  }
  const ref = findField(value.slice(from));
  if (ref === undefined || at > from + ref.length) return undefined;
  return { start: place(from), end: place(from + ref.length), markdown: fieldMarkdown(ref.field) };
}

function escapeMarkdown(text: string): string { return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&'); }

/** The API function around whose arguments the cursor is. */
export function signatureChisel(text: string, offset: number): SignatureText | undefined {
  const tokens = scanLua(text).filter((t) => t.kind !== 'comment' && t.start < offset);
  let depth = 0, active = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    const t = tokens[i]?.text;
    if (tokens[i]?.kind === 'string') continue;
    if (t === ')' || t === '}' || t === ']') depth++;
    else if (t === '{' || t === '[') depth--;
    else if (t === ',' && depth === 0) active++;
    else if (t === '(' && depth-- === 0) {
      const f = apiFunction(`${tokens[i - 3]?.text ?? ''}.${tokens[i - 1]?.text ?? ''}`);
      if (f === undefined) return undefined;
      return { label: signature(f), documentation: f.doc, active: Math.min(active, Math.max(0, f.parameters.length - 1)), parameters: f.parameters.map((p) => ({ label: p.name, documentation: p.doc })) };
    } else if (t === 'function' || t === 'end') return undefined;
  }
  return undefined;
}
