// The driver's part of a profile: callbacks in a wrapper that says when one is to be followed. Without a profile a callback is called as it is.

/** Defines `profiled(name, f)` and `profile_begins()`, which the driver calls once before the chisel is loaded. */
export const PROFILE = String.raw`
local profiling, wrapped = false, {}
local function profile_begins() profiling = host("profiles") == true end
--- Ends what was followed, and passes on what the callback has returned.
local function followed(rest, ...)
  rest.wait = host("profileEnd")
  return ...
end
local function profiled(name, f)
  if not profiling or type(f) ~= "function" then return f end
  local w = wrapped[f]
  if w then return w end
  local rest = { wait = 0 }
  local each = name == "on_event"
  w = function(...)
    if each and rest.wait > 0 then rest.wait = rest.wait - 1 return f(...) end
    host("profileBegin", name)
    return followed(rest, f(...))
  end
  wrapped[f] = w
  return w
end
`;
