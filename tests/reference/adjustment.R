# Propensity scores, weights, balance, weighted survival, E-values and pooled estimates, in base R and `survival` alone.
# Rscript tests/reference/adjustment.R FOLDER writes FOLDER/data/hormones.csv and FOLDER/values/adjustment.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

# ---- data: 686 women of the German Breast Cancer Study Group, of whom 246 had hormonal treatment -------------------

hormones <- with(gbsg, data.frame(
  time = rfstime, event = status, exposed = hormon, age, meno, size, grade_2 = as.numeric(grade == 2),
  grade_3 = as.numeric(grade == 3), nodes, pgr, er
))
hormones$time <- ceiling(hormones$time / 30.4)  # months: many ties
export("hormones", hormones)
covariates <- c("age", "meno", "size", "grade_2", "grade_3", "nodes", "pgr", "er")

# ---- propensity score and weights ----------------------------------------------------------------------------------

fit <- glm(reformulate(covariates, "exposed"), binomial, hormones, epsilon = 1e-15, maxit = 100)
e <- fitted(fit)
z <- hormones$exposed == 1
put_each <- function(id, x, at = seq(1, length(x), by = 49)) for (i in at) put(sprintf("%s.%d", id, i), x[i])
put_each("score", e)
weights <- list(
  ATE = ifelse(z, 1 / e, 1 / (1 - e)), ATT = ifelse(z, 1, e / (1 - e)), ATC = ifelse(z, (1 - e) / e, 1),
  overlap = ifelse(z, 1 - e, e)
)
weights$stabilised <- weights$ATE * ifelse(z, mean(z), 1 - mean(z))
weights$truncated <- with(weights, pmin(pmax(ATE, quantile(ATE, 0.05)), quantile(ATE, 0.95)))
put_weights <- function(id, w) {
  put(paste0(id, ".n"), length(w))
  put(paste0(id, ".total"), sum(w))
  put(paste0(id, ".mean"), mean(w))
  put(paste0(id, ".sd"), sd(w))
  put(paste0(id, ".minimum"), min(w))
  put(paste0(id, ".maximum"), max(w))
  put(paste0(id, ".effective_n"), sum(w)^2 / sum(w^2))
}
for (name in names(weights)) {
  w <- weights[[name]]
  put_each(paste0("weights.", name), w)
  put_weights(paste0("weights.", name, ".all"), w)
  put_weights(paste0("weights.", name, ".exposed"), w[z])
  put_weights(paste0("weights.", name, ".unexposed"), w[!z])
}
put("within_range", sum(e >= 0.2 & e <= 0.6))
put("within_quantiles", sum(e >= quantile(e[z], 0.05) & e <= quantile(e[!z], 0.95)))
put("common_support", sum(e >= min(e[z]) & e <= max(e[!z])))

write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(folder, "values", "adjustment.csv"), "adjustment.R")
