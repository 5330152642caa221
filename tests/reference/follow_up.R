# Follow-up that begins late, is split, or is cut off: delayed entry, Simon-Makuch curves, landmark data, restricted means
# and differences at one time, by `survival` alone.
# Rscript tests/reference/follow_up.R FOLDER writes FOLDER/data/follow_up.csv and FOLDER/values/follow_up.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

case <- function(set, time, event, group = NA, entry = 0, exposure = NA) {
  data.frame(set, time, event, group = as.character(group), entry, exposure)
}
follow_up <- rbind(
  with(pbc[!is.na(pbc$trt), ], case("pbc", time / 365.25, as.integer(status == 2), trt)),  # survRM2's example
  with(veteran, case("veteran", time, status, trt)),
  with(myeloma[seq(1, nrow(myeloma), by = 9), ], case("myeloma", futime, death, ifelse(year < 80, "old", "new"), entry)),
  # Heart transplantation, with its day as the beginning of exposure; who died on day 0 is left out, as in survival::heart.
  with(jasa[jasa$futime > 0, ], case("transplants", futime, fustat, surgery, exposure = wait.time)),
  case("ties", c(2, 2, 2, 3, 3, 5, 5, 5, 5, 8), c(1, 1, 0, 1, 1, 1, 1, 1, 0, 1), rep(c("a", "b"), 5),
       exposure = c(NA, 0, 2, 1, NA, 5, 6, 3, 3, -1)),
  case("late", c(3, 3, 4, 5, 5, 6, 8, 8, 9), c(1, 0, 1, 1, 1, 0, 1, 1, 0), rep(c("a", "b", "a"), 3),
       entry = c(0, 2, 3, 3, 4, 0, 5, 7, 8), exposure = c(1, NA, 3, 3.5, 5, 4, 2, 7.5, NA)),
  # All at risk have the event at 2: the curve stays at 0, whoever comes later.
  case("emptied", c(2, 2, 6, 7), c(1, 1, 1, 0), c("a", "b", "a", "b"), entry = c(0, 1, 2, 3)),
  case("no_events", c(3, 4, 9, 7), 0, c("a", "b", "b", "a"), exposure = c(1, 2, NA, 3)),
  case("one_arm_without_events", c(5, 8, 12, 3, 9, 7, 6, 10), c(1, 1, 1, 1, 0, 0, 0, 0), rep(c("a", "b"), c(5, 3)))
)
export("follow_up", follow_up)

surv <- function(d, event = d$event) if (any(d$entry > 0)) Surv(d$entry, d$time, event) else Surv(d$time, event)
estimate <- function(response, conf.type = "log-log") survfit(response ~ 1, conf.type = conf.type)
spread <- function(x, length.out) x[unique(round(seq(1, length(x), length.out = min(length.out, length(x)))))]

put_points <- function(id, fit, d) {
  for (t in spread(fit$time, 9)) {
    point <- which(fit$time == t)
    level <- c(fit$surv[point], fit$lower[point], fit$upper[point])
    if (level[1] %in% c(0, 1)) level[2:3] <- NA
    put_interval(sprintf("%s.at.%.12g.survival", id, t), level)
    put(sprintf("%s.at.%.12g.n_at_risk", id, t), sum(d$entry < t & d$time >= t))
  }
}

# ---- delayed entry: curves, medians, follow-up -----------------------------------------------------------------------

put_entered <- function(id, d) {
  put_points(id, estimate(surv(d)), d)
  put_interval(paste0(id, ".median"), median_of(estimate(surv(d))))
  put_interval(paste0(id, ".follow_up"), median_of(estimate(surv(d, 1 - d$event))))
  put_interval(paste0(id, ".plain.median"), median_of(estimate(surv(d), "plain")))
}

# ---- restricted means and differences at a time: none beyond the last follow-up of a group that has patients left ----

z <- qnorm(0.975)
known <- function(d, t) t <= max(d$time) || min(estimate(surv(d))$surv) == 0
restricted <- function(d, tau) {
  if (!known(d, tau)) return(c(NA, NA))
  if (tau < min(d$time)) return(c(tau, 0))
  unname(summary(estimate(surv(d)), rmean = tau)$table[c("rmean", "se(rmean)")])
}
level_at <- function(d, t) {
  if (!known(d, t)) return(c(NA, NA))
  found <- summary(estimate(surv(d)), times = t, extend = TRUE)
  c(found$surv, found$std.err)
}
put_contrast <- function(id, value, se, back = identity) {
  none <- is.na(se)
  put_interval(paste0(id, ".estimate"), back(value + if (none) c(0, NA, NA) else c(0, -1, 1) * z * se))
  put(paste0(id, ".p_value"), if (none) NA else 2 * pnorm(-abs(value / se)))
}
error_of_both <- function(a, b) if (is.na(a) || is.na(b) || a == 0 || b == 0) NA else sqrt(a^2 + b^2)

# survdiff knows no entry; with exact ties the score test of a Cox model is the log-rank test.
put_score <- function(id, response, group) {
  fit <- coxph(response ~ group, ties = "exact")
  put(paste0(id, ".statistic"), fit$score)
  put(paste0(id, ".p_value"), pchisq(fit$score, length(coef(fit)), lower.tail = FALSE))
}
put_groups <- function(id, d) {
  if (any(d$event == 1) && id != "emptied") put_score(paste0(id, ".log_rank"), Surv(d$entry, d$time, d$event), d$group)
  groups <- split(d, d$group)
  for (tau in c(spread(sort(unique(d$time)), 4), max(d$time) + 1)) {
    means <- lapply(groups, restricted, tau)
    for (name in names(means)) {
      m <- means[[name]]
      put_interval(sprintf("%s.%s.restricted_mean.%.12g", id, name, tau),
                   if (is.na(m[2]) || m[2] == 0) c(m[1], NA, NA) else m[1] + c(0, -1, 1) * z * m[2])
    }
    a <- means[[1]]
    b <- means[[2]]
    put_contrast(sprintf("%s.difference.%.12g", id, tau), a[1] - b[1], error_of_both(a[2], b[2]))
    put_contrast(sprintf("%s.ratio.%.12g", id, tau), log(a[1] / b[1]), error_of_both(a[2] / a[1], b[2] / b[1]), exp)
    levels <- lapply(groups, level_at, tau)
    a <- levels[[1]]
    b <- levels[[2]]
    put_contrast(sprintf("%s.survival.%.12g", id, tau), a[1] - b[1], error_of_both(a[2], b[2]))
  }
}

# ---- exposure that begins later: tmerge, Simon-Makuch curves, survSplit, landmark ------------------------------------

put_sums <- function(id, start, stop, event, of) {
  for (value in unique(of)) {
    which <- of == value
    found <- c(sum(which), sum(event[which]), sum((stop - start)[which]), sum(start[which]^2))
    for (i in 1:4) put(sprintf("%s.%d.%s", id, value, c("rows", "events", "time", "squares")[i]), found[i])
  }
}
put_exposure <- function(id, d) {
  d$patient <- seq_len(nrow(d))
  base <- if (any(d$entry > 0)) tmerge(d, d, id = patient, died = event(time, event), tstart = entry, tstop = time)
          else tmerge(d, d, id = patient, died = event(time, event), tstop = time)
  rows <- tmerge(base, d[!is.na(d$exposure), ], id = patient, exposed = tdc(exposure))
  put_sums(paste0(id, ".exposure"), rows$tstart, rows$tstop, rows$died, rows$exposed)
  if (any(d$event == 1)) put_score(paste0(id, ".mantel_byar"), Surv(rows$tstart, rows$tstop, rows$died), rows$exposed)
  for (value in 0:1) {
    state <- rows[rows$exposed == value, ]
    put_points(sprintf("%s.exposed.%d", id, value), estimate(Surv(state$tstart, state$tstop, state$died)),
               data.frame(entry = state$tstart, time = state$tstop))
  }
  cuts <- spread(sort(unique(d$time)), 4)[2:3]
  pieces <- survSplit(Surv(entry, time, event) ~ ., d, cut = cuts, episode = "piece")
  put_sums(paste0(id, ".pieces"), pieces$entry, pieces$time, pieces$event, pieces$piece - 1)
  for (at in c(0, cuts)) {
    here <- d[d$entry <= at & d$time > at, ]
    found <- c(nrow(here), sum(here$event), sum(here$time - at), sum(here$exposure <= at, na.rm = TRUE),
               sum(d$time <= at & d$event == 1), sum(d$time <= at & d$event == 0))
    parts <- c("at_risk", "events", "time", "exposed", "event_before", "censored_before")
    for (i in 1:6) put(sprintf("%s.landmark.%.12g.%s", id, at, parts[i]), found[i])
  }
}

for (set in unique(follow_up$set)) {
  d <- follow_up[follow_up$set == set, ]
  put_entered(set, d)
  for (group in unique(d$group)) put_entered(paste0(set, ".group.", group), d[d$group == group, ])
  put_groups(set, d)
  if (!all(is.na(d$exposure))) put_exposure(set, d)
}

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "follow_up.csv"), "follow_up.R")
