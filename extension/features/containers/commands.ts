// Command lines about a container. They hold its hexadecimal id and words of ours, never a name that somebody else chose.
import { UserError } from '../../base/text.ts';
import { shellQuote } from '../../remote/sudo.ts';

const ID = /^[0-9a-f]{12,64}$/;

/** With the engine's own rights where they suffice, else through sudo, which asks in the terminal. */
function engineCommand(type: string, words: string): string {
  const engine = type === 'podman' ? 'podman' : 'docker';
  return `sh -c ${shellQuote(`if [ "$(id -u)" = 0 ] || ${engine} info >/dev/null 2>&1; then exec ${engine} ${words}; elif command -v sudo >/dev/null; then exec sudo ${engine} ${words}; else echo "${engine} does not answer, or this user may not use it: connect as root, or join the group ${engine}."; exit 1; fi`)}`;
}

function checked(id: string): string {
  if (!ID.test(id)) throw new UserError('The container has an id that is not hexadecimal, so no command is run with it.', 'Refresh the Hosts view and try again.');
  return id;
}

export function followCommand(type: string, id: string): string { return engineCommand(type, `logs --follow --tail 500 ${checked(id)}`); }
export function shellCommand(type: string, id: string): string { return engineCommand(type, `exec -it ${checked(id)} sh`); }
