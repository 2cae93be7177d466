// The part of the driver that makes Lua 5.4 look like 5.1 with LuaJIT's additions. One chunk with driver.ts: it uses its locals.

export const LUA51 = String.raw`
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
local loaded, loading = {}, {}
local gtonumber, gtostring, NAN = tonumber, tostring, -(0 / 0)
local plans, planned = {}, 0
local function plan(format)
  local places, floats, place, changed = {}, {}, 0, format
  for flags, letter in format:gmatch("%%([%-+ #0-9.]*)(.)") do
    if letter == "%" then
    else
      place = place + 1
      if sfind("diuxXoc", letter, 1, true) then places[#places + 1] = place
      elseif sfind("feEgG", letter, 1, true) then floats[#floats + 1] = { place, letter == "f" and 2.0 ^ ((gtonumber(flags:match("%.(%d*)")) or 6) + 1) or 0 } end
    end
  end
  changed = format:gsub("(%%[%-+ #0-9.]*)u", "%1d")
  local made = { places = places, floats = floats, format = changed }
  if planned > 500 then plans, planned = {}, 0 end
  plans[format], planned = made, planned + 1
  return made
end
string.format = function(format, ...)
  if type(format) ~= "string" then return sformat(format, ...) end
  local p = plans[format] or plan(format)
  if #p.places == 0 and #p.floats == 0 then return sformat(p.format, ...) end
  local values, n = { ... }, select("#", ...)
  for i = 1, #p.places do
    local k = p.places[i]
    local v = tonumber(values[k])
    if v then
      if v ~= v or v >= 9.2233720368547e18 or v <= -9.2233720368547e18 then v = 0 end
      values[k] = v >= 0 and floor(v) or -floor(-v)
    end
  end
  -- What lies in the middle goes away from zero, as LuaJIT rounds, not to the even digit, as C does.
  for i = 1, #p.floats do
    local k, scale = p.floats[i][1], p.floats[i][2]
    local v = gtonumber(values[k])
    if v == nil then
    elseif v ~= v then values[k] = NAN
    elseif v * scale % 2 == 1 then values[k] = v * (1 + 2.0 ^ -52) end
  end
  return sformat(p.format, unpack(values, 1, n))
end
local srepeat, ssub = string.rep, string.sub
string.rep = function(s, n, sep) return srepeat(s, floor(tonumber(n) or 0), sep) end

-- Numbers of 32 bits with a sign, as LuaJIT's.
local function signed(n) n = n & 0xffffffff return (n > 0x7fffffff and n - 0x100000000 or n) end
local function whole(n)
  local v = tonumber(n)
  if v == nil then error("bad argument to a function of 'bit' (number expected, got " .. type(n) .. ")", 3) end
  if v ~= v or v >= 9.2233720368547e18 or v <= -9.2233720368547e18 then return 0 end
  return floor(v + 0.5)
end
local function bits(combine)
  return function(a, ...)
    a = whole(a)
    for i = 1, select("#", ...) do a = combine(a, whole((select(i, ...)))) end
    return signed(a)
  end
end
local function low(a) return whole(a) & 0xffffffff end
bit = {
  band = bits(function(a, b) return a & b end), bor = bits(function(a, b) return a | b end), bxor = bits(function(a, b) return a ~ b end),
  bnot = function(a) return signed(~whole(a)) end, tobit = function(a) return signed(whole(a)) end,
  lshift = function(a, n) return signed(low(a) << (whole(n) & 31)) end, rshift = function(a, n) return signed(low(a) >> (whole(n) & 31)) end,
  arshift = function(a, n) return signed(signed(low(a)) // (1 << (whole(n) & 31))) end,
  rol = function(a, n) a, n = low(a), whole(n) & 31 return signed(a << n | a >> (32 - n)) end, ror = function(a, n) a, n = low(a), whole(n) & 31 return signed(a >> n | a << (32 - n)) end,
  bswap = function(a) a = low(a) return signed(a >> 24 | (a >> 8 & 0xff00) | (a << 8 & 0xff0000) | a << 24) end,
  tohex = function(a, n)
    n = n and whole(n) or 8
    local text = sformat("%08" .. (n < 0 and "X" or "x"), low(a))
    n = n < 0 and -n or n
    return n < 8 and text:sub(9 - n) or text
  end,
}
jit = { version = "LuaJIT 2.1.0", version_num = 20100, os = "Linux", arch = "x64", on = function() end, off = function() end, flush = function() end, status = function() return false end }

-- What 5.4 refuses and 5.1 took.
local tremove, gsub, gfloor, gceil, gmatch = table.remove, string.gsub, math.floor, math.ceil, string.gmatch
table.insert = function(t, ...)
  if select("#", ...) == 1 then t[#t + 1] = (...) return end
  local at, value = ...
  at = floor(at)
  local last = #t + 1
  if at > last then last = at end
  for i = last, at + 1, -1 do t[i] = t[i - 1] end
  t[at] = value
end
table.remove = function(t, at)
  local n = #t
  if at == nil then if n == 0 then return nil end return tremove(t) end
  at = floor(at)
  if at < 1 or at > n then return nil end
  return tremove(t, at)
end
-- Behind a match, 5.1 finds an empty one that 5.4 leaves out.
local function matches_nothing(pattern) return sfind("", pattern) ~= nil or sfind(pattern, "%f", 1, true) ~= nil end
local function slow_gsub(s, pattern, with, most)
  local parts, n, at = {}, 0, 1
  local function replacement(whole, ...)
    local first = select("#", ...) > 0 and (...) or whole
    local value
    if type(with) == "table" then value = with[first]
    elseif type(with) == "function" then if select("#", ...) > 0 then value = with(...) else value = with(whole) end
    else
      local captures = { ... }
      return (gsub(with, "%%(.)", function(c)
        if c == "0" then return whole end
        if c == "1" and #captures == 0 then return whole end
        return sfind(c, "%d") and captures[gtonumber(c)] or c
      end))
    end
    return value or whole
  end
  local function add(from, to, ...)
    if from == nil then return false end
    n = n + 1
    parts[#parts + 1] = ssub(s, at, from - 1)
    parts[#parts + 1] = replacement(ssub(s, from, to), ...)
    if to >= from then at = to + 1 return true end
    parts[#parts + 1] = ssub(s, from, from)
    at = from + 1
    return from <= #s
  end
  while (most == nil or n < most) and at <= #s + 1 and add(sfind(s, pattern, at)) do end
  parts[#parts + 1] = ssub(s, at)
  return concat(parts), n
end
-- In the text that replaces, % before anything but a digit stood for what follows it.
local replacements, replaced = {}, 0
string.gsub = function(s, pattern, with, n)
  if type(with) == "string" and sfind(with, "%", 1, true) then
    local made = replacements[with]
    if not made then
      made = gsub(with, "%%(.?)", function(c) if sfind(c, "^%d") then return "%" .. c end return c == "%" and "%%" or c end)
      made = gsub(made, "%%$", "")
      if replaced > 500 then replacements, replaced = {}, 0 end
      replacements[with], replaced = made, replaced + 1
    end
    with = made
  end
  if n ~= nil then n = floor(n) end
  if pattern ~= "" and type(pattern) == "string" and ssub(pattern, 1, 1) ~= "^" and matches_nothing(pattern) then return slow_gsub(s, pattern, with, n) end
  return gsub(s, pattern, with, n)
end
string.gmatch = function(s, pattern)
  if type(pattern) ~= "string" or not matches_nothing(pattern) then return gmatch(s, pattern) end
  local at = 1
  local function found(from, to, ...)
    if from == nil then at = #s + 2 return nil end
    at = (to < from and from or to) + 1
    if select("#", ...) == 0 then return ssub(s, from, to) end
    return ...
  end
  return function()
    if at > #s + 1 then return nil end
    return found(sfind(s, pattern, at))
  end
end
string.gfind = string.gmatch
tostring = function(...)
  local v = ...
  if v ~= v then return "nan" end
  return gtostring(...)
end
_VERSION = "Lua 5.1"
-- Numbers are doubles: what would be an integer to 5.4 would print more digits, and turn over at 2^63.
math.floor = function(x) return gfloor(x) + 0.0 end
math.ceil = function(x) return gceil(x) + 0.0 end
tonumber = function(x, base)
  local n
  if base ~= nil then n = gtonumber(type(x) == "number" and sformat("%d", x) or x, floor(base)) else n = gtonumber(x) end
  if n then return n + 0.0 end
end
-- An environment of its own for a file's names, with all of Lua's in reach where it asks so.
module = function(name, ...)
  local made = loaded[name]
  if type(made) ~= "table" then made = {} end
  loaded[name] = made
  _G[name] = made
  made._NAME, made._M = name, made
  for i = 1, select("#", ...) do (select(i, ...))(made) end
  setfenv(2, made)
end

-- A coroutine of the chisel's that waits for an answer has the callback wait that resumed it.
local function passed(co, ok, what, ...)
  if ok and what == REQUEST then return passed(co, coresume(co, coyield(REQUEST))) end
  return ok, what, ...
end
coroutine.running = function()
  local co = corunning()
  if co == running then return nil end
  return co
end
coroutine.yield = function(...)
  if corunning() == running then error("attempt to yield from outside a coroutine", 2) end
  return coyield(...)
end
coroutine.resume = function(co, ...) return passed(co, coresume(co, ...)) end
local function unwrapped(ok, ...)
  if not ok then error((...), 0) end
  return ...
end
coroutine.wrap = function(f)
  local co = cocreate(f)
  return function(...) return unwrapped(passed(co, coresume(co, ...))) end
end


`;
