// Small texts for people: counts, sizes, clock times, and the message of an error.

/** 1234567 → "1.23 M". */
export function shortCount(value: number): string {
  if (value < 1000) return String(Math.round(value));
  for (const [size, unit] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const) {
    if (value >= size) { const scaled = value / size; return `${scaled >= 100 ? scaled.toFixed(0) : scaled >= 10 ? scaled.toFixed(1) : scaled.toFixed(2)} ${unit}`; }
  }
  return String(value);
}

/** Bytes in binary units. */
export function shortBytes(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  for (const [size, unit] of [[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB']] as const) {
    if (bytes >= size) { const scaled = bytes / size; return `${scaled >= 100 ? scaled.toFixed(0) : scaled.toFixed(1)} ${unit}`; }
  }
  return `${bytes} B`;
}

/** HH:MM:SS of the local clock. `atMs` is ms since the epoch. */
export function clockText(atMs: number): string { return new Date(atMs).toTimeString().slice(0, 8); }

/** What an unknown thing that was thrown says. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(errorText).join('; ');
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}

/** An error whose message is complete as it stands: what happened, where, and `remedy`: what to do next. */
export class UserError extends Error {
  readonly remedy: string;
  /** Trying again by itself cannot help: somebody has to do something first. */
  readonly final: boolean;
  constructor(message: string, remedy: string, final = false) { super(message); this.name = 'UserError'; this.remedy = remedy; this.final = final; }
}

/** Somebody closed a question without an answer; nothing is to be shown. */
export class CancelledError extends Error {
  constructor(message = 'Cancelled.') { super(message); this.name = 'CancelledError'; }
}

/** Text from a capture or a host for one line of the editor: control characters made visible, bounded. */
export function oneLine(text: string, limit = 200): string {
  // eslint-disable-next-line no-control-regex
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '·');
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}

/** Text for a message or a question of the editor. Those make links of `[text](command:…)`, and what a host, a file's name or a capture says must not. */
export function plainMessage(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\](?=\()/g, '] ').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '·');
}
