# Every number of the study of tests/studies/registry but those of imputed values, a second time, from its data file alone.
# Rscript tests/reference/registry.R tests/studies/registry/data/rotterdam.csv FOLDER writes FOLDER/registry.csv.
arguments <- commandArgs(TRUE)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
source(file.path(here, "statistics.R"))
source(file.path(here, "propensity.R"))
need_or_keep("MatchIt", "values/registry.csv", dirname(normalizePath(arguments[2])), here)

d <- read.csv(arguments[1])
levels <- list(menopause = c("pre", "post"), size = c("to_20", "to_50", "over_50"), grade = c("2", "3"),
               hormonal = c("no", "yes"), chemotherapy = c("no", "yes"), rfs_event = c("0", "1"))
for (name in names(levels)) d[[name]] <- factor(d[[name]], levels[[name]])
d$log_pgr <- log2(d$pgr + 1)
d$group <- d$hormonal
d$z <- d$group == "yes"
d$months <- d$rfs_months
d$event <- as.numeric(d$rfs_event == "1")
landmarks <- c(5, 10)

# ---- who was studied -----------------------------------------------------------------------------------------------

put("flow.reviewed", nrow(d))
put("flow.excluded", 0) # the study declares no criteria
put("flow.analysed", nrow(d))
for (name in c("year", "age", "nodes", "pgr", "rfs_months", "log_pgr", names(levels))) {
  put_description(name, d[[name]])
  for (level in levels(d$group)) put_description(paste0(name, ".by_hormonal.", level), d[[name]][d$group == level])
}
for (name in c("age", "menopause", "size", "grade", "nodes", "pgr", "chemotherapy")) {
  known <- d[!is.na(d[[name]]), ]
  put(paste0(name, ".by_hormonal.smd"), smd(known[[name]], known$group))
}
put_percent("imputation.patients", sum(is.na(d$pgr)), nrow(d))
put_percent("pgr.imputed", sum(is.na(d$pgr)), nrow(d))

# ---- scores, weights, pairs ----------------------------------------------------------------------------------------

chance <- z ~ year + bend(year) + age + bend(age) + menopause + size + grade + nodes + bend(nodes) + log_pgr + chemotherapy
covariates <- c("year", "age", "menopause", "size", "grade", "nodes", "log_pgr", "chemotherapy")
overlap <- scored("overlap", chance, d)
overlap$w <- with(overlap, ifelse(z, 1 - e, e))
put_weights("overlap", overlap)
put_balance("overlap", overlap, overlap$w, covariates, "overlap")
pairs <- matched("pairs", scored("pairs", chance, d), z ~ age, 1, 0.2)
put_balance("pairs", pairs, pairs$w, covariates, "ATT")
put("flow.pairs", sum(pairs$w > 0))
put("flow.pairs.unknown", nrow(d) - nrow(pairs))

# ---- recurrence-free survival: unadjusted, weighted, matched -------------------------------------------------------

put_crude <- function(id, d) {
  put(paste0(id, ".n"), nrow(d))
  put(paste0(id, ".events"), sum(d$event))
  put(paste0(id, ".censored"), sum(1 - d$event))
  fit <- kaplan_meier(d$months, d$event)
  put_interval(paste0(id, ".median"), median_of(fit))
  for (year in landmarks) put_interval(sprintf("%s.rate.%dy", id, year), 100 * as.vector(survival_at(fit, 12 * year)))
}
put_crude("rfs", d)
for (level in levels(d$group)) put_crude(paste0("rfs.by_hormonal.", level), d[d$group == level, ])
put_log_rank("rfs.by_hormonal.log_rank", d$months, d$event, d$group)
crude <- cox(Surv(months, event) ~ group, d)
put_cox("rfs.by_hormonal.cox", crude, "yes")
put_zph_by("rfs.by_hormonal.proportional_hazards", crude, "yes")
put_survival("rfs.weighted.by_hormonal", overlap, e_value = TRUE)
put_survival("rfs.paired.by_hormonal", pairs)

# ---- adjusted models -----------------------------------------------------------------------------------------------

put_patients <- function(id, d, parameters) {
  put(paste0(id, ".n"), nrow(d))
  put(paste0(id, ".events"), sum(d$event))
  put(paste0(id, ".parameters"), parameters)
  put(paste0(id, ".events_per_parameter"), sum(d$event) / parameters)
  for (name in setdiff(names(levels), "rfs_event")) {
    for (level in levels[[name]]) {
      of <- d[[name]] == level
      put(paste(id, name, level, "n", sep = "."), sum(of))
      put(paste(id, name, level, "events", sep = "."), sum(d$event[of]))
    }
  }
}
known <- d[complete.cases(d[covariates]), ]
adjusted <- cox(Surv(months, event) ~ hormonal + I(year / 5) + I(age / 10) + menopause + size + grade + nodes + log_pgr + chemotherapy,
                known)
put_patients("rfs.adjusted_cox", known, length(coef(adjusted)))
put_cox("rfs.adjusted_cox", adjusted, c("hormonal.yes", "year", "age", "menopause.post", "size.to_50", "size.over_50", "grade.3",
                                        "nodes", "log_pgr", "chemotherapy.yes"))
put_likelihood_ratio("rfs.adjusted_cox.likelihood_ratio.size", cox(update(formula(adjusted), . ~ . - size), known), adjusted)
put_zph("rfs.adjusted_cox.proportional_hazards", adjusted, c("hormonal", covariates, "global"))

# Imputed is pgr alone, so that the model has all patients; its ratios depend on the draws.
put_patients("rfs.adjusted_imputed", d, length(coef(adjusted)))
put_percent("rfs.adjusted_imputed.imputed", sum(is.na(d$pgr)), nrow(d))
put("rfs.adjusted_imputed.wald.size.df", nlevels(d$size) - 1)
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "registry.csv"), "registry.R")
