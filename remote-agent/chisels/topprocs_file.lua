--[[
Processes by bytes of files.
]]

description = "Adds up what each process read from files and wrote to them, and shows the processes that moved most bytes. With -pc, rows are told apart by container."
short_description = "Processes by bytes of files"
category = "I/O"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.processes({ value = "evt.rawarg.res", value_description = "Bytes", filter = "fd.type=file and evt.is_io=true", top = 10, unit = "bytes" })
end)
