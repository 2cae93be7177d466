--[[
Requests over HTTP.
]]

description = "Prints each request over HTTP when it is answered: sent (>) or served (<), with method, address, code of the answer, how long it took and how many bytes were announced. Over TLS nothing can be seen. With -pc the container is named."
short_description = "Requests over HTTP"
category = "Application"
args = {}

local io_of = require "porthole_io"
local requests = require "porthole_requests"

local f_time
local containers

function on_init()
	requests.request()
	f_time = chisel.request_field("evt.datetime")
	containers = sysdig.is_print_container_data()
	if containers then
		io_of.request_container(true)
	end
	return true
end

function on_event()
	local request = requests.answered()
	if request ~= nil then
		print(string.format("%s %s%s method=%s url=%s response_code=%s latency=%dms size=%dB", evt.field(f_time), containers and io_of.container() .. " " or "", request.direction,
			request.method, request.url, request.code, math.floor(request.latency / 1000000), request.bytes))
	end
	return true
end
