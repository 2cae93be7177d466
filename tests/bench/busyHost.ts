// A capture of a busy host, recorded by Porthole itself: programs that read, write, fork, connect and wait, as many events as asked for.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, get } from 'node:http';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { root } from './tools.ts';

/** Each is run again and again while the recording lasts: trees of files, short-lived processes, pipes, plain reads. */
const WORK = [
  'find /usr/lib /usr/share -type f -name "*.so*" -exec true {} + ; find /etc /usr/share/doc -type f | head -n 4000 | xargs cat >/dev/null 2>&1',
  'tar cf - /usr/include /usr/share/perl* 2>/dev/null | gzip -1 | wc -c >/dev/null',
  'i=0; while [ $i -lt 200 ]; do /bin/true; ls -l /proc/self/fd >/dev/null; i=$((i+1)); done',
  'seq 1 200000 | while read -r n; do echo "$n"; done | sort -rn | head -n 10 >/dev/null',
  'grep -rs needle /usr/share/doc /etc >/dev/null; dd if=/dev/zero of=/dev/null bs=512 count=200000 2>/dev/null',
];

/** Events that a file holds for each call that was seen: its beginning and its end. */
const PER_CALL = 2;

/** Records until the file holds about `events` events (rather more). Needs root and the probe. Rejects with what the recorder said. */
export async function recordBusyHost(path: string, events: number): Promise<void> {
  const program = join(root, 'dist', 'porthole');
  if (!existsSync(program)) throw new Error('dist/porthole is not built; npm run build');
  const recorder = spawn(program, ['-w', path, '-n', String(Math.ceil(events / PER_CALL * 1.04))], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  recorder.stderr.on('data', (text: Buffer) => { said += text.toString(); });
  let over = false;
  const ended = new Promise<number>((resolve) => { recorder.on('close', (code) => { over = true; resolve(code ?? 1); }); });
  const children = new Set<ChildProcess>();
  const again = (command: string): void => {
    if (over) return;
    const child = spawn('sh', ['-c', command], { stdio: 'ignore', detached: true });
    children.add(child);
    child.on('close', () => { children.delete(child); again(command); });
  };
  const server = createServer((_request, response) => { response.end('x'.repeat(2000)); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  const ask = (): void => { if (!over) get({ host: '127.0.0.1', port, agent: false }, (answer) => { answer.resume(); answer.on('end', () => { setImmediate(ask); }); }).on('error', () => { setImmediate(ask); }); };
  ask();
  for (const command of WORK) again(command);
  try {
    const code = await ended;
    if (code !== 0 || statSync(path).size < events * 30) throw new Error(`recording a busy host did not succeed: ${said.trim()}`);
  } finally {
    over = true;
    server.close();
    server.closeAllConnections();
    for (const child of children) { child.removeAllListeners('close'); try { process.kill(-(child.pid ?? 0), 'SIGKILL'); } catch { /* it has ended */ } }
  }
}
