--[[
What Porthole's chisels share that print an event as it comes: colours that can be turned off, containers in front of a line, limits of time.

Not a chisel: others load it with require "porthole_io".
]]

local text = require "porthole_text"

local io_of = { red = text.RED, green = text.GREEN, blue = text.BLUE, yellow = text.YELLOW, cyan = "\27[36m", reset = text.RESET }

--- Turns colours off where the argument says so.
function io_of.set_color(value)
	if value == "disable_color" then
		io_of.red, io_of.green, io_of.blue, io_of.yellow, io_of.cyan, io_of.reset = "", "", "", "", "", ""
	end
end

--- At the end: the terminal's own colour again.
function io_of.finish()
	print(io_of.reset)
end

local f_container_id, f_container

--- Asks for what io_of.place and io_of.columns say of the container; called in on_init. `named`: its name too.
function io_of.request_container(named)
	f_container_id = chisel.request_field("container.id")
	if named then
		f_container = chisel.request_field("container.name")
	end
end

--- The colour of the place where the event happened: green on the host, blue in a container.
function io_of.place()
	return evt.field(f_container_id) == "host" and io_of.green or io_of.blue
end

--- Id and name of the container as columns of 20 characters, a blank behind each.
function io_of.columns()
	return string.format("%-20.20s %-20.20s ", tostring(evt.field(f_container_id)), tostring(evt.field(f_container)))
end

--- Name and id of the container, as the fields have them.
function io_of.container()
	return tostring(evt.field(f_container)), tostring(evt.field(f_container_id))
end

--- The titles over io_of.columns, and the line under them.
io_of.COLUMN_TITLES = "container.id         container.name       "
io_of.COLUMN_RULES = "-------------------- -------------------- "

--- Defines the callbacks of a chisel that prints what is read from, or written to, the descriptor `number`. `placed`: with -pc, the container in front of each piece.
function io_of.print_stream(number, placed)
	local f_data
	local columns = false

	function on_init()
		f_data = chisel.request_field("evt.rawarg.data")
		columns = placed and sysdig.is_print_container_data()
		if columns then
			io_of.request_container(true)
		end
		sysdig.set_snaplen(2000)
		chisel.set_filter("fd.num=" .. number .. " and evt.is_io=true and evt.dir=<")
		return true
	end

	function on_event()
		local data = evt.field(f_data)
		if data == nil then
			return false
		end
		if columns then
			data = io_of.place() .. io_of.columns() .. data
		end
		print(data)
		return true
	end
end

--- Defines the callbacks of a chisel that prints the data of connections, each piece under a line with its length. `condition()`: the filter that says which.
function io_of.print_exchange(condition)
	local f_data, f_read, f_bytes

	function on_init()
		f_data = chisel.request_field("evt.arg.data")
		f_read = chisel.request_field("evt.is_io_read")
		f_bytes = chisel.request_field("evt.rawarg.res")
		sysdig.set_snaplen(1000)
		chisel.set_filter("evt.is_io=true and evt.dir=< and (fd.type=ipv4 or fd.type=ipv6) and " .. condition())
		return true
	end

	function on_event()
		local bytes, data = evt.field(f_bytes), evt.field(f_data)
		if bytes == nil or bytes <= 0 or data == nil then
			return false
		end
		if evt.field(f_read) then
			print(io_of.red .. "------ Read " .. text.bytes(bytes))
		else
			print(io_of.blue .. "------ Write " .. text.bytes(bytes))
		end
		print(data)
		return true
	end

	function on_capture_end()
		io_of.finish()
		return true
	end
end

-- The second that was printed last, and its text.
local last_second, last_text

-- When the event at hand happened, to the millisecond. The text of a second is made once.
local function date_and_time()
	local s, ns = evt.get_ts()
	if s ~= last_second then
		last_second, last_text = s, os.date("%Y-%m-%d %H:%M:%S", s)
	end
	return string.format("%s.%03d", last_text, math.floor(ns / 1000000))
end

local limit_ns = 0

--- Takes the arguments min_ms and disable_color; false, with a message printed, where the first is no number.
function io_of.set_limit(chisel_name, name, value)
	if name == "min_ms" then
		local ms = text.positive(chisel_name, name, value)
		limit_ns = math.floor((ms or 0) * 1000000)
		return ms ~= nil
	end
	io_of.set_color(value)
	return true
end

--[[
Defines the callbacks of a chisel that prints calls which take longer than its argument min_ms. `condition`: of the events that count, with " and " behind ("": all);
`titles`, `rules`: over the lines; `fields`: more that `line` needs, by a name each; `line(f, latency)`: what is printed behind time and container, with the fields
and the ns that it took.
]]
function io_of.slower(condition, titles, rules, fields, line)
	local f = {}
	local columns

	function on_init()
		f.latency = chisel.request_field("evt.latency")
		f.process = chisel.request_field("proc.name")
		f.type = chisel.request_field("evt.type")
		for key, field in pairs(fields) do
			f[key] = chisel.request_field(field)
		end
		columns = sysdig.is_print_container_data()
		io_of.request_container(columns)
		chisel.set_filter(condition .. string.format("evt.latency > %d", limit_ns))
		print("evt.datetime            " .. (columns and io_of.COLUMN_TITLES or "") .. titles)
		print("----------------------- " .. (columns and io_of.COLUMN_RULES or "") .. rules)
		return true
	end

	function on_event()
		print(io_of.place() .. date_and_time() .. " " .. (columns and io_of.columns() or "") .. line(f, evt.field(f.latency)))
		return true
	end
end

--- Defines the callbacks of a chisel that adds up bytes in and out and prints the sums every second. `condition`: of the events that count.
function io_of.count_bytes(condition)
	local bytes_in, bytes_out = 0, 0
	local f_bytes, f_read

	function on_init()
		f_bytes = chisel.request_field("evt.rawarg.res")
		f_read = chisel.request_field("evt.is_io_read")
		chisel.set_filter(condition)
		chisel.set_interval_s(1)
		return true
	end

	function on_event()
		local bytes = evt.field(f_bytes)
		if bytes ~= nil and bytes > 0 then
			if evt.field(f_read) then
				bytes_in = bytes_in + bytes
			else
				bytes_out = bytes_out + bytes
			end
		end
		return true
	end

	function on_interval(ts_s, ts_ns, delta)
		print(string.format("%s in:%d out:%d tot:%d", os.date("%H:%M:%S", ts_s), bytes_in, bytes_out, bytes_in + bytes_out))
		bytes_in, bytes_out = 0, 0
		return true
	end
end

return io_of
