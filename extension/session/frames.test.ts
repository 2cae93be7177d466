// What goes through of an agent's output: frames in any pieces, nothing in front of them, none that is too large.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { AgentFrames } from './frames.ts';

const frame = (body: string, extra = ''): string => `Content-Length: ${body.length}\r\n${extra}\r\n${body}`;
async function through(text: string, step: number): Promise<string> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < text.length; at += step) pieces.push(Buffer.from(text.slice(at, at + step)));
  const out: Buffer[] = [];
  for await (const chunk of Readable.from(pieces).pipe(new AgentFrames())) out.push(chunk as Buffer);
  return Buffer.concat(out).toString();
}

test('frames go through whole, whatever pieces they come in; what was printed in front of them does not', async () => {
  const frames = frame('one') + frame('') + frame('Content-Length: 9\r\n\r\n', 'Content-Type: application/msgpack\r\n') + frame('x'.repeat(5000));
  for (const step of [1, 2, 7, 1000, 100_000]) {
    assert.equal(await through(frames, step), frames, `step ${step}`);
    assert.equal(await through(`Welcome to this host!\r\n\r\nContent: none\n${frames}`, step), frames, `with a prelude, step ${step}`);
  }
});

test('what is no protocol, and frames that are too large, are errors', async () => {
  await assert.rejects(through('x'.repeat(100_000), 4096), /not the protocol/);
  await assert.rejects(through('Content-Length: 999999999999\r\n\r\n', 100), /larger than any can be/);
  await assert.rejects(through(`${frame('one')}garbage\r\n\r\n`, 5), /gives no length/);
  await assert.rejects(through(`${frame('one')}${'y'.repeat(3000)}`, 100), /does not end/);
});
