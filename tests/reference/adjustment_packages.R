# Matched sets by MatchIt, weighted regression by survey, imputed data sets and their pooled estimates by mice.
# Rscript tests/reference/adjustment_packages.R FOLDER writes FOLDER/values/adjustment_packages.csv and
# FOLDER/data/imputed.csv, after adjustment.R, whose data it reads.
#
# The packages are no part of base R (on Debian and Ubuntu: r-cran-matchit, r-cran-survey, r-cran-mice, r-cran-mitml). Where one is
# absent, the committed files are taken as they are.
folder <- commandArgs(TRUE)[1]
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "statistics.R"))
need_or_keep(c("MatchIt", "survey", "mice", "mitml"), c("values/adjustment_packages.csv", "data/imputed.csv"), folder, here)

hormones <- read.csv(file.path(folder, "data", "hormones.csv"))
covariates <- c("age", "meno", "size", "grade_2", "grade_3", "nodes", "pgr", "er")
formula <- reformulate(covariates, "exposed")
fit <- glm(formula, binomial, hormones, epsilon = 1e-15, maxit = 100)
logit <- predict(fit)

# ---- matched sets: of each matched patient the first exposed patient of the set ------------------------------------

# By a matrix of distances: MatchIt 4.5.1 does not take the nearest where the distance is a vector (of the 9th patient,
# in the order of the data, at 0.005 on the logit one at 0.0003 being left). A matrix allows only the order of the rows,
# which are therefore brought into that order. Logits that differ in the last bit only are made equal.
logit <- round(logit, 9)
put_matched <- function(id, ratio, caliper, order) {
  z <- hormones$exposed == 1
  chooses <- switch(order, data = which(z), largest = which(z)[order(-logit[z])], smallest = which(z)[order(logit[z])])
  d <- hormones[c(chooses, which(!z)), ]
  distances <- abs(outer(logit[rownames(d)], logit[rownames(d)], "-"))
  m <- suppressWarnings(matchit(formula, d, distance = distances, ratio = ratio, m.order = "data", std.caliper = FALSE,
                                caliper = if (!is.null(caliper)) caliper * sd(logit)))
  pairs <- m$match.matrix
  for (i in seq_len(nrow(pairs))) {
    others <- sort(as.integer(pairs[i, !is.na(pairs[i, ])]))
    put_text(sprintf("%s.set.%s", id, rownames(pairs)[i]), if (length(others)) paste(others, collapse = " ") else "none")
  }
  put(paste0(id, ".n"), sum(m$weights > 0))
  put(paste0(id, ".effective_n"), sum(m$weights[m$treat == 0])^2 / sum(m$weights[m$treat == 0]^2))
  found <- summary(m, standardize = TRUE)
  for (name in covariates) {
    stem <- paste(id, "balance", name, sep = ".")
    for (side in c("before", "after")) {
      row <- if (side == "before") found$sum.all[name, ] else found$sum.matched[name, ]
      put(paste(stem, side, "mean_exposed", sep = "."), row[["Means Treated"]])
      put(paste(stem, side, "mean_unexposed", sep = "."), row[["Means Control"]])
      put(paste(stem, side, "difference", sep = "."), row[["Std. Mean Diff."]])
      ratio_ <- if (all(hormones[[name]] %in% 0:1)) NA else row[["Var. Ratio"]]
      put(paste(stem, side, "variance_ratio", sep = "."), ratio_)
    }
  }
}
for (order in c("largest", "smallest", "data")) {
  put_matched(paste0("matched.1.0.2.", order), 1, 0.2, order)
  put_matched(paste0("matched.1.none.", order), 1, NULL, order)
  put_matched(paste0("matched.3.0.05.", order), 3, 0.05, order)
  put_matched(paste0("matched.2.0.5.", order), 2, 0.5, order)
}

# ---- weighted logistic regression ----------------------------------------------------------------------------------

e <- fitted(fit)
hormones$w <- ifelse(hormones$exposed == 1, 1 / e, 1 / (1 - e))
design <- svydesign(~1, weights = ~w, data = hormones)
outcome <- svyglm(event ~ exposed + age, design, family = quasibinomial, epsilon = 1e-15, maxit = 100)
for (name in c("exposed", "age")) {
  put(paste0("svyglm.", name, ".coef"), coef(outcome)[[name]])
  put(paste0("svyglm.", name, ".se"), sqrt(vcov(outcome)[name, name]))
}

# ---- Rubin's rules: the same models of the same completed data sets ------------------------------------------------

# 200 patients of pbc; missing values are taken from other patients, by a rule and not by chance: five data sets.
pbc_ <- with(pbc[1:200, ], data.frame(
  time, event = as.numeric(status == 2), age, albumin, chol, copper, spiders, late = as.numeric(stage == 4)
))
gone <- function(x, shift) ifelse(seq_along(x) %% 7 == shift, NA, x)
pbc_ <- transform(pbc_, albumin = gone(albumin, 2), late = gone(late, 4), spiders = gone(spiders, 5))
completed <- lapply(1:5, function(set) {
  as.data.frame(lapply(pbc_, function(x) {
    from <- x[!is.na(x)]
    at <- which(is.na(x))
    x[at] <- from[(at * 13 * set + 5 * set^2) %% length(from) + 1]
    x
  }))
})
export("imputed", cbind(set = rep(1:5, each = 200), do.call(rbind, completed)))
put_pooled <- function(id, fits) {
  pooled <- pool(as.mira(fits))
  found <- summary(pooled, conf.int = TRUE)
  put(paste0(id, ".df_complete"), pooled$pooled$dfcom[1])
  for (i in which(found$term != "(Intercept)")) {
    stem <- paste(id, found$term[i], sep = ".")
    put_interval(stem, c(found$estimate[i], found[i, "2.5 %"], found[i, "97.5 %"]))
    put(paste0(stem, ".se"), found$std.error[i])
    put(paste0(stem, ".df"), found$df[i])
    put(paste0(stem, ".p_value"), found$p.value[i])
    put(paste0(stem, ".missing_information"), pooled$pooled$fmi[i])
    put(paste0(stem, ".missing_variance"), pooled$pooled$lambda[i])
  }
}
exact <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 60))
put_pooled("pool.cox", lapply(completed, function(d) {
  coxph(Surv(time, event) ~ age + albumin + chol + spiders + late, d, control = exact)
}))
put_pooled("pool.linear", lapply(completed, function(d) lm(albumin ~ age + copper + spiders + late, d)))
put_pooled("pool.logistic", lapply(completed, function(d) {
  glm(late ~ age + albumin + copper, binomial, d, epsilon = 1e-15, maxit = 100)
}))

# Several terms together, by D1: with Reiter's degrees of freedom, and with those of a large sample (mitml's).
put_d1 <- function(id, larger, smaller) {
  for (sample in c("small", "large")) {
    test <- if (sample == "small") D1(as.mira(larger), as.mira(smaller))$result else
      mitml::testModels(larger, smaller, method = "D1")$test
    stem <- paste(id, sample, sep = ".")
    put(paste0(stem, ".statistic"), test[1])
    put(paste0(stem, ".df"), test[2])
    put(paste0(stem, ".df_residual"), test[3])
    put(paste0(stem, ".p_value"), test[4])
  }
}
cox_of <- function(formula) lapply(completed, function(d) coxph(formula, d, control = exact))
put_d1("d1.cox", cox_of(Surv(time, event) ~ age + albumin + chol + spiders + late), cox_of(Surv(time, event) ~ age))
put_d1("d1.cox.two", cox_of(Surv(time, event) ~ age + albumin + chol + spiders + late),
       cox_of(Surv(time, event) ~ age + chol + late))
put_d1("d1.linear", lapply(completed, function(d) lm(albumin ~ age + copper + spiders + late, d)),
       lapply(completed, function(d) lm(albumin ~ age + copper, d)))
glm_of <- function(formula) lapply(completed, function(d) glm(formula, binomial, d, epsilon = 1e-15, maxit = 100))
put_d1("d1.logistic", glm_of(late ~ age + albumin + copper), glm_of(late ~ age))

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "adjustment_packages.csv"),
           "adjustment_packages.R")
