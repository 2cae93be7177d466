// Help while a filter is written. `|` marks the cursor.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completeFilter, hoverFilter } from './index.ts';

/** Proposals at the cursor, and the text that the first `wanted` one makes. */
function complete(marked: string): { labels: string[]; apply(label: string): string } {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const items = completeFilter(text, offset);
  return { labels: items.map((i) => i.label), apply: (label) => { const item = items.find((i) => i.label === label); assert.ok(item !== undefined, `no ${label}`); return text.slice(0, item.start) + item.insert + text.slice(item.end); } };
}

describe('completion', () => {
  for (const [marked, first, applied] of [
    ['|', 'evt.num', 'evt.num'], ['proc.na|', 'proc.name', 'proc.name'], ['pro|c.pid=1', 'proc.name', 'proc.name=1'], ['evt.type=open and fd.na|', 'fd.name', 'evt.type=open and fd.name'], ['not cont|', 'container.name', 'not container.name'], ['(fd.sp|', 'fd.sport', '(fd.sport'], ['n|', 'not', 'not '],
    ['evt.arg|', 'evt.arg', 'evt.arg.'], ['evt.arg.na|', 'evt.arg.name', 'evt.arg.name'], ['proc.name |', 'contains', 'proc.name contains '], ['proc.name st|', 'startswith', 'proc.name startswith '], ['proc.name i|', 'in', 'proc.name in ('], ['evt.type=ope|', 'openat', 'evt.type=openat'], ['evt.type = |', 'open', 'evt.type = open'],
    ['evt.type in (open, cl|', 'close', 'evt.type in (open, close'], ['evt.type in (|', 'accept', 'evt.type in (accept'], ['evt.failed=|', 'true', 'evt.failed=true'], ['evt.failed=fa|lse', 'false', 'evt.failed=false'], ['fd.type=|', 'ipv4', 'fd.type=ipv4'], ['evt.dir=|', '>', 'evt.dir=>'], ['evt.res="EN|', 'ENOENT', 'evt.res="ENOENT"'],
    ['evt.type=open |', 'and', 'evt.type=open and '], ['evt.type=open a|', 'and', 'evt.type=open and '], ['(evt.type=open |', ')', '(evt.type=open )'], ['evt.type in (open |', ')', 'evt.type in (open )'], ['evt.type in |', '( … )', 'evt.type in ('], ['evt.type exists |', 'or', 'evt.type exists or '],
  ] as const) test(marked, () => {
    const { labels, apply } = complete(marked);
    assert.ok(labels.includes(first), `${first} is not among ${labels.slice(0, 20).join(' ')}`);
    assert.equal(apply(first), applied);
  });
  for (const [marked, unwanted] of [['evt.num |', 'contains'], ['fd.ip |', '<'], ['evt.type=open |', ')'], ['evt.type=open |', 'evt.num'], ['proc.|', 'evt.num']] as const) test(`${marked} does not offer ${unwanted}`, () => { assert.ok(!complete(marked).labels.includes(unwanted)); });
});

describe('hover', () => {
  test('a field', () => { assert.deepEqual(hoverFilter('evt.num=3 and proc.name=x', 16), { start: 14, end: 23, text: 'proc.name: CHARBUF\nName of the executable, without its path.' }); });
  test('an operator', () => { assert.deepEqual(hoverFilter('proc.name startswith x', 12), { start: 10, end: 20, text: 'startswith: begins with this text' }); });
  test('elsewhere', () => { assert.equal(hoverFilter('proc.name startswith x', 21), undefined); });
});
