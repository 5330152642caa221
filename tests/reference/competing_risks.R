# Competing events: cumulative incidence and Fine-Gray models by `survival`, Gray's test by `cmprsk`.
# Rscript tests/reference/competing_risks.R FOLDER writes FOLDER/data/competing.csv and FOLDER/values/competing_risks.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))
suppressMessages(library(cmprsk))

case <- function(set, time, cause, group, x = NA, entry = 0, weight = 1, stratum = NA) {
  data.frame(set, time, cause, group = as.character(group), x, entry, weight, stratum)
}
competing <- rbind(
  # Plasma cell malignancy (1) or death before it (2).
  with(mgus2, case("mgus2", ifelse(pstat == 0, futime, ptime), ifelse(pstat == 0, 2 * death, 1), sex, age,
                   stratum = ifelse(dxyr < 1980, "early", ifelse(dxyr < 1990, "middle", "late")))),
  # Transplantation (1) or death before it (2), with groups of unequal size.
  with(pbc[!is.na(pbc$trt), ], case("pbc", time, status, edema, log(bili), weight = 0.5 + (id %% 5) / 4,
                                    stratum = ifelse(age < 50, "younger", "older"))),
  with(mgus2[1:300, ], case("late_entry", age * 12 + ifelse(pstat == 0, futime, ptime) + 1, ifelse(pstat == 0, 2 * death, 1),
                            sex, hgb, entry = age * 12, weight = 0.5 + (id %% 3) / 2)),
  case("ties", c(2, 2, 2, 2, 3, 3, 5, 5, 5, 5, 8, 8, 9, 9), c(1, 2, 0, 1, 2, 1, 1, 1, 2, 0, 1, 2, 0, 1),
       c("a", "b", "b", "a", "b", "a", "a", "b", "b", "a", "b", "a", "b", "a"), c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7)),
  case("time_zero", c(0, 0, 0, 1, 1, 4, 6, 6), c(1, 2, 0, 1, 2, 0, 1, 2), c("a", "b", "a", "b", "a", "b", "a", "b"), 1:8),
  case("nobody", c(1, 2, 3, 4), c(0, 2, 0, 2), c("a", "b", "a", "b"), 1:4),
  case("everyone_at_once", c(3, 3, 3, 3), c(1, 1, 2, 1), c("a", "b", "a", "b"), 1:4),
  case("all_have_it", 1:6, 1, c("a", "b", "a", "b", "a", "b"), c(2, 5, 1, 6, 3, 4)),
  case("one_patient", 7, 1, "a", 1),
  case("three_causes", c(1, 1, 2, 3, 3, 4, 4, 5, 6, 7, 7, 8), c(1, 3, 2, 1, 3, 0, 2, 1, 3, 2, 1, 0),
       rep(c("a", "b", "c"), 4), c(4, 8, 1, 5, 9, 2, 7, 3, 6, 2, 8, 5)),
  case("gone_before_the_first", c(1, 1, 2, 3, 4, 5, 6, 7, 8), c(0, 2, 1, 1, 2, 0, 1, 2, 1),
       c("c", "c", "a", "b", "a", "b", "a", "b", "a"), 1:9),
  # A stratum of one group, one in which nobody has the event, two with both.
  case("strata", c(2, 4, 4, 7, 3, 5, 9, 1, 2, 3, 3, 6, 8, 8, 1, 1, 2, 2, 2, 4), c(1, 1, 2, 0, 2, 0, 0, 0, 1, 2, 0, 1, 1, 0, 1, 1, 0, 2, 1, 1),
       c("a", "a", "a", "a", "a", "b", "b", "a", "a", "b", "a", "b", "a", "b", "a", "b", "a", "a", "b", "b"),
       stratum = rep(c("one group", "no events", "third", "fourth"), c(4, 3, 7, 6)))
)
export("competing", competing)

# ---- cumulative incidence: at up to nine times of each curve ---------------------------------------------------------

put_incidence <- function(id, d, cause, causes, type, weighted = FALSE) {
  events <- factor(d$cause, 0:causes)
  response <- if (any(d$entry > 0)) Surv(d$entry, d$time, events) else Surv(d$time, events)
  fit <- suppressWarnings(survfit(response ~ 1, id = seq_len(nrow(d)), weights = if (weighted) d$weight, conf.type = type))
  for (point in unique(round(seq(1, length(fit$time), length.out = min(9, length(fit$time)))))) {
    t <- fit$time[point]
    f <- fit$pstate[point, cause + 1]
    se <- fit$std.err[point, cause + 1]
    limits <- c(fit$lower[point, cause + 1], fit$upper[point, cause + 1])
    if (f > 1 - 1e-12) se <- 0 # 1 but for rounding
    if (f == 0 || f > 1 - 1e-12) limits <- c(NA, NA)
    stem <- sprintf("%s.at.%.12g", id, t)
    put_interval(paste0(stem, ".", type), c(f, limits))
    if (type == "log-log") {
      put(paste0(stem, ".se"), se)
      put(paste0(stem, ".n_at_risk"), sum((d$entry < t | (t == 0 & d$entry == 0)) & d$time >= t))
    }
  }
}

# ---- Gray's test: a group with nobody at risk at the first event of the kind (of its stratum) is not compared ---------

put_gray <- function(id, d, cause, strata = NULL) {
  stratum <- if (is.null(strata)) rep("all", nrow(d)) else strata
  first <- tapply(ifelse(d$cause == cause, d$time, Inf), stratum, min)
  groups <- unique(d$group[d$time >= first[stratum]])
  of <- d$group %in% groups
  test <- c(NA, 0, NA)
  if (length(groups) > 1) {
    found <- cuminc(d$time[of], d$cause[of], d$group[of], stratum[of])$Tests[as.character(cause), ]
    if (found[["stat"]] >= 0) test <- c(found[["stat"]], found[["df"]], pchisq(found[["stat"]], found[["df"]], lower.tail = FALSE))
  }
  for (part in 1:3) put(paste0(id, c(".statistic", ".df", ".p_value")[part]), test[part])
}

# ---- Fine-Gray: the event against others, robust variance over patients or over clusters ------------------------------

# The check of proportional subdistribution hazards: the score test of cox.zph of that model, over the cumulative
# incidence just before each event (of all patients together, also with strata).
put_check <- function(id, fit, d, cause) {
  curve <- survfit(Surv(time, factor(d$cause, 0:max(d$cause))) ~ 1, d)
  found <- match(cause, 0:max(d$cause))
  before <- function(t) sapply(t, function(at) max(0, curve$pstate[curve$time < at, found]))
  checks <- if (any(diverging(fit))) NULL else tryCatch(cox.zph(fit, transform = before, terms = FALSE)$table, error = function(e) NULL)
  for (i in seq_along(coef(fit))) {
    parts <- if (is.null(checks)) c(NA, 1, NA) else checks[i, ]
    for (part in 1:3) put(sprintf("%s.check.%s.%s", id, names(coef(fit))[i], c("statistic", "df", "p_value")[part]), parts[part])
  }
}

put_fine_gray <- function(id, d, cause, causes, weighted = FALSE, clustered = FALSE, stratified = FALSE) {
  d$patient <- seq_len(nrow(d))
  d$cluster <- if (clustered) d$patient %% 40 else d$patient
  d$events <- factor(d$cause, 0:causes)
  d$case <- if (weighted) d$weight else 1
  groups <- sort(unique(d$group))[-1]
  for (group in groups) d[[paste0("group_", group)]] <- as.numeric(d$group == group)
  names <- c("x", paste0("group_", groups, recycle0 = TRUE))
  d$all_strata <- if (stratified) d$stratum else rep(1, nrow(d))
  rows <- finegray(if (stratified) Surv(time, events) ~ . + strata(all_strata) else Surv(time, events) ~ ., d,
                   weights = case, etype = as.character(cause), timefix = TRUE)
  formula <- reformulate(c(names, if (stratified) "strata(all_strata)"), quote(Surv(fgstart, fgstop, fgstatus)))
  environment(formula) <- environment()
  fit <- suppressWarnings(coxph(formula, rows, weights = fgwt, cluster = cluster, x = TRUE, model = TRUE,
                                control = coxph.control(eps = 1e-12, iter.max = 60)))
  put_cox(id, fit, names, more = TRUE)
  if (!weighted && !clustered) put_check(id, fit, d, cause)
}

for (set in unique(competing$set)) {
  d <- competing[competing$set == set, ]
  causes <- max(d$cause, 2)
  for (cause in seq_len(causes)) {
    id <- sprintf("%s.cause%d", set, cause)
    for (type in c("log-log", "log", "plain")) put_incidence(id, d, cause, causes, type)
    if (any(d$weight != 1)) put_incidence(paste0(id, ".weighted"), d, cause, causes, "log-log", weighted = TRUE)
    if (nrow(d) > 1) for (group in unique(d$group)) {
      put_incidence(sprintf("%s.group.%s", id, group), d[d$group == group, ], cause, causes, "log-log")
    }
    if (any(d$entry > 0)) next
    put_gray(paste0(id, ".gray"), d, cause)
    if (!anyNA(d$x) && sum(d$cause == cause) > length(unique(d$group))) {
      put_fine_gray(paste0(id, ".fine_gray"), d, cause, causes)
      if (any(d$weight != 1)) put_fine_gray(paste0(id, ".fine_gray_weighted"), d, cause, causes, weighted = TRUE)
      if (!anyNA(d$stratum)) put_fine_gray(paste0(id, ".fine_gray_stratified"), d, cause, causes, stratified = TRUE)
      if (nrow(d) > 100) put_fine_gray(paste0(id, ".fine_gray_clustered"), d, cause, causes, clustered = TRUE)
    }
    if (!anyNA(d$stratum)) put_gray(paste0(id, ".gray_by_stratum"), d, cause, d$stratum)
  }
}

columns <- c("id", "value", "conf_low", "conf_high")
write_rows(rows, columns, file.path(folder, "values", "competing_risks.csv"), "competing_risks.R")
