// What the status bar says of a session: rate, losses by cause, the state of the link. No editor in it.
import { NO_EVENTS } from '../../../webviews/protocol/messages.ts';
import { oneLine, shortBytes, shortCount } from '../../base/text.ts';
import { isReading, readingText } from '../timeline/readingText.ts';
import type { CaptureSession } from '../../session/captureSession.ts';

/** The cause of losses that a setting helps against; first of KERNEL_LOSSES in driver/schema/record.ts. */
const RING_FULL = 'ring full';

export interface StatusText { readonly text: string; readonly tooltip: string; readonly spoken: string; readonly warn: boolean }

export function statusText(session: CaptureSession): StatusText {
  const { status, link, title } = session;
  const lost = status.losses.reduce((sum, loss) => sum + loss.count, 0);
  const losses = lost === 0 ? ['No event was lost.'] : [`Events lost: ${lost.toLocaleString('en')}`, ...status.losses.filter(loss => loss.count > 0).map(loss => `  ${oneLine(loss.cause)}: ${loss.count.toLocaleString('en')}`)];
  if (status.losses.some(loss => loss.cause === RING_FULL && loss.count > 0)) losses.push('The setting porthole.ringKilobytes makes room for more; connect again for it.');
  const memory = `History: ${shortCount(status.rowCount)} events in ${shortBytes(status.historyBytes)}`;
  const problems = status.problems.map(problem => `${problem.message} ${problem.remedy}`);
  if (link.state !== 'connected') {
    const icon = link.state === 'lost' ? 'debug-disconnect' : 'sync~spin';
    return { text: `$(${icon}) ${oneLine(title, 30)}: ${link.state === 'lost' ? 'connection lost' : `${link.state}…`}`, tooltip: link.message, spoken: `Porthole: ${link.message}`, warn: true };
  }
  if (!session.live) {
    const reading = isReading(status), stopped = status.reading?.state === 'stopped';
    const { percent, message } = readingText(status);
    const state = reading ? `The capture is being read: ${message}.` : stopped ? `Reading was stopped at ${message}. Run "Porthole: Read On" for the rest.` : `${status.events.toLocaleString('en')} events`;
    return {
      text: reading ? `$(sync~spin) ${oneLine(title, 30)}: ${percent} %` : stopped ? `$(debug-pause) ${oneLine(title, 30)}: stopped at ${percent} %` : `$(file-binary) ${shortCount(status.events)} events`,
      tooltip: [oneLine(title), state, memory, ...losses, ...problems].join('\n'), spoken: `Porthole: ${title}, ${reading ? `reading, ${message}` : stopped ? `stopped at ${message}` : `${status.events} events`}`, warn: false,
    };
  }
  if (status.events === 0 && status.problems.some(problem => NO_EVENTS.has(problem.code))) {
    return { text: `$(warning) ${oneLine(title, 30)}: no live events`, tooltip: [oneLine(title), ...problems, 'Click to open the timeline.'].join('\n'), spoken: `Porthole: ${title}, no live events. ${problems.join(' ')}`, warn: true };
  }
  const rate = `${shortCount(status.eventsPerSecond)}/s`;
  const losing = status.lostPerSecond > 0;
  return {
    text: `$(pulse) ${rate}${losing ? ` $(warning) ${shortCount(status.lostPerSecond)}/s lost` : lost > 0 ? ` $(warning) ${shortCount(lost)} lost` : ''}`,
    tooltip: [oneLine(title), `${status.eventsPerSecond.toLocaleString('en')} events per second, ${status.events.toLocaleString('en')} in all`, memory, ...losses, ...problems, 'Click to open the timeline.'].join('\n'),
    spoken: `Porthole: ${rate} events per second${lost > 0 ? `, ${lost} lost` : ''}`, warn: losing,
  };
}
