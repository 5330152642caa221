# Tables of characteristics of public data sets: each group described and compared, in base R alone.
# Rscript tests/reference/characteristics.R FOLDER reads FOLDER/data/{colon,pbc}.csv and writes FOLDER/values/characteristics.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

public <- function(name, factors) {
  d <- read.csv(file.path(folder, "data", paste0(name, ".csv")))
  for (v in names(factors)) d[[v]] <- factor(d[[v]], factors[[v]])
  d
}
colon <- public("colon", list(event = 0:1, rx = c("obs", "lev", "lev_5fu"), differ = 1:3, extent = 1:4))
pbc <- public("pbc", list(event = 0:1, trt = 1:2, stage = 1:4, edema = c(0, 0.5, 1)))
slug <- function(level) gsub("[^a-z0-9]", "_", level)

# ---- tests ---------------------------------------------------------------------------------------------------------

tests <- list(
  means = function(x, g) if (nlevels(g) == 2) t.test(x ~ g) else oneway.test(x ~ g),
  ranks = function(x, g) if (nlevels(g) == 2) suppressWarnings(wilcox.test(x ~ g)) else kruskal.test(x, g),
  student = function(x, g) t.test(x ~ g, var.equal = TRUE),
  anova = function(x, g) oneway.test(x ~ g, var.equal = TRUE),
  welch = function(x, g) oneway.test(x ~ g),
  counts = function(x, g) {
    found <- suppressWarnings(chisq.test(x, g, correct = FALSE))
    if (min(found$expected) < 5) fisher.test(x, g, workspace = 2e8) else found
  },
  fisher = function(x, g) fisher.test(x, g, workspace = 2e8)
)

# ---- tables: name, data, groups, and the test of each variable -----------------------------------------------------

characteristics <- function(name, d, by, asked) {
  for (v in names(asked)) {
    id <- paste0(name, ".", v, ".by_", by)
    known <- d[!is.na(d[[v]]) & !is.na(d[[by]]), ]
    put(paste0(id, ".test.p_value"), tests[[asked[[v]]]](known[[v]], known[[by]])$p.value)
    put(paste0(id, ".smd"), smd(known[[v]], known[[by]]))
    for (level in levels(d[[by]])) {
      x <- d[[v]][d[[by]] %in% level]
      stem <- paste0(id, ".", slug(level))
      put(paste0(stem, ".n"), sum(!is.na(x)))
      put(paste0(stem, ".missing.count"), sum(is.na(x)))
      if (is.factor(x)) for (l in levels(x)) put_percent(paste0(stem, ".", slug(l)), sum(x %in% l), sum(!is.na(x)))
      else put_moments(stem, x)
    }
  }
}
characteristics("colon", colon, "rx", list(age = "means", nodes = "ranks", differ = "counts", extent = "counts"))
characteristics("colon", colon, "differ", list(age = "anova", nodes = "welch", event = "counts"))
characteristics("pbc", pbc, "trt", list(age = "means", bili = "ranks", edema = "counts", event = "fisher"))
characteristics("pbc", pbc, "event", list(age = "student", edema = "counts"))
characteristics("pbc", pbc, "edema", list(stage = "counts", bili = "ranks"))

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "characteristics.csv"), "characteristics.R")
