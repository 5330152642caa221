# The own statistics of the small study a second time: restricted means by the area under R's curve.
# Rscript tests/reference/implants.R tests/studies/implants/data/implants.csv FOLDER writes FOLDER/implants.csv.
arguments <- commandArgs(TRUE)
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

d <- read.csv2(arguments[1])
groups <- list(rep(TRUE, nrow(d)))
names(groups) <- "retention"
for (level in c("cemented", "uncemented", "hybrid")) {
  groups[[paste0("retention.by_fixation.", level)]] <- d$fixation == level
}
for (year in c(2, 5)) {
  for (name in names(groups)) {
    fit <- survfit(Surv(months, revised) ~ 1, d[groups[[name]], ])
    found <- summary(fit, rmean = 12 * year)$table
    width <- qnorm(0.975) * found[["se(rmean)"]]
    put_interval(sprintf("%s.restricted_mean.%dy", name, year), found[["rmean"]] + c(0, -width, width))
  }
}
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "implants.csv"), "implants.R")
