# Every number of the study's results.json a second time, from data/cohort.csv alone; the ids are those of results.json.
# Rscript tests/reference/study.R data/cohort.csv FOLDER writes FOLDER/study.csv and FOLDER/study_curves.csv.
arguments <- commandArgs(TRUE)
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

# ---- the cohort, read and derived here a second time ---------------------------------------------------------------

reviewed <- read.csv(arguments[1], colClasses = "character", na.strings = c("", "NA"))
is_date <- grepl("^date_", names(reviewed))
reviewed[is_date] <- lapply(reviewed[is_date], as.Date)
numbers <- c("age_at_diagnosis", "primary_size_cm")
reviewed[numbers] <- lapply(reviewed[numbers], as.numeric)
d <- reviewed[reviewed$complete_record %in% "1", ]

slug <- function(x) gsub("[^a-z0-9]+", "_", tolower(x))
category <- function(x, levels) factor(slug(x), slug(levels))
no_yes <- c("0", "1")
levels <- list(
  sex = c("male", "female"),
  depth = c("superficial", "deep"),
  histologic_subtype = c("so-called fibrohistiocytic tumor", "undifferentiated sarcoma", "smooth muscle tumor",
                         "fibroblastic/myofibroblastic tumor"),
  grade = c("1", "2", "3"),
  surgery = no_yes, radiotherapy = no_yes, rfa = no_yes,
  response = c("CR", "PR", "SD", "PD"),
  vital_status = c("alive without disease", "alive with disease", "died of disease", "died of other cause"),
  complete_record = no_yes
)
died <- grepl("^died", d$vital_status)
treatments <- cbind(surgery = d$surgery, radiotherapy = d$radiotherapy, rfa = d$rfa) == "1"
for (name in names(levels)) d[[name]] <- category(d[[name]], levels[[name]])
# Three-valued: one treatment that was given settles it, whatever is not known of the others.
given <- treatments[, "surgery"] | treatments[, "radiotherapy"] | treatments[, "rfa"]
d$local_treatment <- factor(ifelse(given, "yes", "no"), c("no", "yes"))
kind <- apply(treatments, 1, function(each) if (anyNA(each)) NA else paste(colnames(treatments)[each], collapse = "_"))
d$modality <- factor(kind, c("surgery", "radiotherapy", "rfa", "surgery_radiotherapy"))
d$age_group <- factor(ifelse(d$age_at_diagnosis > 60, "elderly", "younger"), c("younger", "elderly"))
d$size_group <- factor(ifelse(d$primary_size_cm > 5, "large", "small"), c("small", "large"))

days <- function(from, to) as.numeric(to - from)
ended <- d$date_last_followup
stopped <- d$date_progression
stopped[is.na(stopped)] <- ended[is.na(stopped)]
endpoints <- list(
  os = list(time = days(d$date_initial_diagnosis, ended), event = died, ticks = 365 * c(0, 5, 10, 15, 20)),
  pfs = list(time = days(d$date_metastasis_treatment, stopped), event = !is.na(d$date_progression) | died, ticks = 365 * 0:5)
)
d$follow_up <- endpoints$os$time / 30
exposure <- "local_treatment"
univariable <- c(exposure, "age_group", "sex", "size_group", "depth", "histologic_subtype", "grade")
landmarks <- c(1, 3, 5)

# ---- who was studied -----------------------------------------------------------------------------------------------

put("flow.reviewed", nrow(reviewed))
put("flow.excluded", nrow(reviewed) - nrow(d))
put("flow.excluded.complete_record", sum(!reviewed$complete_record %in% "1"))
put("flow.analysed", nrow(d))
for (name in names(reviewed)[is_date]) {
  for (set in c("reviewed.", "")) {
    known <- if (set == "") d[[name]] else reviewed[[name]]
    put_text(paste0(set, name, ".first"), format(min(known, na.rm = TRUE)))
    put_text(paste0(set, name, ".last"), format(max(known, na.rm = TRUE)))
  }
}

describe <- function(id, x) {
  put(paste0(id, ".n"), sum(!is.na(x)))
  put_percent(paste0(id, ".missing"), sum(is.na(x)), length(x))
  if (is.factor(x)) for (level in levels(x)) put_percent(paste0(id, ".", level), sum(x %in% level), sum(!is.na(x)))
  else put_moments(id, x)
}
described <- c(numbers, "follow_up", names(levels), exposure, "modality", "age_group", "size_group")
for (name in described) {
  # A modality is expected of the treated, and of those who may be.
  expected <- if (name == "modality") !d[[exposure]] %in% "no" else rep(TRUE, nrow(d))
  describe(name, d[[name]][expected])
  for (level in levels(d[[exposure]])) {
    describe(paste0(name, ".by_", exposure, ".", level), d[[name]][expected & d[[exposure]] %in% level])
  }
}
put("follow_up.survivors.n", sum(!died))
put_moments("follow_up.survivors", d$follow_up[!died])
reverse <- kaplan_meier(endpoints$os$time, !endpoints$os$event)
put_interval("follow_up.reverse_km.median", median_of(reverse) / 30)
for (by in c(exposure, "histologic_subtype")) put_table(paste0("response.by_", by), table(d$response, d[[by]]))

# ---- endpoints -----------------------------------------------------------------------------------------------------

put_counts <- function(id, event) {
  put(paste0(id, ".n"), length(event))
  put(paste0(id, ".events"), sum(event))
  put(paste0(id, ".censored"), sum(!event))
}
put_survival <- function(id, time, event, ticks) {
  put_counts(id, event)
  nobody <- length(time) == 0
  put_interval(paste0(id, ".median"), if (nobody) c(NA, NA, NA) else median_of(kaplan_meier(time, event)))
  for (year in landmarks) {
    rate <- if (nobody) c(NA, NA, NA) else survival_at(kaplan_meier(time, event), 365 * year)
    put_interval(sprintf("%s.rate.%dy", id, year), 100 * as.vector(rate))
  }
  if (!nobody) put_curve(id, time, event, ticks)
}
put_groups <- function(id, e, group, among) {
  known <- among & !is.na(group)
  for (level in levels(group)) {
    of <- known & group %in% level
    put_survival(paste0(id, ".", level), e$time[of], e$event[of], e$ticks)
  }
  put_log_rank(paste0(id, ".log_rank"), e$time[known], e$event[known], group[known])
  fit <- cox(Surv(time, event) ~ group, data.frame(time = e$time, event = e$event, group = group)[known, ])
  put_cox(paste0(id, ".cox"), fit, levels(group)[-1])
  put_zph_by(paste0(id, ".proportional_hazards"), fit, levels(group)[-1])
  if (nlevels(group) > 2) {
    test <- anova(fit)
    put(paste0(id, ".likelihood_ratio.statistic"), test$Chisq[2])
    put(paste0(id, ".likelihood_ratio.df"), test$Df[2])
    put(paste0(id, ".likelihood_ratio.p_value"), test[["Pr(>|Chi|)"]][2])
  }
}
put("pfs.deaths_without_event", sum(died & !endpoints$pfs$event))
for (name in names(endpoints)) {
  e <- endpoints[[name]]
  everybody <- rep(TRUE, nrow(d))
  put_survival(name, e$time, e$event, e$ticks)
  for (year in landmarks) {
    put_percent(sprintf("%s.followed_beyond.%dy", name, year), sum(e$time > 365 * year), nrow(d))
  }
  for (by in univariable) put_groups(paste0(name, ".by_", by), e, d[[by]], everybody)

  stem <- paste0(name, ".by_", exposure)
  for (age in levels(d$age_group)) {
    within <- d$age_group %in% age
    put_counts(paste0(stem, ".in_age_group.", age), e$event[within])
    put_groups(paste0(stem, ".in_age_group.", age), e, d[[exposure]], within)
  }
  observed <- cbind(d, time = e$time, event = e$event)
  main <- cox(Surv(time, event) ~ local_treatment + age_group, observed)
  product <- cox(Surv(time, event) ~ local_treatment * age_group, observed)
  put(paste0(stem, ".interaction_age_group.p_value"), likelihood_ratio(main, product)[["p_value"]])

  complete <- observed[!is.na(observed[[exposure]]) & !is.na(observed$age_at_diagnosis), ]
  adjusted <- cox(Surv(time, event) ~ local_treatment + age_at_diagnosis, complete)
  put(paste0(name, ".adjusted.n"), adjusted$n)
  put(paste0(name, ".adjusted.events"), adjusted$nevent)
  put(paste0(name, ".adjusted.parameters"), length(coef(adjusted)))
  put(paste0(name, ".adjusted.events_per_parameter"), adjusted$nevent / length(coef(adjusted)))
  for (level in levels(complete[[exposure]])) {
    treated <- complete[complete[[exposure]] == level, ]
    put(sprintf("%s.adjusted.%s.%s.n", name, exposure, level), nrow(treated))
    put(sprintf("%s.adjusted.%s.%s.events", name, exposure, level), sum(treated$event))
  }
  put_cox(paste0(name, ".adjusted"), adjusted, c("local_treatment.yes", "age_at_diagnosis"))
  put_zph(paste0(name, ".adjusted.proportional_hazards"), adjusted, c(exposure, "age_at_diagnosis", "global"))
}
put_roc("cutoff.pfs_for_death", endpoints$pfs$time, endpoints$os$event, low = TRUE)

write_values(arguments[2], "study", "study.R")

# ---- named models, as tests/analyses/test_models.py adds them to the study -------------------------------------------

rows <- list()
put_model <- function(id, data, right, names, factors = NULL, options = "") {
  fit <- cox(as.formula(paste("Surv(time, event) ~", right, options)), data)
  put(paste0(id, ".n"), fit$n)
  put(paste0(id, ".events"), fit$nevent)
  put(paste0(id, ".parameters"), length(coef(fit)))
  put(paste0(id, ".events_per_parameter"), fit$nevent / length(coef(fit)))
  put_cox(id, fit, names)
  for (name in names(factors)) {
    smaller <- cox(as.formula(paste("Surv(time, event) ~", factors[[name]], options)), data)
    put(paste0(id, ".likelihood_ratio.", name, ".p_value"), likelihood_ratio(smaller, fit)[["p_value"]])
  }
}
observed <- cbind(d, time = endpoints$os$time, event = endpoints$os$event)
observed <- observed[complete.cases(observed[c(exposure, "age_at_diagnosis", "sex", "primary_size_cm", "grade", "depth")]), ]
adjusting <- "I(age_at_diagnosis / 10) + sex + log2(primary_size_cm)"
put_model(
  "os.full", observed, paste("local_treatment +", adjusting, "+ grade + local_treatment:sex"),
  c("local_treatment.yes", "age_at_diagnosis", "sex.female", "primary_size_cm", "grade.2", "grade.3", "local_treatment_sex.yes_female"),
  list(grade = paste("local_treatment +", adjusting, "+ local_treatment:sex"))
)
put_model(
  "os.within", observed, paste("local_treatment +", adjusting), c("local_treatment.yes", "age_at_diagnosis", "sex.female", "primary_size_cm"),
  options = "+ strata(grade, depth)"
)
clustered <- cbind(d, time = endpoints$os$time, event = endpoints$os$event)
clustered <- clustered[complete.cases(clustered[c(exposure, "grade", "histologic_subtype")]), ]
robust <- cox(Surv(time, event) ~ local_treatment + grade + cluster(histologic_subtype), clustered)
put_cox("os.clustered", robust, c("local_treatment.yes", "grade.2", "grade.3"))
of_grade <- 2:3
wald <- drop(coef(robust)[of_grade] %*% solve(vcov(robust)[of_grade, of_grade], coef(robust)[of_grade]))
put("os.clustered.wald.grade.statistic", wald)
put("os.clustered.wald.grade.p_value", pchisq(wald, 2, lower.tail = FALSE))
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "study_models.csv"), "study.R")

# ---- questions of time, as tests/analyses/test_delayed_entry.py adds them to the study -----------------------------------

rows <- list()
curves <- list()
d$metastasis <- days(d$date_initial_diagnosis, d$date_metastasis)
put_entered <- function(id, x) {
  put_counts(id, x$event)
  fit <- survfit(Surv(entry, time, event) ~ 1, x, conf.type = "log-log")
  put_interval(paste0(id, ".median"), median_of(fit))
  for (year in landmarks) {
    rate <- as.vector(survival_at(fit, 365 * year))
    if (rate[1] %in% 1) rate[2:3] <- NA
    if (365 * year < min(x$entry)) rate[] <- NA  # before anybody is at risk, where R says 1
    put_interval(sprintf("%s.rate.%dy", id, year), 100 * rate)
  }
}
# `x` has entry, time, event: everything of an endpoint with delayed entry, by exposure and adjusted.
put_delayed <- function(id, x) {
  put_entered(id, x)
  by <- paste0(id, ".by_", exposure)
  for (level in levels(x[[exposure]])) put_entered(paste0(by, ".", level), x[x[[exposure]] %in% level, ])
  # survdiff knows no entry; with exact ties the score test of a Cox model is the log-rank test.
  test <- coxph(Surv(entry, time, event) ~ local_treatment, x, ties = "exact")
  put(paste0(by, ".log_rank.statistic"), test$score)
  put(paste0(by, ".log_rank.p_value"), pchisq(test$score, 1, lower.tail = FALSE))
  fit <- cox(Surv(entry, time, event) ~ local_treatment, x)
  put_cox(paste0(by, ".cox"), fit, "yes")
  put_zph_by(paste0(by, ".proportional_hazards"), fit, "yes")
  main <- cox(Surv(entry, time, event) ~ local_treatment + age_group, x)
  product <- cox(Surv(entry, time, event) ~ local_treatment * age_group, x)
  put(paste0(by, ".interaction_age_group.p_value"), likelihood_ratio(main, product)[["p_value"]])
  adjusted <- cox(Surv(entry, time, event) ~ local_treatment + age_at_diagnosis, x)
  put_cox(paste0(id, ".adjusted"), adjusted, c("local_treatment.yes", "age_at_diagnosis"))
  put_zph(paste0(id, ".adjusted.proportional_hazards"), adjusted, c(exposure, "age_at_diagnosis", "global"))
}
os <- cbind(d, time = endpoints$os$time, event = endpoints$os$event)
put_delayed("os_delayed", cbind(os, entry = os$metastasis))
put("os_delayed.never_at_risk", sum(os$metastasis >= os$time))
reverse <- survfit(Surv(metastasis, time, !event) ~ 1, os, conf.type = "log-log")
put_interval("follow_up.reverse_km.median", median_of(reverse) / 30)
# A late entry that some never reach: 1000 days after the treatment of metastases began.
put_delayed("os_late", cbind(os, entry = days(d$date_initial_diagnosis, d$date_metastasis_treatment) + 1000)[
  days(d$date_initial_diagnosis, d$date_metastasis_treatment) + 1000 < os$time, ])
since <- os[os$time > os$metastasis, ]
since$time <- since$time - since$metastasis
put_cox("os_metastasis.adjusted", cox(Surv(time, event) ~ local_treatment + age_at_diagnosis, since),
        c("local_treatment.yes", "age_at_diagnosis"))
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "study_time.csv"), "study.R")
