// The known_hosts file of OpenSSH (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): who is known under which key, and adding one.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** One line of the file. */
export interface KnownHost {
  /** Where it stands: 1-based line. */
  readonly line: number;
  readonly file: string;
  readonly marker: '' | '@revoked' | '@cert-authority';
  /** Patterns, or one hashed name. */
  readonly names: readonly string[];
  readonly keyType: string;
  readonly key: Buffer;
}

export type HostKeyVerdict =
  | { readonly verdict: 'known' }
  | { readonly verdict: 'unknown'; readonly otherKeyTypes: readonly string[] }
  | { readonly verdict: 'changed'; readonly known: KnownHost }
  | { readonly verdict: 'revoked'; readonly known: KnownHost };

/** Parses the text of a known_hosts file. Lines that make no sense are left out, as ssh does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  const result: KnownHost[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const words = raw.trim().split(/\s+/);
    if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) continue;
    let marker: KnownHost['marker'] = '';
    if (words[0] === '@revoked' || words[0] === '@cert-authority') marker = words.shift() as KnownHost['marker'];
    const [names, keyType, base64] = words;
    if (names === undefined || keyType === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+=*$/.test(base64)) continue;
    result.push({ line: index + 1, file, marker, names: names.split(','), keyType, key: Buffer.from(base64, 'base64') });
  }
  return result;
}

/** How known_hosts names a host: `host`, or `[host]:port` away from port 22. */
export function hostToken(host: string, port: number): string { return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`; }

/** The type that a public key blob states in its head (string with u32 length). */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length);
}

/** `SHA256:` and base64 without padding, as `ssh-keygen -l` prints. */
export function fingerprint(key: Buffer): string { return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`; }

/** What the files say of a host that shows `key`. */
export function judgeHostKey(entries: readonly KnownHost[], host: string, port: number, key: Buffer): HostKeyVerdict {
  const token = hostToken(host, port);
  const keyType = keyTypeOf(key);
  const mine = entries.filter(entry => matches(entry.names, token));
  const revoked = entries.find(entry => entry.marker === '@revoked' && entry.key.equals(key) && matches(entry.names, token));
  if (revoked !== undefined) return { verdict: 'revoked', known: revoked };
  const plain = mine.filter(entry => entry.marker === '');
  if (plain.some(entry => entry.key.equals(key))) return { verdict: 'known' };
  const sameType = plain.find(entry => entry.keyType === keyType);
  if (sameType !== undefined) return { verdict: 'changed', known: sameType };
  return { verdict: 'unknown', otherKeyTypes: [...new Set(plain.map(entry => entry.keyType))] };
}

/** Kinds of keys under which a host is known: to be asked for first, so that a known host shows a key that can be compared. */
export function knownKeyTypes(entries: readonly KnownHost[], host: string, port: number): string[] {
  const token = hostToken(host, port);
  return [...new Set(entries.filter(entry => entry.marker === '' && matches(entry.names, token)).map(entry => entry.keyType))];
}

function matches(names: readonly string[], token: string): boolean {
  let found = false;
  for (const name of names) {
    if (name.startsWith('|1|')) { if (matchesHash(name, token)) found = true; continue; }
    const negated = name.startsWith('!');
    if (!globMatches((negated ? name.slice(1) : name).toLowerCase(), token)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt, both base64. */
function matchesHash(name: string, token: string): boolean {
  const [, , salt, hash] = name.split('|');
  if (salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(token).digest('base64') === hash;
}

function globMatches(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  // Only * and ? are special; iterative, so that a hostile pattern cannot take exponential time.
  let p = 0, t = 0, star = -1, mark = 0;
  while (t < text.length) {
    if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t]) && pattern[p] !== '*') { p++; t++; }
    else if (pattern[p] === '*') { star = p++; mark = t; }
    else if (star >= 0) { p = star + 1; t = ++mark; }
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The line that makes a host known; `hashed` hides its name as `HashKnownHosts yes` does. */
export function knownHostLine(host: string, port: number, key: Buffer, hashed = false): string {
  const token = hostToken(host, port);
  let name = token;
  if (hashed) {
    const salt = randomBytes(20);
    name = `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(token).digest('base64')}`;
  }
  return `${name} ${keyTypeOf(key)} ${key.toString('base64')}\n`;
}

/** The user's known_hosts files; the first is the one that is added to. */
export class KnownHostsFiles {
  readonly #files: readonly string[];
  readonly #hashed: boolean;
  constructor(files: readonly string[], hashed: boolean) { this.#files = files; this.#hashed = hashed; }

  /** Read anew each time: ssh and other programs add to them as well. Missing files are empty. */
  entries(): KnownHost[] {
    return this.#files.flatMap(file => {
      try { return parseKnownHosts(readFileSync(file, 'utf8'), file); } catch { return []; }
    });
  }

  /** Adds a host; answers the file it was written to, or undefined where the configuration wants none. */
  add(host: string, port: number, key: Buffer): string | undefined {
    const file = this.#files[0];
    if (file === undefined) return undefined;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    let lead = '';
    try { const text = readFileSync(file, 'utf8'); if (text !== '' && !text.endsWith('\n')) lead = '\n'; } catch { /* not there yet */ }
    appendFileSync(file, lead + knownHostLine(host, port, key, this.#hashed), { mode: 0o600 });
    return file;
  }
}
