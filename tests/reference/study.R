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
no_yes_words <- c("no", "yes")
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
d$adult <- factor(ifelse(d$age_at_diagnosis > 17, "yes", "no"), no_yes_words)
began <- as.numeric(format(d$date_metastasis_treatment, "%Y"))
d$treatment_era <- factor(ifelse(began < 2009, "earlier", "later"), c("earlier", "later"))
d$undifferentiated <- factor(ifelse(d$histologic_subtype == "undifferentiated_sarcoma", "yes", "no"), no_yes_words)
d$high_grade <- factor(ifelse(d$grade == "3", "yes", "no"), no_yes_words)
after <- ifelse(d$response == "cr", "complete", "other")
d$response_after_surgery <- factor(ifelse(treatments[, "surgery"], after, NA), c("complete", "other"))

days <- function(from, to) as.numeric(to - from)
ended <- d$date_last_followup
stopped <- d$date_progression
stopped[is.na(stopped)] <- ended[is.na(stopped)]
ticks <- 365 * c(0, 5, 10, 15, 20)
since_treatment <- days(d$date_metastasis_treatment, ended)
since_diagnosis <- days(d$date_initial_diagnosis, ended)
endpoints <- list(
  os = list(time = since_diagnosis, event = died, ticks = ticks),
  pfs = list(
    time = days(d$date_metastasis_treatment, stopped), event = !is.na(d$date_progression) | died, ticks = 365 * 0:5, mean = TRUE
  ),
  os_from_treatment = list(time = since_treatment, event = died, ticks = ticks, mean = TRUE),
  os_from_metastasis = list(time = days(d$date_metastasis, ended), event = died, ticks = ticks),
  os_delayed_entry = list(
    time = since_diagnosis, event = died, ticks = ticks, entry = days(d$date_initial_diagnosis, d$date_metastasis)
  )
)
# From when the treatment is known: those without any are in the first group all the time.
treated_on <- d$date_metastasis_treatment
treated_on[!d[["local_treatment"]] %in% "yes"] <- NA
begins <- list(
  os = days(d$date_initial_diagnosis, treated_on), os_from_metastasis = days(d$date_metastasis, treated_on),
  os_delayed_entry = days(d$date_initial_diagnosis, treated_on), os_from_treatment = days(d$date_metastasis_treatment, treated_on),
  pfs = days(d$date_metastasis_treatment, treated_on)
)
d$metastasis_interval <- days(d$date_initial_diagnosis, d$date_metastasis) / 365
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

derived <- c("modality", "age_group", "size_group", "adult", "treatment_era", "undifferentiated", "high_grade", "response_after_surgery")
described <- c(numbers, "metastasis_interval", "follow_up", names(levels), exposure, derived)
for (name in described) {
  # A modality is expected of the treated, and of those who may be; a response after surgery of those who had it.
  expected <- rep(TRUE, nrow(d))
  if (name == "modality") expected <- !d[[exposure]] %in% "no"
  if (name == "response_after_surgery") expected <- treatments[, "surgery"]
  put_description(name, d[[name]][expected])
  for (level in levels(d[[exposure]])) {
    put_description(paste0(name, ".by_", exposure, ".", level), d[[name]][expected & d[[exposure]] %in% level])
  }
}
put("follow_up.survivors.n", sum(!died))
put_moments("follow_up.survivors", d$follow_up[!died])
reverse <- kaplan_meier(endpoints$os$time, !endpoints$os$event)
put_interval("follow_up.reverse_km.median", median_of(reverse) / 30)
reverse <- kaplan_meier(endpoints$os_from_treatment$time, !endpoints$os_from_treatment$event)
put_interval("os_from_treatment.reverse_km.median", median_of(reverse))
for (by in c(exposure, "histologic_subtype")) put_table(paste0("response.by_", by), table(d$response, d[[by]]))

# ---- endpoints -----------------------------------------------------------------------------------------------------

put_counts <- function(id, event) {
  put(paste0(id, ".n"), length(event))
  put(paste0(id, ".events"), sum(event))
  put(paste0(id, ".censored"), sum(!event))
}
# The patients of an endpoint among whom a condition holds; of delayed entry with their entry.
part_of <- function(e, of) list(time = e$time[of], event = e$event[of], entry = if (!is.null(e$entry)) e$entry[of])
observed_of <- function(x) if (is.null(x$entry)) Surv(x$time, x$event) else Surv(x$entry, x$time, x$event)
put_survival <- function(id, e, of) {
  x <- part_of(e, of)
  put_counts(id, x$event)
  nobody <- length(x$time) == 0
  fit <- if (!nobody) kaplan_meier(x$time, x$event, entry = x$entry)
  put_interval(paste0(id, ".median"), if (nobody) c(NA, NA, NA) else median_of(fit))
  for (year in landmarks) {
    rate <- if (nobody) c(NA, NA, NA) else as.vector(survival_at(fit, 365 * year))
    if (!nobody && !is.null(x$entry) && rate[1] %in% 1) rate[2:3] <- NA
    if (!nobody && !is.null(x$entry) && 365 * year < min(x$entry)) rate[] <- NA  # before anybody is at risk, where R says 1
    put_interval(sprintf("%s.rate.%dy", id, year), 100 * rate)
  }
  if (isTRUE(e$mean)) put_interval(paste0(id, ".restricted_mean.5y"), normal_limits(mean_of(x)))
  if (!nobody) put_curve(id, x$time, x$event, e$ticks, entry = x$entry)
}
# The restricted mean up to five years and its standard error; unknown where the curve ends before, and is not at 0.
mean_of <- function(x, tau = 5 * 365) {
  if (length(x$time) == 0) return(c(NA, NA))
  fit <- survfit(Surv(time, event) ~ 1, as.data.frame(x[c("time", "event")]))
  if (max(x$time) < tau && min(fit$surv) > 0) return(c(NA, NA))
  summary(fit, rmean = tau)$table[c("rmean", "se(rmean)")]
}
normal_limits <- function(mean) unname(mean[1] + c(0, -1, 1) * qnorm(0.975) * (if (mean[2] %in% 0) NA else mean[2]))
put_means <- function(id, e, group) {
  means <- lapply(levels(group), function(level) mean_of(part_of(e, group %in% level)))
  for (i in seq_along(means)[-1]) {
    stem <- sprintf("%s.%s.restricted_mean", id, levels(group)[i])
    both <- rbind(means[[i]], means[[1]])
    se <- sqrt(sum(both[, 2]^2))
    put_interval(paste0(stem, "_difference.5y"), both[1, 1] - both[2, 1] + c(0, -1, 1) * qnorm(0.975) * se)
    put(paste0(stem, "_difference.p_value.5y"), 2 * pnorm(-abs((both[1, 1] - both[2, 1]) / se)))
    se <- sqrt(sum((both[, 2] / both[, 1])^2))
    put_interval(paste0(stem, "_ratio.5y"), exp(log(both[1, 1] / both[2, 1]) + c(0, -1, 1) * qnorm(0.975) * se))
    put(paste0(stem, "_ratio.p_value.5y"), 2 * pnorm(-abs(log(both[1, 1] / both[2, 1]) / se)))
  }
}
# survdiff knows no entry; with exact ties the score test of a Cox model is the log-rank test.
put_test_of_groups <- function(id, x, group) {
  if (is.null(x$entry)) return(put_log_rank(id, x$time, x$event, group))
  fit <- suppressWarnings(coxph(observed_of(x) ~ factor(group), ties = "exact"))
  put(paste0(id, ".statistic"), fit$score)
  put(paste0(id, ".df"), length(coef(fit)))
  put(paste0(id, ".p_value"), pchisq(fit$score, length(coef(fit)), lower.tail = FALSE))
}
put_groups <- function(id, e, group, among) {
  known <- among & !is.na(group)
  for (level in levels(group)) put_survival(paste0(id, ".", level), e, known & group %in% level)
  x <- part_of(e, known)
  group <- group[known]
  put_test_of_groups(paste0(id, ".log_rank"), x, group)
  data <- data.frame(group = group)
  data$observed <- observed_of(x)
  fit <- cox(observed ~ group, data)
  put_cox(paste0(id, ".cox"), fit, levels(group)[-1])
  put_zph_by(paste0(id, ".proportional_hazards"), fit, levels(group)[-1])
  if (nlevels(group) > 2) {
    test <- anova(fit)
    put(paste0(id, ".likelihood_ratio.statistic"), test$Chisq[2])
    put(paste0(id, ".likelihood_ratio.df"), test$Df[2])
    put(paste0(id, ".likelihood_ratio.p_value"), test[["Pr(>|Chi|)"]][2])
  }
}
# Of how many the treatment was known only after they came under observation.
put_later <- function(id, name, of = TRUE, end = "") {
  entry <- endpoints[[name]]$entry
  put(paste0(id, ".known_later", end), sum((begins[[name]] > (if (is.null(entry)) 0 else entry))[of], na.rm = TRUE))
}
# Groups compared in each level of another variable, and their product with it.
put_within <- function(stem, name, within) {
  e <- endpoints[[name]]
  for (level in levels(d[[within]])) {
    of <- d[[within]] %in% level
    id <- sprintf("%s.in_%s.%s", stem, within, level)
    put_counts(id, e$event[of])
    put_groups(id, e, d[[exposure]], of)
    put_later(id, name, of)
  }
  data <- data.frame(group = d[[exposure]], within = d[[within]])
  data$observed <- observed_of(e)
  main <- cox(observed ~ group + within, data)
  product <- cox(observed ~ group * within, data)
  put(sprintf("%s.interaction_%s.p_value", stem, within), likelihood_ratio(main, product)[["p_value"]])
  put_interval(sprintf("%s.interaction_%s.ratio", stem, within), ratio_of(product, tail(names(coef(product)), 1)))
}
# The ratio of a coefficient, with Wald's limits.
ratio_of <- function(fit, name) exp(coef(fit)[[name]] + c(0, -1, 1) * qnorm(0.975) * sqrt(vcov(fit)[name, name]))
put("pfs.deaths_without_event", sum(died & !endpoints$pfs$event))
put_adjusted <- function(id, fit, names, terms, patients = fit$n) {
  put(paste0(id, ".n"), patients)
  put(paste0(id, ".events"), fit$nevent)
  put(paste0(id, ".parameters"), length(coef(fit)))
  put(paste0(id, ".events_per_parameter"), fit$nevent / length(coef(fit)))
  put_cox(id, fit, names)
  put_zph(paste0(id, ".proportional_hazards"), fit, c(terms, "global"))
}
put_level_counts <- function(id, name, group, event) {
  for (level in levels(group)) {
    put(sprintf("%s.%s.%s.n", id, name, level), sum(group %in% level))
    put(sprintf("%s.%s.%s.events", id, name, level), sum(event[group %in% level]))
  }
}
for (name in names(endpoints)) {
  e <- endpoints[[name]]
  everybody <- rep(TRUE, nrow(d))
  put_survival(name, e, everybody)
  if (!is.null(e$entry)) put(paste0(name, ".never_at_risk"), sum(e$entry >= e$time))
  for (year in landmarks) {
    put_percent(sprintf("%s.followed_beyond.%dy", name, year), sum(e$time > 365 * year), nrow(d))
  }
  for (by in univariable) {
    put_groups(paste0(name, ".by_", by), e, d[[by]], everybody)
    if (isTRUE(e$mean)) put_means(paste0(name, ".by_", by), e, d[[by]])
  }
  stem <- paste0(name, ".by_", exposure)
  put_within(stem, name, "age_group")
  put_later(stem, name)
  put_later(paste0(name, ".adjusted"), name, end = paste0(".", exposure))

  complete <- d
  complete$observed <- observed_of(e)
  adjusted <- cox(observed ~ local_treatment + age_at_diagnosis, complete)
  put_adjusted(paste0(name, ".adjusted"), adjusted, c("local_treatment.yes", "age_at_diagnosis"), c(exposure, "age_at_diagnosis"))
  put_level_counts(paste0(name, ".adjusted"), exposure, d[[exposure]], e$event)
}

# ---- the subgroups of the forest plot, with how much survival differs at each landmark -----------------------------

e <- endpoints$os_from_treatment
stem <- "os_from_treatment.subgroups.by_local_treatment"
put_groups(stem, e, d[[exposure]], rep(TRUE, nrow(d)))
put_means(stem, e, d[[exposure]])
put_later(stem, "os_from_treatment")
for (within in c("age_group", "sex", "size_group", "depth", "undifferentiated", "high_grade", "treatment_era")) {
  put_within(stem, "os_from_treatment", within)
}
for (year in landmarks) {
  at <- lapply(levels(d[[exposure]]), function(level) {
    s <- summary(with(part_of(e, d[[exposure]] == level), kaplan_meier(time, event)), times = 365 * year)
    c(s$surv, s$std.err)
  })
  value <- at[[2]][1] - at[[1]][1]
  se <- sqrt(at[[1]][2]^2 + at[[2]][2]^2)
  put_interval(sprintf("%s.yes.rate_difference.%dy", stem, year), 100 * (value + c(0, -1, 1) * qnorm(0.975) * se))
  put(sprintf("%s.yes.rate_difference.p_value.%dy", stem, year), 2 * pnorm(-abs(value / se)))
}

# ---- models --------------------------------------------------------------------------------------------------------

d$age <- d$age_at_diagnosis / 10
covariates <- c(
  local_treatment = "local_treatment", age_at_diagnosis = "age", sex = "sex", primary_size_cm = "primary_size_cm",
  depth = "depth", undifferentiated = "undifferentiated", high_grade = "high_grade"
)
with_levels <- function(names) unlist(lapply(names, function(name) if (is.factor(d[[name]])) paste0(name, ".", levels(d[[name]])[-1]) else name))
for (name in c("os_from_treatment", "pfs")) {
  data <- d
  data$observed <- observed_of(endpoints[[name]])
  event <- endpoints[[name]]$event
  for (term in names(covariates)) {
    fit <- cox(as.formula(paste("observed ~", covariates[[term]])), data)
    single <- paste0(name, ".single")
    put(sprintf("%s.n.%s", single, term), fit$n)
    put(sprintf("%s.events.%s", single, term), fit$nevent)
    put(sprintf("%s.parameters.%s", single, term), length(coef(fit)))
    put(sprintf("%s.events_per_parameter.%s", single, term), fit$nevent / length(coef(fit)))
    put_cox(single, fit, with_levels(term))
    put_zph(paste0(single, ".proportional_hazards"), fit, term)
    if (is.factor(d[[term]])) put_level_counts(single, term, d[[term]], event)
  }
  fit <- cox(observed ~ local_treatment + age, data)
  put_adjusted(paste0(name, ".by_age"), fit, with_levels(names(covariates)[1:2]), names(covariates)[1:2])
  put_level_counts(paste0(name, ".by_age"), exposure, d[[exposure]], event)
  terms <- setdiff(names(covariates), "high_grade")
  fit <- cox(as.formula(paste("observed ~", paste(covariates[terms], collapse = " + "), "+ strata(high_grade)")), data)
  put_adjusted(paste0(name, ".covariates"), fit, with_levels(terms), terms)
  for (term in terms) if (is.factor(d[[term]])) put_level_counts(paste0(name, ".covariates"), term, d[[term]], event)
  for (model in c("single", "by_age", "covariates")) put_later(paste0(name, ".", model), name, end = paste0(".", exposure))
}
# Still at risk at one year, treated by then or not; time from the landmark on.
for (name in c("os", "os_from_metastasis")) {
  of <- endpoints[[name]]$time > 365
  data <- d[of, ]
  event <- endpoints[[name]]$event[of]
  data$local_treatment <- factor(ifelse(begins[[name]][of] <= 365 & !is.na(begins[[name]][of]), "yes", "no"), c("no", "yes"))
  data$observed <- Surv(endpoints[[name]]$time[of] - 365, event)
  fit <- cox(observed ~ local_treatment + age_at_diagnosis, data)
  id <- paste0(name, ".one_year")
  put_adjusted(id, fit, c("local_treatment.yes", "age_at_diagnosis"), c(exposure, "age_at_diagnosis"))
  put_level_counts(id, exposure, data$local_treatment, event)
}
# Untreated until the day of treatment, treated after it: one row a state.
for (name in c("os", "os_from_metastasis", "os_delayed_entry")) {
  e <- endpoints[[name]]
  start <- if (is.null(e$entry)) 0 else e$entry
  split <- data.frame(patient = seq_len(nrow(d)), age_at_diagnosis = d$age_at_diagnosis, start = start, stop = e$time, event = e$event)
  cut <- pmin(pmax(begins[[name]], split$start), split$stop)
  cut[is.na(cut)] <- split$stop[is.na(cut)]
  before <- transform(split, stop = cut, event = event & cut == stop, local_treatment = "no")  # the old `stop` in `event`
  both <- rbind(before, transform(split, start = cut, local_treatment = "yes"))
  both <- both[both$stop > both$start, ]
  both$local_treatment <- factor(both$local_treatment, c("no", "yes"))
  fit <- cox(Surv(start, stop, event) ~ local_treatment + age_at_diagnosis, both)
  id <- paste0(name, ".from_its_day")
  put_adjusted(id, fit, c("local_treatment.yes", "age_at_diagnosis"), c(exposure, "age_at_diagnosis"), nrow(d))
  for (level in c("no", "yes")) {
    of <- both$local_treatment == level
    put(sprintf("%s.%s.%s.n", id, exposure, level), length(unique(both$patient[of])))
    put(sprintf("%s.%s.%s.events", id, exposure, level), sum(both$event[of]))
  }
}

put_roc("cutoff.pfs_for_death", endpoints$pfs$time, endpoints$os$event, low = TRUE)

write_values(arguments[2], "study", "study.R")

# ---- named models, as tests/outcome_analyses/test_models.py adds them to the study -------------------------------------------

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
bent <- cbind(d, time = endpoints$os$time, event = endpoints$os$event)
bent <- bent[!is.na(bent[[exposure]]) & !is.na(bent$age_at_diagnosis), ]
knots <- quantile(bent$age_at_diagnosis, c(0.05, 0.35, 0.65, 0.95), names = FALSE)
for (i in seq_along(knots)) put(sprintf("os.bent.age_at_diagnosis.knot.%d", i), knots[i])
bends <- splines::ns(bent$age_at_diagnosis, knots = knots[2:3], Boundary.knots = knots[c(1, 4)])
straight <- cox(Surv(time, event) ~ local_treatment + age_at_diagnosis, bent)
with_bends <- cox(Surv(time, event) ~ local_treatment + bends, bent)
put_cox("os.bent", with_bends, "local_treatment.yes")
without_age <- cox(Surv(time, event) ~ local_treatment, bent)
for (part in c("statistic", "p_value")) {
  put(paste0("os.bent.likelihood_ratio.age_at_diagnosis.", part), likelihood_ratio(without_age, with_bends)[[part]])
  put(paste0("os.bent.non_linearity.age_at_diagnosis.", part), likelihood_ratio(straight, with_bends)[[part]])
}
clustered <- cbind(d, time = endpoints$os$time, event = endpoints$os$event)
clustered <- clustered[complete.cases(clustered[c(exposure, "grade", "histologic_subtype")]), ]
fit <- cox(Surv(time, event) ~ local_treatment + grade + cluster(histologic_subtype), clustered)
put_cox("os.clustered", fit, c("local_treatment.yes", "grade.2", "grade.3"))
of_grade <- 2:3
wald <- drop(coef(fit)[of_grade] %*% solve(vcov(fit)[of_grade, of_grade], coef(fit)[of_grade]))
put("os.clustered.wald.grade.statistic", wald)
put("os.clustered.wald.grade.p_value", pchisq(wald, 2, lower.tail = FALSE))
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "study_models.csv"), "study.R")

# ---- questions of time, as tests/outcome_analyses/test_delayed_entry.py adds them to the study -----------------------------------

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

# ---- exposures that begin after time 0, as tests/model_fits/test_exposure_times.py adds them ---------------------------------

rows <- list()
os$treated <- ifelse(os[[exposure]] %in% "yes", days(d$date_initial_diagnosis, d$date_metastasis_treatment), NA)
put("os.by_local_treatment.known_later", sum(os$treated > 0, na.rm = TRUE))
put("os.adjusted.known_later.local_treatment", sum(os$treated > 0, na.rm = TRUE))
put("os_delayed.by_local_treatment.known_later", sum(os$treated > os$metastasis, na.rm = TRUE))
terms_of <- c("local_treatment.yes", "age_at_diagnosis")
put_levels <- function(id, x, patients = seq_len(nrow(x))) {
  for (level in levels(x$local_treatment)) {
    put(sprintf("%s.local_treatment.%s.n", id, level), length(unique(patients[x$local_treatment %in% level])))
    put(sprintf("%s.local_treatment.%s.events", id, level), sum(x$event[x$local_treatment %in% level]))
  }
}
# Still at risk at one year, treated by then or not; time from the landmark on.
put_landmark <- function(id, x, at = 365) {
  x <- x[x$time > at, ]
  x$local_treatment <- factor(ifelse(x$treated <= at & !is.na(x$treated), "yes", "no"), c("no", "yes"))
  x$time <- x$time - at
  fit <- cox(Surv(time, event) ~ local_treatment + age_at_diagnosis, x)
  put(paste0(id, ".n"), fit$n)
  put(paste0(id, ".events"), fit$nevent)
  put_levels(id, x)
  put_cox(id, fit, terms_of)
  put_zph(paste0(id, ".proportional_hazards"), fit, c(exposure, "age_at_diagnosis", "global"))
}
since$treated <- ifelse(since[[exposure]] %in% "yes", days(since$date_metastasis, since$date_metastasis_treatment), NA)
put_landmark("os.landmark", os)
put_landmark("os_metastasis.landmark", since)
# Untreated until the day of treatment, treated after it: the rows of tmerge, (start, stop].
split_at_treatment <- function(x, begin = 0) {
  x$patient <- seq_len(nrow(x))
  x$start <- begin
  cut <- pmin(pmax(x$treated, x$start), x$time)
  cut[is.na(cut)] <- x$time[is.na(cut)]
  before <- transform(x, stop = cut, event = event & cut == time, local_treatment = factor("no", c("no", "yes")))
  after <- transform(x, start = cut, stop = time, local_treatment = factor("yes", c("no", "yes")))
  both <- rbind(before, after)
  both[both$stop > both$start, ]
}
put_changing <- function(id, x) {
  fit <- cox(Surv(start, stop, event) ~ local_treatment + age_at_diagnosis, x)
  put(paste0(id, ".n"), length(unique(x$patient)))
  put(paste0(id, ".events"), fit$nevent)
  put_levels(id, x, x$patient)
  put_cox(id, fit, terms_of)
  put_zph(paste0(id, ".proportional_hazards"), fit, c(exposure, "age_at_diagnosis", "global"))
}
changing <- split_at_treatment(os)
put_changing("os.changing", changing)
# Death of another cause competes: cause-specific hazards, follow-up ends at either.
of_disease <- transform(os, event = d$vital_status %in% "died_of_disease")
put_changing("of_disease.changing", split_at_treatment(of_disease))
# Knots are quantiles of the patients, not of the rows.
knots <- quantile(os$age_at_diagnosis, c(0.05, 0.35, 0.65, 0.95), names = FALSE)
for (i in seq_along(knots)) put(sprintf("os.bent.age_at_diagnosis.knot.%d", i), knots[i])
bent <- changing
bent$bends <- splines::ns(bent$age_at_diagnosis, knots = knots[2:3], Boundary.knots = knots[c(1, 4)])
put_cox("os.bent", cox(Surv(start, stop, event) ~ local_treatment + bends, bent), "local_treatment.yes")
put_changing("os_metastasis.changing", split_at_treatment(since))
put_changing("os_delayed.changing", split_at_treatment(os, os$metastasis))
# Compared from the landmark on; and by the groups that patients are in: Simon-Makuch curves, the test of Mantel and Byar.
late <- since[since$time > 365, ]
late$local_treatment <- factor(ifelse(late$treated <= 365 & !is.na(late$treated), "yes", "no"), c("no", "yes"))
late$time <- late$time - 365
by <- "os_metastasis.from_one_year.by_local_treatment"
put_log_rank(paste0(by, ".log_rank"), late$time, late$event, late$local_treatment)
put_cox(paste0(by, ".cox"), cox(Surv(time, event) ~ local_treatment, late), "yes")
for (level in c("no", "yes")) {
  put_interval(sprintf("%s.%s.median", by, level), median_of(with(late[late$local_treatment == level, ], kaplan_meier(time, event))))
}
by <- "os_delayed.begins_later.by_local_treatment"
rows_of <- split_at_treatment(os, os$metastasis)
test <- coxph(Surv(start, stop, event) ~ local_treatment, rows_of, ties = "exact")
put(paste0(by, ".log_rank.statistic"), test$score)
put(paste0(by, ".log_rank.p_value"), pchisq(test$score, 1, lower.tail = FALSE))
put_cox(paste0(by, ".cox"), cox(Surv(start, stop, event) ~ local_treatment, rows_of), "yes")
for (level in c("no", "yes")) {
  part <- rows_of[rows_of$local_treatment == level, ]
  fit <- survfit(Surv(start, stop, event) ~ 1, part, conf.type = "log-log")
  put(sprintf("%s.%s.n", by, level), length(unique(part$patient)))
  put_interval(sprintf("%s.%s.median", by, level), median_of(fit))
  put_interval(sprintf("%s.%s.rate.5y", by, level), 100 * as.vector(survival_at(fit, 5 * 365)))
}

# Restricted means up to five years, in days: R's mean and standard error, compared as survRM2::rmst2 does.
mean_of <- function(of) summary(survfit(Surv(time, event) ~ 1, os[of, ]), rmean = 5 * 365)$table[c("rmean", "se(rmean)")]
normal <- c(0, -1, 1) * qnorm(0.975)
put_interval("os.restricted_mean.5y", mean_of(TRUE)[[1]] + normal * mean_of(TRUE)[[2]])
for (by in c("local_treatment", "grade")) {
  means <- lapply(levels(os[[by]]), function(level) mean_of(os[[by]] %in% level))
  for (i in seq_along(means)) {
    stem <- sprintf("os.by_%s.%s.restricted_mean", by, levels(os[[by]])[i])
    put_interval(paste0(stem, ".5y"), means[[i]][1] + normal * means[[i]][2])
    if (i == 1) next
    both <- rbind(means[[i]], means[[1]])
    se <- sqrt(sum(both[, 2]^2))
    put_interval(paste0(stem, "_difference.5y"), both[1, 1] - both[2, 1] + normal * se)
    put(paste0(stem, "_difference.p_value.5y"), 2 * pnorm(-abs((both[1, 1] - both[2, 1]) / se)))
    se <- sqrt(sum((both[, 2] / both[, 1])^2))
    put_interval(paste0(stem, "_ratio.5y"), exp(log(both[1, 1] / both[2, 1]) + normal * se))
    put(paste0(stem, "_ratio.p_value.5y"), 2 * pnorm(-abs(log(both[1, 1] / both[2, 1]) / se)))
  }
}
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "study_exposures.csv"), "study.R")

# ---- named comparisons and outcomes, as tests/outcome_analyses/test_analyses_of_outcomes.py adds them to the study ------------------------

rows <- list()
z <- c(0, -1, 1) * qnorm(0.975)
d$full <- d$response == "cr"
d$size <- d$primary_size_cm
os <- cbind(d, time = endpoints$os$time, event = endpoints$os$event)

# One set of patients.
put_binary <- function(id, x) {
  put(paste0(id, ".n"), sum(!is.na(x)))
  put_percent(paste0(id, ".missing"), sum(is.na(x)), length(x))
  put(paste0(id, ".count"), sum(x, na.rm = TRUE))
  put_interval(paste0(id, ".percent"), 100 * wilson(sum(x, na.rm = TRUE), sum(!is.na(x)), 0.95))
}
put_number <- function(id, x) {
  put(paste0(id, ".n"), sum(!is.na(x)))
  put_percent(paste0(id, ".missing"), sum(is.na(x)), length(x))
  put_moments(id, x)
}
put_binary("full", d$full)
put_number("size", d$size)

# Each group against the first: Newcombe's, Katz's and Woolf's intervals, as tests/reference/outcomes.R has them.
put_binary_groups <- function(id, x, group, crude = TRUE) {
  for (level in levels(group)) put_binary(paste0(id, ".", level), x[group %in% level])
  known <- !is.na(x) & !is.na(group)
  put_table(id, table(x[known], group[known]))
  for (level in if (crude) levels(group)[-1]) {
    one <- x[known & group %in% level]
    other <- x[known & group %in% levels(group)[1]]
    a <- wilson(sum(one), length(one), 0.95)
    b <- wilson(sum(other), length(other), 0.95)
    difference <- a[1] - b[1] + c(0, -sqrt((a[1] - a[2])^2 + (b[3] - b[1])^2), sqrt((a[3] - a[1])^2 + (b[1] - b[2])^2))
    put_interval(paste0(id, ".", level, ".risk_difference"), 100 * difference)
    se <- sqrt(1 / sum(one) - 1 / length(one) + 1 / sum(other) - 1 / length(other))
    put_interval(paste0(id, ".", level, ".risk_ratio"), exp(log(a[1] / b[1]) + z * se))
    fit <- glm_of(full ~ level, data.frame(full = c(one, other), level = rep(1:0, c(length(one), length(other)))), binomial)
    put_interval(paste0(id, ".", level, ".odds_ratio"), exp(coef(fit)[[2]] + z * sqrt(vcov(fit)[2, 2])))
  }
}
put_number_groups <- function(id, x, group, crude = TRUE) {
  for (level in levels(group)) put_number(paste0(id, ".", level), x[group %in% level])
  two <- nlevels(group) == 2
  means <- if (two) t.test(x[group == levels(group)[2]], x[group == levels(group)[1]]) else oneway.test(x ~ group)
  ranks <- if (two) wilcox.test(x[group == levels(group)[2]], x[group == levels(group)[1]], exact = FALSE) else kruskal.test(x, group)
  put(paste0(id, ".mean_test.p_value"), means$p.value)
  put(paste0(id, ".rank_test.p_value"), ranks$p.value)
  for (level in if (crude) levels(group)[-1]) {
    of <- list(x[group %in% level], x[group %in% levels(group)[1]])
    test <- t.test(of[[1]], of[[2]])
    put_interval(paste0(id, ".", level, ".mean_difference"), c(-diff(test$estimate), test$conf.int))
    put(paste0(id, ".", level, ".shift"), median(outer(of[[1]], of[[2]], "-")))
  }
}
put_binary_groups("full.arms.by_local_treatment", d$full, d$local_treatment)
put_number_groups("size.arms.by_local_treatment", d$size, d$local_treatment)
for (sex in levels(d$sex)) {
  of <- d$sex == sex
  put_binary_groups(paste0("full.arms.by_local_treatment.in_sex.", sex), d$full[of], d$local_treatment[of])
  put_number_groups(paste0("size.arms.by_local_treatment.in_sex.", sex), d$size[of], d$local_treatment[of])
}
# The product of two variables: the test of it, and the ratio or difference with its interval.
put_product <- function(id, right, data, kind, levels, names = "", what = "ratio") {
  fit_of <- function(right) {
    if (kind == "linear") return(lm(as.formula(paste("size ~", right)), data))
    glm_of(as.formula(paste("full ~", right)), data, binomial)
  }
  with <- fit_of(right)
  without <- fit_of(gsub("*", "+", right, fixed = TRUE))
  test <- anova(without, with, test = if (kind == "linear") "F" else "Chisq")
  put(paste0(id, ".p_value"), test[[if (kind == "linear") "Pr(>F)" else "Pr(>Chi)"]][2])
  quantile <- if (kind == "linear") c(0, -1, 1) * qt(0.975, with$df.residual) else z
  for (i in seq_along(levels)) {
    limits <- coef(with)[[levels[i]]] + quantile * sqrt(vcov(with)[levels[i], levels[i]])
    put_interval(paste0(id, names[i], ".", what), if (kind == "linear") limits else exp(limits))
  }
}
product <- "local_treatmentyes:sexfemale"
put_product("full.arms.by_local_treatment.interaction_sex", "local_treatment * sex", d, "logistic", product)
put_product("size.arms.by_local_treatment.interaction_sex", "local_treatment * sex", d, "linear", product, what = "difference")

# Survival: the difference at each landmark, by Greenwood's variances.
for (year in landmarks) {
  at <- lapply(levels(d$local_treatment), function(level) {
    s <- summary(survfit(Surv(time, event) ~ 1, os[os$local_treatment == level, ]), times = 365 * year)
    c(s$surv, s$std.err)
  })
  value <- at[[2]][1] - at[[1]][1]
  se <- sqrt(at[[1]][2]^2 + at[[2]][2]^2)
  stem <- "os.arms.by_local_treatment.yes.rate_difference"
  put_interval(sprintf("%s.%dy", stem, year), 100 * (value + z * se))
  put(sprintf("%s.p_value.%dy", stem, year), 2 * pnorm(-abs(value / se)))
}

# Stratified and adjusted.
stem <- "os.stratified.by_local_treatment"
put_log_rank(paste0(stem, ".log_rank"), os$time, os$event, os$local_treatment, strata = interaction(os$sex, os$depth))
fit <- cox(Surv(time, event) ~ local_treatment + age_at_diagnosis + strata(sex, depth), os)
put_ratio <- function(id, fit, name) {
  put_interval(paste0(id, ".hazard_ratio"), ratio_of(fit, name))
  put(paste0(id, ".p_value"), 2 * pnorm(-abs(coef(fit)[[name]] / sqrt(vcov(fit)[name, name]))))
}
put_ratio(paste0(stem, ".cox.yes"), fit, "local_treatmentyes")
put(paste0(stem, ".proportional_hazards.p_value"), cox.zph(fit, transform = "km")$table["local_treatment", "p"])
for (size in levels(os$size_group)) {
  of <- os[os$size_group %in% size, ]
  fit <- cox(Surv(time, event) ~ local_treatment + age_at_diagnosis + strata(sex, depth), of)
  put_ratio(paste0(stem, ".in_size_group.", size, ".cox.yes"), fit, "local_treatmentyes")
}
sized <- os[!is.na(os$size_group), ]
main <- cox(Surv(time, event) ~ local_treatment + size_group + age_at_diagnosis + strata(sex, depth), sized)
product <- cox(Surv(time, event) ~ local_treatment * size_group + age_at_diagnosis + strata(sex, depth), sized)
put(paste0(stem, ".interaction_size_group.p_value"), likelihood_ratio(main, product)[["p_value"]])
put_interval(paste0(stem, ".interaction_size_group.ratio"), ratio_of(product, "local_treatmentyes:size_grouplarge"))

# Adjusted for the subgroup too: within its levels there is nothing of it to adjust for.
stem <- "os.sexes.by_local_treatment"
put_ratio(paste0(stem, ".cox.yes"), cox(Surv(time, event) ~ local_treatment + sex + age_at_diagnosis, os), "local_treatmentyes")
known <- d[complete.cases(d[c("full", "local_treatment")]), ]
for (level in levels(os$sex)) {
  fit <- cox(Surv(time, event) ~ local_treatment + age_at_diagnosis, os[os$sex == level, ])
  put_ratio(sprintf("%s.in_sex.%s.cox.yes", stem, level), fit, "local_treatmentyes")
  fit <- glm_of(full ~ local_treatment + age_at_diagnosis, known[known$sex == level, ], binomial)
  put_interval(
    sprintf("full.sexes.by_local_treatment.in_sex.%s.yes.odds_ratio", level),
    exp(coef(fit)[["local_treatmentyes"]] + z * sqrt(vcov(fit)["local_treatmentyes", "local_treatmentyes"]))
  )
}
main <- cox(Surv(time, event) ~ local_treatment + sex + age_at_diagnosis, os)
product <- cox(Surv(time, event) ~ local_treatment * sex + age_at_diagnosis, os)
put(paste0(stem, ".interaction_sex.p_value"), likelihood_ratio(main, product)[["p_value"]])
test <- anova(
  glm_of(full ~ local_treatment + sex + age_at_diagnosis, known, binomial),
  glm_of(full ~ local_treatment * sex + age_at_diagnosis, known, binomial), test = "LRT"
)
put("full.sexes.by_local_treatment.interaction_sex.p_value", test[["Pr(>Chi)"]][2])

# Adjusted, of a population, in groups of several levels.
adults <- d[d$age_at_diagnosis > 18, ]
others <- levels(d$histologic_subtype)[-1]
put_binary_groups("full.subtypes.by_histologic_subtype", adults$full, adults$histologic_subtype, crude = FALSE)
put_number_groups("size.subtypes.by_histologic_subtype", adults$size, adults$histologic_subtype, crude = FALSE)
known <- adults[complete.cases(adults[c("full", "histologic_subtype", "age_at_diagnosis")]), ]
odds <- glm_of(full ~ histologic_subtype + age_at_diagnosis, known, binomial)
risk <- glm_of(full ~ histologic_subtype + age_at_diagnosis, known, poisson)
mean_of <- lm(size ~ histologic_subtype + age_at_diagnosis, adults)
put_level <- function(stem, what, fit, variance, name, exponentiate = TRUE, df = Inf) {
  b <- coef(fit)[[name]]
  se <- sqrt(variance[name, name])
  limits <- b + c(0, -1, 1) * qt(0.975, df) * se
  put_interval(paste(stem, what, sep = "."), if (exponentiate) exp(limits) else limits)
  p <- if (what %in% c("odds_ratio", "risk_ratio", "mean_difference") && crude_name) paste0(what, ".p_value") else "p_value"
  put(paste(stem, p, sep = "."), 2 * pt(-abs(b / se), df))
}
crude_name <- TRUE
for (level in others) {
  name <- paste0("histologic_subtype", level)
  put_level(paste0("full.subtypes.by_histologic_subtype.", level), "odds_ratio", odds, vcov(odds), name)
  put_level(paste0("full.subtypes.by_histologic_subtype.", level), "risk_ratio", risk, robust(risk), name)
  put_level(
    paste0("size.subtypes.by_histologic_subtype.", level), "mean_difference", mean_of, vcov(mean_of), name, FALSE,
    mean_of$df.residual
  )
}
put_adjusted_test <- function(id, test, statistic, df, p) {
  for (part in c("statistic", "df", "p_value")) {
    put(paste(id, "adjusted_test", part, sep = "."), test[2, c(statistic = statistic, df = df, p_value = p)[[part]]])
  }
}
put_adjusted_test(
  "full.subtypes.by_histologic_subtype", anova(glm_of(full ~ age_at_diagnosis, known, binomial), odds, test = "LRT"),
  "Deviance", "Df", "Pr(>Chi)"
)
complete <- adults[complete.cases(adults[c("size", "histologic_subtype", "age_at_diagnosis")]), ]
put_adjusted_test(
  "size.subtypes.by_histologic_subtype",
  anova(lm(size ~ age_at_diagnosis, complete), lm(size ~ histologic_subtype + age_at_diagnosis, complete)),
  "F", "Df", "Pr(>F)"
)
products <- paste0("histologic_subtype", others, ":depthdeep")
right <- "histologic_subtype * depth + age_at_diagnosis"
put_product("size.subtypes.by_histologic_subtype.interaction_depth", right, adults, "linear", products, paste0(".", others), "difference")

# Models.
crude_name <- FALSE
known <- d[complete.cases(d[c("full", "local_treatment", "age_at_diagnosis", "histologic_subtype", "depth")]), ]
right <- "local_treatment + I(age_at_diagnosis / 10) + histologic_subtype"
odds <- glm_of(as.formula(paste("full ~", right)), known, binomial)
coefficients <- c("local_treatmentyes", "I(age_at_diagnosis/10)", paste0("histologic_subtype", others))
terms <- c("local_treatment.yes", "age_at_diagnosis", paste0("histologic_subtype.", others))
for (i in seq_along(terms)) put_level(paste0("full.odds.", terms[i]), "odds_ratio", odds, vcov(odds), coefficients[i])
test <- anova(glm_of(full ~ local_treatment + I(age_at_diagnosis / 10), known, binomial), odds, test = "Chisq")
put("full.odds.likelihood_ratio.histologic_subtype.p_value", test[["Pr(>Chi)"]][2])
put("full.odds.n", nrow(known))
put("full.odds.events", sum(known$full))
put("full.odds.parameters", length(coef(odds)) - 1)
put("full.odds.events_per_parameter", min(sum(known$full), sum(!known$full)) / (length(coef(odds)) - 1))
put_roc("full_odds", round(unname(predict(odds)), 9), odds$y == 1, low = FALSE)
rows <- c(rows[seq_len(length(rows) - 5)], list(replace(rows[[length(rows) - 4]], 1, "full.odds.auc")))

risk <- glm_of(full ~ local_treatment + age_at_diagnosis, known, poisson)
clustered <- robust(risk, known$histologic_subtype)
put_level("full.risks.local_treatment.yes", "risk_ratio", risk, clustered, "local_treatmentyes")
put_level("full.risks.age_at_diagnosis", "risk_ratio", risk, clustered, "age_at_diagnosis")

of_size <- lm(size ~ local_treatment + histologic_subtype + age_at_diagnosis, d)
coefficients <- c("local_treatmentyes", paste0("histologic_subtype", others), "age_at_diagnosis")
terms <- c("local_treatment.yes", paste0("histologic_subtype.", others), "age_at_diagnosis")
for (i in seq_along(terms)) {
  put_level(paste0("size.means.", terms[i]), "difference", of_size, vcov(of_size), coefficients[i], FALSE, of_size$df.residual)
}
test <- drop1(of_size, test = "F")
put("size.means.wald.histologic_subtype.statistic", test["histologic_subtype", "F value"])
put("size.means.wald.histologic_subtype.p_value", test["histologic_subtype", "Pr(>F)"])
put("size.means.r_squared", summary(of_size)$r.squared)
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "study_comparisons.csv"), "study.R")
