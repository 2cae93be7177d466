// Forces the probe's object for kernels from 5.8 on, or the other one, where the kernel would take either.

const NAME = 'PORTHOLE_PROBE_OBJECT';

/** Runs something with that object asked for; '' asks for none. */
export function withObject<T>(object: string, run: () => T): T {
  const before = process.env[NAME];
  process.env[NAME] = object;
  try { return run(); } finally { if (before === undefined) delete process.env[NAME]; else process.env[NAME] = before; }
}
