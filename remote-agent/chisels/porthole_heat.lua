--[[
What chisels share that draw a heat map in a terminal: a line for each interval of time, a column for each range of a value, shaded and coloured by how many calls a second there were.

Not a chisel: others load it with require "porthole_heat".
]]

local text = require "porthole_text"

local heat = {}

-- From so many calls a second on. Shades tell them apart without colours.
local LEVELS = {
	{ 1000, "█", text.RED },
	{ 100, "▓", text.YELLOW },
	{ 10, "▒", text.GREEN },
	{ 0, "░", text.GREEN },
}
-- In front of each line stands the time since the first one.
local FRONT = 10
local WIDEST = 400
-- So many lines without a call are drawn, more are told.
local QUIET_LINES = 3
-- The scale comes again after so many lines.
local SCALE_EVERY = 20

local function shade(per_second, colored)
	for _, level in ipairs(LEVELS) do
		if per_second >= level[1] then
			return colored and level[3] .. level[2] .. text.RESET or level[2]
		end
	end
end

--- Defines the callbacks of a chisel that draws a heat map. `map` has
--- `filter`; `fields`: names; `refresh_ms`: of a line, where it is not 500; `scale(columns, refresh_ns)`: the line of what the columns are, as text;
--- `column(values, columns, refresh_ns)`: the column, from 0, that an event's values belong to, or nil; `from(column, columns, refresh_ns)`: where a column begins, in ns.
function heat.draw(name, map)
	local refresh_ns = (map.refresh_ms or 500) * 1000000
	local f_time, fields = nil, {}
	local columns, colored, json
	local first, bin, cells, filled
	local lines = 0

	local function begin(of)
		bin, cells, filled = of, {}, false
	end

	local function print_scale()
		print(string.rep(" ", FRONT) .. map.scale(columns, refresh_ns))
	end

	local function print_line()
		local seconds = refresh_ns / 1000000000
		local since = (bin - first) * seconds
		if json then
			if not filled then
				return
			end
			local list = {}
			for i = 0, columns - 1 do
				if cells[i] ~= nil then
					list[#list + 1] = string.format('{"from_ns":%d,"to_ns":%d,"calls":%d}', math.floor(map.from(i, columns, refresh_ns)), math.floor(map.from(i + 1, columns, refresh_ns)), cells[i])
				end
			end
			print(string.format('{"since_s":%.3f,"length_s":%.3f,"cells":[%s]}', since, seconds, table.concat(list, ",")))
			return
		end
		if lines % SCALE_EVERY == 0 then
			print_scale()
		end
		lines = lines + 1
		local drawn, blanks = {}, ""
		for i = 0, columns - 1 do
			if cells[i] == nil then
				blanks = blanks .. " "
			else
				drawn[#drawn + 1] = blanks .. shade(cells[i] / seconds, colored)
				blanks = ""
			end
		end
		print(text.cell(string.format("+%.2fs", since), FRONT) .. table.concat(drawn))
	end

	-- Draws what is whole before a moment, in lines of `refresh_ns` since 1970.
	local function advance(to)
		if bin == nil then
			first = to
			return begin(to)
		end
		-- Live, processors hand out their events in turns: one that comes late belongs to the line at hand.
		if to <= bin then
			return
		end
		print_line()
		local quiet = to - bin - 1
		if quiet > QUIET_LINES and not json then
			print(string.rep(" ", FRONT) .. string.format("(%d lines without a call)", quiet))
		elseif quiet > 0 then
			for between = bin + 1, to - 1 do
				begin(between)
				if json then
					break
				end
				print_line()
			end
		end
		begin(to)
	end

	function on_set_arg(arg, value)
		local ms = text.positive(name, arg, value)
		if ms ~= nil and ms < 1 then
			print(name .. ": " .. arg .. " must be at least 1")
			return false
		end
		refresh_ns = (ms or 0) * 1000000
		return ms ~= nil
	end

	function on_init()
		f_time = chisel.request_field("evt.rawtime")
		for i, field in ipairs(map.fields) do
			fields[i] = chisel.request_field(field)
		end
		chisel.set_filter(map.filter)
		chisel.set_interval_ns(refresh_ns)
		json = sysdig.get_output_format() == "json"
		colored = sysdig.is_tty()
		local width = sysdig.get_terminal_info().width
		columns = math.max(10, math.min(WIDEST, (width > 0 and width or 100) - FRONT))
		return true
	end

	function on_event()
		local time = evt.field(f_time)
		if time == nil then
			return true
		end
		local values = {}
		for i, field in ipairs(fields) do
			values[i] = evt.field(field)
		end
		local column = map.column(values, columns, refresh_ns)
		if column ~= nil then
			advance(math.floor(time / refresh_ns))
			column = math.max(0, math.min(columns - 1, column))
			cells[column] = (cells[column] or 0) + 1
			filled = true
		end
		return true
	end

	function on_interval(ts_s, ts_ns, delta)
		-- Live, a line is drawn when its time is over, whether or not another call comes.
		if bin ~= nil and sysdig.is_live() then
			advance(math.floor((ts_s * 1000000000 + ts_ns) / refresh_ns))
		end
		return true
	end

	function on_capture_end()
		if bin ~= nil then
			print_line()
			if not json then
				print_scale()
			end
		end
		return true
	end
end

--- A scale: labels at their columns, with a mark where each begins; what would run into the next is left out.
function heat.scale(labels, columns)
	local line = ""
	for _, label in ipairs(labels) do
		local at, words = math.floor(label[1]), "|" .. label[2]
		if at >= #line and at + #words <= columns then
			line = line .. string.rep(" ", at - #line) .. words
		end
	end
	return line
end

return heat
