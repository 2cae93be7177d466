--[[
Reads and writes of files that take long.
]]

description = "Prints each read and write of a file that takes longer than so many milliseconds, when it has ended; 0 prints all. What lies under /dev is left out. Processes of the host are green, those of containers blue; with -pc the container is named."
short_description = "Slow reads and writes of files"
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
	return io_of.set_limit("fileslower", name, value)
end

io_of.slower("evt.is_io=true and fd.type=file and evt.dir=< and not fd.name startswith /dev/ and ", "proc.name    evt.type LATENCY(ms)  fd.name", "------------ -------- ------------ -----------------------------------------", { name = "fd.name" }, function(f, latency)
	return string.format("%-12.12s %-8s %12d %s", evt.field(f.process), evt.field(f.type), math.floor(latency / 1000000), evt.field(f.name) or "")
end)
