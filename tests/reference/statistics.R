# The statistics of the scripts here, in base R and `survival` alone, each as rows of a file of reference values.
#
# A row is id, value, confidence limits. NA is what cannot be estimated; a limit is empty where there is no interval.

suppressMessages(library(survival))
if (packageVersion("survival") < "3.5") stop("the reference values need R's survival 3.5 or newer (cox.zph since 3.0)")

# ---- rows ----------------------------------------------------------------------------------------------------------

rows <- list()
curves <- list()

# The fewest digits, 15 to 17, that give the number back exactly.
text <- function(x) {
  if (is.na(x)) return("NA")
  forms <- sprintf(c("%.15g", "%.16g", "%.17g"), x)
  forms[match(TRUE, as.numeric(forms) == x)]
}
put <- function(id, value) rows[[length(rows) + 1]] <<- c(id, text(value), "", "")
put_text <- function(id, value) rows[[length(rows) + 1]] <<- c(id, value, "", "")
put_interval <- function(id, estimate) rows[[length(rows) + 1]] <<- c(id, sapply(unname(estimate), text))

write_rows <- function(rows, columns, path, script) {
  versions <- sprintf("R %s, survival %s", getRversion(), packageVersion("survival"))
  meaning <- "NA: not estimable; empty: no interval."
  head <- sprintf("# Written by tests/reference/%s (make reference); %s. %s", script, versions, meaning)
  body <- do.call(rbind, rows)
  stopifnot(!anyDuplicated(paste(body[, 1], if (columns[2] == "time") body[, 2])))
  file <- file(path, "wb")
  on.exit(close(file))
  writeLines(c(head, paste(columns, collapse = ","), apply(body, 1, paste, collapse = ",")), file)
}
write_values <- function(folder, name, script) {
  write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, paste0(name, ".csv")), script)
  columns <- c("curve", "time", "n_at_risk", "n_events", "n_censored", "survival", "conf_low", "conf_high")
  write_rows(curves, columns, file.path(folder, paste0(name, "_curves.csv")), script)
}

# The data behind the values, beside them: `folder` is the argument of the scripts.
export <- function(name, frame) {
  is_number <- sapply(frame, is.numeric)
  cell <- function(x) if (is.na(x)) "" else text(x)
  frame[is_number] <- lapply(frame[is_number], function(column) sapply(column, cell))
  frame[!is_number] <- lapply(frame[!is_number], function(column) ifelse(is.na(column), "", as.character(column)))
  file <- file(file.path(folder, "data", paste0(name, ".csv")), "wb")
  on.exit(close(file))
  writeLines(c(paste(names(frame), collapse = ","), do.call(paste, c(unname(frame), sep = ","))), file)
}

# Loads packages. Where one is absent, the files that the script would write to `folder` are those committed in `here`.
need_or_keep <- function(packages, files, folder, here) {
  absent <- packages[!sapply(packages, requireNamespace, quietly = TRUE)]
  if (length(absent)) {
    message("R without ", paste(absent, collapse = ", "), ": ", files[1], " stays as it is committed.")
    if (normalizePath(folder) != normalizePath(here)) {
      stopifnot(file.copy(file.path(here, files), file.path(folder, files), overwrite = TRUE))
    }
    quit(status = 0)
  }
  suppressPackageStartupMessages(for (name in packages) library(name, character.only = TRUE))
}

# ---- description ---------------------------------------------------------------------------------------------------

put_percent <- function(id, count, of) {
  put(paste0(id, ".count"), count)
  put(paste0(id, ".percent"), if (of > 0) 100 * count / of else NA)
}

# Quantiles of type 7, R's default; the standard deviation has n - 1 in the denominator.
put_moments <- function(id, x) {
  x <- x[!is.na(x)]
  found <- c(mean = mean(x), sd = sd(x), median = median(x), quantile(x, c(q1 = 0.25, q3 = 0.75), names = FALSE),
             min = suppressWarnings(min(x)), max = suppressWarnings(max(x)))
  names(found)[4:5] <- c("q1", "q3")
  for (part in names(found)) put(paste0(id, ".", part), if (is.finite(found[[part]])) found[[part]] else NA)
}

put_description <- function(id, x) {
  put(paste0(id, ".n"), sum(!is.na(x)))
  put_percent(paste0(id, ".missing"), sum(is.na(x)), length(x))
  if (is.factor(x)) for (level in levels(x)) put_percent(paste0(id, ".", level), sum(x %in% level), sum(!is.na(x)))
  else put_moments(id, x)
}

# Standardised mean differences: of two groups, or the largest of several.
smd_number <- function(a, b) abs(mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2)
smd_category <- function(a, b) {
  share <- function(x) as.vector(prop.table(table(x)))[-1]
  covariance <- function(p) diag(p, length(p)) - outer(p, p)
  p <- share(a)
  q <- share(b)
  sqrt(drop((p - q) %*% solve((covariance(p) + covariance(q)) / 2) %*% (p - q)))
}
smd <- function(x, g) {
  parts <- split(x, g)
  one <- if (is.factor(x)) smd_category else smd_number
  max(combn(length(parts), 2, function(pair) one(parts[[pair[1]]], parts[[pair[2]]])))
}

# ---- survival ------------------------------------------------------------------------------------------------------

kaplan_meier <- function(time, event, conf = 0.95, type = "log-log", entry = NULL) {
  observed <- if (is.null(entry)) Surv(time, event) else Surv(entry, time, event)
  survfit(observed ~ 1, conf.type = type, conf.int = conf)
}
median_of <- function(fit) unname(tail(summary(fit)$table, 3))

# Survival and limits at `at`. Beyond the last follow-up it is unknown unless the curve has come down to 0; R, with
# extend = TRUE, goes on with the last value.
survival_at <- function(fit, at) {
  s <- summary(fit, times = at, extend = TRUE)
  found <- cbind(s$surv, s$lower, s$upper)
  found[at > max(fit$time) & s$surv > 0, ] <- NA
  found
}

# At each time: at risk (follow-up >= t, survfit's n.risk; with delayed entry that of the next event), events and censorings before it, survival with limits.
# And the area under the curve and its limits up to the last follow-up, which sees every point of them.
put_curve <- function(id, time, event, at, conf = 0.95, entry = NULL) {
  fit <- kaplan_meier(time, event, conf, entry = entry)
  n_at_risk <- summary(fit, times = at, extend = TRUE)$n.risk
  if (!is.null(entry)) n_at_risk <- sapply(at, function(t) sum((entry < t | entry <= 0) & time >= t))
  survival <- survival_at(fit, at)
  for (i in seq_along(at)) {
    counts <- c(n_at_risk[i], sum(time < at[i] & event), sum(time < at[i] & !event))
    curves[[length(curves) + 1]] <<- c(id, sapply(c(at[i], counts, survival[i, ]), text))
  }
  put_area(id, fit)
}
put_area <- function(id, fit) {
  width <- diff(c(0, fit$time))
  area <- function(level) { level <- c(1, head(level, -1)); sum((width * level)[!is.na(level)]) }
  put_interval(paste0(id, ".area"), c(area(fit$surv), area(fit$lower), area(fit$upper)))
}

# The interval on the two other scales of survfit: the median, that of follow-up, and every point by the area.
put_other_scales <- function(id, time, event, conf = 0.95) {
  for (type in c("log", "plain")) {
    fit <- kaplan_meier(time, event, conf, type)
    put_interval(paste(id, type, "median", sep = "."), median_of(fit))
    put_interval(paste(id, type, "follow_up", sep = "."), median_of(kaplan_meier(time, !event, conf, type)))
    put_area(paste(id, type, sep = "."), fit)
  }
}

# survdiff: a group with nobody left at the first event has no expected event and no degree of freedom.
put_log_rank <- function(id, time, event, group, strata = NULL) {
  group <- factor(group)
  formula <- if (is.null(strata)) Surv(time, event) ~ group else Surv(time, event) ~ group + strata(strata)
  fit <- tryCatch(suppressWarnings(survdiff(formula)), error = function(impossible) NULL)
  df <- if (is.null(fit)) 0 else sum(rowSums(as.matrix(fit$exp)) > 0) - 1
  statistic <- if (df > 0) fit$chisq else NA
  put(paste0(id, ".statistic"), statistic)
  put(paste0(id, ".df"), max(df, 0))
  put(paste0(id, ".p_value"), pchisq(statistic, df, lower.tail = FALSE))
}

# Efron's ties. By default coxph stops once the log-likelihood moves by less than a relative 1e-9, which leaves about
# 1e-6 of a coefficient open; here it goes on to the end of the floats. A smaller
# eps than 1e-12 can ask for steps in the noise of the last bits, which lead away from the maximum again.
cox <- function(formula, data) {
  environment(formula) <- environment()
  suppressWarnings({
    to_the_end <- coxph.control(eps = 1e-12, iter.max = 60)
    coxph(formula, data, ties = "efron", control = to_the_end, x = TRUE, model = TRUE)
  })
}
log_likelihood <- function(fit) tail(fit$loglik, 1)

# A coefficient that grows without end (no event in a level): its standard error does, too.
diverging <- function(fit) {
  se <- sqrt(diag(if (is.null(fit$naive.var)) vcov(fit) else fit$naive.var)) # a robust one stays small
  is.na(coef(fit)) | se * apply(fit$x, 2, sd) > 100
}

# `names` are those of the terms in the ids, one per coefficient.
put_cox <- function(id, fit, names, conf = 0.95, more = FALSE) {
  se <- sqrt(diag(vcov(fit)))
  endless <- diverging(fit)
  for (i in seq_along(names)) {
    b <- if (endless[i]) NA else coef(fit)[[i]]
    stem <- paste0(id, ".", names[i])
    put_interval(paste0(stem, ".hazard_ratio"), exp(b + c(0, -1, 1) * qnorm((1 + conf) / 2) * se[i]))
    put(paste0(stem, ".p_value"), 2 * pnorm(-abs(b / se[i])))
    if (more) {
      put(paste0(stem, ".coef"), b)
      put(paste0(stem, ".se"), if (is.na(b)) NA else se[i])
    }
  }
  if (more) put(paste0(id, ".log_likelihood"), log_likelihood(fit))
}

# The score test of Grambsch and Therneau over Kaplan-Meier-transformed time; a factor is one term.
put_zph <- function(id, fit, names) {
  found <- if (any(diverging(fit))) NULL else cox.zph(fit, transform = "km", terms = TRUE)$table
  for (i in seq_along(names)) {
    parts <- if (is.null(found)) c(NA, length(fit$assign[[min(i, length(fit$assign))]]), NA) else found[i, ]
    if (is.null(found) && names[i] == "global") parts[2] <- length(coef(fit))
    for (part in 1:3) put(paste0(id, ".", names[i], c(".statistic", ".df", ".p_value")[part]), parts[part])
  }
}

# The same of a model of one factor, which is tested as a whole and, where it has several, by each coefficient.
put_zph_by <- function(id, fit, names) {
  known <- !is.na(coef(fit))
  found <- if (any(diverging(fit)[known])) NULL else cox.zph(fit, transform = "km", terms = FALSE)$table
  put_test <- function(id, row, df) {
    parts <- if (df == 0 || is.null(found)) c(NA, df, NA) else found[row, ]
    for (part in 1:3) put(paste0(id, c(".statistic", ".df", ".p_value")[part]), parts[part])
  }
  put_test(id, "GLOBAL", sum(known))
  if (length(names) > 1) {
    for (i in seq_along(names)) put_test(paste0(id, ".", names[i]), names(coef(fit))[i], as.integer(known[i]))
  }
}

likelihood_ratio <- function(smaller, larger) {
  statistic <- 2 * (log_likelihood(larger) - log_likelihood(smaller))
  df <- sum(!is.na(coef(larger))) - sum(!is.na(coef(smaller)))
  c(statistic = statistic, df = df, p_value = pchisq(statistic, df, lower.tail = FALSE))
}

# All levels of a factor together: the model against the one without it. anova(without, fit) and drop1 give the same.
put_likelihood_ratio <- function(id, without, fit) {
  test <- likelihood_ratio(without, fit)
  for (part in names(test)) put(paste(id, part, sep = "."), test[[part]])
}

# ---- association ---------------------------------------------------------------------------------------------------

put_table <- function(id, counts) {
  counts <- unclass(counts)
  counts <- counts[rowSums(counts) > 0, colSums(counts) > 0, drop = FALSE]
  found <- c(statistic = NA, df = 0, p_value = NA, expected_min = NA, exact = NA)
  if (min(dim(counts)) > 1) {
    pearson <- suppressWarnings(chisq.test(counts, correct = FALSE))
    exact <- fisher.test(counts, workspace = 2e7)$p.value
    found[] <- c(pearson$statistic, pearson$parameter, pearson$p.value, min(pearson$expected), exact)
  }
  for (part in names(found)[1:4]) put(paste0(id, ".chi_square.", part), found[[part]])
  put(paste0(id, ".fisher.p_value"), found[["exact"]])
}

# The area under the ROC curve is the share of pairs in the right order, its variance DeLong's. The cut-off is the
# middle between two observed values with the largest Youden index; of several, the one that finds most events.
put_roc <- function(id, marker, event, low, conf = 0.95) {
  sign <- if (low) -1 else 1
  cases <- sign * marker[event]
  controls <- sign * marker[!event]
  order <- outer(cases, controls, function(a, b) (a > b) + (a == b) / 2)
  se <- sqrt(var(rowMeans(order)) / length(cases) + var(colMeans(order)) / length(controls))
  put_interval(paste0(id, ".auc"), pmin(1, pmax(0, mean(order) + c(0, -1, 1) * qnorm((1 + conf) / 2) * se)))
  values <- sort(unique(c(cases, controls)))
  cut <- (head(values, -1) + tail(values, -1)) / 2
  sensitivity <- sapply(cut, function(at) mean(cases > at))
  specificity <- sapply(cut, function(at) mean(controls < at))
  youden <- sensitivity + specificity - 1
  best <- which(youden > max(youden) - 1e-12)[1]
  put(paste0(id, ".threshold"), sign * cut[best])
  put(paste0(id, ".youden"), youden[best])
  put(paste0(id, ".sensitivity"), sensitivity[best])
  put(paste0(id, ".specificity"), specificity[best])
}

# ---- outcomes ------------------------------------------------------------------------------------------------------

wilson <- function(x, n, conf) c(x / n, suppressWarnings(prop.test(x, n, correct = FALSE, conf.level = conf))$conf.int)

known_of <- function(fit) names(coef(fit))[!is.na(coef(fit))]

# The sandwich by hand: what each patient adds to the score, added up within clusters, between two slices of the inverse
# information. HC0 for a glm, HC3 for lm; over g clusters g / (g - 1), for lm (n - 1) / (n - p) besides: as the package
# sandwich has it, vcovHC(fit, type = "HC0"), vcovHC(fit) and vcovCL(fit, cluster).
robust <- function(fit, cluster = NULL) {
  is_glm <- inherits(fit, "glm")
  x <- model.matrix(fit)[, known_of(fit), drop = FALSE]
  w <- if (is_glm) fit$weights else if (is.null(fit$weights)) 1 else fit$weights
  residual <- if (is_glm) residuals(fit, "working") else residuals(fit)
  if (!is_glm && is.null(cluster)) residual <- residual / (1 - hatvalues(fit))
  bread <- summary(fit)$cov.unscaled
  scores <- x * w * residual
  factor <- 1
  if (!is.null(cluster)) {
    g <- length(unique(cluster))
    scores <- rowsum(scores, cluster)
    factor <- g / (g - 1) * (if (is_glm) 1 else (nrow(x) - 1) / (nrow(x) - ncol(x)))
  }
  factor * bread %*% crossprod(scores) %*% bread
}

to_the_end <- glm.control(epsilon = 1e-15, maxit = 200)
glm_of <- function(formula, data, family, weights = NULL) {
  data$.weights <- if (is.null(weights)) 1 else weights
  suppressWarnings(glm(formula, family, data, weights = .weights, control = to_the_end))
}
