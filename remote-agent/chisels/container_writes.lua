--[[
What containers write, and where.
]]

description = "Adds up what each container writes by place: each of its volumes and other mounts by itself, and all else as its image's own layer, which goes with the container. With the folders that most went to."
short_description = "Writes of containers: image layer or volume"
category = "I/O"
args = { { name = "folders", description = "How many folders to show of each place; 3 where it is left out", argtype = "int", optional = true } }

local table_of = require "porthole_table"
local text = require "porthole_text"

local f_container, f_file, f_folder, f_bytes, f_mounts
local places, mounts_of, folders_max = {}, {}, 3
local PLACES = 20000
local known = 0

function on_set_arg(name, value)
	folders_max = text.positive("container_writes", name, value) or -1
	return folders_max >= 0
end

function on_init()
	f_container = chisel.request_field("container.name")
	f_file = chisel.request_field("fd.name")
	f_folder = chisel.request_field("fd.directory")
	f_bytes = chisel.request_field("evt.rawres")
	f_mounts = chisel.request_field("container.mounts")
	chisel.set_filter("fd.type=file and evt.is_io_write=true and evt.dir=< and evt.failed=false and container.id!=host")
	return true
end

-- Where a container has something mounted: out of "source:destination:mode:rw:propagation", divided by commas.
local function destinations(container)
	local found = mounts_of[container]
	if found == nil then
		found = {}
		for mount in tostring(evt.field(f_mounts) or ""):gmatch("[^,]+") do
			local destination = mount:match("^[^:]*:([^:]+)")
			if destination ~= nil then
				found[#found + 1] = destination
			end
		end
		table.sort(found, function(a, b) return #a > #b end)
		mounts_of[container] = found
	end
	return found
end

local KERNEL = { ["/proc"] = true, ["/sys"] = true, ["/dev"] = true }

local function place_of(container, file)
	for _, destination in ipairs(destinations(container)) do
		if file == destination or file:sub(1, #destination + 1) == destination .. "/" then
			return "mount " .. destination
		end
	end
	return KERNEL[file:match("^/[^/]*") or ""] and "kernel" or "image layer"
end

function on_event()
	local container, file, bytes = evt.field(f_container), evt.field(f_file), evt.field(f_bytes)
	if container == nil or file == nil or file == "" or bytes == nil then
		return true
	end
	local key = table_of.join(container, place_of(container, file))
	local place = places[key]
	if place == nil then
		if known >= PLACES then
			return true
		end
		known = known + 1
		place = { container = container, place = place_of(container, file), bytes = 0, writes = 0, folders = {}, files = {}, count = 0 }
		places[key] = place
	end
	place.bytes = place.bytes + bytes
	place.writes = place.writes + 1
	local folder = evt.field(f_folder) or file
	place.folders[folder] = (place.folders[folder] or 0) + bytes
	return true
end

function on_capture_end()
	local weights, json, lines = {}, sysdig.get_output_format() == "json", {}
	for key, place in pairs(places) do
		weights[key] = place.bytes
	end
	if not json then
		print(string.format("%-24s %-28s %10s %8s  %s", "CONTAINER", "WHERE", "WRITTEN", "WRITES", "FOLDERS"))
	end
	for _, row in ipairs(table_of.sorted(weights)) do
		local place, folders = places[row.key], {}
		for i, folder in ipairs(table_of.sorted(place.folders)) do
			if i > folders_max then
				break
			end
			folders[i] = json and string.format('{"folder":%s,"bytes":%s}', text.json(folder.key), text.json(folder.value)) or string.format("%s (%s)", folder.key, text.bytes(folder.value))
		end
		if json then
			lines[#lines + 1] = string.format('{"container":%s,"where":%s,"bytes":%s,"writes":%d,"folders":[%s]}', text.json(place.container), text.json(place.place), text.json(place.bytes), place.writes, table.concat(folders, ","))
		else
			print(string.format("%-24s %-28s %10s %8d  %s", place.container, place.place, text.bytes(place.bytes), place.writes, table.concat(folders, ", ")))
		end
	end
	if json then
		print("[" .. table.concat(lines, ",\n") .. "]")
	end
	return true
end
