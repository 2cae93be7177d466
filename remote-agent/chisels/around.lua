--[[
The events around those that a filter finds.
]]

description = "Prints the events that the filter finds, one line each, and writes what the same threads did around them to a file: half a second before a failed call, for instance, shows what led to it. A filter has to be given."
short_description = "Save the events around those that a filter finds"
category = "Misc"
args =
{
	{
		name = "dump_file_name",
		description = "file that the events around are written to; it can be read like any capture",
		argtype = "string"
	},
	{
		name = "dump_range_ms",
		description = "how far around, in milliseconds before and behind (1000 if not given)",
		argtype = "int",
		optional = true
	}
}

local io_of = require "porthole_io"
local save = require "porthole_save"

local f_process, f_thread, f_time

function on_set_arg(name, value)
	return save.set_argument("around", name, value)
end

function on_init()
	if sysdig.get_filter() == "" then
		print("no filter: around needs one that finds the events, as in: -c around 'out.scap 500' evt.type=open and evt.failed=true")
		return false
	end
	f_process = chisel.request_field("proc.name")
	f_thread = chisel.request_field("thread.tid")
	f_time = chisel.request_field("evt.time")
	save.request()
	return true
end

function on_event()
	print(string.format("%s %s(%s)", evt.field(f_time), evt.field(f_process), tostring(evt.field(f_thread))))
	save.note()
	return true
end

function on_capture_end()
	if sysdig.is_tty() then
		io_of.finish()
	end
	save.finish("\nSaving events around %d syslog entries to %s")
	return true
end
