# Propensity scores, weights, balance, weighted survival, E-values and pooled estimates, in base R and `survival` alone.
# Rscript tests/reference/adjustment.R FOLDER writes FOLDER/data/hormones.csv and FOLDER/values/adjustment.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

# ---- data: 686 women of the German Breast Cancer Study Group, of whom 246 had hormonal treatment -------------------

hormones <- with(gbsg, data.frame(
  time = rfstime, event = status, exposed = hormon, age, meno, size, grade_2 = as.numeric(grade == 2),
  grade_3 = as.numeric(grade == 3), nodes, pgr, er
))
hormones$time <- ceiling(hormones$time / 30.4)  # months: many ties
export("hormones", hormones)
covariates <- c("age", "meno", "size", "grade_2", "grade_3", "nodes", "pgr", "er")

# ---- propensity score and weights ----------------------------------------------------------------------------------

fit <- glm(reformulate(covariates, "exposed"), binomial, hormones, epsilon = 1e-15, maxit = 100)
e <- fitted(fit)
z <- hormones$exposed == 1
put_each <- function(id, x, at = seq(1, length(x), by = 49)) for (i in at) put(sprintf("%s.%d", id, i), x[i])
put_each("score", e)
weights <- list(
  ATE = ifelse(z, 1 / e, 1 / (1 - e)), ATT = ifelse(z, 1, e / (1 - e)), ATC = ifelse(z, (1 - e) / e, 1),
  overlap = ifelse(z, 1 - e, e)
)
weights$stabilised <- weights$ATE * ifelse(z, mean(z), 1 - mean(z))
weights$truncated <- with(weights, pmin(pmax(ATE, quantile(ATE, 0.05)), quantile(ATE, 0.95)))
put_weights <- function(id, w) {
  put(paste0(id, ".n"), length(w))
  put(paste0(id, ".total"), sum(w))
  put(paste0(id, ".mean"), mean(w))
  put(paste0(id, ".sd"), sd(w))
  put(paste0(id, ".minimum"), min(w))
  put(paste0(id, ".maximum"), max(w))
  put(paste0(id, ".effective_n"), sum(w)^2 / sum(w^2))
}
for (name in names(weights)) {
  w <- weights[[name]]
  put_each(paste0("weights.", name), w)
  put_weights(paste0("weights.", name, ".all"), w)
  put_weights(paste0("weights.", name, ".exposed"), w[z])
  put_weights(paste0("weights.", name, ".unexposed"), w[!z])
}
put("within_range", sum(e >= 0.2 & e <= 0.6))
put("within_quantiles", sum(e >= quantile(e[z], 0.05) & e <= quantile(e[!z], 0.95)))
put("common_support", sum(e >= min(e[z]) & e <= max(e[!z])))

# ---- balance: the denominators of cobalt and MatchIt, those of the patients before ---------------------------------

variance <- function(x, w) {
  if (all(x %in% 0:1)) return(weighted.mean(x, w) * (1 - weighted.mean(x, w)))
  drop(cov.wt(cbind(x), w / sum(w), method = "unbiased")$cov)
}
put_balance <- function(id, w, estimand) {
  for (name in covariates) {
    x <- hormones[[name]]
    before <- c(variance(x[z], rep(1, sum(z))), variance(x[!z], rep(1, sum(!z))))
    denominator <- sqrt(switch(estimand, ATT = before[1], ATC = before[2], mean(before)))
    stem <- paste(id, name, sep = ".")
    put(paste0(stem, ".denominator"), denominator)
    for (side in c("before", "after")) {
      u <- if (side == "before") rep(1, length(x)) else w
      put(paste(stem, side, "mean_exposed", sep = "."), weighted.mean(x[z], u[z]))
      put(paste(stem, side, "mean_unexposed", sep = "."), weighted.mean(x[!z], u[!z]))
      put(paste(stem, side, "difference", sep = "."),
          (weighted.mean(x[z], u[z]) - weighted.mean(x[!z], u[!z])) / denominator)
      ratio <- if (all(x %in% 0:1)) NA else variance(x[z], u[z]) / variance(x[!z], u[!z])
      put(paste(stem, side, "variance_ratio", sep = "."), ratio)
    }
  }
}
for (estimand in c("ATE", "ATT", "ATC", "overlap")) put_balance(paste0("balance.", estimand), weights[[estimand]], estimand)

# ---- weighted survival: robust variances, with and without clusters ------------------------------------------------

control <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 60))
ticks <- c(0, 6, 24, 60, 84)
hormones$pair <- seq_len(nrow(hormones)) %% 200
hormones$third <- cut(hormones$size, c(-Inf, 20, 30, Inf), labels = FALSE)
put_curve <- function(id, here, w, clustered) {
  d <- cbind(hormones, w = w)[here, ]
  for (scale in c("log-log", "log", "plain")) {
    fit <- if (clustered) {
      survfit(Surv(time, event) ~ 1, d, weights = w, robust = TRUE, cluster = pair, conf.type = scale)
    } else {
      survfit(Surv(time, event) ~ 1, d, weights = w, robust = TRUE, conf.type = scale)
    }
    found <- summary(fit, ticks, extend = TRUE)
    at <- sprintf("%s.%s.%g", id, scale, ticks)
    for (i in seq_along(ticks)) put_interval(at[i], c(found$surv[i], found$lower[i], found$upper[i]))
    median <- summary(fit)$table[c("median", "0.95LCL", "0.95UCL")]
    put_interval(paste(id, scale, "median", sep = "."), median)
    if (scale == "plain") {
      for (i in seq_along(ticks)) {
        put(paste0(at[i], ".se"), found$std.err[i])
        put(paste0(at[i], ".at_risk"), found$n.risk[i])
      }
    }
  }
}
put_weighted_cox <- function(id, formula, w, clustered) {
  d <- cbind(hormones, w = w)
  d$unit <- if (clustered) d$pair else seq_len(nrow(d))
  fit <- coxph(formula, d, weights = w, cluster = unit, control = control)
  for (name in names(coef(fit))) {
    put_interval(paste(id, name, sep = "."), exp(coef(fit)[[name]] + c(0, -1, 1) * qnorm(0.975) * sqrt(vcov(fit)[name, name])))
  }
  put(paste0(id, ".robust_score"), drop(fit$rscore))
  put(paste0(id, ".p_value"), pchisq(drop(fit$rscore), length(coef(fit)), lower.tail = FALSE))
}
for (name in names(weights)) {
  for (clustered in c(FALSE, TRUE)) {
    id <- paste0("survival.", name, if (clustered) "+clusters")
    put_curve(paste0(id, ".exposed"), z, weights[[name]], clustered)
    put_curve(paste0(id, ".unexposed"), !z, weights[[name]], clustered)
    put_weighted_cox(paste0(id, ".cox"), Surv(time, event) ~ exposed, weights[[name]], clustered)
    put_weighted_cox(paste0(id, ".thirds"), Surv(time, event) ~ factor(third), weights[[name]], clustered)
  }
}

# ---- the Nelson-Aalen estimate at each patient's own time ----------------------------------------------------------

hazard <- basehaz(coxph(Surv(time, event) ~ 1, hormones, ties = "breslow"))
put_each("nelson_aalen", hazard$hazard[match(hormones$time, hazard$time)])

# ---- E-values: the formulas of EValue::evalues.RR, evalues.OR and evalues.HR ---------------------------------------

e_of <- function(rr) {
  rr <- ifelse(rr < 1, 1 / rr, rr)
  rr + sqrt(rr * (rr - 1))
}
as_risk_ratio <- list(
  "risk ratio" = function(x) x, "odds ratio" = sqrt, "hazard ratio" = function(x) (1 - 0.5^sqrt(x)) / (1 - 0.5^sqrt(1 / x))
)
for (measure in names(as_risk_ratio)) {
  for (common in c(TRUE, FALSE)) {
    for (given in list(c(3.9, 1.8, 8.7), c(0.8, 0.71, 0.91), c(0.56, 0.43, 1.02), c(1.3, 0.9, 1.9), c(1, 1, 1), c(20, 2, 200))) {
      rr <- if (common) as_risk_ratio[[measure]](given) else given
      nearer <- if (given[1] >= 1) 2 else 3
      crosses <- given[2] <= 1 && given[3] >= 1
      id <- sprintf("e_value.%s.%s.%g", gsub(" ", "_", measure), if (common) "common" else "rare", given[1])
      put(paste0(id, ".value"), e_of(rr[1]))
      put(paste0(id, ".limit"), if (crosses) 1 else e_of(rr[nearer]))
    }
  }
}

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "adjustment.csv"), "adjustment.R")
