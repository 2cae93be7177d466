// Fields of classes user and group: whom the process belongs to.
import type { EventContext } from '../event/context.ts';
import type { UserInfo } from '../state/model.ts';
import { group, type Field } from './field.ts';

const user = group('user');
const groups = group('group');
function owner(ctx: EventContext): UserInfo | undefined { return ctx.info === undefined ? undefined : ctx.state.user(ctx.info.uid, ctx.info.containerId); }

export const USER_FIELDS: readonly Field[] = [
  user('user.uid', 'UINT32', 'Id of the user.', (ctx) => ctx.info === undefined ? undefined : ctx.info.uid >>> 0, { format: 'ID' }),
  user('user.name', 'CHARBUF', 'Name of the user.', (ctx) => owner(ctx)?.name),
  user('user.homedir', 'CHARBUF', 'Home directory of the user.', (ctx) => owner(ctx)?.home),
  user('user.shell', 'CHARBUF', 'Login shell of the user.', (ctx) => owner(ctx)?.shell),
  user('user.loginuid', 'INT32', 'Id of the user who logged in, whoever they have become since; -1 for none.', (ctx) => ctx.info === undefined ? undefined : ctx.info.loginuid | 0, { format: 'ID' }),
  user('user.loginname', 'CHARBUF', 'Name of the user who logged in.', (ctx) => ctx.info === undefined ? undefined : ctx.state.user(ctx.info.loginuid)?.name),
  groups('group.gid', 'UINT64', 'Id of the group.', (ctx) => ctx.info === undefined ? undefined : ctx.info.gid >>> 0, { format: 'ID' }),
  groups('group.name', 'CHARBUF', 'Name of the group.', (ctx) => ctx.info === undefined ? undefined : ctx.state.group(ctx.info.gid, ctx.info.containerId)?.name),
];
