--[[
Requests over HTTP, the most frequent, slowest or largest.
]]

description = "Adds up requests over HTTP by method and address, and shows those with most calls, the longest time on average, or most bytes announced. A request between two processes of the host counts on both sides. Over TLS nothing can be seen. With -pc, rows are told apart by container."
short_description = "Requests over HTTP by number, time or bytes"
category = "Application"
args =
{
	{
		name = "by",
		description = "ncalls (as without), time or bytes",
		argtype = "string",
		optional = true
	}
}

local table_of = require "porthole_table"
local io_of = require "porthole_io"
local requests = require "porthole_requests"

local UNITS = { ncalls = "none", time = "time", bytes = "bytes" }

local by = "ncalls"
local containers
local t
-- By key: the sum, and how many requests made it.
local rows, calls = {}, {}

function on_set_arg(name, value)
	by = value
	if UNITS[by] == nil then
		print("httptop: the argument can be ncalls, time or bytes, not '" .. value .. "'")
		return false
	end
	return true
end

function on_init()
	requests.request()
	containers = sysdig.is_print_container_data()
	if containers then
		io_of.request_container(true)
	end
	t = { keys = { "method", "url" }, value = by, value_description = by, unit = UNITS[by], top = 30 }
	if containers then
		table.insert(t.keys, 1, "container")
	end
	t.descriptions = t.keys
	return true
end

function on_capture_start()
	if sysdig.is_live() then
		chisel.set_interval_s(1)
	end
	return true
end

function on_event()
	local request = requests.answered()
	if request ~= nil then
		local key = table_of.join(request.method, request.url)
		if containers then
			key = table_of.join((io_of.container()), key)
		end
		local value = by == "ncalls" and 1 or by == "time" and request.latency or request.bytes
		rows[key] = (rows[key] or 0) + value
		calls[key] = (calls[key] or 0) + 1
	end
	return true
end

local function print_rows(ts_s, delta)
	if by == "time" then
		for key, sum in pairs(rows) do
			rows[key] = sum / calls[key]
		end
	end
	table_of.print(t, rows, ts_s, delta)
	rows, calls = {}, {}
end

function on_interval(ts_s, ts_ns, delta)
	print_rows(ts_s, delta)
	return true
end

function on_capture_end(ts_s, ts_ns, delta)
	if not sysdig.is_live() then
		print_rows(ts_s, delta)
	end
	return true
end
