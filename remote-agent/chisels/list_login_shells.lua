--[[
Login shells.
]]

description = "Lists the ids of the shells that users logged in with, as far as programs were started from them. Name a command to see only those it was started from; the id serves as filter (proc.loginshellid) for other chisels. With -pc the container is named."
short_description = "Login shells"
category = "Security"
args =
{
	{
		name = "command",
		description = "only shells from which a command with this in its name was started (*: any)",
		argtype = "string",
		optional = true
	},
	{
		name = "arguments",
		description = "and with this in its arguments",
		argtype = "string",
		optional = true
	}
}

local io_of = require "porthole_io"

local wanted, wanted_args
local f_shell, f_exe, f_args
local containers
-- In the order in which they were seen, and by what is printed of each.
local shells, seen = {}, {}

function on_set_arg(name, value)
	if name == "arguments" then
		wanted_args = value
	elseif value ~= "*" then
		wanted = value
	end
	return true
end

function on_init()
	f_shell = chisel.request_field("proc.loginshellid")
	f_exe = chisel.request_field("evt.arg.exe")
	f_args = chisel.request_field("evt.arg.args")
	containers = sysdig.is_print_container_data()
	if containers then
		io_of.request_container(true)
	end
	chisel.set_filter("evt.type=execve and evt.dir=<")
	return true
end

local function has(value, part)
	return part == nil or value ~= nil and value:find(part, 1, true) ~= nil
end

function on_event()
	local shell = evt.field(f_shell)
	if shell == nil or not has(evt.field(f_exe), wanted) or not has(evt.field(f_args), wanted_args) then
		return false
	end
	local line = string.format("%d", shell)
	if containers then
		line = line .. " " .. table.concat({ io_of.container() }, " ")
	end
	if not seen[line] then
		seen[line] = true
		shells[#shells + 1] = line
	end
	return true
end

function on_capture_end()
	print(wanted and "Shells containing " .. wanted .. ":" or "All shells:")
	for _, line in ipairs(shells) do
		print(line)
	end
	return true
end
