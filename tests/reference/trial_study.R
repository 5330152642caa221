# Every number of the made-up trial of tests/studies/trial, a second time; tests/analyses/test_trial_study.py reads them.
# Rscript tests/reference/trial_study.R tests/studies/trial/data/trial.csv FOLDER writes FOLDER/trial_study.csv and
# FOLDER/trial_study_curves.csv.
arguments <- commandArgs(TRUE)
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))
z <- c(0, -1, 1) * qnorm(0.975)
month <- 30.4375
year <- 365.25
landmarks <- c(1, 2)

# ---- patients ------------------------------------------------------------------------------------------------------

reviewed <- read.csv(arguments[1], comment.char = "#", colClasses = "character", na.strings = "")
numbers <- c("age", "height", "weight", "albumin", "ldh", "qol_0", "cycles", "qol_12")
reviewed[numbers] <- lapply(reviewed[numbers], as.numeric)
dates <- c("randomised", "progressed", "died", "last_seen")
reviewed[dates] <- lapply(reviewed[dates], as.Date)
d <- reviewed[reviewed$screening == "eligible", ]

levels_of <- list(
  screening = c("eligible", "ineligible", "declined"), region = c("north", "south", "east"),
  arm = c("control", "low", "high"), sex = c("female", "male"), ecog = c("0", "1", "2"),
  marker = c("negative", "positive"), received = c("no", "yes"), crossed = c("no", "yes"),
  best_response = c("cr", "pr", "sd", "pd", "ne"), toxicity = c("no", "yes")
)
for (name in names(levels_of)) d[[name]] <- factor(tolower(d[[name]]), levels_of[[name]])
d$bmi <- d$weight / (d$height / 100)^2
d$age_group <- factor(ifelse(d$age > 64, "older", "younger"), c("younger", "older"))
d$performance <- factor(ifelse(d$ecog == "0", "good", "limited"), c("good", "limited"))
d$qol_change <- d$qol_12 - d$qol_0

days <- function(from, to) as.numeric(to - from)
ended <- d$last_seen
ended[!is.na(d$died)] <- d$died[!is.na(d$died)]
first <- pmin(d$progressed, d$died, ended, na.rm = TRUE)
endpoints <- list(
  pfs = list(time = days(d$randomised, first), event = !is.na(d$progressed) | !is.na(d$died)),
  os = list(time = days(d$randomised, ended), event = !is.na(d$died))
)
d$follow_up <- endpoints$os$time / month
populations <- list(
  per_protocol = d$received == "yes" & d$crossed == "no" & d$cycles >= 3,
  treated = d$received == "yes"
)

put("flow.reviewed", nrow(reviewed))
put("flow.excluded", nrow(reviewed) - nrow(d))
put("flow.excluded.criteria", sum(reviewed$screening == "ineligible"))
put("flow.excluded.consent", sum(reviewed$screening == "declined"))
put("flow.analysed", nrow(d))
for (name in names(populations)) {
  put(paste0("flow.", name), sum(populations[[name]]))
  put(paste0("flow.", name, ".unknown"), sum(is.na(populations[[name]])))
}
for (name in dates) {
  for (set in c("reviewed.", "")) {
    known <- if (set == "") d[[name]] else reviewed[[name]]
    put_text(paste0(set, name, ".first"), format(min(known, na.rm = TRUE)))
    put_text(paste0(set, name, ".last"), format(max(known, na.rm = TRUE)))
  }
}

# ---- characteristics -----------------------------------------------------------------------------------------------

put_known <- function(id, x) {
  put(paste0(id, ".n"), sum(!is.na(x)))
  put_percent(paste0(id, ".missing"), sum(is.na(x)), length(x))
}
describe <- function(id, x) {
  put_known(id, x)
  if (is.factor(x)) for (level in levels(x)) put_percent(paste0(id, ".", level), sum(x %in% level), sum(!is.na(x)))
  else put_moments(id, x)
}
for (name in c(numbers, "bmi", "qol_change", "follow_up", names(levels_of), "age_group", "performance")) {
  # Toxicity is optional: who was not treated can have none, and lacks nothing.
  x <- if (name == "toxicity") d[[name]][!is.na(d[[name]])] else d[[name]]
  describe(name, x)
}
smd_number <- function(a, b) abs(mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2)
smd_category <- function(a, b) {
  share <- function(x) as.vector(prop.table(table(x)))[-1]
  covariance <- function(p) diag(p, length(p)) - outer(p, p)
  p <- share(a)
  q <- share(b)
  sqrt(drop((p - q) %*% solve((covariance(p) + covariance(q)) / 2) %*% (p - q)))
}
for (name in c("age", "sex", "region", "ecog", "marker", "bmi", "albumin", "ldh", "qol_0", "best_response")) {
  for (arm in levels(d$arm)) describe(paste0(name, ".by_arm.", arm), d[[name]][d$arm == arm])
  if (name == "best_response") next
  parts <- split(d[[name]][!is.na(d[[name]])], d$arm[!is.na(d[[name]])])
  one <- if (is.factor(d[[name]])) smd_category else smd_number
  put(paste0(name, ".by_arm.smd"), max(combn(3, 2, function(pair) one(parts[[pair[1]]], parts[[pair[2]]]))))
}
# Best response is compared by a test: of all patients, and of those of the per-protocol population.
put_response_test <- function(id, x) {
  counts <- table(x$best_response, x$arm)
  counts <- counts[rowSums(counts) > 0, ]
  small <- min(suppressWarnings(chisq.test(counts))$expected) < 5
  put(id, if (small) fisher.test(counts, workspace = 2e7)$p.value else chisq.test(counts, correct = FALSE)$p.value)
}
put_response_test("best_response.by_arm.test.p_value", d)
within <- d[populations$per_protocol, ]
describe("best_response.per_protocol", within$best_response)
describe("arm.per_protocol", within$arm)
for (arm in levels(d$arm)) describe(paste0("best_response.per_protocol.by_arm.", arm), within$best_response[within$arm == arm])
put_response_test("best_response.per_protocol.by_arm.test.p_value", within)
alive <- is.na(d$died)
put("follow_up.survivors.n", sum(alive))
put_moments("follow_up.survivors", d$follow_up[alive])
put_interval("follow_up.reverse_km.median", median_of(kaplan_meier(endpoints$os$time, !endpoints$os$event)) / month)

# ---- survival ------------------------------------------------------------------------------------------------------

put_counts <- function(id, event) {
  put(paste0(id, ".n"), length(event))
  put(paste0(id, ".events"), sum(event))
  put(paste0(id, ".censored"), sum(!event))
}
# Mean survival up to two years, with its standard error; unknown where a curve ends before with patients left.
mean_of <- function(x) {
  fit <- survfit(Surv(time, event) ~ 1, x)
  if (2 * year > max(fit$time) && tail(fit$surv, 1) > 0) return(c(NA, NA))
  unname(summary(fit, rmean = 2 * year)$table[c("rmean", "se(rmean)")])
}
put_survival <- function(id, x) {
  put_counts(id, x$event)
  fit <- kaplan_meier(x$time, x$event)
  put_interval(paste0(id, ".median"), median_of(fit))
  for (at in landmarks) put_interval(sprintf("%s.rate.%dy", id, at), 100 * as.vector(survival_at(fit, at * year)))
  mean <- mean_of(x)
  put_interval(paste0(id, ".restricted_mean.2y"), mean[1] + z * mean[2])
  put_curve(id, x$time, x$event, month * 6 * 0:6)
}
put_first <- function(id, x) {
  put_percent(paste0(id, ".first.progression"), sum(!is.na(x$progressed)), sum(x$event))
  put_percent(paste0(id, ".first.death"), sum(x$event & is.na(x$progressed)), sum(x$event))
}
put_test <- function(id, found) for (part in 1:3) put(paste0(id, c(".statistic", ".df", ".p_value")[part]), found[part])
put_p <- function(id, estimate, se) put(id, 2 * pnorm(-abs(estimate / se)))

# Arms compared: `strata` of the log-rank test and of the Cox model, as one factor or none.
put_arms <- function(id, x, strata) {
  for (arm in levels(x$arm)) {
    put_survival(paste0(id, ".", arm), x[x$arm == arm, ])
    if (startsWith(id, "pfs")) put_first(paste0(id, ".", arm), x[x$arm == arm, ])
  }
  x$stratum <- if (is.null(strata)) factor("all") else interaction(x[strata], drop = TRUE)
  put_log_rank(paste0(id, ".log_rank"), x$time, x$event, x$arm, if (!is.null(strata)) x$stratum)
  fit <- cox(Surv(time, event) ~ arm + strata(stratum), x)
  put_cox(paste0(id, ".cox"), fit, c("low", "high"))
  put_likelihood_ratio(paste0(id, ".likelihood_ratio"), cox(Surv(time, event) ~ strata(stratum), x), fit)
  put_zph_by(paste0(id, ".proportional_hazards"), fit, c("low", "high"))
}
put_differences <- function(id, x) {
  parts <- split(x, x$arm)
  fits <- lapply(parts, function(part) survfit(Surv(time, event) ~ 1, part))
  means <- lapply(parts, mean_of)
  for (arm in c("low", "high")) {
    stem <- paste0(id, ".", arm)
    for (at in landmarks) {
      s <- lapply(fits[c(arm, "control")], summary, times = at * year)
      value <- s[[1]]$surv - s[[2]]$surv
      se <- sqrt(s[[1]]$std.err^2 + s[[2]]$std.err^2)
      put_interval(sprintf("%s.rate_difference.%dy", stem, at), 100 * (value + z * se))
      put_p(sprintf("%s.rate_difference.p_value.%dy", stem, at), value, se)
    }
    both <- do.call(rbind, means[c(arm, "control")])
    value <- both[1, 1] - both[2, 1]
    se <- sqrt(sum(both[, 2]^2))
    put_interval(paste0(stem, ".restricted_mean_difference.2y"), value + z * se)
    put_p(paste0(stem, ".restricted_mean_difference.p_value.2y"), value, se)
    value <- log(both[1, 1] / both[2, 1])
    se <- sqrt(sum((both[, 2] / both[, 1])^2))
    put_interval(paste0(stem, ".restricted_mean_ratio.2y"), exp(value + z * se))
    put_p(paste0(stem, ".restricted_mean_ratio.p_value.2y"), value, se)
  }
}
put_subgroups <- function(id, x, within, strata) {
  x$sub <- x[[within]]
  known <- x[!is.na(x$sub), ]
  for (level in levels(x$sub)) {
    part <- known[known$sub == level, ]
    stem <- sprintf("%s.in_%s.%s", id, within, level)
    put_counts(stem, part$event)
    put_arms(stem, part, strata)
  }
  known$stratum <- if (is.null(strata)) factor("all") else interaction(known[strata], drop = TRUE)
  main <- cox(Surv(time, event) ~ arm + sub + strata(stratum), known)
  product <- cox(Surv(time, event) ~ arm * sub + strata(stratum), known)
  stem <- sprintf("%s.interaction_%s", id, within)
  put(paste0(stem, ".p_value"), likelihood_ratio(main, product)[["p_value"]])
  for (arm in c("low", "high")) {
    name <- sprintf("arm%s:sub%s", arm, levels(x$sub)[2])
    put_interval(sprintf("%s.%s.ratio", stem, arm), exp(coef(product)[[name]] + z * sqrt(vcov(product)[name, name])))
  }
}
blocks <- c("region", "performance")
put("pfs.deaths_without_event", sum(!is.na(d$died) & !endpoints$pfs$event))
put_first("pfs", cbind(d, event = endpoints$pfs$event))
for (name in names(endpoints)) {
  x <- cbind(d, endpoints[[name]])
  put_survival(name, x)
  id <- paste0(name, ".itt.by_arm")
  put_arms(id, x, NULL)
  put_differences(id, x)
  for (within in c("marker", "performance")) put_subgroups(id, x, within, NULL)
  id <- paste0(name, ".stratified.by_arm")
  put_arms(id, x, blocks)
  for (within in c("marker", "age_group")) put_subgroups(id, x, within, blocks)
  id <- paste0(name, ".pp.by_arm")
  put_arms(id, x[populations$per_protocol, ], NULL)
  put_differences(id, x[populations$per_protocol, ])
}

# ---- Cox models of progression-free survival -----------------------------------------------------------------------

x <- cbind(d, endpoints$pfs)
terms <- c(arm = "arm", age = "I(age / 10)", sex = "sex", ecog = "ecog", marker = "marker", ldh = "log2(ldh)")
coefficients <- function(names) {
  unlist(lapply(names, function(v) if (is.factor(x[[v]])) paste0(v, ".", levels(x[[v]])[-1]) else v))
}
# `of` is put behind counts where every term has a model of its own.
put_model <- function(id, names, strata = "", of = "") {
  known <- x[complete.cases(x[names]), ]
  fit_of <- function(names) cox(as.formula(paste("Surv(time, event) ~", paste(c("1", terms[names]), collapse = " + "), strata)), known)
  fit <- fit_of(names)
  put(paste0(id, ".n", of), fit$n)
  put(paste0(id, ".events", of), fit$nevent)
  put(paste0(id, ".parameters", of), length(coef(fit)))
  put(paste0(id, ".events_per_parameter", of), fit$nevent / length(coef(fit)))
  put_cox(id, fit, coefficients(names))
  for (name in names) {
    if (!is.factor(x[[name]])) next
    for (level in levels(x[[name]])) {
      put(paste(id, name, level, "n", sep = "."), sum(known[[name]] == level))
      put(paste(id, name, level, "events", sep = "."), sum(known$event[known[[name]] == level]))
    }
    if (nlevels(x[[name]]) > 2) put_likelihood_ratio(paste0(id, ".likelihood_ratio.", name), fit_of(setdiff(names, name)), fit)
  }
  put_zph(paste0(id, ".proportional_hazards"), fit, if (of == "") c(names, "global") else names)
}
for (name in names(terms)) put_model("pfs.crude", name, of = paste0(".", name))
put_model("pfs.model1", c("arm", "age", "ecog"), "+ strata(region)")
put_model("pfs.model2", names(terms), "+ strata(region)")

# ---- outcomes ------------------------------------------------------------------------------------------------------

d$response <- d$best_response %in% c("cr", "pr")
d$quality <- d$qol_change
d$toxicity_3 <- d$toxicity == "yes"
describe_outcome <- function(id, x) {
  put_known(id, x)
  if (!is.logical(x)) return(put_moments(id, x))
  put(paste0(id, ".count"), sum(x, na.rm = TRUE))
  put_interval(paste0(id, ".percent"), 100 * wilson(sum(x, na.rm = TRUE), sum(!is.na(x)), 0.95))
}
# Newcombe's, Katz's and Woolf's intervals, as outcomes.R has them.
put_proportions <- function(id, one, other) {
  a <- wilson(sum(one), length(one), 0.95)
  b <- wilson(sum(other), length(other), 0.95)
  limits <- c(0, -sqrt((a[1] - a[2])^2 + (b[3] - b[1])^2), sqrt((a[3] - a[1])^2 + (b[1] - b[2])^2))
  put_interval(paste0(id, ".risk_difference"), 100 * (a[1] - b[1] + limits))
  se <- sqrt(1 / sum(one) - 1 / length(one) + 1 / sum(other) - 1 / length(other))
  put_interval(paste0(id, ".risk_ratio"), exp(log(a[1] / b[1]) + z * se))
  cells <- c(sum(one), sum(!one), sum(other), sum(!other))
  put_interval(paste0(id, ".odds_ratio"), exp(log(cells[1] / cells[2] * cells[4] / cells[3]) + z * sqrt(sum(1 / cells))))
}
# Ties in ranks: the interval of the shift is that of wilcox.test, its limits differences themselves.
put_means <- function(id, one, other) {
  test <- t.test(one, other)
  put_interval(paste0(id, ".mean_difference"), c(-diff(test$estimate), test$conf.int))
  ranks <- wilcox.test(one, other, conf.int = TRUE, exact = FALSE, digits.rank = 9, tol.root = 1e-13)
  put_interval(paste0(id, ".shift"), c(median(outer(one, other, "-")), round(ranks$conf.int, 6)))
}
put_tests <- function(id, x, arm) {
  if (is.logical(x)) return(put_table(id, table(x, arm)))
  for (test in list(list("mean_test", oneway.test(x ~ arm)), list("rank_test", kruskal.test(x, arm)))) {
    put(paste(id, test[[1]], "statistic", sep = "."), test[[2]]$statistic)
    put(paste(id, test[[1]], "p_value", sep = "."), test[[2]]$p.value)
  }
}
put_outcome <- function(id, x, name, crude = TRUE) {
  for (arm in levels(x$arm)) describe_outcome(paste0(id, ".", arm), x[[name]][x$arm == arm])
  known <- x[!is.na(x[[name]]), ]
  parts <- split(known[[name]], known$arm)
  compare <- if (is.logical(x[[name]])) put_proportions else put_means
  if (crude) for (arm in c("low", "high")) compare(paste0(id, ".", arm), parts[[arm]], parts$control)
  put_tests(id, known[[name]], known$arm)
}
put_outcome_subgroups <- function(id, x, name, within) {
  x$sub <- x[[within]]
  x$y <- x[[name]]
  for (level in levels(x$sub)) {
    stem <- sprintf("%s.in_%s.%s", id, within, level)
    put(paste0(stem, ".n"), sum(x$sub %in% level))
    put_outcome(stem, x[x$sub %in% level, ], name)
  }
  known <- x[!is.na(x$sub) & !is.na(x$y), ]
  linear <- !is.logical(x$y)
  fit_of <- function(formula) if (linear) lm(formula, known) else glm_of(formula, known, binomial)
  main <- fit_of(y ~ arm + sub)
  product <- fit_of(y ~ arm * sub)
  stem <- sprintf("%s.interaction_%s", id, within)
  test <- anova(main, product, test = if (linear) "F" else "Chisq")
  put(paste0(stem, ".p_value"), tail(test[[ncol(test)]], 1))
  for (arm in c("low", "high")) {
    term <- sprintf("arm%s:sub%s", arm, levels(x$sub)[2])
    width <- if (linear) c(0, -1, 1) * qt(0.975, product$df.residual) else z
    limits <- coef(product)[[term]] + width * sqrt(vcov(product)[term, term])
    if (linear) put_interval(sprintf("%s.%s.difference", stem, arm), limits)
    else put_interval(sprintf("%s.%s.ratio", stem, arm), exp(limits))
  }
}
for (name in c("response", "toxicity_3", "quality")) describe_outcome(name, d[[name]])
for (name in c("response", "quality")) {
  id <- paste0(name, ".itt.by_arm")
  put_outcome(id, d, name)
  for (within in c("marker", "performance")) put_outcome_subgroups(id, d, name, within)
}
put_outcome("response.pp.by_arm", d[populations$per_protocol, ], "response")
put_outcome("toxicity_3.safety.by_arm", d[populations$treated, ], "toxicity_3")

# Within strata, by Mantel and Haenszel: mantelhaen.test; risk ratios of Greenland and Robins, differences of Sato.
put_stratified <- function(id, x) {
  for (arm in levels(x$arm)) describe_outcome(paste0(id, ".", arm), x$response[x$arm == arm])
  x$stratum <- interaction(x[blocks], drop = TRUE)
  x$no <- factor(!x$response)
  for (arm in c("low", "high")) {
    part <- x[x$arm %in% c("control", arm), ]
    part$arm <- factor(part$arm, c(arm, "control"))
    part$stratum <- factor(part$stratum)
    part <- part[part$stratum %in% names(which(apply(table(part$stratum, part$arm) > 0, 1, all))), ]
    part$stratum <- factor(part$stratum)
    counts <- table(part$no, part$arm, part$stratum)
    odds <- mantelhaen.test(counts, correct = FALSE)
    put_interval(paste0(id, ".", arm, ".odds_ratio"), c(odds$estimate, odds$conf.int))
    a <- counts[1, 1, ]
    b <- counts[1, 2, ]
    n1 <- colSums(counts[, 1, ])
    n0 <- colSums(counts[, 2, ])
    n <- n1 + n0
    r <- sum(a * n0 / n)
    s <- sum(b * n1 / n)
    se <- sqrt(sum((n1 * n0 * (a + b) - a * b * n) / n^2) / (r * s))
    put_interval(paste0(id, ".", arm, ".risk_ratio"), exp(log(r / s) + z * se))
    w <- n1 * n0 / n
    difference <- sum(w * (a / n1 - b / n0)) / sum(w)
    p <- (n1^2 * b - n0^2 * a + n1 * n0 * (n0 - n1) / 2) / n^2
    q <- (a * (n0 - b) + b * (n1 - a)) / (2 * n)
    se <- sqrt((difference * sum(p) + sum(q)) / sum(w)^2)
    put_interval(paste0(id, ".", arm, ".risk_difference"), 100 * (difference + z * se))
  }
  test <- mantelhaen.test(table(x$no, x$arm, x$stratum), correct = FALSE)
  put_test(paste0(id, ".mantel_haenszel"), c(test$statistic, test$parameter, test$p.value))
}
id <- "response.response_in_strata.by_arm"
put_stratified(id, d)
for (sex in levels(d$sex)) {
  put(sprintf("%s.in_sex.%s.n", id, sex), sum(d$sex == sex))
  put_stratified(sprintf("%s.in_sex.%s", id, sex), d[d$sex == sex, ])
}
product <- glm_of(response ~ arm * sex + region + performance, d, binomial)
main <- glm_of(response ~ arm + sex + region + performance, d, binomial)
put(paste0(id, ".interaction_sex.p_value"), anova(main, product, test = "Chisq")[["Pr(>Chi)"]][2])
for (arm in c("low", "high")) {
  name <- sprintf("arm%s:sexmale", arm)
  put_interval(sprintf("%s.interaction_sex.%s.ratio", id, arm), exp(coef(product)[[name]] + z * sqrt(vcov(product)[name, name])))
}

# Adjusted: odds ratios by logistic, risk ratios by modified Poisson, differences of means by linear regression.
put_estimate <- function(id, fit, variance, name, what, p = paste0(what, ".p_value"), df = Inf) {
  b <- coef(fit)[[name]]
  se <- sqrt(variance[name, name])
  limits <- b + c(0, -1, 1) * qt(0.975, df) * se
  put_interval(paste0(id, ".", what), if (is.finite(df)) limits else exp(limits))
  put(paste0(id, ".", p), 2 * pt(-abs(b / se), df))
}
adjusting <- "arm + region + performance + age"
odds <- glm_of(as.formula(paste("response ~", adjusting)), d, binomial)
risk <- glm_of(as.formula(paste("response ~", adjusting)), d, poisson)
means <- lm(as.formula(paste("quality ~", adjusting)), d)
put_outcome("response.adjusted_response.by_arm", d, "response", crude = FALSE)
put_outcome("quality.adjusted_response.by_arm", d, "quality", crude = FALSE)
for (arm in c("low", "high")) {
  id <- paste0("response.adjusted_response.by_arm.", arm)
  put_estimate(id, odds, vcov(odds), paste0("arm", arm), "odds_ratio")
  put_estimate(id, risk, robust(risk), paste0("arm", arm), "risk_ratio")
  id <- paste0("quality.adjusted_response.by_arm.", arm)
  put_estimate(id, means, vcov(means), paste0("arm", arm), "mean_difference", df = means$df.residual)
}

test <- anova(glm_of(response ~ region + performance + age, d, binomial), odds, test = "Chisq")
put_test("response.adjusted_response.by_arm.adjusted_test", c(test$Deviance[2], test$Df[2], test[["Pr(>Chi)"]][2]))
test <- drop1(means, "arm", test = "F")
put_test("quality.adjusted_response.by_arm.adjusted_test", c(test[["F value"]][2], test$Df[2], test[["Pr(>F)"]][2]))

# The logistic model of response.
known <- d[complete.cases(d[c("arm", "ecog", "marker", "albumin")]), ]
names_of <- c("arm", "ecog", "marker", "albumin")
entering <- c(arm = "arm", ecog = "ecog", marker = "marker", albumin = "I(albumin / 5)")
logistic <- function(names) glm_of(reformulate(entering[names], "response"), known, binomial)
fit <- logistic(names_of)
put("response.response.n", nrow(known))
put("response.response.events", sum(known$response))
put("response.response.parameters", length(coef(fit)) - 1)
put("response.response.events_per_parameter", min(table(known$response)) / (length(coef(fit)) - 1))
for (name in names_of[1:3]) {
  for (level in levels(d[[name]])) {
    put(paste("response.response", name, level, "n", sep = "."), sum(known[[name]] == level))
    put(paste("response.response", name, level, "events", sep = "."), sum(known$response[known[[name]] == level]))
    if (level != levels(d[[name]])[1]) {
      put_estimate(paste("response.response", name, level, sep = "."), fit, vcov(fit), paste0(name, level), "odds_ratio", "p_value")
    }
  }
}
put_estimate("response.response.albumin", fit, vcov(fit), "I(albumin/5)", "odds_ratio", "p_value")
for (name in c("arm", "ecog")) {
  test <- anova(logistic(setdiff(names_of, name)), fit, test = "Chisq")
  put_test(paste0("response.response.likelihood_ratio.", name), c(test$Deviance[2], test$Df[2], test[["Pr(>Chi)"]][2]))
}
put_roc("auc", round(unname(predict(fit)), 9), fit$y == 1, low = FALSE)
area <- which(sapply(rows, `[`, 1) == "auc.auc")
rows <- c(rows[seq_len(area - 1)], list(replace(rows[[area]], 1, "response.response.auc")))

write_values(arguments[2], "trial_study", "trial_study.R")
