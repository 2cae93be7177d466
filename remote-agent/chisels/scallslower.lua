--[[
System calls that take long.
]]

description = "Prints each system call that takes longer than so many milliseconds, when it has ended; 0 prints all. Calls that wait for something to do (futex, epoll_wait) are slow without anything being wrong. Processes of the host are green, those of containers blue; with -pc the container is named."
short_description = "Slow system calls"
category = "Performance"
args =
{
	{
		name = "min_ms",
		description = "print what takes longer than so many milliseconds (0: everything)",
		argtype = "int"
	},
	{
		name = "disable_color",
		description = "the word disable_color prints without colours",
		argtype = "string",
		optional = true
	}
}

local io_of = require "porthole_io"

function on_set_arg(name, value)
	return io_of.set_limit("scallslower", name, value)
end

io_of.slower("", "proc.name               LATENCY(ms)          evt.type", "----------------------- -------------------- --------------------", {}, function(f, latency)
	return string.format("%-23s %-20s %s", evt.field(f.process), string.format("%.14g", latency / 1000000), evt.field(f.type))
end)
