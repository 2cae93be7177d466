--[[
Lines that programs write to log files.
]]

description = "Prints each line that is written to a file with .log or _log in its name, or under /var/log, with the process and the file in front; compressed files are left out. On a terminal, warnings are yellow and errors red. With a file to save to, what the same threads did around each line is kept as a capture. With -pc the container is named."
short_description = "Lines written to log files"
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

local tty, containers
local f_data, f_process, f_file

function on_set_arg(name, value)
	if name == "disable_color" then
		io_of.set_color(value)
		return true
	end
	return save.set_argument("spy_logs", name, value)
end

function on_init()
	f_data = chisel.request_field("evt.buffer")
	f_process = chisel.request_field("proc.name")
	f_file = chisel.request_field("fd.name")
	save.request()
	tty, containers = sysdig.is_tty(), sysdig.is_print_container_data()
	if containers then
		io_of.request_container(true)
	end
	sysdig.set_snaplen(2000)
	sysdig.set_output_format("ascii")
	chisel.set_filter("evt.is_io_write=true and evt.dir=< and evt.failed=false and (fd.name contains .log or fd.name contains _log or fd.name contains /var/log) and not (fd.name contains .gz or fd.name contains .tgz)")
	return true
end

local function color_of(line)
	if line:lower():find("warn", 1, true) then
		return io_of.yellow
	elseif line:find("err", 1, true) then
		return io_of.red
	end
	return io_of.green
end

function on_event()
	local data = evt.field(f_data)
	if data == nil then
		return false
	end
	for line in data:gmatch("[^\n]+") do
		local color = tty and color_of(line) .. " " or ""
		local container = containers and color .. color .. io_of.container() .. " " or ""
		print(container .. color .. evt.field(f_process) .. " " .. evt.field(f_file) .. " " .. line)
	end
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
