--[[
What httplog and httptop share: requests over HTTP and what came back, out of the data of calls.

Not a chisel. It looks at the beginning of what one call moves: a first line that comes in pieces is not seen, and of requests that are sent before the one in front
of them was answered only the first.
]]

local requests = {}

-- By process and descriptor: the request that waits for its answer.
local waiting = {}
local f_data, f_fd, f_pid, f_direction, f_time

--- Asks for the fields and sets the filter; called in on_init.
function requests.request()
	f_data = chisel.request_field("evt.buffer")
	f_fd = chisel.request_field("fd.num")
	f_pid = chisel.request_field("proc.pid")
	f_direction = chisel.request_field("evt.io_dir")
	f_time = chisel.request_field("evt.rawtime")
	sysdig.set_snaplen(1024)
	-- The end of lines is two dots: what does not print comes as one.
	chisel.set_filter("evt.is_io=true and evt.dir=< and (fd.sockfamily=ip or fd.sockfamily=unix) and evt.buffer contains HTTP/")
end

local function request_of(data, time)
	local method, url = data:match("^(%u+) (%S+)")
	if method == nil then
		return nil
	end
	local host = data:match("Host: (%S+)%.%.")
	return { method = method, url = (host or "") .. url, direction = evt.field(f_direction) == "write" and ">" or "<", time = time }
end

--- Called in on_event: the request that this event answers, with method, url, direction (">" sent, "<" served), code, bytes (of the body, as announced) and latency (ns).
function requests.answered()
	local fd, pid, data = evt.field(f_fd), evt.field(f_pid), evt.field(f_data)
	if fd == nil or pid == nil or data == nil then
		return nil
	end
	local key = pid .. " " .. fd
	local request = waiting[key]
	if request == nil then
		waiting[key] = request_of(data, evt.field(f_time))
		return nil
	end
	local code = data:match("HTTP/%S+ (%d+)")
	if code == nil then
		return nil
	end
	waiting[key] = nil
	request.code = code
	request.bytes = tonumber(data:match("Content%-Length: (%d+)%.%.")) or 0
	request.latency = evt.field(f_time) - request.time
	return request
end

return requests
