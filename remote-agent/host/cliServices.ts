// Names of ports as this machine has them in /etc/services (-R).
import { readFileSync } from 'node:fs';

const FILE = '/etc/services';

/** Answers the service of a port, or undefined. The file is read once; where there is none, no port has a name. */
export function portNames(path = FILE): (port: number, udp: boolean) => string | undefined {
  const tcp = new Map<number, string>(), udp = new Map<number, string>();
  let text = '';
  try { text = readFileSync(path, 'utf8'); } catch { /* ports stay numbers */ }
  for (const line of text.split('\n')) {
    const [, name, port, protocol] = /^([^\s#]+)\s+(\d+)\/(tcp|udp)\b/.exec(line) ?? [];
    if (name === undefined) continue;
    const names = protocol === 'udp' ? udp : tcp;
    // The first line of a port is the one that counts.
    if (!names.has(Number(port))) names.set(Number(port), name);
  }
  return (port, isUdp) => (isUdp ? udp : tcp).get(port);
}
