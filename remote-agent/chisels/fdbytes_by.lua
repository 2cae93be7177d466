--[[
Bytes of reads and writes by a field.
]]

description = "Adds up the bytes of reads and writes by any field. Group by fd.name to see which files and connections moved most, by fd.directory for folders, by container.name for containers."
short_description = "Bytes of reads and writes by a field"
category = "I/O"
args =
{
	{
		name = "key",
		description = "field to group by, such as fd.name, fd.type, proc.name, container.name",
		argtype = "string"
	}
}

local table_of = require "porthole_table"

local key

function on_set_arg(name, value)
	key = value
	return true
end

table_of.sum(function()
	return { keys = { key }, descriptions = { key }, value = "evt.rawarg.res", value_description = "Bytes", filter = "evt.is_io=true and evt.failed=false", top = 30, unit = "bytes" }
end)
