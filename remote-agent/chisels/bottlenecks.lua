--[[
The slowest calls.
]]

description = "Prints the ten calls that took longest, at the end of the capture: for each the line of its beginning and that of its end. Calls that wait for something to do come first without being slow: leave them out in the filter, as in evt.type!=futex."
short_description = "The slowest system calls"
category = "Performance"
args = {}

local MOST = 10
-- Beginnings of calls; these events begin none.
local BEGINS = "evt.dir=> and not evt.type in (switch, procinfo, signaldeliver, procexit)"

-- By thread, of the call that it is in: number of the event, process, type, arguments. Most are never printed.
local numbers, processes, kinds, arguments = {}, {}, {}, {}
-- { ns = , enter = , exit = } of the slowest calls, the slowest first.
local slowest = {}
local least = 0
local f_latency, f_thread, f_process, f_dir, f_args

function on_init()
	f_latency = chisel.request_field("evt.latency")
	f_thread = chisel.request_field("thread.tid")
	f_process = chisel.request_field("proc.name")
	f_dir = chisel.request_field("evt.dir")
	f_args = chisel.request_field("evt.args")
	chisel.set_filter(BEGINS .. " or evt.dir=<")
	return true
end

local function line(number, ns, process, thread, dir, kind, args)
	return string.format("%d) %d.%09d %s (%s) %s %s %s", number, math.floor(ns / 1000000000), ns % 1000000000, tostring(process), tostring(thread), dir, kind, args or "")
end

function on_event()
	local thread, kind = evt.field(f_thread), evt.get_type()
	if thread == nil then
		return false
	end
	if evt.field(f_dir) == ">" then
		numbers[thread], processes[thread], kinds[thread], arguments[thread] = evt.get_num(), evt.field(f_process), kind, evt.field(f_args)
		return false
	end
	local ns = evt.field(f_latency)
	if ns == nil or kinds[thread] ~= kind or ns <= least then
		return false
	end
	kinds[thread] = nil
	local at = #slowest + 1
	while at > 1 and slowest[at - 1].ns < ns do
		at = at - 1
	end
	table.insert(slowest, at, { ns = ns, enter = line(numbers[thread], 0, processes[thread], thread, ">", kind, arguments[thread]), exit = line(evt.get_num(), ns, evt.field(f_process), thread, "<", kind, evt.field(f_args)) })
	slowest[MOST + 1] = nil
	if #slowest == MOST then
		-- From here on, ends of shorter calls are not looked at.
		least = slowest[MOST].ns
		chisel.set_filter(string.format("%s or evt.latency > %d", BEGINS, least))
	end
	return false
end

function on_capture_end()
	for _, call in ipairs(slowest) do
		print(call.enter)
		print(call.exit)
	end
	return true
end
