// A filter as checks put together: which of them is asked first, and which rows are left for the next.
import type { Node } from '../filter/ast.ts';
import { OF_DESCRIPTOR } from '../filter/descriptor.ts';
import { printFilter } from '../filter/index.ts';
import type { Field } from '../fields/field.ts';
import { makeCheck, type Predicate, type RowCheck, type TestTraits } from './checks.ts';
import type { EventHistory } from './history.ts';
import { isEmpty, newRowSet, type RowSet } from './rowSet.ts';
import { SEGMENT_WORDS, type Segment } from './segment.ts';

/** Checks that are kept though no filter in use has them. */
const KEPT_CHECKS = 32;

/** Fields that say the same of all events of one type, or one system call. */
export const OF_KIND: ReadonlySet<string> = new Set(['evt.type', 'evt.type.is', 'evt.dir', 'syscall.type', 'evt.is_io', 'evt.is_io_read', 'evt.is_io_write', 'evt.io_dir', 'evt.is_wait', 'evt.count', 'evt.count.exit']);

/** All checks of the filters used last, each once. */
export class SharedChecks {
  readonly #history: EventHistory;
  readonly #compile: (text: string) => { readonly test: Predicate } & TestTraits;
  /** By the check's text. */
  readonly #checks = new Map<string, RowCheck>();

  constructor(history: EventHistory, compile: (text: string) => { readonly test: Predicate } & TestTraits) { this.#history = history; this.#compile = compile; }

  get bytes(): number { let bytes = 0; for (const check of this.#checks.values()) bytes += check.bytes; return bytes; }

  /** The check that a filter stands for. */
  plan(node: Node): RowCheck {
    switch (node.kind) {
      case 'and': return new All(node.terms.map((term) => this.plan(term)));
      case 'or': return new Any(node.terms.map((term) => this.plan(term)));
      case 'not': return new Not(this.plan(node.term));
      default: return this.#single(node);
    }
  }

  #single(node: Node): RowCheck {
    const key = printFilter(node);
    let check = this.#checks.get(key);
    if (check === undefined) {
      const { test, types, byThread = false } = this.#compile(key), fields = fieldsOf(node), of = (names: ReadonlySet<string>): boolean => fields.length > 0 && fields.every(({ name }) => names.has(name));
      check = makeCheck(this.#history, test, { types, byThread, byKind: of(OF_KIND), ofDescriptor: of(OF_DESCRIPTOR), inOrder: fields.some((field) => field.memory !== undefined) });
    } else this.#checks.delete(key);
    this.#checks.set(key, check);
    return check;
  }

  /** Lets go of the checks that were not used for the longest time. A filter that still has one goes on with it. */
  bound(limit: number): void {
    let { bytes } = this;
    for (const [key, check] of this.#checks) {
      if (this.#checks.size <= KEPT_CHECKS && bytes <= limit) break;
      bytes -= check.bytes;
      check.forget();
      this.#checks.delete(key);
    }
  }

  forget(texts: RegExp): void { for (const [text, check] of this.#checks) if (texts.test(text)) check.forget(); }
  drop(firstRow: number): void { for (const check of this.#checks.values()) check.drop(firstRow); }
}

/** All fields that a part of a filter names, wherever it does. */
function fieldsOf(part: unknown, found: Field[] = []): Field[] {
  if (typeof part !== 'object' || part === null) return found;
  if ('field' in part && 'arg' in part) { found.push(part.field as Field); return found; }
  for (const value of Object.values(part)) fieldsOf(value, found);
  return found;
}

abstract class Together implements RowCheck {
  readonly cost: 0 | 1 | 2;
  /** What is kept belongs to the checks themselves. */
  readonly bytes = 0;
  protected readonly terms: readonly RowCheck[];
  /** Cheap ones first. */
  readonly #ordered: RowCheck[];

  constructor(terms: readonly RowCheck[]) {
    this.terms = terms;
    this.#ordered = [...terms].sort((a, b) => a.cost - b.cost);
    this.cost = this.#ordered.at(-1)?.cost ?? 0;
  }

  abstract narrow(segment: Segment, rows: RowSet): number;

  /** Those that cost nothing, those that have been asked of this segment before, and the rest. */
  protected inOrder(segment: Segment): readonly RowCheck[] {
    if (this.cost === 0) return this.#ordered;
    const asked = (check: RowCheck): number => check.cost === 0 ? 0 : check.knows(segment) ? 1 : 1 + check.cost;
    return this.#ordered.sort((a, b) => asked(a) - asked(b));
  }
  knows(segment: Segment): boolean { return this.terms.every((term) => term.knows(segment)); }
  forget(): void { for (const term of this.terms) term.forget(); }
  drop(firstRow: number): void { for (const term of this.terms) term.drop(firstRow); }
}

class All extends Together {
  narrow(segment: Segment, rows: RowSet): number {
    let read = 0;
    for (const term of this.inOrder(segment)) {
      read += term.narrow(segment, rows);
      if (isEmpty(rows)) break;
    }
    return read;
  }
}

class Any extends Together {
  readonly #passed = newRowSet();
  readonly #left = newRowSet();

  narrow(segment: Segment, rows: RowSet): number {
    const passed = this.#passed, left = this.#left;
    passed.fill(0);
    let read = 0;
    for (const term of this.inOrder(segment)) {
      let any = 0;
      for (let w = 0; w < SEGMENT_WORDS; w++) any |= left[w] = (rows[w] as number) & ~(passed[w] as number);
      if (any === 0) break;
      read += term.narrow(segment, left);
      for (let w = 0; w < SEGMENT_WORDS; w++) passed[w] = (passed[w] as number) | (left[w] as number);
    }
    rows.set(passed);
    return read;
  }
}

class Not extends Together {
  readonly #term: RowCheck;
  readonly #passed = newRowSet();
  constructor(term: RowCheck) { super([term]); this.#term = term; }

  narrow(segment: Segment, rows: RowSet): number {
    const passed = this.#passed;
    passed.set(rows);
    const read = this.#term.narrow(segment, passed);
    for (let w = 0; w < SEGMENT_WORDS; w++) rows[w] = (rows[w] as number) & ~(passed[w] as number);
    return read;
  }
}
