// Makes extension/media/demo.scap: fifteen seconds of the demonstration's containers, without anything of the machine they ran on.
// Run it as root with the demonstration up (`npm start`), after `npm run build`: npx tsx .scripts/demoCapture.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ScapReader } from '../remote-agent/engine/scap/reader.ts';
import { ScapWriter } from '../remote-agent/engine/scap/writer.ts';

const PROJECT = 'porthole-demo', SECONDS = 15;
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'porthole-capture-'));
try {
  const raw = join(folder, 'raw.scap');
  execFileSync('timeout', ['--signal=INT', '--preserve-status', String(SECONDS), path('../dist/porthole'), '-w', raw, `container.name startswith ${PROJECT}`], { stdio: 'inherit' });
  writeFileSync(path('../extension/media/demo.scap'), gzipSync(anonymous(readFileSync(raw)), { level: 9 }));
} finally { rmSync(folder, { recursive: true, force: true }); }

/** The same events, with a snapshot that knows the containers' processes alone. */
function anonymous(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  const reader = new ScapReader();
  let writer: ScapWriter | undefined;
  reader.push(bytes);
  reader.finish();
  reader.read((ctx) => {
    if (writer === undefined) {
      const { state } = reader;
      for (const { info } of [...state.threads()]) if (info.containerId === '') state.removeThread(info.tid);
      for (const thread of state.threads()) state.changeThread(thread, { env: [] });
      for (const container of [...state.containers()]) if (!container.name.startsWith(PROJECT)) state.removeContainer(container.id);
      state.machine = { ...state.machine, hostname: 'demo-host' };
      state.setInterfaces([]);
      state.setUsers([...[state.user(0)].filter((user) => user !== undefined)]);
      state.setGroups([...[state.group(0)].filter((group) => group !== undefined)]);
      writer = new ScapWriter(state, (piece) => { pieces.push(piece.slice()); });
      writer.begin();
    }
    writer.write(ctx);
  });
  writer?.end();
  return Buffer.concat(pieces);
}
