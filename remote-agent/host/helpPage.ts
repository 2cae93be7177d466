// Writes docs/command-line.md from the table of options: `tsx remote-agent/host/helpPage.ts`; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EXAMPLES, names } from './help.ts';
import { COMMANDS, GROUPS, OPTIONS, type OptionGroup, type OptionRow } from './options.ts';

function paragraph(o: OptionRow): string {
  const notes = [o.help, ...(o.more === undefined ? [] : [o.more])].map((text) => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}${/[.:)]$/.test(text) ? '' : '.'}`);
  if (o.refused !== undefined) notes.push(`With events of this host the command ends with exit code 1: ${o.refused}. With \`-r\` it changes nothing, as with sysdig.`);
  if (o.said !== undefined) notes.push(`With events of this host it is said: ${o.said}.`);
  return `**\`${names(o)}\`**\n${notes.join('\n\n')}`;
}

/** docs/command-line.md. */
export function referencePage(): string {
  const groups = (Object.keys(GROUPS) as OptionGroup[]).map((group) => `## ${GROUPS[group]}\n\n${OPTIONS.filter((o) => o.group === group).map(paragraph).join('\n\n')}`);
  return `# The command line

\`dist/porthole\` takes the command line of sysdig 0.29.3, and prints the same: see [differences.md](differences.md) for what differs, and why.
This page is made of \`remote-agent/host/options.ts\` by \`npm run gen\`.

\`\`\`
porthole [options] [filter]
${COMMANDS.map((c) => `porthole ${c.words}`).join('\n')}
\`\`\`

Options and words of the filter may be mixed. Short options stand together (\`-qS\`), their arguments behind them or in the next word (\`-n5\`, \`-n 5\`); long ones
may be cut as long as they are the only ones of that beginning (\`--readf=FILE\`). \`--\` ends the options.

All other words, joined by blanks, are the filter ([filters.md](filters.md)). It sees events after the state has taken them in.

${EXAMPLES.map(([words, about]) => `- \`${words}\`: ${about}`).join('\n')}

${groups.join('\n\n')}

## Output and exit codes

Lines go to standard output, everything else to standard error. On a terminal the usual lines are coloured, and control characters of what is watched are
replaced by dots. A capture that takes longer than a second to read shows its progress on standard error, where that is a terminal and no lines are printed there.
Ctrl-C and SIGTERM end a run as its end does: with summary, totals and what chisels say at the end.

| exit code | when |
|---|---|
| 0 | normal end, end by \`-n\`, \`-M\` or a signal, help and lists; also two forms of buffers with \`-A\` or \`-b\` last, as with sysdig |
| 1 | wrong words; a filter or format that cannot be; a capture that cannot be opened, is none, or is damaged; what cannot be written |
| 141 | the reader of standard output has gone (the process ends by SIGPIPE) |

## Completions

\`\`\`sh
source <(porthole completion bash)      # in ~/.bashrc
source <(porthole completion zsh)       # in ~/.zshrc, after compinit
porthole completion fish | source       # in ~/.config/fish/config.fish
\`\`\`
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../../docs/command-line.md', import.meta.url));
  const wanted = referencePage();
  let text = '';
  try { text = readFileSync(path, 'utf8'); } catch { /* not there yet */ }
  if (text === wanted) console.log('docs/command-line.md is up to date.');
  else if (process.argv.includes('--check')) { console.error('docs/command-line.md differs from remote-agent/host/options.ts: run `npm run gen`.'); process.exitCode = 1; }
  else { writeFileSync(path, wanted); console.log('docs/command-line.md written.'); }
}
