// A capture read once more from its beginning, for whoever counts events by the state of their time: as the command line reads it, in slices that leave the loop free for requests.
import { CONTAINER_TYPES } from '../engine/scap/blocks.ts';
import { ScapReader } from '../engine/scap/reader.ts';
import type { CaptureBytes } from '../engine/session/storedEvents.ts';
import type { StateView } from '../engine/state/model.ts';
import type { ReadAgain } from '../protocol/serveViews.ts';

const CHUNK = 1 << 20;
const SLICE = 20_000;
/** How long bytes that are still to be unpacked are waited for before another look. */
const WAIT_MS = 20;

export interface AgainSource extends ReadAgain {
  /** Bytes that can be had now; whether more of them come. */
  readonly size: () => number;
  readonly growing: () => boolean;
  /** The share of the file that these bytes are. */
  readonly part: () => number;
  readonly closed: () => boolean;
}

/** Gives the state as it is behind the last event. Throws a StoredBytesError where the bytes cannot be read. */
export async function readAgain(bytes: CaptureBytes, { demand, visit, cancelled, progress, size, growing, part, closed }: AgainSource): Promise<StateView> {
  // The reader holds on to the bytes until the next ones come.
  const buffers = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  let reader = new ScapReader(), position = 0, turn = 0, enough = false;
  reader.select({ demand, repeatable: true });
  const show = (ctx: Parameters<typeof visit>[0]): boolean => {
    if (!reader.state.begun && CONTAINER_TYPES.has(ctx.view.type)) return true;
    enough = !visit(ctx);
    return !enough;
  };
  while (!reader.done && !enough && !cancelled() && !closed()) {
    const buffer = buffers[turn++ % buffers.length] as Uint8Array, length = bytes.readAt(position, buffer);
    if (length === 0 && growing()) { turn--; await new Promise((resolve) => { setTimeout(resolve, WAIT_MS); }); continue; }
    position += length;
    if (length > 0) reader.push(buffer.subarray(0, length)); else reader.finish();
    for (;;) {
      const until = reader.events + SLICE;
      reader.read(show, until);
      if (reader.done || reader.inDoubt || enough || reader.events < until) break;
      progress(Math.min(1, (position - reader.pending) / Math.max(1, size())) * part());
      await new Promise((resolve) => { setImmediate(resolve); });
      if (cancelled() || closed()) break;
    }
    // A write may be a tracer's mark: what was counted stays, and it goes on behind that with all descriptors known.
    if (reader.inDoubt) { reader = reader.again(); position = 0; }
  }
  return reader.state;
}
