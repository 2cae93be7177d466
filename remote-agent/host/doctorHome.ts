// What the doctor asks of the home folder and of the commands that the editor uses to install the agent over SSH.
import { delimiter, dirname, join } from 'node:path';
import { limited, mountsOf, none, ok, size, type Finding, type Host } from './doctorHost.ts';

/** The agent and its packed copy, with room to spare. */
const NEEDED_BYTES = 200 * 1024 * 1024;
/** What unpacks and checks it. */
const COMMANDS = ['sh', 'gzip', 'sha256sum', 'find'];
const USUAL_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin';

/** Where the editor keeps its agent on a host that it reaches over SSH: ~/.porthole. */
export function checkHome(host: Host): Finding {
  const name = 'home folder';
  const folder = join(host.home, '.porthole');
  if (host.closed(folder)) return limited(name, `${host.home} is closed to this user`, 'The editor keeps its agent in ~/.porthole when it connects over SSH: give the user a home folder of its own, or connect as another.');
  if (!host.home.startsWith('/') || !host.exists(host.home)) return limited(name, `${host.home || 'this user has none'}${host.home === '' ? '' : ' is not there'}`, 'The editor keeps its agent in ~/.porthole when it connects over SSH: give the user a home folder, or connect as another.');
  const at = host.exists(folder) ? folder : host.home;
  if (!host.writable(at)) return limited(name, `${at} cannot be written to`, 'The editor keeps its agent in ~/.porthole when it connects over SSH: make it writable for this user, or connect as another.');
  const mount = mountsOf(host).filter((each) => each.at === '/' || at === each.at || at.startsWith(`${each.at}/`)).reduce<{ at: string; options: readonly string[] } | undefined>((best, each) => best !== undefined && best.at.length > each.at.length ? best : each, undefined);
  if (mount?.options.includes('noexec') === true) return limited(name, `programs may not be run from ${mount.at} (noexec)`, `The editor's agent lies in ~/.porthole: mount -o remount,exec ${mount.at}, or connect as a user whose home is elsewhere.`);
  const free = host.freeBytes(at);
  if (free === undefined) return none(name, `${at}; how much is free there is not told`);
  if (free < NEEDED_BYTES) return limited(name, `${size(free)} free in ${at}`, `The editor's agent needs ${size(NEEDED_BYTES)} in ~/.porthole: make room; agents of earlier versions there can be removed.`);
  return ok(name, `${at}, ${size(free)} free`);
}

export function checkCommands(host: Host): Finding {
  const name = 'commands';
  const folders = [...(host.env['PATH'] ?? '').split(delimiter), ...USUAL_PATH.split(delimiter)].filter((folder) => folder.startsWith('/'));
  const lacking = COMMANDS.filter((command) => !folders.some((folder) => host.runnable(join(folder, command))));
  if (lacking.length === 0) return ok(name, `${COMMANDS.join(', ')} are there`);
  return limited(name, `${lacking.join(', ')} not found`, 'The editor installs its agent with them when it connects over SSH: install the packages coreutils, gzip and findutils.');
}

/** Without root itself the editor has the agent started by sudo. */
export function checkSudo(host: Host): Finding {
  const name = 'sudo';
  if (host.uid === 0) return none(name, 'not needed by root');
  const path = [...(host.env['PATH'] ?? '').split(delimiter), ...USUAL_PATH.split(delimiter)].map((folder) => join(folder, 'sudo')).find((file) => dirname(file).startsWith('/') && host.runnable(file));
  return path === undefined ? limited(name, 'not found', 'The editor starts its agent with it where it does not connect as root: install sudo and allow it for this user, or connect as root.') : ok(name, path);
}
