--[[
What Porthole's chisels share that print what is there at one moment: processes, descriptors, containers.

Not a chisel: others load it with require "porthole_state".
]]

local text = require "porthole_text"

-- `filter`: of the threads and descriptors to print; nil: all.
local state = {}

--- A line of cells, each as wide as its title's width says; the last one is printed whole. `columns`: { title, width } each.
function state.row(columns, values)
	local cells = {}
	for i, column in ipairs(columns) do
		cells[i] = column[2] and text.cell(values[i], column[2]) or tostring(values[i])
	end
	return table.concat(cells)
end

--- The line of titles.
function state.titles(columns)
	local titles = {}
	for i, column in ipairs(columns) do
		titles[i] = column[1]
	end
	return state.row(columns, titles)
end

--- Keys of a table in their order.
function state.sorted_keys(t)
	local keys = {}
	for key in pairs(t) do
		keys[#keys + 1] = key
	end
	table.sort(keys)
	return keys
end

--[[
Defines the callbacks of a chisel that prints the threads, or their descriptors, as they are at the first event that passes the filter. `get(filter)`: the table of
threads; `columns`: { title, width } each; `rows(thread, add)`: calls `add` with the values of each line about a thread.
]]
function state.print_threads(get, columns, rows)
	local threads

	function on_event()
		sysdig.end_capture()
		threads = get(state.filter)
		return false
	end

	function on_capture_end()
		if threads == nil then
			print("empty capture or no event matching the filter")
			return true
		end
		print(state.titles(columns))
		for _, tid in ipairs(state.sorted_keys(threads)) do
			rows(threads[tid], function(...)
				print(state.row(columns, { ... }))
			end)
		end
		return true
	end
end

return state
