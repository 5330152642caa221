# Binary and number outcomes: proportions, differences and ratios, in base R alone.
# Rscript tests/reference/outcomes.R FOLDER writes FOLDER/values/outcomes.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

# ---- proportions ---------------------------------------------------------------------------------------------------

wilson <- function(x, n, conf) c(x / n, suppressWarnings(prop.test(x, n, correct = FALSE, conf.level = conf))$conf.int)
put_proportion <- function(x, n, conf) {
  id <- sprintf("proportion.%d_of_%d.%g", x, n, conf)
  put_interval(paste0(id, ".wilson"), wilson(x, n, conf))
  put_interval(paste0(id, ".exact"), c(x / n, binom.test(x, n, conf.level = conf)$conf.int))
}
for (conf in c(0.9, 0.95, 0.99)) {
  for (x in c(0, 1, 5, 13)) put_proportion(x, 13, conf)
  put_proportion(13, 79, conf)
  put_proportion(0, 1, conf)
  put_proportion(1, 1, conf)
  put_proportion(123456, 1000000, conf)
}

# Group x1 of n1 against reference x2 of n2. Newcombe's method 10 by its definition; Katz's and Woolf's interval.
put_two <- function(x1, n1, x2, n2, conf) {
  id <- sprintf("two.%d_of_%d.%d_of_%d.%g", x1, n1, x2, n2, conf)
  a <- wilson(x1, n1, conf)
  b <- wilson(x2, n2, conf)
  d <- a[1] - b[1]
  put_interval(paste0(id, ".risk_difference"), c(d, d - sqrt((a[1] - a[2])^2 + (b[3] - b[1])^2),
                                                 d + sqrt((a[3] - a[1])^2 + (b[1] - b[2])^2)))
  z <- c(0, -1, 1) * qnorm((1 + conf) / 2)
  ratio <- if (x1 > 0 && x2 > 0) exp(log(a[1] / b[1]) + z * sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)) else rep(NA, 3)
  put_interval(paste0(id, ".risk_ratio"), ratio)
  cells <- c(x1, n1 - x1, x2, n2 - x2)
  odds <- if (all(cells > 0)) exp(log(cells[1] / cells[2] * cells[4] / cells[3]) + z * sqrt(sum(1 / cells))) else rep(NA, 3)
  put_interval(paste0(id, ".odds_ratio"), odds)
}
for (conf in c(0.9, 0.95)) {
  put_two(56, 70, 48, 80, conf)  # Newcombe's examples
  put_two(9, 10, 3, 10, conf)
  put_two(5, 56, 0, 29, conf)
  put_two(0, 10, 0, 20, conf)
  put_two(10, 10, 0, 20, conf)
  put_two(0, 12, 12, 12, conf)
  put_two(7, 7, 3, 9, conf)
  put_two(1, 1, 1, 2, conf)
  put_two(123456, 1000000, 98765, 2000000, conf)
}

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "outcomes.csv"), "outcomes.R")
