// Differences from sysdig 0.29.3 in tracers and in what Mesos runs, by name, with the reason.
import type { KnownDifference } from './harnessKnown.ts';

const output = (): string => '';

export const OTHER_CALLS: KnownDifference = {
  name: 'tracers-of-other-calls', output,
  reason: 'Of what is written to /dev/null by other calls than write, or read from it, sysdig asks the filter before it takes it for a tracer: `evt.type=writev` prints tracers, and `evt.type=tracer` does not. Porthole asks the filter what is printed.',
};
export const COUNT_ALONE: KnownDifference = { name: 'arguments-of-spans-alone', output, reason: 'sysdig has no `span.nargs` unless another field about spans is asked for, too. Porthole always has it.' };
export const NAME_TO_THE_END: KnownDifference = { name: 'names-to-the-end', output, reason: 'For sysdig the name in `%span.arg.name` and its like goes on to the end of the whole format. In Porthole it ends where words end.' };
export const WRONG_MARK: KnownDifference = { name: 'wrong-marks', output, code: (porthole, sysdig) => porthole === 0 && sysdig !== 0, reason: 'sysdig crashes on a write that a capture marks as a tracer, though it is none, if the capture does not tell of its descriptor. Porthole shows what is written.' };

export const TWO_FRAMEWORKS: KnownDifference = { name: 'two-frameworks', output, code: (porthole, sysdig) => porthole === 0 && sysdig !== 0, reason: 'sysdig crashes where it is asked for the framework of a task, if Mesos has more than one. Porthole prints it.' };

export const TRACER_KNOWN: readonly KnownDifference[] = [OTHER_CALLS, COUNT_ALONE, NAME_TO_THE_END, WRONG_MARK, TWO_FRAMEWORKS];
