--[[
Files that many containers use.
]]

description = "Shows files that more than one container reads or writes, by how many do, with bytes each way. Paths are those inside the containers: the same path may be a file of each one's own image."
short_description = "Files that many containers use"
category = "I/O"
args = { { name = "containers", description = "How many containers have to use a file; 2 where it is left out", argtype = "int", optional = true } }

local table_of = require "porthole_table"
local text = require "porthole_text"

local f_file, f_container, f_read, f_bytes
local files, known, least = {}, 0, 2
local FILES = 100000

function on_set_arg(name, value)
	least = text.positive("shared_files", name, value) or -1
	return least >= 0
end

function on_init()
	f_file = chisel.request_field("fd.name")
	f_container = chisel.request_field("container.name")
	f_read = chisel.request_field("evt.is_io_read")
	f_bytes = chisel.request_field("evt.rawres")
	chisel.set_filter("fd.type=file and evt.is_io=true and evt.dir=< and evt.failed=false and container.id!=host")
	return true
end

function on_event()
	local name, container = evt.field(f_file), evt.field(f_container)
	if name == nil or name == "" or container == nil then
		return true
	end
	local file = files[name]
	if file == nil then
		if known >= FILES then
			return true
		end
		known = known + 1
		file = { count = 0, names = {}, read = 0, written = 0 }
		files[name] = file
	end
	if not file.names[container] then
		file.names[container] = true
		file.count = file.count + 1
	end
	local bytes = evt.field(f_bytes) or 0
	if evt.field(f_read) then
		file.read = file.read + bytes
	else
		file.written = file.written + bytes
	end
	return true
end

function on_capture_end()
	local weights = {}
	for name, file in pairs(files) do
		if file.count >= least then
			weights[name] = file.count
		end
	end
	local json, lines = sysdig.get_output_format() == "json", {}
	if not json then
		print(string.format("%10s %10s %10s  %s", "CONTAINERS", "READ", "WRITTEN", "FILE (CONTAINERS)"))
	end
	for _, row in ipairs(table_of.sorted(weights)) do
		local file, names = files[row.key], {}
		for name in pairs(file.names) do
			names[#names + 1] = name
		end
		table.sort(names)
		if json then
			for i, name in ipairs(names) do
				names[i] = text.json(name)
			end
			lines[#lines + 1] = string.format('{"file":%s,"containers":[%s],"read":%s,"written":%s}', text.json(row.key), table.concat(names, ","), text.json(file.read), text.json(file.written))
		else
			print(string.format("%10d %10s %10s  %s (%s)", file.count, text.bytes(file.read), text.bytes(file.written), row.key, table.concat(names, ", ")))
		end
	end
	if json then
		print("[" .. table.concat(lines, ",\n") .. "]")
	end
	return true
end
