--[[
Connections by bytes.
]]

description = "Adds up what was read and written over each TCP and UDP connection, and shows the connections that moved most bytes. Calls that failed add nothing. With -pc, rows are told apart by container."
short_description = "Connections by bytes"
category = "Net"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.with_container({ keys = { "fd.l4proto", "fd.name" }, descriptions = { "Proto", "Conn" }, value = "evt.rawarg.res", value_description = "Bytes", filter = "(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true", top = 30, unit = "bytes" }, "first")
end)
