// `porthole completion`: the scripts, and the words that they ask for.
import { say } from './cliSay.ts';
import { Output } from './output.ts';

/** Between a field and its value. */
export const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', 'contains', 'icontains', 'startswith', 'endswith', 'glob', 'in', 'pmatch', 'intersects', 'exists'] as const;

const USAGE = 'porthole completion bash|zsh|fish prints completions; e.g. in ~/.bashrc: source <(porthole completion bash)';

async function words(kind: string | undefined): Promise<readonly string[] | undefined> {
  if (kind === 'chisels') return (await import('./chiselRunner.ts')).listChisels().map((c) => c.name);
  if (kind !== 'print' && kind !== 'filter') return undefined;
  const { FIELDS } = await import('../engine/fields/index.ts');
  return FIELDS.filter((f) => f.use === 'any' || f.use === kind).map((f) => f.name);
}

/** Prints what the words behind `completion` ask for; answers the exit code. */
export async function completion(args: readonly string[]): Promise<number> {
  const output = new Output();
  const [what, kind] = args;
  let text: string | undefined;
  if (what === 'words') text = (await words(kind))?.map((word) => `${word}\n`).join('');
  else {
    const { completionScript, SHELLS } = await import('./completion.ts');
    const shell = SHELLS.find((name) => name === what);
    if (shell !== undefined) text = completionScript(shell);
  }
  if (text === undefined) { say(USAGE); return 1; }
  output.write(text);
  await output.end();
  return 0;
}
