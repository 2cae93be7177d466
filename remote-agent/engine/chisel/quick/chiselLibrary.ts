// The modules sysdig, chisel and evt for compiled chisels.
import { ENGINE_CHECKS } from '../extract.ts';
import type { ChiselEnvironment } from '../ports.ts';
import { luaToText, textToLua } from './bytes.ts';
import type { Runtime } from './runtime.ts';
import { LuaTable, NONE, toNumber, toText, type Handle, type LuaFunction, type Value } from './values.ts';

/** What a chisel has asked for so far. */
export interface QuickWants {
  readonly fields: string[];
  filter: string;
  captureFilter: string;
  formatter?: string;
  intervalNs: number;
  precise: boolean;
  exec: { readonly name: string; readonly args: readonly string[] } | undefined;
  outputFormat: string;
}

/** The chisel, as its modules see it. Names and texts are the engine's, values Lua's. */
export interface ChiselApi {
  readonly environment: ChiselEnvironment;
  readonly wants: QuickWants;
  readonly apps: string[];
  readonly started: boolean;
  ended: boolean;
  wantsEnd: boolean;
  readonly ctx: { readonly num: number; readonly view: { readonly cpu: number } } | undefined;
  readonly host: { progress?(): number | undefined };
  readonly machine: { readonly cpus: number; readonly memoryBytes: number; readonly maxPid: number; readonly hostname: string };
  readonly firstTs: string;
  readonly lastTs: string;
  print(text: string): void;
  handle(name: string): Handle;
  field(handle: Value): Value;
  touch(handle: Value): undefined;
  setFilter(text: string): void;
  setCaptureFilter(text: string): void;
  setFormatter(text: string): void;
  setOutputFormat(name: string): void;
  setInterval(ns: number, precise: boolean): void;
  eventType(): Value;
  eventSeconds(): number | undefined;
  eventRest(): number | undefined;
  threads(filter: string, fds: boolean, barebone: boolean): Value;
  containers(): Value;
}

export const OUTPUT_FORMATS: readonly string[] = ['normal', 'json', 'simple', 'hex', 'hexascii', 'ascii', 'base64', 'jsonbase64'];
/** Fields that one chisel may ask for. */
const FIELD_LIMIT = 512;

export function chiselLibrary(rt: Runtime, api: () => ChiselApi): Record<string, Value> {
  const text = (value: Value, name: string): string => toText(value) ?? rt.fail(`${name}: a string is expected`);
  const number = (value: Value, name: string): number => toNumber(value) ?? rt.fail(`${name}: a number is expected`);
  const checked = (problem: string | undefined): void => { if (problem !== undefined) rt.fail(textToLua(problem)); };
  const filter = (value: Value, name: string): string => { const given = luaToText(text(value, name)); checked(ENGINE_CHECKS.filter(given)); return given; };
  const threads = (name: string, fds: boolean, barebone: boolean): LuaFunction => (given) => {
    if (!api().started) rt.fail(`sysdig.${name}: nothing is known before on_capture_start`);
    return api().threads(given === undefined ? '' : filter(given, `sysdig.${name}`), fds, barebone);
  };
  const noNetwork = (name: string): LuaFunction => () => rt.fail(`sysdig.${name}: chisels have no network`);
  const ns = (value: Value): bigint => { try { return BigInt(rt.text(value)); } catch { return 0n; } };
  const whole = (value: Value): bigint => BigInt(Math.floor(toNumber(value) ?? 0));
  return {
    evt: LuaTable.named({
      field: (handle) => api().field(handle), touch_: (handle) => api().touch(handle),
      get_num: () => api().ctx?.num, get_cpuid: () => api().ctx?.view.cpu, get_type: () => api().eventType(),
      get_ts: () => [api().eventSeconds(), api().eventRest()],
    }),
    chisel: LuaTable.named({
      request_field: (name) => { if (api().wants.fields.length >= FIELD_LIMIT) rt.fail('too many fields requested'); return api().handle(text(name, 'chisel.request_field')); },
      set_filter: (given) => { api().setFilter(filter(given, 'chisel.set_filter')); return NONE; },
      set_event_formatter: (given) => { const format = luaToText(text(given, 'chisel.set_event_formatter')); checked(ENGINE_CHECKS.formatter(format)); api().setFormatter(format); return NONE; },
      set_interval_ns: (n) => { api().setInterval(number(n, 'chisel.set_interval_ns'), false); return true; },
      set_interval_s: (n) => { api().setInterval(number(n, 'chisel.set_interval_s') * 1e9, false); return true; },
      set_precise_interval_ns: (n) => { api().setInterval(number(n, 'chisel.set_precise_interval_ns'), true); return true; },
      exec: (name, ...args) => { api().wants.exec = { name: luaToText(text(name, 'chisel.exec')), args: args.map((arg) => luaToText(rt.text(arg))) }; return NONE; },
    }),
    sysdig: LuaTable.named({
      set_filter: (given) => { api().setCaptureFilter(filter(given, 'sysdig.set_filter')); return NONE; },
      set_snaplen: (n) => { number(n, 'sysdig.set_snaplen'); return NONE; },
      set_output_format: (given) => {
        const name = text(given, 'sysdig.set_output_format');
        if (!OUTPUT_FORMATS.includes(name)) rt.fail('invalid set_output_format value in chisel');
        api().setOutputFormat(name);
        return NONE;
      },
      set_fatfile_dump_mode: () => NONE,
      is_live: () => api().environment.live, is_tty: () => api().environment.tty,
      get_terminal_info: () => LuaTable.named({ width: api().environment.columns, height: api().environment.rows }),
      get_filter: () => textToLua(api().environment.filter), get_output_format: () => api().environment.outputFormat, get_evtsource_name: () => textToLua(api().environment.source),
      is_print_container_data: () => api().environment.containerData,
      get_machine_info: () => {
        if (!api().started) rt.fail('sysdig.get_machine_info: nothing is known before on_capture_start');
        const { cpus, memoryBytes, maxPid, hostname } = api().machine;
        return LuaTable.named({ num_cpus: cpus, memory_size_bytes: memoryBytes, max_pid: maxPid, hostname: textToLua(hostname) });
      },
      get_firstevent_ts: () => api().firstTs, get_lastevent_ts: () => api().lastTs,
      make_ts: (s, n) => String(whole(s) * 1000000000n + whole(n)), add_ts: (a, b) => String(ns(a) + ns(b)), subtract_ts: (a, b) => String(ns(a) - ns(b)),
      end_capture: () => { const chisel = api(); chisel.ended = chisel.wantsEnd = true; return NONE; },
      log: (message, level) => { api().print(`[${rt.text(level ?? 'info')}] ${rt.text(message)}\n`); return NONE; },
      get_read_progress: () => api().host.progress?.() ?? 100,
      get_thread_table: threads('get_thread_table', true, false), get_thread_table_nofds: threads('get_thread_table_nofds', false, false),
      get_thread_table_barebone: threads('get_thread_table_barebone', true, true), get_thread_table_barebone_nofds: threads('get_thread_table_barebone_nofds', false, true),
      get_container_table: () => { if (!api().started) rt.fail('sysdig.get_container_table: nothing is known before on_capture_start'); return api().containers(); },
      run_app: (given) => { api().apps.push(luaToText(text(given, 'sysdig.run_app'))); return NONE; },
      udp_setpeername: noNetwork('udp_setpeername'), udp_send: noNetwork('udp_send'),
    }),
  };
}
