// The Lua side of a run: makes Lua 5.4 look like 5.1, takes away what reaches outside, defines sysdig, chisel and evt, and drives the callbacks.

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

-- ---- Lua 5.1 names

_G.unpack = table.unpack
table.getn = function(t) return #t end
table.maxn = function(t) local n = 0 for k in pairs(t) do if type(k) == "number" and k > n then n = k end end return n end
table.foreach = function(t, f) for k, v in pairs(t) do local r = f(k, v) if r ~= nil then return r end end end
table.foreachi = function(t, f) for i = 1, #t do local r = f(i, t[i]) if r ~= nil then return r end end end
math.mod, math.pow = math.fmod, function(a, b) return a ^ b end
math.log10 = function(x) return math.log(x, 10) end
math.ldexp = function(m, e) return m * 2.0 ^ e end
math.frexp = function(x)
  if x == 0 then return 0, 0 end
  local e = floor(math.log(math.abs(x), 2)) + 1
  return x / 2.0 ^ e, e
end
math.sinh = function(x) return (math.exp(x) - math.exp(-x)) / 2 end
math.cosh = function(x) return (math.exp(x) + math.exp(-x)) / 2 end
math.tanh = function(x) return math.sinh(x) / math.cosh(x) end
string.gfind = string.gmatch

-- %d and its like took any number and cut it; 5.4 raises on 1.5. Which arguments are whole numbers is worked out once a format.
local plans, planned = {}, 0
local function plan(format)
  local places, place, changed = {}, 0, format
  for flags, letter in format:gmatch("%%([%-+ #0-9.]*)(.)") do
    if letter == "%" then
    else
      place = place + 1
      if sfind("diuxXoc", letter, 1, true) then places[#places + 1] = place end
    end
  end
  changed = format:gsub("(%%[%-+ #0-9.]*)u", "%1d")
  local made = { places = places, format = changed }
  if planned > 500 then plans, planned = {}, 0 end
  plans[format], planned = made, planned + 1
  return made
end
string.format = function(format, ...)
  if type(format) ~= "string" then return sformat(format, ...) end
  local p = plans[format] or plan(format)
  if #p.places == 0 then return sformat(p.format, ...) end
  local values, n = { ... }, select("#", ...)
  for i = 1, #p.places do
    local k = p.places[i]
    local v = tonumber(values[k])
    if v then
      if v ~= v or v >= 9.2233720368547e18 or v <= -9.2233720368547e18 then v = 0 end
      values[k] = v >= 0 and floor(v) or -floor(-v)
    end
  end
  return sformat(p.format, unpack(values, 1, n))
end
local srepeat, ssub = string.rep, string.sub
string.rep = function(s, n, sep) return srepeat(s, floor(tonumber(n) or 0), sep) end

bit = {
  band = function(a, ...) a = floor(a) & 0xffffffff for i = 1, select("#", ...) do a = a & floor((select(i, ...))) end return a end,
  bor = function(a, ...) a = floor(a) & 0xffffffff for i = 1, select("#", ...) do a = a | (floor((select(i, ...))) & 0xffffffff) end return a end,
  bxor = function(a, ...) a = floor(a) & 0xffffffff for i = 1, select("#", ...) do a = a ~ (floor((select(i, ...))) & 0xffffffff) end return a end,
  bnot = function(a) return ~floor(a) & 0xffffffff end,
  lshift = function(a, n) return (floor(a) << (floor(n) & 31)) & 0xffffffff end,
  rshift = function(a, n) return (floor(a) & 0xffffffff) >> (floor(n) & 31) end,
  tobit = function(a) return floor(a) & 0xffffffff end,
  tohex = function(a) return sformat("%08x", floor(a) & 0xffffffff) end,
}

-- ---- what reaches outside is taken away

local function texts(chunk)
  if type(chunk) ~= "function" then return chunk end
  local parts = {}
  while true do
    local piece = chunk()
    if piece == nil or piece == "" then break end
    parts[#parts + 1] = piece
  end
  return concat(parts)
end
load = function(chunk, name, _, env)
  if env ~= nil then return rawload(texts(chunk), name, "t", env) end
  return rawload(texts(chunk), name, "t")
end
loadstring = function(text, name) return rawload(text, name or text, "t") end
dofile, loadfile, require, package = nil, nil, nil, nil
string.dump = nil
local EXIT, exited = {}, false
os = { exit = function() exited = true error(EXIT, 0) end, time = os.time, date = os.date, difftime = os.difftime, clock = function() return host("clock") end }
debug = { traceback = traceback }
collectgarbage = function(what) if what == "count" then return gc("count") end if what == nil or what == "collect" or what == "step" then gc(what) end return 0 end
local function write(...)
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if type(v) ~= "string" and type(v) ~= "number" then error("bad argument #" .. i .. " to 'write' (string expected, got " .. type(v) .. ")", 3) end
    out(tostring(v))
  end
end
local stream = { write = function(self, ...) write(...) return self end, flush = function() end, setvbuf = function() end, close = function() end }
io = { stdout = stream, stderr = stream, write = function(...) write(...) return stream end, flush = function() end }
print = function(...)
  local n = select("#", ...)
  if n == 1 then out(tostring((...)) .. "\n") return end
  local parts = {}
  for i = 1, n do parts[i] = tostring((select(i, ...))) end
  out(concat(parts, "\t") .. "\n")
end
setfenv = function(f, env)
  if type(f) == "number" then f = getinfo(f + 1, "f").func end
  for i = 1, 255 do
    local name = getupvalue(f, i)
    if name == "_ENV" then joinupvalue(f, i, function() return env end, 1) break end
    if name == nil then break end
  end
  return f
end
getfenv = function() return globals end

local loaded, loading = {}, {}
for _, name in pairs({ "string", "table", "math", "os", "io", "coroutine", "bit" }) do loaded[name] = globals[name] end
require = function(name)
  if loaded[name] ~= nil then return loaded[name] end
  local text = host("module", name)
  if text == nil then error("module '" .. tostring(name) .. "' is not granted: a chisel may only require Lua files that lie beside it", 2) end
  if loading[name] then error("loop in require of '" .. name .. "'", 2) end
  local chunk, message = rawload(text, "@" .. name .. ".lua", "t")
  if not chunk then error(message, 0) end
  loading[name] = true
  local result = chunk(name)
  loading[name] = nil
  if result == nil then result = true end
  loaded[name] = result
  return result
end

-- ---- the event at hand

local data, rows, row = "", 0, 1
local starts, kinds = {}, {}      -- of each column in data
local cols = {}                    -- unpacked columns, by handle
local handles, places = {}, {}     -- requested fields: by name, and the column of each handle
local COLUMNS = 6                  -- num, seconds, ns, type, cpu, line; then the fields
local NUM, SEC, NS, TYPE, CPU, LINE = 1, 2, 3, 4, 5, 6
local inEvent = false

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

local later = function(name)
  return function() error("sysdig." .. name .. " is not supported by this version of Porthole", 2) end
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
  get_read_progress = function() return host("progress") end,
  get_thread_table = later("get_thread_table"), get_thread_table_nofds = later("get_thread_table_nofds"),
  get_thread_table_barebone = later("get_thread_table_barebone"), get_thread_table_barebone_nofds = later("get_thread_table_barebone_nofds"),
  get_container_table = later("get_container_table"), run_app = later("run_app"),
  udp_setpeername = later("udp_setpeername"), udp_send = later("udp_send"),
}

-- ---- callbacks

local function trace(message)
  if message == EXIT then return EXIT end
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
  if not run(chunk) then return end
  local n = host("argumentCount")
  if n > 0 and type(on_set_arg) ~= "function" then host("refused", "chisel " .. name .. " misses a set_arg() function.") return end
  for i = 1, n do
    local argument, value = host("argumentName", i), host("argumentValue", i)
    local ok, result = run(on_set_arg, argument, value)
    if not boolean("on_set_arg", name .. " chisel error: wrong set_arg() return value.", "set_arg() for chisel " .. name .. " failed.", ok, result) then return end
  end
  if on_init ~= nil then
    local ok, result = run(on_init)
    if not ok then return end
    if host("execs") then return end
    boolean("on_init", name .. " chisel error: wrong init() return value.", "init() for chisel " .. name .. " failed.", ok, result)
  end
end

function operations.start(name)
  if on_capture_start == nil then return end
  local ok, result = run(on_capture_start)
  boolean("on_capture_start", name .. " chisel error: wrong on_capture_start() return value. Boolean expected.", "init() for chisel " .. name .. " failed.", ok, result)
end

local ticks, nextTick, tickAt = 0, 1, 0
local function fire(name)
  local _, s, ns, delta = sunpack("<I4ddd", data, tickAt)
  tickAt = tickAt + 28
  nextTick = nextTick + 1
  local handler = on_interval
  if handler == nil then return true end
  inEvent = false
  if handler(s, ns, delta) then return true end
  ended = true
  host("refused", "execution terminated by the " .. name .. " chisel")
  return false
end
local function events(name)
  local handler = on_event
  local lines = kinds[LINE] ~= 0 and unpack_column(LINE) or nil
  local due = nextTick <= ticks and sunpack("<I4", data, tickAt) or rows
  for i = 1, rows do
    while due < i do
      row = i
      if not fire(name) then return end
      due = nextTick <= ticks and sunpack("<I4", data, tickAt) or rows
    end
    row = i
    inEvent = true
    if handler == nil then
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

function operations.flush() end

function operations.finish()
  if on_capture_end == nil or exited then return end
  local s, ns, delta = host("endSeconds"), host("endNs"), host("endDelta")
  run(on_capture_end, s, ns, delta)
end

return function(operation, argument)
  local ok, message = pcall(operations[operation], argument)
  flush()
  if ended then host("ended") end
  if not ok then error(message, 0) end
end
`;
