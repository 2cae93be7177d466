--[[
What Porthole's chisels share that save the events around their matches: those of the same thread, from some time before each to some time behind.

Not a chisel: others load it with require "porthole_save". A match is told by save.note in on_event; save.finish in on_capture_end has the capture read once more
and written to the file.
]]

local text = require "porthole_text"

local save = { matches = 0 }

local file
local range_ms = 1000
local conditions = {}
local f_thread

--- Takes the arguments dump_file_name and dump_range_ms; false, with a message printed, where one makes no sense.
function save.set_argument(chisel_name, name, value)
	if name == "dump_file_name" then
		file = value
		return true
	end
	range_ms = text.positive(chisel_name, name, value)
	return range_ms ~= nil
end

--- Asks for the field that save.note needs; called in on_init.
function save.request()
	f_thread = chisel.request_field("thread.tid")
end

--- The event at hand is a match.
function save.note()
	save.matches = save.matches + 1
	if file ~= nil then
		conditions[#conditions + 1] = string.format("(evt.around[%s]=%d and thread.tid=%d)", sysdig.make_ts(evt.get_ts()), range_ms, evt.field(f_thread))
	end
end

--- Writes the events around all matches, where a file was named and there are any. `message`: printed before, with %d for the number of matches and %s for the file.
function save.finish(message)
	if file == nil or #conditions == 0 then
		return
	end
	if sysdig.is_live() then
		print("the events around can be saved of a capture, not of what is live: record with -w, then run this on the file")
		return
	end
	local line = message:gsub("%%d", tostring(save.matches)):gsub("%%s", function() return file end)
	print(line)
	sysdig.run_app(string.format('-F "-r%s" "-w%s" %s', sysdig.get_evtsource_name(), file, table.concat(conditions, " or ")))
end

return save
