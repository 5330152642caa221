# Binary and number outcomes: proportions, differences and ratios, in base R alone.
# Rscript tests/reference/outcomes.R FOLDER writes FOLDER/values/outcomes.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

# ---- proportions ---------------------------------------------------------------------------------------------------

put_proportion <- function(x, n, conf) {
  id <- sprintf("proportion.%d_of_%d.%g", x, n, conf)
  put_interval(paste0(id, ".wilson"), wilson(x, n, conf))
  put_interval(paste0(id, ".exact"), c(x / n, binom.test(x, n, conf.level = conf)$conf.int))
}
for (conf in c(0.9, 0.95, 0.99)) {
  for (x in c(0, 1, 5, 13)) put_proportion(x, 13, conf)
  put_proportion(13, 79, conf)
  put_proportion(0, 1, conf)
  put_proportion(1, 1, conf)
  put_proportion(123456, 1000000, conf)
}

# Group x1 of n1 against reference x2 of n2. Newcombe's method 10 by its definition; Katz's and Woolf's interval.
put_two <- function(x1, n1, x2, n2, conf) {
  id <- sprintf("two.%d_of_%d.%d_of_%d.%g", x1, n1, x2, n2, conf)
  a <- wilson(x1, n1, conf)
  b <- wilson(x2, n2, conf)
  d <- a[1] - b[1]
  put_interval(paste0(id, ".risk_difference"), c(d, d - sqrt((a[1] - a[2])^2 + (b[3] - b[1])^2),
                                                 d + sqrt((a[3] - a[1])^2 + (b[1] - b[2])^2)))
  z <- c(0, -1, 1) * qnorm((1 + conf) / 2)
  ratio <- if (x1 > 0 && x2 > 0) exp(log(a[1] / b[1]) + z * sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)) else rep(NA, 3)
  put_interval(paste0(id, ".risk_ratio"), ratio)
  cells <- c(x1, n1 - x1, x2, n2 - x2)
  odds <- if (all(cells > 0)) exp(log(cells[1] / cells[2] * cells[4] / cells[3]) + z * sqrt(sum(1 / cells))) else rep(NA, 3)
  put_interval(paste0(id, ".odds_ratio"), odds)
}
for (conf in c(0.9, 0.95)) {
  put_two(56, 70, 48, 80, conf)  # Newcombe's examples
  put_two(9, 10, 3, 10, conf)
  put_two(5, 56, 0, 29, conf)
  put_two(0, 10, 0, 20, conf)
  put_two(10, 10, 0, 20, conf)
  put_two(0, 12, 12, 12, conf)
  put_two(7, 7, 3, 9, conf)
  put_two(1, 1, 1, 2, conf)
  put_two(123456, 1000000, 98765, 2000000, conf)
}

# ---- regression ----------------------------------------------------------------------------------------------------

# A coefficient that grows without end: so does its standard error.
endless <- function(fit) {
  x <- model.matrix(fit)[, known_of(fit), drop = FALSE]
  found <- is.na(coef(fit))
  se <- sqrt(diag(summary(fit)$cov.unscaled))
  found[known_of(fit)] <- inherits(fit, "glm") & se * pmax(apply(x, 2, sd), 0.1) > 100
  found
}

put_model <- function(id, fit, names, variance = NULL, clusters = NULL, conf = 0.95, factors = list()) {
  is_glm <- inherits(fit, "glm")
  v <- if (is.null(variance)) vcov(fit)[known_of(fit), known_of(fit)] else variance
  df <- if (is_glm) Inf else if (is.null(clusters)) fit$df.residual else clusters - 1
  without_end <- endless(fit)
  for (i in seq_along(names)) {
    name <- names(coef(fit))[i + 1]
    b <- if (without_end[[name]]) NA else coef(fit)[[name]]
    se <- if (is.na(b)) NA else sqrt(v[name, name])
    limits <- b + c(0, -1, 1) * qt((1 + conf) / 2, df) * se
    stem <- paste0(id, ".", names[i])
    put_interval(paste0(stem, ".estimate"), if (is_glm) exp(limits) else limits)
    put(paste0(stem, ".coef"), b)
    put(paste0(stem, ".se"), se)
    put(paste0(stem, ".p_value"), 2 * pt(-abs(b / se), df))
  }
  for (factor in names(factors)) {
    columns <- names(coef(fit))[1 + match(factors[[factor]], names)]
    b <- coef(fit)[columns]
    statistic <- drop(b %*% solve(v[columns, columns], b))
    k <- length(b)
    if (!is_glm) statistic <- statistic / k
    p <- if (is_glm) pchisq(statistic, k, lower.tail = FALSE) else pf(statistic, k, df, lower.tail = FALSE)
    for (part in list(c("statistic", statistic), c("df", k), c("p_value", p))) {
      put(paste(id, "wald", factor, part[1], sep = "."), as.numeric(part[2]))
    }
  }
}

put_auc <- function(id, fit, conf) {
  found <- length(rows)
  put_roc(id, round(unname(predict(fit)), 9), fit$y == 1, low = FALSE, conf = conf)
  rows <<- rows[seq_len(found + 1)]  # the area only
}

# Every variant of a model of a public data set: of the model, robust, clustered, weighted, weighted and robust. A factor
# of several levels is tested as a whole: by Wald, and by the likelihood ratio where the variance is the model's.
variants <- function(name, kind, outcome, terms, d, cluster, conf = 0.95) {
  d <- d[complete.cases(d[c(outcome, terms)]), ]
  cluster <- cluster[as.integer(rownames(d))]
  weights <- rep(c(1, 2.5, 0.5), length.out = nrow(d))
  names <- unlist(lapply(terms, function(v) if (is.factor(d[[v]])) paste0(v, ".", levels(d[[v]])[-1]) else v))
  factors <- Filter(function(v) nlevels(d[[v]]) > 2, terms)
  columns <- sapply(factors, function(v) paste0(v, ".", levels(d[[v]])[-1]), simplify = FALSE)
  formula <- reformulate(terms, outcome)
  fit_of <- function(formula, w = NULL) {
    if (kind == "linear") {
      d$.w <- if (is.null(w)) 1 else w
      return(lm(formula, d, weights = .w))
    }
    suppressWarnings(glm_of(formula, d, if (kind == "logistic") binomial else poisson, w))
  }
  plain <- fit_of(formula)
  weighted <- fit_of(formula, weights)
  id <- paste("regression", name, kind, sep = ".")
  g <- length(unique(cluster))
  put_model(paste0(id, ".robust"), plain, names, robust(plain), NULL, conf, columns)
  put_model(paste0(id, ".clusters"), plain, names, robust(plain, cluster), g, conf, columns)
  put_model(paste0(id, ".weighted_clusters"), weighted, names, robust(weighted, cluster), g, conf, columns)
  if (kind == "poisson") {
    put_model(paste0(id, ".weighted"), weighted, names, robust(weighted), NULL, conf, columns)
    return(invisible())
  }
  put_model(paste0(id, ".model"), plain, names, NULL, NULL, conf, columns)
  put_model(paste0(id, ".weighted"), weighted, names, NULL, NULL, conf, columns)
  put_model(paste0(id, ".weighted_robust"), weighted, names, robust(weighted), NULL, conf, columns)
  put(paste0(id, ".model.log_likelihood"), as.numeric(logLik(plain)))
  if (kind == "linear") {
    put(paste0(id, ".weighted.log_likelihood"), as.numeric(logLik(weighted)))
    for (variant in list(list("model", plain), list("weighted", weighted))) {
      put(paste(id, variant[[1]], "r_squared", sep = "."), summary(variant[[2]])$r.squared)
      put(paste(id, variant[[1]], "r_squared_adjusted", sep = "."), summary(variant[[2]])$adj.r.squared)
    }
  } else {
    put_auc(paste0(id, ".model"), plain, conf)
    for (v in factors) {
      test <- anova(fit_of(reformulate(setdiff(terms, v), outcome)), plain, test = "Chisq")
      stem <- paste(id, "model.likelihood_ratio", v, sep = ".")
      put(paste0(stem, ".statistic"), test$Deviance[2])
      put(paste0(stem, ".df"), test$Df[2])
      put(paste0(stem, ".p_value"), test[["Pr(>Chi)"]][2])
    }
  }
}

public <- function(name, factors) {
  d <- read.csv(file.path(folder, "data", paste0(name, ".csv")))
  for (v in names(factors)) d[[v]] <- factor(d[[v]], factors[[v]])
  d
}
colons <- public("colon", list(rx = c("obs", "lev", "lev_5fu"), differ = 1:3, extent = 1:4))
livers <- public("pbc", list(stage = 1:4, trt = 1:2))
lungs <- public("lung", list(sex = c("male", "female"), ecog = 0:3))
for (kind in c("logistic", "poisson")) {
  variants("colon", kind, "event", c("rx", "nodes", "differ"), colons, colons$age)
  variants("lung", kind, "event", c("age", "sex", "wt_loss"), lungs, lungs$age, conf = 0.9)
}
variants("pbc", "linear", "bili", c("age", "stage", "trt"), livers, livers$age %/% 2)
variants("lung", "linear", "wt_loss", c("sex", "age"), lungs, lungs$age, conf = 0.9)

# Small and awkward: levels without events or with events only, also that of reference; separation, complete and nearly so.
awkward <- function(set, y, x, group) data.frame(set, y, x, group)
outcomes <- rbind(
  awkward("plain", c(1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1), c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8),
          rep(c("a", "b", "c"), 4)),
  awkward("level_without_events", c(1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0), c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7),
          rep(c("a", "b", "c"), c(5, 5, 4))),
  awkward("level_of_events", c(1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1), c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7),
          rep(c("a", "b", "c"), c(5, 5, 4))),
  awkward("reference_without_events", c(0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1), c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8),
          rep(c("a", "b", "c"), c(4, 4, 4))),
  awkward("complete_separation", c(0, 0, 0, 0, 1, 1, 1, 1), 1:8, rep(c("a", "b"), 4)),
  awkward("nearly_separated", c(0, 0, 0, 0, 1, 1, 1, 1), c(1, 2, 3, 4, 4, 5, 6, 7), rep(c("a", "b"), 4)),
  awkward("rare", rep(c(0, 1, 0), c(10, 3, 27)), c(1:20, 20:1), rep(c("a", "b"), 20)),
  awkward("huge_values", c(1, 0, 1, 1, 0, 0, 1, 0, 0, 1), 1e9 * c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3), rep(c("a", "b"), 5))
)
export <- function(name, frame) {
  file <- file(file.path(folder, "data", paste0(name, ".csv")), "wb")
  on.exit(close(file))
  frame[] <- lapply(frame, function(column) if (is.numeric(column)) sapply(column, text) else column)
  writeLines(c(paste(names(frame), collapse = ","), do.call(paste, c(unname(frame), sep = ","))), file)
}
export("outcomes", outcomes)
for (set in unique(outcomes$set)) {
  d <- outcomes[outcomes$set == set, ]
  d$group <- factor(d$group)
  names <- c("x", paste0("group.", levels(d$group)[-1]))
  id <- paste("awkward_regression", set, sep = ".")
  for (kind in c("logistic", "poisson")) {
    fit <- glm_of(y ~ x + group, d, if (kind == "logistic") binomial else poisson)
    put_model(paste(id, kind, sep = "."), fit, names, if (kind == "poisson") robust(fit))
  }
  put_model(paste0(id, ".linear"), lm(x ~ group, d), names[-1])
}

# ---- a number in two and more groups -------------------------------------------------------------------------------

put_test <- function(id, test, df = FALSE) {
  put(paste0(id, ".statistic"), unname(test$statistic))
  if (df) for (i in seq_along(test$parameter)) put(paste0(id, c(".df", ".df_residual")[i]), unname(test$parameter)[i])
  put(paste0(id, ".p_value"), test$p.value)
}

# The shift is the median of all differences, as defined; its limits are wilcox.test's, solved to the end.
put_groups <- function(id, groups, conf = 0.95) {
  x <- unlist(groups)
  g <- factor(rep(seq_along(groups), lengths(groups)))
  put_test(paste0(id, ".anova"), oneway.test(x ~ g, var.equal = TRUE), df = TRUE)
  if (all(sapply(groups, var) > 0)) put_test(paste0(id, ".welch_anova"), oneway.test(x ~ g), df = TRUE)
  put_test(paste0(id, ".kruskal_wallis"), kruskal.test(x, g), df = TRUE)
  if (length(groups) > 2) return(invisible())
  a <- groups[[1]]
  b <- groups[[2]]
  welch <- t.test(a, b, conf.level = conf)
  put_test(paste0(id, ".welch_t"), welch, df = TRUE)
  put_test(paste0(id, ".student_t"), t.test(a, b, var.equal = TRUE), df = TRUE)
  put_interval(paste0(id, ".difference_of_means"), c(mean(a) - mean(b), welch$conf.int))
  achieved <- TRUE
  ranks <- withCallingHandlers(
    wilcox.test(a, b, conf.int = TRUE, conf.level = conf, tol.root = 1e-13),
    warning = function(w) {
      if (grepl("not achievable", conditionMessage(w))) achieved <<- FALSE
      invokeRestart("muffleWarning")
    }
  )
  put_test(paste0(id, ".mann_whitney"), ranks)
  put_interval(paste0(id, ".hodges_lehmann"), c(median(outer(a, b, "-")), if (achieved) ranks$conf.int else c(NA, NA)))
}

small <- list(
  without_ties = list(c(1.1, 2.3, 3.5, 0.4, 2.2, 7.1), c(3.1, 4.4, 5.2, 6.1, 2.9)),
  ties = list(c(1, 2, 2, 3, 5, 5, 8), c(2, 3, 3, 5, 9, 9, 10, 12)),
  far_from_zero = list(1e9 + c(1, 2, 4, 7, 3), 1e9 + c(5, 8, 6, 9.5)),
  one_constant = list(c(4, 4, 4, 4), c(1, 2, 6, 7, 9)),
  smallest = list(c(1, 2), c(3, 4.5)),
  forty_nine = list((1:49 * 37) %% 101, (1:49 * 53) %% 103 + 0.5),
  fifty = list((1:50 * 37) %% 101, (1:50 * 53) %% 103 + 0.5),
  three = list(c(1, 2, 2, 3, 5, 5, 8), c(2, 3, 3, 5, 9, 9, 10, 12), c(7, 1, 4, 4)),
  four = list(c(0.5, 1.5), c(100, 250, 300), c(1, 2, 3, 4, 5), c(-10, 10, 0))
)
groups <- do.call(rbind, unlist(lapply(names(small), function(name) lapply(seq_along(small[[name]]), function(i) {
  data.frame(set = name, group = i, value = small[[name]][[i]])
})), recursive = FALSE))
export("groups", groups)
for (name in names(small)) put_groups(paste0("groups.", name), small[[name]], if (name == "ties") 0.9 else 0.95)
by_level <- function(d, value, group) split(d[[value]], d[[group]])
put_groups("groups_of.lung.age.by.sex", by_level(lungs[!is.na(lungs$age), ], "age", "sex"))
put_groups("groups_of.colon.nodes.by.rx", by_level(colons[!is.na(colons$nodes), ], "nodes", "rx"))
put_groups("groups_of.pbc.bili.by.stage", by_level(livers[!is.na(livers$bili), ], "bili", "stage"))

# ---- standardised mean differences ---------------------------------------------------------------------------------

# As tableone::ExtractSmd: of numbers by the mean of both variances, of categories by the generalised inverse of the
# mean multinomial covariance of all levels but the first. Weighted variances as Austin and Stuart (2015).
smd_number <- function(x, y, wx = rep(1, length(x)), wy = rep(1, length(y))) {
  m <- function(x, w) sum(w * x) / sum(w)
  v <- function(x, w) sum(w) / (sum(w)^2 - sum(w^2)) * sum(w * (x - m(x, w))^2)
  abs(m(x, wx) - m(y, wy)) / sqrt((v(x, wx) + v(y, wy)) / 2)
}
smd_category <- function(a, b) {
  p <- (a / sum(a))[-1]
  q <- (b / sum(b))[-1]
  covariance <- function(p) diag(p, length(p)) - outer(p, p)
  s <- (covariance(p) + covariance(q)) / 2
  spectrum <- eigen(s, symmetric = TRUE)
  kept <- spectrum$values > 1e-12
  inverse <- spectrum$vectors[, kept, drop = FALSE] %*% (t(spectrum$vectors[, kept, drop = FALSE]) / spectrum$values[kept])
  sqrt(drop((p - q) %*% inverse %*% (p - q)))
}
largest <- function(groups, smd) max(combn(length(groups), 2, function(pair) smd(groups[[pair[1]]], groups[[pair[2]]])))
for (name in setdiff(names(small), "smallest")) put(paste0("smd.groups.", name), largest(small[[name]], smd_number))
known <- lungs[!is.na(lungs$wt_loss), ]
put("smd.lung.wt_loss.sex", largest(by_level(known, "wt_loss", "sex"), smd_number))
put("smd.colon.nodes.rx", largest(by_level(colons[!is.na(colons$nodes), ], "nodes", "rx"), smd_number))
weights <- lapply(small$ties, function(x) rep(c(1, 2.5, 0.5), length.out = length(x)))
put("smd.weighted.ties", smd_number(small$ties[[1]], small$ties[[2]], weights[[1]], weights[[2]]))
for (pair in list(c("colon", "differ", "rx"), c("colon", "extent", "rx"), c("pbc", "stage", "trt"), c("lung", "ecog", "sex"))) {
  d <- list(colon = colons, pbc = livers, lung = lungs)[[pair[1]]]
  counts <- table(d[[pair[3]]], d[[pair[2]]])
  put(paste(c("smd", pair), collapse = "."), largest(split(counts, row(counts)), smd_category))
}

# ---- trend ---------------------------------------------------------------------------------------------------------

put_trend <- function(events, n, scores = seq_along(n)) {
  id <- paste(c("trend", sprintf("%d_of_%d", events, n), "scores", scores), collapse = ".")
  test <- prop.trend.test(events, n, scores)
  put(paste0(id, ".statistic"), unname(test$statistic))
  put(paste0(id, ".p_value"), test$p.value)
}
put_trend(c(83, 90, 129, 70), c(86, 93, 136, 82))
put_trend(c(83, 90, 129, 70), c(86, 93, 136, 82), c(0, 0, 1, 5))
put_trend(c(0, 3, 12), c(9, 8, 12))
put_trend(c(1000, 1100, 1250), c(100000, 100000, 100000), c(1, 10, 100))

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "outcomes.csv"), "outcomes.R")
