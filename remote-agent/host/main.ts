// Entry of the agent's executable: a server for the editor, a doctor for the host, or the command line.
import process from 'node:process';

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'serve': return (await import('./serve.ts')).serve(rest);
    case 'view': return (await import('./cliView.ts')).runView(rest);
    case 'inflight': return (await import('./inflightCli.ts')).runInflight(rest);
    case 'counters': return (await import('./countersCli.ts')).runCounters(rest);
    case 'rings': return (await import('./ringsCli.ts')).runRings(rest);
    case 'completion': return (await import('./completionWords.ts')).completion(rest);
    case 'doctor': return (await import('./doctor.ts')).doctor(rest);
    case 'chisel-process': {
      // The module starts by itself where its parent has set the environment.
      const { runChiselProcess } = await import('./chiselProcess.ts');
      if (process.env['PORTHOLE_CHISEL_PROCESS'] === undefined) runChiselProcess();
      return -1;
    }
    default: return (await import('./cli.ts')).runCli(argv);
  }
}

main(process.argv.slice(2)).then((code) => {
  if (code >= 0) process.exit(code);
}, (error: unknown) => {
  process.stderr.write(`porthole: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
  process.exit(1);
});
