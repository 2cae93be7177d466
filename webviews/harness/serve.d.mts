// Types of serve.mjs.

/** Serves the timeline page and its harness on a free port (or `port`) of 127.0.0.1. */
export function startHarness(port?: number): Promise<{ readonly url: string; close(): Promise<void> }>;
