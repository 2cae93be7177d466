// Names of ports as this machine has them in /etc/services (-R).
import { readFileSync } from 'node:fs';
import type { PortNames } from '../engine/event/tuples.ts';

const FILE = '/etc/services';

/** Answers the service of a port, or undefined. The file is read once; where there is none, no port has a name. */
export function portNames(path = FILE): PortNames {
  const byProtocol = new Map<string, string>();
  let text = '';
  try { text = readFileSync(path, 'utf8'); } catch { /* ports stay numbers */ }
  for (const line of text.split('\n')) {
    const [, name, port, protocol] = /^([^\s#]+)\s+(\d+)\/(\w+)/.exec(line) ?? [];
    if (name === undefined || port === undefined || protocol === undefined) continue;
    // The first line of a port is the one that counts.
    for (const key of [`${port}/${protocol}`, port]) if (!byProtocol.has(key)) byProtocol.set(key, name);
  }
  return (port, protocol) => byProtocol.get(protocol === undefined ? String(port) : `${port}/${protocol}`);
}
