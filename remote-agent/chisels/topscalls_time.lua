--[[
System calls by time.
]]

description = "Adds up how long the calls of each type took, waiting included, and shows the types with most time. Calls that wait for something to do (futex, epoll_wait) come first without being slow. With -pc, rows are told apart by container."
short_description = "System calls by time"
category = "Performance"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.with_container({ keys = { "evt.type" }, descriptions = { "Syscall" }, value = "evt.latency", value_description = "Time", filter = "", top = 30, unit = "time" }, "last")
end)
