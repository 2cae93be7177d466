--[[
When within a second calls are made, as a heat map over time.
]]

local heat = require "porthole_heat"

description = "Draws a line for each interval, a second unless said otherwise, with the moments of calls within that interval from left to right: what comes again and again at the same moment stands out as a column. Shades tell how many calls a second there were: under 10, 10, 100, and 1000 or more; on a terminal in green, yellow and red. Use a filter for certain containers, processes or calls; with -j, lines of JSON."
short_description = "Moments of calls within a second, as a heat map"
category = "CPU Usage"
args = { { name = "refresh_time", description = "Milliseconds a line; 1000 where it is left out", argtype = "int", optional = true } }

local TENTHS = 10

heat.draw("subsecoffset", {
	refresh_ms = 1000,
	filter = "evt.dir=<",
	fields = { "evt.rawtime.ns", "evt.rawtime.s" },
	column = function(values, columns, refresh_ns)
		local ns = (values[2] % 1000000 * 1000000000 + values[1]) % refresh_ns
		return math.floor(ns / refresh_ns * columns)
	end,
	from = function(column, columns, refresh_ns)
		return column / columns * refresh_ns
	end,
	scale = function(columns, refresh_ns)
		local labels = {}
		for i = 0, TENTHS - 1 do
			labels[i + 1] = { i * columns / TENTHS, string.format("%gms", i * refresh_ns / TENTHS / 1000000) }
		end
		return heat.scale(labels, columns)
	end,
})
