# Restricted cubic splines in Cox and logistic models, by `splines::ns` and `survival`.
# Rscript tests/reference/splines.R FOLDER writes FOLDER/values/splines.csv; the data are those of datasets.R.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))
library(splines)

# Harrell's quantiles.
places <- list(`3` = c(0.1, 0.5, 0.9), `4` = c(0.05, 0.35, 0.65, 0.95), `5` = c(0.05, 0.275, 0.5, 0.725, 0.95),
               `6` = c(0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
               `7` = c(0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975))

# glm leaves the covariance of the step before its last one.
covariance <- function(fit) {
  if (!inherits(fit, "glm")) return(vcov(fit))
  columns <- model.matrix(fit)
  solve(crossprod(columns * fitted(fit) * (1 - fitted(fit)), columns))
}

# The whole variable and its bends by likelihood ratio and by Wald's test, ratios along it to that at its median.
put_spline <- function(id, d, k, fit_of, likelihood) {
  knots <- unname(quantile(d$x, places[[as.character(k)]]))
  basis <- function(x) unclass(ns(x, knots = knots[2:(k - 1)], Boundary.knots = knots[c(1, k)]))
  for (i in seq_along(knots)) put(sprintf("%s.knot.%d", id, i), knots[i])
  d$bends <- basis(d$x)
  full <- fit_of("bends + z", d)
  test <- function(name, without, df) {
    statistic <- 2 * (likelihood(full) - likelihood(without))
    put(paste0(id, ".", name, ".statistic"), statistic)
    put(paste0(id, ".", name, ".p_value"), pchisq(statistic, df, lower.tail = FALSE))
  }
  put(paste0(id, ".log_likelihood"), likelihood(full))
  test("whole", fit_of("z", d), k - 1)
  test("bends", fit_of("x + z", d), k - 2)

  # Beside the number itself one column of the basis is redundant; the others are the bends.
  d$some <- d$bends[, -1]
  bent <- fit_of("x + some + z", d)
  chosen <- grep("some", names(coef(bent)))
  b <- coef(bent)[chosen]
  put(paste0(id, ".bends.wald"), drop(b %*% solve(covariance(bent)[chosen, chosen], b)))

  at <- unname(quantile(d$x, c(0, 0.02, 0.2, 0.6, 0.9, 1)))
  chosen <- grep("bends", names(coef(full)))
  variance <- covariance(full)[chosen, chosen]
  for (i in seq_along(at)) {
    difference <- drop(basis(at[i]) - basis(median(d$x)))
    se <- sqrt(drop(difference %*% variance %*% difference))
    ratio <- exp(drop(difference %*% coef(full)[chosen]) + c(0, -1, 1) * qnorm(0.975) * se)
    put_interval(sprintf("%s.ratio.%d", id, i), ratio)
  }
}
cox_of <- function(...) function(terms, d) cox(as.formula(paste("Surv(time, event) ~", terms)), d)
put_both <- function(name, time, event, x, z) {
  d <- data.frame(time, event, x, z)
  d <- d[complete.cases(d), ]
  for (k in 3:7) {
    if (anyDuplicated(quantile(d$x, places[[as.character(k)]]))) next
    put_spline(sprintf("%s.cox.%d", name, k), d, k, cox_of(), log_likelihood)
    logistic <- function(terms, d) {
      glm(as.formula(paste("event ~", terms)), binomial, d, epsilon = 1e-14, maxit = 100)
    }
    put_spline(sprintf("%s.logistic.%d", name, k), d, k, logistic, function(fit) as.numeric(logLik(fit)))
  }
}
put_both("pbc", pbc$time, as.integer(pbc$status == 2), pbc$bili, pbc$age)
put_both("veteran", veteran$time, veteran$status, veteran$age, veteran$karno)
deaths <- colon[colon$etype == 2, ]
put_both("colon", deaths$time, deaths$status, deaths$nodes, deaths$age)
put_both("lung", lung$time, as.integer(lung$status == 2), lung$wt.loss, lung$age)

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "splines.csv"), "splines.R")
