--[[
Containers at one moment.
]]

description = "Lists the containers that are known at the first event that passes the filter, or at the end where none does, with engine, image, name and id. The word desc prints them as a Lua table instead."
short_description = "Containers at one moment"
category = "System State"
args =
{
	{
		name = "desc",
		description = "the word desc prints a Lua table",
		argtype = "string",
		optional = true
	}
}

local state = require "porthole_state"

local COLUMNS = { { "container.type", 15 }, { "container.image", 16 }, { "container.name", 20 }, { "container.id", 13 } }
local RULES = { string.rep("-", 14), string.rep("-", 15), string.rep("-", 19), string.rep("-", 12) }

local as_table = false
local containers

function on_set_arg(name, value)
	as_table = value == "desc"
	if not as_table then
		print("lscontainers: the argument can be desc only, not '" .. value .. "'")
	end
	return as_table
end

function on_event()
	sysdig.end_capture()
	containers = sysdig.get_container_table()
	return false
end

local function print_table()
	print("{")
	for i, container in ipairs(containers) do
		print(string.format(" %d = {", i))
		for _, key in ipairs({ "type", "id", "image", "name" }) do
			print(string.format("  %s = %q,", key, container[key]))
		end
		print(" },")
	end
	print("}")
end

function on_capture_end()
	-- Where no event passed, those that are known at the end.
	containers = containers or sysdig.get_container_table()
	if as_table then
		print_table()
		return true
	end
	print(state.titles(COLUMNS))
	print(state.row(COLUMNS, RULES))
	for _, container in ipairs(containers) do
		print(state.row(COLUMNS, { container.type, container.image, container.name, container.id }))
	end
	return true
end
