// Printed forms of all events by the rarer options: long buffers, names of ports, and what a type is.
import { captures } from './captures.ts';
import { differential, toldDifferences, type KnownDifference } from './harness.ts';
import { FIRST_FORM, KNOWN, LONG_PATHS, TYPES_IN_FORMATS } from './harnessKnown.ts';

const own = captures().filter(({ name }) => name.startsWith('events-') || name === 'shop' || name === 'life');
/** A port of a protocol that was never set may get a name or not. */
const UNSET: KnownDifference = { name: 'protocol-never-set', reason: KNOWN.find((d) => d.name === 'protocol-never-set')?.reason ?? '', line: (line) => line.replace(/(?<=bind .* addr=\S+:)[\w-]+ $/, '(port) ') };

for (const { name, path } of own) {
  differential(`${name}: names of ports`, { capture: path, args: ['-R'], differences: [UNSET] });
  if (!name.startsWith('events-')) differential(`${name}: names of ports as JSON`, { capture: path, args: ['-R', '-j', '-p', '%evt.num %fd.name %fd.sport %fd.rport'] });
  differential(`${name}: whole buffers with paths`, { capture: path, args: ['-X', '-v'], differences: [LONG_PATHS] });
  for (const form of ['-A', '-b', '-x']) differential(`${name}: whole buffers with paths, ${form}`, { capture: path, args: [form, '-v'], differences: [LONG_PATHS] });
}
differential('what a type is, in a format', { capture: own[0]?.path ?? '', args: ['-p', '*%evt.num %evt.type.is.read'], differences: [TYPES_IN_FORMATS] });
for (const type of ['read', 'open', 'pread', 'tracer', 'setpgid']) for (const value of [0, 1]) differential(`filter by what a type is: ${type}=${value}`, { capture: own[0]?.path ?? '', args: ['-p', '%evt.num', `evt.type.is.${type}=${value}`] });
differential('filter by what a type is, of several forms', { capture: own[0]?.path ?? '', args: ['-p', '%evt.num', 'evt.type.is.switch=1'], differences: [FIRST_FORM] });

toldDifferences(['paths-after-buffers', 'types-in-formats', 'first-form-of-types']);
