// Heat maps in a terminal: calls made here with known moments and latencies, and where they are drawn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeBase } from '../../remote-agent/engine/base/nanos.ts';
import { encodeEvent } from '../../remote-agent/engine/event/encode.ts';
import { EventView } from '../../remote-agent/engine/event/eventView.ts';
import { SystemState } from '../../remote-agent/engine/state/systemState.ts';
import { ran } from './harness.ts';

/** A whole second since 1970, and more than a second of nothing before the first call. */
const BASE = 1_700_000_000_000_000_000n, PARAMS = { res: 1, data: 'x', fd: 4, size: 1 };

/** So many calls of a latency (ns) that begin at a moment (ms). */
type Calls = readonly (readonly [atMs: number, latencyNs: number, times?: number])[];
function drawn(name: string, args: readonly string[], calls: Calls, json = false): Promise<string> {
  return ran(name, args, async (push) => {
    const state = new SystemState(new TimeBase(BASE), { cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', bootNs: BASE });
    state.addThread({ tid: 7, pid: 7, ptid: 1, comm: 'app', exe: 'app', cwd: '/' });
    const view = new EventView();
    for (const [atMs, latencyNs, times = 1] of calls) for (let i = 0; i < times; i++) {
      const at = atMs * 1e6, bytes = encodeEvent('SYSCALL_READ_X', { ts: BASE + BigInt(at + latencyNs), tid: 7, params: PARAMS });
      assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length));
      await push(state.process(view, at));
    }
  }, json);
}

/** Without a terminal a picture has 90 columns behind the time: nine for each tenfold latency. */
const line = (time: string, ...cells: readonly (readonly [column: number, shade: string])[]): string => cells.reduce((now, [column, shade]) => now.padEnd(10 + column) + shade, time.padEnd(10));
const LATENCIES = `${' '.repeat(10)}${['1ns', '10ns', '100ns', '1us', '10us', '100us', '1ms', '10ms', '100ms', '1s'].map((label) => `|${label}`.padEnd(9)).join('').trimEnd()}`;

test('spectrogram draws latencies at their places, shaded by calls a second', async () => {
  assert.deepEqual((await drawn('spectrogram', [], [[0, 100], [1, 1_000, 5], [2, 10_000, 50], [400, 1_000_000, 500], [600, 100_000_000]])).trimEnd().split('\n'), [
    LATENCIES, line('+0.00s', [18, '░'], [27, '▒'], [36, '▓'], [54, '█']), line('+0.50s', [72, '░']), LATENCIES]);
});

test('lines without a call are drawn, and told where they are many', async () => {
  const calls: Calls = [[0, 1000], [250, 1000], [2_000, 1000]];
  assert.deepEqual((await drawn('spectrogram', ['100'], calls)).trimEnd().split('\n').map((each) => each.trimEnd()), [
    LATENCIES, line('+0.00s', [27, '▒']), '+0.10s', line('+0.20s', [27, '▒']), `${' '.repeat(10)}(17 lines without a call)`, line('+2.00s', [27, '▒']), LATENCIES]);
});

test('subsecoffset draws moments within the time of a line', async () => {
  assert.deepEqual((await drawn('subsecoffset', [], [[0, 1000], [500, 1000, 20], [1_500, 1000], [1_900, 1000]])).split('\n').slice(1, 3), [line('+0.00s', [0, '░'], [45, '▒']), line('+1.00s', [45, '░'], [81, '░'])]);
  assert.deepEqual((await drawn('subsecoffset', ['100'], [[10, 1000], [110, 1000]])).split('\n').slice(1, 3), [line('+0.00s', [9, '▒']), line('+0.10s', [9, '▒'])]);
});

test('JSON says what a line and a cell are', async () => {
  const rows = (await drawn('spectrogram', [], [[0, 1_000, 3], [2_600, 5_000]], true)).trim().split('\n').map((each) => JSON.parse(each) as { since_s: number; length_s: number; cells: { from_ns: number; to_ns: number; calls: number }[] });
  assert.deepEqual(rows.map(({ since_s, length_s, cells }) => [since_s, length_s, cells.map(({ calls }) => calls)]), [[0, 0.5, [3]], [2.5, 0.5, [1]]]);
  for (const [row, latency] of [[0, 1_000], [1, 5_000]] as const) assert.ok((rows[row]?.cells[0]?.from_ns ?? Infinity) <= latency && latency < (rows[row]?.cells[0]?.to_ns ?? 0));
});

test('a refresh time that is none is refused', async () => {
  for (const wrong of ['0', 'soon', '-5']) await assert.rejects(drawn('spectrogram', [wrong], []), /set_arg\(\) for chisel spectrogram failed/, wrong);
});
