--[[
What is exchanged over a port.
]]

description = "Prints what processes send and receive over connections with a port at either end, each piece under a line with its length: received in red, sent in blue. Choose how bytes are shown with -x, -X, -A or -b."
short_description = "What is exchanged over a port"
category = "Net"
args =
{
	{
		name = "host_port",
		description = "the port",
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

local port

function on_set_arg(name, value)
	if name == "host_port" then
		port = value
	else
		io_of.set_color(value)
	end
	return true
end

io_of.print_exchange(function()
	return "fd.port=" .. port
end)
