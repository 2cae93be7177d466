// Writes docs/filters.md from the tables of operators, transformers and fields: `tsx remote-agent/host/filterPage.ts`; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FIELDS, type FieldType } from '../engine/fields/index.ts';
import { MODIFIERS, OPERATOR_NAMES, OPERATORS, TRANSFORMER_NAMES, TRANSFORMERS } from '../engine/filter/ast.ts';
import { operatorsFor } from '../engine/filter/kinds.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const KINDS: readonly (readonly [name: string, type: FieldType, types: string])[] = [
  ['text', 'CHARBUF', '`CHARBUF`'], ['number', 'INT64', '`INT16` … `UINT64`, `PORT`, `BOOL`, `DOUBLE`, `RELTIME`, `ABSTIME`'], ['bytes', 'BYTEBUF', '`BYTEBUF`'], ['address', 'IPADDR', '`IPADDR`'], ['network', 'IPNET', '`IPNET`'],
];
const shape = (type: FieldType): { type: FieldType; list: false; name: string } => ({ type, list: false, name: '' });

function operators(): string {
  const rows = OPERATOR_NAMES.map((name) => `| \`${name}\` | ${cell(OPERATORS[name].doc)} | ${KINDS.filter(([, type]) => operatorsFor(shape(type)).includes(name)).map(([kind]) => kind).join(', ')} |`);
  return `| operator | passes if the value … | works on |\n|---|---|---|\n${rows.join('\n')}`;
}

function fields(): string {
  const rows = FIELDS.filter((f) => f.use === 'any' || f.use === 'filter').map((f) => `| \`${f.name}\`${f.argument === 'required' ? '`[…]`' : f.argument === 'optional' ? ', `[…]`' : ''} | ${f.type} | ${cell(f.doc)} |`);
  return `| field | type | what it is |\n|---|---|---|\n${rows.join('\n')}`;
}

/** docs/filters.md. */
export function filterPage(): string {
  return `# Filters

A filter says which events one wants: on the command line, above the timeline, in \`.filter\` and chisel files. What sysdig 0.29.3 accepts is accepted and means the
same but for the few points in [differences.md](differences.md), and so is the newer language of its libraries. This page is made of the tables in
\`remote-agent/engine\` by \`npm run gen\`.

\`\`\`
evt.type in (open, openat) and fd.name startswith /etc
container.name = web and (fd.port = 443 or fd.port = 80) and not evt.failed = true
evt.latency > 100000000 and evt.dir = <
tolower(proc.name) regex "py(thon)?[0-9.]*"
proc.name = val(proc.pname)
\`\`\`

## Checks and how they combine

A check is \`field operator value\`. \`not\` binds closest, then \`and\`, then \`or\`; brackets hold together what else would not, up to 100 deep. Words are in lower case.
A check on a value that is not there fails, with \`!=\` too; its \`not\` passes. \`exists\` asks for just that.

\`\`\`
filter  = [ or ]
or      = and { "or" and }
and     = not { "and" not }
not     = { "not" } ( "(" or ")" | check )
check   = subject ( "exists" | operator ( value | modifier list | right ) | ( "in" | "intersects" | "pmatch" ) ( list | right ) )
subject = field | transformer
right   = "val" "(" field ")" | transformer
list    = "(" [ value { "," value } ] ")"
field   = name [ "[" argument "]" | "." argument ]
\`\`\`

Events are seen after the state has taken them in: the descriptor that an \`open\` makes is there on its exit.

## Values

| written | read as |
|---|---|
| bare | everything up to a blank or bracket, in lists also up to a comma |
| \`"…"\`, \`'…'\` | everything up to the same quote |
| \`\\\\\` \`\\"\` \`\\xHH\` | the character, or the byte; everywhere |
| \`\\n \\r \\t \\b \\f \\/ \\'\` | the character; in quotes alone |
| any other \`\\c\` | both characters, for patterns |

Where a text reads as no filter with quotes that close their own kind, it is read once more as readers of old took them: any quote closes any other, and only
\`\\\\ \\" \\xHH\` are escapes. \`==\` is \`=\`.

Numbers are decimal, with a sign if need be, or begin with \`0x\`. As with sysdig they are cut to the width of the field's type, so that \`evt.cpu=65536\` asks for CPU 0, and
\`-1\` on an unsigned field is its largest value. Ports may be written as the name of a service, truths are \`true\` and \`false\`, addresses are IPv4 or IPv6, networks \`10.0.0.0/8\` or
\`fd00::/8\`; an IPv6 network without a length has 64 bits. Values of \`evt.type\` must be names of events.

## Operators

${operators()}

| values | are |
|---|---|
${KINDS.map(([kind, , types]) => `| ${kind} | ${types} |`).join('\n')}

Texts compare byte by byte and by case, up to a NUL; the operators that ignore case know ASCII letters. \`glob\` knows \`*\`, \`?\`, \`[a-z]\`, \`[!a-z]\`, \`[[:alpha:]]\` and \`\\\`; \`*\` and \`?\`
stand for slashes too. \`pmatch\` compares part by part: \`/etc\` matches \`/etc\` and \`/etc/passwd\`, and not \`/etcetera\`.

\`regex\` matches whole values. The syntax is RE2's: classes, \`[[:alpha:]]\`, \`\\d \\s \\w\`, repetitions up to \`{1000}\`, groups, \`|\`, \`(?i)\`, \`^ $ \\b\`. What would take unbounded time (looking ahead or behind,
\`\\1\`) is refused; a pattern takes time in proportion to the text, whatever it is.

\`fd.ip\`, \`fd.net\`, \`fd.port\` and \`fd.proto\` speak of either end: \`=\` and \`in\` pass if one end does, \`!=\` if no end is equal. \`proc.aname\` and \`proc.apid\` without an index speak of any ancestor.
\`intersects\` on \`proc.args\`, \`proc.env\`, \`fdlist.nums\`, \`fdlist.names\`, \`thread.cgroups\` and \`container.mounts\` asks for one of their elements.

| modifier | passes if the operator does for … |
|---|---|
${Object.entries(MODIFIERS).map(([name, doc]) => `| \`${name} (a, b)\` | ${doc.replace(/ does?$| do$/, '')} |`).join('\n')}

## Transformers

They may stand on either side and within each other. A transformer of a value that is not there has none itself.

| transformer | is |
|---|---|
${TRANSFORMER_NAMES.map((name) => `| \`${TRANSFORMERS[name].form}\` | ${TRANSFORMERS[name].doc} |`).join('\n')}

Their arguments are fields, transformers, texts in quotes and lists in brackets. Options that \`getopt\` does not know appear as \`?\` with their letter behind. To compare with another field, its
name stands in \`val(…)\`; both sides must be of the same kind.

## Fields

${fields()}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../../docs/filters.md', import.meta.url));
  const wanted = filterPage();
  if (!process.argv.includes('--check')) writeFileSync(path, wanted);
  else if (readFileSync(path, 'utf8') !== wanted) { console.error('docs/filters.md differs from the tables of filters: run `npx tsx remote-agent/host/filterPage.ts`.'); process.exitCode = 1; }
}
