# The data of this study: every fourth patient of `mgus2` in R's package survival. Rscript mgus.R writes mgus.csv here.
suppressMessages(library(survival))
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
d <- mgus2[mgus2$id %% 4 == 0, c("id", "age", "sex", "hgb", "mspike", "ptime", "pstat", "futime", "death")]
names(d) <- c("id", "age", "sex", "hemoglobin", "m_protein", "months_to_progression", "progressed", "months", "died")
d$sex <- ifelse(d$sex == "F", "female", "male")
write.csv(d, file.path(here, "mgus.csv"), row.names = FALSE, quote = FALSE, na = "")
