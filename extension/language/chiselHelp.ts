// Help while a chisel is read: hover and signatures; and what is said of the API and of fields wherever they are shown.
import { API_CALLBACKS, API_GLOBALS, apiFunction, signature, type ApiCallback, type ApiFunction } from '../../remote-agent/engine/chisel/api.ts';
import { findField, type Field } from '../../remote-agent/engine/fields/index.ts';
import { hoverFilter } from '../../remote-agent/engine/filter/index.ts';
import { findSites, type StringSite } from './chiselSites.ts';
import type { HoverText, SignatureText } from './chiselTypes.ts';
import { libraryEntry, librarySignature } from './luaLibrary.ts';
import { definitions } from './luaNavigate.ts';
import { handleOf, isApi, luaText, nameAt, NO_PROJECT, type LuaProject, type LuaText } from './luaText.ts';
import { scanLua, type LuaToken } from './luaTokens.ts';
import type { LuaFunction } from './luaTree.ts';

export const MODULE_DOCS: Readonly<Record<string, string>> = { chisel: 'What this chisel asks for: fields, filter, intervals.', evt: 'The event at hand.', sysdig: 'Where the chisel runs.' };

/** The meaningful string around `offset`. */
export function siteAt(tokens: readonly LuaToken[], offset: number): StringSite | undefined {
  return findSites(tokens).strings.find(({ token }) => token.start < offset && (offset < token.end || token.open === true && offset <= token.end));
}

/** Index in the string's value of an offset in the text. */
export function indexOf(site: StringSite, offset: number): number {
  const i = site.string.offsets.findIndex((o) => o >= offset);
  return i < 0 ? site.string.value.length : i;
}

export function fieldDocumentation(name: string): { documentation?: string } {
  const field = findField(name)?.field;
  return field === undefined ? {} : { documentation: fieldMarkdown(field) };
}

export function fieldMarkdown(field: Field): string {
  const argument = field.argument === 'none' ? '' : `\n\nArgument: ${field.argument}.`;
  const values = field.values === undefined ? '' : `\n\nValues: ${field.values().slice(0, 12).map((v) => `\`${v}\``).join(', ')}${field.values().length > 12 ? ', …' : ''}`;
  return `**${field.name}** \`${field.type}\`\n\n${field.doc}${argument}${values}`;
}

export function documentation(f: ApiFunction | ApiCallback): string {
  const list = f.parameters.filter((p) => p.doc !== '').map((p) => `\n- \`${p.name}\`: ${p.doc}`).join('');
  const unsupported = 'supported' in f && !f.supported ? '\n\n*Not supported by this version of Porthole.*' : '';
  return `${f.doc}${list === '' ? '' : `\n${list}`}${unsupported}`;
}

/** What the thing at `offset` means. */
export function hoverChisel(text: string, offset: number, uri = '', project: LuaProject = NO_PROJECT): HoverText | undefined {
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
  const isMember = before?.text === '.' || before?.text === ':';
  const callback = isMember ? undefined : API_CALLBACKS.find((c) => c.name === token.text);
  if (callback !== undefined) return { start: token.start, end: token.end, markdown: `\`\`\`lua\nfunction ${signature(callback)}\n\`\`\`\n${documentation(callback)}` };
  const global = isMember ? undefined : API_GLOBALS.find((g) => g.name === token.text && isTopLevel(text, token.start));
  if (global !== undefined) return { start: token.start, end: token.end, markdown: `**${global.name}** \`${global.type}\`\n\n${global.doc}` };
  const markdown = hoverName(luaText(text), uri, offset, project);
  return markdown === undefined ? undefined : { start: token.start, end: token.end, markdown };
}

/** A name of the text, of what it requires, or of Lua. */
function hoverName(here: LuaText, uri: string, offset: number, project: LuaProject): string | undefined {
  const found = nameAt(here.tree, offset);
  if (found === undefined) return undefined;
  const path = 'member' in found ? found.member.path : [found.symbol.name];
  const base = 'member' in found ? found.member.base : found.symbol;
  if (isApi(base)) {
    const entry = libraryEntry(path.join('.'));
    if (entry !== undefined) return `\`\`\`lua\n${librarySignature(entry)}\n\`\`\`\n${entry.doc}`;
    const doc = path.length === 1 ? MODULE_DOCS[path[0] ?? ''] : undefined;
    if (doc !== undefined) return `**${path[0] ?? ''}**: ${doc}`;
  }
  for (const at of definitions(here.text, uri, offset, project)) {
    const other = at.uri === uri ? here.text : project.text(at.uri);
    const one = other === undefined ? undefined : luaText(other);
    const fn = one?.tree.functions.find((f) => f.nameSpan !== undefined && f.nameSpan.start <= at.start && at.end <= f.nameSpan.end);
    const from = at.uri === uri ? '' : `\n\nOf ${escapeMarkdown(at.uri.split('/').at(-1) ?? '')}.`;
    if (one !== undefined && fn !== undefined) { const about = commentOver(one, fn); return `\`\`\`lua\nfunction ${headOf(fn)}\n\`\`\`${about === '' ? '' : `\n${escapeMarkdown(about)}`}${from}`; }
  }
  if ('member' in found) return undefined;
  const field = handleOf(base);
  if (field !== undefined) { const ref = findField(field)?.field; return `\`${base.name}\`: a requested field\n\n${ref === undefined ? escapeMarkdown(field) : fieldMarkdown(ref)}`; }
  return undefined;
}

function headOf(fn: LuaFunction): string { return `${fn.name}(${[...fn.parameters.map((p) => p.name), ...fn.vararg ? ['...'] : []].join(', ')})`; }

/** The comment that stands directly over a function. */
function commentOver({ text, tokens }: LuaText, fn: LuaFunction): string {
  const lines: string[] = [];
  let at = fn.start;
  for (const token of tokens.filter((t) => t.kind === 'comment' && t.end <= fn.start).reverse()) {
    if (!/^\s*$/.test(text.slice(token.end, at)) || (text.slice(token.end, at).match(/\n/g)?.length ?? 0) > 1) break;
    lines.unshift(token.text.replace(/^--\[=*\[|\]=*\]$/g, '').replace(/^-+ ?/, '').trim());
    at = token.start;
  }
  return lines.join('\n').slice(0, 1000);
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

/** The function around whose arguments the cursor is. */
export function signatureChisel(text: string, offset: number, uri = '', project: LuaProject = NO_PROJECT): SignatureText | undefined {
  const tokens = scanLua(text).filter((t) => t.kind !== 'comment' && t.start < offset);
  let depth = 0, active = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    const t = tokens[i]?.text;
    if (tokens[i]?.kind === 'string') continue;
    if (t === ')' || t === '}' || t === ']') depth++;
    else if (t === '{' || t === '[') depth--;
    else if (t === ',' && depth === 0) active++;
    else if (t === '(' && depth-- === 0) {
      const callee = tokens[i - 1];
      return callee?.kind === 'name' ? signatureOf(luaText(text), uri, callee, `${tokens[i - 2]?.text === '.' ? `${tokens[i - 3]?.text ?? ''}.` : ''}${callee.text}`, active, project) : undefined;
    } else if (t === 'function' || t === 'end') return undefined;
  }
  return undefined;
}

function signatureOf(here: LuaText, uri: string, callee: LuaToken, name: string, active: number, project: LuaProject): SignatureText | undefined {
  const made = (label: string, documentation: string, parameters: SignatureText['parameters']): SignatureText => ({ label, documentation, parameters, active: Math.min(active, Math.max(0, parameters.length - 1)) });
  const f = apiFunction(name);
  if (f !== undefined) return made(signature(f), f.doc, f.parameters.map((p) => ({ label: p.name, documentation: p.doc })));
  for (const at of definitions(here.text, uri, callee.start + 1, project)) {
    const text = at.uri === uri ? here.text : project.text(at.uri);
    const one = text === undefined ? undefined : luaText(text);
    const fn = one?.tree.functions.find((g) => g.nameSpan !== undefined && g.nameSpan.start <= at.start && at.end <= g.nameSpan.end);
    if (one !== undefined && fn !== undefined) return made(headOf(fn), commentOver(one, fn), [...fn.parameters.map((p) => p.name), ...fn.vararg ? ['...'] : []].map((label) => ({ label, documentation: '' })));
  }
  const entry = libraryEntry(name);
  return entry?.parameters === undefined ? undefined : made(librarySignature(entry), entry.doc, entry.parameters.map((p) => ({ label: p.name, documentation: '' })));
}
