--[[
Server ports by bytes.
]]

description = "Adds up the bytes of connections by the port of their server, and shows the ports with most. Of connections that were open before the capture began, which side is the server is a guess. With -pc, rows are told apart by container."
short_description = "Server ports by bytes"
category = "Net"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return table_of.with_container({ keys = { "fd.sport" }, descriptions = { "Srv Port" }, value = "evt.rawarg.res", value_description = "Bytes", filter = "(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true", top = 100, unit = "bytes" }, "last")
end)
