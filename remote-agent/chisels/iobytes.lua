--[[
Bytes read and written each second.
]]

description = "Prints, once a second, how many bytes all processes read and wrote: files, sockets, pipes and whatever else has a descriptor. Only what was really moved counts."
short_description = "Bytes read and written each second"
category = "I/O"
args = {}

require("porthole_io").count_bytes("evt.is_io=true")
