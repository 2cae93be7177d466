--[[
What Porthole's chisels share that add up time on the processors. It is told in one of two ways: once a second for each thread by events named procinfo, as sysdig
records them, or by each change of the running thread (switch). Where both come, the first count.

Not a chisel: others load it with require "porthole_cpu".
]]

local table_of = require "porthole_table"

-- A hundredth of the second between two procinfo events of a thread.
local NS_OF_PERCENT = 10000000

local cpu = {}

--- Defines the callbacks. `make(table_of)`, called in on_init, answers keys and descriptions of the rows, and `filter`, which names both events.
function cpu.table(make)
	local t
	local rows = {}
	local fields, f_share = {}, nil
	-- Whether procinfo events come, and by processor since when its thread has it (s, ns).
	local told = false
	local since = {}

	function on_init()
		t = make(table_of)
		t.value, t.value_description, t.unit, t.top = "thread.exectime", "CPU%", "timepct", 10
		for i, name in ipairs(t.keys) do
			fields[i] = chisel.request_field(name)
		end
		f_share = chisel.request_field("thread.cpu")
		chisel.set_filter(t.filter)
		return true
	end

	function on_capture_start()
		table_of.every_second()
		return true
	end

	-- The processor changes from the thread of the event to another one.
	local function switched()
		local processor, s, ns = evt.get_cpuid(), evt.get_ts()
		local before = since[processor]
		since[processor] = { s, ns }
		return before and (s - before[1]) * 1000000000 + ns - before[2]
	end

	function on_event()
		local ns
		if evt.get_type() == "switch" then
			if told then
				return false
			end
			ns = switched()
		else
			if not told then
				told, rows = true, {}
				chisel.set_filter("evt.type=procinfo")
			end
			ns = (evt.field(f_share) or 0) * NS_OF_PERCENT
		end
		local key = ns and table_of.key(fields)
		if key ~= nil then
			rows[key] = (rows[key] or 0) + ns
		end
		return true
	end

	function on_interval(ts_s, ts_ns, delta)
		table_of.print(t, rows, ts_s, delta)
		rows = {}
		return true
	end

	function on_capture_end(ts_s, ts_ns, delta)
		if not sysdig.is_live() then
			table_of.print(t, rows, ts_s, delta)
		end
		return true
	end
end

return cpu
