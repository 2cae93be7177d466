// The debugger's part of the driver: a hook that looks for breakpoints and steps, and, while a chisel stands still, answers what is asked of its variables. Without a debugger no hook is
// set, and nothing of this runs.
//
// Whether to stop is decided on the other side of the bridge (debugger.ts): here only the lines are known where that may be. Frames are numbered from the innermost; those of the
// driver are left out. A table that was shown has a number for as long as the chisel stands.

/** Defines `debugger`, before anything is taken away from Lua's library. */
export const DEBUGGER = String.raw`
local debugger = { on = false }
do
  local sethook, getlocal, setlocal, getinfo, getupvalue, setupvalue = debug.sethook, debug.getlocal, debug.setlocal, debug.getinfo, debug.getupvalue, debug.setupvalue
  local load, pcall, next, rawget, sort, tostring, tonumber, type, format, error, ipairs, setmetatable = load, pcall, next, rawget, table.sort, tostring, tonumber, type, string.format, error, ipairs, setmetatable
  local corunning, costatus = coroutine.running, coroutine.status
  local HIDDEN, POLL, SHOWN, TEXT = "porthole", 20000, 500, 400
  local lines, mode, wanted, thread = {}, "go", 0, nil
  local standing, entry, paused, library = false, false, false, {}
  local refs, frames = {}, {}
  local stop, hook

  --- How deep calls are, counted from a level of the caller.
  local function depth(from)
    local n = 0
    while getinfo(from + 1 + n, "l") do n = n + 1 end
    return n
  end
  local function hidden(info) return info.short_src == HIDDEN or info.what == "C" end

  -- ---- values

  local function text_of(value)
    local kind = type(value)
    if kind == "string" then return format("%q", #value > TEXT and value:sub(1, TEXT) .. "..." or value):gsub("\\\n", "\\n") end
    if kind == "table" then
      local known, own = pcall(tostring, value)
      if known and not own:find("^table: ") then return own end
      local first = next(value)
      if first == nil then return "{}" end
      local n, more = 0, false
      for _ in next, value do n = n + 1 if n >= 1000 then more = true break end end
      return "table with " .. n .. (more and " or more" or "") .. (n == 1 and " entry" or " entries")
    end
    if kind == "function" then
      local info = getinfo(value, "S")
      return info.what == "C" and "function of the library" or "function at " .. info.short_src .. ":" .. info.linedefined
    end
    return tostring(value)
  end
  local function show(name, value)
    local ref = 0
    if type(value) == "table" and next(value) ~= nil then
      ref = refs[value]
      if not ref then
        ref = #refs + 1
        refs[ref], refs[value] = value, ref
      end
    end
    host("debugValue", name, type(value), (text_of(value)), ref)
  end
  local function key_text(key) return type(key) == "string" and key or "[" .. tostring(key) .. "]" end

  -- ---- frames

  --- Level of a frame, as the function that asks counts. That one must not be left by a tail call.
  local function level_of(frame)
    local level = 2
    while true do
      local info = getinfo(level, "f")
      if not info then error("there is no frame " .. tostring(frame), 0) end
      if info.func == stop then return level + (frames[frame] or error("there is no frame " .. tostring(frame), 0)) - 2 end
      level = level + 1
    end
  end
  --- The value, and how to set it, of a name in a frame.
  local function find(frame, name)
    local level = level_of(frame)
    local i, at = 1, nil
    while true do
      local n = getlocal(level, i)
      if not n then break end
      if n == name then at = i end
      i = i + 1
    end
    if at then
      local _, value = getlocal(level, at)
      return true, value, function(new) setlocal(level_of(frame), at, new) end
    end
    local f = getinfo(level, "f").func
    i = 1
    while true do
      local n, value = getupvalue(f, i)
      if not n then break end
      if n == name and n ~= "_ENV" then
        local index = i
        return true, value, function(new) setupvalue(f, index, new) end
      end
      i = i + 1
    end
    return false
  end
  --- Runs a text as if it stood in a frame: names are its locals, what it encloses, and globals.
  local function evaluate(frame, text)
    local scope = setmetatable({}, {
      __index = function(_, name)
        local found, value = find(frame, name)
        if found then return value end
        return globals[name]
      end,
      __newindex = function(_, name, value)
        local found, _, set = find(frame, name)
        if found then set(value) else globals[name] = value end
      end,
    })
    local chunk, message = load("return " .. text, "=(asked)", "t", scope)
    if not chunk then
      local statement = load(text, "=(asked)", "t", scope)
      if not statement then error(message, 0) end
      chunk = statement
    end
    return chunk()
  end

  local answer = {}
  function answer.locals(frame)
    local level = level_of(frame)
    local seen, order, i = {}, {}, 1
    while true do
      local name, value = getlocal(level, i)
      if not name then break end
      if name:sub(1, 1) ~= "(" then
        if not seen[name] then order[#order + 1] = name end
        seen[name] = { value }
      end
      i = i + 1
    end
    for _, name in ipairs(order) do show(name, seen[name][1]) end
    i = -1
    while true do
      local name, value = getlocal(level_of(frame), i)
      if not name then break end
      show("... [" .. -i .. "]", value)
      i = i - 1
    end
  end
  function answer.upvalues(frame)
    local f, i = getinfo(level_of(frame), "f").func, 1
    while true do
      local name, value = getupvalue(f, i)
      if not name then break end
      if name ~= "_ENV" then show(name, value) end
      i = i + 1
    end
  end
  function answer.globals()
    local names = {}
    for name in next, globals do
      if type(name) == "string" and not library[name] then names[#names + 1] = name end
    end
    sort(names)
    for _, name in ipairs(names) do show(name, globals[name]) end
  end
  function answer.table(ref)
    local value = refs[ref]
    if value == nil then error("the chisel has gone on since", 0) end
    local keys, n = {}, 0
    for key in next, value do
      n = n + 1
      if n > SHOWN then break end
      keys[n] = key
    end
    sort(keys, function(a, b)
      local x, y = type(a), type(b)
      if x == y and (x == "number" or x == "string") then return a < b end
      return x < y
    end)
    for _, key in ipairs(keys) do show(key_text(key), rawget(value, key)) end
    if n > SHOWN then host("debugValue", "...", "more", "only the first " .. SHOWN .. " are shown", 0) end
  end
  function answer.evaluate(frame, text) show("", (evaluate(frame, text))) end
  function answer.set(frame, name, text)
    local value = evaluate(frame, text)
    local found, _, set = find(frame, name)
    if found then set(value) elseif globals[name] ~= nil then globals[name] = value else error("there is no variable " .. name, 0) end
    show(name, value)
  end
  function answer.setEntry(ref, key, text, frame)
    local all, value = refs[ref], evaluate(frame, text)
    if all == nil then error("the chisel has gone on since", 0) end
    for k in next, all do
      if key_text(k) == key then all[k] = value show(key, value) return end
    end
    error("there is no entry " .. key, 0)
  end

  -- ---- standing still

  --- A global's name: what the driver calls it by says nothing.
  local function name_of(f)
    for name, value in next, globals do
      if value == f and type(name) == "string" then return name end
    end
  end

  local function take_lines()
    lines = {}
    for line in host("debugLines"):gmatch("%d+") do lines[tonumber(line)] = true end
  end

  --- Tells where the chisel is, and answers until it is to go on; true where it stood still for somebody. Called by the hook, or by a handler of errors.
  stop = function(reason, message)
    refs, frames = {}, {}
    local level = 2
    while true do
      local info = getinfo(level, "nSlf")
      if not info then break end
      if not hidden(info) then
        frames[#frames + 1] = level
        host("debugFrame", info.what == "main" and "(file)" or name_of(info.func) or info.name or "(function)", info.short_src, info.currentline)
      end
      level = level + 1
    end
    if #frames == 0 then return false end
    standing = true
    host("debugStopped", reason, message or "")
    while true do
      local what = host("debugNext")
      if what == "resume" or what == "go" or what == "in" or what == "over" or what == "out" then
        standing, refs, frames = false, {}, {}
        take_lines()
        if what == "resume" then return false end
        mode, thread, wanted = what, corunning(), depth(3)
        return true
      end
      local ok, problem = pcall(answer[what], host("debugArgument", 1), host("debugArgument", 2), host("debugArgument", 3), host("debugArgument", 4))
      host("debugDone", ok and "" or tostring(problem))
    end
  end

  local function poll()
    local what = host("debugPoll")
    if what == "" then return end
    take_lines()
    if what == "pause" then mode, paused = "in", true end
  end

  hook = function(event, line)
    if standing then return end
    if event == "count" then poll() return end
    local known = lines[line]
    if mode == "go" and not known then return end
    local source = getinfo(2, "S").short_src
    if source == HIDDEN then return end
    if known and host("debugLine", source, line) then
      local stood = stop("breakpoint")
      if stood then return end
    end
    if mode == "in" or mode ~= "go" and (corunning() == thread or costatus(thread) == "dead") and (mode == "over" and depth(2) <= wanted or mode == "out" and depth(2) < wanted) then
      local _ = stop(entry and "entry" or paused and "pause" or "step")
      entry, paused = false, false
    end
  end

  --- An operation begins.
  function debugger.begin(co)
    sethook(co, hook, "l", POLL)
    poll()
  end
  --- An error, where it was raised.
  function debugger.failed(message)
    if standing or not host("debugError") then return end
    local _ = stop("error", tostring(message))
    mode = "go"
  end
  --- Before the chisel is loaded: what is there now is Lua's library and the chisel API.
  function debugger.prepare()
    local how = host("debugs")
    if how == nil then return end
    debugger.on, mode, entry = true, how, how == "in"
    library = {}
    for name in next, globals do library[name] = true end
    local xpcall, create = xpcall, coroutine.create
    globals.pcall = function(f, ...)
      return xpcall(f, function(message) if host("debugCaught") then debugger.failed(message) end return message end, ...)
    end
    globals.coroutine.create = function(f)
      local co = create(f)
      sethook(co, hook, "l", POLL)
      return co
    end
    take_lines()
  end
end
`;
