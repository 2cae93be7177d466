--[[
System calls by number.
]]

description = "Counts events by type: a call counts when it begins and when it ends, where both were captured. Changes of the running thread are left out. With -pc, rows are told apart by container."
short_description = "System calls by number"
category = "Performance"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.with_container({ keys = { "evt.type" }, descriptions = { "Syscall" }, value = "evt.count", value_description = "# Calls", filter = "evt.type!=switch", top = 30, unit = "none" }, "last")
end)
