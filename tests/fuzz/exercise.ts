// Puts one input through everything that reads captures: reader, state, every field's text, lines, JSON, filters, and a copy that is read again.
import { ByteSink } from '../../remote-agent/engine/base/sink.ts';
import type { EventContext } from '../../remote-agent/engine/event/context.ts';
import { eventName } from '../../remote-agent/engine/event/names.ts';
import { bindText, bindValue, DEFAULT_OPTIONS, FIELDS, fieldProblem, findField, type FieldRef } from '../../remote-agent/engine/fields/index.ts';
import { compileFilter } from '../../remote-agent/engine/filter/index.ts';
import { compileFormat } from '../../remote-agent/engine/format/index.ts';
import { ScapCopier } from '../../remote-agent/engine/scap/copier.ts';
import { ScapReader } from '../../remote-agent/engine/scap/reader.ts';
import { ScapWriter } from '../../remote-agent/engine/scap/writer.ts';

/** Events of an input of which every field is looked at; of the others only what a line shows. */
const WHOLE = 40;
/** Longest that one input may keep the reader busy, ms of the processor: what else runs on the machine does not count. Inputs are small. */
const LIMIT_MS = 10_000;
/** Memory that may be in use while one small input is read, bytes. */
const LIMIT_BYTES = 2_000_000_000;
const KEPT_DIAGNOSTICS = 20;

/** Arguments of the fields that take one, as they stand behind the name. */
const ARGUMENTS: readonly string[] = ['', '[0]', '[1]', '[4]', '.name', '.res', '.fd', '.flags', '.data', '.app', '[10]'];
/** Every field, with each argument that it takes. */
const REFS: readonly FieldRef[] = FIELDS.flatMap((field) => ARGUMENTS.flatMap((argument) => {
  const ref = findField(`${field.name}${argument}`);
  return ref?.field === field && ref.length === field.name.length + argument.length && fieldProblem(ref) === undefined ? [ref] : [];
}));

const FILTERS = ['fd.name contains x and proc.aname=bash or evt.rawres<0', 'evt.arg.flags contains O_ or evt.args startswith res or fd.net=10.0.0.0/8', 'container.name!="" or user.name=root or evt.buffer contains "a" or fd.port in (80, 443)'];
const LINE = '*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info';

export interface Outcome {
  /** What was met, in words that do not depend on numbers: an input that meets something new is worth keeping. */
  readonly features: ReadonlySet<string>;
  readonly events: number;
  /** One number for all that was printed: the same whatever the pieces that the input came in. */
  readonly hash: number;
}

/** Reads the input in pieces of `chunk` bytes and prints everything. Throws what it throws, and where something is not as it must be. */
export function exercise(input: Uint8Array, chunk: number = Math.max(1, input.length), deep = true): Outcome {
  const reader = new ScapReader(), features = new Set<string>();
  const parts: Uint8Array[] = [];
  const copier = new ScapCopier(reader.state, (bytes) => { parts.push(bytes.slice()); });
  const older = new ScapWriter(reader.state, () => undefined);
  let begun = false, hash = 7, events = 0, copied = 0;
  const texts = deep ? REFS.map((ref) => ({ name: ref.field.name, text: bindText(ref, DEFAULT_OPTIONS), value: bindValue(ref) })) : [];
  const format = compileFormat(LINE);
  if (!format.ok) throw new Error(format.message);
  const tests = FILTERS.map((filter) => { const made = compileFilter(filter); if (!made.ok) throw new Error(made.error.message); return made.test; });
  const sink = new ByteSink(1 << 12);
  reader.recorder = {
    section: () => { copier.begin(); if (!begun) older.begin(); begun = true; },
    hidden: () => { features.add('hidden'); },
  };
  const take = (ctx: EventContext): void => {
    events++;
    const { view } = ctx;
    features.add(`type ${view.type} ${Math.min(view.nparams, 40)}`);
    features.add(`fd ${ctx.fd?.kind ?? ''} ${ctx.fd?.role ?? ''} ${eventName(view)}`);
    sink.clear();
    format.printTo(ctx, sink);
    format.printJsonTo(ctx, sink);
    for (const byte of sink.view()) hash = (Math.imul(hash, 31) + byte) >>> 0;
    for (const passes of tests) hash = (hash << 1 | Number(passes(ctx)) | (hash & 0x80000000 ? 2 : 0)) >>> 0;
    copier.event(ctx);
    copied++;
    older.write(ctx);
    if (!deep || events > WHOLE) return;
    for (const { name, text, value } of texts) {
      const shown = text(ctx);
      value(ctx);
      if (shown !== undefined) features.add(`field ${name}`);
    }
  };
  const start = process.cpuUsage();
  for (let at = 0; at < input.length && !reader.done; at += chunk) { reader.push(input.subarray(at, at + chunk)); reader.read(take); }
  reader.finish();
  reader.read(take);
  copier.flush();
  older.end();
  if (!reader.done) throw new Error('the reader is not done at the end of its input');
  if (reader.diagnostics.length > KEPT_DIAGNOSTICS) throw new Error(`${reader.diagnostics.length} diagnostics are kept`);
  if (reader.position > input.length) throw new Error(`the reader is at ${reader.position} of ${input.length} bytes`);
  for (const { position, message } of reader.diagnostics) {
    if (position < 0 || position > input.length) throw new Error(`a diagnostic lies at ${position} of ${input.length} bytes: ${message}`);
    features.add(`says ${message.replace(/[0-9a-f]*\d[0-9a-f]*/g, '#')}`);
  }
  const tookMs = process.cpuUsage(start).user / 1000;
  if (tookMs > LIMIT_MS) throw new Error(`${input.length} bytes took ${Math.round(tookMs)} ms`);
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  if (heapUsed + arrayBuffers > LIMIT_BYTES) throw new Error(`${input.length} bytes need ${Math.round((heapUsed + arrayBuffers) / 1e6)} MB`);
  if (deep) checkCopy(parts, copied - copier.skipped);
  return { features, events, hash };
}

/** What was copied reads without a complaint, with as many events. */
function checkCopy(parts: readonly Uint8Array[], expected: number): void {
  if (expected === 0) return;
  const reader = new ScapReader();
  // Who records is given the events, too, that tracers hide.
  reader.recorder = { section: () => undefined, hidden: () => undefined };
  let seen = 0;
  for (const part of parts) { reader.push(part); reader.read(() => { seen++; }); }
  reader.finish();
  reader.read(() => { seen++; });
  const wrong = reader.diagnostics[0];
  if (wrong !== undefined) throw new Error(`a copy does not read: ${wrong.message} at ${wrong.position}`);
  if (seen !== expected) throw new Error(`a copy holds ${seen} events of ${expected}`);
}
