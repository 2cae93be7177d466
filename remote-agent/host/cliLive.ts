// This host as a source of events for the command line.
import type { EventInput } from './captureInput.ts';

export async function openHost(_options: { readonly snaplen: number; readonly filter: string }): Promise<EventInput> {
  throw new Error('live not wired');
}
