--[[
Files by failed calls.
]]

description = "Counts the system calls that failed on each file and shows the files with most of them. With -pc, rows are told apart by container."
short_description = "Files by failed calls"
category = "Errors"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.with_container({ keys = { "fd.name" }, descriptions = { "Filename" }, value = "evt.count", value_description = "#Errors", filter = "fd.type=file and evt.failed=true", top = 100, unit = "none" }, "last")
end)
