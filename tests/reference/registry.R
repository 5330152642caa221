# The main numbers of the study of tests/studies/registry: unadjusted, weighted, matched and adjusted, a second time.
# Rscript tests/reference/registry.R tests/studies/registry/data/rotterdam.csv FOLDER writes FOLDER/registry.csv.
arguments <- commandArgs(TRUE)
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

d <- read.csv(arguments[1])
d$z <- d$hormonal == "yes"
d$menopause <- factor(d$menopause, c("pre", "post"))
d$size <- factor(d$size, c("to_20", "to_50", "over_50"))
d$grade <- factor(d$grade)
d$log_pgr <- log2(d$pgr + 1)
bend <- function(x) { # Harrell's restricted cubic spline with three knots
  k <- quantile(x, c(0.1, 0.5, 0.9), names = FALSE)
  cube <- function(at) pmax(x - at, 0)^3
  (cube(k[1]) - cube(k[2]) * (k[3] - k[1]) / (k[3] - k[2]) + cube(k[3]) * (k[2] - k[1]) / (k[3] - k[2])) / (k[3] - k[1])^2
}
p <- d[complete.cases(d[c("hormonal", "log_pgr")]), ]
fit <- glm(z ~ year + bend(year) + age + bend(age) + menopause + size + grade + nodes + bend(nodes) + log_pgr + chemotherapy,
           binomial, p, control = to_the_end)
p$w <- with(p, ifelse(z, 1 - fitted(fit), fitted(fit)))
put("score.overlap.n", nrow(p))
put("score.overlap.missing", nrow(d) - nrow(p))
put("score.overlap.parameters", length(coef(fit)) - 1)
for (group in c("no", "yes")) {
  w <- p$w[p$hormonal == group]
  put(paste("weights.overlap", group, "effective_n", sep = "."), sum(w)^2 / sum(w^2))
}
smd <- function(x, w) {
  v <- function(x) if (all(x %in% 0:1)) mean(x) * (1 - mean(x)) else var(x)
  (weighted.mean(x[p$z], w[p$z]) - weighted.mean(x[!p$z], w[!p$z])) / sqrt((v(x[p$z]) + v(x[!p$z])) / 2)
}
for (name in c("year", "age", "nodes", "log_pgr")) {
  put(paste0("balance.overlap.", name, ".smd.before"), smd(p[[name]], rep(1, nrow(p))))
  put(paste0("balance.overlap.", name, ".mean_yes.after"), weighted.mean(p[[name]][p$z], p$w[p$z]))
}
for (level in levels(p$size)) put(paste0("balance.overlap.size.", level, ".smd.before"), smd(as.numeric(p$size == level), rep(1, nrow(p))))

put_groups <- function(id, p) {
  for (group in c("no", "yes")) {
    g <- p[p$hormonal == group, ]
    found <- survfit(Surv(rfs_months, rfs_event) ~ 1, g, weights = w, robust = TRUE, conf.type = "log-log")
    stem <- paste(id, group, sep = ".")
    put(paste0(stem, ".n"), nrow(g))
    put(paste0(stem, ".events"), sum(g$rfs_event))
    put_interval(paste0(stem, ".median"), summary(found)$table[c("median", "0.95LCL", "0.95UCL")])
    for (year in c(5, 10)) {
      at <- summary(found, 12 * year)
      put_interval(sprintf("%s.rate.%dy", stem, year), 100 * c(at$surv, at$lower, at$upper))
    }
  }
  control <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 60))
  found <- coxph(Surv(rfs_months, rfs_event) ~ z, p, weights = w, robust = TRUE, control = control)
  put(paste0(id, ".robust_score.statistic"), drop(found$rscore))
  ratio <- exp(coef(found) + c(0, -1, 1) * qnorm(0.975) * sqrt(vcov(found)[1, 1]))
  put_interval(paste0(id, ".cox.yes.hazard_ratio"), ratio)
  ratio
}
ratio <- put_groups("rfs.weighted.by_hormonal", p)
as_risk <- function(x) { x <- max(x, 1 / x); (1 - 0.5^sqrt(x)) / (1 - 0.5^sqrt(1 / x)) } # more than 15% have the event
e_of <- function(rr) rr + sqrt(rr * (rr - 1))
put("rfs.weighted.by_hormonal.cox.yes.e_value", e_of(as_risk(ratio[1])))
put("rfs.weighted.by_hormonal.cox.yes.e_value_limit", e_of(as_risk(ratio[3])))

found <- cox(Surv(rfs_months, rfs_event) ~ z, d)
put_cox("rfs.by_hormonal.cox", found, "yes")
found <- cox(Surv(rfs_months, rfs_event) ~ z + I(year / 5) + I(age / 10) + menopause + size + grade + nodes + log_pgr + chemotherapy, p)
put_cox("rfs.adjusted_cox", found, c("hormonal.yes", "year", "age", "menopause.post", "size.to_50", "size.over_50", "grade.3",
                                     "nodes", "log_pgr", "chemotherapy.yes"))
write_rows(rows, c("id", "value", "conf_low", "conf_high"), file.path(arguments[2], "registry.csv"), "registry.R")
