--[[
What processes read from standard input.
]]

description = "Prints what processes read from their standard input, as it comes. Name a process or a container in the filter, or that of all is mixed."
short_description = "What processes read from standard input"
category = "I/O"
args = {}

require("porthole_io").print_stream(0)
