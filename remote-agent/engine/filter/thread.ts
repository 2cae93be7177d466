// Checks that speak of the thread alone are answered once for each thing known of a thread, not for each event.
import type { EventContext } from '../event/context.ts';
import type { FieldRef } from '../fields/index.ts';

/** Fields that read nothing but the event's ThreadInfo. */
export const OF_INFO: ReadonlySet<string> = new Set([
  'proc.pid', 'proc.exe', 'proc.name', 'proc.args', 'proc.cmdline', 'proc.exeline', 'proc.sid', 'proc.tty', 'proc.exepath', 'proc.vpid', 'proc.vpgid',
  'thread.vtid', 'thread.ismain', 'thread.cgroups', 'thread.cgroup', 'user.uid', 'user.loginuid', 'group.gid', 'container.id',
]);
/** Fields that read beside it the tables of containers, users and groups alone. */
export const OF_TABLES: ReadonlySet<string> = new Set([
  'user.name', 'user.homedir', 'user.shell', 'user.loginname', 'group.name', 'container.name', 'container.image', 'container.image.id', 'container.type', 'container.privileged', 'container.mounts', 'container.mount', 'container.mount.source',
  'container.mount.dest', 'container.mount.mode', 'container.mount.rdwr', 'container.mount.propagation', 'container.image.repository', 'container.image.tag', 'container.image.digest', 'container.full_id', 'container.ip',
]);

/** How long a verdict on a thread holds. */
export type Scope = 'info' | 'tables' | 'event';
export function scopeOf(refs: readonly FieldRef[]): Scope {
  let scope: Scope = 'info';
  for (const { field } of refs) {
    if (field.memory !== undefined) return 'event';
    if (OF_INFO.has(field.name)) continue;
    if (!OF_TABLES.has(field.name)) return 'event';
    scope = 'tables';
  }
  return scope;
}
export function wider(a: Scope, b: Scope): Scope { return a === 'event' || b === 'event' ? 'event' : a === 'tables' || b === 'tables' ? 'tables' : 'info'; }

const FIRST_SIZE = 4096;
/** Infos remembered at most, a byte each. */
const MAX_SIZE = 1 << 24;
const NO = 1, YES = 2;

/** The test, asked once for each ThreadInfo. */
export function rememberedByInfo(test: (ctx: EventContext) => boolean): (ctx: EventContext) => boolean {
  let verdicts = new Uint8Array(FIRST_SIZE);
  let state: unknown;
  return (ctx) => {
    const { info } = ctx;
    if (info === undefined) return test(ctx);
    if (ctx.state !== state) { state = ctx.state; verdicts = new Uint8Array(FIRST_SIZE); }
    const { ref } = info;
    const known = verdicts[ref];
    if (known === YES) return true;
    if (known === NO) return false;
    const verdict = test(ctx);
    if (ref <= 0 || ref >= MAX_SIZE) return verdict;
    if (ref >= verdicts.length) {
      const larger = new Uint8Array(Math.min(MAX_SIZE, Math.max(ref + 1, verdicts.length * 2)));
      larger.set(verdicts);
      verdicts = larger;
    }
    verdicts[ref] = verdict ? YES : NO;
    return verdict;
  };
}
