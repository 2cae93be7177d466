// How a benchmark tells its figures: one line of JSON each on standard output, what it does on standard error.

export interface Figure {
  readonly name: string; readonly value: number; readonly unit: string;
  /** Value over the peer's, measured in the same run. */
  readonly ratio?: number; readonly peer?: string; readonly peerValue?: number;
  /** What a reader must know to judge the figure. */
  readonly note?: string;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

export function figure(it: Figure): void {
  const ratio = it.ratio ?? (it.peerValue === undefined ? undefined : it.value / it.peerValue);
  console.log(JSON.stringify({ ...it, value: rounded(it.value), ...(it.peerValue === undefined ? {} : { peerValue: rounded(it.peerValue) }), ...(ratio === undefined ? {} : { ratio: rounded(ratio) }) }));
}

export function say(text: string): void { process.stderr.write(`bench: ${text}\n`); }
export function skipped(name: string, why: string): void { say(`${name}: left out: ${why}`); }

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
