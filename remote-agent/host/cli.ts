// The command line: what its words ask for, and the answer. What only some of it needs is loaded where it is needed, as starting is much of a short run.
import { UsageError } from './args.ts';
import type { ChiselWords, CommandLine } from './optionsRead.ts';
import { readCommandLine } from './optionsRead.ts';
import { say } from './cliSay.ts';
import { Output } from './output.ts';
import { VERSION } from './version.ts';

/** Runs the command with these words; answers its exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const output = new Output();
  let code: number;
  try {
    code = await act(readCommandLine(argv, await chiselWords(argv)), output);
  } catch (error) {
    output.flush();
    if (error instanceof UsageError) {
      say(`porthole: ${error.message}\nporthole --help lists the options.`);
      if (error.summary) output.write((await import('./cliSummary.ts')).EMPTY_SUMMARY);
      code = error.code;
    } else {
      say(error instanceof Error ? error.message : String(error));
      code = 1;
    }
  }
  await output.end();
  if (output.failed !== undefined) { say(`porthole: ${output.failed}`); return 1; }
  if (output.closed) brokenPipe();
  return code;
}

/** Looks for chisels only where the words can name one. */
async function chiselWords(argv: readonly string[]): Promise<ChiselWords> {
  if (!argv.some((word) => /^-[^-]*c|^--c/.test(word))) return { count: () => 0 };
  const { chiselWordCount } = await import('./cliChisel.ts');
  return { count: chiselWordCount };
}

/** Ends as programs end whose reader has gone: by SIGPIPE, which Node does not heed by itself. */
function brokenPipe(): void {
  process.once('SIGPIPE', () => undefined);
  process.removeAllListeners('SIGPIPE');
  process.kill(process.pid, 'SIGPIPE');
}

async function act(line: CommandLine, output: Output): Promise<number> {
  switch (line.action) {
    case 'run': return (await import('./cliRun.ts')).run(line, output);
    case 'help': output.write((await import('./help.ts')).helpText(output.terminal ? output.columns : 0)); return 0;
    case 'version': output.write(`porthole version ${VERSION}\n`); return 0;
    case 'libsVersion': output.write(`porthole engine version ${VERSION}\n`); return 0;
    case 'listPlugins': output.write('Plugins cannot be loaded: Porthole reads captures (-r FILE) and watches this host with its own probe.\n0 Plugins Loaded\n'); return 0;
    case 'showFormat': output.write(`${(await import('./cliRun.ts')).formatText(line, output.terminal)}\n`); return 0;
    default: return list(line, output);
  }
}

async function list(line: CommandLine, output: Output): Promise<number> {
  const lists = await import('./listing.ts');
  switch (line.action) {
    case 'listFields': output.write(lists.fieldList(false)); return 0;
    case 'listFieldTypes': output.write(lists.fieldList(true)); return 0;
    case 'listMarkdown': output.write(lists.fieldMarkdown()); return 0;
    case 'listEvents': output.write(lists.eventList()); return 0;
    case 'listChisels': output.write(lists.chiselList()); return 0;
    default: {
      const text = lists.chiselInfo(line.chiselInfo);
      if (text === undefined) {
        say(`chisel ${line.chiselInfo} not found - use -cl to list them.`);
        if (line.summary) output.write((await import('./cliSummary.ts')).EMPTY_SUMMARY);
        return 1;
      }
      output.write(text);
      return 0;
    }
  }
}
