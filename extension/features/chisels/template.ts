// What a new chisel begins with, from what somebody answered in the form.

export type Kind = 'lines' | 'table' | 'interval' | 'empty';
export interface NewArgument { readonly name: string; readonly description: string; readonly type: string; readonly optional: boolean }
export interface NewChisel {
  readonly kind: Kind;
  readonly shortDescription: string;
  readonly category: string;
  /** Fields that it reads. Of a table all but the last are its key, unless `count`. */
  readonly fields: readonly string[];
  /** '' for every event. */
  readonly filter: string;
  readonly args: readonly NewArgument[];
}

export const KINDS: readonly { readonly kind: Kind; readonly label: string; readonly detail: string }[] = [
  { kind: 'lines', label: 'A line for each event', detail: 'Prints the fields that you choose, one event a line' },
  { kind: 'table', label: 'A table, largest first', detail: 'Counts events by the fields that you choose; prints at the end' },
  { kind: 'interval', label: 'A figure each second', detail: 'Counts events, and prints how many there were in each second' },
  { kind: 'empty', label: 'Nothing but the callbacks', detail: 'For something of your own' },
];
export const DEFAULT_CHISEL: NewChisel = { kind: 'table', shortDescription: 'What it shows', category: 'Misc', fields: ['proc.name', 'evt.type'], filter: 'evt.dir=< and evt.failed=true', args: [] };

/** A name that can be a file's. */
export function chiselNameProblem(name: string): string | undefined {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) ? undefined : 'A name of letters, digits, _ . and -';
}

/** `top:int?, path`: names with a type and a mark where they may be left out. */
export function parseArguments(text: string): NewArgument[] | string {
  const found: NewArgument[] = [];
  for (const part of text.split(',').map((p) => p.trim()).filter((p) => p !== '')) {
    const m = /^([A-Za-z_]\w*)(?::([a-z0-9]+))?(\?)?$/.exec(part);
    if (m === null) return `"${part}" is no argument: name, name:type, or with ? where it may be left out`;
    if (found.some((a) => a.name === m[1])) return `"${m[1] ?? ''}" is there twice`;
    if (m[3] === undefined && found.some((a) => a.optional)) return `"${m[1] ?? ''}" is needed, and comes behind one that may be left out`;
    found.push({ name: m[1] ?? '', description: `what ${m[1] ?? ''} is`, type: m[2] ?? 'string', optional: m[3] !== undefined });
  }
  return found;
}

function quoted(text: string): string { return `"${text.replace(/[\\"]/g, '\\$&').replace(/\r?\n/g, '\\n')}"`; }
const RESERVED = new Set(['and', 'break', 'do', 'else', 'elseif', 'end', 'false', 'for', 'function', 'goto', 'if', 'in', 'local', 'nil', 'not', 'or', 'repeat', 'return', 'then', 'true', 'until', 'while']);
function variable(name: string, taken: Set<string>): string {
  let made = name.replace(/\W+/g, '_').replace(/^_+|_+$/g, '');
  if (RESERVED.has(made) || made === '' || /^\d/.test(made)) made = `${made}_`.replace(/^(?=\d)/, '_');
  for (let i = 2, base = made; taken.has(made); i++) made = `${base}_${i}`;
  taken.add(made);
  return made;
}

/** The text of a chisel that runs as it is. */
export function newChiselText(c: NewChisel): string {
  const taken = new Set(['counts', 'count', 'key', 'keys', 'name', 'value', 'values', 'description', 'short_description', 'category', 'args', 'hidden', 'chisel', 'evt', 'sysdig', 'print', 'tostring', 'tonumber', 'table', 'pairs', 'a', 'b', '_', 'ts_s', 'ts_ns', 'delta']);
  const fields = (c.kind === 'empty' ? [] : c.fields).map((field) => ({ field, name: variable(`f_${field}`, taken) }));
  const args = c.args.map((a) => ({ ...a, variable: variable(a.name, taken) }));
  const lines: string[] = [`description = ${quoted(c.shortDescription)}`, `short_description = ${quoted(c.shortDescription)}`, `category = ${quoted(c.category)}`, ''];
  if (args.length === 0) lines.push('args = {}', '');
  else lines.push('args = {', ...args.map((a) => `\t{ name = ${quoted(a.name)}, description = ${quoted(a.description)}, argtype = ${quoted(a.type)}, optional = ${String(a.optional)} },`), '}', '');
  if (args.length > 0) lines.push(`local ${args.map((a) => a.variable).join(', ')}`);
  if (fields.length > 0) lines.push(`local ${fields.map((f) => f.name).join(', ')}`);
  if (c.kind === 'table') lines.push('local counts = {}');
  if (c.kind === 'interval') lines.push('local count = 0');
  if (lines.at(-1) !== '') lines.push('');
  if (args.length > 0) {
    lines.push('-- For each argument that is given, before on_init. Values are texts.', 'function on_set_arg(name, value)');
    args.forEach((a, i) => lines.push(`\t${i === 0 ? 'if' : 'elseif'} name == ${quoted(a.name)} then`, `\t\t${a.variable} = ${a.type === 'int' ? 'tonumber(value)' : 'value'}`));
    lines.push('\tend', '\treturn true', 'end', '');
  }
  lines.push('-- Once, before the events: say what you want of them.', 'function on_init()');
  for (const f of fields) lines.push(`\t${f.name} = chisel.request_field(${quoted(f.field)})`);
  if (c.filter.trim() !== '') lines.push(`\tchisel.set_filter(${quoted(c.filter.trim())})`);
  if (c.kind === 'interval') lines.push('\tchisel.set_interval_s(1)');
  lines.push('\treturn true', 'end', '', '-- For each event that passes the filter.', 'function on_event()', ...onEvent(c.kind, fields.map((f) => f.name)), '\treturn true', 'end', '');
  if (c.kind === 'interval') lines.push('-- At the end of each second.', 'function on_interval(ts_s, ts_ns, delta)', '\tprint(ts_s .. "\\t" .. count)', '\tcount = 0', '\treturn true', 'end', '');
  if (c.kind === 'table') {
    lines.push('-- Once, after the last event.', 'function on_capture_end()', '\tlocal keys = {}', '\tfor key in pairs(counts) do', '\t\tkeys[#keys + 1] = key', '\tend',
      '\ttable.sort(keys, function(a, b) return counts[a] > counts[b] end)', '\tfor _, key in ipairs(keys) do', '\t\tprint(counts[key] .. "\\t" .. key)', '\tend', 'end', '');
  }
  return lines.join('\n');
}

function onEvent(kind: Kind, fields: readonly string[]): string[] {
  const text = (f: string): string => `tostring(evt.field(${f}) or "-")`;
  switch (kind) {
    case 'lines': return [fields.length === 0 ? '\tprint(evt.get_num(), evt.get_type())' : `\tprint(${fields.map(text).join(', ')})`];
    case 'table': return [`\tlocal key = ${fields.length === 0 ? 'evt.get_type()' : fields.map(text).join(' .. "\\t" .. ')}`, '\tcounts[key] = (counts[key] or 0) + 1'];
    case 'interval': return [...fields.length === 0 ? ['\tcount = count + 1'] : [`\tif ${fields.map((f) => `evt.field(${f}) ~= nil`).join(' and ')} then`, '\t\tcount = count + 1', '\tend']];
    case 'empty': return ['\tprint(evt.get_num(), evt.get_type())'];
  }
}
