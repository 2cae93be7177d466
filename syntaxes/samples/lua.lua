#!/usr/bin/lua
-- A line, --[[ which is not a block.
--[[ a block
over lines ]] local a, b = 0x1F, 1.5e-3
--[==[ another ]] with levels ]==]
x, y = nil, true and not false or ...
s = 'single \'quoted\' \n' .. "double \065 \z"
l = [==[ long ]] string
]==]
function T.sub.name:method(first, ...) return self, first end
local function help(a) if a ~= nil and a >= 1 then return -a % 2 elseif a == 0 then goto out else a = a / 2 ^ 3 end ::out:: end
for i = 1, #list do list[i].field = { key = 'v', [1] = 2; 3 } end
for k, v in pairs(t) do print(k, v, string.format("%5d", v), math.huge) end
while true do break end repeat local z = f{} g"text" h[[long]] until z
unclosed = "ends with its line
after = 1
