--[[
How long processes ran.
]]

description = "Prints each process when it ends, with how long it ran and its arguments: those of the host in green, of containers in blue, beyond three seconds in yellow, beyond ten in red. With -pc the container is named."
short_description = "How long processes ran"
category = "Performance"
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

local SECOND = 1000000000
local LONG, VERY_LONG = 3 * SECOND, 10 * SECOND

local f_duration, f_process, f_args
local columns

function on_set_arg(name, value)
	io_of.set_color(value)
	return true
end

function on_init()
	f_duration = chisel.request_field("proc.duration")
	f_process = chisel.request_field("proc.name")
	f_args = chisel.request_field("proc.args")
	columns = sysdig.is_print_container_data()
	io_of.request_container(columns)
	chisel.set_filter("evt.type=procexit")
	print("proc.duration " .. (columns and io_of.COLUMN_TITLES or "") .. "proc.name    proc.args")
	print("------------- " .. (columns and io_of.COLUMN_RULES or "") .. "------------ --------------------")
	return true
end

function on_event()
	local ns = evt.field(f_duration)
	if ns == nil then
		return false
	end
	local color = ns > VERY_LONG and io_of.red or ns > LONG and io_of.yellow or io_of.place()
	print(string.format("%s%-13s %s%-12s %s", color, text.duration(ns), columns and io_of.columns() or "", evt.field(f_process) or "", evt.field(f_args) or ""))
	return true
end

function on_capture_end()
	io_of.finish()
	return true
end
