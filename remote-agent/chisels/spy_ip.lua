--[[
What is exchanged with an address.
]]

description = "Prints what processes send to an IPv4 or IPv6 address and receive from it, each piece under a line with its length: received in red, sent in blue. Choose how bytes are shown with -x, -X, -A or -b."
short_description = "What is exchanged with an address"
category = "Net"
args =
{
	{
		name = "host_ip",
		description = "the address",
		argtype = "ipv4"
	},
	{
		name = "disable_color",
		description = "the word disable_color prints without colours",
		argtype = "string",
		optional = true
	}
}

local io_of = require "porthole_io"

local address

function on_set_arg(name, value)
	if name == "host_ip" then
		address = value
	else
		io_of.set_color(value)
	end
	return true
end

io_of.print_exchange(function()
	return "fd.ip=" .. address
end)
