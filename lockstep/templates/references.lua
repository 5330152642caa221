--[[ References as a medical journal prints them: what pandoc's readers lose or misplace, mended before citeproc.

Both renderers run this filter: the built-in one by itself, Quarto by `filters` in _quarto.yml. It hands every
reference to citeproc as metadata, which wins over the files under `bibliography`, and a citation style in which faults that pandoc
shows are mended. templates/csl/README.md says what a style of its own can rely on.
]]

local FORMATS = { bib = "biblatex", biblatex = "biblatex", bibtex = "bibtex" }
-- Entry types that pandoc takes for @misc, and so drops the title of the book or journal.
local TYPES = { conference = "inproceedings", suppbook = "inbook", suppcollection = "incollection" }
-- Letters that pandoc drops without a word.
local LETTERS = {
  dh = "ð", DH = "Ð", th = "þ", TH = "Þ", dj = "đ", DJ = "Đ", ng = "ŋ", NG = "Ŋ", SS = "SS",
  textendash = "--", textemdash = "---", textquoteleft = "‘", textquotedblleft = "“", textquotedblright = "”",
}
local SUFFIXES = { ["Jr"] = true, ["Jr."] = true, ["Sr"] = true, ["Sr."] = true, II = true, III = true, IV = true }
local SCHEMES = { http = true, https = true, ftp = true, mailto = true, doi = true, urn = true }
local PREPRINTS = {
  arxiv = "arXiv", biorxiv = "bioRxiv", medrxiv = "medRxiv", ["research square"] = "Research Square", ssrn = "SSRN",
}

--- A pattern that holds whatever the case of letters.
local function anycase(word)
  return (word:gsub("%a", function(letter) return "[" .. letter:lower() .. letter:upper() .. "]" end))
end

--- BibTeX source without what pandoc's reader loses, and for each key the words that begin a subtitle in lower case.
local function mended_source(text)
  text = text:gsub("@(%a+)(%s*[{(])", function(kind, open) return "@" .. (TYPES[kind:lower()] or kind) .. open end)
  -- \'{\i} is í: pandoc puts the accent on a dotless i, two characters that no font and no search takes for í.
  text = text:gsub("(\\[`'^\"~=.]%s*{?%s*)\\([ij])%f[%A]%s*", "%1%2")
  text = text:gsub("(\\[uvHcdbrtk]%s*{%s*)\\([ij])%f[%A]%s*", "%1%2")
  text = text:gsub("(\\[uvHcdbrtk]%s*)\\([ij])%f[%A]%s*", "%1 %2")
  text = text:gsub("\\(%a+)(%s*)({?}?)", function(name, space, braces)
    if LETTERS[name] then
      return LETTERS[name] .. (braces == "{}" and "" or braces)
    end
    return "\\" .. name .. space .. braces
  end)
  -- An article's number stands where its pages would: pandoc drops it.
  local entries, subtitles = {}, {}
  text = ("\n" .. text):gsub("(\n%s*)@", "%1\1@")  -- an entry begins a line; other "@" are of its text
  for entry in text:gmatch("[^\1]+") do
    if not entry:find("[%s,]" .. anycase("pages") .. "%s*=") then
      entry = entry:gsub("([%s,])" .. anycase("eid") .. "(%s*=)", "%1pages%2")
    end
    local key = entry:match("^@%s*%a+%s*[{(]%s*([^%s,]+)%s*,")
    if key then
      subtitles[key] = {}
      for word in entry:gmatch(":%s+(%l[%l%-]*)") do
        subtitles[key][word] = true
      end
    end
    entries[#entries + 1] = entry
  end
  return table.concat(entries):sub(2), subtitles
end

--- A name in which a particle belongs to the family name: "van der Graaf WTA" (Citing Medicine, ch. 2).
local function mend_name(name, style)
  local particle = name["dropping-particle"]
  if particle then
    name["dropping-particle"] = nil
    local other = name["non-dropping-particle"]
    name["non-dropping-particle"] = other and (particle .. " " .. other) or particle
  end
  if name.given and SUFFIXES[name.given] and not name.suffix then  -- "Martin Luther King, Jr."
    local given, family = name.family:match("^(.+)%s(%S+)$")
    if given then
      name.given, name.family, name.suffix = given, family, name.given
    end
  end
  if name.family and not name.suffix then
    local family, suffix = name.family:match("^(.-),?%s+(%S+)$")
    if family and SUFFIXES[suffix] then
      name.family, name.suffix = family, suffix
    end
  end
  if style.numeric and name.suffix then
    name.suffix = name.suffix:gsub("%.$", "")
  end
  if style.no_hyphens and name.given then  -- "A.-B." is AB, as "Anna-Berta" is
    name.given = name.given:gsub("%.%-", ". ")
  end
end

--- A DOI alone: styles set "doi:" or an address before it.
local function plain_doi(doi)
  doi = doi:gsub("^%s+", ""):gsub("%s+$", "")
  doi = doi:gsub("^https?://", ""):gsub("^d?x?%.?doi%.org/", ""):gsub("^www%.doi%.org/", "")
  doi = doi:gsub("^" .. anycase("doi") .. "%s*:?%s*", "")
  return doi
end

--- The abbreviations of journals, one a line: name in lower case, tab, abbreviation.
local function read_abbreviations()
  local name = pandoc.path.join { pandoc.path.directory(PANDOC_SCRIPT_FILE), "csl", "journals.tsv" }
  local file = io.open(name, "rb")
  if not file then
    error(name .. ", the abbreviations of journals, does not exist. Copy it together with references.lua.", 0)
  end
  local text = file:read("a")
  file:close()
  return "\n" .. text
end

local function abbreviated(journal, abbreviations)
  local key = journal:lower():gsub("&", "and"):gsub("%s+", " "):gsub("^the ", "")
  local _, last = abbreviations:find("\n" .. key .. "\t", 1, true)
  if last then
    return abbreviations:match("^[^\n]*", last + 1)
  end
  return journal:match("^[Tt]he%s+(%S+)$")  -- one word is never abbreviated
end

--- A title with its subtitle as BibTeX wrote it: pandoc begins one with a capital, Citing Medicine (ch. 1) does not.
local function with_subtitle(title, lower)
  local after_colon = false
  return pandoc.Inlines(title):walk {
    traverse = "topdown",
    Span = function(span)
      after_colon = false
      return span, false
    end,
    Str = function(str)
      local begins = after_colon
      after_colon = str.text:match(":$") ~= nil
      local word = str.text:match("^%u[%l%-]*")
      if begins and word and lower[word:lower()] then
        return pandoc.Str(str.text:sub(1, 1):lower() .. str.text:sub(2))
      end
    end,
  }
end

local function mend_names(reference, style)
  for _, field in pairs(reference) do
    if type(field) == "table" and type(field[1]) == "table" and (field[1].family or field[1].literal) then
      for _, name in ipairs(field) do
        mend_name(name, style)
      end
    end
  end
end

--- Refuse an address that is none of a page: a link of it would run a script, start a program or open a file.
local function refuse_unsafe(address, key)
  local plain = address:gsub("[%c ]", ""):gsub("%%[01]%x", ""):gsub("%%20", ""):lower()  -- as a browser reads it
  local scheme = plain:match("^(%a[%w+.-]*):")
  if (scheme and not SCHEMES[scheme]) or plain:match("^[/\\][/\\]") then
    error("the reference '" .. key .. "' has the address " .. address:sub(1, 60) .. ", which is none of a page. "
      .. "Take it out, or give one that begins with https: or http:.", 0)
  end
end

--- What every reference needs, whatever file it comes from.
local function mended(reference, abbreviations, style)
  local text = pandoc.utils.stringify
  reference.doi, reference.DOI = reference.doi or reference.DOI, nil
  reference.url, reference.URL = reference.url or reference.URL, nil
  if reference.doi then
    reference.doi = plain_doi(text(reference.doi))
  end
  for field, variable in pairs { pmid = "PMID", pmcid = "PMCID", doi = "DOI" } do
    -- What a style never prints would make a link of the title, in these references alone.
    if style.text and not style.text:find('variable="' .. variable .. '"', 1, true) then
      reference[field], reference[variable] = nil, nil
    end
  end
  if reference.page then
    reference.page = text(reference.page):gsub("—", "-")  -- a range typed as ---
  end
  for _, field in pairs(reference) do
    if pandoc.utils.type(field) == "Inlines" or pandoc.utils.type(field) == "Blocks" then
      field:walk { Link = function(link) refuse_unsafe(link.target, text(reference.id)) end }
    end
  end
  if reference.url then
    refuse_unsafe(text(reference.url), text(reference.id))
  end
  local address = reference.url and plain_doi(text(reference.url))
  if address and address:match("^10%.%d+/") then  -- the DOI once more, or in the wrong field
    reference.doi = reference.doi or address
    reference.url = nil
  end
  local journal = reference["container-title"] and text(reference["container-title"])
  local server = PREPRINTS[(journal or ""):lower()]
  if reference.url and text(reference.url):match("//arxiv%.org/") then
    server = "arXiv"
  end
  if server and not reference.volume then
    reference.type, reference.genre, reference.publisher = "article", reference.genre or "preprint", server
    reference["container-title"] = nil
  elseif reference.type == "manuscript" then
    reference.genre = reference.genre or "unpublished"
  elseif reference.type == "article-journal" and journal then
    if not reference["container-title-short"] then
      reference["container-title-short"] = abbreviated(journal, abbreviations)
    end
    if reference.title and journal:lower() == text(reference.title):lower() then
      reference["container-title"] = nil  -- @periodical: pandoc names the journal twice
    end
  end
  return reference
end

--- The citation style in use: its text, mended where pandoc shows something wrongly or not at all, and what it asks for.
local function read_style(file)
  if not file then
    return {}
  end
  local _, text = pandoc.mediabag.fetch(pandoc.utils.stringify(file))
  local numeric = text:find('citation%-format="numeric"') ~= nil
  -- A label without a name before it comes first with pandoc: "In, editorsDeVita VT".
  text = text:gsub("(<names[^>]*[^/]>%s*)(<label)", "%1<name/>%2")
  if numeric and not text:find("demote%-non%-dropping%-particle=") then
    text = text:gsub("<style ", '<style demote-non-dropping-particle="sort-only" ', 1)
  end
  -- [@key, p. 3] prints its page, also where the style leaves it out.
  if numeric and not text:find('"locator"', 1, true) then
    text = text:gsub("<citation.-</citation>", function(citation)
      local raised = citation:find('vertical-align="sup"', 1, true)
      local group = raised and '<group prefix="(" suffix=")">' or '<group prefix=" ">'
      local place = group .. '<label variable="locator" form="short" strip-periods="true"/>'
        .. '<text variable="locator"/></group>'
      return (citation:gsub('(<layout.-)(<text[^>]*variable="citation%-number"[^>]*/>)', function(before, number)
        return before .. "<group>" .. number .. place .. "</group>"
      end, 1))
    end)
  end
  return { text = text, numeric = numeric, no_hyphens = text:find('initialize-with-hyphen="false"', 1, true) ~= nil }
end

local function as_list(value)
  if value == nil then
    return {}
  end
  return pandoc.utils.type(value) == "List" and value or { value }
end

--- The references of a BibTeX file.
local function read_bibtex(name, format, style)
  local _, content = pandoc.mediabag.fetch(name)
  local source, subtitles = mended_source(content)
  local is_read, found = pcall(pandoc.read, source, format)
  if not is_read then  -- pandoc says where in the file, and not in which
    error(name:match("[^/]*$") .. ": " .. tostring(found), 0)
  end
  local references = found.meta.references or {}
  for _, reference in ipairs(references) do
    mend_names(reference, style)
    if style.numeric and reference.title then
      reference.title = with_subtitle(reference.title, subtitles[pandoc.utils.stringify(reference.id)] or {})
    end
  end
  return references
end

--- The references of other files and of the front matter, as far as they are cited.
local function read_others(doc, files, style)
  local meta = { bibliography = files, references = doc.meta.references, nocite = doc.meta.nocite }
  local references = pandoc.utils.references(pandoc.Pandoc(doc.blocks, meta))
  for _, reference in ipairs(references) do
    if style.numeric then  -- elsewhere a particle that drops may be meant to
      mend_names(reference, style)
    end
  end
  return references
end

function Pandoc(doc)
  local style = read_style(doc.meta.csl)
  local abbreviations = read_abbreviations()
  local references, others = pandoc.List {}, pandoc.List {}
  for _, file in ipairs(as_list(doc.meta.bibliography)) do
    local name = pandoc.utils.stringify(file)
    local format = FORMATS[name:lower():match("%.(%a+)$") or ""]
    if format then
      references:extend(read_bibtex(name, format, style))
    else
      others:insert(file)
    end
  end
  if #others > 0 or doc.meta.references then
    references:extend(read_others(doc, others, style))
  end
  if #references > 0 then
    doc.meta.references = references:map(function(reference) return mended(reference, abbreviations, style) end)
  end
  if style.text then
    doc.meta.csl = "data:application/xml;charset=utf-8," .. style.text:gsub("[^%w]", function(byte)
      return string.format("%%%02X", byte:byte())
    end)
  end
  return doc
end
