// What the command says to people: on standard error, so that results stay alone on standard output.

export function say(message: string): void { process.stderr.write(`${message}\n`); }

/** Ends the run with exit code 1 and this message, after what ends each run (the summary). */
export class RunError extends Error {
  /** False: found out before anything was opened, so nothing has to be closed with it. */
  readonly reading: boolean;
  constructor(message: string, reading = true) { super(message); this.reading = reading; }
}
