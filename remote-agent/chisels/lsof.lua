--[[
Open descriptors at one moment.
]]

description = "Lists the descriptors that are open at the first event that passes the filter: files, sockets, pipes and others, of each thread. With an argument, only those of which it is true."
short_description = "Open descriptors at one moment"
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

local COLUMNS = { { "COMMAND", 20 }, { "PID", 8 }, { "TID", 8 }, { "USER", 8 }, { "FD", 8 }, { "TYPE", 12 }, { "NAME" } }

function on_set_arg(name, value)
	state.filter = value
	return true
end

state.print_threads(sysdig.get_thread_table, COLUMNS, function(thread, add)
	for _, number in ipairs(state.sorted_keys(thread.fdtable)) do
		local fd = thread.fdtable[number]
		add(thread.comm, string.format("%d", thread.pid), string.format("%d", thread.tid), thread.username, string.format("%d", number), fd.type, fd.name)
	end
end)
