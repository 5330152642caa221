"""A Word file set as a manuscript: what Pandoc wrote made whole, and the reference.docx that gives it its styles."""
