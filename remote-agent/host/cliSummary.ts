// How often each event came (-S).
import type { EventContext } from '../engine/event/context.ts';
import { eventName } from '../engine/event/names.ts';

const LINES = 100;
const NAME_WIDTH = 16;
const RULE = '-'.repeat(22);

/** The table for a run that had no events. */
export const EMPTY_SUMMARY = `${RULE}\nEvent           #Calls\n${RULE}\n`;

/** Counts events by type; those that stand for calls without a type of their own by the call. */
export class Summary {
  readonly #byType = new Float64Array(1 << 16);
  /** Of types that have no name of their own: by name. */
  readonly #generic = new Map<string, number>();
  readonly #names: (string | undefined)[] = [];

  count(ctx: EventContext): void {
    const { type, def } = ctx.view;
    if (def === undefined || def.name === 'syscall') {
      const name = `${(type & 1) === 0 ? '>' : '<'} ${eventName(ctx.view)}`;
      this.#generic.set(name, (this.#generic.get(name) ?? 0) + 1);
      return;
    }
    this.#names[type] ??= `${(type & 1) === 0 ? '>' : '<'} ${def.name}`;
    this.#byType[type] = (this.#byType[type] ?? 0) + 1;
  }

  /** The table: most frequent first, equal counts by name. */
  text(): string {
    const rows: (readonly [name: string, count: number])[] = [...this.#generic];
    this.#names.forEach((name, type) => { if (name !== undefined) rows.push([name, this.#byType[type] ?? 0]); });
    rows.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return EMPTY_SUMMARY + rows.slice(0, LINES).map(([name, n]) => `${name.slice(0, 2)}${name.slice(2, 2 + NAME_WIDTH).padEnd(NAME_WIDTH)}${n}\n`).join('');
  }
}
