// What LuaJIT printed under sysdig for `print(...)`, for tests of whatever runs Lua here.
export const LINES: readonly (readonly [lua: string, printed: string])[] = [
  ['string.format("%.0f %.0f %.1f %.2f %.2f %.3f %.2f", 0.5, 2.5, 0.25, 8.125, -8.125, 0.0625, 1.005)', '1 3 0.3 8.13 -8.13 0.063 1.00'],
  ['0/0, -(0/0), 1/0, -1/0', 'nan\tnan\tinf\t-inf'],
  ['2^53, 1e15, math.floor(2^53), 9007199254740993, 1000000000 * 1000000000 * 10, 4294967296 * 4294967296', '9.007199254741e+15\t1e+15\t9.007199254741e+15\t9.007199254741e+15\t1e+19\t1.844674407371e+19'],
  ['math.floor(-1.2), math.ceil(1.2), tonumber("12"), tonumber("0x1F"), tonumber("z", 36), tonumber("")', '-2\t2\t12\t31\t35\tnil'],
  ['bit.band(0xffffffff, 0xf0f0f0f0), bit.tohex(255), bit.lshift(1, 31), bit.bnot(0), bit.arshift(-8, 1), bit.rol(0x80000001, 1), bit.tohex(-1, -4), bit.bswap(0x12345678)', '-252645136\t000000ff\t-2147483648\t-1\t-4\t3\tFFFF\t2018915346'],
  ['(function() local all = "" for w in ("a,b,,c"):gmatch("([^,]*)") do all = all .. "[" .. w .. "]" end return all end)()', '[a][][b][][][c][]'],
  ['string.gsub("abc", "b", "%x"), string.gsub("abc", "%w", "%0%0")', 'axc\taabbcc\t3'],
  ['string.gsub("a,b", "[^,]*", "x"), string.gsub(" a ", "^%s*(.-)%s*$", "<%1>")', 'xx,xx\t<a>\t1'],
  ['(function() local t = {} table.insert(t, 1, "a") table.insert(t, 3, "c") return #t, t[3], table.remove(t, 10), table.remove({}) end)()', '1\tc\tnil\tnil'],
  ['_VERSION, coroutine.running(), type(jit), os.getenv("HOME")', 'Lua 5.1\tnil\ttable\tnil'],
  ['pcall(string.format, "%d", "3.7")', 'true\t3'],
];
