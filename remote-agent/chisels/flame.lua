--[[
Where the time of spans goes.
]]

description = "Adds up how long spans took (programs mark them by writing to /dev/null, as in '>:t:page.query::'), less what the spans inside them took, and prints a line for each path of tags: tags with ; between, and nanoseconds. Tools that draw flame graphs read such lines."
short_description = "Where the time of spans goes"
category = "Performance"
args = {}

local f_tags, f_duration
-- By path: time of its spans, and of those right inside them.
local whole, inside = {}, {}

function on_init()
	f_tags = chisel.request_field("span.tags")
	f_duration = chisel.request_field("span.duration")
	chisel.set_filter("evt.type=tracer and evt.dir=<")
	return true
end

function on_event()
	local tags, ns = evt.field(f_tags), evt.field(f_duration)
	if tags == nil or ns == nil then
		return false
	end
	whole[tags] = (whole[tags] or 0) + ns
	local parent = tags:match("^(.*)%.[^.]*$")
	if parent ~= nil then
		inside[parent] = (inside[parent] or 0) + ns
	end
	return true
end

function on_capture_end()
	local paths = {}
	for path in pairs(whole) do
		paths[#paths + 1] = path
	end
	table.sort(paths)
	for _, path in ipairs(paths) do
		print(string.format("%s %d", (path:gsub("%.", ";")), math.max(0, whole[path] - (inside[path] or 0))))
	end
	return true
end
