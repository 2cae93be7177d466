--[[
Slow calls, and who they waited for.
]]

description = "Prints calls on sockets and pipes that took longer than min_ms, and who is at the other end: the process that wrote last to the same connection or pipe, or that has its other end open."
short_description = "Slow calls and who they waited for"
category = "Performance"
args = { { name = "min_ms", description = "Calls that took longer than so many milliseconds", argtype = "int" } }

local text = require "porthole_text"

local f_key, f_kind, f_process, f_pid, f_container, f_latency, f_type, f_time, f_write, f_ino
local ends, known, limit_ns = {}, 0, 0
local ENDS = 50000

function on_set_arg(name, value)
	local ms = text.positive("slowwaits", name, value)
	limit_ns = (ms or 0) * 1000000
	return ms ~= nil
end

function on_init()
	f_key = chisel.request_field("fd.name")
	f_kind = chisel.request_field("fd.type")
	f_ino = chisel.request_field("fd.ino")
	f_process = chisel.request_field("proc.name")
	f_pid = chisel.request_field("proc.pid")
	f_container = chisel.request_field("container.name")
	f_latency = chisel.request_field("evt.latency")
	f_type = chisel.request_field("evt.type")
	f_time = chisel.request_field("evt.datetime")
	chisel.set_filter("evt.is_io=true and evt.dir=< and (fd.type=ipv4 or fd.type=ipv6 or fd.type=pipe or fd.type=unix)")
	return true
end

function on_event()
	local kind, name, pid = evt.field(f_kind), evt.field(f_key), evt.field(f_pid)
	-- Connections have the same name at both ends, pipes the same number.
	local key = kind == "pipe" and evt.field(f_ino) or name
	if key == nil or key == "" or pid == nil then
		return true
	end
	local both = ends[key]
	if both == nil then
		if known >= ENDS then
			ends, known = {}, 0
		end
		both = {}
		ends[key] = both
		known = known + 1
	end
	local own = both[1] ~= nil and both[1].pid == pid and both[1] or both[2] ~= nil and both[2].pid == pid and both[2] or nil
	if own == nil then
		own = { pid = pid, process = tostring(evt.field(f_process)), container = tostring(evt.field(f_container)) }
		both[both[1] == nil and 1 or 2] = own
	end
	local latency = evt.field(f_latency)
	if latency == nil or latency <= limit_ns then
		return true
	end
	local other = both[1] == own and both[2] or both[1]
	if other == own then
		other = nil
	end
	if sysdig.get_output_format() == "json" then
		print(string.format('{"time":%s,"container":%s,"process":%s,"pid":%s,"call":%s,"on":%s,"latency_ns":%s,"waited_for":%s}', text.json(evt.field(f_time)), text.json(own.container), text.json(own.process), text.json(pid),
			text.json(evt.field(f_type)), text.json(tostring(name)), text.json(latency), other and string.format('{"container":%s,"process":%s,"pid":%s}', text.json(other.container), text.json(other.process), text.json(other.pid)) or "null"))
	else
		print(string.format("%s %8s  %s %s (%s) %s %s, waited for %s", evt.field(f_time), text.duration(latency), own.container, own.process, tostring(pid), evt.field(f_type), tostring(name),
			other and string.format("%s %s (%s)", other.container, other.process, tostring(other.pid)) or "somebody who is not seen"))
	end
	return true
end
