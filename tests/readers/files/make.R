# The files of R in this folder: Rscript make.R
library(haven)

d <- data.frame(
  id = c("a", "b", "c\u00e9", "d"),
  size = c(7.3, 0.1, NA, 12),
  seen = as.Date(c("2010-04-03", NA, "1935-09-03", "1899-12-31")),
  at = as.POSIXct(c("2010-04-03 14:05:00", "2010-04-03 00:00:00", NA, NA), tz = "UTC"),
  stringsAsFactors = FALSE
)
attr(d$size, "label") <- "Tumor size"
d$grade <- labelled_spss(c(1, 2, 9, 99), c(low = 1, high = 2, unknown = 9), na_values = 9, na_range = c(90, 99), label = "Grade")
d$site <- labelled(c("u", "l", "", "u"), c(Upper = "u", Lower = "l"))
d$arm <- factor(c("new", "old", NA, "new"))
write_sav(d, "haven.sav")
write_sav(d, "haven.zsav", compress = "zsav")

s <- d[c("id", "size", "seen", "at")]
s$grade <- labelled(c(1, 2, tagged_na("a"), NA), c(low = 1, high = 2, unknown = tagged_na("a")), label = "Grade")
for (version in c(8, 10, 13, 14, 15)) {
  v <- s
  if (version < 14) v$id <- c("a", "b", "c", "d")
  if (version < 13) attr(v$grade, "labels") <- c(low = 1, high = 2)
  write_dta(v, sprintf("haven-%d.dta", version), version = version)
}

x <- d[c("id", "size", "seen", "at")]
x$id <- c("a", "b", "c", "d")
x$grade <- c(1, 2, NA, NA)
write_xpt(x, "haven-5.xpt", version = 5, name = "cohort")
write_xpt(x, "haven-8.xpt", version = 8, name = "cohort")
suppressWarnings(write_sas(x, "haven.sas7bdat"))

f <- data.frame(id = c("a", "b"), size = c(7.3, NA), arm = factor(c("new", "old")))
foreign::write.dta(f, "foreign.dta", version = 10)

saveRDS(f, "r.rds")
saveRDS(f, "plain.rds", compress = FALSE)
saveRDS(f, "xz.rds", compress = "xz")
saveRDS(f, "ascii.rds", ascii = TRUE)
save(f, file = "r.RData")
save(f, file = "plain.RData", compress = FALSE)
