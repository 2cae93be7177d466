// One JSON record a line on stderr; stdout belongs to the protocol.
export type LogLevel = 'info' | 'error';

export function log(level: LogLevel, message: string, data: Readonly<Record<string, unknown>> = {}): void {
  try { process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...data })}\n`); } catch { /* nobody reads it any more */ }
}
