"""A new study out of a data file: what its columns are, and the folder with study.toml, report.qmd and the rest."""
