// How far a capture is read, in words. No editor in it.
import type { Status } from '../../../remote-agent/protocol/messages.ts';

export function isReading(status: Status): boolean { return status.reading === undefined ? status.progress < 1 : status.reading.state === 'reading'; }

/** There is, or may be, more of the file than was read. */
export function canReadOn({ reading }: Status): boolean { return reading !== undefined && reading.state !== 'reading' && (reading.state === 'stopped' || reading.more); }

export function readingText(status: Status): { readonly percent: number; readonly message: string } {
  const percent = Math.floor((status.reading?.fraction ?? status.progress) * 100);
  return { percent, message: `${percent} %, ${(status.reading?.events ?? status.events).toLocaleString('en')} events` };
}
