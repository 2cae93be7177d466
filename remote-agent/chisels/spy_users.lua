--[[
What users run in their shells.
]]

description = "Prints the programs that run under a login shell, and the directories that its users change to, indented by how many processes are between; the number in front is the shell's (proc.loginshellid). With -pc the container is named, and lines of the host are green, those of containers blue. typed_commands shows only what is typed, with the directory it is typed in."
short_description = "What users run in their shells"
category = "Security"
args =
{
	{
		name = "max_depth",
		description = "leave out what has more processes than so many between itself and the shell",
		argtype = "int",
		optional = true
	},
	{
		name = "disable_color",
		description = "the word disable_color prints without colours",
		argtype = "string",
		optional = true
	}
}

local text = require "porthole_text"
local io_of = require "porthole_io"

-- Ancestors that are looked at for the shell.
local ANCESTORS = 24

local max_depth = math.huge
local containers
local f = {}
-- Ids of the ancestors, the process itself first.
local f_ancestors = {}

function on_set_arg(name, value)
	if name == "disable_color" then
		io_of.set_color(value)
		return true
	end
	max_depth = text.positive("spy_users", name, value)
	return max_depth ~= nil
end

function on_init()
	f.type = chisel.request_field("evt.type")
	f.exe = chisel.request_field("proc.exe")
	f.args = chisel.request_field("proc.args")
	f.path = chisel.request_field("evt.arg.path")
	f.user = chisel.request_field("user.name")
	f.time = chisel.request_field("evt.time.s")
	f.shell = chisel.request_field("proc.loginshellid")
	for i = 0, ANCESTORS do
		f_ancestors[i] = chisel.request_field("proc.apid[" .. i .. "]")
	end
	containers = sysdig.is_print_container_data()
	if containers then
		io_of.request_container(true)
	end
	chisel.set_filter("evt.dir=< and evt.failed=false and proc.loginshellid exists and (evt.type=execve or (evt.type=chdir and proc.name contains sh and not proc.name contains sshd))")
	return true
end

-- How many steps up the shell is; nil where it is too far.
local function distance(shell)
	for i = 0, ANCESTORS do
		if evt.field(f_ancestors[i]) == shell then
			return i
		end
	end
	return nil
end

function on_event()
	local shell = evt.field(f.shell)
	local depth = distance(shell)
	if depth == nil then
		return false
	end
	local line
	if evt.field(f.type) == "chdir" then
		line = "cd " .. (evt.field(f.path) or "")
	else
		-- The shell's own beginning is none of its commands.
		if depth == 0 then
			return false
		end
		depth = depth - 1
		line = (evt.field(f.exe) or "") .. " " .. (evt.field(f.args) or "")
	end
	if depth > max_depth then
		return false
	end
	local who = string.format("%d %s %s", shell, evt.field(f.time), evt.field(f.user) or "<NA>")
	if containers then
		print(io_of.place() .. ("    "):rep(depth) .. who .. "@" .. io_of.container() .. ") " .. line)
	else
		print(("   "):rep(depth) .. who .. ") " .. line)
	end
	return true
end

function on_capture_end()
	io_of.finish()
	return true
end
