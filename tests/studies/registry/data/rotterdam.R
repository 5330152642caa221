# The patients of tests/studies/registry: node-positive women of the Rotterdam tumour bank, in R's survival package.
# Rscript rotterdam.R FILE writes them.
suppressMessages(library(survival))
d <- rotterdam[rotterdam$nodes > 0, ]
death_first <- d$recur == 0 & d$death == 1
out <- with(d, data.frame(
  patient = pid, year, age, menopause = ifelse(meno == 1, "post", "pre"),
  size = unname(c("<=20" = "to_20", "20-50" = "to_50", ">50" = "over_50")[as.character(size)]), grade, nodes, pgr, er,
  hormonal = ifelse(hormon == 1, "yes", "no"), chemotherapy = ifelse(chemo == 1, "yes", "no"),
  rfs_months = round(ifelse(recur == 1, rtime, dtime) / 30.4375, 2), rfs_event = as.integer(recur == 1 | death == 1),
  os_months = round(dtime / 30.4375, 2), died = death
))
# Receptor values are left out of every ninth patient treated before 1985, as in a registry that was begun on paper.
out$pgr[out$year < 1985 & out$patient %% 9 == 0] <- NA
out$er[out$year < 1985 & out$patient %% 9 == 0] <- NA
write.csv(out, commandArgs(TRUE)[1], row.names = FALSE, quote = FALSE, na = "")
