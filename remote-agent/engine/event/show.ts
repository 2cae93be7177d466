// Printed forms of an event's parameters as text: what the writers of bytes write, for those who need a string.
import { ByteSink } from '../base/sink.ts';
import type { EventContext } from './context.ts';
import { argsWriter, paramDef, type ShowOptions } from './writeArgs.ts';

export { bufferText, type BufferForm } from './buffers.ts';
export { isPairs, paramDef, shownCount, type ShowOptions } from './writeArgs.ts';
export { fdLetters } from './writeParams.ts';

export interface ShownParam {
  readonly name: string;
  readonly value: string;
  /** In words: the descriptor's name, the flags' names, ...; '' where there is nothing to add. */
  readonly resolved: string;
}

const scratch = new ByteSink();

/** Printed form of parameter `i`; the value `<NA>` where the event does not hold it. */
export function showParam(ctx: EventContext, i: number, options: ShowOptions = {}): ShownParam {
  const writer = argsWriter(options);
  scratch.clear();
  writer.value(ctx, i, scratch);
  const mark = scratch.at;
  writer.words(ctx, i, scratch);
  const resolved = scratch.text(mark);
  scratch.at = mark;
  return { name: paramDef(ctx, i)?.name ?? `param${i}`, value: scratch.text(), resolved };
}

/** All parameters as `name=value(in words) `, each with a space behind it; '' for events that stand for any call. */
export function showArgs(ctx: EventContext, options: ShowOptions = {}): string {
  scratch.clear();
  argsWriter(options).all(ctx, scratch);
  return scratch.text();
}
