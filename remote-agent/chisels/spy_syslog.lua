--[[
Messages to the system log.
]]

description = "Prints the messages that programs send to the system log over /dev/log, with facility, severity and process in front. On a terminal, warnings are yellow and errors red. With a file to save to, what the same threads did around each message is kept as a capture. With -pc the container is named."
short_description = "Messages to the system log"
category = "Logs"
args =
{
	{
		name = "dump_file_name",
		description = "file that the events around are written to; it can be read like any capture",
		argtype = "string",
		optional = true
	},
	{
		name = "dump_range_ms",
		description = "how far around, in milliseconds before and behind (1000 if not given)",
		argtype = "int",
		optional = true
	},
	{
		name = "disable_color",
		description = "the word disable_color prints without colours",
		argtype = "string",
		optional = true
	}
}

local io_of = require "porthole_io"
local save = require "porthole_save"

local WARNING = 4

local tty, containers
local f = {}

function on_set_arg(name, value)
	if name == "disable_color" then
		io_of.set_color(value)
		return true
	end
	return save.set_argument("spy_syslog", name, value)
end

function on_init()
	f.facility = chisel.request_field("syslog.facility.str")
	f.severity = chisel.request_field("syslog.severity.str")
	f.level = chisel.request_field("syslog.severity")
	f.message = chisel.request_field("syslog.message")
	f.thread = chisel.request_field("thread.tid")
	f.process = chisel.request_field("proc.name")
	save.request()
	tty, containers = sysdig.is_tty(), sysdig.is_print_container_data()
	if containers then
		io_of.request_container(true)
	end
	sysdig.set_snaplen(1000)
	chisel.set_filter("fd.name contains /dev/log and evt.is_io_write=true and evt.dir=< and evt.failed=false")
	return true
end

local function color_of(level)
	if level == nil or level > WARNING then
		return io_of.green
	end
	return level == WARNING and io_of.yellow or io_of.red
end

function on_event()
	local color = tty and color_of(evt.field(f.level)) or ""
	print(string.format("%s%s%s.%s %s[%s] %s", color, containers and io_of.columns() or "", tostring(evt.field(f.facility)), tostring(evt.field(f.severity)),
		tostring(evt.field(f.process)), tostring(evt.field(f.thread)), tostring(evt.field(f.message))))
	save.note()
	return true
end

function on_capture_end()
	if tty then
		io_of.finish()
	end
	save.finish("Writing events for %d log entries")
	return true
end
