// Texts for people: what comes from elsewhere makes no links and steers nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainMessage } from './text.ts';

/** What the editor makes links of in its messages. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

test('a message makes no link of what a host or a file is called', () => {
  for (const text of ['sh: [Mend it](command:workbench.action.terminal.sendSequence) now', '[x](https://example.org)', '[a][b](file:///etc/passwd)']) {
    assert.match(text, LINK);
    assert.doesNotMatch(plainMessage(text), LINK);
  }
  assert.equal(plainMessage('two\nlines, (brackets) and [more]'), 'two\nlines, (brackets) and [more]');
  assert.equal(plainMessage('\u001b[31mred\u202e'), '·[31mred·');
});
