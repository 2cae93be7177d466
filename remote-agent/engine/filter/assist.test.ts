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
    ['tol|', 'tolower(text)', 'tolower('], ['not le|', 'len(value)', 'not len('], ['tolower(|', 'proc.name', 'tolower(proc.name'], ['tolower(proc.na|', 'proc.name', 'tolower(proc.name'], ['tolower(ba|', 'basename(path)', 'tolower(basename('], ['tolower(basename(fd.na|', 'fd.name', 'tolower(basename(fd.name'], ['concat(proc.name, ev|', 'evt.type', 'concat(proc.name, evt.type'], ['join(",", (proc.na|', 'proc.name', 'join(",", (proc.name'],
    ['concat(proc.name |', ',', 'concat(proc.name ,'], ['tolower(proc.name |', ')', 'tolower(proc.name )'], ['tolower(proc.name) |', 'contains', 'tolower(proc.name) contains '], ['len(proc.name) |', '>=', 'len(proc.name) >='], ['proc.name = v|', 'val( … )', 'proc.name = val('], ['proc.name = val(proc.p|', 'proc.pname', 'proc.name = val(proc.pname'], ['proc.name = val(proc.pname |', ')', 'proc.name = val(proc.pname )'], ['proc.name = tol|', 'tolower(text)', 'proc.name = tolower('],
    ['proc.name contains any|', 'anyof ( … )', 'proc.name contains anyof ('], ['evt.type = anyof (rea|', 'read', 'evt.type = anyof (read'], ['evt.type = anyof (read, wri|', 'write', 'evt.type = anyof (read, write'], ['proc.name re|', 'regex', 'proc.name regex '], ['evt.buffer bc|', 'bcontains', 'evt.buffer bcontains '], ['proc.pname in |', 'val( … )', 'proc.pname in val('], ['proc.name = val(proc.pname) and |', 'evt.type', 'proc.name = val(proc.pname) and evt.type'],
    ['evt.type=open |', 'and', 'evt.type=open and '], ['evt.type=open a|', 'and', 'evt.type=open and '], ['(evt.type=open |', ')', '(evt.type=open )'], ['evt.type in (open |', ')', 'evt.type in (open )'], ['evt.type in |', '( … )', 'evt.type in ('], ['evt.type exists |', 'or', 'evt.type exists or '],
  ] as const) test(marked, () => {
    const { labels, apply } = complete(marked);
    assert.ok(labels.includes(first), `${first} is not among ${labels.slice(0, 20).join(' ')}`);
    assert.equal(apply(first), applied);
  });
  for (const [marked, unwanted] of [['evt.num |', 'contains'], ['fd.ip |', '<'], ['evt.type=open |', ')'], ['evt.type=open |', 'evt.num'], ['proc.|', 'evt.num'], ['proc.name = val(|', 'tolower(text)'], ['tolower(|', 'not'], ['len(proc.name) |', 'contains'], ['evt.num = |', 'tolower(text)'], ['getopt(proc.args, "a") |', '='], ['evt.type in (read, |', 'val( … )']] as const) test(`${marked} does not offer ${unwanted}`, () => { assert.ok(!complete(marked).labels.includes(unwanted)); });
});

describe('hover', () => {
  test('a field', () => { assert.deepEqual(hoverFilter('evt.num=3 and proc.name=x', 16), { start: 14, end: 23, text: 'proc.name: CHARBUF\nName of the executable, without its path.' }); });
  test('an operator', () => { assert.deepEqual(hoverFilter('proc.name startswith x', 12), { start: 10, end: 20, text: 'startswith: begins with this text' }); });
  test('a transformer, and a field within', () => {
    const text = 'evt.num=3 or tolower(basename(proc.exe)) contains anyof (a, b)';
    assert.deepEqual(hoverFilter(text, 14), { start: 13, end: 20, text: 'tolower(text): the text in lower case' });
    assert.equal(hoverFilter(text, 22)?.text, 'basename(path): what follows the last / of a path');
    assert.match(hoverFilter(text, 31)?.text ?? '', /^proc\.exe: CHARBUF/);
    assert.deepEqual(hoverFilter(text, 51), { start: 50, end: 55, text: 'anyof: at least one of the listed values does' });
    assert.match(hoverFilter('proc.name = val(proc.pname)', 18)?.text ?? '', /^proc\.pname/);
  });
  test('elsewhere', () => { assert.equal(hoverFilter('proc.name startswith x', 21), undefined); });
});
