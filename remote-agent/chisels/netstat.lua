--[[
Connections at one moment.
]]

description = "Lists the IPv4 and IPv6 sockets that are open at the first event that passes the filter: who serves, who is served, which thread has them. With an argument, only those of which it is true."
short_description = "Connections at one moment"
category = "System State"
args =
{
	{
		name = "filter",
		description = "which processes and descriptors to show, such as fd.type=ipv4 or proc.name=nginx",
		argtype = "filter",
		optional = true
	}
}

local state = require "porthole_state"

local COLUMNS = { { "Proto", 6 }, { "Server Address", 25 }, { "Client Address", 25 }, { "State", 15 }, { "TID/PID/Program Name" } }
local SOCKETS = "(fd.type=ipv4 or fd.type=ipv6)"

local function sockets(filter)
	return sysdig.get_thread_table(filter and SOCKETS .. " and (" .. filter .. ")" or SOCKETS)
end

local function address(ip, port)
	return string.format("%s:%d", ip, port)
end

function on_set_arg(name, value)
	state.filter = value
	return true
end

state.print_threads(sockets, COLUMNS, function(thread, add)
	local program = string.format("%d/%d/%s", thread.tid, thread.pid, thread.comm)
	for _, number in ipairs(state.sorted_keys(thread.fdtable)) do
		local fd = thread.fdtable[number]
		if fd.cip ~= nil then
			add(fd.l4proto, address(fd.sip, fd.sport), address(fd.cip, fd.cport), "ESTABLISHED", program)
		elseif fd.sip ~= nil then
			add(fd.l4proto, address(fd.sip, fd.sport), "0.0.0.0:*", "LISTEN", program)
		end
	end
end)
