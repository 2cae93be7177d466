--[[
What users type.

Every command line that a person starts from a shell: the process is executed by
a shell that reads from somebody (it was not given a script or a command), and
has a terminal or belongs to somebody who logged in. What services run in the
background, and what scripts do, is left out.
]]

description = "Lists the commands that users type in shells: programs that an interactive shell starts on a terminal, with time, user, container, directory and whole command line, indented by how deep the shell is nested. Programs without a terminal (services, cron, entry points of containers) are left out unless their user logged in, and so is what a script starts. Commands that are built into the shell (cd, echo) start no program and are not seen, apart from changes of the directory."
short_description = "Commands that users type in shells"
category = "Security"

args =
{
	{
		name = "user",
		description = "only commands of this user",
		argtype = "string",
		optional = true
	}
}

local SHELLS = { sh = true, bash = true, dash = true, ash = true, zsh = true, ksh = true, fish = true, tcsh = true, csh = true, busybox = true }
-- Deeper nesting is not shown deeper.
local DEEPEST = 8

local only_user

local f = {}

function on_set_arg(name, value)
	only_user = value
	return true
end

function on_init()
	local fields = {
		type = "evt.type", name = "proc.name", args = "proc.args", parent = "proc.pname", line = "proc.cmdline", parent_line = "proc.pcmdline", user = "user.name", uid = "user.uid",
		loginuid = "user.loginuid", tty = "proc.tty", cwd = "proc.cwd", container = "container.name", container_id = "container.id",
		time = "evt.time.s", path = "evt.arg.path",
		ancestor2 = "proc.aname[2]", ancestor3 = "proc.aname[3]", ancestor4 = "proc.aname[4]", ancestor5 = "proc.aname[5]"
	}
	for key, field in pairs(fields) do
		f[key] = chisel.request_field(field)
	end

	-- A program is known when execve has succeeded; a directory when chdir has.
	chisel.set_filter("evt.dir=< and evt.failed=false and (evt.type in (execve, execveat) or (evt.type=chdir and proc.name in (sh, bash, dash, ash, zsh, ksh, fish, tcsh, csh, busybox)))")
	return true
end

-- A person: somebody logged in (loginuid is set), or the process has a terminal.
local function is_interactive()
	local tty, loginuid = evt.field(f.tty), evt.field(f.loginuid)
	if tty ~= nil and tty ~= 0 then
		return true
	end
	return loginuid ~= nil and loginuid >= 0 and loginuid ~= 4294967295
end

-- A shell that was started with options alone reads what it is to do from somebody: "bash", "-zsh", "sh -i", but not "sh -c ls" or "bash script".
local function reads_from_somebody(command_line)
	local words = 0
	for word in (command_line or ""):gmatch("%S+") do
		words = words + 1
		if words > 1 and (word:sub(1, 1) ~= "-" or word:match("^%-%a*c")) then
			return false
		end
	end
	return words > 0
end

-- How many shells are above the one that started the program.
local function depth()
	local n = 0
	for _, ancestor in ipairs({ f.ancestor2, f.ancestor3, f.ancestor4, f.ancestor5 }) do
		local name = evt.field(ancestor)
		if name ~= nil and SHELLS[name] then
			n = n + 1
		end
	end
	return math.min(n, DEEPEST)
end

function on_event()
	if not is_interactive() then
		return false
	end
	local user = evt.field(f.user)
	if user == nil or user == "" or user == "<NA>" then
		user = tostring(evt.field(f.uid) or "?")
	end
	if only_user ~= nil and user ~= only_user then
		return false
	end

	local line
	if evt.field(f.type) == "chdir" then
		if not reads_from_somebody(evt.field(f.line)) then
			return false
		end
		line = "cd " .. (evt.field(f.path) or "")
	else
		local parent = evt.field(f.parent)
		if parent == nil or not SHELLS[parent] or not reads_from_somebody(evt.field(f.parent_line)) then
			return false
		end
		line = evt.field(f.name) or "?"
		local arguments = evt.field(f.args)
		if arguments ~= nil and arguments ~= "" then
			line = line .. " " .. arguments
		end
	end

	local where = evt.field(f.container) or "host"
	print(string.format("%s %s@%s %s%s  [%s]", evt.field(f.time) or "", user, where, string.rep("  ", depth()), line, evt.field(f.cwd) or ""))
	return false
end
