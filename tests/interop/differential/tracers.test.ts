// Tracers beside sysdig: every text, every field of spans, filters, chisels, and captures that are written of them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FIELDS } from '../../../remote-agent/engine/fields/index.ts';
import { scratch } from './captures.ts';
import { life } from './capturesLife.ts';
import { otherCalls, tracers, wrongMark } from './capturesTracers.ts';
import { differential, toldDifferences, type KnownDifference } from './harness.ts';
import { COUNT_ALONE, NAME_TO_THE_END, OTHER_CALLS, WRONG_MARK } from './tracersKnown.ts';

mkdirSync(scratch(), { recursive: true });
const made = (name: string, bytes: Uint8Array): string => { const path = join(scratch(), name); writeFileSync(path, bytes); return path; };
const TRACERS = made('tracers.scap', tracers()), OTHERS = made('tracers-others.scap', otherCalls()), LIFE = made('tracers-life.scap', life()), WRONG = made('tracers-wrong.scap', wrongMark()), GZIP = made('tracers.scap.gz', gzipSync(tracers()));

const PLACES = ['[0]', '[1]', '[-1]', '[-2]', '[9]'];
const uses = FIELDS.filter((f) => f.group === 'span' || f.group === 'evtin').flatMap((f) => f.argument === 'none' ? [f.name] : (f.name.endsWith('.fortag') ? ['[0]', '[1]', '[2]'] : f.name.startsWith('evtin') && f.name.endsWith('arg') ? [...PLACES, '.name'] : PLACES).map((place) => `${f.name}${place}`));
const columns = (fields: readonly string[]): string => `*%evt.num %evt.type${fields.map((f) => ` | %${f}`).join('')} |`;

for (const [name, path] of Object.entries({ tracers: TRACERS, others: OTHERS, life: LIFE, gzip: GZIP })) {
  const run = (title: string, args: readonly string[], differences: readonly KnownDifference[] = []): void => { differential(`${name}: ${title}`, { capture: path, args, differences }); };
  run('lines', []); run('JSON', ['-j']); run('long lines', ['-v']); run('hidden events, too', ['-d']); run('times', ['-t', 'd']);
  for (const group of ['span.', 'evtin.']) {
    const fields = uses.filter((use) => use.startsWith(group) && !use.includes('.name'));
    for (let i = 0; i < fields.length; i += 30) { run(`${group} from ${fields[i]}`, ['-p', columns(fields.slice(i, i + 30).concat('span.time'))]); run(`JSON of ${group} from ${fields[i]}`, ['-j', '-p', columns(fields.slice(i, i + 30).concat('span.time'))]); }
  }
  for (const use of uses.filter((one) => one.includes('.name'))) run(use, ['-p', columns([use])]);
  run('other fields', ['-p', columns(['evt.dir', 'evt.category', 'evt.latency', 'evt.res', 'evt.rawres', 'evt.failed', 'evt.count', 'evt.is_io', 'evt.io_dir', 'evt.is_wait', 'evt.cpu', 'evt.args', 'evt.info', 'evt.arg.id', 'evt.arg.tags', 'evt.arg[2]', 'evt.buffer', 'evt.buflen', 'fd.num', 'fd.name', 'fd.type', 'syscall.type', 'proc.name', 'thread.tid', 'evt.rawtime', 'evt.time.s', 'thread.exectime'])]);
  // What does not ask for descriptors has to learn of them all the same.
  for (const format of ['%evt.num', '%evt.num %evt.type', '%evt.num %proc.name %evt.dir', '%evt.num %evt.outputtime']) { run(`format ${format}`, ['-p', format]); run(`JSON of ${format}`, ['-j', '-p', format]); run(`${format}, some`, ['-p', format, '-n', '70']); }
  run('counts', ['-S', '-q']); run('bytes by process', ['-c', 'topprocs_file']);
}

const FILTERS: readonly string[] = [
  'evt.type=tracer', 'evt.type=write', 'evt.type!=tracer', 'evt.type in (tracer, open)', 'evt.type=tracer and evt.dir=>', 'evt.type=tracer and evt.dir=<', 'syscall.type=tracer', 'evt.type.is.tracer=1', 'evt.dir=<', 'evt.category=other', 'evt.is_io=true', 'evt.failed=false', 'evt.rawres>5', 'evt.buffer contains a', 'evt.args contains invalid', 'evt.arg.tags=a', 'evt.arg.args contains k',
  'proc.name=teller', 'proc.name=child', 'thread.tid=4711', 'fd.name=/dev/null', 'fd.name contains null', 'fd.num=3', 'evt.type=switch', 'evt.latency>500', 'not fd.name=/dev/null', 'fd.type=file and evt.type=write',
  'span.id=1', 'span.id<0', 'span.id in (7, 8)', 'span.id exists', 'span.ntags>1', 'span.tags=a.b', 'span.tags contains b', 'span.tags startswith a', 'span.tag[0]=a', 'span.tag[-1]=c', 'span.tag[1] exists', 'span.args contains k', 'span.arg.k=v', 'span.arg[0]=v', 'span.arg[-1]=v', 'span.enterargs=k=v', 'span.enterarg.k=v', 'span.enterarg[0] exists', 'span.duration>0', 'span.duration>=10000', 'span.duration exists', 'span.duration.human contains us', 'span.time contains 22', 'not span.id exists',
  ...['', 'p.', 's.', 'm.'].flatMap((scope) => [`evtin.span.${scope}id=1`, `evtin.span.${scope}id!=1`, `evtin.span.${scope}id>1`, `evtin.span.${scope}ntags=2`, `evtin.span.${scope}nargs=1`, `evtin.span.${scope}tags=a`, `evtin.span.${scope}tags!=a`, `evtin.span.${scope}tags contains b`, `evtin.span.${scope}tag[0]=a`, `evtin.span.${scope}tag[-1]=b`, `evtin.span.${scope}args=k:v`, `evtin.span.${scope}arg[0]=v`, `evtin.span.${scope}arg.name=v`, `not evtin.span.${scope}tags=a`, `evtin.span.${scope}id exists`, `evtin.span.${scope}id in (1, 2)`]),
];
for (const filter of FILTERS) {
  for (const [name, path] of Object.entries({ tracers: TRACERS, life: LIFE })) {
    if (name === 'life' && !/span|tracer/.test(filter)) continue;
    differential(`${name}: ${filter}`, { capture: path, args: ['-p', '*%evt.num %evt.type %evt.dir %proc.name', filter] });
    differential(`${name}: ${filter}, lines`, { capture: path, args: [filter] });
  }
}
differential('filter of what is shown', { capture: TRACERS, args: ['-d', '-n', '500', 'evt.type=tracer'] });

differential('tracers of other calls', { capture: OTHERS, args: ['-p', '%evt.num %evt.type', 'evt.type=writev'], differences: [OTHER_CALLS] });
differential('how many arguments, and nothing else of spans', { capture: TRACERS, args: ['-p', '*%evt.num %span.nargs'], differences: [COUNT_ALONE] });
differential('a name in the middle of a format', { capture: TRACERS, args: ['-p', '%span.arg.k at %evt.num'], differences: [NAME_TO_THE_END] });
differential('a mark that is none', { capture: WRONG, args: [], differences: [WRONG_MARK] });

toldDifferences(['tracers-of-other-calls', 'arguments-of-spans-alone', 'names-to-the-end', 'wrong-marks']);
