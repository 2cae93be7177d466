// What is typed into the find box: an expression of the filter language, or plain text that is looked for in what a row shows. Pure.
import { filterValue } from './eventText.ts';

/** Classes of fields: a word of one of them, or any field with an operator behind it, begins an expression. */
const CLASSES = 'evt|evtin|proc|thread|user|group|fd|fs|syslog|container|k8s|mesos|span|util|ka|jevt';
const EXPRESSION = new RegExp(`^[\\s(]*(?:not\\b[\\s(]*)*(?:(?:tolower|toupper|b64|basename|len|join|concat|getopt|val)\\s*\\(|(?:${CLASSES})\\.|[a-z]\\w*(?:\\.[\\w\\[\\]]+)+\\s*(?:[=<>]|!=|(?:i?contains|i?glob|i?startswith|endswith|pmatch|regex|in|intersects|exists|bcontains|bstartswith)\\b))`, 'i');

/** What the columns of the list show, cheap fields first. */
const SHOWN_FIELDS = ['proc.name', 'container.name', 'evt.type', 'evt.args'] as const;

/** Tells users of the rule. */
export const FIND_HELP = 'A filter such as  evt.type=openat and evt.failed=true, or plain text: found in process, container, call and arguments, in upper or lower case. In double quotes, it is always plain text.';

/** Whether a text is meant as a filter expression. */
export function isExpression(text: string): boolean { return EXPRESSION.test(text); }

/** The filter that finds what was typed; '' for nothing. */
export function findFilter(text: string): string {
  const typed = text.trim();
  if (typed === '' || isExpression(typed)) return typed;
  const plain = /^"(.+)"$/s.exec(typed)?.[1] ?? typed;
  return SHOWN_FIELDS.map((field) => `${field} icontains ${filterValue(plain)}`).join(' or ');
}
