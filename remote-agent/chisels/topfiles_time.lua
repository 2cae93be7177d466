--[[
Files by time of reading and writing.
]]

description = "Adds up how long reads and writes of each file took, and shows the files that were waited for longest. With -pc, rows are told apart by container."
short_description = "Files by time of reading and writing"
category = "I/O"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.with_container({ keys = { "fd.name" }, descriptions = { "Filename" }, value = "evt.latency", value_description = "Time", filter = "fd.type=file and evt.is_io=true", top = 10, unit = "time" }, "last")
end)
