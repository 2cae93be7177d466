// docs/views.md, made of the views themselves (npm run gen).
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VIEWS, type ViewDef } from '../engine/view/index.ts';

const cell = (text: string): string => text.replace(/[|\\]/g, '\\$&');
const columns = (view: ViewDef): string => view.columns.filter(({ key }) => key === undefined).map(({ name, tags }) => tags?.includes('containers') === true ? `(${name})` : name).join(', ');

/** The text of docs/views.md. */
export function viewPage(): string {
  return `# Views

\`porthole view ID -r FILE [filter]\` counts the events of a capture into a table. The views are csysdig's, by the same ids and with the same numbers: each is compared with
csysdig 0.29.3 on several captures (\`tests/interop/differential/views.test.ts\`). This page is made of \`remote-agent/engine/view/catalogue\` by \`npm run gen\`.

| option | does |
|---|---|
| \`-p c\` | adds the columns of containers, below in brackets |
| \`--sort COLUMN\`, \`--ascending\` | by another column |
| \`-n ROWS\`, \`--from ROW\` | a part of the rows |
| \`--raw\`, \`-j\` | what csysdig prints with \`--raw\` and \`-j\` |
| \`--csv\` | plain numbers: averages and sums a second divided, times in ns |
| \`--list\` | the ids |

In place of an id the path of a view file written for csysdig may stand (a Lua text that gives \`view_info\` a table). It is read, not run.

What differs from csysdig: addresses of IPv4 are printed as they are; a container has the engine that the capture's tables say from the beginning; memory beyond 4 GiB does
not begin at nothing again. At the end every thread that is there is counted as if it had made one event more, as in csysdig, so that idle ones are in the tables.

| id | shows | columns | a row leads to |
|---|---|---|---|
${VIEWS.map((view) => `| \`${view.id}\` | ${cell(view.description)}${view.kind === 'table' ? '' : ` (${view.kind})`} | ${cell(columns(view))} | ${view.drillDown === undefined ? '' : `\`${view.drillDown}\``} |`).join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../../docs/views.md', import.meta.url));
  const wanted = viewPage();
  if (!process.argv.includes('--check')) writeFileSync(path, wanted);
  else if (readFileSync(path, 'utf8') !== wanted) { console.error('docs/views.md differs from the views: run `npx tsx remote-agent/host/viewPage.ts`.'); process.exitCode = 1; }
}
