-- What FreeBSD's loader makes of its configuration files: a restatement for the tests, written from
-- loader.conf(5) and from how releases were seen to read single lines. No code of FreeBSD's.
--
--   lua5.4 loader_conf.lua new|old|forth ROOT up|down
--
-- new, old: the grammars of the Lua loader before and after module names with dots. forth: that of
-- the loader before it, where a file ends at the first line that cannot be read, and where there
-- are no directories. up, down: how names are sorted in a directory, which the loader does not do.
--
-- Prints one line a fact:
--   read FILE         a file that is there, as it is opened
--   bad FILE:LINE     a line that is not carried out
--   set NAME=VALUE    what a name comes to
--   next NAME=VALUE   what nextboot.conf changes, for one boot
--   lua FILE          a file that the new loader runs as a program

local variant, root, order = table.unpack(arg)

local MODULE_SUFFIXES = {
  load = true, name = true, type = true, flags = true, before = true, after = true, error = true,
}

local settings = {}   -- what is printed, a module's settings as written
local environment = {} -- what $name sees
local file_list       -- loader_conf_files: forgotten before each file, never in the environment
local seen = {}

local function say(kind, text) io.write(kind, " ", text, "\n") end

-- A module's setting: "zfs_load". Older loaders know no module with a dot in its name.
local function is_module_setting(name)
  local stem, suffix = name:match("^(.+)_(%a+)$")
  if not stem or not MODULE_SUFFIXES[suffix] then return false end
  return variant == "new" or not stem:find(".", 1, true)
end

-- The value with $name, ${name} and backslashes carried out; nil where that cannot be done.
local function expand(text)
  local out, at = "", 1
  while at <= #text do
    local byte = text:sub(at, at)
    if byte == "\\" then
      if at == #text then return nil end
      out, at = out .. text:sub(at + 1, at + 1), at + 2
    elseif byte == '"' then
      return nil
    elseif byte == "$" then
      local name, behind = text:match("^{([^}]+)}()", at + 1)
      if not name then name, behind = text:match("^(%w[%w._-]*)()", at + 1) end
      if not name then return nil end
      out, at = out .. (environment[name] or ""), behind
    else
      out, at = out .. byte, at + 1
    end
  end
  return out
end

local function is_blank_or_comment(text) return text:match("^%s*$") or text:match("^%s*#") end

-- name, value as written; nil for a line that is no assignment.
local function split_for_lua(line)
  local name, rest = line:match("^%s*([%w._-]+)%s*=%s*(.*)$")
  if not name then return nil end
  if not name:match("^%w") and not is_module_setting(name) then return nil end
  local value, tail
  if variant == "old" then
    value, tail = rest:match('^"(.*)"(.*)$')
  else
    value, tail = rest:match('^"([^"]*)"(.*)$')
  end
  if not value then value, tail = rest:match("^([-%w][-%w._]*)(.*)$") end
  if not value or not is_blank_or_comment(tail) then return nil end
  return name, value
end

local function split_for_forth(line)
  local name, rest = line:match("^[ \t]*(%a[%w._-]*)[ \t]*=[ \t]*(.*)$")
  if not name then return nil end
  local value, tail
  if rest:sub(1, 1) == '"' then
    local at = 2
    while at <= #rest and rest:sub(at, at) ~= '"' do
      at = at + (rest:sub(at, at) == "\\" and 2 or 1)
    end
    if at > #rest then return nil end
    value, tail = rest:sub(2, at - 1), rest:sub(at + 1)
  else
    value, tail = rest:match("^([-%w][-%w._]*)(.*)$")
  end
  if not value or not (tail:match("^[ \t]*$") or tail:match("^[ \t]*#")) then return nil end
  return name, value
end

local function is_nothing(line)
  if variant == "forth" then return line:match("^[ \t]*$") or line:match("^[ \t]*#") end
  return is_blank_or_comment(line)
end

-- Calls carry_out(name, value) for each assignment, bad(number) for each line that is none.
local function each_assignment(text, carry_out, bad)
  local number = 0
  for line in (text:sub(-1) == "\n" and text or text .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    if not is_nothing(line) then
      local name, value = (variant == "forth" and split_for_forth or split_for_lua)(line)
      if not name or not carry_out(name, value) then
        bad(number)
        if variant == "forth" then return end
      end
    end
  end
end

local function carry_out(name, value)
  if name == "exec" then return true end
  if is_module_setting(name) then
    settings[name] = value
    if variant == "new" then environment[name] = value end
    return true
  end
  local expanded = expand(value)
  if not expanded then return false end
  if name == "loader_conf_files" then
    file_list = expanded
  else
    settings[name], environment[name] = expanded, expanded
  end
  return true
end

local function content(path)
  local file = io.open(root .. path, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

local function read_file(path)
  if path:sub(1, 1) ~= "/" then path = "/" .. path end
  if seen[path] then return end
  seen[path] = true
  file_list = nil
  local text = content(path)
  if text and variant == "new" and path:match("^.+lua$") then
    say("lua", path)
  elseif text then
    say("read", path)
    each_assignment(text, carry_out, function(number) say("bad", path .. ":" .. number) end)
  end
  for name in (file_list or ""):gmatch("[%w%p]+") do read_file(name) end
end

local function names_in(directory)
  local names = {}
  local listing = io.popen("LC_ALL=C ls -A '" .. root .. directory .. "' 2>/dev/null")
  for name in listing:lines() do table.insert(names, name) end
  listing:close()
  table.sort(names, function(a, b) if order == "down" then return b < a end return a < b end)
  return names
end

local function read_directories()
  local directories = environment.loader_conf_dirs or ""
  if variant == "new" then
    for name in (environment.product_vars or ""):gmatch("%S+") do
      local product = environment[name]
      if product then directories = directories .. " /boot/loader.conf.d/" .. product end
    end
  end
  for directory in directories:gmatch("[%w%p]+") do
    for _, name in ipairs(names_in(directory)) do
      if name:match(".conf$") then read_file(directory .. "/" .. name) end
    end
  end
end

read_file("/boot/defaults/loader.conf")
if variant ~= "forth" then read_directories() end
if variant == "new" then
  for name in (environment.local_loader_conf_files or ""):gmatch("[%w%p]+") do read_file(name) end
end

local once = environment.nextboot_conf and content(environment.nextboot_conf)
if once and not once:match('^nextboot_enable="NO"') then
  each_assignment(once, function(name, value)
    say("next", name .. "=" .. value)
    return true
  end, function() end)
end
for name, value in pairs(settings) do say("set", name .. "=" .. value) end
