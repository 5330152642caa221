-- What build/report.html needs besides the text: wide tables that scroll within themselves, pictures that can be
-- enlarged without a script, and the heading of the abstract.

local function scrolling(table_)
  local attributes = { { "tabindex", "0" }, { "role", "region" }, { "aria-label", "Table" } } -- a list: in this order
  return pandoc.Div({ table_ }, pandoc.Attr("", { "scroll" }, attributes))
end

local function is_picture(block)
  return (block.t == "Para" or block.t == "Plain") and #block.content == 1 and block.content[1].t == "Image"
end

-- The picture is the summary of a <details> without other content: open, the style sheet shows it larger.
local function enlargeable(figure)
  local blocks = pandoc.Blocks({})
  for _, block in ipairs(figure.content) do
    if is_picture(block) then
      local words = pandoc.Span({}, pandoc.Attr("", { "enlarge" }))
      blocks:insert(pandoc.RawBlock("html", '<details class="picture"><summary>'))
      blocks:insert(pandoc.Plain({ block.content[1], words }))
      blocks:insert(pandoc.RawBlock("html", "</summary></details>"))
    else
      blocks:insert(block)
    end
  end
  figure.content = blocks
  return figure
end

-- As in the PDF, ::: {#abstract} comes before an `abstract:` of the front matter.
local function with_abstract(document)
  local meta = document.meta
  local title = meta["abstract-title"] and pandoc.utils.stringify(meta["abstract-title"]) or "Abstract"
  local heading = pandoc.Header(1, pandoc.Inlines(title), pandoc.Attr("abstract-heading", { "unnumbered" }))
  local found = false
  document.blocks = document.blocks:walk({
    Div = function(div)
      if div.identifier == "abstract" then
        found = true
        div.content:insert(1, heading)
        return div
      end
    end,
  })
  if meta.abstract and not found then
    local written = pandoc.utils.type(meta.abstract) == "Blocks" and meta.abstract or pandoc.Blocks({ pandoc.Para(meta.abstract) })
    written:insert(1, heading)
    document.blocks:insert(1, pandoc.Div(written, pandoc.Attr("abstract")))
  end
  return document
end

return { { Table = scrolling, Figure = enlargeable, Pandoc = with_abstract } }
