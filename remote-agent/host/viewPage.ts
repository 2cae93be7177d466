// docs/views.md, made of the views themselves (npm run gen).
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VIEWS, type ViewDef } from '../engine/view/index.ts';

const cell = (text: string): string => text.replace(/[|\\]/g, '\\$&');
const columns = (view: ViewDef): string => view.columns.filter(({ key }) => key === undefined).map(({ name, tags }) => tags?.includes('containers') === true ? `(${name})` : name).join(', ');

/** The text of docs/views.md. */
export function viewPage(): string {
  return `# Views

![Processes of a container in the editor: the list of views at the left, the way there above the table, what can be done with a row below](images/views.png)

Tables that count what happened: processes, threads, connections, files, errors, calls, containers, pods and more, over a capture, the time that is marked in its timeline, or each second of a live host.

## In the editor

"Porthole: Show View…" asks for a view and shows it on a page of the capture or host: out of the Captures view, the Explorer, the menu of a host, a container or a process (which is then all that is counted), and the button over a timeline. The page comes back with the window as it was left.

- The list at the left has the views that what is chosen can be seen in. <kbd>v</kbd> goes there; what is typed searches it.
- <kbd>Enter</kbd>, a double click or "Show …" shows what a row consists of, by csysdig's rules; <kbd>Backspace</kbd> or the way above the table goes back to the row that was left.
- A click on a title sorts, another one turns the order round; with keys <kbd>&lt;</kbd>, <kbd>&gt;</kbd> and <kbd>r</kbd>. <kbd>/</kbd> searches rows, <kbd>f</kbd> goes to the filter, which takes whatever a filter can be. "Columns" leaves some out.
- <kbd>t</kbd> shows the events of a row in the timeline; rows are copied as text or as the filter that means them, tables as text, or saved as CSV (what \`--csv\` prints) and JSON (\`-j\`).
- Of a live host each second is counted anew, or all that is kept; lists go on. <kbd>p</kbd> keeps what is shown.
- csysdig's commands for a row (\`kill\`, \`strace\`, \`lsof\`, …) are typed into a terminal on the host and not run: whoever reads the line presses Enter. Of a capture there are none, as its processes are gone. Values with control characters are refused.
- View files written for csysdig (\`v_*.lua\`) are listed when they lie in a folder of chisels (\`~/.chisels\`, \`porthole.chisels.folders\`, sysdig's) or in a workspace that is trusted. They are read, not run.

The agent counts and keeps the tables; rows come in pages as they are seen, at most 64 KB a message. A view over a capture reads the file once more, with its progress shown, and can be cancelled.

### How long calls took

![The spectrogram of the demonstration: time to the right, how long calls took upwards, brighter where more calls are](images/spectrogram.png)

Spectrograms (of all calls, or those on files; of whatever was chosen on the way there) count calls by when they ended and how long they took, in powers of two; of a live host the last minute, renewed each second. They are counted out of the index of the history, without reading the events anew. Dragging a rectangle shows its calls in the timeline: those of its lengths in its time. With the keyboard: arrows read it out, with <kbd>Shift</kbd> they choose, <kbd>Enter</kbd> shows, <kbd>Escape</kbd> takes it back. "As a table" tells it in numbers. Spans of tracers have tables only.

### Where time goes

![The flame graph of the demonstration: containers above, their programs, calls and descriptors below, as wide as the time they take](images/flame.png)

The flame graph adds up calls by container, program, call and descriptor: by time (without calls that are there to wait, or with them), by number, or those that failed. A click selects, a double click or <kbd>Enter</kbd> makes a node the whole picture, <kbd>Escape</kbd> goes back out; arrows move, <kbd>t</kbd> shows the node's calls in the timeline. A search marks what is found and tells its part. What is too narrow to be seen is left out and counted; within a node that is the whole picture more of it is there. It is a tree to a screen reader. A call counts where it ended, with all of its time, so a picture of a short time may hold more than that time.

## On the command line

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
