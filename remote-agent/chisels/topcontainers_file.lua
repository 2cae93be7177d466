--[[
Containers by bytes of files.
]]

description = "Adds up what the processes of each container read from files and wrote to them, and shows the containers that moved most bytes. Reads answered from memory count as well as those that reach a disk."
short_description = "Containers by bytes of files"
category = "I/O"
args = {}

local table_of = require "porthole_table"

table_of.sum(function()
	return { keys = { "container.name" }, descriptions = { "container.name" }, value = "evt.rawarg.res", value_description = "Bytes", filter = "fd.type=file and evt.is_io=true and container.name!=host", top = 10, unit = "bytes" }
end)
