--[[
Attempts to have a shell run what stands in its environment.
]]

description = "Prints shells that are started with an environment that an unmended bash would run: a variable that begins like a function, as in X='() { :;}; command'. Who asked for it is usually a web server that hands on what visitors send."
short_description = "Shellshock attempts"
category = "Security"
args = {}

local f_env, f_time, f_process, f_pid, f_parent, f_ppid

function on_init()
	f_env = chisel.request_field("evt.arg.env")
	f_time = chisel.request_field("evt.time")
	f_process = chisel.request_field("proc.name")
	f_pid = chisel.request_field("proc.pid")
	f_parent = chisel.request_field("proc.pname")
	f_ppid = chisel.request_field("proc.ppid")
	chisel.set_filter("evt.type in (execve, execveat) and evt.dir=< and evt.failed=false and proc.name in (sh, bash, dash)")
	print("TIME               PROCESS          PARENT           VARIABLE")
	return true
end

function on_event()
	-- Variables end with a byte that prints as a dot.
	local name, value = (evt.field(f_env) or ""):match("([%w_]+)=(%(%) ?{.*)")
	if name == nil then
		return false
	end
	value = value:gsub("%.[%w_]+=.*$", "")
	print(string.format("%-18s %-16s %-16s %s=%s", evt.field(f_time), string.format("%s(%d)", evt.field(f_process), evt.field(f_pid)),
		string.format("%s(%s)", tostring(evt.field(f_parent)), tostring(evt.field(f_ppid))), name, value))
	return true
end
