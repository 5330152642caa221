# Scores, weights, matched sets, their balance and the survival of weighted or matched groups, each as rows of a file.
#
# Sourced after statistics.R. A frame of patients `d` has `patient`, the exposure as `group` ("no", "yes") and as `z`, and
# `months` and `event`; `w` and `set` are added. The script that sources this sets `landmarks`, in years.

# ---- propensity scores ---------------------------------------------------------------------------------------------

# Harrell's restricted cubic spline with three knots at the 10th, 50th and 90th percentile: one bend beside the number.
bend <- function(x) {
  k <- quantile(x, c(0.1, 0.5, 0.9), names = FALSE)
  cube <- function(at) pmax(x - at, 0)^3
  (cube(k[1]) - cube(k[2]) * (k[3] - k[1]) / (k[3] - k[2]) + cube(k[3]) * (k[2] - k[1]) / (k[3] - k[2])) / (k[3] - k[1])^2
}
auc_interval <- function(score, z) {
  order <- outer(score[z], score[!z], function(a, b) (a > b) + (abs(a - b) < 1e-9) / 2)
  se <- sqrt(var(rowMeans(order)) / sum(z) + var(colMeans(order)) / sum(!z))
  mean(order) + c(0, -1, 1) * qnorm(0.975) * se
}
# The patients with a score, among those of a population: with the exposure and all covariates.
scored <- function(name, formula, d, members = rep(TRUE, nrow(d))) {
  variables <- all.vars(formula)
  known <- members & complete.cases(d[variables])
  p <- d[known, ]
  fit <- glm(formula, binomial, p, control = to_the_end)
  p$e <- fitted(fit)
  id <- paste0("score.", name)
  put(paste0(id, ".n"), nrow(p))
  put(paste0(id, ".missing"), sum(members) - nrow(p))
  for (group in c("no", "yes")) put(paste(id, group, "n", sep = "."), sum(p$group == group))
  put(paste0(id, ".parameters"), length(known_of(fit)) - 1)
  put(paste0(id, ".patients_per_parameter"), min(sum(p$z), sum(!p$z)) / (length(known_of(fit)) - 1))
  put_interval(paste0(id, ".c_statistic"), auc_interval(predict(fit), p$z))
  p
}

# ---- balance: cobalt's conventions, as in adjustment.R -------------------------------------------------------------

moments <- function(x, w, indicator) {
  m <- weighted.mean(x, w)
  if (indicator) return(c(m, m * (1 - m)))
  w <- w / sum(w)
  c(m, sum(w * (x - m)^2) / (1 - sum(w^2)))
}
put_balance <- function(name, p, w, covariates, estimand) {
  largest <- c(before = 0, after = 0)
  for (variable in covariates) {
    levels <- if (is.factor(p[[variable]])) levels(p[[variable]]) else NA
    for (level in levels) {
      indicator <- !is.na(level)
      x <- if (indicator) as.numeric(p[[variable]] == level) else p[[variable]]
      stem <- paste(c("balance", name, variable, if (indicator) level), collapse = ".")
      plain <- rep(1, nrow(p))
      v <- c(moments(x[p$z], plain[p$z], indicator)[2], moments(x[!p$z], plain[!p$z], indicator)[2])
      denominator <- sqrt(switch(estimand, ATT = v[1], ATC = v[2], mean(v)))
      for (side in c("before", "after")) {
        u <- if (side == "before") plain else w
        yes <- moments(x[p$z & u > 0], u[p$z & u > 0], indicator)
        no <- moments(x[!p$z & u > 0], u[!p$z & u > 0], indicator)
        what <- if (indicator) "percent" else "mean"
        put(paste0(stem, ".", what, "_no.", side), no[1] * if (indicator) 100 else 1)
        put(paste0(stem, ".", what, "_yes.", side), yes[1] * if (indicator) 100 else 1)
        smd <- if (denominator > 0) (yes[1] - no[1]) / denominator else NA
        put(paste0(stem, ".smd.", side), smd)
        if (!indicator) put(paste0(stem, ".variance_ratio.", side), yes[2] / no[2])
        largest[side] <- max(largest[side], abs(smd), na.rm = TRUE)
      }
    }
  }
  for (side in names(largest)) put(paste0("balance.", name, ".largest.", side), largest[[side]])
}
put_weights <- function(name, p, large = 10) {
  put(paste0("weights.", name, ".over_10"), sum(p$w > large))
  for (group in c("no", "yes")) {
    w <- p$w[p$group == group & p$w > 0]
    put(paste("weights", name, group, "n", sep = "."), length(w))
    put(paste("weights", name, group, "effective_n", sep = "."), sum(w)^2 / sum(w^2))
  }
}

# ---- matching, by MatchIt ------------------------------------------------------------------------------------------

# Who has the largest score chooses first; of patients alike the one whose label comes first.
matched <- function(name, p, formula, ratio, caliper) {
  p$logit <- round(qlogis(p$e), 9)
  p <- p[order(!p$z, -p$logit * p$z, p$patient), ]
  rownames(p) <- p$patient
  distances <- abs(outer(p$logit, p$logit, "-"))
  dimnames(distances) <- list(p$patient, p$patient)
  found <- suppressWarnings(matchit(formula, p, distance = distances, ratio = ratio, m.order = "data",
                                    std.caliper = FALSE, caliper = caliper * sd(p$logit)))
  p$w <- found$weights
  p$set <- as.integer(found$subclass)
  put(paste0("matching.", name, ".sets"), length(unique(na.omit(p$set))))
  for (group in c("no", "yes")) put(paste("matching", name, group, "n", sep = "."), sum(p$w > 0 & p$group == group))
  p
}

# ---- endpoints: weighted curves, their differences, the robust score test, hazard ratios ---------------------------

put_robust_cox <- function(id, p_id, fit, name) {
  se <- sqrt(diag(vcov(fit)))[[name]]
  put_interval(id, exp(coef(fit)[[name]] + c(0, -1, 1) * qnorm(0.975) * se))
  put(p_id, 2 * pnorm(-abs(coef(fit)[[name]] / se)))
}
weighted_cox <- function(formula, p) {
  environment(formula) <- environment()
  coxph(formula, p, weights = w, cluster = unit, control = suppressWarnings(coxph.control(eps = 1e-12, iter.max = 60)))
}
e_of <- function(rr) { rr <- ifelse(rr < 1, 1 / rr, rr); rr + sqrt(rr * (rr - 1)) }
e_values <- function(id, ratio, share, measure) {
  as_rr <- switch(measure, hazard = function(x) (1 - 0.5^sqrt(x)) / (1 - 0.5^sqrt(1 / x)), odds = sqrt, risk = identity)
  if (share <= 0.15) as_rr <- identity
  nearer <- if (ratio[1] >= 1) ratio[2] else ratio[3]
  crosses <- ratio[2] <= 1 && ratio[3] >= 1
  put(paste0(id, ".e_value"), e_of(as_rr(ratio[1])))
  put(paste0(id, ".e_value_limit"), if (crosses) 1 else e_of(as_rr(nearer)))
}
ratio_of <- function(fit, name, v = vcov(fit)) exp(coef(fit)[[name]] + c(0, -1, 1) * qnorm(0.975) * sqrt(v[name, name]))

put_survival <- function(id, p, e_value = FALSE, adjusted = NULL, differences = is.null(adjusted)) {
  p <- p[p$w > 0, ]
  p$unit <- if (is.null(p$set)) seq_len(nrow(p)) else p$set
  changes <- list()
  for (group in c("no", "yes")) {
    g <- p[p$group == group, ]
    stem <- paste(id, group, sep = ".")
    put(paste0(stem, ".n"), nrow(g))
    put(paste0(stem, ".events"), sum(g$event))
    put(paste0(stem, ".censored"), sum(1 - g$event))
    fit <- survfit(Surv(months, event) ~ 1, g, weights = w, cluster = unit, robust = TRUE, conf.type = "log-log")
    each <- survfit(Surv(months, event) ~ 1, g, weights = w, robust = TRUE, influence = 1)
    put_interval(paste0(stem, ".median"), summary(fit)$table[c("median", "0.95LCL", "0.95UCL")])
    for (year in landmarks) {
      at <- summary(fit, 12 * year, extend = TRUE)
      put_interval(sprintf("%s.rate.%dy", stem, year), 100 * c(at$surv, at$lower, at$upper))
      by_unit <- tapply(each$influence.surv[, max(which(each$time <= 12 * year))], g$unit, sum)
      part <- numeric(max(p$unit))
      part[as.integer(names(by_unit))] <- by_unit
      changes[[paste(group, year)]] <- list(level = at$surv, part = part)
    }
  }
  for (year in if (differences) landmarks else c()) {
    yes <- changes[[paste("yes", year)]]
    no <- changes[[paste("no", year)]]
    difference <- yes$level - no$level
    se <- sqrt(sum((yes$part - no$part)^2))
    put_interval(sprintf("%s.yes.rate_difference.%dy", id, year), 100 * (difference + c(0, -1, 1) * qnorm(0.975) * se))
    put(sprintf("%s.yes.rate_difference.p_value.%dy", id, year), 2 * pnorm(-abs(difference / se)))
  }
  fit <- weighted_cox(Surv(months, event) ~ z, p)
  put(paste0(id, ".robust_score.statistic"), drop(fit$rscore))
  put(paste0(id, ".robust_score.df"), 1)
  put(paste0(id, ".robust_score.p_value"), pchisq(drop(fit$rscore), 1, lower.tail = FALSE))
  if (!is.null(adjusted)) fit <- weighted_cox(reformulate(c("z", adjusted), quote(Surv(months, event))), p[!is.na(p[[adjusted]]), ])
  put_robust_cox(paste0(id, ".cox.yes.hazard_ratio"), paste0(id, ".cox.yes.p_value"), fit, "zTRUE")
  if (e_value) e_values(paste0(id, ".cox.yes"), ratio_of(fit, "zTRUE"), mean(p$event), "hazard")
  if (all(p$w == 1)) {
    zph <- cox.zph(fit, "km")$table[1, ]
    for (i in 1:3) put(paste0(id, ".proportional_hazards", c(".statistic", ".df", ".p_value")[i]), zph[i])
  }
}
