// What a chisel starts after the capture (`sysdig.run_app`): this command once more, for nothing but to read the same capture, and to write to a file that the user named.
import { resolve } from 'node:path';
import { UsageError } from './args.ts';
import { readCommandLine, type CommandLine } from './optionsRead.ts';

/** Splits at blanks; `"` holds together. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '', quoted = false, any = false;
  for (const c of text) {
    if (c === '"') { quoted = !quoted; any = true; }
    else if (c === ' ' && !quoted) { if (any) words.push(word); word = ''; any = false; }
    else { word += c; any = true; }
  }
  if (any) words.push(word);
  return words;
}

/**
 * The command line that a chisel asks for. `files`: the arguments that the user gave the chisel; a capture may be written where one of them says. A string:
 * why it may not be run, since what a chisel says may come from whoever wrote it.
 */
export function appLine(text: string, capture: string | undefined, files: readonly string[]): CommandLine | string {
  let line: CommandLine;
  try { line = readCommandLine(splitWords(text), { count: () => 0 }); } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  if (line.action !== 'run' || line.chisels.length > 0) return 'a chisel may start this command only to read events';
  if (capture === undefined || capture === '-' || line.files.length !== 1 || line.files[0] !== capture) return 'a chisel may only have the capture read again that it was run on';
  const { writeFile } = line;
  if (writeFile !== undefined && !files.some((file) => file !== '' && resolve(file) === resolve(writeFile))) return `a chisel may only write to a file that one of its arguments names: ${writeFile} is none`;
  return line;
}
