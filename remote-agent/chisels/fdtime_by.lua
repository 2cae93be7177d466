--[[
Time of reads and writes by a field.
]]

description = "Adds up how long reads and writes took by any field: fd.name shows what was waited for, proc.name who waited."
short_description = "Time of reads and writes by a field"
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
	return { keys = { key }, descriptions = { key }, value = "evt.latency", value_description = "Time", filter = "evt.is_io=true", top = 10, unit = "time" }
end)
