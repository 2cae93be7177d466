--[[
What is read from files and written to them.
]]

description = "Prints each read and write of files with time, process, length and name, and the data under it. Name a file to see that one alone. Terminals are left out."
short_description = "What is read from files and written to them"
category = "I/O"
args =
{
	{
		name = "read_or_write",
		description = "R: reads alone, W: writes alone, RW: both (as without)",
		argtype = "string",
		optional = true
	},
	{
		name = "spy_on_file_name",
		description = "the whole name of the only file to look at",
		argtype = "string",
		optional = true
	}
}

local text = require "porthole_text"

local which, file
local f = {}

function on_set_arg(name, value)
	if name == "read_or_write" then
		which = value
	else
		file = value
	end
	return true
end

function on_init()
	f.data = chisel.request_field("evt.buffer")
	f.name = chisel.request_field("fd.name")
	f.write = chisel.request_field("evt.is_io_write")
	f.pid = chisel.request_field("proc.pid")
	f.process = chisel.request_field("proc.name")
	f.bytes = chisel.request_field("evt.rawarg.res")
	f.time = chisel.request_field("evt.time")

	local filter = "evt.is_io=true and fd.type=file and evt.dir=< and evt.failed=false and not (fd.name contains /dev/pt or fd.name contains /dev/tty)"
	if which == "R" then
		filter = filter .. " and evt.is_io_read=true"
	elseif which == "W" then
		filter = filter .. " and evt.is_io_write=true"
	end
	if file ~= nil then
		filter = filter .. ' and fd.name="' .. file .. '"'
	end
	chisel.set_filter(filter)
	sysdig.set_snaplen(2000)
	sysdig.set_output_format("ascii")
	return true
end

function on_event()
	local bytes = evt.field(f.bytes)
	if bytes == nil then
		return false
	end
	-- The data begins with the end of the line.
	print(string.format("%s %s(%s) %s %s %s %s", evt.field(f.time), evt.field(f.process), tostring(evt.field(f.pid)), evt.field(f.write) and "W" or "R", text.bytes(bytes), evt.field(f.name), evt.field(f.data) or ""))
	return true
end
