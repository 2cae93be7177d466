--[[
Containers by time on the processors.
]]

description = "Shows the containers whose processes ran longest. Live, the time is that between changes of the running thread; captures of sysdig tell once a second how long each thread ran. 100% is one processor."
short_description = "Containers by time on the processors"
category = "CPU Usage"
args = {}

require("porthole_cpu").table(function()
	return { keys = { "container.name" }, descriptions = { "container.name" }, filter = "evt.type=procinfo or evt.type=switch" }
end)
