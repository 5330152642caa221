# Statistics of five public data sets of `survival` and of small awkward ones, whose data are written beside them.
# Rscript tests/reference/datasets.R FOLDER writes FOLDER/data/*.csv and FOLDER/values/datasets*.csv.
folder <- commandArgs(TRUE)[1]
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "statistics.R"))

# ---- public data ---------------------------------------------------------------------------------------------------

sexes <- c("male", "female")
lungs <- with(lung, data.frame(
  time, event = as.integer(status == 2), age, sex = factor(sexes[sex], sexes), ecog = factor(ph.ecog), wt_loss = wt.loss
))
veterans <- with(veteran, data.frame(
  time, event = status, trt = factor(trt), celltype, karno, age, prior = factor(prior)
))
ovaries <- with(ovarian, data.frame(
  time = futime, event = fustat, age, rx = factor(rx), residual = factor(resid.ds), ecog = factor(ecog.ps)
))
colons <- with(colon[colon$etype == 2, ], data.frame(
  time, event = status, rx = factor(tolower(sub("+", "_", rx, fixed = TRUE)), c("obs", "lev", "lev_5fu")),
  age, nodes, differ = factor(differ), extent = factor(extent)
))
livers <- with(pbc, data.frame(
  time, event = as.integer(status == 2), trt = factor(trt), age, bili, stage = factor(stage), edema = factor(edema)
))

# `by` are the groups, each tested once more within `strata`; `model` the terms of the Cox model, `product` a pair.
describe <- function(name, d, by, strata, model, product, numbers, cross, marker, low, conf = 0.95) {
  export(name, d)
  event <- d$event == 1
  at <- c(unname(quantile(d$time, 0:10 / 10, type = 1)), max(d$time) + 1)
  survival <- function(id, of) {
    put_interval(paste0(id, ".median"), median_of(kaplan_meier(d$time[of], event[of], conf)))
    put_interval(paste0(id, ".follow_up"), median_of(kaplan_meier(d$time[of], !event[of], conf)))
    put_curve(id, d$time[of], event[of], at, conf)
    put_other_scales(id, d$time[of], event[of], conf)
  }
  survival(name, rep(TRUE, nrow(d)))
  for (i in seq_along(by)) {
    group <- by[i]
    known <- !is.na(d[[group]])
    for (level in levels(d[[group]])) survival(paste(name, group, level, sep = "."), known & d[[group]] %in% level)
    put_log_rank(paste0(name, ".", group, ".log_rank"), d$time[known], event[known], d[[group]][known])
    put_zph_by(paste(name, group, "proportional_hazards", sep = "."),
               cox(Surv(time, event) ~ group, data.frame(time = d$time, event, group = d[[group]])[known, ]),
               levels(d[[group]])[-1])
    stratum <- d[[strata[i]]]
    known <- known & !is.na(stratum)
    stem <- paste0(name, ".", group, ".log_rank_by_", strata[i])
    put_log_rank(stem, d$time[known], event[known], d[[group]][known], stratum[known])
  }

  complete <- d[complete.cases(d[model]), ]
  fit <- cox(reformulate(model, quote(Surv(time, event))), complete)
  names <- unlist(lapply(model, function(v) if (is.factor(d[[v]])) paste0(v, ".", levels(d[[v]])[-1]) else v))
  put_cox(paste0(name, ".cox"), fit, names, conf, more = TRUE)
  put_zph(paste0(name, ".proportional_hazards"), fit, c(model, "global"))
  for (v in model) {
    if (nlevels(d[[v]]) < 3) next
    without <- cox(reformulate(setdiff(model, v), quote(Surv(time, event))), complete)
    put_likelihood_ratio(paste0(name, ".cox.likelihood_ratio.", v), without, fit)
  }
  complete <- d[complete.cases(d[product]), ]
  main <- cox(reformulate(product, quote(Surv(time, event))), complete)
  larger <- cox(reformulate(paste(product, collapse = "*"), quote(Surv(time, event))), complete)
  test <- likelihood_ratio(main, larger)
  for (part in names(test)) put(paste(name, "interaction", part, sep = "."), test[[part]])

  for (number in numbers) {
    put(paste(name, number, "n", sep = "."), sum(!is.na(d[[number]])))
    put_moments(paste0(name, ".", number), d[[number]])
  }
  put_table(paste(name, cross[1], "by", cross[2], sep = "."), table(d[[cross[1]]], d[[cross[2]]]))
  known <- !is.na(d[[marker]])
  put_roc(paste(name, "roc", marker, sep = "."), d[[marker]][known], event[known], low, conf)
}
describe("lung", lungs, by = c("sex", "ecog"), strata = c("ecog", "sex"), model = c("age", "sex", "ecog"),
         product = c("age", "sex"), numbers = c("age", "wt_loss"), cross = c("ecog", "sex"),
         marker = "age", low = FALSE, conf = 0.9)
describe("veteran", veterans, by = c("trt", "celltype"), strata = c("prior", "prior"),
         model = c("celltype", "karno", "trt"), product = c("trt", "celltype"), numbers = c("karno", "age"),
         cross = c("celltype", "trt"), marker = "karno", low = TRUE)
describe("ovarian", ovaries, by = "rx", strata = "residual", model = c("age", "rx"), product = c("rx", "residual"),
         numbers = "age", cross = c("ecog", "rx"), marker = "age", low = FALSE)
describe("colon", colons, by = c("rx", "extent"), strata = c("differ", "differ"), model = c("rx", "nodes", "differ"),
         product = c("rx", "nodes"), numbers = c("age", "nodes"), cross = c("extent", "rx"),
         marker = "nodes", low = FALSE)
describe("pbc", livers, by = c("trt", "stage"), strata = c("edema", "edema"), model = c("age", "bili", "stage", "trt"),
         product = c("trt", "age"), numbers = c("bili", "age"), cross = c("stage", "trt"), marker = "bili", low = FALSE)

# ---- small and awkward ---------------------------------------------------------------------------------------------

case <- function(set, time, event, group = NA, x = NA, stratum = NA) data.frame(set, time, event, group, x, stratum)
awkward <- rbind(
  case("small", c(1, 2, 3, 4, 4, 5), c(0, 1, 1, 0, 1, 1)),
  case("flat", 1:4, c(1, 1, 0, 1)),                                    # one half from 2 to 4
  case("flat_to_the_end", 1:4, c(1, 1, 0, 0)),
  case("flat_by_rounding", 1:12, c(1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1)),  # 0.5 but for the last bit
  case("not_reached", 1:6, c(1, 1, 0, 0, 0, 0)),
  case("no_events", c(3, 4, 9), 0, group = c("a", "b", "b"), x = c(1, 5, 2)),
  case("one_patient", 7, 1),
  case("at_time_zero", c(0, 0, 2), c(1, 0, 1)),
  case("tied_up_to_rounding", c(0.1 + 0.2, 0.3, 0.3, 0.5), c(1, 1, 0, 1)),
  case("ties", c(2, 2, 2, 3, 3, 5, 5, 5, 5, 8), c(1, 1, 0, 1, 1, 1, 1, 1, 0, 1),
       group = c("a", "b", "b", "a", "b", "a", "b", "b", "a", "b"), x = c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3)),
  case("gone_before_the_first_event", c(1, 1, 3, 4, 5, 6, 7, 8), c(0, 0, 1, 1, 0, 1, 1, 1),
       group = c("c", "c", "a", "b", "a", "b", "a", "b"), x = c(2, 7, 4, 1, 3, 8, 6, 5)),
  case("arm_without_events", c(5, 8, 12, 3, 9, 7, 6, 10), c(1, 1, 1, 1, 0, 0, 0, 0),
       group = c("a", "a", "a", "a", "a", "b", "b", "b"), x = c(1, 4, 2, 6, 3, 5, 9, 1)),
  # A stratum of one group, one without events, one in which group c leaves before the first event, one with ties.
  case("strata", c(2, 4, 4, 7, 3, 5, 9, 1, 2, 3, 3, 6, 8, 8, 1, 1, 2, 2, 2, 4),
       c(1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1),
       group = c("a", "a", "a", "a", "a", "b", "b", "c", "a", "b", "a", "b", "a", "b", "a", "b", "a", "a", "b", "b"),
       x = c(5, 2, 8, 1, 4, 4, 7, 2, 9, 3, 6, 1, 5, 2, 7, 4, 3, 8, 1, 6),
       stratum = rep(c("one group", "no events", "early leaver", "ties"), c(4, 3, 7, 6)))
)
export("awkward", awkward)
for (set in unique(awkward$set)) {
  a <- awkward[awkward$set == set, ]
  id <- paste0("awkward.", set)
  fit <- kaplan_meier(a$time, a$event == 1)
  put_interval(paste0(id, ".median"), median_of(fit))
  put_interval(paste0(id, ".follow_up"), median_of(kaplan_meier(a$time, a$event == 0)))
  put_curve(id, a$time, a$event == 1, sort(unique(c(0, fit$time, max(a$time) + 1))))
  put_other_scales(id, a$time, a$event == 1)
  if (anyNA(a$group)) next
  put_log_rank(paste0(id, ".log_rank"), a$time, a$event == 1, a$group)
  if (!anyNA(a$stratum)) put_log_rank(paste0(id, ".log_rank_by_stratum"), a$time, a$event == 1, a$group, a$stratum)
  if (!any(a$event == 1)) next
  groups <- factor(a$group)
  put_zph_by(paste0(id, ".proportional_hazards_by_group"), cox(Surv(time, event) ~ groups, a), levels(groups)[-1])
  a$in_b <- as.numeric(a$group == "b")
  fit <- cox(Surv(time, event) ~ in_b + x, a)
  put_cox(paste0(id, ".cox"), fit, c("in_b", "x"), more = TRUE)
  put_zph(paste0(id, ".proportional_hazards"), fit, c("in_b", "x", "global"))
}

tables <- list(
  two_by_two = matrix(c(3, 1, 0, 9), 2), three_by_three = matrix(c(3, 1, 2, 4, 0, 5, 6, 1, 2), 3),
  all_equal = matrix(3, 2, 10), large = matrix(c(500, 400, 400, 500, 300, 300), 2),
  # Many patients, or many cells: R needs its workspace, the program here its pruning; the third has a table whose
  # probability is the observed one's but for a relative 2e-7.
  two_by_five = rbind(c(147, 197, 138, 263, 204), c(133, 194, 146, 217, 169)),
  four_by_four = rbind(c(13, 6, 15, 14), c(16, 2, 7, 15), c(7, 0, 6, 4), c(16, 3, 8, 10)),
  three_by_four = rbind(c(49, 31, 11, 48), c(37, 14, 18, 25), c(22, 11, 15, 19)),
  empty_row = matrix(c(3, 0, 1, 2, 0, 9), 3), one_column = matrix(c(4, 0, 7, 0), 2)
)
export("tables", do.call(rbind, lapply(names(tables), function(name) {
  t <- tables[[name]]
  data.frame(table = name, row = c(row(t)), column = c(col(t)), n = c(t))
})))
for (name in names(tables)) put_table(paste0("table.", name), tables[[name]])

write_values(file.path(folder, "values"), "datasets", "datasets.R")
