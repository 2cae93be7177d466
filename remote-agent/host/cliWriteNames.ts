// The names of the files that -w writes, one after the other, as the options for rotation want them.

export interface RotationOptions {
  readonly path: string;
  /** A new file after so many million bytes, seconds of events, events. */
  readonly megabytes?: number | undefined;
  readonly seconds?: number | undefined;
  readonly events?: number | undefined;
  /** So many files; then the oldest ones go. */
  readonly files?: number | undefined;
  /** Events happen now: the first name has the present time. */
  readonly live: boolean;
}

/** What the first file is called where the name has a time and no event has come that could tell it. */
const FIRST = 'first_dump.scap';
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const SHORT = 3, NOON = 12, DAY_MS = 86_400_000, CENTURY = 100;

const two = (value: number): string => String(value).padStart(2, '0');
const blank = (value: number): string => String(value).padStart(2, ' ');

function dayOfYear(time: Date): number { return Math.round((Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) - Date.UTC(time.getFullYear(), 0, 1)) / DAY_MS); }

/** Year and week as ISO 8601 counts them. */
function isoWeek(time: Date): { readonly year: number; readonly week: number } {
  const day = new Date(Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()));
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const year = day.getUTCFullYear();
  return { year, week: Math.ceil(((day.getTime() - Date.UTC(year, 0, 1)) / DAY_MS + 1) / 7) };
}

function zone(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
}
function zoneName(time: Date): string { return new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(time).find((part) => part.type === 'timeZoneName')?.value ?? ''; }

const CONVERSIONS: Readonly<Record<string, (t: Date) => string>> = {
  a: (t) => (DAYS[t.getDay()] ?? '').slice(0, SHORT), A: (t) => DAYS[t.getDay()] ?? '', b: (t) => (MONTHS[t.getMonth()] ?? '').slice(0, SHORT), B: (t) => MONTHS[t.getMonth()] ?? '', h: (t) => (MONTHS[t.getMonth()] ?? '').slice(0, SHORT),
  c: (t) => strftime('%a %b %e %H:%M:%S %Y', t), C: (t) => two(Math.floor(t.getFullYear() / CENTURY)), d: (t) => two(t.getDate()), D: (t) => strftime('%m/%d/%y', t), e: (t) => blank(t.getDate()), F: (t) => strftime('%Y-%m-%d', t),
  g: (t) => two(isoWeek(t).year % CENTURY), G: (t) => String(isoWeek(t).year), H: (t) => two(t.getHours()), I: (t) => two((t.getHours() + 11) % NOON + 1), j: (t) => String(dayOfYear(t) + 1).padStart(3, '0'), k: (t) => blank(t.getHours()), l: (t) => blank((t.getHours() + 11) % NOON + 1),
  m: (t) => two(t.getMonth() + 1), M: (t) => two(t.getMinutes()), n: () => '\n', p: (t) => t.getHours() < NOON ? 'AM' : 'PM', P: (t) => t.getHours() < NOON ? 'am' : 'pm', r: (t) => strftime('%I:%M:%S %p', t), R: (t) => strftime('%H:%M', t), s: (t) => String(Math.floor(t.getTime() / 1000)), S: (t) => two(t.getSeconds()),
  t: () => '\t', T: (t) => strftime('%H:%M:%S', t), u: (t) => String(t.getDay() || 7), U: (t) => two(Math.floor((dayOfYear(t) + 7 - t.getDay()) / 7)), V: (t) => two(isoWeek(t).week), w: (t) => String(t.getDay()), W: (t) => two(Math.floor((dayOfYear(t) + 7 - (t.getDay() + 6) % 7) / 7)),
  x: (t) => strftime('%m/%d/%y', t), X: (t) => strftime('%H:%M:%S', t), y: (t) => two(t.getFullYear() % CENTURY), Y: (t) => String(t.getFullYear()), z: zone, Z: zoneName, '%': () => '%',
};

/** A time in the form of C's strftime, in the C locale and the local time zone. What is no conversion stays as it is. */
export function strftime(format: string, time: Date): string { return format.replace(/%[EO]?([a-zA-Z%])/g, (all, letter: string) => CONVERSIONS[letter]?.(time) ?? all); }

/** A file to be written next, and one that has to go first. */
export interface NextFile { readonly path: string; readonly remove: string | undefined }

/** Gives one name after the other. */
export class FileNames {
  readonly #options: RotationOptions;
  readonly #past = new Map<number, string>();
  #index = 0;
  #first = true;

  constructor(options: RotationOptions) { this.#options = options; }

  /** Whether more than one file may be written. */
  get rotates(): boolean { const { megabytes, seconds, events } = this.#options; return megabytes !== undefined || seconds !== undefined || events !== undefined; }

  /** The next file. `second`: of the event that it begins with, since the epoch. */
  next(second: number): NextFile {
    const { path, megabytes, seconds, events, files, live } = this.#options;
    const first = this.#first;
    this.#first = false;
    if (!this.rotates) return { path, remove: undefined };
    const timed = seconds !== undefined && path.includes('%');
    if (timed && first && !live) return { path: FIRST, remove: undefined };
    if (files !== undefined && this.#index >= files) this.#index = 0;
    const index = this.#index++;
    let name = '';
    if (seconds !== undefined) name = timed ? strftime(path, new Date(second * 1000)) : `${path}${index}`;
    if (megabytes !== undefined) name = `${name === '' ? path : name}${String(index).padStart(files === undefined ? 1 : String(files).length, '0')}`;
    if (events !== undefined) name = `${path}${index}`;
    const old = timed && files !== undefined ? this.#past.get(index) : undefined;
    if (timed) this.#past.set(index, name);
    return { path: name, remove: old === name ? undefined : old };
  }
}
