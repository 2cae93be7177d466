--[[
Processes by bytes over the network.
]]

description = "Adds up what each process sent and received over IPv4 and IPv6, and shows the processes that moved most bytes. With -pc, rows are told apart by container."
short_description = "Processes by bytes over the network"
category = "Net"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.processes({ value = "evt.rawarg.res", value_description = "Bytes", filter = "(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true", top = 100, unit = "bytes" })
end)
