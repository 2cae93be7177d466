// Finds and loads the native addon: beside the bundle, in the source tree, or out of the single executable.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { openHostCounters, openProbe, openRings, openSnapshot } from '../addon/porthole.d.ts';
import { agentFolder } from './chiselAssets.ts';
import { makeOwnFolder } from './ownFolder.ts';

const NAME = 'porthole.node';

/** Events that are no calls, by their names in the profile. */
export const HOST_EVENTS = { switches: 'switches of the scheduler', pageFaults: 'page faults', oomKills: 'OOM kills' } as const;

/** Why there are no live events, and what to do about it. */
export class ProbeProblem extends Error {
  readonly code: string;
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string) { super(message); this.name = 'ProbeProblem'; this.code = code; this.remedy = remedy; }
}

export interface Addon { readonly openProbe: typeof openProbe; readonly openRings: typeof openRings; readonly openHostCounters: typeof openHostCounters; readonly openSnapshot: typeof openSnapshot }
interface Sea { isSea(): boolean; getRawAsset(name: string): ArrayBuffer }

/** The addon. Throws a ProbeProblem. */
export function loadAddon(): Addon {
  if (process.platform !== 'linux') throw new ProbeProblem('platform', `Live events come from Linux' kernel; this is ${process.platform}.`, 'Connect to a Linux host, or open a capture file.');
  const sea = seaModule();
  if (sea?.isSea() === true) return loadFromExecutable(sea);
  const folder = agentFolder();
  const places = [join(folder, NAME), join(folder, '..', '..', 'dist', 'agent', NAME), join(folder, '..', 'addon', 'build', 'Release', NAME)];
  const path = places.find((place) => existsSync(place));
  if (path === undefined) throw new ProbeProblem('addon', `The native part of the agent is missing: there is no ${places[0]}.`, 'Build it with `npm run build` (clang and a C++ compiler are needed), or install the packaged agent.');
  try { return dlopen(path); } catch (error) { throw loadProblem(path, error); }
}

function dlopen(path: string): Addon {
  const module = { exports: {} as unknown as Addon };
  process.dlopen(module, path);
  return module.exports;
}

/** Unpacks the addon into a private folder, which is gone again as soon as the addon is mapped. */
function loadFromExecutable(sea: Sea): Addon {
  let last: unknown;
  for (const parent of new Set([tmpdir(), '/run', '/var/tmp', homedir()])) {
    let folder: string | undefined;
    try {
      folder = makeOwnFolder(parent, 'porthole-addon-');
      const path = join(folder, NAME);
      writeFileSync(path, new Uint8Array(sea.getRawAsset(NAME)), { mode: 0o700 });
      return dlopen(path);
    } catch (error) { last = error; } finally { if (folder !== undefined) rmSync(folder, { recursive: true, force: true }); }
  }
  throw loadProblem('out of the executable', last);
}

function loadProblem(path: string, error: unknown): ProbeProblem {
  return new ProbeProblem('addon', `The native part of the agent (${path}) cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, 'Install the agent that is made for this architecture and C library, or build it on this host with `npm run build`.');
}

function seaModule(): Sea | undefined {
  try { return createRequire(join(agentFolder(), 'x.js'))('node:sea') as Sea; } catch { return undefined; }
}

/** Makes a problem for people of what the addon says when the probe does not load. */
export function openProblem(error: unknown): ProbeProblem {
  if (error instanceof ProbeProblem) return error;
  const message = error instanceof Error ? error.message : String(error);
  switch ((error as { code?: unknown } | null)?.code) {
    case 'ENOBTF': return new ProbeProblem('btf', `There are no live events. ${message}`, 'Kernels of current distributions are built so: start one of them, or open a capture file.');
    case 'EPERM': return process.getuid?.() === 0
      ? new ProbeProblem('permission', `There are no live events: the kernel does not let the agent load its probe. ${message}`, 'Root lacks CAP_BPF and CAP_PERFMON here, as it does inside containers and under kernel lockdown: run the agent on the host itself.')
      : new ProbeProblem('permission', `There are no live events: without root the probe cannot be loaded into the kernel. ${message}`, 'Let the agent run as root: allow `sudo` for this user, or connect as root.');
    case 'ENOSYS': return new ProbeProblem('kernel', `There are no live events. ${message}`, 'Use a kernel of 5.8 or later with CONFIG_BPF_SYSCALL=y, or open a capture file.');
    default: return new ProbeProblem('probe', `There are no live events: the kernel refuses the probe. ${message}`, 'Run `porthole doctor` on this host and see what it says of the kernel; kernels from 5.8 on are supported.');
  }
}
