--[[
Processes at one moment.
]]

description = "Lists the threads that are there at the first event that passes the filter, with user, memory and the limit of open descriptors. With an argument, only those that have a descriptor open of which it is true."
short_description = "Processes at one moment"
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

local text = require "porthole_text"
local state = require "porthole_state"

local COLUMNS = { { "TID", 8 }, { "PID", 8 }, { "USER", 12 }, { "VIRT", 11 }, { "RES", 11 }, { "FDLIMIT", 10 }, { "CMD                 " } }
local KILOBYTE = 1024

function on_set_arg(name, value)
	state.filter = value
	return true
end

state.print_threads(sysdig.get_thread_table_nofds, COLUMNS, function(thread, add)
	add(string.format("%d", thread.tid), string.format("%d", thread.pid), thread.username, text.bytes(thread.vmsize_kb * KILOBYTE), text.bytes(thread.vmrss_kb * KILOBYTE),
		string.format("%d", thread.fdlimit), thread.comm)
end)
