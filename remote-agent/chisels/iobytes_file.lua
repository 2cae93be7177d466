--[[
Bytes of files each second.
]]

description = "Prints, once a second, how many bytes all processes read from files and wrote to them. Only what was really moved counts; answers from memory count as well."
short_description = "Bytes of files each second"
category = "I/O"
args = {}

require("porthole_io").count_bytes("fd.type=file and evt.is_io=true")
