--[[
Different descriptors in use, by a field.
]]

description = "Counts the different files, sockets and pipes that events were about, by any field: by proc.name which process uses most, by fd.type what they are. What is open but not used is not counted."
short_description = "Different descriptors in use by a field"
category = "I/O"
args =
{
	{
		name = "key",
		description = "field to group by, such as proc.name, fd.type, container.name",
		argtype = "string"
	}
}

local table_of = require "porthole_table"

local key
-- By value of the field: the names seen (as a set), and how many.
local seen, counts = {}, {}
local f_key, f_name, f_number

function on_set_arg(name, value)
	key = value
	return true
end

function on_init()
	f_key = { chisel.request_field(key) }
	f_number = chisel.request_field("fd.num")
	f_name = chisel.request_field("fd.name")
	return true
end

function on_event()
	local group, number, name = table_of.key(f_key), evt.field(f_number), evt.field(f_name)
	if group == nil or number == nil or number <= 0 or name == nil or name == "" then
		return true
	end
	name = number .. " " .. name
	local names = seen[group]
	if names == nil then
		names = {}
		seen[group], counts[group] = names, 0
	end
	if not names[name] then
		names[name] = true
		counts[group] = counts[group] + 1
	end
	return true
end

function on_capture_end()
	for _, row in ipairs(table_of.sorted(counts)) do
		print(row.key .. "\t" .. string.format("%d", row.value))
	end
	return true
end
