// Whoever carries the agent's output away makes calls, and these are events: they must not become ever more of each other. With the command in a pipe, and with
// an open session behind something that stands where the SSH server stands, with a chisel that prints every event.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc';
import { startAgent, until } from '../../remote-agent/host/agentSupport.test.ts';
import { CountEvents, GetEvents, GetStatus, GetViewport, RunChisel } from '../../remote-agent/protocol/messages.ts';
import { BUILT_AGENT } from '../builtAgent.ts';

const skip = process.getuid?.() !== 0 ? 'SKIPPED: the probe needs root' : !existsSync('/sys/kernel/btf/vmlinux') ? 'SKIPPED: this kernel has no BTF' : false;
const folder = mkdtempSync(join(tmpdir(), 'porthole-loop-'));
const running = new Set<ChildProcess>();
after(() => { for (const child of running) child.kill('SIGKILL'); rmSync(folder, { recursive: true, force: true }); });

/** A loop makes as many events as the machine can: tens of thousands a second. What follows is far from that, and a slow machine makes fewer. */
const SECONDS = 3, MOST_A_SECOND = 2000;
/** The same for each of those who carry a session's output: each chunk of a chisel's text that names them makes some more, 1,400 to 2,200 a second where it was looked at, but not ever more. */
const MOST_OF_A_CARRIER = 5000;

for (const args of [[], ['--unbuffered'], ['-j']] as const) {
  test(`the command in a pipe: ${args.join(' ') || 'as it is'}`, { skip: skip || (existsSync(BUILT_AGENT) ? false : 'SKIPPED: dist/agent is not built (npm run build)'), timeout: 120_000 }, async () => {
    const reader = spawn('cat', [], { stdio: ['pipe', 'pipe', 'inherit'] });
    running.add(reader);
    const pid = reader.pid ?? 0;
    let text = '';
    reader.stdout.on('data', (chunk: Buffer) => { text += chunk.toString(); });
    // Something else begins it: programs that start.
    const command = spawn(process.execPath, [BUILT_AGENT, ...args, '-p', 'by %proc.pid', `proc.pid=${pid} or evt.type=execve`], { stdio: ['ignore', reader.stdin, 'ignore'] });
    running.add(command);
    const poke = setInterval(() => { spawn('true').on('error', () => undefined); }, 100);
    const ofReader = (): number => text.split(args[0] === '-j' ? `"proc.pid":${pid}}` : `by ${pid}\n`).length - 1;
    try {
      assert.ok(await until(ofReader, (n) => n > 0) > 0, `the reader is seen\n${text.slice(0, 500)}`);
      await delay(SECONDS * 1000);
      const events = ofReader();
      assert.ok(events < SECONDS * MOST_A_SECOND, `${events} events of the reader in ${SECONDS} s`);
    } finally {
      clearInterval(poke);
      command.kill('SIGINT');
      await new Promise((resolve) => { command.once('exit', resolve); });
      reader.kill();
      running.delete(reader);
      running.delete(command);
    }
  });
}

const CHISEL = `description = "prints every event"
short_description = "all"
category = "misc"
args = {}
function on_init() number = chisel.request_field("evt.num") name = chisel.request_field("proc.name") return true end
function on_event() print(tostring(evt.field(number)) .. " " .. tostring(evt.field(name))) return true end`;

interface Child { readonly pid: number; readonly comm: string }
function childrenOf(pid: number): Child[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8'), [, comm = '', parent = ''] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
      return Number(parent) === pid ? [{ pid: Number(name), comm }] : [];
    } catch { return []; }
  });
}

test('an open session, followed and printed by a chisel, settles', { skip, timeout: 120_000 }, async (t) => {
  // Bytes in and out go through others, as they go through an SSH server.
  const agent = startAgent([], {}, ['sh', '-c', 'cat | "$0" "$@" | cat']);
  await agent.hello();
  const parts = childrenOf(agent.child.pid ?? 0), relays = parts.filter(({ comm }) => comm === 'cat'), own = parts.find(({ comm }) => comm !== 'cat');
  assert.equal(relays.length, 2);
  assert.ok(own !== undefined);
  const { connection } = agent;
  const endOfRun = new CancellationTokenSource();
  const chisel = connection.sendRequest(RunChisel, { id: 'all', name: 'all', source: CHISEL, args: [], filter: '', follow: true, startNs: 0, endNs: 0 }, endOfRun.token);
  chisel.catch(() => undefined);
  const lua = (await until(() => childrenOf(own.pid), (found) => found.length > 0))[0] ?? assert.fail('the chisel has no process');

  const count = async (pids: readonly number[], startNs: number, endNs: number): Promise<number> => (await connection.sendRequest(CountEvents, { filter: `proc.pid in (${pids.join(', ')})`, startNs, endNs })).count;
  const started = (await connection.sendRequest(GetStatus)).endNs;
  const carriers = [...relays.map(({ pid }) => pid), lua.pid];
  // What the page asks: four pictures and a page of the list a second.
  for (let quarter = 0; quarter < SECONDS * 4; quarter++) {
    const { endNs } = await connection.sendRequest(GetStatus), range = { startNs: Math.max(0, endNs - 10e9), endNs };
    await connection.sendRequest(GetViewport, { ...range, filter: '', widthPx: 1000, lanes: ['h'] });
    if (quarter % 4 === 0) await connection.sendRequest(GetEvents, { ...range, filter: '', fromRow: -1, direction: 'backward', count: 50 });
    await delay(250);
  }
  const ended = (await connection.sendRequest(GetStatus)).endNs;
  const seconds = (ended - started) / 1e9, events = await count(carriers, started, ended);
  t.diagnostic(`${Math.round(events / seconds)} events a second of those who carry`);
  assert.ok(events > 0, 'those who carry are seen');
  // Where others keep the host busy, their events are carried too; in a loop nearly all events are those of the carriers.
  const all = (await connection.sendRequest(CountEvents, { filter: '', startNs: started, endNs: ended })).count;
  assert.ok(events < seconds * MOST_OF_A_CARRIER * carriers.length || events < all / 2, `${events} events of those who carry in ${seconds.toFixed(1)} s, ${all} in all`);
  assert.equal(await count([own.pid], 0, ended), 0, 'the agent itself is not traced');
  endOfRun.cancel();
  await chisel.catch(() => undefined);
  assert.equal(await agent.end(), 0);
});
