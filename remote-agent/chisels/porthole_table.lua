--[[
The tables of Porthole's chisels: the rows with the highest values, as text or JSON.

Not a chisel. Others load it with require "porthole_table" and either
  table_of.sum { keys = , value = , ... }  which defines all callbacks of a chisel that adds up a field by others, or
  table_of.print { ... }                   to print rows that they gathered themselves.
]]

local text = require "porthole_text"

local table_of = {}

-- Between the keys of a row; no field holds it.
local SEPARATOR = "\1\1"
local WIDTH = 20

--- Values by key as a list of { key, value }, the highest first.
function table_of.sorted(rows)
	local list = {}
	for key, value in pairs(rows) do
		list[#list + 1] = { key = key, value = value }
	end
	table.sort(list, function(a, b)
		if a.value ~= b.value then
			return a.value > b.value
		end
		return a.key < b.key
	end)
	return list
end

local function keys_of(row)
	local keys, from = {}, 1
	while true do
		local at, last = row.key:find(SEPARATOR, from, true)
		keys[#keys + 1] = row.key:sub(from, at and at - 1)
		if at == nil then
			return keys
		end
		from = last + 1
	end
end

local function print_json(t, list, ts_s)
	local rows = {}
	for i, row in ipairs(list) do
		local cells = {}
		for _, key in ipairs(keys_of(row)) do
			cells[#cells + 1] = text.json(key)
		end
		cells[#cells + 1] = text.json(row.value)
		rows[i] = "[" .. table.concat(cells, ",") .. "]"
	end

	local function column(name, desc, is_key)
		return string.format('{"name":%s,"desc":%s,"is_key":%s}', text.json(name), text.json(desc), tostring(is_key))
	end
	-- Readers of this form look for the value in the third place, however many keys there are.
	local columns = { "null", "null", "null" }
	for i, name in ipairs(t.keys) do
		columns[i] = column(name, t.descriptions[i], true)
	end
	columns[3] = column(t.value, t.value_description, false)

	print(string.format('{\n  "data":[%s],\n  "info":[%s],\n  "ts":"%s"\n}', table.concat(rows, ","), table.concat(columns, ","), sysdig.make_ts(ts_s, 0)))
end

local function print_text(t, list, delta)
	local header = text.cell(t.value_description, WIDTH)
	for _, description in ipairs(t.descriptions) do
		header = header .. text.cell(description, WIDTH)
	end
	print(header)
	print(string.rep("-", 80))
	for _, row in ipairs(list) do
		local line = text.cell(text.value(row.value, t.unit, delta), WIDTH)
		local keys = keys_of(row)
		for i, key in ipairs(keys) do
			line = line .. (i < #keys and text.cell(key, WIDTH) or key)
		end
		print(line)
	end
end

-- The value of a field as part of a key; nil where there is none.
local function part(field)
	local value = evt.field(field)
	if type(value) == "string" or value == nil then
		return value
	end
	if type(value) == "number" and value == math.floor(value) then
		return string.format("%d", value)
	end
	return tostring(value)
end

--- The keys of a row, joined; nil where one is missing.
function table_of.key(fields)
	local key = part(fields[1])
	for i = 2, #fields do
		local more = key and part(fields[i])
		if more == nil then
			return nil
		end
		key = key .. SEPARATOR .. more
	end
	return key
end

--- Joins keys that are at hand.
function table_of.join(...)
	return table.concat({ ... }, SEPARATOR)
end

--[[
Prints `rows` (values by joined keys). `t`: keys (names of fields), descriptions (of the keys), value (name of a field), value_description,
unit (bytes, time, timepct, none), top (how many rows; 0: all). `delta`: ns that the rows were gathered in.
]]
function table_of.print(t, rows, ts_s, delta)
	local list = table_of.sorted(rows)
	for i = #list, (t.top > 0 and t.top or #list) + 1, -1 do
		list[i] = nil
	end
	if sysdig.get_output_format() == "json" then
		print_json(t, list, ts_s)
		return
	end
	if sysdig.is_live() and sysdig.is_tty() then
		io.write(text.CLEAR)
	end
	print_text(t, list, delta)
	if sysdig.is_live() and not sysdig.is_tty() then
		print("")
	end
end

--- Has a table printed every second while events are live.
function table_of.every_second()
	if sysdig.is_live() then
		chisel.set_interval_s(1)
	end
end

--- Adds container.name to the keys where the output is about containers: in front of the others or behind them.
function table_of.with_container(t, place)
	if sysdig.is_print_container_data() then
		local at = place == "first" and 1 or #t.keys + 1
		table.insert(t.keys, at, "container.name")
		table.insert(t.descriptions, at, "container.name")
	end
	return t
end

--- Keys that name a process: by name and id, where the output is about containers also the id within its container.
function table_of.processes(t)
	if sysdig.is_print_container_data() then
		t.keys = { "proc.name", "proc.pid", "thread.vtid", "container.name" }
		t.descriptions = { "Process", "Host_pid", "Container_pid", "container.name" }
	else
		t.keys = { "proc.name", "proc.pid" }
		t.descriptions = { "Process", "PID" }
	end
	return t
end

--[[
Defines the callbacks of a chisel that adds up a field. `make` is called in on_init and answers what table_of.print takes, and `filter`
(which events count; "": all).
]]
function table_of.sum(make)
	local t, rows = nil, {}
	local fields, value_field = {}, nil

	function on_init()
		t = make()
		for i, name in ipairs(t.keys) do
			fields[i] = chisel.request_field(name)
		end
		value_field = chisel.request_field(t.value)
		if t.filter ~= "" then
			chisel.set_filter(t.filter)
		end
		return true
	end

	function on_capture_start()
		table_of.every_second()
		return true
	end

	function on_event()
		local value = evt.field(value_field)
		if type(value) ~= "number" or value <= 0 then
			return true
		end
		local key = table_of.key(fields)
		if key ~= nil then
			rows[key] = (rows[key] or 0) + value
		end
		return true
	end

	function on_interval(ts_s, ts_ns, delta)
		table_of.print(t, rows, ts_s, delta)
		rows = {}
		return true
	end

	function on_capture_end(ts_s, ts_ns, delta)
		if not sysdig.is_live() then
			table_of.print(t, rows, ts_s, delta)
		end
		return true
	end
end

return table_of
