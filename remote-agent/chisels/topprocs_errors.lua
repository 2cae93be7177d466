--[[
Processes by failed calls.
]]

description = "Counts the system calls that failed in each process and shows the processes with most of them. With -pc, rows are told apart by container."
short_description = "Processes by failed calls"
category = "Errors"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.processes({ value = "evt.count", value_description = "#Errors", filter = "evt.failed=true", top = 100, unit = "none" })
end)
