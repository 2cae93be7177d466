// What the doctor asks of container engines: is the socket there, may it be used, does anybody answer.
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { limited, none, ok, type Finding, type Host } from './doctorHost.ts';
import type { EngineKind } from './engines/engine.ts';
import { named, PLACES, ROOTLESS, RUNTIME, VARIABLES } from './engines/sockets.ts';

export interface Engine {
  readonly name: string;
  /** Under which its sockets are known; those of Kubernetes' interface are CRI-O's but where containerd has them. */
  readonly kind: EngineKind;
  /** How it is asked: HTTP (`GET path`), or gRPC (a method without arguments). */
  readonly ask: { readonly http: string } | { readonly grpc: string };
  readonly group?: string;
  readonly start: string;
}

export const ENGINES: readonly Engine[] = [
  { name: 'Docker', kind: 'docker', ask: { http: '/_ping' }, group: 'docker', start: 'systemctl start docker' },
  { name: 'Podman', kind: 'podman', ask: { http: '/_ping' }, start: 'systemctl start podman.socket (for a user: systemctl --user start podman.socket)' },
  { name: 'containerd', kind: 'containerd', ask: { grpc: '/containerd.services.version.v1.Version/Version' }, start: 'systemctl start containerd' },
  { name: 'CRI-O', kind: 'cri', ask: { grpc: '/runtime.v1.RuntimeService/Version' }, start: 'systemctl start crio' },
];

const ANSWER_MS = 2000;
const WITHOUT = 'Without it its containers show by their ids alone, without name and image.';

/** One finding an engine, and one more where there is none at all. */
export async function checkEngines(host: Host, answer = ask): Promise<Finding[]> {
  const findings = await Promise.all(ENGINES.map((engine) => checkEngine(host, engine, answer)));
  if (findings.some(({ state }) => state !== 'none')) return findings;
  return [...findings, limited('engines', 'no container engine is here', 'Containers then show by their ids alone. Start the engine; where its socket is elsewhere, set DOCKER_HOST=unix:///path/to/socket.')];
}

async function checkEngine(host: Host, engine: Engine, answer: typeof ask): Promise<Finding> {
  const { name } = engine;
  const [variable = ''] = VARIABLES.find(([, kind]) => kind === engine.kind) ?? [];
  const asked = [named(host.env[variable])].filter((path) => path !== '');
  const paths = [...asked, ...placesOf(host, engine.kind)];
  const there = [...new Map(paths.filter((path) => host.exists(path)).map((path) => [identity(host.at(path)), path])).values()];
  const [expected] = asked;
  if (expected !== undefined && !host.exists(expected) && !host.closed(expected)) return limited(name, `${expected} is not there`, `${WITHOUT} ${variable} names this socket: correct it, or start the engine.`);
  const closed = paths.find((path) => host.closed(path));
  if (there.length === 0) return none(name, closed === undefined ? 'not here' : `not to be seen by this user: ${dirname(closed)} is closed`);
  const good: string[] = [], wrong: Finding[] = [];
  for (const path of there) {
    if (!mayUse(host.at(path))) { wrong.push(limited(name, `${path} may not be used by this user`, `${WITHOUT} Run with sudo${engine.group === undefined ? '' : `, or add the user to the group ${engine.group}`}.`)); continue; }
    const said = await answer(host.at(path), engine.ask);
    if (said.well) good.push(`${path}${said.text === '' ? '' : ` (${said.text})`}`); else wrong.push(limited(name, `${path} does not answer: ${said.text}`, `${WITHOUT} Start the engine: ${engine.start}`));
  }
  return wrong[0] ?? ok(name, good.join(', '));
}

/** The usual paths of an engine's sockets, and those of engines that users run. */
function placesOf(host: Host, kind: EngineKind): string[] {
  const others = PLACES.filter(([of]) => of !== kind).map(([, path]) => path);
  const own = PLACES.filter(([of, path]) => of === kind && (kind !== 'cri' || !others.includes(path))).map(([, path]) => path);
  let users: string[] = [];
  try { users = readdirSync(host.at(RUNTIME)); } catch { /* nobody is logged in */ }
  return [...own, ...users.flatMap((user) => ROOTLESS.filter(([of]) => of === kind).map(([, path]) => `${RUNTIME}/${user}/${path}`))];
}

/** /var/run and /run are one folder. */
function identity(path: string): string { try { const { dev, ino } = statSync(path); return `${dev}:${ino}`; } catch { return path; } }

function mayUse(path: string): boolean { try { accessSync(path, constants.R_OK | constants.W_OK); return true; } catch { return false; } }

export interface Answer { readonly well: boolean; /** What it is, or what is wrong. */ readonly text: string }

/** Asks an engine on its socket. Never rejects. */
export function ask(socketPath: string, how: Engine['ask']): Promise<Answer> { return 'http' in how ? askHttp(socketPath, how.http) : askGrpc(socketPath, how.grpc); }

const late = `no answer within ${ANSWER_MS / 1000} s`;

function askHttp(socketPath: string, path: string): Promise<Answer> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path, timeout: ANSWER_MS }, (response) => {
      response.resume();
      response.on('end', () => { resolve(response.statusCode === 200 ? { well: true, text: '' } : { well: false, text: `status ${response.statusCode ?? 0}` }); });
      response.on('error', (error) => { resolve({ well: false, text: plain(error) }); });
    });
    call.on('timeout', () => { call.destroy(new Error(late)); });
    call.on('error', (error) => { resolve({ well: false, text: plain(error) }); });
    call.end();
  });
}

/** A gRPC call with an empty message: any status that gRPC gives is an answer, also that the method is not known (gRPC over HTTP2). */
function askGrpc(socketPath: string, path: string): Promise<Answer> {
  return new Promise((resolve) => {
    const session = connectHttp2('http://localhost', { createConnection: () => connect(socketPath) });
    const done = (answer: Answer): void => { clearTimeout(clock); resolve(answer); session.destroy(); };
    const clock = setTimeout(() => { done({ well: false, text: late }); }, ANSWER_MS);
    session.on('error', (error: Error) => { done({ well: false, text: plain(error) }); });
    session.on('close', () => { done({ well: false, text: 'it hung up' }); });
    const call = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' });
    let status: unknown;
    call.on('response', (headers) => { status = headers['grpc-status']; });
    call.on('trailers', (headers) => { status = headers['grpc-status']; });
    call.on('error', (error: Error) => { done({ well: false, text: plain(error) }); });
    call.on('close', () => { done(status === undefined ? { well: false, text: 'it does not speak gRPC' } : { well: true, text: '' }); });
    call.resume();
    call.end(Buffer.alloc(5));  // not compressed, no bytes
  });
}

function plain(error: Error): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ECONNREFUSED': return 'nobody listens';
    case 'ENOTSOCK': return 'it is no socket';
    case 'EACCES': case 'EPERM': return 'it may not be used by this user';
    default: return error.message;
  }
}
