--[[
What processes write to standard error.
]]

description = "Prints what processes write to their standard error, as it comes. Name a process or a container in the filter, or that of all is mixed. With -pc each piece has its container in front, those of the host in green and others in blue."
short_description = "What processes write to standard error"
category = "I/O"
args =
{
	{
		name = "disable_color",
		description = "the word disable_color prints without colours",
		argtype = "string",
		optional = true
	}
}

local io_of = require "porthole_io"

function on_set_arg(name, value)
	io_of.set_color(value)
	return true
end

io_of.print_stream(2, true)
