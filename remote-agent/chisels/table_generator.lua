--[[
The table that other chisels make their output with: they hand over to it with chisel.exec.
]]

description = "Adds up a field by one or more others and prints the rows with the highest sums. Made for other chisels, which name fields, titles and unit and hand over with chisel.exec; it can be run by hand as well."
short_description = "Sums of a field by others"
category = "Filter"
hidden = true
args =
{
	{ name = "keys", description = "fields to group by, with commas between", argtype = "string" },
	{ name = "keydescs", description = "titles of their columns, with commas between", argtype = "string" },
	{ name = "value", description = "field to add up", argtype = "string" },
	{ name = "valuedesc", description = "title of its column", argtype = "string" },
	{ name = "filter", description = "which events count", argtype = "string" },
	{ name = "top_number", description = "how many rows to print (0: all)", argtype = "string" },
	{ name = "value_units", description = "unit of the value: none, bytes, time (nanoseconds), timepct (time as a part of all)", argtype = "string" }
}

local table_of = require "porthole_table"
local text = require "porthole_text"

local given = {}

function on_set_arg(name, value)
	given[name] = value
	if name == "top_number" then
		given.top = text.positive("table_generator", name, value)
		return given.top ~= nil
	end
	return true
end

table_of.sum(function()
	return { keys = text.split(given.keys), descriptions = text.split(given.keydescs), value = given.value, value_description = given.valuedesc, filter = given.filter, top = given.top, unit = given.value_units }
end)
