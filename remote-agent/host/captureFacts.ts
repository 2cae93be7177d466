// What whoever reads a capture for the command line says and knows of it, in one thread or in several.
import type { ScapReader } from '../engine/scap/reader.ts';

export { CONTAINER_TYPES } from '../engine/scap/blocks.ts';

/** What was wrong with the file, for people. */
export function problemsOf(name: string, reader: ScapReader): string[] {
  const told = reader.diagnostics.map((d) => `${name}, at byte ${d.position}: ${d.message}`);
  if (reader.moreDiagnostics > 0) told.push(`${reader.moreDiagnostics} more problems of this kind`);
  return told;
}
