// All that is known of the event that a chisel is at, by the groups that fields have; also what the chisel did not ask for.
import type { EventContext } from '../../event/context.ts';
import { fieldText, FIELDS, findField } from '../../fields/index.ts';

export interface EventField { readonly name: string; readonly text: string }

/** The group of the event's own parameters. */
const PARAMETERS = 'arguments';
/** Longest text that is shown. */
const TEXT_MAX = 4096;

/** Groups of which a field has a value, with how many do. */
export function groupsOf(ctx: EventContext): EventField[] {
  return [PARAMETERS, ...new Set(FIELDS.map(({ group }) => group))].map((name) => ({ name, count: fieldsOf(ctx, name).length })).filter(({ count }) => count > 0).map(({ name, count }) => ({ name, text: `${count} ${count === 1 ? 'field' : 'fields'}` }));
}

/** Fields of a group that have a value. */
export function fieldsOf(ctx: EventContext, group: string): EventField[] {
  const names = group === PARAMETERS ? (ctx.view.def?.params ?? []).map(({ name }) => `evt.arg.${name}`)
    : FIELDS.filter((field) => field.group === group && field.argument !== 'required' && field.use !== 'table' && field.use !== 'filter' && field.memory === undefined && field.textMemory === undefined).map(({ name }) => name);
  return names.flatMap((name) => {
    const ref = findField(name), text = ref === undefined ? undefined : fieldText(ref, ctx);
    return text === undefined ? [] : [{ name: group === PARAMETERS ? name.slice('evt.arg.'.length) : name, text: text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text }];
  });
}
