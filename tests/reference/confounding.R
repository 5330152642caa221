# Weighted and matched analyses of a study, with its own propensity scores: tests/outcome_analyses/test_confounding.py.
# Rscript tests/reference/confounding.R FOLDER writes FOLDER/data/confounded.csv and FOLDER/values/confounding.csv.
folder <- commandArgs(TRUE)[1]
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "statistics.R"))
source(file.path(here, "propensity.R"))
need_or_keep(c("MatchIt", "sandwich", "survey"), c("values/confounding.csv", "data/confounded.csv"), folder, here)

# ---- data: 686 women of the German Breast Cancer Study Group; some values are left out by a rule -------------------

d <- with(gbsg, data.frame(
  patient = sprintf("P%03d", seq_along(age)), months = ceiling(rfstime / 30.4), event = status,
  hormones = ifelse(hormon == 1, "yes", "no"), age, menopause = ifelse(meno == 1, "post", "pre"), size,
  grade = as.character(grade), relapsed = ifelse(status == 1, "yes", "no"), score = round(10 * log(pgr + 1) + nodes, 1)
))
row <- seq_len(nrow(d))
d$size[row %% 23 == 0] <- NA
d$hormones[row %% 97 == 0] <- NA
d$relapsed[row %% 41 == 0] <- NA
d$score[row %% 37 == 0] <- NA
export("confounded", d)

d$group <- d$hormones
d$z <- d$group == "yes"
landmarks <- c(2, 5)
d$menopause <- factor(d$menopause, c("pre", "post"))
d$grade <- factor(d$grade)
d$y <- as.numeric(d$relapsed == "yes")

# ---- propensity scores ---------------------------------------------------------------------------------------------

iptw <- scored("iptw", z ~ age + size + bend(size) + menopause + grade, d)
iptw$w <- with(iptw, ifelse(z, 1 / e, 1 / (1 - e)))
put_weights("iptw", iptw)
put_balance("iptw", iptw, iptw$w, c("age", "size", "menopause", "grade"), "ATE")

treated <- scored("treated", z ~ age + size + menopause + grade, d)
treated$w <- with(treated, ifelse(z, 1, e / (1 - e)))
ends <- quantile(treated$w[!treated$z], c(0.02, 0.98))
cut_off <- with(treated, ifelse(z, 1, pmin(pmax(w, ends[1]), ends[2])))
put("weights.treated.truncated", sum(cut_off != treated$w))
treated$w <- cut_off
put_weights("treated", treated)
put_balance("treated", treated, treated$w, c("age", "size", "menopause", "grade"), "ATT")

stable <- scored("stable", z ~ age + menopause + grade, d, d$grade %in% c("2", "3"))
stays <- stable$e >= 0.2 & stable$e <= 0.7
put("weights.stable.trimmed", sum(!stays))
share <- mean(stable$z[stays])
stable$w <- with(stable, ifelse(stays, ifelse(z, share / e, (1 - share) / (1 - e)), 0))
put_weights("stable", stable)
put_balance("stable", stable, stable$w, c("age", "menopause", "grade"), "ATE")

overlap <- scored("overlap", z ~ age + size + menopause, d)
overlap$w <- with(overlap, ifelse(z, 1 - e, e))
put_weights("overlap", overlap)
put_balance("overlap", overlap, overlap$w, c("age", "size", "menopause"), "overlap")

# ---- matching, by MatchIt ------------------------------------------------------------------------------------------

pairs <- scored("pairs", z ~ age + log(size) + menopause + grade, d)
pairs <- matched("pairs", pairs, z ~ age, 1, 0.2)
put_balance("pairs", pairs, pairs$w, c("age", "size", "menopause", "grade"), "ATT")
sets <- scored("sets", z ~ age + size + menopause, d)
sets <- matched("sets", sets, z ~ age, 2, 0.5)
put_balance("sets", sets, sets$w, c("age", "size", "menopause"), "ATT")

# ---- endpoints: weighted curves, their differences, the robust score test, hazard ratios ---------------------------

put_survival("rfs.weighted.by_hormones", iptw, e_value = TRUE)
put_survival("rfs.of_treated.by_hormones", treated)
put_survival("rfs.of_graded.by_hormones", stable, adjusted = "size")
put_survival("rfs.paired.by_hormones", pairs, e_value = TRUE)
put_survival("rfs.in_sets.by_hormones", sets)
for (level in c("pre", "post")) {
  id <- paste0("rfs.of_treated.by_hormones.in_menopause.", level)
  here <- treated[treated$menopause == level, ]
  put(paste0(id, ".n"), nrow(here))
  put(paste0(id, ".events"), sum(here$event))
  put(paste0(id, ".censored"), sum(1 - here$event))
  put_survival(id, here, differences = FALSE)
}

put_interaction <- function(id, coefficient, v, residual = NULL, exponentiate = TRUE) {
  name <- grep(":", names(coefficient), value = TRUE)
  se <- sqrt(v[name, name])
  b <- coefficient[[name]]
  q <- if (is.null(residual)) qnorm(0.975) else qt(0.975, residual)
  bounds <- b + c(0, -1, 1) * q * se
  put_interval(paste0(id, if (exponentiate) ".ratio" else ".difference"), if (exponentiate) exp(bounds) else bounds)
  put(paste0(id, ".p_value"), if (is.null(residual)) 2 * pnorm(-abs(b / se)) else 2 * pt(-abs(b / se), residual))
}
treated$unit <- seq_len(nrow(treated))
fit <- weighted_cox(Surv(months, event) ~ z * menopause, treated)
put_interaction("rfs.of_treated.by_hormones.interaction_menopause", coef(fit), vcov(fit))

# ---- outcomes: sandwich variances ----------------------------------------------------------------------------------

outcome_glm <- function(formula, p, family) {
  environment(formula) <- environment()
  suppressWarnings(glm(formula, family, p, weights = w, control = to_the_end))
}
outcome_lm <- function(formula, p) {
  environment(formula) <- environment()
  lm(formula, p, weights = w)
}
of_glm <- function(fit, p) if (is.null(p$set)) vcovHC(fit, type = "HC0") else vcovCL(fit, p$set)
of_lm <- function(fit, p) if (is.null(p$set)) vcovHC(fit) else vcovCL(fit, p$set)
df_of <- function(fit, p) if (is.null(p$set)) fit$df.residual else length(unique(p$set)) - 1
put_difference <- function(id, p_id, fit, p, scale = 1, name = "zTRUE") {
  se <- sqrt(of_lm(fit, p)[name, name])
  b <- coef(fit)[[name]]
  put_interval(id, scale * (b + c(0, -1, 1) * qt(0.975, df_of(fit, p)) * se))
  if (!is.null(p_id)) put(p_id, 2 * pt(-abs(b / se), df_of(fit, p)))
}
put_ratio <- function(id, p_id, fit, p, name = "zTRUE") {
  v <- of_glm(fit, p)
  put_interval(id, ratio_of(fit, name, v))
  put(p_id, 2 * pnorm(-abs(coef(fit)[[name]] / sqrt(v[name, name]))))
}
put_outcomes <- function(name, p, e_value = FALSE, adjusted = NULL, part = "") {
  everybody <- p[p$w > 0, ]
  id <- paste0("relapse.", name, ".by_hormones", part)
  known <- everybody[!is.na(everybody$y), ]
  weighted <- any(known$w != 1)
  for (group in c("no", "yes")) {
    stem <- paste(id, group, sep = ".")
    all <- everybody[everybody$hormones == group, ]
    g <- known[known$hormones == group, ]
    put(paste0(stem, ".n"), nrow(g))
    put(paste0(stem, ".missing.count"), nrow(all) - nrow(g))
    put(paste0(stem, ".missing.percent"), 100 * (nrow(all) - nrow(g)) / nrow(all))
    put(paste0(stem, ".count"), sum(g$y))
    if (weighted) {
      fit <- outcome_glm(y ~ 1, g, quasibinomial)
      bounds <- coef(fit) + c(0, -1, 1) * qnorm(0.975) * sqrt(of_glm(fit, g)[1, 1])
      put_interval(paste0(stem, ".weighted_percent"), 100 * plogis(bounds))
    } else {
      put_interval(paste0(stem, ".percent"), 100 * wilson(sum(g$y), nrow(g), 0.95))
    }
  }
  terms <- c("z", adjusted)
  of <- if (is.null(adjusted)) known else known[!is.na(known[[adjusted]]), ]
  risk <- outcome_glm(reformulate(terms, "y"), of, poisson)
  odds <- outcome_glm(reformulate(terms, "y"), of, quasibinomial)
  put_ratio(paste0(id, ".yes.risk_ratio"), paste0(id, ".yes.risk_ratio.p_value"), risk, of)
  put_ratio(paste0(id, ".yes.odds_ratio"), paste0(id, ".yes.odds_ratio.p_value"), odds, of)
  if (is.null(adjusted)) put_difference(paste0(id, ".yes.risk_difference"), NULL, outcome_lm(y ~ z, of), of, 100)
  if (e_value) {
    e_values(paste0(id, ".yes.risk_ratio"), ratio_of(risk, "zTRUE", of_glm(risk, of)), mean(of$y), "risk")
    e_values(paste0(id, ".yes.odds_ratio"), ratio_of(odds, "zTRUE", of_glm(odds, of)), mean(of$y), "odds")
  }
  id <- paste0("quality.", name, ".by_hormones", part)
  known <- everybody[!is.na(everybody$score), ]
  for (group in c("no", "yes")) {
    stem <- paste(id, group, sep = ".")
    all <- everybody[everybody$hormones == group, ]
    g <- known[known$hormones == group, ]
    put(paste0(stem, ".n"), nrow(g))
    put(paste0(stem, ".missing.count"), nrow(all) - nrow(g))
    put(paste0(stem, ".missing.percent"), 100 * (nrow(all) - nrow(g)) / nrow(all))
    if (weighted) {
      both <- moments(g$score, g$w, FALSE)
      put(paste0(stem, ".weighted_mean"), both[1])
      put(paste0(stem, ".weighted_sd"), sqrt(both[2]))
    } else {
      put_moments(stem, g$score)
    }
  }
  of <- if (is.null(adjusted)) known else known[!is.na(known[[adjusted]]), ]
  fit <- outcome_lm(reformulate(terms, "score"), of)
  put_difference(paste0(id, ".yes.mean_difference"), paste0(id, ".yes.mean_difference.p_value"), fit, of)
}
put_outcomes("weighted", iptw, e_value = TRUE)
put_outcomes("of_treated", treated)
put_outcomes("of_overlap", overlap, adjusted = "age")
put_outcomes("paired", pairs, e_value = TRUE)
put_outcomes("in_sets", sets)
for (level in c("pre", "post")) {
  here <- treated[treated$menopause == level, ]
  put_outcomes("of_treated", here, part = paste0(".in_menopause.", level))
  for (outcome in c("relapse", "quality")) put(paste0(outcome, ".of_treated.by_hormones.in_menopause.", level, ".n"), nrow(here))
}
known <- treated[!is.na(treated$y), ]
fit <- outcome_glm(y ~ z * menopause, known, quasibinomial)
put_interaction("relapse.of_treated.by_hormones.interaction_menopause", coef(fit), of_glm(fit, known))
known <- treated[!is.na(treated$score), ]
fit <- outcome_lm(score ~ z * menopause, known)
put_interaction("quality.of_treated.by_hormones.interaction_menopause", coef(fit), of_lm(fit, known), fit$df.residual, FALSE)

# `survey` has the same estimates; its linearised variances have n / (n - 1) besides.
design <- svydesign(~1, weights = ~w, data = iptw[!is.na(iptw$y), ])
by_survey <- svyglm(y ~ z, design, family = quasibinomial)
ours <- outcome_glm(y ~ z, iptw[!is.na(iptw$y), ], quasibinomial)
n <- sum(!is.na(iptw$y))
stopifnot(all.equal(coef(by_survey), coef(ours), tolerance = 1e-6))
stopifnot(all.equal(vcov(by_survey) * (n - 1) / n, vcovHC(ours, type = "HC0"), tolerance = 1e-6, check.attributes = FALSE))

# ---- models --------------------------------------------------------------------------------------------------------

put_wald <- function(id, fit, names, v, residual = NULL) {
  b <- coef(fit)[names]
  statistic <- drop(b %*% solve(v[names, names], b))
  df <- length(names)
  if (is.null(residual)) {
    parts <- c(statistic, df, pchisq(statistic, df, lower.tail = FALSE))
  } else {
    parts <- c(statistic / df, df, pf(statistic / df, df, residual, lower.tail = FALSE))
  }
  for (i in 1:3) put(paste0(id, c(".statistic", ".df", ".p_value")[i]), parts[i])
}
p <- iptw
p$unit <- seq_len(nrow(p))
p$tens <- p$age / 10
fit <- weighted_cox(Surv(months, event) ~ z + grade + tens, p)
ids <- c(zTRUE = "hormones.yes", grade2 = "grade.2", grade3 = "grade.3", tens = "age")
for (name in names(ids)) {
  stem <- paste0("rfs.weighted_cox.", ids[[name]])
  put_robust_cox(paste0(stem, ".hazard_ratio"), paste0(stem, ".p_value"), fit, name)
}
e_values("rfs.weighted_cox.hormones.yes", ratio_of(fit, "zTRUE"), mean(p$event), "hazard")
put_wald("rfs.weighted_cox.wald.grade", fit, c("grade2", "grade3"), vcov(fit))

known <- iptw[!is.na(iptw$y), ]
fit <- outcome_glm(y ~ z + grade, known, quasibinomial)
for (name in names(ids)[1:3]) {
  stem <- paste0("relapse.weighted_odds.", ids[[name]])
  put_ratio(paste0(stem, ".odds_ratio"), paste0(stem, ".p_value"), fit, known, name)
}
e_values("relapse.weighted_odds.hormones.yes", ratio_of(fit, "zTRUE", of_glm(fit, known)), mean(known$y), "odds")
put_wald("relapse.weighted_odds.wald.grade", fit, c("grade2", "grade3"), of_glm(fit, known))

known <- treated[!is.na(treated$y), ]
fit <- outcome_glm(y ~ z + age, known, poisson)
put_ratio("relapse.weighted_risks.hormones.yes.risk_ratio", "relapse.weighted_risks.hormones.yes.p_value", fit, known)
put_ratio("relapse.weighted_risks.age.risk_ratio", "relapse.weighted_risks.age.p_value", fit, known, "age")
e_values("relapse.weighted_risks.hormones.yes", ratio_of(fit, "zTRUE", of_glm(fit, known)), mean(known$y), "risk")

known <- iptw[!is.na(iptw$score), ]
fit <- outcome_lm(score ~ z + grade, known)
for (name in names(ids)[1:3]) {
  stem <- paste0("quality.weighted_means.", ids[[name]])
  put_difference(paste0(stem, ".difference"), paste0(stem, ".p_value"), fit, known, name = name)
}
put_wald("quality.weighted_means.wald.grade", fit, c("grade2", "grade3"), of_lm(fit, known), fit$df.residual)
put("quality.weighted_means.r_squared", summary(fit)$r.squared)

p <- sets[sets$w > 0, ]
p$unit <- p$set
fit <- weighted_cox(Surv(months, event) ~ z + grade, p)
for (name in names(ids)[1:3]) {
  stem <- paste0("rfs.matched_cox.", ids[[name]])
  put_robust_cox(paste0(stem, ".hazard_ratio"), paste0(stem, ".p_value"), fit, name)
}
put_wald("rfs.matched_cox.wald.grade", fit, c("grade2", "grade3"), vcov(fit))
known <- pairs[pairs$w > 0 & !is.na(pairs$y), ]
fit <- outcome_glm(y ~ z, known, quasibinomial)
put_ratio("relapse.matched_odds.hormones.yes.odds_ratio", "relapse.matched_odds.hormones.yes.p_value", fit, known)
p <- d[complete.cases(d[c("hormones", "age")]), ]
fit <- cox(Surv(months, event) ~ z + age, p)
e_values("rfs.plain.hormones.yes", ratio_of(fit, "zTRUE"), mean(p$event), "hazard")

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "confounding.csv"), "confounding.R")
