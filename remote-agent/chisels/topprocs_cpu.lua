--[[
Processes by time on the processors.
]]

description = "Shows the processes that ran longest. Live, the time is that between changes of the running thread; captures of sysdig tell once a second how long each thread ran. Of captures that have neither, topprocs_cpu_estimate says more. 100% is one processor. With -pc, rows are told apart by container."
short_description = "Processes by time on the processors"
category = "CPU Usage"
args = {}

require("porthole_cpu").table(function(table_of)
	local t = table_of.processes({ filter = "evt.type=procinfo or evt.type=switch" })
	if t.keys[3] ~= nil then
		-- All threads of a process together.
		t.keys[3] = "proc.vpid"
	end
	return t
end)
