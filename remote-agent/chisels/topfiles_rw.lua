--[[
Files by bytes, reading apart from writing.

Adds up what each read and write of a file moved, and shows the files that moved
most. On a capture it prints one table at the end; live it prints one each second
and starts again from nothing.
]]

description = "Shows the files with the most bytes read and written. Only calls that succeeded count, each with the bytes it really moved (not those it asked for), whoever made it: name a process or a container in the filter to look at one. Live, a table is printed each second, of that second alone; of a capture, one table at its end."
short_description = "Files by bytes, reading apart from writing"
category = "I/O"

args =
{
	{
		name = "top_number",
		description = "how many files to show (10 if not given)",
		argtype = "int",
		optional = true
	}
}

local top_number = 10

-- Bytes by file name: { read = , written = , calls = }.
local files = {}

-- Fields, asked for in on_init.
local f_name, f_result, f_is_read

function on_set_arg(name, value)
	local n = tonumber(value)
	if not n or n < 1 then
		print("topfiles_rw: " .. name .. " must be a number above 0, not '" .. value .. "'")
		return false
	end
	top_number = math.floor(n)
	return true
end

function on_init()
	f_name = chisel.request_field("fd.name")
	f_result = chisel.request_field("evt.rawarg.res")
	f_is_read = chisel.request_field("evt.is_io_read")

	-- The result of a call is known when it ends, so calls count once, at their end.
	chisel.set_filter("evt.dir=< and evt.is_io=true and fd.type=file and evt.failed=false")
	return true
end

function on_capture_start()
	if sysdig.is_live() then
		chisel.set_interval_s(1)
	end
	return true
end

function on_event()
	local name, bytes = evt.field(f_name), evt.field(f_result)
	if name == nil or bytes == nil or bytes <= 0 then
		return false
	end

	local file = files[name]
	if file == nil then
		file = { name = name, read = 0, written = 0, calls = 0 }
		files[name] = file
	end
	if evt.field(f_is_read) then
		file.read = file.read + bytes
	else
		file.written = file.written + bytes
	end
	file.calls = file.calls + 1
	return false
end

-- 1536 -> "1.50KB"
local function bytes_text(n)
	local units = { "B", "KB", "MB", "GB", "TB" }
	local unit = 1
	while n >= 1024 and unit < #units do
		n = n / 1024
		unit = unit + 1
	end
	if unit == 1 then
		return string.format("%dB", n)
	end
	return string.format("%.2f%s", n, units[unit])
end

local function print_table()
	local sorted = {}
	for _, file in pairs(files) do
		sorted[#sorted + 1] = file
	end
	table.sort(sorted, function(a, b)
		local x, y = a.read + a.written, b.read + b.written
		if x ~= y then
			return x > y
		end
		return a.name < b.name
	end)

	print(string.format("%-12s%-12s%-12s%-8s%s", "Bytes", "Read", "Written", "Calls", "File"))
	print(string.rep("-", 80))
	for i = 1, math.min(top_number, #sorted) do
		local file = sorted[i]
		print(string.format("%-12s%-12s%-12s%-8d%s",
			bytes_text(file.read + file.written), bytes_text(file.read), bytes_text(file.written), file.calls, file.name))
	end
end

function on_interval(ts_s, ts_ns, delta)
	print_table()
	print("")
	files = {}
	return true
end

function on_capture_end(ts_s, ts_ns, delta)
	print_table()
end
