--[[
Processes that died, with what they did last.
]]

description = "Reports each process that a fatal signal ended, or that ended with a code other than 0, with the container it was in and the last calls that it made. OOM kills are reported where the source tells of them."
short_description = "Processes that died, and their last calls"
category = "Errors"
args = {
	{ name = "calls", description = "How many calls to show; 10 where it is left out", argtype = "int", optional = true },
	{ name = "codes", description = "no: only what signals ended; yes, or left out: exit codes other than 0 as well", argtype = "string", optional = true },
}

local text = require "porthole_text"

-- Of signals that end a process with a core, or because it did something that it may not.
local FATAL = { [4] = "SIGILL", [5] = "SIGTRAP", [6] = "SIGABRT", [7] = "SIGBUS", [8] = "SIGFPE", [9] = "SIGKILL", [11] = "SIGSEGV", [24] = "SIGXCPU", [25] = "SIGXFSZ", [31] = "SIGSYS" }
-- Processes whose calls are kept.
local PROCESSES = 5000

local f_type, f_pid, f_tid, f_container, f_command, f_name, f_result, f_time, f_status, f_latency
local last, known = {}, 0
local calls, codes = 10, true

function on_set_arg(name, value)
	if name == "codes" then
		codes = value ~= "no"
		return true
	end
	calls = text.positive("crashes", name, value) or -1
	return calls >= 0
end

function on_init()
	f_type = chisel.request_field("evt.type")
	f_pid = chisel.request_field("proc.pid")
	f_tid = chisel.request_field("thread.tid")
	f_container = chisel.request_field("container.name")
	f_command = chisel.request_field("proc.exeline")
	f_name = chisel.request_field("fd.name")
	f_result = chisel.request_field("evt.res")
	f_time = chisel.request_field("evt.datetime")
	f_status = chisel.request_field("evt.rawarg.status")
	f_latency = chisel.request_field("evt.latency")
	return true
end

local function report(pid, why)
	local json = sysdig.get_output_format() == "json"
	local ring, lines = last[pid], {}
	if ring ~= nil then
		for i = math.max(1, ring.n - calls + 1), ring.n do
			local call = ring[i % calls]
			if json then
				lines[#lines + 1] = string.format('{"call":%s,"on":%s,"result":%s,"latency_ns":%s}', text.json(call.type), text.json(call.name), text.json(call.result), text.json(call.latency))
			else
				lines[#lines + 1] = string.format("    %10s  %-14s %-9s %s", text.duration(call.latency), call.type, call.result, call.name or "")
			end
		end
	end
	local container, command = tostring(evt.field(f_container)), tostring(evt.field(f_command))
	if json then
		print(string.format('{"time":%s,"container":%s,"pid":%s,"command":%s,"why":%s,"calls":[%s]}', text.json(evt.field(f_time)), text.json(container), text.json(pid), text.json(command), text.json(why), table.concat(lines, ",")))
	else
		print(string.format("%s %s: %s (%s) %s", evt.field(f_time), container, command, tostring(pid), why))
		for _, line in ipairs(lines) do
			print(line)
		end
	end
end

function on_event()
	local pid, kind = evt.field(f_pid), evt.field(f_type)
	if pid == nil then
		return true
	end
	if kind == "procexit" then
		if pid == evt.field(f_tid) then
			-- As wait(2) has it: the signal in the lower 7 bits, the code above 8.
			local status = tonumber(evt.field(f_status)) or 0
			local signal, code = status % 128, math.floor(status / 256) % 256
			if FATAL[signal] ~= nil then
				report(pid, "was ended by " .. FATAL[signal])
			elseif code > 0 and codes then
				report(pid, "ended with code " .. code)
			end
			if last[pid] ~= nil then
				last[pid] = nil
				known = known - 1
			end
		end
		return true
	end
	if kind == "oom_kill" then
		report(pid, "was killed because memory ran out")
		return true
	end
	local result = evt.field(f_result)
	if result == nil or calls == 0 then
		return true
	end
	local ring = last[pid]
	if ring == nil then
		if known >= PROCESSES then
			last, known = {}, 0
		end
		ring = { n = 0 }
		last[pid] = ring
		known = known + 1
	end
	ring.n = ring.n + 1
	ring[ring.n % calls] = { type = kind, name = evt.field(f_name), result = result, latency = evt.field(f_latency) or 0 }
	return true
end
