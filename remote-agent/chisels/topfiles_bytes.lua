--[[
Files by bytes.
]]

description = "Adds up what was read from each file and written to it, whoever did, and shows the files with most bytes: what was really moved, not what was asked for. With -pc, rows are told apart by container. topfiles_rw tells reading from writing."
short_description = "Files by bytes"
category = "I/O"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.with_container({ keys = { "fd.name" }, descriptions = { "Filename" }, value = "evt.rawarg.res", value_description = "Bytes", filter = "fd.type=file and evt.is_io=true", top = 10, unit = "bytes" }, "first")
end)
