// A test told in steps that build on each other: the first that fails takes a picture, and those after it are skipped and say why.
import { test } from 'node:test';

/** More than a step ever takes: each of its parts waits for no longer than it must, and on a busy machine that may be long. */
const STEP_MS = 600_000;

export interface StepsOptions {
  /** Why none of the steps can be taken here, or false. */
  readonly skip: string | false;
  /** Each can be taken though one before has failed. */
  readonly independent?: boolean;
  /** What may be known of the failure: pictures, logs. */
  onFailure(step: string, error: unknown): Promise<void>;
}

/** Returns the function that declares a step. */
export function steps({ skip, independent = false, onFailure }: StepsOptions): (name: string, run: () => Promise<void>) => void {
  let broken = '';
  return (name, run) => {
    void test(name, { skip, timeout: STEP_MS }, async (t) => {
      if (broken !== '') {
        t.skip(`the step "${broken}" failed`);
        return;
      }
      try {
        await run();
      } catch (error) {
        if (!independent) broken = name;
        await onFailure(name, error).catch(() => undefined);
        throw error;
      }
    });
  };
}
