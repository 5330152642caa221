# Composite endpoints and derived numbers of `rotterdam` (every tenth patient, and the 43 who died after their follow-up
# for recurrence had ended), whose data are written beside them.
# Rscript tests/reference/composite.R FOLDER writes FOLDER/data/composite.csv and FOLDER/values/composite.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

gap <- with(rotterdam, death == 1 & recur == 0 & dtime > rtime)
d <- rotterdam[gap | seq_len(nrow(rotterdam)) %% 10 == 1, ]
d <- d[, c("pid", "age", "nodes", "pgr", "er", "hormon", "rtime", "recur", "dtime", "death")]
free <- which(d$recur == 0 & d$death == 0)
d$rtime[free[seq_along(free) %% 3 == 0]] <- d$rtime[free[seq_along(free) %% 3 == 0]] %/% 2  # assessed no longer
origin <- as.Date("1985-01-01")
d$surgery <- origin + d$pid
d$recurred <- d$surgery + ifelse(d$recur == 1, d$rtime, NA)
d$died <- d$surgery + ifelse(d$death == 1, d$dtime, NA)
d$seen <- d$surgery + d$dtime
cells <- sapply(d, function(column) ifelse(is.na(column), "", as.character(column)))  # whole numbers and dates
file <- file(file.path(folder, "data", "composite.csv"), "wb")
writeLines(c(paste(colnames(cells), collapse = ","), apply(cells, 1, paste, collapse = ",")), file)
close(file)

# As in the vignettes of `survival`: alive without recurrence, patients are followed to the end of follow-up for death.
# `known` has them followed for as long as it is known of both events that there was none.
time <- with(d, ifelse(recur == 1, rtime, dtime))
known <- with(d, ifelse(recur == 1, rtime, ifelse(death == 1, dtime, pmin(rtime, dtime))))
event <- with(d, pmax(recur, death)) == 1
for (name in c("rfs", "by_dates", "known")) {
  at <- if (name == "known") known else time
  put(paste0(name, ".n"), nrow(d))
  put(paste0(name, ".events"), sum(event))
  put(paste0(name, ".first.recurrence.count"), sum(d$recur))
  put(paste0(name, ".first.death.count"), sum(event & d$recur == 0))
  put(paste0(name, ".first.recurrence.percent"), 100 * sum(d$recur) / sum(event))
  put(paste0(name, ".first.death.percent"), 100 * sum(event & d$recur == 0) / sum(event))
  put_interval(paste0(name, ".median"), median_of(kaplan_meier(at, event)))
  put_log_rank(paste0(name, ".by_hormon.log_rank"), at, event, d$hormon)
}

# Derived numbers: `log_er` and `ratio` are missing where there is no logarithm, or nothing to divide by.
number <- function(name, x) {
  x <- x[is.finite(x)]
  put(paste0(name, ".n"), length(x))
  put(paste0(name, ".mean"), mean(x))
  put(paste0(name, ".sd"), sd(x))
  put(paste0(name, ".median"), median(x))
  put(paste0(name, ".min"), min(x))
  put(paste0(name, ".max"), max(x))
}
number("log_er", log2(d$er))
number("ratio", d$pgr / d$er)
number("receptors", log1p(pmax(d$pgr, d$er)))
number("wait", as.numeric(d$died - d$recurred) / 30.4375)
number("score", with(d, ifelse(hormon == 1, sqrt(nodes) * exp(-age / 50), round(-nodes^2 / 3, 1) + abs(age - 50))))

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "composite.csv"), "composite.R")
