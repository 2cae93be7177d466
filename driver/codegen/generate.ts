// Writes what is generated from the event table; with --check says what is stale and fails.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeHeader } from './cHeader.ts';

const bpf = fileURLToPath(new URL('../bpf/', import.meta.url));
const generated = join(bpf, 'event_table.gen.h');

const sources = readdirSync(bpf).filter((name) => /\.[ch]$/.test(name) && !name.includes('.gen.')).sort().map((name) => ({ name, text: readFileSync(join(bpf, name), 'utf8') }));
const text = makeHeader(sources);
const current = existsSync(generated) ? readFileSync(generated, 'utf8') : '';
if (process.argv.includes('--check')) {
  if (current !== text) { process.stderr.write('driver/bpf/event_table.gen.h is stale: run `npx tsx driver/codegen/generate.ts` and commit it\n'); process.exitCode = 1; }
} else if (current !== text) {
  writeFileSync(generated, text);
  process.stdout.write('wrote driver/bpf/event_table.gen.h\n');
}
