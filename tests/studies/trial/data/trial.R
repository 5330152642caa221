# SYNTHETIC data: a made-up randomised trial of three arms. No patient, no drug and no result in it exists.
# Rscript trial.R writes trial.csv here: the same bytes each time (a seeded generator; numbers are rounded).
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20260601)

screened <- 372
start <- as.Date("2018-03-01")
cut_off <- as.Date("2023-06-30")
pick <- function(n, levels, p) sample(levels, n, TRUE, p)

# ---- screening ------------------------------------------------------------------------------------------------------
d <- data.frame(id = sprintf("P%03d", seq_len(screened)))
d$screening <- pick(screened, c("eligible", "ineligible", "declined"), c(0.9, 0.06, 0.04))
entered <- d$screening == "eligible"
n <- sum(entered)

# ---- at randomisation: blocks of six within region ------------------------------------------------------------------
of <- data.frame(row = which(entered))
of$region <- pick(n, c("north", "south", "east"), c(0.4, 0.35, 0.25))
of$arm <- NA
for (region in unique(of$region)) {
  here_n <- sum(of$region == region)
  blocks <- replicate(ceiling(here_n / 6), sample(rep(c("control", "low", "high"), 2)))
  of$arm[of$region == region] <- as.vector(blocks)[seq_len(here_n)]
}
of$randomised <- start + floor(runif(n, 0, 900))
of$age <- pmin(pmax(round(rnorm(n, 62, 10)), 24), 86)
of$sex <- pick(n, c("female", "male"), c(0.45, 0.55))
of$ecog <- pick(n, c("0", "1", "2"), c(0.42, 0.46, 0.12))
of$height <- round(rnorm(n, ifelse(of$sex == "male", 177, 164), 7))
of$weight <- round(of$height^2 / 1e4 * pmax(rnorm(n, 26, 4), 16.5), 1)
of$albumin <- round(rnorm(n, 39, 4.5), 1)
of$ldh <- round(exp(rnorm(n, log(230), 0.35)))
of$marker <- pick(n, c("negative", "positive"), c(0.6, 0.4))
of$marker[runif(n) < 0.05] <- NA
of$albumin[runif(n) < 0.04] <- NA
of$qol_0 <- round(pmin(pmax(rnorm(n, 62, 17), 0), 100))

# ---- treatment received ---------------------------------------------------------------------------------------------
of$received <- ifelse(runif(n) < 0.03, "no", "yes")
of$cycles <- ifelse(of$received == "yes", 1 + rpois(n, c(control = 5, low = 6, high = 6)[of$arm]), 0)
of$crossed <- ifelse(of$arm == "control" & of$received == "yes" & runif(n) < 0.05, "yes", "no")

# ---- response, toxicity, quality of life ----------------------------------------------------------------------------
effect <- c(control = 0, low = 0.55, high = 1.0)[of$arm]
positive <- !is.na(of$marker) & of$marker == "positive"
response <- runif(n) < plogis(-1.35 + effect + 0.5 * positive * (of$arm == "high") - 0.25 * (of$ecog == "2"))
complete <- response & runif(n) < 0.2
stable <- runif(n) < 0.55
of$best_response <- ifelse(complete, "CR", ifelse(response, "PR", ifelse(stable, "SD", "PD")))
of$best_response[of$received == "no"] <- "NE"
of$toxicity <- ifelse(of$received == "yes", ifelse(runif(n) < plogis(-1.4 + 0.75 * (of$arm == "high") + 0.2 * (of$arm == "low")), "yes", "no"), NA)
of$qol_12 <- round(pmin(pmax(of$qol_0 + rnorm(n, c(control = -3, low = 0, high = 1)[of$arm], 12), 0), 100))
of$qol_12[runif(n) < 0.14] <- NA

# ---- progression and death, in days ---------------------------------------------------------------------------------
hazard <- exp(-0.30 * (of$arm == "low") - 0.55 * (of$arm == "high") - 0.35 * (of$arm == "high" & positive) +
              0.35 * (of$ecog == "1") + 0.75 * (of$ecog == "2") + 0.012 * (of$age - 62) +
              c(north = 0, south = 0.15, east = -0.1)[of$region])
to_progression <- ceiling(rexp(n, hazard / 330))
to_death <- ceiling(ifelse(runif(n) < 0.12, runif(n, 0.2, 1) * to_progression, to_progression + rexp(n, hazard / 300)))
to_end <- pmin(as.numeric(cut_off - of$randomised), ceiling(ifelse(runif(n) < 0.08, runif(n, 30, 1500), Inf)))
progressed <- to_progression <= pmin(to_death, to_end) & to_progression < to_death
died <- to_death <= to_end
of$progressed <- as.Date(ifelse(progressed, of$randomised + to_progression, NA), origin = "1970-01-01")
of$died <- as.Date(ifelse(died, of$randomised + to_death, NA), origin = "1970-01-01")
of$last_seen <- of$randomised + pmin(to_death, to_end)

d <- merge(cbind(d, row = seq_len(screened)), of, by = "row", all.x = TRUE)
d$row <- NULL
path <- file(file.path(here, "trial.csv"), "wb")
writeLines("# SYNTHETIC: made by trial.R; no patient, no drug and no result in this file exists.", path)
write.csv(d, path, row.names = FALSE, quote = FALSE, na = "")
close(path)
