--[[
What is read and written, with who did it and where.
]]

description = "Prints the data of every read and write, each under a line that says how many bytes, which file or connection, and which process. Reads and writes have colours of their own. Choose how bytes are shown with -x, -X, -A or -b; with -pc containers are named."
short_description = "Data of reads and writes"
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

local text = require "porthole_text"
local io_of = require "porthole_io"

local f_read, f_bytes, f_name, f_process
local containers

function on_set_arg(name, value)
	io_of.set_color(value)
	return true
end

function on_init()
	f_read = chisel.request_field("evt.is_io_read")
	f_bytes = chisel.request_field("evt.rawarg.res")
	f_name = chisel.request_field("fd.name")
	f_process = chisel.request_field("proc.name")
	containers = sysdig.is_print_container_data()
	if containers then
		io_of.request_container(true)
	end
	sysdig.set_snaplen(2000)
	chisel.set_filter("evt.is_io=true and evt.dir=< and evt.rawarg.res > 0")
	chisel.set_event_formatter("%evt.arg.data")
	return true
end

-- [name] [id], each place in its colour.
local function container(color)
	local name, id = io_of.container()
	return string.format(" %s [%s] [%s] ", id == "host" and io_of.green or io_of.cyan, name, id) .. color
end

function on_event()
	local bytes, read = evt.field(f_bytes), evt.field(f_read)
	local color = read and io_of.red or io_of.blue
	local line = color .. (read and "------ Read " or "------ Write ") .. text.bytes(bytes) .. (read and " from" or " to")
	if containers then
		line = line .. container(color) .. " "
	else
		line = line .. "  " .. color .. " "
	end
	print(line .. (evt.field(f_name) or "<NA>") .. " (" .. (evt.field(f_process) or "<NA>") .. ")")
	return true
end

function on_capture_end()
	io_of.finish()
	return true
end
