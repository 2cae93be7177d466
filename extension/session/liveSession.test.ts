// Live sessions against the agent's own server in a child process: greeting, loss, back-off, coming back, end. The child serves a capture, so
// that neither root nor a probe is needed.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GetTree, StatusChanged, type Hello } from '../../remote-agent/protocol/messages.ts';
import { UserError } from '../base/text.ts';
import { bundleForTest } from '../test/bundle.ts';
import type { AgentProcess } from './agentLink.ts';
import type { LinkState } from './captureSession.ts';
import { LiveSession, backoffMs, type AgentStarter } from './liveSession.ts';

let bundle: Awaited<ReturnType<typeof bundleForTest>>;
let folder = '';
let capture = '';
const running = new Set<ChildProcess>();
const sessions: LiveSession[] = [];
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-live-'));
  bundle = await bundleForTest('extension/test/captureAgent.ts', 'captureAgent.cjs');
  capture = fileURLToPath(new URL('../media/demo.scap', import.meta.url));
});
after(async () => {
  await Promise.all(sessions.map(live => live.dispose()));
  for (const child of running) child.kill('SIGKILL');
  rmSync(bundle.folder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

function agent(): AgentProcess & { child: ChildProcess } {
  const child = spawn(process.execPath, [bundle.path, capture], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  const ended = new Promise<string>(resolve => child.once('exit', (code, signal) => { running.delete(child); resolve(`The agent ended (${signal ?? String(code)}).`); }));
  child.stdin.on('error', () => undefined);
  return { child, reader: child.stdout, writer: child.stdin, ended, dispose: async () => { child.stdin.end(); await ended; } };
}
function session(start: AgentStarter, silenceMs?: number): { session: LiveSession; links: LinkState[]; resets: Hello[] } {
  const live = new LiveSession({ id: 'host:test', title: 'test', client: 'test', start, log: () => undefined, pauseMs: attempt => 20 * 2 ** attempt, ...(silenceMs === undefined ? {} : { silenceMs }) });
  sessions.push(live);
  const links: LinkState[] = [], resets: Hello[] = [];
  live.onLink(link => links.push(link));
  live.onReset(hello => resets.push(hello));
  return { session: live, links, resets };
}
async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2400; i++) { if (condition()) return; await new Promise(resolve => setTimeout(resolve, 25)); }
  assert.fail(`waited in vain: ${what}`);
}

test('pauses grow from one second to thirty', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 50].map(backoffMs), [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test('silent: an agent that says nothing any more is given up, what waits for it is refused, and another is started', async () => {
  const agents: ReturnType<typeof agent>[] = [];
  const { session: live, links } = session(() => { const one = agent(); agents.push(one); return Promise.resolve(one); }, 1500);
  await live.open();
  agents[0]?.child.kill('SIGSTOP');
  await assert.rejects(live.request(GetTree), /disposed|closed/i);
  assert.match(links.find(link => link.state === 'reconnecting')?.message ?? '', /has said nothing for 2 s/);
  agents[0]?.child.kill('SIGCONT');
  await until('another agent', () => agents.length > 1 && live.link.state === 'connected');
  await live.dispose();
});

test('killed: says since when it is stale, comes back by itself, handlers go on, and ends without a trace', async () => {
  const agents: ReturnType<typeof agent>[] = [];
  let refuse = 0;
  const { session: live, links, resets } = session(again => {
    if (refuse > 0) { refuse--; return Promise.reject(new Error(`not yet (${String(again)})`)); }
    const one = agent();
    agents.push(one);
    return Promise.resolve(one);
  });
  let statuses = 0;
  live.onNotification(StatusChanged, () => { statuses++; });
  await live.open();
  assert.equal(live.link.state, 'connected');
  assert.equal(live.hello.protocolVersion, 1);
  assert.equal(live.status.progress, 1, 'a live host is not being read');
  await live.request(GetTree);
  await until('a status', () => statuses > 0);

  refuse = 2;
  const before = Date.now();
  agents[0]?.child.kill('SIGKILL');
  await until('the loss to be noticed', () => live.link.state === 'reconnecting');
  assert.ok(live.link.staleSinceMs >= before && /since \d\d:\d\d:\d\d/.test(live.link.message), live.link.message);
  await assert.rejects(live.request(GetTree), /out of reach/);
  await until('the way back', () => live.link.state === 'connected');
  assert.equal(resets.length, 1);
  assert.ok(links.some(link => /not yet \(true\)/.test(link.message)), 'says why the last attempt failed');
  await live.request(GetTree);
  const seen = statuses;
  await until('a status of the new agent', () => statuses > seen);

  await live.dispose();
  assert.equal(live.link.state, 'closed');
  await until('the agents to end', () => running.size === 0);
  await assert.rejects(live.request(GetTree), /Disconnected/);
});

test('a refusal that no waiting mends ends the attempts and says what to do', async () => {
  let broken = false;
  const agents: ReturnType<typeof agent>[] = [];
  const { session: live } = session(() => {
    if (broken) return Promise.reject(new UserError('The key of test has changed.', 'Ask the administrator.', true));
    const one = agent();
    agents.push(one);
    return Promise.resolve(one);
  });
  await live.open();
  broken = true;
  agents[0]?.child.kill('SIGKILL');
  await until('giving up', () => live.link.state === 'lost');
  assert.match(live.link.message, /has changed.*Ask the administrator/);
  broken = false;
  await live.reconnectNow();
  assert.equal(live.link.state, 'connected');
  await live.dispose();
});

test('an agent that ends before its greeting, or speaks nonsense, is an error and no hang', async () => {
  for (const script of ['process.exit(3)', 'process.stdout.write("hello, this is no frame\\r\\n\\r\\n"); setTimeout(() => process.exit(4), 300)']) {
    const { session: live } = session(() => {
      const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdin.on('error', () => undefined);
      const ended = new Promise<string>(resolve => child.once('exit', code => resolve(`The agent ended with code ${String(code)}.`)));
      return Promise.resolve({ reader: child.stdout, writer: child.stdin, ended, dispose: async () => { child.kill(); await ended; } });
    });
    await assert.rejects(live.open(), (error: unknown) => error instanceof Error && error.message.length > 10);
  }
});

test('disconnecting while it waits for the next attempt ends the waiting', async () => {
  const one = agent();
  let starts = 0;
  const { session: live } = session(() => { starts++; return starts === 1 ? Promise.resolve(one) : Promise.reject(new Error('down')); });
  await live.open();
  one.child.kill('SIGKILL');
  await until('attempts', () => starts > 2);
  await live.dispose();
  const then = starts;
  await new Promise(resolve => setTimeout(resolve, 400));
  assert.equal(starts, then);
});

test('asked twice to connect again after it gave up, it starts one agent', async () => {
  const agents: ReturnType<typeof agent>[] = [];
  let broken = false;
  const { session: live } = session(() => {
    if (broken) return Promise.reject(new UserError('refused.', 'Mend it.', true));
    const one = agent();
    agents.push(one);
    return Promise.resolve(one);
  });
  await live.open();
  broken = true;
  agents[0]?.child.kill('SIGKILL');
  await until('giving up', () => live.link.state === 'lost');
  broken = false;
  await Promise.all([live.reconnectNow(), live.reconnectNow()]);
  assert.deepEqual([agents.length, live.link.state], [2, 'connected']);
  await live.dispose();
});
