--[[
What chisels of Porthole share to print: numbers with units, columns, colours, and JSON.

Not a chisel: others load it with require "porthole_text".
]]

local text = {}

-- Colours of the terminal, by what they say.
text.RESET = "\27[0m"
text.RED = "\27[31m"
text.GREEN = "\27[32m"
text.YELLOW = "\27[33m"
text.BLUE = "\27[34m"
text.CLEAR = "\27[2J\27[1;1H"

--- A cell of `width` characters: padded with blanks, or cut so that one blank stays.
function text.cell(value, width)
	value = tostring(value)
	if #value >= width then
		return value:sub(1, width - 1) .. " "
	end
	return value .. string.rep(" ", width - #value)
end

local UNITS = { { 1024 ^ 5, "P" }, { 1024 ^ 4, "T" }, { 1024 ^ 3, "G" }, { 1024 ^ 2, "M" }, { 1024, "KB" } }

--- Bytes: 1536 is 1.50KB.
function text.bytes(n)
	if n <= 1024 then
		return string.format("%dB", math.floor(n))
	end
	for _, unit in ipairs(UNITS) do
		if n > unit[1] then
			return string.format("%.2f%s", n / unit[1], unit[2])
		end
	end
end

-- A whole part and two digits, cut and not rounded.
local function hundredths(n, unit, suffix)
	return string.format("%d.%02d%s", math.floor(n / unit), math.floor(n % unit / (unit / 100)), suffix)
end

--- A length of time in ns: 1500 is 1.50us.
function text.duration(ns)
	if ns >= 1000000000 then
		return hundredths(ns, 1000000000, "s")
	elseif ns >= 10000000 then
		return string.format("%dms", math.floor(ns / 1000000))
	elseif ns >= 1000000 then
		return hundredths(ns, 1000000, "ms")
	elseif ns >= 10000 then
		return string.format("%dus", math.floor(ns / 1000))
	elseif ns >= 1000 then
		return hundredths(ns, 1000, "us")
	end
	return string.format("%dns", math.floor(ns))
end

--- `n` as a part of `whole`, in percent.
function text.percent(n, whole)
	if whole <= 0 then
		return "0.00%"
	end
	return string.format("%.2f%%", n / whole * 100)
end

--- A value in its unit: bytes, time, timepct (of `whole` ns), none.
function text.value(n, unit, whole)
	if unit == "bytes" then
		return text.bytes(n)
	elseif unit == "time" then
		return text.duration(n)
	elseif unit == "timepct" then
		return text.percent(n, whole)
	end
	return string.format("%d", math.floor(n))
end

--- The parts between commas.
function text.split(list)
	local parts = {}
	for part in (list .. ","):gmatch("([^,]*),") do
		parts[#parts + 1] = part
	end
	return parts
end

--- A number above 0 out of an argument; nil, with a message printed, where it is none.
function text.positive(chisel_name, argument, value)
	local n = tonumber(value)
	if n == nil or n < 0 then
		print(chisel_name .. ": " .. argument .. " must be a number, not '" .. tostring(value) .. "'")
		return nil
	end
	return n
end

local ESCAPED = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\b"] = "\\b", ["\f"] = "\\f" }

--- A string, number, boolean or nil as JSON.
function text.json(value)
	if value == nil then
		return "null"
	elseif type(value) == "number" then
		if value == math.floor(value) and math.abs(value) < 2 ^ 53 then
			return string.format("%d", value)
		end
		return string.format("%.14g", value)
	elseif type(value) == "boolean" then
		return tostring(value)
	end
	return '"' .. tostring(value):gsub('[%c"\\]', function(c)
		return ESCAPED[c] or string.format("\\u%04x", c:byte())
	end) .. '"'
end

return text
