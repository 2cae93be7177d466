// Quick fixes: the text before with `«»` around the problem, the title, the text after.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnoseChisel } from './chiselAnalysis.ts';
import { fieldsFor, fixesFor } from './chiselFixes.ts';
import { nearFixes } from './nearFixes.ts';
import { diagnoseFilterFile } from './filterText.ts';

const HEAD = 'description = "x"\nshort_description = "y"\nargs = {}\n';
const ROWS: readonly (readonly [title: string, before: string, after: string])[] = [
  ['Change to fd.name', 'function on_init() f = chisel.request_field("«fd.nmae»") return true end', 'function on_init() f = chisel.request_field("fd.name") return true end'],
  ['Change to proc.name', 'function on_init() chisel.set_filter("evt.type=open and «proc.nmae»=x") return true end', 'function on_init() chisel.set_filter("evt.type=open and proc.name=x") return true end'],
  ['Change to set_filter', 'chisel.«set_fliter»("fd.name=x")', 'chisel.set_filter("fd.name=x")'],
  ['Change to format', 'print(string.«fromat»("x"))', 'print(string.format("x"))'],
  ['Change to count', 'count = 0\nprint(«coutn»)', 'count = 0\nprint(count)'],
  ['Change to on_event', 'function «on_evetn»()\nend', 'function on_event()\nend'],
  ['Declare local total', 'function on_event()\n\tprint(«total»)\nend', 'local total\n\nfunction on_event()\n\tprint(total)\nend'],
  ['Request fd.name as f_name', 'function on_init()\n\treturn true\nend\n\n-- Each.\nfunction on_event()\n\tprint(evt.field(«f_name»))\nend',
    'local f_name\n\nfunction on_init()\n\tf_name = chisel.request_field("fd.name")\n\treturn true\nend\n\n-- Each.\nfunction on_event()\n\tprint(evt.field(f_name))\nend'],
  ['Request proc.name as f_proc_name', 'local f_proc_name\n\nfunction on_event()\n  print(evt.field(«f_proc_name»))\nend',
    'local f_proc_name\n\nfunction on_init()\n  f_proc_name = chisel.request_field("proc.name")\n  return true\nend\n\nfunction on_event()\n  print(evt.field(f_proc_name))\nend'],
  ['Request fd.name in on_init', '-- Once.\nfunction on_init()\n\treturn true\nend\nfunction on_event()\n\tprint(evt.field(«"fd.name"»))\nend',
    'local f_fd_name\n\n-- Once.\nfunction on_init()\n\tf_fd_name = chisel.request_field("fd.name")\n\treturn true\nend\nfunction on_event()\n\tprint(evt.field(f_fd_name))\nend'],
  ['Use f, which is fd.name', 'local f\nfunction on_init()\n\tf = chisel.request_field("fd.name")\n\treturn true\nend\nfunction on_event()\n\tprint(evt.field(f), evt.field(«"fd.name"»))\nend',
    'local f\nfunction on_init()\n\tf = chisel.request_field("fd.name")\n\treturn true\nend\nfunction on_event()\n\tprint(evt.field(f), evt.field(f))\nend'],
  ['Add "return true"', 'function «on_init»()\n\tx = 1\nend\n', 'function on_init()\n\tx = 1\n\treturn true\nend\n'],
  ['Add "return true"', 'function «on_init»() x = 1 end', 'function on_init() x = 1 return true end'],
  ['Remove the request', 'local f\nfunction on_init()\n\t«f» = chisel.request_field("fd.name")\n\treturn true\nend', 'local f\nfunction on_init()\n\treturn true\nend'],
  ['Keep what it returns', 'function on_init()\n\tchisel.«request_field»("fd.name")\n\treturn true\nend', 'function on_init()\n\tf_fd_name = chisel.request_field("fd.name")\n\treturn true\nend'],
  ['Remove "local"', 'local function «on_event»()\nend', 'function on_event()\nend'],
  ['Set an interval of one second in on_init', 'function on_init()\n\treturn true\nend\nfunction «on_interval»()\n\treturn true\nend', 'function on_init()\n\tchisel.set_interval_s(1)\n\treturn true\nend\nfunction on_interval()\n\treturn true\nend'],
  ['Remove what is too many', 'chisel.set_interval_s(1, «2, 3»)', 'chisel.set_interval_s(1)'],
  ['Remove what is too many', 'print(evt.get_num(«1»))', 'print(evt.get_num())'],
  ['Declare the argument top', 'function on_set_arg(name, value)\n\tif name == «"top"» then print(value) end\n\treturn true\nend', ''],
];
/** The text after a fix of that title at the marked problem. */
function fixed(marked: string, title: string): string {
  const text = marked.replace(/[«»]/g, ''), start = marked.indexOf('«'), end = marked.indexOf('»') - 1;
  const problems = diagnoseChisel(text).filter((p) => p.start === start && p.end === end);
  assert.ok(problems.length > 0, `a problem at the mark; there are ${diagnoseChisel(text).map((p) => `${text.slice(p.start, p.end)}: ${p.message}`).join('; ')}`);
  const fixes = problems.flatMap((p) => fixesFor(text, p));
  const fix = fixes.find((f) => f.title === title);
  assert.ok(fix, `offered: ${fixes.map((f) => f.title).join(', ')}`);
  return fix.changes.map((change, i) => ({ change, i })).sort((a, b) => b.change.start - a.change.start || b.i - a.i).reduce((t, { change: c }) => t.slice(0, c.start) + c.text + t.slice(c.end), text);
}
for (const [title, before, after] of ROWS) {
  test(`${title}: ${before.split('\n')[0]}`, () => {
    const done = fixed(HEAD + before, title);
    if (after !== '') assert.equal(done, HEAD + after);
    else assert.equal(done, `${HEAD.replace('args = {}', 'args = {\n\t{ name = "top", description = "", argtype = "string", optional = true },\n}')}${before.replace(/[«»]/g, '')}`);
  });
}

test('one more argument among others', () => {
  const rest = 'function on_set_arg(name, value) if name == «"b"» or name == "a" then print(value) end return true end';
  const head = 'description = "x" short_description = "y"\nargs = {\n\t{ name = "a", description = "", argtype = "int" }\n}\n';
  assert.equal(fixed(head + rest, 'Declare the argument b').split('\nfunction')[0], 'description = "x" short_description = "y"\nargs = {\n\t{ name = "a", description = "", argtype = "int" },\n\t{ name = "b", description = "", argtype = "string", optional = true }\n}');
});

test('args and on_set_arg that are missing', () => {
  assert.equal(fixed('«description» = "x"\nshort_description = "y"\n\nfunction on_event() end', 'Add "args = {}"'), 'description = "x"\nshort_description = "y"\nargs = {}\n\nfunction on_event() end');
  const args = 'description = "x"\nshort_description = "y"\n«args» = { { name = "min_ms", description = "a", argtype = "int" }, { name = "end", description = "b", argtype = "string" } }\n\nfunction on_event() end';
  const done = fixed(args, 'Add on_set_arg');
  assert.match(done, /local min_ms, end_\n\nfunction on_set_arg\(name, value\)\n\tif name == "min_ms" then\n\t\tmin_ms = tonumber\(value\)\n\telseif name == "end" then\n\t\tend_ = value\n\tend\n\treturn true\nend\n\nfunction on_event/);
  assert.deepEqual(diagnoseChisel(done).map((p) => p.message), []);
});

test('after every fix the problem is gone and none of syntax has come', () => {
  for (const [title, before] of ROWS) {
    const done = fixed(HEAD + before, title);
    assert.deepEqual(diagnoseChisel(done).filter((p) => p.code === 'lua-syntax' || p.code === 'no-handle'), [], `${title}: ${done}`);
  }
});

test('fields that a name may mean', () => {
  const rows: readonly (readonly [string, string])[] = [['f_fd_name', 'fd.name'], ['fname', 'fd.name'], ['ftype', 'evt.type'], ['f_pid', 'proc.pid'], ['datetime_field', 'evt.datetime'], ['fcontainername', 'container.name'], ['x', 'evt.type']];
  for (const [name, field] of rows) assert.ok(fieldsFor(name).includes(field), `${name}: ${fieldsFor(name).join(', ')}`);
});

test('filters', () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [['proc.nmae=x', ['proc.name', 'proc.aname']], ['evt.type=opne', ['open']], ['fd.name cotains x', ['contains']], ['proc.pid=abc', []]];
  for (const [text, names] of rows) assert.deepEqual(diagnoseFilterFile(text).flatMap((p) => nearFixes(p, text)).map((f) => f.title), names.map((n) => `Change to ${n}`), text);
});
