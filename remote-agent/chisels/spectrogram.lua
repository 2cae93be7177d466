--[[
How long calls took, as a heat map over time.
]]

local heat = require "porthole_heat"

description = "Draws a line for each interval, 500 ms unless said otherwise, with the latencies of calls from 1 ns at the left to 10 s at the right, ten times as long each tenth of the width. Shades tell how many calls a second there were: under 10, 10, 100, and 1000 or more; on a terminal in green, yellow and red. Use a filter for certain containers, processes, files or calls; with -j, lines of JSON."
short_description = "Latencies of calls over time, as a heat map"
category = "CPU Usage"
args = { { name = "refresh_time", description = "Milliseconds a line; 500 where it is left out", argtype = "int", optional = true } }

local DECADES = 10
local NAMES = { "1ns", "10ns", "100ns", "1us", "10us", "100us", "1ms", "10ms", "100ms", "1s" }

heat.draw("spectrogram", {
	filter = "evt.dir=< and evt.latency>0",
	fields = { "evt.latency" },
	column = function(values, columns)
		local latency = values[1]
		return latency ~= nil and latency > 0 and math.floor(math.log10(latency) / DECADES * columns + 1e-9) or nil
	end,
	from = function(column, columns)
		return 10 ^ (column / columns * DECADES)
	end,
	scale = function(columns)
		local labels = {}
		for i, name in ipairs(NAMES) do
			labels[i] = { (i - 1) * columns / DECADES, name }
		end
		return heat.scale(labels, columns)
	end,
})
