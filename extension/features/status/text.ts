// What the status bar says of a session: rate, losses by cause, the state of the link. No editor in it.
import { NO_EVENTS } from '../../../webviews/protocol/messages.ts';
import { clockText, oneLine, shortBytes, shortCount } from '../../base/text.ts';
import { isReading, readingText } from '../timeline/readingText.ts';
import { namesOf, wishText } from '../probe/wish.ts';
import type { CaptureSession } from '../../session/captureSession.ts';

/** The cause of losses that a setting helps against; first of KERNEL_LOSSES in driver/schema/record.ts. */
const RING_FULL = 'ring full';

const OPEN = 'porthole.openTimeline';

export interface StatusText { readonly text: string; readonly tooltip: string; readonly spoken: string; readonly warn: boolean; /** What a click runs. */ readonly command: string }

/** When something of a session happened, by the local clock. */
function clockOf(session: CaptureSession, ns: number): string { return clockText(Number(BigInt(session.hello.baseNs) / 1_000_000n) + ns / 1e6); }

/** What less is asked of the probe than there is: `short` for the item, `lines` for its tooltip; undefined where all is. */
function lessText(session: CaptureSession): { readonly short: string; readonly lines: readonly string[]; readonly command: string } | undefined {
  const { asked } = session.status;
  if (!session.live || asked === undefined) return undefined;
  const wish = wishText(asked.wish, namesOf(asked));
  if (asked.leftOut.length > 0) {
    const since = clockOf(session, asked.sinceNs), last = asked.leftOut.at(-1) ?? '';
    const more = asked.leftOut.length - 1;
    return { short: `$(filter) left out since ${since}: ${oneLine(last, 40)}${more === 0 ? '' : ` and ${more} more`}`, lines: [`Left out since ${since} to spare the host, until there is room again:`, ...asked.leftOut.map(what => `  ${oneLine(what)}`), ...(wish === '' ? [] : [`Captured: ${wish}`]), 'Click to see what that came to, or to ask for all again.'], command: 'porthole.overload' };
  }
  return wish === '' ? undefined : { short: `$(filter) ${oneLine(wish, 60)}`, lines: [`Captured: ${wish}`, 'Click to change what is captured.'], command: 'porthole.captureProfile' };
}

export function statusText(session: CaptureSession): StatusText {
  const { status, link, title } = session;
  const lost = status.losses.reduce((sum, loss) => sum + loss.count, 0);
  const losses = lost === 0 ? ['No event was lost.'] : [`Events lost: ${lost.toLocaleString('en')}`, ...status.losses.filter(loss => loss.count > 0).map(loss => `  ${oneLine(loss.cause)}: ${loss.count.toLocaleString('en')}`)];
  if (status.losses.some(loss => loss.cause === RING_FULL && loss.count > 0)) losses.push('The setting porthole.ringKilobytes makes room for more; connect again for it.');
  const memory = `History: ${shortCount(status.rowCount)} events in ${shortBytes(status.historyBytes)}`;
  const problems = status.problems.map(problem => `${problem.message} ${problem.remedy}`);
  if (link.state !== 'connected') {
    const icon = link.state === 'lost' ? 'debug-disconnect' : 'sync~spin';
    return { text: `$(${icon}) ${oneLine(title, 30)}: ${link.state === 'lost' ? 'connection lost' : `${link.state}…`}`, tooltip: link.message, spoken: `Porthole: ${link.message}`, warn: true, command: OPEN };
  }
  if (!session.live) {
    const reading = isReading(status), stopped = status.reading?.state === 'stopped';
    const { percent, message } = readingText(status);
    const state = reading ? `The capture is being read: ${message}.` : stopped ? `Reading was stopped at ${message}. Run "Porthole: Read On" for the rest.` : `${status.events.toLocaleString('en')} events`;
    return {
      text: reading ? `$(sync~spin) ${oneLine(title, 30)}: ${percent} %` : stopped ? `$(debug-pause) ${oneLine(title, 30)}: stopped at ${percent} %` : `$(file-binary) ${shortCount(status.events)} events`,
      tooltip: [oneLine(title), state, memory, ...losses, ...problems].join('\n'), spoken: `Porthole: ${title}, ${reading ? `reading, ${message}` : stopped ? `stopped at ${message}` : `${status.events} events`}`, warn: false, command: OPEN,
    };
  }
  if (status.events === 0 && status.problems.some(problem => NO_EVENTS.has(problem.code))) {
    return { text: `$(warning) ${oneLine(title, 30)}: no live events`, tooltip: [oneLine(title), ...problems, 'Click to open the timeline.'].join('\n'), spoken: `Porthole: ${title}, no live events. ${problems.join(' ')}`, warn: true, command: OPEN };
  }
  const rate = `${shortCount(status.eventsPerSecond)}/s`;
  const losing = status.lostPerSecond > 0, less = lessText(session), leftOut = (status.asked?.leftOut.length ?? 0) > 0;
  return {
    // What is left out counts as lost, too.
    text: `$(pulse) ${rate}${losing ? ` $(warning) ${shortCount(status.lostPerSecond)}/s lost${leftOut ? ' or left out' : ''}` : lost > 0 ? ` $(warning) ${shortCount(lost)} lost` : ''}${less === undefined ? '' : ` ${less.short}`}`,
    tooltip: [oneLine(title), `${status.eventsPerSecond.toLocaleString('en')} events per second, ${status.events.toLocaleString('en')} in all`, memory, ...losses, ...problems, ...(less?.lines ?? ['Click to open the timeline.'])].join('\n'),
    spoken: `Porthole: ${rate} events per second${lost > 0 ? `, ${lost} lost` : ''}${less === undefined ? '' : `, ${less.lines.slice(0, -1).map(line => line.trim()).join(', ')}`}`, warn: losing || leftOut,
    command: less?.command ?? OPEN,
  };
}
