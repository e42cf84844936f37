"""One model, many files: inputs, workers, manifest, tables and report."""
