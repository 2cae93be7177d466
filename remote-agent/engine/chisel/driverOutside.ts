// The part of the driver that takes away what reaches outside of a chisel, and gives it the files beside it by `require`. One chunk with driver.ts.

export const OUTSIDE = String.raw`
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
dofile, loadfile = nil, nil
package = { loaded = loaded, preload = {}, path = "", cpath = "", config = "/\n;\n?\n!\n-\n", seeall = function(m) setmetatable(m, { __index = globals }) end }
string.dump = nil
local EXIT, exited = {}, false
os = { exit = function() exited = true error(EXIT, 0) end, time = os.time, date = os.date, difftime = os.difftime, clock = function() return host("clock") end }
--- What a chisel may not do says so, with its line.
local function refused(name, why)
  return function() error(name .. ": " .. why, 2) end
end
local NO_FILES, NO_PROGRAMS = "chisels may not open files", "chisels may not start programs"
os.execute = refused("os.execute", NO_PROGRAMS)
os.remove, os.rename, os.tmpname = refused("os.remove", NO_FILES), refused("os.rename", NO_FILES), refused("os.tmpname", NO_FILES)
os.getenv = function() return nil end
debug = {
  traceback = traceback,
  getinfo = function(level, what)
    if type(level) == "number" then level = level + 1 end
    local found = getinfo(level, (gsub(what or "nSl", "[fL]", "")))
    if found then found.func = nil end
    return found
  end,
}
collectgarbage = function(what) if what == "count" then return gc("count") end if what == nil or what == "collect" or what == "step" then gc(what) end return 0 end
local function write(...)
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if type(v) ~= "string" and type(v) ~= "number" then error("bad argument #" .. i .. " to 'write' (string expected, got " .. type(v) .. ")", 3) end
    out(tostring(v))
  end
end
local stream = { write = function(self, ...) write(...) return self end, flush = function() end, setvbuf = function() end, close = function() end }
io = { stdout = stream, stderr = stream, write = function(...) write(...) return stream end, flush = function() end, open = refused("io.open", NO_FILES), popen = refused("io.popen", NO_PROGRAMS), lines = refused("io.lines", NO_FILES), read = function() return nil end, close = function() end, type = function(v) return v == stream and "file" or nil end }
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

for _, name in pairs({ "string", "table", "math", "os", "io", "coroutine", "bit", "jit", "debug" }) do loaded[name] = globals[name] end
require = function(name)
  if loaded[name] ~= nil then return loaded[name] end
  if package.preload[name] then
    local made = package.preload[name](name)
    if loaded[name] == nil then loaded[name] = made == nil and true or made end
    return loaded[name]
  end
  local text = host("module", name)
  if text == nil then error("module '" .. tostring(name) .. "' is not granted: a chisel may only require Lua files that lie beside it", 2) end
  if loading[name] then error("loop in require of '" .. name .. "'", 2) end
  local chunk, message = rawload(text, "@" .. name .. ".lua", "t")
  if not chunk then error(message, 0) end
  loading[name] = true
  local result = chunk(name)
  loading[name] = nil
  if result ~= nil then loaded[name] = result elseif loaded[name] == nil then loaded[name] = true end
  return loaded[name]
end

`;
