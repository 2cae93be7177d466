--[[
Containers by bytes over the network.
]]

description = "Adds up what the processes of each container sent and received over IPv4 and IPv6, and shows the containers that moved most bytes."
short_description = "Containers by bytes over the network"
category = "Net"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return { keys = { "container.name" }, descriptions = { "container.name" }, value = "evt.rawarg.res", value_description = "Bytes", filter = "(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true and container.name!=host", top = 100, unit = "bytes" }
end)
