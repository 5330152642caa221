# Cox models with delayed entry, strata, weights, clusters and covariates that change with time, by `survival` alone.
# Rscript tests/reference/cox.R FOLDER writes FOLDER/data/*.csv and FOLDER/values/cox.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

# ---- data: entry, time, event, numbers, weight; no weight is a count ------------------------------------------------

some_weights <- function(n) 0.5 + (seq_len(n) %% 5) / 4
transplants <- with(heart, data.frame(
  entry = start, time = stop, event, patient = id, age, surgery = as.numeric(surgery),
  transplant = as.numeric(transplant) - 1, period = floor(year / 2)
))
# Both events of each patient: two rows that are not independent (Wei, Lin and Weissfeld).
recurrences <- with(colon[complete.cases(colon[c("nodes", "extent")]), ], data.frame(
  entry = 0, time, event = status, patient = id, lev = as.numeric(rx == "Lev"), lev_5fu = as.numeric(rx == "Lev+5FU"),
  nodes, age, extent, kind = etype
))
recurrences <- recurrences[recurrences$patient <= 300, ]
# Age as the axis of time, in whole years: delayed entry with many ties.
ages <- with(pbc[!is.na(pbc$trt), ], data.frame(
  entry = floor(age), time = floor(age + time / 365.25) + 1, event = as.numeric(status == 2), patient = id,
  trt = trt - 1, bili, edema, albumin, stage
))
# The bilirubin of each visit holds until the next.
visits <- with(pbcseq, data.frame(
  entry = day, time = ave(day, id, FUN = function(days) c(days[-1], NA)), last = futime,
  died = as.numeric(status == 2), patient = id, bili, albumin, age, sex = as.numeric(sex == "f")
))
visits$event <- ifelse(is.na(visits$time), visits$died, 0)
visits$time <- ifelse(is.na(visits$time), visits$last, visits$time)
visits <- visits[visits$time > visits$entry, setdiff(names(visits), c("last", "died"))]

# Ties across strata, a stratum without events, one of one row, late entries, rows of no risk set.
awkward <- data.frame(
  entry = c(0, 0, 1, 1, 2, 0, 3, 3, 0, 4, 5, 0, 2, 6, 0, 1, 0, 0, 7, 0),
  time  = c(3, 3, 3, 4, 4, 4, 6, 6, 6, 6, 9, 2, 3, 8, 3, 3, 5, 1, 8, 9),
  event = c(1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1),
  patient = c(1, 2, 3, 4, 5, 6, 7, 8, 2, 9, 10, 11, 12, 1, 13, 14, 15, 16, 17, 18),
  x = c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4), z = c(0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0),
  center = c(1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 5, 5, 5, 5, 5, 5)
)

export <- function(name, frame) {
  frame$weight <- some_weights(nrow(frame))
  file <- file(file.path(folder, "data", paste0(name, ".csv")), "wb")
  on.exit(close(file))
  cells <- lapply(frame, function(column) ifelse(is.na(column), "", sapply(column, text)))
  writeLines(c(paste(names(frame), collapse = ","), do.call(paste, c(unname(cells), sep = ","))), file)
  frame
}

# ---- models --------------------------------------------------------------------------------------------------------

# What a model is made of is in its name: "entry", "strata", "weights", "robust" (each patient a cluster).
fit_of <- function(d, terms, stratum, parts) {
  d$outcome <- if ("entry" %in% parts) Surv(d$entry, d$time, d$event) else Surv(d$time, d$event)
  formula <- reformulate(c(terms, if ("strata" %in% parts) sprintf("strata(%s)", stratum)), quote(outcome))
  call <- list(formula, d, ties = "efron", control = suppressWarnings(coxph.control(eps = 1e-12, iter.max = 60)),
               x = TRUE, y = TRUE, model = TRUE, robust = "robust" %in% parts)
  if ("weights" %in% parts) call$weights <- d$weight
  if ("robust" %in% parts) call$cluster <- d$patient
  suppressWarnings(do.call(coxph, call))
}

put_wald <- function(id, fit, names) {
  b <- coef(fit)[names]
  statistic <- drop(b %*% solve(vcov(fit)[names, names], b))
  put(paste0(id, ".wald.statistic"), statistic)
  put(paste0(id, ".wald.p_value"), pchisq(statistic, length(names), lower.tail = FALSE))
}

# Harrell's concordance; the interval is normal, with the infinitesimal jackknife's variance (over the clusters).
put_concordance <- function(id, fit) {
  found <- concordance(fit)
  put_interval(id, pmin(1, pmax(0, found$concordance + c(0, -1, 1) * qnorm(0.975) * sqrt(found$var))))
}

# survdiff takes no delayed entry: observed less expected and the hypergeometric variance, time by time. It is survdiff's
# statistic without delayed entry, and the score test of coxph with exact ties with it, which takes forever of many ties.
log_rank_by_hand <- function(entry, time, event, group, stratum) {
  x <- model.matrix(~ factor(group))[, -1, drop = FALSE]
  score <- 0
  variance <- 0
  for (s in unique(stratum)) {
    for (at in unique(time[event == 1 & stratum == s])) {
      risk <- stratum == s & entry < at & time >= at
      dead <- risk & time == at & event == 1
      n <- sum(risk)
      d <- sum(dead)
      share <- colMeans(x[risk, , drop = FALSE])
      score <- score + colSums(x[dead, , drop = FALSE]) - d * share
      variance <- variance + d * (n - d) / max(n - 1, 1) * (diag(share, length(share)) - outer(share, share))
    }
  }
  drop(score %*% solve(variance, score))
}
put_log_rank_entry <- function(id, d, group, stratum, exact) {
  statistic <- log_rank_by_hand(d$entry, d$time, d$event, d[[group]], stratum)
  by <- d[[group]]
  without <- survdiff(Surv(d$time, d$event) ~ by + strata(stratum))$chisq
  stopifnot(all.equal(log_rank_by_hand(-1, d$time, d$event, by, stratum), without))
  if (exact) {
    fit <- suppressWarnings(coxph(Surv(d$entry, d$time, d$event) ~ factor(by) + strata(stratum), ties = "exact"))
    stopifnot(all.equal(fit$score, statistic))
  }
  put(paste0(id, ".statistic"), statistic)
  put(paste0(id, ".p_value"), pchisq(statistic, length(unique(by)) - 1, lower.tail = FALSE))
}

models <- function(name, d, terms, stratum, tested, without = character()) {
  d <- export(name, d)
  parts <- setdiff(c("entry", "strata", "weights", "robust"), without)
  for (chosen in 0:(2^length(parts) - 1)) {
    chosen <- parts[bitwAnd(chosen, 2^(seq_along(parts) - 1)) > 0]
    if (!"entry" %in% c(chosen, without)) next  # several rows of a patient are not several patients
    fit <- fit_of(d, terms, stratum, chosen)
    id <- paste(c(name, chosen), collapse = "+")
    put_cox(id, fit, terms, more = TRUE)
    put_wald(id, fit, tested)
    put_concordance(paste0(id, ".concordance"), fit)
    if (!"robust" %in% chosen) put_zph(paste0(id, ".proportional_hazards"), fit, c(terms, "global"))
  }
}
log_ranks <- function(name, d, group, stratum, exact = FALSE) {
  put_log_rank_entry(paste0("log_rank.", name), d, group, rep(1, nrow(d)), exact)
  put_log_rank_entry(paste0("log_rank.", name, ".by_stratum"), d, group, stratum, exact)
}
log_ranks("heart", transplants, "transplant", transplants$period, exact = TRUE)
log_ranks("ages", ages, "edema", ages$stage)
log_ranks("visits", visits, "sex", visits$patient %% 7)
log_ranks("centers", awkward, "z", awkward$center, exact = TRUE)
models("heart", transplants, c("age", "surgery", "transplant"), "period", c("age", "transplant"))
models("recurrences", recurrences, c("lev", "lev_5fu", "nodes", "age"), c("kind", "extent"), c("lev", "lev_5fu"), "entry")
models("ages", ages, c("trt", "bili", "edema", "albumin"), "stage", c("bili", "albumin"))
models("visits", visits, c("bili", "albumin", "age"), "sex", c("bili", "albumin"))
models("centers", awkward, c("x", "z"), "center", c("x", "z"))

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "cox.csv"), "cox.R")
