--[[
Requests to a service and what came back, out of the bytes of calls: what dnslog, mysqllog, pgsqllog and redislog share, and their tables.

Not a chisel: others load it with require "porthole_service" and call service.define with the rules of a protocol. Requests are kept by process and descriptor, the
oldest is answered first, or the one with the same id. What is not answered within WAITING others is forgotten, so that memory is bounded whatever comes.
]]

local io_of = require "porthole_io"
local table_of = require "porthole_table"
local text = require "porthole_text"

local service = {}

-- Requests of one descriptor that wait; descriptors that are known; characters of a request that are shown.
local WAITING, DESCRIPTORS, SHOWN = 64, 4096, 200

--- What a reader needs of bytes that may be cut anywhere: numbers are nil where they are not there.
function service.u16(data, at)
	local a, b = data:byte(at, at + 1)
	return b and a * 256 + b
end
function service.u16le(data, at)
	local a, b = data:byte(at, at + 1)
	return b and b * 256 + a
end
function service.u24le(data, at)
	local a, b, c = data:byte(at, at + 2)
	return c and c * 65536 + b * 256 + a
end
function service.u32(data, at)
	local a, b, c, d = data:byte(at, at + 3)
	return d and ((a * 256 + b) * 256 + c) * 256 + d
end

--- A text on one line: what does not print becomes a dot, runs of blanks one.
function service.line(data)
	local line = data:gsub("%s+", " "):gsub("[%c\127-\255]", ".")
	return #line > SHOWN and line:sub(1, SHOWN) .. "..." or line
end

local f = {}
local open, known = {}, 0
local rules, form
local totals = {}

local function state_of()
	local pid, fd = evt.field(f.pid), evt.field(f.fd)
	if pid == nil or fd == nil then
		return nil
	end
	local key = pid .. " " .. fd
	local state = open[key]
	if state == nil then
		if known >= DESCRIPTORS then
			open, known = {}, 0
		end
		state = { waiting = {} }
		open[key] = state
		known = known + 1
	end
	return state
end

local function told(request, answer)
	-- Seconds and the rest by themselves: as one number a time of day would be exact to a quarter of a microsecond only.
	local s, ns = evt.get_ts()
	local latency = (s - request.s) * 1000000000 + ns - request.ns
	if form == "top" then
		local row = totals[request.kind]
		if row == nil then
			row = { count = 0, failed = 0, total = 0, longest = 0 }
			totals[request.kind] = row
		end
		row.count = row.count + 1
		row.total = row.total + latency
		row.longest = math.max(row.longest, latency)
		if answer.failed then
			row.failed = row.failed + 1
		end
		return
	end
	if form == "failed" and not answer.failed then
		return
	end
	local when, process, container, peer = evt.field(f.datetime), tostring(evt.field(f.process)), tostring(evt.field(f.container)), tostring(evt.field(f.name))
	if sysdig.get_output_format() == "json" then
		print(string.format('{"time":%s,"container":%s,"process":%s,"pid":%s,"connection":%s,"served":%s,"request":%s,"result":%s,"failed":%s,"latency_ns":%s}', text.json(when),
			text.json(container), text.json(process), text.json(evt.field(f.pid)), text.json(peer), tostring(request.served), text.json(service.line(request.text)), text.json(service.line(answer.text)),
			tostring(answer.failed == true), text.json(latency)))
		return
	end
	local color = answer.failed and io_of.red or ""
	print(string.format("%s%s %-20s %-16s %s %8s  %s -> %s%s", color, when, container, process, request.served and "<" or ">", text.duration(latency), service.line(request.text),
		service.line(answer.text), answer.failed and io_of.reset or ""))
end

--[[
Defines the callbacks of a chisel. `t`: filter (of the events), request(data, state) which answers { text, kind, id } where the data begin one (kind: what the table counts
it by), answer(data, request, state) which answers { text, failed } where they end the oldest one, and id_of(data), where answers name the request that they belong to.
`state` is a table of the descriptor's own. A request is what a process writes (">", it asks) or reads ("<", it serves).
]]
function service.define(t)
	rules = t

	function on_set_arg(name, value)
		if name == "form" then
			if value ~= "log" and value ~= "failed" and value ~= "top" then
				print("form must be log, failed or top, not '" .. value .. "'")
				return false
			end
			form = value
		else
			io_of.set_color(value)
		end
		return true
	end

	function on_init()
		form = form or "log"
		f.data = chisel.request_field("evt.rawarg.data")
		f.read = chisel.request_field("evt.is_io_read")
		f.pid = chisel.request_field("proc.pid")
		f.fd = chisel.request_field("fd.num")
		f.datetime = chisel.request_field("evt.datetime")
		f.process = chisel.request_field("proc.name")
		f.container = chisel.request_field("container.name")
		f.name = chisel.request_field("fd.name")
		sysdig.set_snaplen(1024)
		chisel.set_filter("evt.is_io=true and evt.dir=< and evt.failed=false and " .. t.filter)
		return true
	end

	function on_event()
		local data, state = evt.field(f.data), state_of()
		if data == nil or data == "" or state == nil then
			return true
		end
		local served = evt.field(f.read)
		-- Which way requests go is known by the first one that is seen.
		if state.served == nil or state.served == served then
			local request = rules.request(data, state)
			if request ~= nil then
				state.served = served
				request.served = served
				request.s, request.ns = evt.get_ts()
				local waiting = state.waiting
				if #waiting >= WAITING then
					table.remove(waiting, 1)
				end
				waiting[#waiting + 1] = request
				return true
			end
		end
		if state.served == nil or state.served == served or #state.waiting == 0 then
			return true
		end
		local at = 1
		if rules.id_of ~= nil then
			local id = rules.id_of(data)
			at = nil
			for i, request in ipairs(state.waiting) do
				if request.id == id then
					at = i
					break
				end
			end
		end
		local request = at and state.waiting[at]
		local answer = request and rules.answer(data, request, state)
		if answer ~= nil then
			table.remove(state.waiting, at)
			told(request, answer)
		end
		return true
	end

	function on_capture_end()
		if form ~= "top" then
			return true
		end
		local rows, json = {}, sysdig.get_output_format() == "json"
		for kind, row in pairs(totals) do
			rows[kind] = row.total
		end
		if not json then
			print(string.format("%8s %8s %10s %10s %10s  %s", "COUNT", "FAILED", "TOTAL", "MEAN", "LONGEST", "REQUEST"))
		end
		local lines = {}
		for _, row in ipairs(table_of.sorted(rows)) do
			local all = totals[row.key]
			if json then
				lines[#lines + 1] = string.format('{"request":%s,"count":%d,"failed":%d,"total_ns":%s,"longest_ns":%s}', text.json(service.line(row.key)), all.count, all.failed, text.json(all.total), text.json(all.longest))
			else
				print(string.format("%8d %8d %10s %10s %10s  %s", all.count, all.failed, text.duration(all.total), text.duration(all.total / all.count), text.duration(all.longest), service.line(row.key)))
			end
		end
		if json then
			print("[" .. table.concat(lines, ",\n") .. "]")
		end
		return true
	end
end

--- The arguments of such a chisel.
service.ARGS = {
	{ name = "form", description = "log: each request when it is answered; failed: those alone that failed; top: a table of requests at the end", argtype = "string", optional = true },
	{ name = "disable_color", description = "Set to 'disable_color' to print without colours", argtype = "string", optional = true },
}

return service
