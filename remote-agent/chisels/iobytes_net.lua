--[[
Bytes over the network each second.
]]

description = "Prints, once a second, how many bytes all processes received and sent over IPv4 and IPv6. Only what was really moved counts."
short_description = "Bytes over the network each second"
category = "Net"
args = {}

require("porthole_io").count_bytes("(fd.type=ipv4 or fd.type=ipv6) and evt.is_io=true")
