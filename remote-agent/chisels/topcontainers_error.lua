--[[
Containers by failed calls.
]]

description = "Counts the system calls that failed in each container and shows the containers with most of them. Failing calls are common (files looked for along a path), so compare with what is usual."
short_description = "Containers by failed calls"
category = "Errors"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return { keys = { "container.name" }, descriptions = { "container.name" }, value = "evt.count", value_description = "#Errors", filter = "evt.failed=true and container.name!=host", top = 100, unit = "none" }
end)
