// What a container engine is to Porthole: somebody on a unix socket who lists containers, describes one, and says what changes.
import type { ContainerInfo } from '../../engine/state/model.ts';

export type EngineKind = 'docker' | 'podman' | 'containerd' | 'cri';

/** A container as its engine describes it. */
export interface Described {
  readonly info: ContainerInfo;
  /** Path of its control group, where the engine says it: some cannot be told from the path alone. */
  readonly cgroup?: string | undefined;
  /** Its first process, as the engine's host numbers it; 0 or left out where it does not run. */
  readonly pid?: number | undefined;
}

/** What an engine says has happened. `id` as the engine has it; `told`: what the message itself says of the container. */
export type Change = { readonly type: 'changed'; readonly id: string; readonly told?: Described | undefined } | { readonly type: 'removed'; readonly id: string };

/** One engine's own API. Its functions reject with an Error whose message is fit for people. */
export interface EngineClient {
  readonly kind: EngineKind;
  readonly socket: string;
  /** Begins to follow what happens; settles when nothing that happens from now on is missed. `onEnd` comes once, unless `stop` was called before. Returns `stop`. */
  follow(onChange: (change: Change) => void, onEnd: (why: string) => void): Promise<() => void>;
  /** All containers, those that do not run too. */
  list(): Promise<readonly Described[]>;
  /** One container, by its whole id or by the first twelve digits; undefined where the engine does not know it. */
  describe(id: string): Promise<Described | undefined>;
  close(): void;
}

const SHORT_ID = 12;
const HEX_ID = /^[0-9a-f]{64}$/;

/** How Porthole calls a container: the first twelve digits, as its engine's own tools show them; other names stay as they are. */
export function shortId(id: string): string { return HEX_ID.test(id) ? id.slice(0, SHORT_ID) : id; }

/** Text of an error, one line, for people. */
export function reasonOf(error: unknown): string { return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''; }

/** Repository and tag of an image's name; a registry may have a port. */
export function splitImage(image: string): { repo: string; tag: string; digest: string } {
  const [name = '', digest = ''] = image.split('@');
  if (/^(sha256:)?[0-9a-f]{64}$/.test(image)) return { repo: '', tag: '', digest: '' };
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? { repo: name.slice(0, colon), tag: name.slice(colon + 1), digest } : { repo: name, tag: digest === '' ? 'latest' : '', digest };
}

/** What is the same for all engines; what is not known yet is empty. */
export function container(type: string, fullId: string, image: string, more: Partial<ContainerInfo> = {}): ContainerInfo {
  const { repo, tag, digest } = splitImage(image);
  return { id: shortId(fullId), fullId, name: '', image, imageId: '', imageRepo: repo, imageTag: tag, imageDigest: digest, type, privileged: false, labels: {}, mounts: [], ip: '', status: 'unknown', createdSeconds: 0, ...more };
}

/** Digits of an image's id as tools show them. */
export function shortImageId(id: string): string { return id.replace(/^sha256:/, '').slice(0, SHORT_ID); }

/** Seconds since the epoch of a date's text; 0 where it is none. */
export function secondsOf(date: string): number { return Math.max(0, Math.floor(Date.parse(date) / 1000) || 0); }

const MAX_LABELS = 1000;
/** Labels out of an engine's answer: texts by name. Whoever starts a container chooses them, so their number is bounded. */
export function labelsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string').slice(0, MAX_LABELS));
}
