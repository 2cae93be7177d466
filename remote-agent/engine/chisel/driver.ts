// The Lua side of a run: makes Lua 5.4 look like 5.1, takes away what reaches outside, defines sysdig, chisel and evt, and drives the callbacks.
import { LUA51 } from './driverLua51.ts';
import { OUTSIDE } from './driverOutside.ts';
import { DEBUGGER } from './debug/debugLua.ts';
import { PROFILE } from './profileLua.ts';

/**
 * Text of the driver. It returns `dispatch(operation, argument)`; `__host(operation, ...)` is its bridge to JavaScript. The
 * chisel is loaded as text only and sees the cleaned globals.
 */
export const DRIVER = String.raw`
local host = __host
__host = nil
local globals, rawload, unpack, xpcall, pcall, error, type, tostring, tonumber, select, pairs = _G, load, table.unpack, xpcall, pcall, error, type, tostring, tonumber, select, pairs
local sunpack, srep, concat, floor, traceback, sformat, sfind, setmetatable = string.unpack, string.rep, table.concat, math.floor, debug.traceback, string.format, string.find, setmetatable
local gc, getupvalue, joinupvalue, getinfo = collectgarbage, debug.getupvalue, debug.upvaluejoin, debug.getinfo
local byte, REQUEST = string.byte, {}
local running                      -- the coroutine of the operation that is under way
local corunning = coroutine.running
local cocreate, coresume, coyield, costatus, pack = coroutine.create, coroutine.resume, coroutine.yield, coroutine.status, table.pack

-- ---- output: gathered, handed over in pieces

local pieces, count, size = {}, 0, 0
local function flush()
  if count == 0 then return end
  local text = concat(pieces, "", 1, count)
  count, size = 0, 0
  host("print", text)
end
local function out(text)
  count = count + 1
  pieces[count] = text
  size = size + #text
  if size > 32768 or count > 4096 then flush() end
end

${DEBUGGER}
${LUA51}
${OUTSIDE}
${PROFILE}
-- ---- the event at hand

local data, rows, row = "", 0, 1
local starts, kinds = {}, {}      -- of each column in data
local cols = {}                    -- unpacked columns, by handle
local handles, places = {}, {}     -- requested fields: by name, and the column of each handle
local COLUMNS = 6                  -- num, seconds, ns, type, cpu, line; then the fields
local NUM, SEC, NS, TYPE, CPU, LINE = 1, 2, 3, 4, 5, 6
local inEvent = false             -- a row is at hand

local formats = {}
local function format_of(letter, n)
  local all = formats[letter]
  if not all then all = {} formats[letter] = all end
  local f = all[n]
  if not f then
    f = "<" .. srep(letter, n)
    all[n] = f
  end
  return f
end

local function unpack_column(place)
  local kind, at = kinds[place], starts[place]
  if kind == nil or kind == 0 then return {} end
  if kind == 1 then return { sunpack(format_of("d", rows), data, at) } end
  if kind == 2 then
    local missing = sunpack("<I4", data, at)
    local holes = { sunpack(format_of("I4", missing), data, at + 4) }
    local values = { sunpack(format_of("d", rows), data, at + 4 + 4 * missing) }
    for i = 1, missing do values[holes[i]] = nil end
    return values
  end
  local entries, n = {}, sunpack("<I4", data, at)
  at = at + 4
  if kind == 3 then
    for i = 1, n do entries[i], at = sunpack("<s4", data, at) end
  else
    for i = 1, n do
      local tag = sunpack("<B", data, at)
      at = at + 1
      if tag == 1 then entries[i], at = sunpack("<d", data, at)
      elseif tag == 2 then entries[i], at = sunpack("<s4", data, at)
      else entries[i] = tag == 3 end
    end
  end
  local values = { sunpack(format_of("I2", rows), data, at) }
  for i = 1, rows do values[i] = entries[values[i]] end
  return values
end

local function column_of(handle)
  local place = places[handle]
  if place == nil then error("evt.field: the argument is no field: pass what chisel.request_field returned", 3) end
  local values = unpack_column(place)
  cols[handle] = values
  return values
end
local function own(place)
  local values = cols[place]
  if values == nil then
    values = unpack_column(place)
    cols[place] = values
  end
  return values[row]
end

evt = {
  field = function(handle)
    if handle == nil then return nil end
    local values = cols[handle]
    if values == nil then values = column_of(handle) end
    return values[row]
  end,
  get_num = function() return own(NUM) end,
  get_ts = function() return own(SEC), own(NS) end,
  get_type = function() return own(TYPE) end,
  get_cpuid = function() return own(CPU) end,
}

-- ---- chisel and sysdig

local ended = false
local function ask(operation, ...)
  local message = host(operation, ...)
  if message ~= nil then error(message, 3) end
end
local function number(value, name)
  local n = tonumber(value)
  if not n then error(name .. ": a number is expected", 3) end
  return n
end
local function text(value, name)
  if type(value) ~= "string" and type(value) ~= "number" then error(name .. ": a string is expected", 3) end
  return tostring(value)
end

chisel = {
  request_field = function(name)
    name = text(name, "chisel.request_field")
    local handle = handles[name]
    if handle then return handle end
    ask("field", name)
    handle = setmetatable({}, { __tostring = function() return "field " .. name end, __metatable = false })
    handles[name] = handle
    COLUMNS = COLUMNS + 1
    places[handle] = COLUMNS
    return handle
  end,
  set_filter = function(filter) ask("filter", text(filter, "chisel.set_filter")) end,
  set_event_formatter = function(format) ask("formatter", text(format, "chisel.set_event_formatter")) end,
  set_interval_ns = function(n) host("interval", number(n, "chisel.set_interval_ns"), false) return true end,
  set_interval_s = function(n) host("interval", number(n, "chisel.set_interval_s") * 1e9, false) return true end,
  set_precise_interval_ns = function(n) host("interval", number(n, "chisel.set_precise_interval_ns"), true) return true end,
  exec = function(name, ...)
    local args = { ... }
    for i = 1, select("#", ...) do args[i] = tostring(args[i]) end
    host("exec", text(name, "chisel.exec"), unpack(args))
  end,
}

--- Asks whoever has the events, and waits for the answer: the callback goes on when it has come.
local function request(what, filter, fds, barebone)
  local wrong = host("ask", what, filter or "", fds, barebone)
  if wrong ~= nil then error(wrong, 3) end
  return coyield(REQUEST)
end
local started = false
local function open(name)
  if not started then error("sysdig." .. name .. ": nothing is known before on_capture_start", 3) end
end
local function threads(name, fds, barebone)
  return function(filter)
    if filter ~= nil then filter = text(filter, "sysdig." .. name) end
    open(name)
    return (request("threads", filter, fds, barebone))
  end
end
local function noNetwork(name)
  return function() error("sysdig." .. name .. ": chisels have no network", 2) end
end
sysdig = {
  set_filter = function(filter) ask("captureFilter", text(filter, "sysdig.set_filter")) end,
  set_snaplen = function(n) host("snaplen", number(n, "sysdig.set_snaplen")) end,
  set_output_format = function(name) ask("outputFormat", text(name, "sysdig.set_output_format")) end,
  set_fatfile_dump_mode = function() end,
  is_live = function() return host("live") end,
  is_tty = function() return host("tty") end,
  get_terminal_info = function() return { width = host("columns"), height = host("rows") } end,
  get_filter = function() return host("getFilter") end,
  get_machine_info = function()
    open("get_machine_info")
    return { num_cpus = host("cpus"), memory_size_bytes = host("memory"), max_pid = host("maxPid"), hostname = host("hostname") }
  end,
  get_output_format = function() return host("getOutputFormat") end,
  get_evtsource_name = function() return host("source") end,
  is_print_container_data = function() return host("containerData") end,
  get_firstevent_ts = function() return host("firstTs") end,
  get_lastevent_ts = function() if inEvent then return host("addTs", sformat("%d", floor(own(SEC))), sformat("%d", floor(own(NS)))) end return host("lastTs") end,
  make_ts = function(s, ns) return host("addTs", sformat("%d", floor(s)), sformat("%d", floor(ns))) end,
  add_ts = function(a, b) return host("sumTs", tostring(a), tostring(b)) end,
  subtract_ts = function(a, b) return host("differenceTs", tostring(a), tostring(b)) end,
  end_capture = function() ended = true end,
  log = function(message, level) host("log", tostring(message), tostring(level or "info")) end,
  get_read_progress = function() return (request("progress")) end,
  get_thread_table = threads("get_thread_table", true, false), get_thread_table_nofds = threads("get_thread_table_nofds", false, false),
  get_thread_table_barebone = threads("get_thread_table_barebone", true, true), get_thread_table_barebone_nofds = threads("get_thread_table_barebone_nofds", false, true),
  get_container_table = function() open("get_container_table") return (request("containers")) end,
  run_app = function(arguments) host("app", text(arguments, "sysdig.run_app")) end,
  udp_setpeername = noNetwork("udp_setpeername"), udp_send = noNetwork("udp_send"),
}

-- ---- callbacks

local function trace(message)
  if message == EXIT then return EXIT end
  if debugger.on then debugger.failed(message) end
  if type(message) ~= "string" then message = tostring(message) end
  return { message, traceback("", 2) }
end
--- Runs f; reports an error and answers false.
local function run(f, ...)
  local ok, a = xpcall(f, trace, ...)
  if ok then return true, a end
  flush()
  if exited then host("ended") return false end
  if type(a) == "table" then host("fault", a[1], a[2]) else host("fault", tostring(a), "") end
  return false
end
local function boolean(name, wrong, refused, ok, value)
  if not ok then return false end
  if type(value) ~= "boolean" then host("refused", wrong) return false end
  if value == false then host("refused", refused) return false end
  return true
end

local operations = {}

function operations.load(name)
  local chunk, message = rawload(host("program"), "@" .. host("chunk"), "t")
  if not chunk then host("fault", message, "") return end
  profile_begins()
  debugger.prepare()
  if debugger.on then debugger.begin(running) end
  if not run(profiled("(file)", chunk)) then return end
  local n = host("argumentCount")
  if n > 0 and type(on_set_arg) ~= "function" then host("refused", "chisel " .. name .. " misses a set_arg() function.") return end
  for i = 1, n do
    local argument, value = host("argumentName", i), host("argumentValue", i)
    local ok, result = run(profiled("on_set_arg", on_set_arg), argument, value)
    if not boolean("on_set_arg", name .. " chisel error: wrong set_arg() return value.", "set_arg() for chisel " .. name .. " failed.", ok, result) then return end
  end
  if on_init ~= nil then
    local ok, result = run(profiled("on_init", on_init))
    if not ok then return end
    if host("execs") then return end
    boolean("on_init", name .. " chisel error: wrong init() return value.", "init() for chisel " .. name .. " failed.", ok, result)
  end
end

function operations.start(name)
  started = true
  if on_capture_start == nil then return end
  local ok, result = run(profiled("on_capture_start", on_capture_start))
  boolean("on_capture_start", name .. " chisel error: wrong on_capture_start() return value. Boolean expected.", "init() for chisel " .. name .. " failed.", ok, result)
end

local ticks, nextTick, tickAt = 0, 1, 0
local function fire(name)
  local _, s, ns, delta = sunpack("<I4ddd", data, tickAt)
  tickAt = tickAt + 28
  nextTick = nextTick + 1
  local handler = profiled("on_interval", on_interval)
  if handler == nil then return true end
  inEvent = true
  if handler(s, ns, delta) then return true end
  ended = true
  host("refused", "execution terminated by the " .. name .. " chisel")
  return false
end
local function events(name)
  local handler = profiled("on_event", on_event)
  local lines = kinds[LINE] ~= 0 and unpack_column(LINE) or nil
  local due = nextTick <= ticks and sunpack("<I4", data, tickAt) & 0x7fffffff or rows
  for i = 1, rows do
    local hidden = false
    while due < i do
      row = i
      hidden = sunpack("<I4", data, tickAt) > 0x7fffffff
      if not fire(name) then return end
      due = nextTick <= ticks and sunpack("<I4", data, tickAt) & 0x7fffffff or rows
    end
    row = i
    inEvent = true
    if hidden then
    elseif handler == nil then
      if lines and lines[i] then out(lines[i] .. "\n") end
    else
      local keep = handler()
      if ended then return end
      if keep and lines and lines[i] then out(lines[i] .. "\n") end
    end
  end
  while nextTick <= ticks do if not fire(name) then return end end
end

function operations.batch(bytes)
  data = bytes
  local columns
  rows, ticks, columns = sunpack("<I4I4I4", data)
  tickAt, nextTick = 13, 1
  local at = 13 + ticks * 28
  for c = 1, columns do
    local length
    kinds[c], length = sunpack("<I4I4", data, at)
    starts[c] = at + 8
    at = at + 8 + length
  end
  for c = columns + 1, #kinds do kinds[c] = 0 end
  cols = {}
  run(events, host("name"))
  inEvent = false
  data, cols = "", {}
end

function operations.finish()
  if on_capture_end == nil or exited then return end
  local s, ns, delta = host("endSeconds"), host("endNs"), host("endDelta")
  run(profiled("on_capture_end", on_capture_end), s, ns, delta)
end

-- Each operation runs in a coroutine, so that it may wait for an answer.
local function step(co, ...)
  running = co
  if debugger.on then debugger.begin(co) end
  local ok, message = coresume(co, ...)
  if ok and costatus(co) ~= "dead" then flush() return end
  running = nil
  flush()
  if ended then host("ended") end
  if not ok then error(message, 0) end
end

local function value_at(at)
  local tag = byte(data, at)
  if tag == 1 then return sunpack("<d", data, at + 1) end
  if tag == 2 then return sunpack("<s4", data, at + 1) end
  if tag == 3 then return true, at + 1 end
  if tag == 4 then return false, at + 1 end
  if tag ~= 5 then return nil, at + 1 end
  local made, n = {}, sunpack("<I4", data, at + 1)
  at = at + 5
  for i = 1, n do
    local key, value
    key, at = value_at(at)
    value, at = value_at(at)
    made[key] = value
  end
  return made, at
end

return function(operation, argument)
  if operation == "flush" then return flush() end
  if operation ~= "answer" then return step(cocreate(operations[operation]), argument) end
  local kept = data
  data = argument
  local answer = value_at(1)
  data = kept
  step(running, answer)
end
`;
