# Every number of the endpoint that death competes with, in the study of tests/studies/competing, a second time.
# Rscript tests/reference/competing_study.R tests/studies/competing/data/mgus.csv FOLDER writes FOLDER/competing_study.csv.
arguments <- commandArgs(TRUE)
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))
suppressMessages(library(cmprsk))

d <- read.csv(arguments[1])
d$time <- d$months_to_progression
d$cause <- ifelse(d$progressed == 1, 1, 2 * d$died)
d$sex <- factor(d$sex, c("female", "male"))
d$m_protein_group <- factor(ifelse(d$m_protein <= 1.5, "low", "high"), c("low", "high"))
d$age_group <- cut(d$age, c(-Inf, 60, 75, Inf), c("below_60", "to_74", "from_75"))

put_counts <- function(id, d) {
  put(paste0(id, ".n"), nrow(d))
  put(paste0(id, ".events"), sum(d$cause == 1))
  put(paste0(id, ".competing_events"), sum(d$cause == 2))
  put(paste0(id, ".censored"), sum(d$cause == 0))
}
put_incidence <- function(id, d) {
  put_counts(id, d)
  fit <- survfit(Surv(time, factor(cause, 0:2)) ~ 1, d, id = seq_len(nrow(d)), conf.type = "log-log")
  for (year in c(5, 10, 20)) {
    for (cause in 1:2) {
      point <- max(which(fit$time <= 12 * year), 0)
      beyond <- 12 * year > max(fit$time) && fit$pstate[length(fit$time), 1] > 0
      found <- if (point == 0) c(0, NA, NA) else
        100 * c(fit$pstate[point, cause + 1], fit$lower[point, cause + 1], fit$upper[point, cause + 1])
      if (beyond) found <- c(NA, NA, NA)
      if (!is.na(found[1]) && found[1] == 0) found[2:3] <- NA
      put_interval(sprintf("%s.%s.%dy", id, c("incidence", "competing_incidence")[cause], year), found)
    }
  }
}
put_test <- function(id, test) for (part in 1:3) put(paste0(id, c(".statistic", ".df", ".p_value")[part]), test[part])

# `strata` is the name of a factor or NULL: its levels have a baseline hazard and a censoring of their own.
fine_gray <- function(terms, d, strata = NULL) {
  d$patient <- seq_len(nrow(d))
  d$status <- factor(d$cause, 0:2)
  within <- if (!is.null(strata)) sprintf("strata(%s)", strata)
  rows <- finegray(reformulate(c(".", within), quote(Surv(time, status))), d, etype = "1", id = patient)
  suppressWarnings(
    coxph(reformulate(c(terms, within, "cluster(patient)"), quote(Surv(fgstart, fgstop, fgstatus))), rows, weights = fgwt,
          ties = "efron", control = coxph.control(eps = 1e-11, toler.chol = 1e-12, iter.max = 60), x = TRUE, model = TRUE)
  )
}
# The score test of products with the cumulative incidence just before each event.
put_subdistribution_check <- function(id, fit, d, names, terms) {
  curve <- survfit(Surv(time, factor(cause, 0:2)) ~ 1, d)
  before <- function(t) sapply(t, function(at) max(0, curve$pstate[curve$time < at, 2]))
  found <- if (any(diverging(fit))) NULL else cox.zph(fit, transform = before, terms = terms)$table
  for (i in seq_along(names)) put_test(paste0(id, names[i]), if (is.null(found)) c(NA, 1, NA) else found[i, ])
}
put_differences <- function(id, d, by) {
  levels <- levels(d[[by]])
  fits <- lapply(levels, function(level) survfit(Surv(time, factor(cause, 0:2)) ~ 1, d[d[[by]] %in% level, ]))
  for (i in seq_along(levels)[-1]) for (year in c(5, 10, 20)) for (cause in 1:2) {
    at <- sapply(fits[c(i, 1)], function(fit) {
      point <- max(which(fit$time <= 12 * year))
      beyond <- 12 * year > max(fit$time) && fit$pstate[length(fit$time), 1] > 0
      if (beyond) c(NA, NA) else c(fit$pstate[point, cause + 1], fit$std.err[point, cause + 1])
    })
    difference <- at[1, 1] - at[1, 2]
    se <- sqrt(sum(at[2, ]^2))
    stem <- paste(id, levels[i], c("incidence_difference", "competing_incidence_difference")[cause], sep = ".")
    put_interval(sprintf("%s.%dy", stem, year), 100 * (difference + c(0, -1, 1) * qnorm(0.975) * se))
    put(sprintf("%s.p_value.%dy", stem, year), 2 * pnorm(-abs(difference / se)))
  }
}
put_ratios <- function(ids, p_ids, fit) {
  se <- sqrt(diag(vcov(fit)))
  for (i in seq_along(ids)) {
    b <- coef(fit)[[i]]
    put_interval(ids[i], exp(b + c(0, -1, 1) * qnorm(0.975) * se[i]))
    put(p_ids[i], 2 * pnorm(-abs(b / se[i])))
  }
}

put_groups <- function(id, d, by, strata = NULL, adjust = NULL) {
  d <- d[!is.na(d[[by]]), ]
  levels <- levels(d[[by]])
  for (level in levels) put_incidence(paste(id, level, sep = "."), d[d[[by]] == level, ])
  within <- if (is.null(strata)) rep(1, nrow(d)) else d[[strata]]
  gray <- cuminc(d$time, d$cause, d[[by]], within)$Tests["1", ]
  if (!is.null(adjust)) d <- d[!is.na(d[[adjust]]), ]
  put_test(paste0(id, ".gray"), c(gray[["stat"]], gray[["df"]], pchisq(gray[["stat"]], gray[["df"]], lower.tail = FALSE)))
  fit <- fine_gray(c(by, adjust), d, strata)
  of_groups <- seq_along(levels[-1])
  put_subdistribution_check(paste0(id, ".fine_gray.proportional_hazards"), fit, d, "", TRUE)
  if (length(levels) > 2) {
    put_subdistribution_check(paste0(id, ".fine_gray.proportional_hazards."), fit, d, levels[-1], FALSE)
  }
  stems <- paste0(id, ".fine_gray.", levels[-1])
  put_ratios(paste0(stems, ".subdistribution_hazard_ratio"), paste0(stems, ".p_value"), fit)
  d$group <- d[[by]]
  d$within <- if (is.null(strata)) factor("all") else d[[strata]]
  cause_specific <- function(terms) cox(reformulate(c("1", terms, "strata(within)"), quote(Surv(time, cause == 1))), d)
  causes <- cause_specific(c("group", adjust))
  put_cox(paste0(id, ".cox"), causes, levels[-1])
  if (is.null(adjust)) {
    put_zph_by(paste0(id, ".proportional_hazards"), causes, levels[-1])
  } else {
    put_test(paste0(id, ".proportional_hazards"), cox.zph(causes, transform = "km", terms = TRUE)$table[1, ])
    checks <- cox.zph(causes, transform = "km", terms = FALSE)$table
    for (i in of_groups) put_test(paste0(id, ".proportional_hazards.", levels[i + 1]), checks[i, ])
  }
  if (length(levels) > 2) {
    b <- coef(fit)[of_groups]
    wald <- drop(b %*% solve(vcov(fit)[of_groups, of_groups], b))
    put_test(paste0(id, ".wald"), c(wald, length(b), pchisq(wald, length(b), lower.tail = FALSE)))
    put_likelihood_ratio(paste0(id, ".likelihood_ratio"), cause_specific(adjust), causes)
  }
}

put_incidence("progression", d)
put_groups("progression.by_m_protein_group", d, "m_protein_group")
put_differences("progression.by_m_protein_group", d, "m_protein_group")
put_groups("progression.by_age_group", d, "age_group")
put_groups("progression.stratified.by_m_protein_group", d, "m_protein_group", "sex")
put_groups("progression.by_age.by_age_group", d, "age_group", "sex", "m_protein")
for (sex in levels(d$sex)) {
  id <- paste0("progression.by_m_protein_group.in_sex.", sex)
  put_counts(id, d[d$sex == sex, ])
  put_groups(id, d[d$sex == sex, ], "m_protein_group")
}
known <- d[!is.na(d$m_protein_group), ]
product <- likelihood_ratio(cox(Surv(time, cause == 1) ~ m_protein_group + sex, known),
                            cox(Surv(time, cause == 1) ~ m_protein_group * sex, known))
put("progression.by_m_protein_group.interaction_sex.p_value", product[["p_value"]])
put_cox("product", cox(Surv(time, cause == 1) ~ m_protein_group * sex, known), c("group", "sex", "ratio"))
ratio <- rows[[which(sapply(rows, `[`, 1) == "product.ratio.hazard_ratio")]]
rows <- rows[!startsWith(sapply(rows, `[`, 1), "product.")]
put_interval("progression.by_m_protein_group.interaction_sex.ratio", as.numeric(ratio[2:4]))

# ---- models ----------------------------------------------------------------------------------------------------------

put_model <- function(name, parameters, categories = c("m_protein_group", "sex")) {
  id <- paste0("progression.", name)
  put(paste0(id, ".n"), nrow(known))
  put(paste0(id, ".events"), sum(known$cause == 1))
  put(paste0(id, ".parameters"), parameters)
  put(paste0(id, ".events_per_parameter"), sum(known$cause == 1) / parameters)
  for (v in categories) {
    for (level in levels(known[[v]])) {
      put(paste(id, v, level, "n", sep = "."), sum(known[[v]] == level))
      put(paste(id, v, level, "events", sep = "."), sum(known$cause[known[[v]] == level] == 1))
    }
  }
}
names <- c("m_protein_group.high", "age", "sex.male")
adjusted <- cox(Surv(time, cause == 1) ~ m_protein_group + age + sex, known)
put_model("adjusted", 3)
put_cox("progression.adjusted", adjusted, names)
put_zph("progression.adjusted.proportional_hazards", adjusted, c("m_protein_group", "age", "sex", "global"))

# The Fine-Gray model of all three, with Wald's test of the age groups.
known$age_group <- d$age_group[!is.na(d$m_protein_group)]
shr <- fine_gray(c("m_protein_group", "age_group", "sex"), known)
put_model("shr", 4)
for (level in levels(known$age_group)) {
  of <- known$age_group == level
  put(paste0("progression.shr.age_group.", level, ".n"), sum(of))
  put(paste0("progression.shr.age_group.", level, ".events"), sum(known$cause[of] == 1))
}
stems <- paste0("progression.shr.", c("m_protein_group.high", "age_group.to_74", "age_group.from_75", "sex.male"))
put_ratios(paste0(stems, ".subdistribution_hazard_ratio"), paste0(stems, ".p_value"), shr)
b <- coef(shr)[2:3]
wald <- drop(b %*% solve(vcov(shr)[2:3, 2:3], b))
put_test("progression.shr.wald.age_group", c(wald, 2, pchisq(wald, 2, lower.tail = FALSE)))
checked <- c("m_protein_group", "age_group", "sex", "global")
put_subdistribution_check("progression.shr.proportional_hazards.", shr, known, checked, TRUE)
within <- fine_gray(c("m_protein_group", "age"), known, "sex")
put_model("shr_stratified", 2, "m_protein_group")
stems <- paste0("progression.shr_stratified.", c("m_protein_group.high", "age"))
put_ratios(paste0(stems, ".subdistribution_hazard_ratio"), paste0(stems, ".p_value"), within)
put_subdistribution_check("progression.shr_stratified.proportional_hazards.", within, known, c("m_protein_group", "age", "global"), TRUE)
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "competing_study.csv"), "competing_study.R")
